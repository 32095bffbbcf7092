"""Properties that hold for any text, at any level, in any language."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from codechoir.languages import detection
from codechoir.model import Category, Utterance
from codechoir.settings import LEVELS, Level, WordingOptions
from codechoir.syntax.document import Document, Snapshot
from codechoir.wording import Wording
from codechoir.wording.numbers import NumberVerbalizer
from hypothesis import example, given, settings
from hypothesis import strategies as st

SAMPLES = sorted(Path(__file__).parent.joinpath("golden").glob("*.source"))
WORDINGS = {
    (level, natural): Wording(WordingOptions(level=level, natural_language=natural, indentation="both"))
    for level in LEVELS
    for natural in ("en", "de")
}
LANGUAGES = st.sampled_from(
    ["python", "javascript", "rust", "c", "bash", "ruby", "html", "markdown", "sql", "text"]
)
PIECES = st.sampled_from(
    [
        *(
            "if",
            "x",
            "==",
            "!=",
            "->",
            "=>",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "<",
            ">",
            "::",
            "...",
            "'",
            '"',
            "`",
        ),
        *(
            '"""',
            "#",
            "//",
            "/*",
            "*/",
            "\\n",
            "\\",
            "@",
            "$",
            "%",
            "0xFF",
            "1e-9",
            "\n",
            "\n\n    ",
            " ",
            "\t",
        ),
        *(
            "\r\n",
            "\u202e",
            "\u200b",
            "\u0430b",
            "é",
            "中文",
            "\U0001f469\u200d\U0001f4bb",
            "x\u0301",
            "½",
            "²",
        ),
        *("TODO:", "@param", 'f"{x}"', "r'\\d+'", ";"),
    ]
)
CODE = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))


def snapshot(text: str | bytes, language: str) -> Snapshot:
    known = detection.language_named(language)
    assert known is not None
    return Document(text, known).snapshot()


def said(source: Snapshot, level: Level, natural: str = "en") -> list[Utterance]:
    return [utterance for line in WORDINGS[level, natural].lines(source) for utterance in line]


def unspeakable(text: str) -> str:
    """The characters of a text that are not letters, digits, blanks, apostrophes or sentence punctuation."""
    return "".join(
        char
        for at, char in enumerate(text)
        if not (char.isalpha() or char.isdecimal() or char in " '.,?!")
        and not (unicodedata.category(char) in ("Mn", "Mc") and text[at - 1 : at].isalpha())
        and not (
            unicodedata.category(char) in ("Mn", "Mc") and unicodedata.category(text[at - 1]) in ("Mn", "Mc")
        )
    )


def uncovered(source: Snapshot, utterances: list[Utterance]) -> bytes:
    """The bytes of the source, blanks apart, that belong to no utterance."""
    left = bytearray(source.text)
    for utterance in utterances:
        left[utterance.start : utterance.end] = b" " * (utterance.end - utterance.start)
    return bytes(left).decode("utf-8", "replace").strip().encode()


@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=60, deadline=None)
@given(text=CODE, language=LANGUAGES, natural=st.sampled_from(["en", "de"]))
@example(text="if (!x) return a->b /* ☃ */;", language="c", natural="en")
def test_no_symbol_reaches_an_engine(level: Level, text: str, language: str, natural: str) -> None:
    for utterance in said(snapshot(text, language), level, natural):
        assert unspeakable(utterance.text) == "", utterance


@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=60, deadline=None)
@given(text=CODE, language=LANGUAGES)
def test_everything_that_is_not_blank_is_covered_in_order(level: Level, text: str, language: str) -> None:
    source = snapshot(text, language)
    utterances = said(source, level)
    assert uncovered(source, utterances) == b""
    starts = [utterance.start for utterance in utterances if utterance.category is not Category.NARRATION]
    assert starts == sorted(starts)
    assert all(utterance.start <= utterance.end <= len(source.text) for utterance in utterances)


@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=60, deadline=None)
@given(text=CODE, language=LANGUAGES)
def test_an_operator_is_never_silent(level: Level, text: str, language: str) -> None:
    source = snapshot(text, language)
    utterances = said(source, level)
    for span in source.spans():
        if span.category is Category.OPERATOR:
            heard = [u for u in utterances if u.text and u.start <= span.start and u.end >= span.start + 1]
            assert heard, source.text[span.start : span.end]


@pytest.mark.parametrize("natural", ["en", "de"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_promises_hold_for_real_code(sample: Path, level: Level, natural: str) -> None:
    source = snapshot(sample.read_bytes(), sample.stem.partition("-")[0])
    utterances = said(source, level, natural)
    assert [u for u in utterances if unspeakable(u.text)] == []
    assert uncovered(source, utterances) == b""
    starts = [u.start for u in utterances if u.category is not Category.NARRATION]
    assert starts == sorted(starts)
    heard = bytearray(len(source.text))
    for utterance in utterances:
        if utterance.text:
            heard[utterance.start : utterance.end] = b"x" * (utterance.end - utterance.start)
    silent = [s for s in source.spans() if s.category is Category.OPERATOR and not heard[s.start]]
    assert [source.text[s.start : s.end] for s in silent] == []


@pytest.mark.parametrize("level", ["some", "most", "all"])
def test_an_operator_without_words_is_named_by_its_characters(level: Level, tmp_path: Path) -> None:
    table = tmp_path / "words.toml"
    table.write_text('[roles]\n"plus" = ""\n"ternary.then" = ""\n[operators]\n"+" = ""\n"?" = ""\n')
    source = snapshot("x = a + b ? c : d;", "javascript")
    wording = Wording(WordingOptions(level=level, user_words=(table,)))
    told = [u.text for line in wording.lines(source) for u in line]
    assert "plus" in told and "question" in told


@pytest.mark.parametrize("level", ["some", "most", "all"])
def test_symbols_that_a_verbalizer_returns_do_not_reach_an_engine(
    level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NumberVerbalizer, "literal", lambda self, text: "a->b {1} ☃")
    wording = Wording(WordingOptions(level=level))
    told = [u.text for line in wording.lines(snapshot("x = 7\n", "python")) for u in line]
    assert [text for text in told if unspeakable(text)] == []


def facts(utterances: list[Utterance]) -> list[tuple[str, Category, str, int, int, int, int]]:
    return [(u.text, u.category, u.cue, u.pause_before, u.pause_after, u.start, u.end) for u in utterances]


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(exclude_characters="\r\n")))
@example(text="")
@example(text="x" * 7)
def test_an_edit_elsewhere_changes_no_words(text: str) -> None:
    line = b"if net:\n    total = price * count  # net\n"
    known = detection.language_named("python")
    assert known is not None
    document = Document(line + b"# old\n", known)
    before = [u for u in said(document.snapshot(), "some") if u.start < len(line)]
    assert len(before) > 6
    document.edit(len(line) + 2, len(line) + 5, text)
    after = [u for u in said(document.snapshot(), "some") if u.start < len(line)]
    assert facts(after) == facts(before)
