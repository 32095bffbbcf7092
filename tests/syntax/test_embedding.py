"""Languages inside other languages have their own spans."""

from __future__ import annotations

import pytest
from codechoir.languages.detection import detect_language
from codechoir.syntax.document import Document


def tokens(source: str, name: str) -> list[tuple[str, str, str]]:
    """Text, category and language of each span."""
    snapshot = Document(source, detect_language(None, b"", name)).snapshot()
    return [(snapshot.text[s.start : s.end].decode(), s.category.value, s.language) for s in snapshot.spans()]


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("html", "<script>let a</script>", ("let", "keyword", "javascript")),
        ("html", '<script lang="ts">let a: T</script>', ("T", "type", "typescript")),
        ("html", '<script type="application/json">[1]</script>', ("1", "literal", "json")),
        ("html", '<script type="text/x-unknown">a b</script>', ("a", "variable", "javascript")),
        ("html", "<style>p { top: 1px }</style>", ("top", "variable", "css")),
        ("html", '<p style="top: 1px">', ("1px", "literal", "css")),
        ("html", '<p onclick="go(1)">', ("go", "function", "javascript")),
        ("markdown", "```rust\nfn f() {}\n```", ("fn", "keyword", "rust")),
        ("markdown", "```kotlin\nfun f() {}\n```", ("fun", "keyword", "kotlin")),
        ("markdown", "```nobody-knows\nfn f() {}\n```", ("fn f() {}", "literal", "markdown")),
        ("markdown", "---\na: 1\n---\n", ("a", "variable", "yaml")),
        ("markdown", "+++\na = 1\n+++\n", ("a", "variable", "toml")),
        ("markdown", "<div>\n<p>hi</p>\n</div>\n", ("p", "type", "html")),
        ("markdown", "a <b>c</b>", ("b", "type", "html")),
        ("php", "<p><?php f(); ?></p>", ("p", "type", "html")),
        ("php", "<?php f(); ?><script>let a</script>", ("let", "keyword", "javascript")),
        ("javascript", "x = /a+/", ("+", "operator", "regex")),
        ("javascript", "x = html`<b>`", ("b", "type", "html")),
        ("typescript", "x = sql`select 1`", ("select", "keyword", "sql")),
        ("c", "#define F(x) (x + 1)\n", ("+", "operator", "c")),
        ("cpp", "#define F nullptr\n", ("nullptr", "literal", "cpp")),
        ("python", "f'{f(1)}'", ("f", "function", "python")),
        ("javascript", "`${f(1)}`", ("f", "function", "javascript")),
        ("csharp", '$"{F(1)}";', ("F", "function", "csharp")),
        ("ruby", '"#{f(1)}"', ("f", "function", "ruby")),
        ("bash", 'echo "$(date)"', ("date", "function", "bash")),
    ],
)
def test_a_token_of_the_inner_language(name: str, source: str, expected: tuple[str, str, str]) -> None:
    assert expected in tokens(source, name)


def test_a_quotation_is_no_part_of_the_code_that_it_quotes() -> None:
    found = tokens('> ```python\n> x = """a\n> b"""\n> ```\n', "markdown")
    assert (">", "punctuation", "markdown") in found
    assert ('"""a', "literal", "python") in found
    assert ('b"""', "literal", "python") in found


def test_the_page_around_php_is_one_page() -> None:
    """An attribute that code interrupts goes on after it."""
    found = tokens('<p class="a <?= $b ?> c">d</p>', "php")
    assert ('"a', "literal", "html") in found
    assert ('c"', "literal", "html") in found
    assert ("d", "literal", "html") in found


def test_an_error_message_of_the_preprocessor_is_text() -> None:
    assert ("don't do that", "literal", "c") in tokens("#error don't do that\n", "c")


@pytest.mark.parametrize(
    ("body", "operators"),
    [
        ('#x "# \\" #" ##y', ["#", "##"]),
        ("'#' #x '\"' #y '", ["#", "#"]),
        ('\\" #x \\" #y', ["#", "#"]),
        ('\\" #x \\" #y "#"', ["#"]),
    ],
)
def test_operators_of_a_macro_are_not_those_in_its_strings(body: str, operators: list[str]) -> None:
    """A quote that is never closed starts no string."""
    found = tokens(f"#define F(x, y) {body}\n", "c")
    assert [text for text, category, _ in found if category == "operator" and set(text) == {"#"}] == operators


def test_nesting_of_languages_ends_somewhere() -> None:
    source = ""
    for depth in range(12, 2, -1):
        fence = "`" * depth
        source = f"{fence}markdown\n{source}\n{fence}\n" if source else f"{fence}python\nx = 1\n{fence}\n"
    document = source
    for depth in range(13, 20):
        fence = "`" * depth
        document = f"{fence}markdown\n{document}{fence}\n"
    assert tokens(document, "markdown")


def test_the_words_of_a_heading_are_a_heading() -> None:
    snapshot = Document("# Some *words*\n", detect_language("a.md", b"")).snapshot()
    assert [span.capture for span in snapshot.spans()][1] == "text.title"
