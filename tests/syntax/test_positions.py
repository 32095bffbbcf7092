"""Positions in code code_units of any encoding and byte offsets mean the same places."""

from __future__ import annotations

import pytest
from codechoir.errors import InputError
from codechoir.languages.detection import plain_text
from codechoir.syntax.document import Document, Snapshot
from codechoir.syntax.positions import ENCODINGS, Encoding, code_units, offset_at, parse_encoding, position_at
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(alphabet=st.sampled_from("aé€😀e\u0301\t\r\n\ufeff👩\u200d"), max_size=40)
LENGTHS = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}


def snapshot(text: str) -> Snapshot:
    return Document(text, plain_text()).snapshot()


@pytest.mark.parametrize(
    ("encoding", "character", "byte"),
    [
        ("utf-8", 1, 1),
        ("utf-8", 5, 5),
        ("utf-16", 1, 1),
        ("utf-16", 3, 5),
        ("utf-32", 2, 5),
        ("utf-16", 4, 6),
        ("utf-32", 3, 6),
        ("utf-16", 5, 8),
    ],
)
def test_an_emoji_has_one_two_or_four_units(encoding: Encoding, character: int, byte: int) -> None:
    text = snapshot("a😀e\u0301b")
    assert offset_at(text, 0, character, encoding) == byte
    assert position_at(text, byte, encoding) == (0, character)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_column_beyond_the_line_is_the_end_of_its_text(encoding: Encoding) -> None:
    text = snapshot("ab\r\nc😀\rd\n")
    assert offset_at(text, 0, 99, encoding) == 2
    assert offset_at(text, 1, 99, encoding) == 9
    assert offset_at(text, 2, 99, encoding) == 11
    assert offset_at(text, 3, 99, encoding) == 12
    assert offset_at(text, 99, 0, encoding) == 12
    assert offset_at(text, -1, 5, encoding) == 0
    assert offset_at(text, 1, -3, encoding) == 4


def test_a_column_inside_a_surrogate_pair_is_the_start_of_its_character() -> None:
    assert offset_at(snapshot("a😀b"), 0, 2, "utf-16") == 1


def test_a_byte_inside_a_character_or_a_line_break_has_the_position_before_it() -> None:
    text = snapshot("a😀\r\nb")
    assert position_at(text, 3, "utf-16") == (0, 1)
    assert position_at(text, 6, "utf-16") == (0, 3)
    assert position_at(text, 10**6, "utf-16") == (1, 1)


@given(TEXTS, st.sampled_from(ENCODINGS))
def test_every_character_goes_there_and_back(text: str, encoding: Encoding) -> None:
    shot = snapshot(text)
    for index in range(len(text) + 1):
        byte = len(text[:index].encode())
        line, character = position_at(shot, byte, encoding)
        if index < len(text) and text[index] == "\n" and text[:index].endswith("\r"):
            continue  # inside a CRLF: a position before the break, which does not come back here
        assert offset_at(shot, line, character, encoding) == byte
        line_start = len(shot.text[: shot.line_range(line)[0]].decode())
        assert character == LENGTHS[encoding](text[line_start:index])


@given(TEXTS, st.sampled_from(ENCODINGS))
def test_units_are_the_length_in_that_encoding(text: str, encoding: Encoding) -> None:
    assert code_units(text.encode(), encoding) == LENGTHS[encoding](text)


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(InputError, match="utf-16"):
        parse_encoding("utf-7")
