"""Text that is no valid text of its language by itself: commands in a value of YAML, arguments of a macro."""

from __future__ import annotations

import pytest
from codechoir.languages import language_named
from codechoir.model import Span
from codechoir.syntax.document import Document

Found = tuple[str, str, str, str]


def document(language: str, source: str) -> Document:
    known = language_named(language)
    assert known is not None
    return Document(source, known)


def tokens(language: str, source: str) -> list[Found]:
    """Text, category, role and language of each token."""
    snapshot = document(language, source).snapshot()

    def told(span: Span) -> Found:
        return snapshot.text[span.start : span.end].decode(), span.category.value, span.role, span.language

    return [told(span) for span in snapshot.spans()]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        # YAML
        ("yaml", "- run: ls | wc", ("|", "operator", "pipe", "bash")),
        ("yaml", "- run: 'ls && x'", ("&&", "operator", "logical.and", "bash")),
        ("yaml", "- run: |\n    cat <<E\n    a\n    E\n    rm $x\n", ("rm", "function", "", "bash")),
        ("yaml", "- run: >-\n    make\n    all\n", ("all", "literal", "string", "bash")),
        ("yaml", "script:\n  - make $x\n", ("$", "operator", "expansion", "bash")),
        (
            "yaml",
            "- run: |\n    $x -eq 1\n  shell: pwsh\n",
            ("-eq", "operator", "comparison.equal", "powershell"),
        ),
        ("yaml", "- shell: python\n  run: |\n    not x\n", ("not", "operator", "logical.not", "python")),
        ("yaml", "if: ${{ !cancelled() }}\n", ("!", "operator", "logical.not", "javascript")),
        ("yaml", "- run: a ${{ b.c == 'd' }}\n", ("==", "operator", "comparison.equal", "javascript")),
        ("yaml", "name: a | b\n", ("a | b", "literal", "string", "yaml")),
        # Dockerfiles and Makefiles
        ("docker", "RUN a \\\n  # c\n  b && c $D/e\n", ("&&", "operator", "logical.and", "bash")),
        ("docker", "RUN a \\\n  # c\n  b && c $D/e\n", ("b", "literal", "string", "bash")),
        ("docker", "RUN <<E\necho hi\nE\n", ("echo", "function", "", "bash")),
        ("docker", "CMD x || exit 1\n", ("exit", "keyword", "", "bash")),
        ("make", "a:\n\trm -f $(X) && b\n", ("-f", "variable", "flag", "bash")),
        ("make", "a:\n\trm -f $(X) && b\n", ("X", "variable", "", "make")),
        (
            "make",
            "a:\n\tfor i in 1; do \\\n\t echo $$i; \\\n\tdone\n",
            ("done", "keyword", "block.close", "bash"),
        ),
        ("make", "a:\n\techo $$i; b\n", ("i", "variable", "", "bash")),
        ("make", "a:\n\techo $$i\n", ("$$", "punctuation", "expansion", "make")),
        ("make", "A = $(shell git log | wc)\n", ("|", "operator", "pipe", "bash")),
        # arguments of macros in Rust
        ("rust", "fn f() { assert_eq!(*a, &b); }", ("*", "operator", "dereference", "rust")),
        ("rust", "fn f() { assert_eq!(*a, &b); }", ("&", "operator", "reference", "rust")),
        ("rust", "fn f() { p!(a * b); }", ("*", "operator", "times", "rust")),
        ("rust", "fn f() { p!(x!(-y)); }", ("-", "operator", "unary.minus", "rust")),
        ("rust", "fn f() { p!(!a || b(c)?); }", ("!", "operator", "logical.not", "rust")),
        ("rust", "fn f() { p!{ a => b * c } }", ("*", "operator", "token", "rust")),
        ("rust", "fn f() { matches!(x, A(_) | B) }", ("|", "operator", "alternative", "rust")),
        ("rust", "macro_rules! m { ($x:expr) => { $x * &y }; }", ("*", "operator", "token", "rust")),
        ("rust", "macro_rules! m { ($x:expr) => { $x * &y }; }", ("&", "operator", "token", "rust")),
        ("rust", "fn f() { vec![0; n] }", (";", "punctuation", "array.size", "rust")),
        # pages
        (
            "vue",
            "<template><p>{{ a < b }}</p></template>",
            ("<", "operator", "comparison.less", "typescript"),
        ),
        ("vue", '<p :class="{ a: !b }" @click="go(a)"/>', ("!", "operator", "logical.not", "typescript")),
        ("svelte", "{#if a < b}<p/>{/if}", ("<", "operator", "comparison.less", "typescript")),
        ("astro", "---\nlet a = b < c\n---\n<p>{d}</p>", ("<", "operator", "comparison.less", "typescript")),
        (
            "astro",
            "---\nlet a\n---\n<p>{d.map((e) => <b>{e}</b>)}</p>",
            ("=>", "operator", "arrow.lambda", "tsx"),
        ),
        # strings of Kotlin
        ("kotlin", 'x = "a $b c"', ("b", "variable", "", "kotlin")),
        ("kotlin", 'x = "a $b c"', ("$", "punctuation", "interpolation.open", "kotlin")),
        ("kotlin", 'x = "costs $5"', ('"costs $5"', "literal", "string", "kotlin")),
    ],
)
def test_a_token_of_a_fragment(language: str, source: str, expected: Found) -> None:
    assert expected in tokens(language, source)


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("yaml", "- run: |\n    a ${{ b\n    c }}\n  x: 1\n"),
        ("yaml", '- run: "a\\"b"\n- run: >\n\n   a\n\n- run: |\n'),
        ("yaml", "- run: ''\n- run: '\n"),
        ("docker", "RUN a \\\n\n\nRUN\nRUN [\n"),
        ("make", "a:\n\t@\n\t-$(\n\t$$\n"),
        ("rust", "fn f() { a!(; b![)]; c!{ d!(e!(f!(g!(h!(i!(j)))))) } }"),
        ("vue", "<p>{{ a </p>{{ b }} {{"),
        ("svelte", "<p>{a {b}</p>{#if}"),
        ("astro", "---\nlet a = '-->'\n---\n<p>"),
        ("astro", "---\nlet a\n"),
        ("kotlin", 'x = "$a$b${c}$"'),
    ],
)
def test_unfinished_text_has_all_its_tokens(language: str, source: str) -> None:
    found = tokens(language, source)
    white = str.maketrans("", "", " \t\n")
    assert "".join(text for text, *_ in found).translate(white) == source.translate(white)


@pytest.mark.parametrize(
    ("language", "before", "insert", "after"),
    [
        ("vue", "<p>{{ a < b }", "}", "</p>"),
        ("astro", "---\nlet a = '<b>'\n--", "-", "\n<p>{d}</p>"),
        ("make", "a:\n\techo $(X", ")", " && b\n"),
        ("docker", "RUN a ", "\\", "\n  b\n"),
        ("cpp", "class API W ", "{", " public: int x; };\nint y;\n"),
        ("cpp", "int a;\nclass API", " W", "\n{ public: int x; };\n"),
        ("c", "API int f(", "void", ");\nint g(void);\n"),
        ("c", "API int f", "", "(void);\n"),
    ],
)
def test_an_edit_gives_what_the_whole_text_gives(language: str, before: str, insert: str, after: str) -> None:
    edited = document(language, before + after)
    edited.snapshot().spans()
    edited.edit(len(before), len(before), insert)
    whole = document(language, before + insert + after)
    assert edited.snapshot().spans() == whole.snapshot().spans()
