"""A closing token knows what it closes, in the source's own words, where it ends on another line."""

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
            ["if", "total", "class Cart"],
        ),
        ("javascript", "const f = (a) => { ⏎   a(); ⏎ };", ["f"]),
        ("typescript", "export abstract class A<T> { ⏎   x = 1; ⏎ }", ["class A"]),
        (
            "java",
            "class A { ⏎   int b() { ⏎     try { ⏎     } finally { ⏎     } ⏎   } ⏎ }",
            ["try", "finally", "b", "class A"],
        ),
        ("c", "int main(void) { ⏎   while (1) { ⏎   } ⏎ }", ["while", "main"]),
        ("cpp", "namespace a { ⏎ class B { ⏎ }; ⏎ }", ["class B", "namespace a"]),
        ("csharp", "class A { ⏎   void B() { ⏎   } ⏎ }", ["B", "class A"]),
        (
            "rust",
            "impl Stack { ⏎   fn push(&self) { ⏎     match x { ⏎     } ⏎   } ⏎ }",
            ["match x", "fn push", "impl Stack"],
        ),
        ("go", "type Node struct { ⏎   x int ⏎ } ⏎ func Push() { ⏎ }", ["struct Node", "func Push"]),
        (
            "php",
            "<?php ⏎ function total() { ⏎   foreach ($a as $b) { ⏎   } ⏎ }",
            ["foreach", "function total"],
        ),
        (
            "ruby",
            "class Cart ⏎   def total ⏎     if x ⏎     end ⏎   end ⏎ end",
            ["if", "def total", "class Cart"],
        ),
        ("ruby", "class Cart ⏎   class << self ⏎   end ⏎ end", ["class self", "class Cart"]),
        ("bash", "for f in *; do ⏎   if x; then ⏎     y ⏎   fi ⏎ done", ["if", "for f"]),
    ],
)
def test_a_closer_names_what_it_closes(language: str, lines: str, words: list[str]) -> None:
    assert closed(lines.replace(" ⏎ ", "\n") + "\n", language) == words


def test_what_ends_on_its_own_line_needs_no_name() -> None:
    assert closed("function f() { return 1; }\n", "javascript") == []
    assert closed("x = {'a': [1,\n2]}\n", "python") == []
