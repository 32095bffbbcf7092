"""Deceptive characters are announced, at every level and in the narrator's voice (CVE-2021-42574)."""

from __future__ import annotations

import pytest
from codechoir.languages import detection
from codechoir.model import Category
from codechoir.settings import LEVELS, Level, WordingOptions
from codechoir.syntax.document import Document, Snapshot
from codechoir.wording import Wording
from codechoir.wording.deception import PitfallFinder, all_deceptions, find_deceptions
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


# ---- blanks and names that a reader takes for others -----------------------------------------------------


def snapshot(language: str, text: str) -> Snapshot:
    known = detection.language_named(language)
    assert known is not None
    return Document(text, known).snapshot()


def told(language: str, text: str, level: Level = "some") -> list[str]:
    """The warnings of a reading, each with the text that it is about."""
    source = snapshot(language, text)
    lines = Wording(WordingOptions(level=level)).lines(source)
    return [
        f"{u.text}: {source.text[u.start : u.end].decode()!r}"
        for line in lines
        for u in line
        if u.text.startswith("warning")
    ]


TABS = "warning, tabs in the indentation, spaces before: '\\t'"
SPACES = "warning, spaces in the indentation, tabs before: '    '"
UNEVEN = "warning, tabs and spaces in the indentation"
RECIPE = "warning, spaces instead of a tab before a recipe: '    '"
AFTER_BACKSLASH = "warning, a blank after the sign that continues the line: '\\\\ '"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("language", "text", "warning"),
    [
        ("python", "if a:\n    b()\n\tc()\n", TABS),
        ("python", "if a:\n\tb()\n    c()\n", SPACES),
        ("python", "if a:\n  \tb()\n", f"{UNEVEN}: '  \\t'"),
        ("javascript", "if (a) {\n \tb();\n}\n", f"{UNEVEN}: ' \\t'"),
        ("haskell", "f x = y\n  where\n    y = 1\n\tz = 2\n", TABS),
        ("yaml", "a:\n\tb: 1\n", "warning, a tab in the indentation: '\\t'"),
        ("make", "all: x.o\n    cc x.o\n", RECIPE),
        ("make", "all: x.o\n\tcc x.o\n    ls\n", RECIPE),
        ("bash", "cp a \\ \n  b\n", AFTER_BACKSLASH),
        ("python", "x = 1 + \\ \n    2\n", AFTER_BACKSLASH),
        ("c", "#define A \\ \n    2\n", AFTER_BACKSLASH),
        ("make", "all:\n\tcc \\ \n\t  x\n", AFTER_BACKSLASH),
        ("docker", "FROM a\nRUN x \\ \n && y\n", AFTER_BACKSLASH),
        ("ruby", "x = 1 \\ \n  + 2\n", AFTER_BACKSLASH),
        ("powershell", "Get-A ` \n  -B\n", AFTER_BACKSLASH.replace("\\\\", "`")),
        ("python", "l = 1\n\u2113 = 2\n", "warning, looks like l, script small l: '\u2113'"),
        ("python", "K = 1\n\u212a = 2\n", "warning, looks like K, kelvin sign: '\u212a'"),
        ("go", "package a\nvar x, \uff58 = 1, 2\n", "warning, looks like x, fullwidth x: '\uff58'"),
        (
            "javascript",
            "const \u00e9 = 1; let e\u0301 = 2;\n",
            "warning, \u00e9 is written with combining characters here, combining acute accent: 'e\u0301'",
        ),
    ],
)
def test_a_pitfall_is_announced_where_it_is(language: str, text: str, warning: str, level: Level) -> None:
    assert told(language, text, level) == [warning]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "if a:\n    b()\nx = [\n\t1,\n]\n"),
        ("python", 'if a:\n    b()\nx = """\n\ttext\n\t"""\nif a:\n    b()\n'),
        ("python", "if a:\n    b()\n\t# a comment\n"),
        ("python", "if a:\n\tb()\n\n\tc()\n"),
        ("c", "int f() {\n\tg(a,\n\t  b);\n    h();\n}\n"),
        ("c", "/*\n \ttext\n */\nint a;\n"),
        ("make", "A = 1\n  B = 2\nifdef C\n    D = 3\nendif\n"),
        ("make", "all: a \\\n    b\n"),
        ("make", ".RECIPEPREFIX = >\nall:\n  x\n"),
        ("bash", "cp a \\\n  b\necho a\\\\ \necho 'a \\ \nb' # c \\ \n"),
        ("c", "int a; // b \\ \n"),
        ("go", "package a\nvar b = `\\ \n`\n"),
        ("python", "\u2113 = 1\n# l\n'l'\n"),
        ("python", "# \u2113\nl = 1\n"),
        ("python", "l = 1\ns = '\u2113'\n"),
        ("python", "\u00e9 = 1\ne = 2\n"),
        ("python", "gr\u00f6\u00dfe = 1\ngrosse = 2\n"),
        ("python", "e\u0301 = 1\n"),
        ("markdown", "a \\ \n \tb\n"),
        ("text", "if a:\n    b\n\tc\n"),
    ],
)
def test_ordinary_blanks_and_names_are_no_pitfalls(language: str, text: str) -> None:
    assert told(language, text) == []


def test_a_pitfall_is_announced_once_in_a_reading() -> None:
    lines = "if a:\n    b()\n\tc()\n    d()\n\te()\n"
    assert len(told("python", lines)) == 1
    assert len(told("bash", "a \\ \n b\n" * 3)) == 1
    assert len(told("python", "l = 1\n" + "\u2113 = l\n" * 3)) == 1


def test_all_places_of_a_document_are_found() -> None:
    source = snapshot("bash", "a \\ \n b\n" * 3)
    assert [(one.kind, one.text) for one in all_deceptions(source)] == [("continuation", "\\ ")] * 3


def test_bodies_between_signatures_are_searched_too() -> None:
    source = snapshot("python", "def f():\n    a()\n\tb()\n\n\ndef g(): pass\n")
    lines = Wording(WordingOptions(only="signatures")).lines(source)
    assert "warning, tabs in the indentation, spaces before" in [u.text for line in lines for u in line]


def test_ordinary_lines_are_not_parsed_for_pitfalls() -> None:
    source = FakeSource("if a:\n    b = 'x'\n    c = größe + b\n" * 50)
    finder = PitfallFinder(source)
    spans = source.spans()
    source.asked.clear()
    for number in range(source.line_count):
        start, end = source.line_range(number)
        first = next((span for span in spans if start <= span.start < end), None)
        assert finder.in_line(start, end, first) == []
    assert source.asked == []
