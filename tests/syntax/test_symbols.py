"""What is a symbol in each of the twelve languages, and which one is around a place."""

from __future__ import annotations

import time

import pytest
from codechoir.languages.detection import detect_language
from codechoir.syntax import symbols
from codechoir.syntax.document import Document, Snapshot


def snapshot(language: str, text: str) -> Snapshot:
    return Document(text, detect_language(None, b"", language)).snapshot()


def told(language: str, text: str) -> list[str]:
    """Each symbol as `depth kind name(parameters) returns`."""
    return [
        f"{s.depth} {s.kind} {s.name}({', '.join(s.parameters)}) {s.returns}"
        for s in snapshot(language, text).symbols()
    ]


CASES = {
    "python": (
        """\
import a

@cached
class Cart(Base):
    def total(self, items, *rest, tax: float = 1.0, **more) -> float:
        if items:
            return 1
        return 2

async def main():
    await x
""",
        [
            "0 class Cart() 0",
            "1 method total(self, items, rest, tax, more) 2",
            "0 function main() 0",
        ],
    ),
    "javascript": (
        """\
export class Queue extends Base {
  add(task, ...others) { return task }
  #drop = 1
}
function run(a, b = 2, {c}) { return a }
export const twice = x => x * 2
const n = 5
""",
        [
            "0 class Queue() 0",
            "1 method add(task, others) 1",
            "0 function run(a, b, c) 1",
            "0 function twice(x) 0",
        ],
    ),
    "typescript": (
        """\
interface Task<T> { run(): T }
enum Level { Low }
type Id = string
export function go(id: Id, fast?: boolean): void {}
abstract class A { x(n: number) { return n } }
""",
        [
            "0 interface Task() 0",
            "1 method run() 0",
            "0 enum Level() 0",
            "0 type Id() 0",
            "0 function go(id, fast) 0",
            "0 class A() 0",
            "1 method x(n) 1",
        ],
    ),
    "rust": (
        """\
mod inner {
  pub struct Ring { a: u8 }
  impl Ring {
    fn put(&mut self, byte: u8) -> bool { return true; }
  }
}
fn main() {}
enum E { A }
trait T { fn f(&self); }
""",
        [
            "0 module inner() 0",
            "1 struct Ring() 0",
            "1 implementation Ring() 0",
            "2 method put(self, byte) 1",
            "0 function main() 0",
            "0 enum E() 0",
            "0 trait T() 0",
            "1 method f(self) 0",
        ],
    ),
    "go": (
        """\
package p

type report struct {
	url string
}

func (r *report) check(a, b int, s string) error {
	return nil
}

func main() {}
""",
        [
            "0 struct report() 0",
            "0 method check(a, b, s) 1",
            "0 function main() 0",
        ],
    ),
    "java": (
        """\
class A {
  A(int size) {}
  <T> T get(String key, int... more) { return null; }
}
enum E { X }
record P(int x) {}
interface I { void f(); }
""",
        [
            "0 class A() 0",
            "1 constructor A(size) 0",
            "1 method get(key, more) 1",
            "0 enum E() 0",
            "0 record P(x) 0",
            "0 interface I() 0",
            "1 method f() 0",
        ],
    ),
    "c": (
        """\
struct ring { int a; };
struct ring *r;
typedef struct { int b; } pair;
int area(const pair *p, int n);
extern int (*hook)(int);
static bool put(struct ring *r, unsigned byte[4]) { return 1; }
int *find(void) { return 0; }
""",
        [
            "0 struct ring() 0",
            "0 struct pair() 0",
            "0 function area(p, n) 0",
            "0 function put(r, byte) 1",
            "0 function find() 1",
        ],
    ),
    "cpp": (
        """\
namespace n {
template <class T> class Box {
  int get(const T& x) const { return 1; }
  T& operator[](int i);
  int *held;
};
int Box<int>::size() { return 2; }
}
""",
        [
            "0 namespace n() 0",
            "1 class Box() 0",
            "2 method get(x) 1",
            "2 method operator[](i) 0",
            "1 function Box<int>::size() 1",
        ],
    ),
    "csharp": (
        """\
namespace N {
  class A {
    public A(int x) {}
    public int Get(string key) { return 1; }
    public int Size { get; set; }
  }
  interface I { void F(); }
}
""",
        [
            "0 namespace N() 0",
            "1 class A() 0",
            "2 constructor A(x) 0",
            "2 method Get(key) 1",
            "2 property Size() 0",
            "1 interface I() 0",
            "2 method F() 0",
        ],
    ),
    "ruby": (
        """\
module M
  class Cart < Base
    def total(items, tax: 1, *rest, &block)
      return 1
    end
    def self.make; end
  end
end
""",
        [
            "0 module M() 0",
            "1 class Cart() 0",
            "2 method total(items, tax, rest, block) 1",
            "2 method make() 0",
        ],
    ),
    "php": (
        """\
<?php
function f(int $a, ...$b) { return 1; }
class C { public function g($x = 1) { return $x; } }
interface I { function h(); }
""",
        [
            "0 function f($a, $b) 1",
            "0 class C() 0",
            "1 method g($x) 1",
            "0 interface I() 0",
            "1 method h() 0",
        ],
    ),
    "bash": (
        """\
backup() {
  echo hi
}
function other { ls; }
""",
        [
            "0 function backup() 0",
            "0 function other() 0",
        ],
    ),
}


