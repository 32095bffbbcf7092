"""Comments, strings, escapes and regular expressions."""

from __future__ import annotations

import pytest
from codechoir.model import Category, Span
from codechoir.settings import Level, WordingOptions
from codechoir.settings import WordingOptions as Options
from codechoir.wording import Wording
from codechoir.wording.code_in_comments import looks_like_code
from support.fake_source import FakeSource


def comment(text: str, level: Level = "some", **options: object) -> list[str]:
    """The words of a text that is one comment; cues in angle brackets, the narrator in square ones."""
    source = FakeSource(text, spans=[Span(0, len(text.encode()), Category.COMMENT, "comment", "python")])
    wording = Wording(Options(level=level, indentation="off", **options))  # type: ignore[arg-type]
    return [
        f"<{u.cue}>" if u.cue else f"[{u.text}]" if u.category is Category.NARRATION else u.text
        for line in wording.lines(source)
        for u in line
        if u.text or u.cue
    ]


def literal(text: str, level: Level = "some", role: str = "string", language: str = "python") -> str:
    spans = [Span(0, len(text.encode()), Category.LITERAL, "string", language, role)]
    lines = Wording(WordingOptions(level=level)).lines(FakeSource(text, spans=spans))
    return " ".join(u.text for line in lines for u in line if u.text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# It's done, isn't it?", ["It's done, isn't it?"]),
        ("// note: call `a->b` first", ["note, call", "a arrow b", "first"]),
        ("/* x != y, i.e. x < 10% */", ["x not equal y, that is x less ten percent"]),
        ("# see user_name and parseHTTP", ["see user name and parse h t t p"]),
        ("# TODO(ann): fix it", ["[to do]", "ann, fix it"]),
        ("# FIXME later", ["[fix me]", "later"]),
        ("// @param {string} name - who", ["parameter string", "name, who"]),
        ("// @param {Array<string>} [b=[]] - last", [
            "parameter array of string optional b default left bracket right bracket", "last",
        ]),
        ("// @returns {Promise<void>|null} nothing", ["returns promise of void or null", "nothing"]),
        ("// @param <T> the type", ["parameter type t", "the type"]),
        ("/** Gets {@code x} of {@link Foo#bar}. */", ["Gets", "x", "of", "foo dot bar", "."]),
        ('/// <param name="a">The <c>first</c>.</param>', ["parameter a", "The", "first", "."]),
        ("/// If `x`, see [`Bar`](crate::Bar).", ["If", "x", "see,", "bar", "."]),
        ("# >>> f(1)", ["example", "f one"]),
        ("# run it with -f or --force", ["run it with dash f or dash dash force"]),
        ("# :param items: by name", ["parameter items", "by name"]),
        ("/// <summary>Adds.</summary>", ["summary", "Adds."]),
        ("# ---------------------", ["<rule>"]),
        ("#######################", ["<rule>"]),
        ("# ---- names ----", ["names"]),
        ("# x = compute(1)", ["[commented out code]", "x equals compute one"]),
        ("# the 2nd of 1,000 items, 3.5 each", ["the 2nd of one thousand items, three point five each"]),
        ("# 3f2504e0-4f89-11d3-9a0c-0305e82c3301", ["u u i d three f to zero one"]),
        ("# da39a3ee5e6b4b0d3255bfef95601890afd80709", ["hash d a three nine a three"]),
        ("# wait... done", ["wait, done"]),
        ("# a \u2192 b \u2014 c", ["a right arrow b, c"]),
        ("# width * height - 1 = -1", ["width star height, one equals minus one"]),
        ("#", []),
    ],
)  # fmt: skip
def test_comments_are_prose(text: str, said: list[str]) -> None:
    assert comment(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"# {'-' * 50} (a)", ["a,"]),
        (f"# end {'-' * 60}:", ["end,"]),
        (f"# {'~' * 40} {'+' * 40} (x)", ["x,"]),
    ],
)
def test_long_runs_take_no_longer_than_their_length(text: str, said: list[str]) -> None:
    """Patterns that try each way to divide a run would never end here."""
    assert comment(text) == said


def test_a_rule_has_a_word_where_cues_are_off() -> None:
    assert comment("# =======", cues=False) == ["[rule]"]


def test_symbols_of_comments_are_named_from_their_level_on() -> None:
    assert comment("# a (b)", "most") == ["number a left paren b right paren"]
    assert comment("# it's, ok", "all") == ["number it's comma okay"]


def test_commented_out_code_is_announced_once() -> None:
    text = "# a = 1\n# b = f(2)\n# and now for the rest\n# c = 3;\n"
    said = [u.text for line in Wording(Options(indentation="off")).lines(FakeSource(text)) for u in line]
    announced = [index for index, words in enumerate(said) if words == "commented out code"]
    assert announced == [0, 4]


@pytest.mark.parametrize(
    "text",
    [
        "return x;",
        "if (a) {",
        "x += 1",
        "foo(bar, baz)",
        "import os",
        "}",
        "const a = 1;",
        "for i in range(3):",
    ],
)
def test_commented_out_code_is_recognized(text: str) -> None:
    assert looks_like_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "return the value",
        "if this is so, stop",
        "x is one",
        "Note: see foo(bar).",
        "import from the list",
        "a; b",
        "",
    ],
)
def test_prose_is_not_taken_for_code(text: str) -> None:
    assert not looks_like_code(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"hello world"', "hello world"),
        ('""', "empty string"),
        ('" "', "space"),
        ('"---"', "three dashes"),
        ('", "', "comma space"),
        ('"Done."', "Done."),
        ('r"^\\d+$"', "raw start digit one or more end"),
        ('r"C:\\x"', "raw C colon backslash x"),
        ('b"ab"', "bytes ab"),
        ('"a\\tb\\n"', "a tab b new line"),
        ('"\\u00e9\\x41\\N{BULLET}"', "unicode e acute byte four one unicode bullet"),
        ('"{} of {total:>5}"', "hole of hole total format greater five"),
        ('"50% off"', "fifty percent off"),
        ('"a/b.txt"', "a slash b dot t x t"),
    ],
)
def test_strings(text: str, said: str) -> None:
    assert literal(text) == said


def test_quotes_are_named_from_their_level_on() -> None:
    assert literal('f"a"', "most") == "f string quote a quote"
    assert literal('"a\\n"', "all") == "quote a backslash n quote"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "/^a+[0-9]{2,}$/gi",
            "pattern start a one or more one of zero through nine end set two or more times end "
            "end pattern flags g i",
        ),
        ("/(?:x|y)*?/", "pattern plain group x or y end group any number, lazy end pattern"),
        ("/\\w\\.[^\\s]/", "pattern word character dot none of blank end set end pattern"),
    ],
)
def test_regular_expressions(text: str, said: str) -> None:
    assert literal(text, role="regexp", language="javascript") == said
