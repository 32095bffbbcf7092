"""What holds for the spans of any text in any language.

They are in order, do not overlap, and leave only white space uncovered; a window has the very spans that the
whole text has there. The texts are random, and real code broken at random.
"""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from codechoir.languages import Language, language_folders
from codechoir.languages.detection import language_named
from codechoir.model import Span
from codechoir.syntax.document import Document
from codechoir.syntax.roles import ROLES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from . import agreement_files

WHITE = b" \t\n\r\f\v"
LEXED = [language for name in ("groovy", "ocaml", "cmake") if (language := language_named(name))]
EVERY = [*language_folders().languages, *LEXED]
JUNK = [
    *(
        "(",
        "{",
        "[",
        '"',
        "'",
        "`",
        "/*",
        "<!--",
        "#{",
        "${",
        "$(",
        "<<EOF\n",
        '"""',
        "//",
        "#",
        "\\",
        "<?php",
        "?>",
    ),
    *(
        "\n",
        "\r\n",
        "\r",
        "\t",
        "\f",
        "\x00",
        "é",
        "😀",
        "e\u0301",
        "\ufeff",
        "\u200b",
        "\u00a0",
        "\u202e",
        "---\n",
        "|",
    ),
    *("```", "</script>", "=begin\n", "0x", "...", "@", "x", " "),
]


def code(language: Language) -> str:
    """Some real code: the snippets with expectations, or a few lines that many languages would take."""
    if language.name not in agreement_files.LANGUAGES:
        return 'fun main(x: Int) { val s = "a $x \\n"; /* c */ return f(x) + 1.5 } // end\nselect * from t;\n'
    sources = dict.fromkeys(e.source for e in agreement_files.expectations(language.name))
    return b"\n".join(sources).decode()


@st.composite
def broken(draw: st.DrawFn, language: Language) -> str:
    """The language's code with pieces taken out, doubled, cut off, and junk put in."""
    text = code(language)
    for _ in range(draw(st.integers(0, 5))):
        at, other = draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))
        length = draw(st.integers(1, 30))
        put = {
            "junk": text[:at] + draw(st.sampled_from(JUNK)) + text[at:],
            "out": text[:at] + text[at + length :],
            "double": text[:at] + text[other : other + length] + text[at:],
            "cut": text[: max(at, len(text) // 2)],
        }
        text = put[draw(st.sampled_from(sorted(put)))]
    return text


def check(spans: list[Span], text: bytes) -> None:
    at = 0
    for span in spans:
        assert at <= span.start < span.end, f"{span} overlaps or is empty"
        assert not text[at : span.start].strip(WHITE), f"uncovered before {span}"
        assert text[span.start : span.end].strip(WHITE), f"{span} is blank"
        assert text[span.start] not in b"\r\n" and text[span.end - 1] not in b"\r\n", (
            f"{span} begins or ends a line"
        )
        assert span.depth >= 0
        role, _, part = span.role.rpartition(".")
        assert not span.role or span.role in ROLES or (role in ROLES and part in ("open", "part", "close")), (
            span
        )
        at = span.end
    assert not text[at:].strip(WHITE), "uncovered at the end"


def window(spans: list[Span], start: int, end: int) -> list[Span]:
    return [span for span in spans if span.start < end and span.end > start]


TRY = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("language", EVERY, ids=lambda language: language.name)
@TRY
@given(data=st.data())
def test_broken_code_is_covered_and_windows_cut_nothing(language: Language, data: st.DataObject) -> None:
    snapshot = Document(data.draw(broken(language)), language).snapshot()
    whole = snapshot.spans()
    check(whole, snapshot.text)
    size = len(snapshot.text)
    for _ in range(4):
        start = data.draw(st.integers(0, size))
        end = data.draw(st.integers(start, min(size, start + 200)))
        assert snapshot.spans(start, end) == (window(whole, start, end) if start < end else [])


def test_a_bracket_that_is_missing_closes_what_it_would_close() -> None:
    """The parser adds the `)` of `foreach`, which has no length; a window after it must know of it."""
    csharp = language_named("csharp")
    assert csharp is not None
    text = (
        "void F() {\n    foreach (var item in { a += b * -1; }\n    if (c && !d) { e(f(1)); }\n    g();\n}\n"
    )
    snapshot = Document(text, csharp).snapshot()
    whole = snapshot.spans()
    for span in whole:
        assert snapshot.spans(span.start, span.end) == [span]


@pytest.mark.parametrize("language", EVERY, ids=lambda language: language.name)
@TRY
@given(text=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_random_bytes_and_characters_are_covered(language: Language, text: bytes) -> None:
    snapshot = Document(text, language).snapshot()
    check(snapshot.spans(), snapshot.text)


@pytest.mark.parametrize("language", EVERY, ids=lambda language: language.name)
@TRY
@given(data=st.data())
def test_an_edited_document_has_the_text_and_is_covered(language: Language, data: st.DataObject) -> None:
    text = code(language)
    document = Document(text, language)
    document.snapshot().spans()
    for _ in range(3):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 5)))
        new = data.draw(st.sampled_from(JUNK))
        document.edit(len(text[:start].encode()), len(text[:end].encode()), new)
        text = text[:start] + new + text[end:]
        snapshot = document.snapshot()
        assert snapshot.text == text.encode()
        check(snapshot.spans(), snapshot.text)


@pytest.mark.parametrize("language", EVERY, ids=lambda language: language.name)
def test_an_edit_taken_back_gives_the_spans_of_a_new_document(language: Language) -> None:
    text = code(language).encode()
    document = Document(text, language)
    expected = document.snapshot().spans()
    middle = text.index(b"\n", len(text) // 2)
    document.edit(middle, middle, "\nx(")
    document.snapshot().spans()
    document.edit(middle, middle + 3, "")
    assert document.snapshot().text == text
    assert document.snapshot().spans() == expected


def test_a_span_at_another_place_is_the_same_token() -> None:
    values = {field.name: index for index, field in enumerate(fields(Span))}
    span = Span(**values)  # type: ignore[arg-type]  # each field has a value of its own
    assert span.at(100, 200) == replace(span, start=100, end=200)
    assert span.at(0, 1) is span
