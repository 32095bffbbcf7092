"""Deceptive characters are announced, at every level and in the narrator's voice (CVE-2021-42574)."""

from __future__ import annotations

import pytest
from codechoir.model import Category
from codechoir.settings import LEVELS, Level, WordingOptions
from codechoir.wording import Wording
from codechoir.wording.deception import find_deceptions
from hypothesis import given
from hypothesis import strategies as st
from support.fake_source import FakeSource


def kinds(text: str) -> list[str]:
    data = text.encode()
    return [finding.kind for finding in find_deceptions(data, 0, len(data))]


def warnings(text: str, level: Level = "some") -> list[str]:
    lines = Wording(WordingOptions(level=level)).lines(FakeSource(text))
    return [u.text for line in lines for u in line if u.category is Category.NARRATION and u.text]


@pytest.mark.parametrize("level", LEVELS)
def test_a_bidirectional_control_is_announced_at_every_level(level: Level) -> None:
    assert warnings('access = "user\u202e"', level) == ["warning, right to left override"]


@pytest.mark.parametrize("level", LEVELS)
def test_mixed_scripts_in_a_name_are_announced_at_every_level(level: Level) -> None:
    assert warnings("\u0430dmin = 1", level) == ["warning, mixed scripts in \u0430dmin, cyrillic a"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a\u200bb", "invisible"),
        ("a\u00a0b", "invisible"),
        ("a\u3164b", "invisible"),
        ("a\U000e0041", "invisible"),
        ("x\ufeff", "invisible"),
        ("a\x08b", "control"),
        ("a\x1b[2K", "control"),
        ("\u2066x", "bidi"),
        ("p\u0430y", "mixed"),
        ("\u0441\u043e\u0440\u0435", "lookalike"),
    ],
)
def test_each_kind_of_deception_is_found(text: str, kind: str) -> None:
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "plain = code\t# \r\n",
        "\ufeffimport os",
        "größer = café",
        "имя = 1",
        "名前 = 日本語カタカナ",
        "α = β",
        "µs = 3",
        "# \U0001f469\u200d\U0001f4bb \u2764\ufe0f",
        "# (c) \u201cquoted\u201d \u2013 \u2026",
    ],
)
def test_harmless_text_is_not_reported(text: str) -> None:
    assert kinds(text) == []


def test_a_foreign_word_in_a_comment_is_not_a_look_alike() -> None:
    assert warnings("# \u0430 \u0441\u043e\u0440 \u0443") == []
    assert len(warnings("\u0441\u043e\u0440 = 1")) == 1


def test_blanks_between_tokens_are_checked_too() -> None:
    assert warnings("a =\u2003b") == ["warning, invisible em space"]


def test_a_warning_comes_before_what_it_warns_of() -> None:
    (line,) = Wording().lines(FakeSource("a = \u202eb"))
    texts = [u.text for u in line]
    assert texts[:3] == ["a", "equals", "warning, right to left override"]
    assert len(texts) == 4


@given(st.text())
def test_the_range_of_a_deception_has_its_text(text: str) -> None:
    data = text.encode()
    for finding in find_deceptions(data, 0, len(data)):
        assert data[finding.start : finding.end].decode() == finding.text
