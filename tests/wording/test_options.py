"""Levels by category and by language; muted and solo categories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from codechoir.languages import detection
from codechoir.model import Category
from codechoir.settings import LEVELS, WordingOptions
from codechoir.syntax.document import Document
from codechoir.wording import Wording
from support.fake_source import FakeSource

CODE = "if x != 1:  # it's (one)\n"


def words(options: WordingOptions, code: str = CODE, language: str = "python") -> str:
    lines = Wording(options).lines(FakeSource(code, language))
    return " | ".join(u.text for line in lines for u in line if u.text)


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("some", "if | x | not equal | one | comment | it's, one,"),
        ("most", "if | x | not equal | one | colon | number it's left paren one right paren"),
        ("all", "if | x | bang equals | one | colon | number it's left paren one right paren"),
    ],
)
def test_levels(level: str, said: str) -> None:
    assert words(WordingOptions(level=level)) == said  # type: ignore[arg-type]


def test_the_most_specific_exception_wins() -> None:
    options = WordingOptions(
        level="some", levels={"operator": "all", "rust": "most", "python.comment": "most", "comment": "all"}
    )
    assert options.level_of("python", Category.COMMENT) == "most"
    assert options.level_of("go", Category.COMMENT) == "all"
    assert options.level_of("rust", Category.VARIABLE) == "most"
    assert options.level_of("rust", Category.OPERATOR) == "all"
    assert options.level_of("python", Category.VARIABLE) == "some"


def test_one_category_can_have_the_level_literal() -> None:
    assert (
        words(WordingOptions(levels={"operator": "literal"}))
        == "if | x | not equals | one | comment | it's, one,"
    )


def test_a_muted_category_is_not_said() -> None:
    assert words(WordingOptions(mute=frozenset({Category.COMMENT}))) == "if | x | not equal | one"


def test_only_solo_categories_are_said() -> None:
    options = WordingOptions(solo=frozenset({Category.LITERAL, Category.KEYWORD}))
    assert words(options) == "if | one"


def test_the_narrator_is_never_muted() -> None:
    options = WordingOptions(solo=frozenset({Category.COMMENT}), indentation="off")
    assert words(options, "a\u202e = 1") == "warning, right to left override"


def test_signatures_can_be_read_alone() -> None:
    code = "import os\n\nclass Cart:\n    x = 1\n\n    def total(self, tax):\n        return 2\n"
    python = detection.language_named("python")
    assert python is not None
    wording = Wording(WordingOptions(only="signatures", indentation="off"))
    lines = wording.lines(Document(code, python).snapshot())
    assert [" ".join(u.text for u in line if u.text) for line in lines] == [
        "class cart",
        "def total self tax",
    ]


@pytest.mark.parametrize("level", LEVELS)
def test_all_warnings_are_said_where_only_signatures_are_read(level: str) -> None:
    code = "import os  # \u202e\n\ndef total(tax):\n    return 'a\u200b'\n"
    python = detection.language_named("python")
    assert python is not None
    options = WordingOptions(level=level, only="signatures", indentation="off")  # type: ignore[arg-type]
    said = [u.text for line in Wording(options).lines(Document(code, python).snapshot()) for u in line]
    assert said[0] == "warning, right to left override"
    assert said[-1] == "warning, invisible zero width space"
    assert "return" not in said and "total" in " ".join(said)


DECEPTIVE = """\
import os  # \u202e hidden
sc\u043ere = 'a\u200bb'

def f(x):
    \u0455\u0441\u043ep\u0435 = 1  # \u2066
    return x\u200b
"""


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "heard",
    [
        *({"mute": frozenset({category})} for category in Category),
        *({"solo": frozenset({category})} for category in Category),
        {"mute": frozenset(Category)},
        {"only": "signatures"},
        {"only": "signatures", "mute": frozenset(Category)},
    ],
)
def test_warnings_about_muted_code_are_said(level: str, heard: dict[str, Any]) -> None:
    python = detection.language_named("python")
    assert python is not None
    source = Document(DECEPTIVE, python).snapshot()

    def warnings(**options: Any) -> list[str]:
        lines = Wording(WordingOptions(level=level, **options)).lines(source)  # type: ignore[arg-type]
        return [u.text for line in lines for u in line if u.text.startswith("warning")]

    assert len(warnings()) == 6
    assert warnings(**heard) == warnings()


def test_muted_lines_have_no_indentation_and_join_blank_lines() -> None:
    code = "def f():\n    x = 1\n\n    y = 2\n\n    # done\n"
    comments = frozenset({Category.COMMENT})
    options = WordingOptions(solo=comments, indentation="words")
    assert words(options, code) == "blank | in | done"


@pytest.mark.parametrize(("depth", "said"), [(3, ["depth four", "depth five"]), (4, ["depth five"]), (0, [])])
def test_the_depth_from_which_nesting_is_said(depth: int, said: list[str]) -> None:
    python = detection.language_named("python")
    assert python is not None
    lines = Wording(WordingOptions(depth=depth)).lines(Document("a([[[[1]]]])\n", python).snapshot())
    assert [u.text for line in lines for u in line if u.category is Category.NARRATION] == said


@pytest.mark.parametrize("level", LEVELS)
def test_an_operator_is_said_at_every_level(level: str) -> None:
    said = words(WordingOptions(level=level), "if !x\n", "javascript")  # type: ignore[arg-type]
    assert said != words(WordingOptions(level=level), "if x\n", "javascript")  # type: ignore[arg-type]


def test_after_warm_up_no_table_is_read_again(tmp_path: Path) -> None:
    table = tmp_path / "words.toml"
    table.write_text('[operators]\n"!=" = "other than"\n')
    wording = Wording(WordingOptions(user_words=(table,)))
    wording.warm_up("python")
    table.unlink()
    assert [u.text for line in wording.lines(FakeSource("a != b")) for u in line] == ["a", "other than", "b"]
