"""One speaker for regular expressions: literals with a syntax tree, and strings that are passed as one."""

from __future__ import annotations

import pytest
from codechoir.languages import detection
from codechoir.model import Category, Utterance
from codechoir.settings import WordingOptions
from codechoir.syntax.document import Document
from codechoir.wording import Wording

WORDING = Wording(WordingOptions(indentation="off"))


def utterances(language: str, text: str) -> list[Utterance]:
    known = detection.language_named(language)
    assert known is not None
    lines = WORDING.lines(Document(text, known).snapshot())
    return [u for line in lines for u in line if u.text and u.category is not Category.NARRATION]


def heard(language: str, text: str) -> str:
    return " ".join(u.text for u in utterances(language, text))


PLACES = {
    "python": 're.compile(r"{}")',
    "javascript": "x = /{}/",
    "typescript": "x = /{}/",
    "tsx": "x = /{}/",
    "ruby": "x = /{}/",
    "go": "package a\nvar x = regexp.MustCompile(`{}`)\n",
    "rust": 'fn f() {{ Regex::new(r"{}"); }}',
    "cpp": 'std::regex x(R"({})");',
    "csharp": 'class A {{ R x = new Regex(@"{}"); }}',
    "php": "<?php preg_match('/{}/', $x);",
}
PATTERNS = [
    (r"^a+$", "start a one or more end"),
    (r"[.+*]", "one of dot plus star end set"),
    (r"[^a-z\d_-]", "none of a through z digit underscore dash end set"),
    (r"[A-Za-z]", "one of cap a through cap z a through z end set"),
    (r"[(|)$^]", "one of left paren bar right paren dollar caret end set"),
    (r"a{2}b{3}c{1}", "a twice b three times c once"),
    (r"a{2,}b{2,4}", "a two or more times b two to four times"),
    (r"(a)\1", "group a end group back reference one"),
    (r"(?:a|b)", "plain group a or b end group"),
    (r"(?<!a)b(?<=c)", "not preceded by a end group b preceded by c end group"),
    (r"a(?=b)(?!c)", "a followed by b end group not followed by c end group"),
    (r"Error HTTP", "cap error space all caps h t t p"),
    (r"a b", "a space b"),
    (r".*?x+?", "any any number lazy x one or more lazy"),
    (r"\d\D\w\W\s\S\b\B", "digit non digit word character non word character blank non blank word boundary "
     "no word boundary"),
    (r"a\.b\*", "a dot b star"),
    (r"a-b_c!d", "a dash b underscore c bang d"),
]  # fmt: skip


@pytest.mark.parametrize("language", PLACES)
@pytest.mark.parametrize(("pattern", "said"), PATTERNS)
def test_one_pattern_has_the_same_words_everywhere(language: str, pattern: str, said: str) -> None:
    words = heard(language, PLACES[language].format(pattern)).replace(",", "")
    assert f" {said} " in f"{words} ", words


