"""Every sign of a string or of a word without blanks is said, and no role of code is heard in a text."""

from __future__ import annotations

import pytest
from codechoir.languages import detection
from codechoir.model import Category
from codechoir.settings import WordingOptions
from codechoir.syntax.document import Document
from codechoir.wording import Wording
from codechoir.wording.text_signs import TextKind, sign_use

WORDING = Wording(WordingOptions(indentation="off"))


def heard(language: str, text: str) -> str:
    """All that is said of a text, the narrator's words included."""
    known = detection.language_named(language)
    assert known is not None
    lines = WORDING.lines(Document(text, known).snapshot())
    return " ".join(u.text for line in lines for u in line if u.text)


STRINGS = {
    "bash": 'echo "{}"',
    "c": 'char *x = "{}";',
    "cpp": 'auto x = "{}";',
    "csharp": 'class A {{ string x = "{}"; }}',
    "css": 'a {{ content: "{}" }}',
    "go": 'package a\nvar x = "{}"\n',
    "haskell": 'x = "{}"',
    "html": '<a b="{}">c</a>',
    "java": 'class A {{ String x = "{}"; }}',
    "javascript": 'x = "{}"',
    "json": '["{}"]',
    "jsx": '<A b="{}"/>',
    "kotlin": 'val x = "{}"',
    "lua": 'x = "{}"',
    "php": '<?php $x = "{}";',
    "python": 'x = "{}"',
    "ruby": 'x = "{}"',
    "rust": 'static X: &str = "{}";',
    "sql": "select '{}'",
    "swift": 'let x = "{}"',
    "toml": 'x = "{}"',
    "tsx": 'x = "{}"',
    "typescript": 'x = "{}"',
    "yaml": 'x: "{}"',
}
COMMENTS = {
    "bash": "# {}",
    "c": "/* {} */",
    "cpp": "// {}",
    "csharp": "// {}",
    "css": "/* {} */",
    "go": "package a\n// {}\n",
    "haskell": "-- {}",
    "html": "<!-- {} -->",
    "java": "// {}",
    "javascript": "// {}",
    "kotlin": "// {}\n",
    "lua": "-- {}",
    "markdown": "{}",
    "php": "<?php // {}",
    "python": "# {}",
    "ruby": "# {}",
    "rust": "// {}",
    "sql": "-- {}",
    "swift": "// {}",
    "text": "{}",
    "toml": "# {}",
    "tsx": "// {}",
    "typescript": "// {}",
    "yaml": "# {}",
}


@pytest.mark.parametrize("language", STRINGS)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("!ok", "bang okay"),
        ("ok!", "okay bang"),
        ("a|b", "a bar b"),
        ("a;b", "a semi b"),
        ("a^b", "a caret b"),
        ("a-b", "a dash b"),
        ("a_b", "a underscore b"),
        ("~/a", "tilde slash a"),
        ("^1.2.3", "caret one dot two dot three"),
        ("~1.2.3", "tilde one dot two dot three"),
        ("v1.2.3", "v one dot two dot three"),
        ("1e-10", "one e minus ten"),
        ("10^6", "ten caret six"),
        ("x²", "x squared"),
        ("3F", "three f"),
        ("127.0.0.1:8080", "one hundred twenty seven dot zero dot zero dot one colon eight thousand eighty"),
        ("http://a.b/c?d_e=f", "h t t p colon slash slash a dot b slash c question d underscore e equals f"),
        ("**/*.js", "star star slash star dot j s"),
        ("<%= a %>", "less percent equals a percent greater"),
        ("a -> b", "a dash greater b"),
        ("Wi-Fi", "Wi dash Fi"),
        ("Hello, world!", "Hello, world!"),
    ],
)
def test_a_string_loses_no_sign(language: str, content: str, said: str) -> None:
    if language == "html" and "<" in content:
        content = content.replace("<%=", "&lt;%=").replace("%>", "%&gt;")
    words = heard(language, STRINGS[language].format(content))
    assert said in words, words


