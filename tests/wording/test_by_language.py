"""The meaning of signs in each language: code, and its words at the default level."""

from __future__ import annotations

import pytest
from codechoir.languages import detection
from codechoir.model import Category
from codechoir.settings import WordingOptions
from codechoir.syntax.document import Document
from codechoir.wording import Wording

WORDING = Wording(WordingOptions(indentation="off"))


def heard(language: str, text: str) -> str:
    known = detection.language_named(language)
    assert known is not None
    lines = WORDING.lines(Document(text, known).snapshot())
    said = [u.text for line in lines for u in line if u.category is not Category.NARRATION]
    return " ".join(filter(None, said))


HEARD = [
    # what is called has no name
    ("javascript", "f(a)(b)", "f a close call b"),
    ("javascript", "f?.(1); g?.[0]; h?.x", "f optional call one g optional sub zero h optional dot x"),
    ("javascript", "f?.()", "f optional call"),
    ("ruby", "f.(1)", "f dot call one"),
    # a lambda without parameters, a bracket that is closed at once, an element that is left out
    ("javascript", "x = () => 1", "x gets nothing to one"),
    ("javascript", "[a, , b] = c", "list a skipped b gets c"),
    ("java", "class A { M<B> m = new M<>(); }", "class a m of b m gets new m diamond"),
    ("rust", "fn f() -> R<()> { A {} }", "function f returns r of unit a empty"),
    # Go: results have no sign of their own; literals are told by their type
    ("go", "package a\nfunc f(x int) string\n", "package a func f x int returns string"),
    ("go", "package a\nfunc (n *N) F(x int) (int, error)\n",
     "package a func on n pointer n f x int returns int error"),
    ("go", "package a\nvar x = map[K]V{}\n", "package a var x gets map of k v empty map"),
    ("go", "package a\nvar x = N{A: 1}\n", "package a var x gets n with a is one"),
    ("go", "package a\nvar c chan<- int\n", "package a var c chan to send int"),
    ("go", "package a\nvar c <-chan int\n", "package a var c receive from chan int"),
    # slices with steps
    ("python", "x[1:2, ::3]", "x sub one to two to step three"),
    ("python", "'%s' % x; 5 % 3", "percent s formatted with x semi five modulo three"),
    ("python", "class A(B[C]): pass", "class a extends b of c pass"),
    # patterns and computed keys
    ("typescript", "type P = { [K in T]?: V[K] }", "type p is each k in t optional v sub k"),
    ("typescript", "let w = <any>y", "let w gets cast any y"),
    ("csharp", "class A { bool b = x is []; }", "class a bool b gets x is empty list"),
    ("css", "a.b .c, a .b.c {}", "a class b inner class c a inner class b class c empty"),
    ("css", "ul li:hover [d] *, e > f {}", "ul inner l i state hover inner sub d inner any e child f empty"),
    ("css", "a { b: c d }", "a b is c d"),
    ("rust", "fn f() { <T as A>::b() }", "function f of t as a close path b call"),
    ("typescript", "import e = require('f')", "import e gets require f"),
    ("python", "from ... import a", "from grandparent import a"),
    ("csharp", "class A { bool b = x is { Qty: > 0, R: <= 5 } and not >= 7; }",
     "class a bool b gets x is pattern qty is greater than zero r is at most five "
     "close and not at least seven"),
    ("csharp", "class A { int x = n switch { < 0 => -1 }; }",
     "class a int x gets n switch less than zero then negative one"),
    ("csharp", "class A { B b = c with { N = 1 }; }", "class a b b gets c with n is one"),
    ("csharp", 'class A { string s = $"{b,5} {c,-3:F2}"; }',
     "class a string s gets interpolated b width five space c width negative three format f two end string"),
    ("csharp", "class A { int x = y?[0]; }", "class a int x gets y optional sub zero"),
    ("csharp", "class A<T> where T : class? {}", "class a of t where t must be class optional empty"),
    ("php", "<?php ['k' => $b] = $c;", "p h p list k maps to b gets c"),
    ("php", "<?php $o->$p; $o->p; A::$b; A::b;",
     "p h p o arrow dollar p semi o arrow p semi a static dollar b semi a static b"),
    ("php", "<?php new $c; new C; $f(); f();", "p h p new dollar c new c dollar f call f call"),
    ("php", "<?php $o?->$p; $a instanceof $b; A::{$x}();",
     "p h p o optional arrow dollar p semi a instance of dollar b semi a static computed x close call"),
    ("php", "<?php $a and $b or !$c xor $d; $a && $b || $c ?: $d;",
     "p h p a and then b or otherwise not c exclusive or d semi a and b or c or else d"),
    ("ruby", "a and b or not c; a && b || !c", "a and then b or else not that c semi a and b or not c"),
    ("php", "<?php `ls {$x} -l $y`;", "p h p output of l s x dash l y end string"),
    ("php", "<?php $o->{$p};", "p h p o arrow computed p"),
    ("ruby", "case x\nin {a: B => n} then 1\nend", "case x in pattern a is b as n then one end"),
    # declarators after types say what the name is
    ("c", "x = -1 + +2.5e-3f;", "x gets negative one plus positive two point five e minus three float"),
    ("c", "int a[] = { [1 ... 3] = 0 };", "int a array gets fields list one through three is zero"),
    ("c", "switch (c) { case 'a' ... 'z': f(); }", "switch c case char a through char z f call"),
    ("c", "char **argv;", "char pointer pointer arg v"),
    ("cpp", "void f(const A &a, B &&b);", "void f const a ref a b r value ref b"),
    ("cpp", "auto f = [*this] { };", "auto f gets lambda capturing value at this empty"),
    ("cpp", "int x = p->*m;", "int x gets p arrow star m"),
    ("cpp", "[[nodiscard]] int f();", "attribute no discard int f"),
    ("cpp", "auto f = [](int x) { };", "auto f gets lambda int x empty"),
    ("c", "struct a b = { .c = 1 };", "struct a b gets fields dot c is one"),
    # strings that could be taken for something else, and what stands in them as it is
    ("python", "x = '5' + 5", "x gets quoted five plus five"),
    ("javascript", "x === 'null' || null", "x identical to quoted null or null"),
    ("c", "x = '\\n' + 'a' + \"a\";", "x gets char new line plus char a plus a"),
    ("rust", "fn f() { match x { 1...5 => {} } }", "function f match x one through five then empty"),
    ("rust", "fn f() { b'a'; 'x: loop {} }", "function f byte a label x loop empty"),
    ("php", '<?php echo <<<"X"\na\nX;', "p h p echo here document x a x"),
    ("php", "<?php $q = 'a = :id';", "p h p q gets a equals colon i d"),
    ("php", "<?php /** @var array<string, int> $map */", "p h p variable array of string, int map"),
    ("php", "<?php 'a\\n';", "p h p a backslash n"),
    ("go", "package a\nvar x = `a\\d`\n", "package a var x gets raw a backslash d"),
    ("csharp", 'class A { string s = @"c:\\d ""q"""; }',
     "class a string s gets verbatim c colon backslash d quote q quote"),
    ("cpp", 'auto s = R"x(a)b)x";', "auto s gets raw a right paren b"),
    ("rust", 'fn f() { println!("{n:>5} {:?}"); }',
     "function f print line macro hole n format greater five hole format question semi"),
    ("python", 'x = "{{a}} {b}"', "x gets left brace a right brace hole b"),
    ("ruby", "x = `ls -l`", "x gets output of l s dash l"),
    ("bash", "awk '{print $1}'", "awk left brace print dollar one right brace"),
    # shells
    ("bash", "echo ${#x} ${x%%.*} ${x//a/b} ${x:1:2}",
     "echo length of x x without longest suffix dot star close x replace all a by b close "
     "x from one for two"),
    ("bash", "case $1 in -h|--help) a;; esac", "case dollar one in dash h or dash dash help then a end case"),
    ("bash", "A= b", "a gets nothing b"),
    ("bash", 'printf "a\\t\\"b\\" \\$5 x\\.c"', "printf a tab quote b quote dollar five x backslash dot c"),
    ("bash", 'echo "Use -v: it is loud! See --help, or -x."',
     "echo Use dash v colon it is loud! See dash dash help, or dash x."),
    ("bash", "find -not -rf", "find dash not dash r f"),
    ("bash", "echo ${x/#a/b} ${y^}", "echo x replace at the start a by b close y first letter upper case"),
    ("bash", "tar -xzf a", "tar dash x z f a"),
    ("bash", "tr a-z A-Z; apt-get", "t r a hyphen z A hyphen Z semi apt get"),
    ("bash", "ls [!0-9]? ~/x",
     "l s space left bracket bang zero hyphen nine right bracket question space tilde slash x"),
    ("bash", "git log HEAD~2..HEAD^ -S a--b",
     "git log head tilde two dot dot head caret dash cap s a hyphen hyphen b"),
    ("bash", "x=/a:~/b; run -p 80:80 img:v1.2-rc",
     "x gets slash a colon tilde slash b semi run dash p eighty colon eighty img colon "
     "v one dot two hyphen r c"),
    ("bash", "cut -f1-3 -d: ${x}-{1..2}",
     "cut dash f joined one hyphen three dash d colon space dollar x joined dash list one through two"),
    ("bash", "m=([a]=1 [$k]+=\"x y\" [z]*)",
     "m gets list sub a equals one sub dollar k plus equals x y space left bracket z right bracket star"),
    ("bash", "exec 3<>f 4<&-; a >(b) <(c)",
     "exec three from into f four close semi a into process b close process c"),
    ("bash", "cat <<E\n`a`\nE\n", "cat here document e backtick a backtick e"),
    ("bash", "cat <<'E'\n$x\nE\n", "cat here document raw e dollar x e"),
    # macros
    ("rust", "fn f() { vec![0; n]; }", "function f vec macro zero size n semi"),
    ("rust", "macro_rules! m { ($($x:expr)*) => { } }",
     "macro rules m paren repeat macro x is expr close any number close then empty"),
    ("rust", "fn f(x: A<'_>) { p!(\"<{}>\"); }",
     "function f x is a of lifetime underscore p macro less hole greater semi"),
    ("rust", "pub(crate) struct A;", "pub crate struct a"),
    ("yaml", "a: |\n  b\nc: >-\n  d\n", "a is lines b c is folded, stripped d"),
    ("yaml", "<<: *a\nb: '80:443'\n", "merge is alias a b is eighty colon four hundred forty three"),
    # languages without a grammar
    ("lua", "x = (a + b) * t['c'] + f()", "x gets paren a plus b close times t sub c close plus f call"),
    ("lua", "function f() return not (a or b) end", "function f return not paren a or b close end"),
    ("kotlin", "val x = listOf<Int>((1 + 2) * 3)[0]",
     "val x gets list of of int paren one plus two close times three close sub zero"),
    ("swift", "let x: Int? = a ?? [b]", "let x int optional gets a or if null list b"),
    ("swift", "if !(a && b) {}", "if not paren a and b close empty"),
    ("sql", "SELECT a::int FROM t WHERE b = :p AND NOT (c OR d)",
     "select a cast to int from t where b equals colon p and not paren c or d close"),
    ("lua", "x = #t .. 'a' ~= b ^ 2",
     "x gets length of t joined with a not equal b power two"),
    ("haskell", "f :: a -> b\nf x = g . h $ x", "f is a a to b f x is g after h applied to x"),
    ("r", "x <- a & b || c; y ~ x", "x gets a and each b or c y given x"),
    ("kotlin", "x = y!!", "x gets y not null"),
    ("swift", "func f() -> Int", "func f returns int"),
    ("r", "x[[1]] + y[2]", "x sub one plus y sub two"),
    ("clojure", "(+ (f [x]) 1)", "plus f x one"),
    # regular expressions
    ("javascript", "/(?<=a)b(?!c)d{2,}e{3,4}/",
     "pattern preceded by a end group b not followed by c end group d two or more times "
     "e three to four times end pattern"),
    ("javascript", "sql`SELECT a FROM b WHERE c = ${d} ${e}`",
     "s q l template select a from b where c equals d space e"),
    ("javascript", "/(?<y>a)-b/", "pattern group named y a end group dash b end pattern"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "said"), HEARD, ids=[f"{lang}: {text[:30]!r}" for lang, text, _ in HEARD]
)
def test_code_is_worded_by_its_meaning(language: str, text: str, said: str) -> None:
    assert heard(language, text) == said
