"""Line starts stay right under any edit, with LF, CRLF and lone CR mixed."""

from __future__ import annotations

import pytest
from codechoir.syntax import positions
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


@given(TEXTS, st.integers(1, 30), st.data())
def test_the_index_of_a_long_text_is_the_same(piece: bytes, times: int, data: st.DataObject) -> None:
    text = piece * times
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(positions, "_LONG", 0)
        patch.setattr(positions, "_LONG_CHUNK", 20)
        index = LineIndex.of(text)
        assert starts(index) == naive_starts(text)
        for byte in range(0, len(text) + 1, 7):
            expected = max(line for line, start in enumerate(naive_starts(text)) if start <= byte)
            assert LineIndex.of(text).line_of(byte) == expected
        start = data.draw(st.integers(0, len(text)))
        old_end = data.draw(st.integers(start, len(text)))
        new = data.draw(TEXTS)
        edited = text[:start] + new + text[old_end:]
        index = LineIndex.of(text).edited(edited, start, old_end, start + len(new))
        assert starts(index) == naive_starts(edited)


def test_a_long_text_is_searched_only_where_its_lines_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that reads messages makes the index: all of 50 MB took 0.7 s, while Stop waited."""
    searched = []
    search = positions._starts

    def noted(text: bytes, start: int, end: int) -> object:
        searched.append(end - start)
        return search(text, start, end)

    monkeypatch.setattr(positions, "_starts", noted)
    index = LineIndex.of(b"x = 1\n" * 1_000_000)
    assert index.count == 1_000_001
    assert searched == []
    assert index.start_of(500_000) == 3_000_000 and index.line_of(3_000_007) == 500_001
    assert sum(searched) < 200_000


def test_the_length_of_a_line_end() -> None:
    assert [line_end_length(b"a\r\nb\nc\rd", end) for end in (1, 3, 5, 7, 8)] == [0, 2, 1, 1, 0]
