"""Position of the words between left and right: by column, by nesting, or all in the middle."""

from __future__ import annotations

import pytest
from codechoir.languages import detection
from codechoir.model import Category, Utterance
from codechoir.settings import LEVELS, Balance, Settings, VoiceOverride, WordingOptions
from codechoir.syntax.document import Document
from codechoir.voices.casting import Casting
from codechoir.voices.profile import load_profile
from codechoir.wording import Wording

CODE = "if x:\n    y = [f(z)]\n"


def places(balance: Balance, code: str = CODE) -> list[tuple[str, int]]:
    python = detection.language_named("python")
    assert python is not None
    options = WordingOptions(balance=balance, indentation="off")
    lines = Wording(options).lines(Document(code, python).snapshot())
    return [(u.text, u.balance) for line in lines for u in line if u.text]


def test_off_keeps_everything_in_the_middle() -> None:
    assert {place for _, place in places("off")} == {0}


def test_by_column_the_line_goes_from_left_to_right() -> None:
    assert places("column", "ab = cd\n") == [("ab", -80), ("gets", -74), ("c d", -70)]
    assert places("column", " " * 40 + "x\n") == [("x", 0)]
    assert places("column", " " * 200 + "x\n") == [("x", 80)]


def test_a_tab_counts_as_four_columns() -> None:
    assert places("column", "\tx\n") == places("column", "    x\n")


def test_deeper_nesting_is_further_to_the_right() -> None:
    said = dict(places("nesting"))
    assert said["if"] == -80
    assert said["y"] == -60
    assert said["f"] == -40
    assert said["z"] == -20


@pytest.mark.parametrize("level", LEVELS)
def test_balance_does_not_change_the_words(level: str) -> None:
    python = detection.language_named("python")
    assert python is not None
    snapshot = Document(CODE, python).snapshot()

    def words(balance: Balance) -> list[str]:
        options = WordingOptions(level=level, balance=balance)  # type: ignore[arg-type]
        return [u.text for line in Wording(options).lines(snapshot) for u in line]

    assert words("off") == words("column") == words("nesting")


def test_the_balances_of_voice_and_words_are_added() -> None:
    settings = Settings(voices={Category.KEYWORD: VoiceOverride(balance=-50)})
    casting = Casting(load_profile("default", "silent"), settings)
    assert casting.needs_stereo
    assert casting.voice_for(Utterance("x", Category.KEYWORD, 0, 1)).balance == -50
    assert casting.voice_for(Utterance("x", Category.KEYWORD, 0, 1, balance=30)).balance == -20
    assert casting.voice_for(Utterance("x", Category.KEYWORD, 0, 1, balance=-80)).balance == -100
    assert not Casting(load_profile("default", "silent"), Settings()).needs_stereo
    assert Casting(load_profile("default", "silent"), Settings(balance="column")).needs_stereo
