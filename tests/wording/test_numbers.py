"""Words for numbers."""

from __future__ import annotations

import pytest
from codechoir.wording.characters import is_speakable
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.table_files import load_word_table
from hypothesis import given
from hypothesis import strategies as st

ENGLISH = NumberVerbalizer(load_word_table("en", ""))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0", "zero"),
        ("7", "seven"),
        ("42", "forty two"),
        ("100", "one hundred"),
        ("365", "three hundred sixty five"),
        ("1024", "one thousand twenty four"),
        ("1_000_000", "one million"),
        ("1'000'000", "one million"),
        ("2500000", "two million five hundred thousand"),
        ("0xFF", "hex f f"),
        ("0xdead_beef", "hex d e a d b e e f"),
        ("0b1010", "binary one zero one zero"),
        ("0o755", "octal seven five five"),
        ("0755", "zero seven five five"),
        ("3.14", "three point one four"),
        (".5", "zero point five"),
        ("1.", "one point"),
        ("0x1.8p-3", "hex one point eight p minus three"),
        ("1e-9", "one e minus nine"),
        ("6.02e23", "six point zero two e twenty three"),
        ("1E+6", "one e plus six"),
        ("10u8", "ten u eight"),
        ("1_u32", "one u thirty two"),
        ("100UL", "one hundred unsigned long"),
        ("2.5f", "two point five float"),
        ("3j", "three imaginary"),
        ("12px", "twelve pixels"),
        ("50%", "fifty percent"),
        ("250ms", "two hundred fifty milliseconds"),
        ("1234567890123456", "one two three four five six seven eight nine zero one two three four five six"),
        ("#ff8800", "number f f eight eight zero zero"),
    ],
)  # fmt: skip
def test_a_literal_in_english(written: str, said: str) -> None:
    assert ENGLISH.literal(written) == said


@pytest.mark.parametrize("written", ["", "x", ".", "1.2.3", "--1", "e5"])
def test_other_text_is_not_a_number(written: str) -> None:
    assert ENGLISH.literal(written) is None


@given(st.integers(0, 10**15 - 1))
def test_the_words_of_every_whole_number_can_be_spoken(number: int) -> None:
    assert is_speakable(ENGLISH.cardinal(number))


@given(st.integers(0, 10**15 - 1), st.integers(0, 10**15 - 1))
def test_different_numbers_have_different_words(one: int, other: int) -> None:
    assert (ENGLISH.cardinal(one) == ENGLISH.cardinal(other)) == (one == other)
