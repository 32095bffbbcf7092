"""Words that are as short as they can be without sounding like other code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from codechoir.languages import language_named, language_names
from codechoir.settings import WordingOptions
from codechoir.syntax import Document
from codechoir.wording import Wording
from codechoir.wording.table_files import check_word_table, load_word_table, natural_languages


def said(language: str, text: str, options: WordingOptions | None = None) -> str:
    known = language_named(language)
    assert known is not None
    lines = Wording(options).lines(Document(text, known).snapshot())
    return " ".join(one.text for line in lines for one in line if one.text)


SAID = [
    # comparisons
    ("python", "a == b != c < d <= e > f >= g",
     "a same as b not equal c less than d at most e greater than f at least g"),
    ("typescript", "a === b !== c", "a identical to b not identical c"),
    ("lua", "x = a == b", "x gets a same as b"),
    ("sql", "SELECT a WHERE b = 1", "select a where b equals one"),
    ("bash", "[ $a = $b ]; [ $a == $b ]; [ $a -eq $b ]",
     "test dollar a equals dollar b semi test dollar a same as dollar b semi "
     "test dollar a is equal to dollar b"),
    # types: only a parameter needs a word, since a comma could stand there too
    ("typescript", "let a: T = b", "let a t gets b"),
    ("typescript", "interface A { b: C; d?: E }", "interface a b c d optional e"),
    ("typescript", "function f(a: T) {}", "function f a is t empty"),
    ("typescript", "function f(a, T) {}", "function f a t empty"),
    ("python", "a: T = b; a, T = b", "a is t gets b semi a t gets b"),
    ("typescript", "interface A { b: C, d?: E }", "interface a b c d optional e"),
    ("typescript", "let a; T = b", "let a semi t gets b"),
    ("typescript", "interface A { b?; C }", "interface a b optional semi c"),
    ("rust", "fn f() { let a; T = b }", "function f let a semi t becomes b"),
    ("typescript", "interface A { b, C }", "interface a b comma c"),
    ("python", "def f(a: T, b: U = 1): pass", "def f a is t b is u default one pass"),
    ("rust", "struct A { b: C } fn f(a: T) { let x: U = |y: V| y; }",
     "struct a b c close function f a is t let x u gets closure y is v to y"),
    ("swift", "let t: (a: A, b: B) = c", "let t tuple a is a b is b gets c"),
    ("scala", "val a = (b: C)", "val a gets paren b is c close"),
    ("haskell", "a = (b :: C)", "a is paren b is a c close"),
    # the end of a string is only said of a part; the strings before do not matter
    ("python", "a = 'b\\n'\nc = '\"'", "a gets b new line c gets quote"),
    # references and pointers
    ("rust", "fn f(a: &T, b: &mut U) -> *const V { &a }",
     "function f a is ref t b is ref mut u returns pointer const v ref a"),
    ("go", "package a\nvar x *T = &y\n", "package a var x pointer t gets address of y"),
    ("cpp", "void f(A &a, B &&b, C *c);", "void f a ref a b r value ref b c pointer c"),
    # TypeScript: types of functions, mapped types
    ("typescript", "type F = (a: T) => U", "type f is function a is t to u"),
    ("typescript", "let f: () => void", "let f function to void"),
    ("typescript", "type M = { [K in keyof T]-?: T[K] }", "type m is each k in keyof t required t sub k"),
    ("rust", "fn f() { a::<B>(c) }", "function f a of b c"),
    # the dot after self and this, and what could sound the same
    ("python", "self.a.b", "self a dot b"),
    ("typescript", "this.a(this)", "this a this"),
    ("rust", "fn f() { self.a }", "function f self a"),
    ("python", "f(self, a)", "f self comma a"),
    ("python", "def f(self, a): pass", "def f self a pass"),
    ("rust", "impl A { fn f(&mut self, a: B) {} }", "impl a function f ref mut self a is b empty"),
    ("python", "self(a)", "self call a"),
    ("python", "self.plus(a)", "self dot plus a"),
    ("python", "self.a(); self_a(); selfish()", "self a call semi self joined a call semi selfish call"),
    ("cpp", "void A::f() { this->a; }", "void a scope f this arrow a"),
    # a new object without arguments
    ("typescript", "a = new B()", "a gets new b"),
    ("typescript", "a = new B().c", "a gets new b call dot c"),
    ("java", "class A { B b = new B(); C c = new B().d(); }",
     "class a b b gets new b c c gets new b call dot d call"),
    ("csharp", "class A { B b = new B(); B c = new B() { D = 1 }; }",
     "class a b b gets new b b c gets new b call with d is one"),
    ("php", "<?php $a = new B();", "p h p a gets new b"),
    ("cpp", "auto a = new B();", "auto a gets new b call"),
    # directives, imports
    ("c", "#define A 1\n#if A\n#endif\n", "define a one hash if a hash end if"),
    ("csharp", "#region A\n#endregion\n", "region A end region"),
    ("rust", "use std::path::{Path, PathBuf};", "use standard path path path path buf"),
    ("rust", "use crate::{a, b, c, d};", "use crate a b c d"),
    ("rust", "use crate::{a, b::{c, d}};", "use crate a b paths c d"),
    ("rust", "use crate::{a, b::c, d};", "use crate a b path c d"),
    ("rust", "use crate::{a, b::{c}, d};", "use crate a b paths c close d"),
    ("rust", "use a::{b::{c, d}, e, f::g};", "use a b paths c d close e f path g"),
    # shifts of streams and lists
    ("cpp", "void f() { a << b << c; d >> e; x = 1 << y; }",
     "void f a put b put c semi d get e semi x gets one shift left y"),
    ("ruby", "a << b; x = 1 << 3", "a append b semi x gets one shift left three"),
    # options, JSX
    ("bash", "head -1 a; kill -9 b", "head dash one a semi kill dash nine b"),
    ("tsx", "const a = () => (<B c={d} />)", "const a gets nothing to b c equals d empty"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "words"), SAID, ids=[f"{row[0]}: {row[1][:30]!r}" for row in SAID]
)
def test_code_is_said_in_few_words(language: str, text: str, words: str) -> None:
    assert said(language, text) == words


# ---- equality is no assignment -----------------------------------------------------------------------------

_EQUALITY = ("comparison.equal", "comparison.identical", "comparison.case")


@pytest.mark.parametrize("natural", natural_languages())
@pytest.mark.parametrize("language", ["", *language_names()])
def test_no_equals_sign_sounds_like_a_comparison(natural: str, language: str) -> None:
    """Neither by a role nor by text, in no language: the words for `==` and `===` are no words for `=`."""
    table = load_word_table(natural, language)
    operators = table.section("operators")
    compared = {operators["=="], operators["==="]} | {table.role_words(role, "==") for role in _EQUALITY}
    others = {table.role_words(role, "=") for role in table.roles if role not in _EQUALITY[1:]}
    others |= {operators["="], table.symbols["="].say}
    if language != "css":  # its only comparison is spelled `=`
        assert not compared & others


# ---- closers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        (
            "rust",
            "fn f() {\n    match a_long.name() {\n        _ => 1,\n    }\n}",
            ["end match", "end function"],
        ),
        ("javascript", "for (const user of users) {\n  f();\n}", ["end for user"]),
        ("javascript", "this.books.forEach((book) => {\n  f();\n});", ["end function"]),
        ("java", "class A {\n  int getB() {\n    c();\n  }\n}", ["end function", "end class"]),
        ("ruby", "a.each do |b|\n  if b\n    c\n  end\nend", ["if", "block"]),
        ("bash", "for a in *; do\n  if b; then\n    c\n  fi\ndone", ["for a"]),
    ],
)
def test_a_closer_is_said_by_what_it_closes(language: str, text: str, words: list[str]) -> None:
    known = language_named(language)
    assert known is not None
    lines = Wording().lines(Document(text, known).snapshot())
    said = [one.text for line in lines for one in line if one.category == "narration" and one.text]
    assert said == words


def test_closers_are_said_in_german() -> None:
    code = "function f() {\n  if (a) {\n    b;\n  }\n}"
    assert said("javascript", code, WordingOptions(natural_language="de")).endswith("Ende if Ende Funktion")


def test_the_depth_is_not_said_by_default() -> None:
    assert "depth" not in said("python", "f(a, (b, (c, (d, (e,)))))")


# ---- abbreviations -----------------------------------------------------------------------------------------


def test_common_abbreviations_in_names_are_words() -> None:
    assert said("go", "package a\nvar x = f(ctx, msgID, &cfg)\n") == (
        "package a var x gets f context message i d address of config"
    )
    assert said("python", "def f(cls, **kwargs): pass") == "def f class double star keyword args pass"


def test_abbreviations_can_be_switched_off() -> None:
    options = WordingOptions(abbreviations=False)
    assert said("python", "msg = ctx.fmt", options) == "m s g gets c t x dot f m t"


def test_abbreviations_in_text_are_said_as_written() -> None:
    assert said("python", "f('a.txt', 'msg')") == "f a dot t x t m s g"
    assert said("bash", "cat *.txt") == "cat space star dot t x t"


# ---- the level "terse" -------------------------------------------------------------------------------------

TERSE = WordingOptions(level="terse")


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("rust", "fn f(a: &A) -> B { if a.b == c::D { g() } }", "function f a ref a gives b if a b is c d g"),
        (
            "go",
            "package a\nfunc f(a int) (b, c) { return a.b() }",
            "package a func f a int gives b c return a b",
        ),
        ("javascript", "for (const a of b) {\n  c(a.d);\n}", "for const a of b c a d"),
        ("ruby", "if a\n  b\nend", "if a b end"),
        ("python", "def f(a, b=1): return (a + b) * a.c", "def f a b or one return a plus b times a c"),
    ],
)
def test_the_level_terse_leaves_out_what_a_person_would(language: str, text: str, words: str) -> None:
    assert said(language, text, TERSE) == words


def test_one_category_can_be_terse() -> None:
    options = WordingOptions(levels={"punctuation": "terse"})
    assert said("python", "a.b == c", options) == "a b same as c"


def test_a_word_table_can_change_the_level_terse(tmp_path: Path) -> None:
    table = tmp_path / "mine.toml"
    table.write_text('[terse]\n"member" = "of"\n')
    assert said("python", "a.b", replace(TERSE, user_words=(table,))) == "a of b"
    assert said("python", "a.b", WordingOptions(user_words=(table,))) == "a dot b"
    table.write_text('[terse]\n"membr" = "of"\n')
    assert check_word_table(table) == [f"{table}:2: unknown role 'membr'. Did you mean 'member'?"]
