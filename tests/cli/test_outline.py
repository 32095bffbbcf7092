"""`codechoir outline`: the structure of a file in words."""

from __future__ import annotations

import json
from pathlib import Path

from support.command_line import Codechoir

CART = "class Cart:\n    def total(self, items, tax):\n        return sum(items)\n\n\ndef main():\n    pass\n"


def test_the_structure_is_told_in_words(codechoir: Codechoir, tmp_path: Path) -> None:
    (tmp_path / "cart.py").write_text(CART)
    assert codechoir("outline", tmp_path / "cart.py").out.splitlines() == [
        "python, seven lines, one class, one function",
        "class cart, one method, three lines",
        "method total, takes items and tax, two lines, one return",
        "function main, two lines",
    ]


def test_one_symbol_by_a_line_of_it(codechoir: Codechoir, tmp_path: Path) -> None:
    (tmp_path / "cart.py").write_text(CART)
    said = codechoir("outline", tmp_path / "cart.py", "--line", 3).out
    assert said == "method total, takes items and tax, two lines, one return\n"


def test_programs_get_the_symbols(codechoir: Codechoir, tmp_path: Path) -> None:
    (tmp_path / "cart.py").write_text(CART)
    told = json.loads(codechoir("outline", tmp_path / "cart.py", "--json").out)
    assert [(symbol["kind"], symbol["name"], symbol["line"]) for symbol in told["symbols"]] == [
        *(("class", "Cart", 1), ("method", "total", 2), ("function", "main", 6))
    ]


def test_a_line_beyond_the_file_is_refused(codechoir: Codechoir, tmp_path: Path) -> None:
    (tmp_path / "cart.py").write_text(CART)
    result = codechoir("outline", tmp_path / "cart.py", "--line", 9)
    assert result.status == 2
    assert "line 9 is out of range: the file has 7 lines" in result.err
