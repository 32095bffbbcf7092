"""Programs that differ in a sign, in each language in which they can: none has the words of another one."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from support.mutants import words

STATEMENTS = {
    "python": "{}\n",
    "javascript": "{};",
    "typescript": "{};",
    "c": "void m() {{ {}; }}",
    "cpp": "void m() {{ {}; }}",
    "csharp": "class C {{ void M() {{ {}; }} }}",
    "go": "package p\nfunc m() {{\n{}\n}}\n",
    "java": "class C {{ void m() {{ {}; }} }}",
    "php": "<?php {};",
    "ruby": "{}\n",
    "rust": "fn m() {{ {}; }}",
    "kotlin": "fun m() {{ {} }}",
    "swift": "func m() {{ {} }}",
    "dart": "void m() {{ {}; }}",
    "scala": "def m() = {{ {} }}",
    "lua": "{}\n",
}
"""Where a statement stands in each language."""

EVERYWHERE = [
    # the end of an argument or index
    ("x = f(a.b).c(d)", "x = f(a.b.c(d))"),
    ("x = a[b].c", "x = a[b.c]"),
    ("x = f(g(a), b)", "x = f(g(a, b))", "x = f(g, a, b)"),
    ("x = f(g(h(a)), b)", "x = f(g(h(a), b))", "x = f(g(h(a, b)))"),
    ("x = f(a) + b", "x = f(a + b)"),
    ("x = a[i][j]", "x = a[i[j]]"),
    ("x = f(a)(b)", "x = f(a(b))"),
    ("x = f(a, b)", "x = f(a(b))"),
    ("x = f(a[0] + b)", "x = f(a[0 + b])"),
    ("x = f(-a.b).c", "x = f(-a.b.c)"),
]
"""In every language of `STATEMENTS`."""

EXCEPT = {("scala", "x = a[b].c"), ("scala", "x = a[i][j]"), ("scala", "x = f(a[0] + b)")}
"""Statements that a language does not have."""

BRACES = ("c", "cpp", "csharp", "java", "javascript", "typescript", "php")
"""Languages in which a semicolon may be a statement."""

PAIRS = [
    # nested lists and maps
    ("python", "{a: {b: c}, d: e}", "{a: {b: c, d: e}}"),
    ("javascript", "x = {a: {b: c}, d: e}", "x = {a: {b: c, d: e}}"),
    ("typescript", "x = {a: [b], d: e}", "x = {a: [b, {d: e}]}"),
    ("ruby", "x = {a: {b: c}, d: e}", "x = {a: {b: c, d: e}}"),
    ("php", "<?php $x = [$a => [$b => $c], $d => $e];", "<?php $x = [$a => [$b => $c, $d => $e]];"),
    ("go", "package p\nvar x = M{a: M{b: c}, d: e}\n", "package p\nvar x = M{a: M{b: c, d: e}}\n"),
    ("rust", "fn m() { A { a: B { b: c }, d: e } }", "fn m() { A { a: B { b: c, d: e } } }"),
    ("c", "int x[] = {1, {2, 3}, 4};", "int x[] = {1, {2}, 3, 4};"),
    ("java", "class C { int[][] x = {{1, 2}, {3}}; }", "class C { int[][] x = {{1}, {2, 3}}; }"),
    ("csharp", "class C { A x = new A { B = { C = 1 }, D = 2 }; }",
     "class C { A x = new A { B = { C = 1, D = 2 } }; }"),
    # generic arguments
    ("cpp", "A<B>::c x;", "A<B::c> x;"),
    ("typescript", "let x: A<B> | C", "let x: A<B | C>"),
    ("java", "class C { M<A<B>, D> x; }", "class C { M<A<B, D>> x; }"),
    ("rust", "fn f(x: M<A<B>, D>) {}", "fn f(x: M<A<B, D>>) {}"),
    ("csharp", "class C { M<A<B>, D> x; }", "class C { M<A<B, D>> x; }"),
    # assignment
    ("go", "package p\nfunc f() { a := b }", "package p\nfunc f() { a = b }"),
    ("javascript", "a[i] = 3", "a[i = 3]"),
    ("c", "void f() { a[i] = 3; }", "void f() { a[i = 3]; }"),
    ("java", "class C { void f() { a[i] = 3; } }", "class C { void f() { a[i = 3]; } }"),
    ("javascript", "a[i]++", "a[i++]"),
    ("c", "void f() { a[i]++; }", "void f() { a[i++]; }"),
    ("java", "class C { void f() { a[i] += 1; } }", "class C { void f() { a[i += 1]; } }"),
    # Python
    ("python", "x = 1,", "x = 1"),
    ("python", "x, = f()", "x = f()", "x, y = f()"),
    ("python", "def f():\n    return a,", "def f():\n    return a"),
    ("python", "def f():\n    return a, b", "def f():\n    return a(b)"),
    ("python", "[f(a) for a in b]", "[f(a for a in b)]"),
    ("python", "f(a) if b else c", "f(a if b else c)"),
    ("python", 'f("a" "b")', 'f("a", "b")'),
    ("python", "IS_20_5", "IS_25", "IS_205"),
    ("python", "a_1", "a1"),
    ("python", "a__b", "a_b"),
    # statements
    ("rust", "fn f() { a }", "fn f() { a; }"),
    ("rust", "fn f() { f(a) }", "fn f() { f(a); }"),
    ("rust", "fn f() { let x = f(a)?; }", "fn f() { let x = f(a?); }"),
    ("javascript", "if (a) { b } c", "if (a) { b; c }"),
    ("java", "class C { void f() { if (a) { b(); } c(); } }",
     "class C { void f() { if (a) { b(); c(); } } }"),
    ("c", "void f() { return; a(); }", "void f() { return a(); }"),
    ("ruby", "puts; a", "puts a"),
    ("ruby", "f(a) { |x| x.b }.c", "f(a) { |x| x.b.c }", "f(a { |x| x.b.c })"),
    # shells
    ("bash", "a &> b", "a &>> b", "a > b", "a >| b", "a >> b"),
    ("bash", "echo ${a:-b}", "echo ${a-b}", "echo a:-b"),
    ("bash", "${x} y", "x y"),
    ("bash", "tar -c", "tar -C"),
    ("bash", "tar -xf a", "tar -xF a", "tar -xfa"),
    ("bash", "rm -rf $a/b", "rm -rf $a /b"),
    ("bash", 'rm -rf "$a/b"', 'rm -rf "$a" /b', 'rm -rf "$a"/b', 'rm -rf "$a /b"'),
    ("bash", "rm -rf ${a}/b", "rm -rf ${a} /b"),
    ("bash", "rm -rf $(a)/b", "rm -rf $(a) /b", "rm -rf $(a /b)"),
    ("bash", "rm $a*", "rm $a *"),
    ("bash", "rm a{b,c}", "rm a {b,c}"),
    ("bash", 'echo "$a" b', 'echo "$a b"'),
    ("bash", 'cp "$a" "$b"', 'cp "$a""$b"', 'cp "$a $b"'),
    ("bash", "x=$(a) | b", "x=$(a | b)"),
    ("bash", "echo ${a:-b}c", "echo ${a:-bc}", "echo ${a:-b} c"),
    ("bash", "echo ${x}y", "echo $xy", "echo $x y"),
    ("bash", "echo v$a", "echo v $a"),
    ("bash", "sleep 1", "sleep1"),
    ("bash", "a=$b c", "a= $b c", "a $b c"),
    ("bash", "jq .a[0] b", "jq .a[0]b"),
    ("bash", "grep -l main", "grep -l-main"),
    ("bash", '[ -f "$a/$b.c" ]', '[ -f "$a/$b\\.c" ]'),
    ("bash", "trap 'rm -f $a' EXIT", "trap 'rm -f: $a' EXIT"),
    ("bash", "tr a-z", "tr a -z"),
    ("bash", "cat /a", "cat/a"),
    ("bash", "cd a; rm b", "cd a rm b"),
    ("fish", "rm -rf $a/b", "rm -rf $a /b"),
    ("powershell", "rm $a/b", "rm $a /b"),
    ("make", "x:\n\trm -rf $(a)/b\n", "x:\n\trm -rf $(a) /b\n"),
    ("make", "x:\n\trm -rf $$a/b\n", "x:\n\trm -rf $$a /b\n"),
    ("dockerfile", "RUN rm -rf $a/b", "RUN rm -rf $a /b"),
    ("yaml", "run: rm -rf $a/b", "run: rm -rf $a /b"),
    ("yaml", "run: |\n  rm -rf ${a}/b\n", "run: |\n  rm -rf ${a} /b\n"),
    # names and patterns of JavaScript
    ("javascript", "class A { #p; }", "class A { _p; }", "class A { p; }"),
    ("javascript", "const {a} = b", "const [a] = b", "const a = b"),
    ("typescript", "const {a}: T = b", "const [a]: T = b"),
    ("javascript", "import a from 'b'", "import {a} from 'b'", "import * as a from 'b'"),
    ("javascript", "f((a, b) => c, d)", "f(a, b => c, d)"),
    # other languages
    ("lua", "x = {}", "x = a"),
    ("lua", "a:b()", "a.b()", "a(b())"),
    ("c", "int a = 'A';", "int a = 'a';"),
    ("c", 'f("a" "b");', 'f("a", "b");'),
    ("java", "class C { char c = 'A'; }", "class C { char c = 'a'; }"),
    ("sql", "SELECT (a+b)*c", "SELECT a+b*c"),
    ("sql", "SELECT f(a, b)", "SELECT f(a) b"),
    ("php", "<?php echo $a;", "<?php echo a;"),
    ("go", "package p\nfunc f() (n int, err error) {}", "package p\nfunc f() (int, error) {}",
     "package p\nfunc f() (int error) {}"),
]  # fmt: skip


def in_language(language: str, statement: str) -> str:
    if language == "php":
        statement = re.sub(
            r"\b([xabcdij])\b(?!\()", r"$\1", statement.replace(".", "->").replace("->c", "->e")
        )
    return STATEMENTS[language].format(statement)


def alike(language: str, programs: tuple[str, ...]) -> list[str]:
    said = {program: words(language, program) for program in programs}
    return [f"{a!r} and {b!r}: {said[a]}" for a, b in combinations(programs, 2) if said[a] == said[b]]


@pytest.mark.parametrize("language", STATEMENTS)
def test_brackets_are_told_apart(language: str) -> None:
    wrong = []
    for statements in EVERYWHERE:
        if (language, statements[0]) not in EXCEPT:
            wrong += alike(language, tuple(in_language(language, one) for one in statements))
    assert wrong == []


@pytest.mark.parametrize("language", BRACES)
def test_an_empty_statement_is_told(language: str) -> None:
    for statements in (("if (a); b()", "if (a) b()"), ("while (a); b()", "while (a) b()")):
        assert alike(language, tuple(in_language(language, one) for one in statements)) == []


@pytest.mark.parametrize(("language", "programs"), [(pair[0], pair[1:]) for pair in PAIRS])
def test_programs_sound_different(language: str, programs: tuple[str, ...]) -> None:
    assert alike(language, programs) == []