@pytest.mark.parametrize("language", CASES)
def test_symbols_of_a_language(language: str) -> None:
    text, expected = CASES[language]
    assert told(language, text) == expected


def test_a_symbol_takes_its_decorators_along_and_knows_its_signature() -> None:
    text = "x = 1\n\n@cached\ndef f(a):\n    return a\n\ny = 2\n"
    (symbol,) = snapshot("python", text).symbols()
    assert text[symbol.start : symbol.end] == "@cached\ndef f(a):\n    return a"
    assert text[symbol.start : symbol.signature_end].rstrip() == "@cached\ndef f(a):"
    assert text[symbol.name_start : symbol.name_end] == "f"


def test_symbols_around_a_place_come_from_the_outside_in() -> None:
    text = "class A:\n    def f(self):\n        return 1\n\nx = 2\n"
    source = snapshot("python", text)
    assert [s.name for s in source.enclosing(text.index("return"))] == ["A", "f"]
    assert source.enclosing(text.index("x = 2")) == []


def test_without_a_table_blocks_between_blank_lines_stand_for_symbols() -> None:
    text = "one\r\ntwo\r\n\r\n  \r\nthree\r\n"
    blocks = [text[s.start : s.end] for s in snapshot("text", text).symbols()]
    assert blocks == ["one\r\ntwo", "three"]


def test_a_long_line_of_blanks_takes_no_longer_than_its_length() -> None:
    text = "one\n" + " " * 200_000 + "\ntwo\n"
    blocks = [text[s.start : s.end] for s in snapshot("text", text).symbols()]
    assert blocks == ["one", "two"]


@pytest.mark.parametrize("language", CASES)
def test_broken_code_still_has_symbols_in_order(language: str) -> None:
    text = CASES[language][0]
    for cut in range(0, len(text), 7):
        symbols = snapshot(language, text[:cut] + "}{(" + text[cut + 3 :]).symbols()
        starts = [(s.start, -s.end) for s in symbols]
        assert starts == sorted(starts)
        assert all(s.start <= s.name_start <= s.name_end <= s.end for s in symbols)


@pytest.mark.parametrize("language", CASES)
@pytest.mark.parametrize("window", [7, 64])
def test_windows_of_a_long_text_find_the_same_symbols(
    language: str, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = CASES[language][0] * 3
    whole = snapshot(language, text).symbols()
    monkeypatch.setattr(symbols, "_WINDOW_BYTES", window)
    assert snapshot(language, text).symbols() == whole


def test_the_comment_before_a_symbol_is_not_searched_for_in_all_of_a_long_line() -> None:
    """Before, each symbol of a file without line breaks took as long as what is before it."""
    text = b"x" * 4_000_000
    began = time.process_time()
    for _ in range(80_000):
        assert symbols._comments_before(len(text) - 1, {}, {}, text) is None
    assert time.process_time() - began < 1
    line = "const a = 1; " * 400 + "\n"
    source = snapshot("javascript", f"{line}// adds\nfunction add() {{}}\n{line}// of that line\n")
    assert [s.name for s in source.symbols() if s.doc_end] == ["add"]
