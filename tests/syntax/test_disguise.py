"""Macros that C and C++ have before classes and functions: the parser sees blanks there."""

from __future__ import annotations

import pytest
from codechoir.languages import language_named
from codechoir.syntax.disguise import DISGUISES
from codechoir.syntax.document import Document
from codechoir.syntax.parsing import Disguised
from codechoir.syntax.tree_analysis import DISGUISED_GRAMMARS
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("class API W { };", "class     W { };"),
        ("class API_X W final : public B", "class       W final : public B"),
        ("struct EXPORT Foo\n{", "struct        Foo\n{"),
        ("API int f(int a);", "    int f(int a);"),
        ("WINBASEAPI BOOL WINAPI f(HANDLE h);", "           BOOL        f(HANDLE h);"),
        ("static INLINE int q(int a) { }", "static        int q(int a) { }"),
        ("int EXPORT f(void);", "int        f(void);"),
        ("int f(void) NOEXCEPT;", "int f(void)         ;"),
        ("void f(int a) ATTR(1) {", "void f(int a)         {"),
        ("  Q_OBJECT\n", "          \n"),
    ],
)
def test_a_macro_is_blank(text: str, seen: str) -> None:
    assert DISGUISES["cpp"].change(text.encode()).decode() == seen


@pytest.mark.parametrize(
    "text",
    [
        "struct FOO bar;",
        "struct FOO bar = { 1 };",
        "struct FOO bar(void);",
        "return FOO(x);",
        "else RETURN foo(x);",
        "FOO(x);",
        "BOOL f(void);",
        "HANDLE WORD f(int a);",
        "unsigned int X(3);",
        "if (x) FOO(y);",
        "class A : B { };",
        "enum FOO bar { A, B };",
        "class Widget W { };",
    ],
)
def test_other_code_is_parsed_as_it_is(text: str) -> None:
    assert DISGUISES["cpp"].change(text.encode()) == text.encode()


@pytest.mark.parametrize(
    ("language", "text", "symbols"),
    [
        ("cpp", "class API W : public B {\npublic:\n  API int f();\n};\n", [("class", "W"), ("method", "f")]),
        (
            "c",
            "API int f(int a);\nstatic INLINE T *g(void) { return 0; }\n",
            [("function", "f"), ("function", "g")],
        ),
    ],
)
def test_the_outline_has_what_stands_behind_a_macro(
    language: str, text: str, symbols: list[tuple[str, str]]
) -> None:
    known = language_named(language)
    assert known is not None
    found = Document(text, known).snapshot().symbols()
    assert [(symbol.kind, symbol.name) for symbol in found] == symbols


def test_a_heredoc_of_ruby_inside_another_one_does_not_swallow_the_file() -> None:
    known = language_named("ruby")
    assert known is not None
    text = b"puts <<~A\n  #{f(<<~B)}\n  inner\n  B\n  more\nA\nbar(1)\n"
    found = {text[s.start : s.end]: s for s in Document(text, known).snapshot().spans()}
    assert found[b"bar"].category == "function"
    assert found[b"f"].category == "function"
    assert b"inner\n  B\n  more" in found


HEREDOC = b"<<EOF cat -n\nhi $x  you\n\n  b\nEOF\necho a\n"


def test_a_here_document_before_its_command_is_text() -> None:
    known = language_named("bash")
    assert known is not None
    snapshot = Document(HEREDOC, known).snapshot()
    found = [(HEREDOC[s.start : s.end].decode(), s.category.value, s.role) for s in snapshot.spans()]
    assert found == [
        ("<<", "operator", "heredoc"),
        ("EOF", "literal", "heredoc.word"),
        ("cat", "function", ""),
        ("-n", "variable", "flag"),
        ("hi $x  you", "literal", "heredoc.body"),
        ("b", "literal", "heredoc.body"),
        ("EOF", "literal", "heredoc.end"),
        ("echo", "function", ""),
        ("a", "literal", "string"),
    ]
    for start in range(len(HEREDOC)):
        window = [s for s in snapshot.spans() if s.start < start + 3 and s.end > start]
        assert snapshot.spans(start, start + 3) == window


def test_a_here_document_without_an_end_reaches_to_the_end_of_the_text() -> None:
    known = language_named("bash")
    assert known is not None
    spans = Document(b"<<'E' cat\na | b\n", known).snapshot().spans()
    assert spans[-1].role == "heredoc.body"


LINES = st.lists(
    st.sampled_from(["class API W {", "API int f(void);", "int f(void) NOEXCEPT;", "}", "", "<<E cat", "E"]),
    max_size=6,
)


def test_the_grammars_that_load_the_rules_are_those_that_have_one() -> None:
    assert set(DISGUISES) == DISGUISED_GRAMMARS


@given(before=LINES, after=LINES, name=st.sampled_from(sorted(DISGUISES)))
def test_the_next_text_is_what_it_would_be_anew(before: list[str], after: list[str], name: str) -> None:
    disguise = DISGUISES[name]
    old, new = ("\n".join(lines).encode() for lines in (before, after))
    first = Disguised(old, disguise.change(old))
    current, edit = first.replaced(disguise, new)
    assert current == Disguised(new, disguise.change(new))
    assert first.seen[: edit.start] == current.seen[: edit.start]
    assert first.seen[edit.old_end :] == current.seen[edit.new_end :]