@pytest.mark.parametrize("language", ["python", "ruby", "csharp", "rust", "go", "javascript"])
def test_flags_inside_of_a_pattern_are_said(language: str) -> None:
    assert "flags i a" in heard(language, PLACES[language].format("(?i)a"))


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("python", 're.sub("\\\\d+", "", x)', "re dot sub digit one or more empty string x"),
        ("python", "re.split('\\n', x)", "re dot split new line x"),
        ("python", 're.match("\\bx", y)', "re dot match backspace x y"),
        ("python", 're.match(r"(?P<a>b)(?P=a)", y)',
         "re dot match raw group named a b end group back reference a y"),
        ("python", 're.match(r"(?(1)a|b)", y)', "re dot match raw if group one a or b end group y"),
        ("python", 're.match(r"x" r"[.]", y)', "re dot match raw x joined with raw one of dot end set y"),
        ("python", 're.compile("[%(a)s]%(b)s+" % c)',
         "re dot compile one of hole a end set hole b one or more formatted with c"),
        ("python", 're.compile("a b %(c)s" % d, re.X)',
         "re dot compile a b hole c formatted with d re dot x"),
        ("python", 'pattern.split(", ")', "pattern dot split comma space"),
        ("go", 'package a\nvar x = regexp.MatchString("a\\\\d", y)',
         "package a var x gets regexp dot match string a digit y"),
        ("java", 'class A { Object p = Pattern.compile("^\\\\d", 1); }',
         "class a object p gets pattern dot compile start digit one"),
        ("java", 'class A { String s = t.replaceAll("[.]", "x"); }',
         "class a string s gets t dot replace all one of dot end set x"),
        ("java", 'class A { String s = m.replaceAll("$1"); }',
         "class a string s gets m dot replace all dollar one"),
        ("csharp", 'class A { bool b = Regex.IsMatch(s, "^a\\\\d"); }',
         "class a bool b gets regex dot is match s start a digit"),
        ("csharp", 'class A { [GeneratedRegex("a+")] R x(); }',
         "class a attribute generated regex on a one or more r x"),
        ("javascript", 'new RegExp("a\\\\d", "i")', "new reg exp a digit i"),
        ("javascript", 'RegExp("\\d")', "reg exp d"),
        ("javascript", "RegExp(String.raw`\\d`)", "reg exp string dot raw template digit"),
        ("javascript", "x = / a /u", "x gets pattern space a space end pattern flags u"),
        ("rust", 'fn f() { regex::bytes::Regex::new("\\\\d"); }',
         "function f regex path bytes path regex path new digit semi"),
        ("cpp", 'auto x = std::regex("a\\\\d");', "auto x gets standard scope regex a digit"),
        ("c", 'int f() { regcomp(&r, "a\\\\d", 1); }', "int f regcomp address of r a digit one"),
        ("php", '<?php preg_replace("#a\\\\d#i", "", $x);',
         "p h p preg replace pattern a digit end pattern flags i empty string x"),
        ("php", "<?php preg_match('{^/a$}', $x);",
         "p h p preg match pattern start slash a end end pattern x"),
        ("ruby", "Regexp.new('^a')", "regexp dot new start a"),
        ("ruby", "x = /a b # c/x", "x gets pattern a b comment c end pattern flags x"),
        ("kotlin", 'val x = Regex("a\\\\d")\n', "val x gets regex a digit"),
        ("kotlin", 'val x = """a\\d""".toRegex()\n', "val x gets a digit dot to regex call"),
        ("scala", 'val x = "[.]".r', "val x gets one of dot end set dot r"),
        ("dart", 'var x = RegExp(r"[.]");', "var x gets reg exp raw one of dot end set"),
        ("bash", "[[ $x =~ ^a+[.]$ ]]", "test dollar x matches start a one or more one of dot end set end"),
    ],
)  # fmt: skip
def test_a_string_that_is_passed_as_a_pattern(language: str, text: str, said: str) -> None:
    assert heard(language, text).replace(",", "") == said


def test_a_verbose_pattern_has_comments_and_no_blanks() -> None:
    text = 're.compile(r"""\n  \\d+  # the digits\n  [# ]a\n""", re.X)'
    said = [(u.text, u.category) for u in utterances("python", text)][4:-4]
    assert said == [
        ("digit one or more", Category.LITERAL),
        ("the digits", Category.COMMENT),
        ("one of number space end set a", Category.LITERAL),
    ]


def test_an_escape_in_another_string_is_still_a_token() -> None:
    assert [u.text for u in utterances("python", 'x.sub("\\n", "a")')] == ["x", "dot", "sub", "new line", "a"]


def test_the_words_cover_a_verbose_line_in_order() -> None:
    text = 're.compile("""\n é # ü\n""", re.VERBOSE)'
    found = [text.encode()[u.start : u.end].decode() for u in utterances("python", text)]
    assert found[3:5] == [" é ", "# ü"]
