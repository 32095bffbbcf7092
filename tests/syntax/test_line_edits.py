"""Many edits in one message: the same text as one by one, and a time that does not grow with the text."""

from __future__ import annotations

import pytest
from codechoir.languages import detect_language
from codechoir.syntax import Document, offset_at
from codechoir.syntax.positions import ENCODINGS, Encoding
from codechoir.syntax.revisions import LineEdits, LinePosition
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(st.sampled_from("ab é🎧\t\n\r"), max_size=40)
PLACES = st.tuples(st.integers(-1, 8), st.integers(-1, 9))
EDITS = st.lists(
    st.tuples(PLACES, PLACES, st.text(st.sampled_from("xy🎧\n\r"), max_size=6)) | TEXTS, max_size=8
)


def document(text: str) -> Document:
    return Document(text, detect_language(None, b"", "text"))


@given(TEXTS, EDITS, st.sampled_from(ENCODINGS))
def test_the_text_is_that_of_single_edits(
    text: str, edits: list[tuple[LinePosition, LinePosition, str] | str], encoding: Encoding
) -> None:
    one_by_one, together = document(text), document(text)
    for edit in edits:
        lines = one_by_one.lines()
        if isinstance(edit, str):
            one_by_one.edit(0, len(lines.text), edit)
        else:
            start, end = (offset_at(lines, *place, encoding) for place in edit[:2])
            one_by_one.edit(start, end, edit[2])
    together.edit_many(edits, encoding)
    expected, found = one_by_one.lines(), together.lines()
    assert found.text == expected.text
    assert [found.line_range(line) for line in range(found.line_count)] == [
        expected.line_range(line) for line in range(expected.line_count)
    ]


def test_only_the_lines_between_the_first_and_the_last_edit_have_changed() -> None:
    text = b"".join(b"line %d\n" % number for number in range(100))
    edits = LineEdits(text, "utf-16")
    for line in (50, 20, 30):
        edits.replace((line, 0), (line, 4), b"row")
    start, end, new = edits.changed_part()
    assert text[start:end].splitlines() == [b"line %d" % number for number in range(20, 51)]
    assert new.splitlines()[0] == b"row 20" and new.splitlines()[-1] == b"row 50"


@pytest.mark.parametrize("order", [1, -1], ids=["downwards", "upwards"])
def test_ten_thousand_edits_of_a_large_document_are_applied(order: int) -> None:
    """One by one they copy 200 GB."""
    line = "value = compute(first, second)\n"
    large = document(line * 700_000)
    edits = [((number, 0), (number, 5), "result") for number in range(0, 700_000, 70)][::order]
    large.edit_many(edits)
    lines = large.lines().text.split(b"\n")
    assert len(lines) == 700_001
    assert [number for number, each in enumerate(lines) if each.startswith(b"result")] == list(
        range(0, 700_000, 70)
    )


def test_replaced_characters_are_named() -> None:
    edited = document("a\n")
    edited.edit_many([((0, 0), (0, 1), "\ud800")])
    assert edited.lines().text == "\ufffd\n".encode()
    assert "is not valid UTF-8 in 1 place" in edited.warnings[0]
