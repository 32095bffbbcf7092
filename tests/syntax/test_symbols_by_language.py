"""Constants, receivers, traits, wrapped functions and documentation; the symbols of pages and of data."""

from __future__ import annotations

import pytest
from codechoir.languages.detection import detect_language
from codechoir.syntax import symbols
from codechoir.syntax.document import Document, Snapshot


def snapshot(language: str, text: str) -> Snapshot:
    return Document(text, detect_language(None, b"", language)).snapshot()


def told(source: Snapshot) -> list[str]:
    """Each symbol as `depth kind name(parameters) of receiver for trait`."""
    return [
        f"{s.depth} {s.kind} {s.name}({', '.join(s.parameters)})"
        + (f" of {s.receiver}" if s.receiver else "")
        + (f" for {s.trait}" if s.trait else "")
        for s in source.symbols()
    ]


CASES = {
    "kotlin": (
        """\
package shop

const val MAX_ITEMS = 99

/** An order that a customer has placed. */
data class Order(val id: Long, val items: List<Item>) {
    fun total(rate: Double): Double {
        return items.sumOf { it.price } * rate
    }

    companion object {
        const val CURRENCY = "EUR"
    }
}

interface Store { fun find(id: Long): Order? }
enum class Level { LOW, HIGH }

fun String.shout(times: Int): String = uppercase().repeat(times)
""",
        [
            "0 constant MAX_ITEMS()",
            "0 class Order(id, items)",
            "1 method total(rate)",
            "1 object companion()",
            "2 constant CURRENCY()",
            "0 interface Store()",
            "1 method find(id)",
            "0 enum Level()",
            "0 function shout(times) of String",
        ],
    ),
    "swift": (
        """\
import Foundation

let maxItems = 99

/// An order. It has items.
struct Order: Codable {
    static let currency = "EUR"
    var total: Double { items.reduce(0, +) }
    init(id: Int) { self.id = id }
    func price(of item: Item, with rate: Double) -> Double { return rate }
}

extension Order: CustomStringConvertible {
    func describe() -> String { return "order" }
}

protocol Store { func find(id: Int) -> Order? }
""",
        [
            "0 constant maxItems()",
            "0 struct Order()",
            "1 constant currency()",
            "1 property total()",
            "1 constructor init(id)",
            "1 method price(item, rate)",
            "0 extension Order() for CustomStringConvertible",
            "1 method describe()",
            "0 interface Store()",
            "1 method find(id)",
        ],
    ),
    "markdown": (
        """\
# Codechoir

Some text.

## Install `it`

### On *Linux*

More text.

## Use
""",
        [
            "0 section Codechoir()",
            "1 section Install `it`()",
            "2 section On *Linux*()",
            "1 section Use()",
        ],
    ),
    "html": (
        """\
<!doctype html>
<html>
<head><title>Shop</title></head>
<body>
<nav id="menu"><a href="/">Home</a></nav>
<main>
<h1>Your cart</h1>
<table id="items"><tr><td>1</td></tr></table>
</main>
<script>
function add(item) { return item }
</script>
<style>
.cart > li { color: red }
</style>
</body>
</html>
""",
        [
            "0 element nav()",
            "0 element main()",
            "1 heading Your cart()",
            "1 element items()",
            "0 element script()",
            "1 function add(item)",
            "0 element style()",
            "1 rule .cart > li()",
        ],
    ),
    "vue": (
        """\
<template>
  <h2>Cart</h2>
</template>

<script setup lang="ts">
function total(items: Item[]): number { return 0 }
</script>
""",
        [
            "0 element template()",
            "1 heading Cart()",
            "0 element script()",
            "1 function total(items)",
        ],
    ),
    "css": (
        """\
:root { --gap: 4px; }

/* The cart. */
.cart > li:hover, #menu { color: red; }

@media (max-width: 600px) {
  .cart { display: none; }
}

@keyframes fade { from { opacity: 0 } to { opacity: 1 } }
""",
        [
            "0 rule :root()",
            "0 rule .cart > li:hover, #menu()",
            "0 group (max-width: 600px)()",
            "1 rule .cart()",
            "0 animation fade()",
        ],
    ),
    "yaml": (
        """\
name: CI
on:
  push:
    branches: [main]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
""",
        [
            "0 key name()",
            "0 key on()",
            "1 key push()",
            "0 key jobs()",
            "1 key test()",
            "2 key steps()",
        ],
    ),
    "toml": (
        """\
title = "shop"

[server]
port = 80

[[server.routes]]
path = "/"
""",
        [
            "0 key title()",
            "0 table server()",
            "0 table server.routes()",
        ],
    ),
    "json": (
        """\
{
  "name": "shop",
  "scripts": {"test": "make", "files": ["a"]}
}
""",
        [
            "0 key name()",
            "0 key scripts()",
            "1 key files()",
        ],
    ),
    "tsx": (
        """\
export const LIMIT = 10;
export const routes = [{ path: "/" }];
const size = 3;

/** A button. */
export const Button = memo(forwardRef<HTMLButtonElement, Props>(({ title, onClick }, ref) => {
  return <button ref={ref}>{title}</button>;
}));
const Card = React.memo(function Card(props: Props) { return null });
const List = observer(PlainList);
const names = items.map((item) => item.name);
export default function App() { return <Button /> }
""",
        [
            "0 constant LIMIT()",
            "0 constant routes()",
            "0 function Button(title, onClick, ref)",
            "0 function Card(props)",
            "0 function List()",
            "0 function App()",
        ],
    ),
    "javascript": (
        """\
const MAX_ITEMS = 99;
exports.add = function (item) { return item };
module.exports.remove = (item) => {};
module.exports = { clear() {}, count: function (items) { return 1 } };
Cart.prototype.total = function (rate) { return rate };
const save = debounce((cart) => {}, 300);
""",
        [
            "0 constant MAX_ITEMS()",
            "0 function add(item)",
            "0 function remove(item)",
            "0 method clear()",
            "0 method count(items)",
            "0 method total(rate) of Cart",
            "0 function save(cart)",
        ],
    ),
    "go": (
        """\
package shop

// MaxItems is the limit.
const MaxItems = 99

const (
	Low = iota
	High
)

// Server answers requests. It is safe for concurrent use.
type Server struct{}

// Run starts it.
func (s *Server) Run(port int) error { return nil }

func (l List[T]) Len() int { return 0 }
""",
        [
            "0 constant MaxItems()",
            "0 constant Low()",
            "0 constant High()",
            "0 struct Server()",
            "0 method Run(port) of Server",
            "0 method Len() of List",
        ],
    ),
    "rust": (
        """\
/// The largest order.
pub const MAX: usize = 99;
static NAME: &str = "shop";

/// Walks over a cart.
#[derive(Debug)]
pub struct Walk<'a> { cart: &'a Cart }

impl<'a> Iterator for Walk<'a> {
    fn next(&mut self) -> Option<u8> { None }
}
impl fmt::Display for Cart {}
type Id = u64;
""",
        [
            "0 constant MAX()",
            "0 constant NAME()",
            "0 struct Walk()",
            "0 implementation Walk<'a>() for Iterator",
            "1 method next(self)",
            "0 implementation Cart() for fmt::Display",
            "0 type Id()",
        ],
    ),
    "c": (
        """\
#ifndef CART_H
#define CART_H
#define MAX_ITEMS 99
#define SQUARE(x) ((x) * (x))
static const int low = 1;

/* Adds an item. */
int cart_add(struct cart *cart, int item);
void cart_clear(void);
#endif
""",
        [
            "0 constant MAX_ITEMS()",
            "0 macro SQUARE(x)",
            "0 function cart_add(cart, item)",
            "0 function cart_clear()",
        ],
    ),
    "python": (
        '''\
MAX_ITEMS = 99
_RATES: dict[str, float] = {
    "EUR": 1.0,
}
name = "shop"


class Cart:
    """What a customer wants to buy."""

    LIMIT = 3

    def total(self):
        """Returns the sum."""
''',
        [
            "0 constant MAX_ITEMS()",
            "0 constant _RATES()",
            "0 class Cart()",
            "1 method total(self)",
        ],
    ),
}


