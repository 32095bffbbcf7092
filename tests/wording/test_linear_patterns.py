"""A pronunciation by regular expression that may take exponential time is refused at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.wording import check_word_table
from codechoir.wording.table_files import complexity_error


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(a|a)*b",
        r"(a|ab?)*c",
        r"(\w+\s?)*:",
        r"(?:a*)*b",
        r"(a?){30}a{30}",
        r"(.*)(.*)(.*)=",
        r"(a)\1+",
        "a?" * 30 + "a" * 30,
        "(a|a)" * 20,
    ],
)
def test_what_may_take_long_is_refused(pattern: str) -> None:
    assert "may take very long" in complexity_error(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"v(\d+)", r"(?i)utf-?8", r"(\d+)x(\d+)", r"(?:ab)+", r"is[A-Z]\w*", r"x{2,3}", r"(?:foo|bar)\d?"],
)
def test_what_names_need_is_allowed(pattern: str) -> None:
    assert complexity_error(pattern) == ""


def test_a_table_with_such_a_pattern_is_refused_in_one_line(tmp_path: Path) -> None:
    table = tmp_path / "words.toml"
    table.write_text("[patterns]\n'(x+)+y' = 'x'\n")
    (complaint,) = check_word_table(table)
    assert "words.toml:2" in complaint and "may take very long" in complaint
