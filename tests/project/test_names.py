"""One name for one thing: no two classes of the package, and no two of its modules, have the same name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import codechoir

PACKAGE = Path(codechoir.__file__).parent
SHARED_BY_DESIGN = {"__init__", "__main__", "base", "errors"}
MOST_LINES = 450


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def used_twice(names: Iterable[tuple[str, Path]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, file in names:
        found[name].append(str(file.relative_to(PACKAGE)))
    return {name: files for name, files in found.items() if len(files) > 1}


def test_no_class_name_is_defined_twice() -> None:
    classes = [
        (node.name, file)
        for file in modules()
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    assert len(classes) > 300
    assert used_twice(classes) == {}


def test_no_module_name_is_used_twice() -> None:
    assert used_twice((file.stem, file) for file in modules() if file.stem not in SHARED_BY_DESIGN) == {}


def test_no_module_is_long() -> None:
    long = {file.name: len(file.read_text("utf-8").splitlines()) for file in modules()}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}
