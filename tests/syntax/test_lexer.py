"""Languages that Pygments lexes."""

from __future__ import annotations

import logging

import pytest
from codechoir.languages import Language
from codechoir.syntax.document import Document
from codechoir.syntax.lexer import LexerAnalysis


def tokens(source: str, name: str) -> list[tuple[str, str]]:
    snapshot = Document(source, Language(name, name, "pygments", name)).snapshot()
    return [(snapshot.text[s.start : s.end].decode(), s.category.value) for s in snapshot.spans()]


def test_kotlin() -> None:
    found = tokens('/* c */ fun total(x: Int): String { return "é" + x * 2.5 }', "kotlin")
    assert ("/* c */", "comment") in found
    assert ("fun", "keyword") in found
    assert ("total", "function") in found
    assert ('"é"', "literal") in found
    assert ("2.5", "literal") in found
    assert ("+", "operator") in found


def test_sql() -> None:
    found = tokens("SELECT name FROM users WHERE id = 1 AND ok; -- all", "sql")
    assert found[0] == ("SELECT", "keyword")
    assert ("1", "literal") in found
    assert found[-1] == ("-- all", "comment")


def test_makefile_and_diff() -> None:
    assert ("# c", "comment") in tokens("# c\nall: x\n\techo hi\n", "make")
    assert ("+new", "literal") in tokens("-old\n+new\n", "diff")


def test_a_window_is_lexed_no_further_than_it_reaches() -> None:
    source = b"val x = 1\n" * 10_000
    analysis = LexerAnalysis(source, "kotlin", "kotlin")
    assert [source[s.start : s.end] for s in analysis.spans(0, 9)] == [b"val", b"x", b"=", b"1"]
    assert len(analysis._found) < 100


def test_a_lexer_that_fails_leaves_the_rest_to_the_tokens(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import pygments.lexers

    class Stumbling:
        def get_tokens_unprocessed(self, text: str) -> object:
            from pygments.token import Keyword

            yield 0, Keyword, "val"
            raise RuntimeError("stumbled")

    monkeypatch.setattr(pygments.lexers, "get_lexer_by_name", lambda _: Stumbling())
    with caplog.at_level(logging.CRITICAL):
        assert tokens("val x = 1", "kotlin") == [
            ("val", "keyword"),
            ("x", "variable"),
            ("=", "operator"),
            ("1", "literal"),
        ]
