"""Indentation, blank lines, brackets, closers and depth."""

from __future__ import annotations

import pytest
from codechoir.languages import detection
from codechoir.model import Category, Span, Utterance
from codechoir.settings import Brackets, Indentation, WordingOptions
from codechoir.syntax.document import Document, Snapshot
from codechoir.wording import Wording
from codechoir.wording.layout import indentation_level, indentation_unit
from support.fake_source import FakeSource


def snapshot(text: str, language: str) -> Snapshot:
    known = detection.language_named(language)
    assert known is not None
    return Document(text, known).snapshot()


def told(text: str, language: str = "python", mode: Indentation = "words") -> list[str]:
    """What the narrator says at the beginning of each line; a cue in angle brackets."""
    said = []
    for line in Wording(WordingOptions(indentation=mode)).lines(snapshot(text, language)):
        first = line[0]
        narrated = first.category is Category.NARRATION
        said.append(
            f"<{first.cue}>{first.text}" if narrated and first.cue else first.text if narrated else ""
        )
    return said


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("if x:\n    y\n        z\n", 4),
        ("if x {\n  y\n    z\n}\n", 2),
        ("if x {\n\ty\n}\n", 0),
        ("x\n", 4),
        ("/*\n * a\n * b\n */\nif x {\n   y\n      z\n}\n", 3),
    ],
)
def test_the_unit_of_indentation_depends_on_the_file(text: str, unit: int) -> None:
    assert indentation_unit(text.encode()) == unit


@pytest.mark.parametrize(
    ("indent", "unit", "level"),
    [("", 4, 0), ("    ", 4, 1), ("      ", 2, 3), ("\t\t", 0, 2), ("\t", 4, 2), ("   ", 4, 1)],
)
def test_columns_become_levels(indent: str, unit: int, level: int) -> None:
    assert indentation_level(indent.encode(), unit) == level


def test_levels_are_said_only_when_they_change() -> None:
    code = "if a:\n    b = 1\n    c = 2\n    if d:\n        e = 3\nf = 4\n"
    assert told(code) == ["", "in", "", "", "in", "out two"]


def test_each_level_has_its_tone() -> None:
    assert told("if a:\n    b = 1\nc = 1\n", mode="tone") == ["", "<indent-1>", "<indent-0>"]
    assert told("if a:\n    b = 1\n", mode="both") == ["", "<indent-1>in"]
    assert told("if a:\n    b = 1\n", mode="off") == ["", ""]


def test_a_continuation_line_does_not_change_the_level() -> None:
    assert told("total = add(\n        1,\n        2,\n)\nnext = 1\n") == ["", "", "", "", ""]
    assert told("x = items\n    .map(f)\n    .sum();\ny = 1;\n", "javascript") == ["", "", "", ""]


def test_the_lines_of_a_docstring_have_no_level() -> None:
    assert told('def f():\n    """One.\n\n        two\n    """\n    return 1\n', mode="off")[0] == ""
    assert told('def f():\n    """One.\n        two\n    """\n    return 1\n') == ["", "in", "", "", ""]


def test_levels_of_data_in_brackets_are_said() -> None:
    assert told('{\n  "a": {\n    "b": 1\n  }\n}\n', "json") == ["", "in", "in", "out", "out"]


def test_several_blank_lines_are_said_once() -> None:
    assert told("a = 1\n\n\n\nb = 2\n") == ["", "blank", ""]
    assert told("a = 1\n\n\n\nb = 2\n", mode="tone") == ["", "<blank-line>", ""]


def words(text: str, language: str, brackets: Brackets, depth: int = 0) -> list[Utterance]:
    options = WordingOptions(brackets=brackets, indentation="off", depth=depth)
    return [u for line in Wording(options).lines(snapshot(text, language)) for u in line]


def test_brackets_are_pauses_words_or_sounds() -> None:
    code = "f(a[1])"
    assert " ".join(u.text for u in words(code, "python", "words")) == (
        "f left paren a left bracket one right bracket right paren"
    )
    assert [u.text for u in words(code, "python", "parentheses")] == [
        "f",
        "left paren",
        "a",
        "sub",
        "one",
        "right paren",
    ]
    assert [u.cue for u in words(code, "python", "sound") if u.cue] == [
        *("paren-open", "bracket-open", "bracket-close", "paren-close"),
    ]
    pauses = [u for u in words(code, "python", "pause") if u.pause_after]
    assert [u.text for u in pauses] == ["f", "one"]


def test_the_depth_of_deep_nesting_is_said() -> None:
    said = [u.text for u in words("f(a, (b, (c, (d, (e,)))))", "python", "pause", depth=3)]
    assert [text for text in said if text.startswith("depth")] == ["depth four", "depth five"]


def closing(text: str, closes: str, role: str = "block.close") -> list[str]:
    at = text.index("}") if "}" in text else text.index("end")
    size = 1 if "}" in text else 3
    category = Category.PUNCTUATION if size == 1 else Category.KEYWORD
    span = Span(at, at + size, category, "punctuation.bracket", "javascript", role, 0, closes)
    return [u.text for line in Wording().lines(FakeSource(text, spans=[span])) for u in line if u.text]


def test_a_closer_says_what_it_closes() -> None:
    assert closing("}", "for user") == ["end for user"]
    assert closing("end", "class Cart", "body.close") == ["end", "class cart"]
    assert closing("}", "") == []
