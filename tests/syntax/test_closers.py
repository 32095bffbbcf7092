"""A closing token knows what it closes, in one word, and the variable of a loop; on another line only."""

from __future__ import annotations

import pytest
from codechoir.languages import detection
from codechoir.syntax.document import Document


def closed(text: str, language: str) -> list[str]:
    known = detection.language_named(language)
    assert known is not None
    return [span.closes for span in Document(text, known).snapshot().spans() if span.closes]


@pytest.mark.parametrize(
    ("language", "lines", "words"),
    [
        ("javascript", "for (const user of users) { ⏎   f(); ⏎ }", ["for user"]),
        (
            "javascript",
            "class Cart { ⏎   static total(a) { ⏎     if (a) { ⏎     } ⏎   } ⏎ }",
            ["if", "function", "class"],
        ),
        ("javascript", "const f = (a) => { ⏎   a(); ⏎ };", ["function"]),
        ("typescript", "export abstract class A<T> { ⏎   x = 1; ⏎ }", ["class"]),
        (
            "java",
            "class A { ⏎   int b() { ⏎     try { ⏎     } finally { ⏎     } ⏎   } ⏎ }",
            ["try", "finally", "function", "class"],
        ),
        ("c", "int main(void) { ⏎   while (1) { ⏎   } ⏎ }", ["while", "function"]),
        ("cpp", "namespace a { ⏎ class B { ⏎ }; ⏎ }", ["class", "namespace"]),
        ("csharp", "class A { ⏎   void B() { ⏎   } ⏎ }", ["function", "class"]),
        (
            "rust",
            "impl Stack { ⏎   fn push(&self) { ⏎     match x { ⏎     } ⏎   } ⏎ }",
            ["match", "function", "impl"],
        ),
        ("go", "type Node struct { ⏎   x int ⏎ } ⏎ func Push() { ⏎ }", ["struct", "function"]),
        (
            "php",
            "<?php ⏎ function total() { ⏎   foreach ($a as $b) { ⏎   } ⏎ }",
            ["foreach", "function"],
        ),
        (
            "ruby",
            "class Cart ⏎   def total ⏎     if x ⏎     end ⏎   end ⏎ end",
            ["if", "function", "class"],
        ),
        ("ruby", "class Cart ⏎   class << self ⏎   end ⏎ end", ["class", "class"]),
        ("javascript", "users.forEach((user) => { ⏎   f(); ⏎ });", ["function"]),
        ("javascript", "for (const [key, value] of all) { ⏎ }", ["for"]),
        ("java", "class A { ⏎   static { ⏎     f(); ⏎   } ⏎ }", ["block", "class"]),
        ("c", "void f(void) { ⏎   { ⏎     g(); ⏎   } ⏎ }", ["block", "function"]),
        (
            "java",
            "class A { ⏎   A() { ⏎     for (B b : c) { ⏎     } ⏎   } ⏎ }",
            ["for b", "function", "class"],
        ),
        ("go", "func a() { ⏎   f(func() { ⏎     b() ⏎   }) ⏎ }", ["function", "function"]),
        ("rust", "fn a() { ⏎   f(|x| { ⏎     x ⏎   }); ⏎ }", ["function", "function"]),
        ("bash", "for f in *; do ⏎   if x; then ⏎     y ⏎   fi ⏎ done", ["if", "for f"]),
    ],
)
def test_a_closer_tells_what_it_closes(language: str, lines: str, words: list[str]) -> None:
    assert closed(lines.replace(" ⏎ ", "\n") + "\n", language) == words


def test_what_ends_on_its_own_line_needs_no_name() -> None:
    assert closed("function f() { return 1; }\n", "javascript") == []
    assert closed("x = {'a': [1,\n2]}\n", "python") == []