@pytest.mark.parametrize("language", sorted(set(STRINGS) - {"bash", "php", "ruby", "kotlin", "html", "jsx"}))
def test_a_dollar_before_a_digit_is_said(language: str) -> None:
    assert "dollar five" in heard(language, STRINGS[language].format("$5"))


@pytest.mark.parametrize("language", COMMENTS)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("it is !ok now", "it is bang okay now"),
        ("wow! so", "wow! so"),
        ("this a|b and a;b", "this a bar b and a semi b"),
        ("see 3F and 7D", "see three f and seven d"),
        ("use Wi-Fi and a fi", "use Wi Fi and a fi"),
        ("in C# and C++ too", "in c sharp and c plus plus too"),
        ("the colour #fff here", "the colour number f f f here"),
        (
            "see https://a.b/c?d=e now",
            "see h t t p s colon slash slash a dot b slash c question d equals e now",
        ),
        ("up to 10^6 or x²", "up to ten caret six or x squared"),
        ("at v1.2.3 of it", "at v one dot two dot three of it"),
        ("a sign \"*\" or '~' there", "a sign star or tilde there"),
        ("they say (so) too", "they say, so, too"),
    ],
)
def test_a_comment_loses_no_sign(language: str, content: str, said: str) -> None:
    words = heard(language, COMMENTS[language].format(content))
    if language == "markdown" and "https" in content:
        said = said.replace("see ", "")
    assert said in words, words


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("yaml", "if: ${{ !cancelled() }}",
         "if is not cancelled call"),
        ("yaml", "name: a!b", "name is a bang b"),
        ("yaml", "run: echo !x", "run is echo bang x"),
        ("bash", "if a; then b; fi", "if a then b end if"),
        ("bash", "case a in b) c;; esac", "case a in b then c end case"),
        ("bash", "fi=1; echo $fi", "fi gets one semi echo dollar fi"),
        ("python", "fi = 1", "fi gets one"),
        ("markdown", "1. first\n2. second", "item one first item two second"),
        ("markdown", "3) third", "item three third"),
        ("html", "<p>Wow! !ok</p>", "p Wow! bang okay end p"),
        ("python", 'x = "{{a}} {b}"', "x gets left brace a right brace hole b"),
        ("javascript", 'x = "{{a}} {b}"',
         "x gets left brace left brace a right brace right brace left brace b right brace"),
    ],
)  # fmt: skip
def test_signs_that_were_lost(language: str, text: str, said: str) -> None:
    assert heard(language, text) == said


@pytest.mark.parametrize("level", ["some", "most", "all"])
def test_no_level_says_less_than_the_one_below(level: str) -> None:
    wording = Wording(WordingOptions(indentation="off", level=level))  # type: ignore[arg-type]
    known = detection.language_named("python")
    assert known is not None
    lines = wording.lines(Document('x = "!a|b"  # !a|b', known).snapshot())
    said = [u.text for line in lines for u in line if u.category in (Category.LITERAL, Category.COMMENT)]
    assert all("bang a bar b" in words for words in said), said


@pytest.mark.parametrize(
    ("kind", "text", "at", "use"),
    [
        ("comment", "- item", 0, "pause"),
        ("comment", "* item", 0, "silent"),
        ("comment", "a * b", 2, "named"),
        ("comment", "so *this* is", 3, "silent"),
        ("comment", "so **kwargs is", 3, "named"),
        ("comment", "f(x)", 1, "named"),
        ("comment", "a (b)", 2, "pause"),
        ("comment", "from -1", 5, "minus"),
        ("string", "Done.", 4, "melody"),
        ("string", "done.", 4, "named"),
        ("string", "not found.", 9, "melody"),
        ("string", "a-z b", 1, "named"),
        ("string", "red-blue b", 3, "silent"),
        ("word", "a-z", 1, "named"),
        ("word", "apt-get", 3, "silent"),
    ],
)
def test_what_a_sign_is_for(kind: TextKind, text: str, at: int, use: str) -> None:
    assert sign_use(text, at, at + 1, kind) == use
