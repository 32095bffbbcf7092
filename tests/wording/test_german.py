"""German shows that no words are in the code: numbers, layout, warnings."""

from __future__ import annotations

import pytest
from codechoir.languages import detection
from codechoir.settings import WordingOptions
from codechoir.syntax.document import Document
from codechoir.wording import Wording
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.table_files import load_word_table

NUMBERS = NumberVerbalizer(load_word_table("de", ""))
WORDING = Wording(WordingOptions(natural_language="de", indentation="words"))


def words(text: str, language: str = "python") -> list[str]:
    known = detection.language_named(language)
    assert known is not None
    lines = WORDING.lines(Document(text, known).snapshot())
    return [" ".join(u.text for u in line if u.text) for line in lines]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "null"),
        (1, "eins"),
        (21, "einundzwanzig"),
        (101, "einhunderteins"),
        (999, "neunhundertneunundneunzig"),
        (1001, "eintausendeins"),
        (21_021, "einundzwanzigtausendeinundzwanzig"),
        (1_000_000, "eine Million"),
        (2_000_001, "zwei Millionen eins"),
        (1_000_000_000, "eine Milliarde"),
    ],
)
def test_numbers(number: int, said: str) -> None:
    assert NUMBERS.cardinal(number) == said


@pytest.mark.parametrize(
    ("literal", "said"),
    [
        ("3.14", "drei Komma eins vier"),
        ("0xFF", "hex f f"),
        ("1e-9", "eins e minus neun"),
        ("50%", "fünfzig Prozent"),
    ],
)
def test_literals(literal: str, said: str) -> None:
    assert NUMBERS.literal(literal) == said


def test_code_is_said_in_german() -> None:
    assert words("def total(items: list[int]) -> int:\n    # TODO: x != y\n    return items[-1] == 21\n") == [
        "def total items ist list von int liefert int",
        "rein zu tun x ungleich y",
        "return items Index negativ eins zu genau wie einundzwanzig",
    ]


def test_the_narrator_warns_in_german() -> None:
    assert words("\u0430b = 1")[0].startswith("Warnung, gemischte Schriften in")


def test_utterances_carry_their_language() -> None:
    known = detection.language_named("python")
    assert known is not None
    said = [u for line in WORDING.lines(Document("x = 1\n", known).snapshot()) for u in line]
    assert {u.language for u in said} == {"de"}
