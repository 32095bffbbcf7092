"""Keywords stay keywords while their line is unfinished."""

from __future__ import annotations

import pytest
from codechoir.languages import language_named
from codechoir.model import Category
from codechoir.syntax.document import Document

from .agreement_files import FOLDER

LANGUAGES = (
    *("bash", "c", "cpp", "csharp", "dart", "go", "haskell", "java", "javascript", "kotlin", "lua", "php"),
    *("powershell", "python", "ruby", "rust", "scala", "swift", "typescript", "zig"),
)
CONTEXTUAL = frozenset(
    (
        *("async", "case", "data", "declare", "get", "in", "match", "namespace", "private", "readonly"),
        *("set", "static", "type", "var"),
    )
)
"""Words that may be names, too, where nothing follows them."""

EVERY = 15
"""One token in so many is the last one of its line."""


def snippets(language: str) -> list[bytes]:
    """The source of each snippet in the expectations of a language."""
    found: list[list[str]] = [[]]
    for line in (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(">"):
            found[-1].append(line[2:])
        elif found[-1]:
            found.append([])
    return ["\n".join([*lines, ""]).encode() for lines in found if lines]


def categories(language: str, source: bytes) -> dict[tuple[int, int], Category]:
    known = language_named(language)
    assert known is not None
    return {(s.start, s.end): s.category for s in Document(source, known).snapshot().spans()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_cut_after_any_token_keeps_its_keywords(language: str) -> None:
    lost = set()
    for source in snippets(language):
        whole = categories(language, source)
        keywords = [place for place, category in whole.items() if category is Category.KEYWORD]
        for _, end in list(whole)[::EVERY]:
            cut = source[:end] + source[source.index(b"\n", end) :]
            found = categories(language, cut)
            line = source.rfind(b"\n", 0, end - 1) + 1
            for start, stop in keywords:
                word = source[start:stop].decode()
                is_in_line = line <= start and stop <= end and word.isalpha() and word not in CONTEXTUAL
                if is_in_line and found.get((start, stop)) is not Category.KEYWORD:
                    lost.add((word, cut[line:end].decode()))
    assert lost == set()


@pytest.mark.parametrize(
    ("language", "source", "word"),
    [
        ("python", "if x\n    y = 1\n", "if"),
        ("python", "def f():\n    for a\n    return a\n", "for"),
        ("python", "async\n", "async"),
        ("python", "async def f():\n    x = await\n", "await"),
        ("javascript", "export\n", "export"),
        ("typescript", "let\nx = 1\n", "let"),
        ("kotlin", "class A {\n    override fun\n}\n", "override"),
        ("kotlin", "fun f(vararg\n", "vararg"),
        ("swift", "func f() -> \n", "func"),
        ("powershell", "class\n", "class"),
    ],
)
def test_a_word_is_a_keyword_as_soon_as_it_is_written(language: str, source: str, word: str) -> None:
    at = source.index(word)
    assert categories(language, source.encode())[at, at + len(word)] is Category.KEYWORD


def test_a_member_may_have_the_name_of_a_keyword() -> None:
    found = categories("javascript", b"a.export = b.class\n")
    assert found[2, 8] is Category.VARIABLE
    assert found[13, 18] is Category.VARIABLE
