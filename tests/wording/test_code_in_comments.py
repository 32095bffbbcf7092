"""Code and markup in comments: parsed in the language around it; prose is not taken for code."""

from __future__ import annotations

import pytest
from codechoir.languages import detection
from codechoir.model import Category
from codechoir.settings import WordingOptions
from codechoir.syntax import snippet_spans
from codechoir.syntax.document import Document
from codechoir.wording import Wording
from codechoir.wording.code_in_comments import looks_like_code

WORDING = Wording(WordingOptions(indentation="off"))


def comment(language: str, text: str) -> str:
    """What is said of the comments of a text; the narrator's words in square brackets."""
    known = detection.language_named(language)
    assert known is not None
    snapshot = Document(text, known).snapshot()
    inside = [(s.start, s.end) for s in snapshot.spans() if s.category is Category.COMMENT]
    said = [
        f"[{u.text}]" if u.category is Category.NARRATION else u.text
        for line in WORDING.lines(snapshot)
        for u in line
        if u.text and any(start <= u.start < end for start, end in inside)
    ]
    return " ".join(said)


COMMENTS = {
    "bash": "# {}",
    "c": "/* {} */",
    "cpp": "// {}",
    "csharp": "/// {}",
    "go": "package a\n// {}\n",
    "java": "/** {} */",
    "kotlin": "// {}\n",
    "scala": "// {}",
    "swift": "// {}",
    "javascript": "/** {} */",
    "php": "<?php // {}",
    "python": "# {}",
    "ruby": "# {}",
    "rust": "/// {}",
    "tsx": "// {}",
    "typescript": "// {}",
}


@pytest.mark.parametrize("language", COMMENTS)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Use `--all` here.", "Use dash dash all here."),
        ("Use `*` here.", "Use star here."),
        ("Use `a/b` here.", "Use a slash b here."),
        ("Use `src/main.c` here.", "Use s r c slash main dot c here."),
        ("Use `foo-bar` here.", "Use foo dash bar here."),
        ("Use `==` here.", "Use equals equals here."),
        ("A lone `-` here.", "A lone dash here."),
    ],
)
def test_what_is_no_code_is_said_sign_by_sign(language: str, content: str, said: str) -> None:
    assert comment(language, COMMENTS[language].format(content)).replace(" .", ".") == said


@pytest.mark.parametrize(
    ("language", "code", "said"),
    [
        ("rust", "Option<T>", "option of t"),
        ("rust", "x.y()?", "x dot y call try"),
        ("rust", "fn f(x: T) -> U", "function f x is t returns u"),
        ("csharp", "List<T>", "list of t"),
        ("java", "Map<K, V>", "map of k, v"),
        ("java", "a < b", "a less than b"),
        ("typescript", "Promise<void>", "promise of void"),
        ("tsx", "a?.b", "a optional dot b"),
        ("javascript", "f(a, b)", "f a, b"),
        ("python", "x != y", "x not equal y"),
        ("python", "*args", "star args"),
        ("python", "__init__", "dunder init"),
        ("go", "map[string]int", "map of string int"),
        ("go", "x := 1", "x becomes one"),
        ("c", "a->b", "a arrow b"),
        ("c", "int *p", "int pointer p"),
        ("c", "x * y", "x times y"),
        ("cpp", "vector<int>", "vector of int"),
        ("php", "$a->b", "a arrow b"),
        ("ruby", "a&.b", "a optional dot b"),
        ("kotlin", "List<Int>", "list of int"),
        ("kotlin", "a?.b", "a optional dot b"),
        ("scala", "Option[Int]", "option of int"),
        ("swift", "Array<Int>", "array of int"),
        ("bash", "a | b", "a pipe to b"),
    ],
)
def test_code_between_backticks_has_the_words_of_its_language(language: str, code: str, said: str) -> None:
    assert comment(language, COMMENTS[language].format(f"See `{code}` now.")) == f"See {said} now."


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("java", "/** <p>Adds {@code a + b} &amp; <b>x</b>.<ul><li>one</li></ul> */",
         "Adds a plus b and x. one,"),
        ("java", "/** {@code List<String>} {@link Foo#bar} */", "list of string foo dot bar"),
        ("java", "/** See {@inheritDoc} <code>a &lt; b</code> */",
         "See inherited documentation a less than b"),
        ("csharp", '/// <summary>Adds <c>a &lt; b</c> &lt;x&gt; <see cref="List{T}"/>.</summary>',
         "summary Adds a less than b less x greater list of t."),
        ("csharp", '/// <param name="a">The <paramref name="b"/> of <see cref="T:A.B"/>.</param>',
         "parameter a The b of a dot b."),
        ("javascript", "/** @param {Map<string, number[]>} a */", "parameter map of string, number array a"),
        ("javascript", "/** @param {?string} a */", "parameter optional string a"),
        ("javascript", "/** @param {...number} b */", "parameter any number of number b"),
        ("javascript", "/** @returns {{a: number, b: string}} c */",
         "returns map a is number, b is string c"),
        ("typescript", "/** @type {(a: string) => void} */", "type function a is string to void"),
        ("php", "<?php /** @param int|null $x the sum */", "parameter int or null x the sum"),
        ("rust", "/// See [`Vec<T>`](crate::Vec).", "See, vec of t."),
        ("python", "def f():\n    '''X.\n\n    >>> f(a != b)\n    ... g(2)\n    '''",
         "X. example f a not equal b g two"),
    ],
)  # fmt: skip
def test_documentation_has_the_words_of_its_language(language: str, text: str, said: str) -> None:
    assert comment(language, text).replace(" .", ".") == said


@pytest.mark.parametrize("language", COMMENTS)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("n = number of rows", "n equals number of rows"),
        ("... existing code", "existing code"),
        ("... existing code ...", "existing code"),
        ("break", "break"),
        ("continue", "continue"),
        ('File "a.py", line 3, in run', "File a dot py, line three, in run"),
        ("Traceback (most recent call last):", "Traceback, most recent call last,"),
        ("at a.b.run(File.java:12)", "at a dot b dot run left paren File dot java colon twelve right paren"),
        ("x: the first value", "x, the first value"),
    ],
)
def test_prose_is_not_code_that_was_commented_out(language: str, content: str, said: str) -> None:
    assert comment(language, COMMENTS[language].format(content)).rstrip(", ") == said.rstrip(", ")


@pytest.mark.parametrize(
    "text",
    [
        "x = compute(1)",
        "return not done;",
        "a = b if c else d",
        "x = new Foo(a)",
        "break;",
        "for x in range(3):",
        "y = await f()",
    ],
)
def test_code_that_was_commented_out_is_still_found(text: str) -> None:
    assert looks_like_code(text)


def test_a_piece_that_is_no_code_has_no_spans() -> None:
    rust = detection.language_named("rust")
    text = detection.language_named("text")
    assert rust is not None
    assert text is not None
    assert snippet_spans(rust, "is no code at all") == ()
    assert snippet_spans(rust, "x" * 300) == ()
    assert snippet_spans(text, "x") == ()
    assert [span.start for span in snippet_spans(rust, "Vec<u8>")] == [0, 3, 4, 6]
