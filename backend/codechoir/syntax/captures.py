"""What a grammar's query says about the nodes in a window.

Three kinds of captures share one query. Plain names say what a node is (`@function.method`), `@role.…` says
what it does there, and `@injection.…` marks text in another language: `@injection.css`, or
`@injection.content` beside `@injection.language`, whose text names the language.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import tree_sitter

from codechoir.syntax.grammars import LoadedGrammar
from codechoir.syntax.limits import matches

ROLE = "role."
INJECTION = "injection."


@dataclass(frozen=True, slots=True)
class Captures:
    """By node id: the winning capture, the role, and the name of an embedded language."""

    names: dict[int, str]
    roles: dict[int, str]
    embedded: dict[int, str]


def captures_in(grammar: LoadedGrammar, root: tree_sitter.Node, start: int, end: int) -> Captures:
    """The captures of all nodes that meet bytes `start` to `end`; on one node the last pattern wins.

    Raises `TangledError` when that takes too long.
    """
    names: dict[int, tuple[int, str]] = {}
    roles: dict[int, tuple[int, str]] = {}
    embedded: dict[int, tuple[int, str]] = {}
    tables = {"": names, ROLE: roles, INJECTION: embedded}
    for pattern, found in matches(grammar.query, root, start, end):
        for capture, nodes in found.items():
            kind, value = _parts(capture)
            if kind == INJECTION:
                value = _embedded_language(capture, found)
            if value.startswith("_"):
                continue
            table = tables[kind]
            for node in nodes:
                number = node.id
                best = table.get(number)
                if best is None or best[0] <= pattern:
                    table[number] = (pattern, value)
    return Captures(_values(names), _values(roles), _values(embedded))


@cache
def _parts(capture: str) -> tuple[str, str]:
    """Which of the three kinds a capture is, and what it says; a grammar has some hundred captures."""
    for kind in (ROLE, INJECTION):
        if capture.startswith(kind):
            return kind, capture[len(kind) :]
    return "", capture


def _embedded_language(capture: str, found: dict[str, list[tree_sitter.Node]]) -> str:
    """The language that an injection names; `_` for the capture that only serves to name it."""
    if capture == "injection.language":
        return "_"
    if capture != "injection.content":
        return capture[len(INJECTION) :]
    named = found.get("injection.language")
    return (named[0].text or b"").decode("utf-8", "replace") if named else "_"


def _values(table: dict[int, tuple[int, str]]) -> dict[int, str]:
    return {node: value for node, (_, value) in table.items()}
