"""Docstrings say what a function does, not what it should do: "Returns", not "Return"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import codechoir

IMPERATIVE = re.compile(
    r"(?:Add|Append|Apply|Call|Check|Clear|Close|Compute|Convert|Copy|Count|Create|Delete|Drop|Find|Forget|"
    r"Free|Get|Give|Handle|Keep|Let|Load|Make|Pass|Prepare|Put|Queue|Raise|Read|Remove|Rename|Replace|"
    r"Return|Run|Say|Send|Set|Show|Speak|Start|Stop|Store|Take|Tell|Use|Wait|Write|Yield)\b(?! of|,| and end)"
)
"""The first word of an instruction, unless it is a noun there ("Start and end of a line")."""


def docstrings() -> Iterator[tuple[str, str]]:
    """Where each docstring of a class or function is, and its text."""
    package = Path(codechoir.__file__).parent
    for file in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                text = ast.get_docstring(node)
                if text:
                    yield f"{file.relative_to(package)}: {node.name}", text


def test_they_are_in_the_indicative_mood() -> None:
    found = dict(docstrings())
    assert len(found) > 1000
    assert {where: text.splitlines()[0] for where, text in found.items() if IMPERATIVE.match(text)} == {}
