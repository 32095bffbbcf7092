"""Line starts stay right under any edit, with LF, CRLF and lone CR mixed."""

from __future__ import annotations

import pytest
from codechoir.syntax.positions import LineIndex, line_end_length
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(alphabet="ab\r\n", max_size=60).map(str.encode)


def starts(index: LineIndex) -> list[int]:
    return [index.start_of(line) for line in range(index.count)]


def naive_starts(text: bytes) -> list[int]:
    found = [0]
    for at in range(len(text)):
        if text[at : at + 1] == b"\n" or (text[at : at + 1] == b"\r" and text[at + 1 : at + 2] != b"\n"):
            found.append(at + 1)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [(b"", [0]), (b"a\n", [0, 2]), (b"a\r\nb", [0, 3]), (b"a\rb", [0, 2]), (b"\n\r\n\r", [0, 1, 3, 4])],
)
def test_a_line_ends_with_lf_crlf_or_a_lone_cr(text: bytes, expected: list[int]) -> None:
    assert starts(LineIndex.of(text)) == expected


@given(TEXTS)
def test_every_byte_belongs_to_the_last_line_that_begins_before_it(text: bytes) -> None:
    index = LineIndex.of(text)
    expected = naive_starts(text)
    assert starts(index) == expected
    for byte in range(len(text) + 1):
        assert index.line_of(byte) == max(i for i, start in enumerate(expected) if start <= byte)


@given(TEXTS, st.integers(1, 400), st.data())
def test_an_edit_gives_the_index_of_the_new_text(piece: bytes, times: int, data: st.DataObject) -> None:
    """Long texts, so that the edit meets chunks at their edges."""
    text = piece * times
    index = LineIndex.of(text)
    for _ in range(3):
        start = data.draw(st.integers(0, len(text)))
        old_end = data.draw(st.integers(start, min(len(text), start + 2000)))
        new = data.draw(TEXTS)
        text = text[:start] + new + text[old_end:]
        index = index.edited(text, start, old_end, start + len(new))
        assert starts(index) == naive_starts(text)


def test_the_length_of_a_line_end() -> None:
    assert [line_end_length(b"a\r\nb\nc\rd", end) for end in (1, 3, 5, 7, 8)] == [0, 2, 1, 1, 0]