@pytest.mark.parametrize("language", CASES)
def test_symbols_of_real_code(language: str) -> None:
    text, expected = CASES[language]
    assert told(snapshot(language, text)) == expected


@pytest.mark.parametrize("language", CASES)
def test_broken_code_has_symbols_in_order_with_documentation_outside_of_other_symbols(language: str) -> None:
    text = CASES[language][0]
    for cut in range(0, len(text), 11):
        found = snapshot(language, text[:cut] + "}{(" + text[cut + 3 :]).symbols()
        starts = [(s.start, -s.end) for s in found]
        assert starts == sorted(starts)
        assert all(s.start <= s.name_start <= s.name_end <= s.end for s in found)
        assert all(s.signature_end <= s.end for s in found)
        docs = [s.doc_end for s in found if s.doc_end]
        assert len(docs) == len(set(docs))


@pytest.mark.parametrize("language", CASES)
def test_windows_of_a_long_text_find_the_same(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = CASES[language][0] * 2
    whole = snapshot(language, text).symbols()
    monkeypatch.setattr(symbols, "_WINDOW_BYTES", 32)
    assert snapshot(language, text).symbols() == whole


@pytest.mark.parametrize(
    ("language", "text", "name", "documentation"),
    [
        ("python", '# Not it.\n@cached\ndef f():\n    """It."""\n', "f", '"""It."""'),
        ("python", "# It.\n@cached\ndef f(): pass\n", "f", "# It."),
        ("python", "# Not it.\n\ndef f(): pass\n", "f", ""),
        ("python", "x = 1  # Not it.\ndef f(): pass\n", "f", ""),
        ("rust", "/// It.\n/// More.\n#[inline]\n#[must_use]\nfn f() {}\n", "f", "/// It.\n/// More."),
        ("go", "// It.\ntype A struct{}\n", "A", "// It."),
        ("go", "// It.\nconst A = 1\n", "A", "// It."),
        ("cpp", "/// It.\ntemplate <class T>\nvoid f(T t) {}\n", "f", "/// It."),
        ("typescript", "// Not it.\n/** It. */\nexport const f = () => 1;\n", "f", "/** It. */"),
        ("typescript", "class A {\n  /** It. */\n  @Input()\n  f() {}\n}\n", "f", "/** It. */"),
        (
            "java",
            "class A {\n  /**\n   * It.\n   */\n  @Override\n  void f() {}\n}\n",
            "f",
            "/**\n   * It.\n   */",
        ),
        ("java", "/** It. */\nclass A { void f() {} }\n", "f", ""),
        ("elixir", 'defmodule A do\n  @doc "It."\n  @spec f(a) :: a\n  def f(a), do: a\nend\n', "f", "It."),
        ("elixir", 'defmodule A do\n  @moduledoc "It."\nend\n', "A", "It."),
        ("haskell", "-- | It.\nf :: Int -> Int\nf x = x\n", "f", "-- | It."),
        ("ruby", "# It.\ndef f; end\n", "f", "# It."),
        ("bash", "# It.\nf() { ls; }\n", "f", "# It."),
        ("kotlin", "/** It. */\nfun f() {}\n", "f", "/** It. */"),
        ("php", "<?php\n/** It. */\nfunction f() {}\n", "f", "/** It. */"),
        (
            "csharp",
            "/// <summary>It.</summary>\n[Serializable]\nclass A {}\n",
            "A",
            "/// <summary>It.</summary>",
        ),
        ("toml", "# It.\n[a]\n", "a", "# It."),
    ],
)
def test_documentation_is_directly_before_a_symbol_or_inside_it(
    language: str, text: str, name: str, documentation: str
) -> None:
    symbol = next(s for s in snapshot(language, text).symbols() if s.name == name)
    assert text[symbol.doc_start : symbol.doc_end] == documentation


def test_a_value_of_one_line_is_in_the_signature_and_a_longer_one_is_not() -> None:
    text = "ONE = 1\nMANY = {\n    1: 2,\n}\n"
    signatures = [text[s.start : s.signature_end] for s in snapshot("python", text).symbols()]
    assert signatures == ["ONE = 1", "MANY = "]


def test_each_of_many_symbols_has_its_documentation() -> None:
    text = "// It.\nint f(int a);\n" * 4000
    found = snapshot("c", text).symbols()
    assert len(found) == 4000
    assert all(symbol.doc_end for symbol in found)
