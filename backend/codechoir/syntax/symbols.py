"""The functions and types of a document, for outlines and for reading "this symbol".

The query `symbols.scm` of a language finds them. In a language without one, each block of lines between blank
lines is a symbol.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import tree_sitter

from codechoir.cancellation import check_cancelled
from codechoir.languages import CONTAINERS, SymbolNodes, SymbolQuery, load_symbol_query
from codechoir.syntax.safe_parsing import TooComplexError, query_matches

_INSIDE_FUNCTIONS = (
    "compound_statement",
    "for_statement",
    "case_statement",
    "if_statement",
    "condition_clause",
)
_WINDOW_BYTES = 128 * 1024
_LINE = re.compile(rb"[^\r\n]+")
_LINE_ENDS = (b"\n", b"\r\n", b"\r")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition. Offsets are byte offsets; ranges are half open.

    `kind`: `function`, `method`, `class`, … or `block` in a language without symbols. `name`: as written in
    the source, empty if it has none. `start`, `end`: all of it, including decorators. `name_start`,
    `name_end`: its name. `signature_end`: where its body begins; `end` where it has none. `depth`: number of
    enclosing symbols. `parameters`: their names, in order. `returns`: number of statements that return a
    value, not counting those of inner symbols.
    """

    kind: str
    name: str
    start: int
    end: int
    name_start: int
    name_end: int
    signature_end: int
    depth: int = 0
    parameters: tuple[str, ...] = ()
    returns: int = 0


@dataclass(frozen=True, slots=True)
class _Definition:
    """A node that a pattern of `symbols.scm` has found.

    `name`: the node with its name. `holder`: the node with the parameters and the body.
    """

    node: tree_sitter.Node
    kind: str
    name: tree_sitter.Node | None
    holder: tree_sitter.Node


def tree_symbols(grammar: str, tree: tree_sitter.Tree, text: bytes) -> list[Symbol]:
    """The symbols of a parsed text in order, outer ones first; blocks if the grammar has no `symbols.scm`."""
    query = load_symbol_query(grammar)
    if query is None:
        return block_symbols(text)
    try:
        definitions, returns = _matches(query, tree.root_node)
    except TooComplexError:
        return block_symbols(text)
    extents = sorted(
        ((*_extent(each.node, query.nodes), each) for each in definitions), key=lambda e: (e[0], -e[1])
    )
    found: list[Symbol] = []
    enclosing: list[tuple[int, str]] = []
    for start, end, definition in extents:
        check_cancelled()
        while enclosing and enclosing[-1][0] <= start:
            enclosing.pop()
        kind = definition.kind
        if kind == "function" and enclosing and enclosing[-1][1] in CONTAINERS:
            kind = "method"
        found.append(_symbol(definition, query.nodes, kind, start, end, len(enclosing), text))
        enclosing.append((end, kind))
    return _with_returns(found, returns)


def block_symbols(text: bytes) -> list[Symbol]:
    """The blocks of lines between blank lines."""
    blocks: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start, end = line.span()
        if text[start:end].isspace():
            continue
        if blocks and text[blocks[-1][1] : start] in _LINE_ENDS:
            blocks[-1] = blocks[-1][0], end
        else:
            check_cancelled()
            blocks.append((start, end))
    return [Symbol("block", "", start, end, start, start, end) for start, end in blocks]


def enclosing_symbols(symbols: list[Symbol], byte: int) -> list[Symbol]:
    """The symbols that contain `byte`, outermost first."""
    return [symbol for symbol in symbols if symbol.start <= byte < symbol.end]


def _matches(query: SymbolQuery, root: tree_sitter.Node) -> tuple[list[_Definition], list[int]]:
    """The definitions below `root` and the offsets of returns; on one node the last pattern wins.

    Raises `TooComplexError` when that takes too long.
    """
    definitions: dict[int, tuple[int, _Definition]] = {}
    returns: set[int] = set()
    for pattern, captures in _in_windows(query.query, root):
        check_cancelled()
        for capture, nodes in captures.items():
            role, _, kind = capture.partition(".")
            node = nodes[0]
            if role == "name" or role.startswith("_"):
                continue
            if role == "return":
                returns.add(node.start_byte)
            elif role == "symbol" or _declares_function(node):
                best = definitions.get(node.id)
                if best is None or best[0] <= pattern:
                    name = captures.get("name")
                    definitions[node.id] = pattern, _definition(query, pattern, node, kind, name)
    return [definition for _, definition in definitions.values()], sorted(returns)


def _in_windows(
    query: tree_sitter.Query, root: tree_sitter.Node
) -> Iterator[tuple[int, dict[str, list[tree_sitter.Node]]]]:
    """The matches of a query, window by window; those that reach over several windows come several times.

    Other threads run between two windows: during a query, py-tree-sitter keeps the GIL.
    """
    for start in range(root.start_byte, root.end_byte, _WINDOW_BYTES):
        yield from query_matches(query, root, start, start + _WINDOW_BYTES)


def _definition(
    query: SymbolQuery, pattern: int, node: tree_sitter.Node, kind: str, named: list[tree_sitter.Node] | None
) -> _Definition:
    settings = query.query.pattern_settings(pattern)
    name = named[0] if named else node.child_by_field_name(settings.get("name") or "name")
    holder = settings.get("holder")
    held = node.child_by_field_name(holder) if holder else None
    return _Definition(node, kind, name, held or node)


def _declares_function(node: tree_sitter.Node) -> bool:
    """Whether a declaration of C declares a named function, outside of any function."""
    parent = node.parent
    if parent is None or parent.type in _INSIDE_FUNCTIONS:
        return False
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type in ("pointer_declarator", "reference_declarator"):
        declarator = _inner_declarator(declarator)
    if declarator is None or declarator.type != "function_declarator":
        return False
    name = declarator.child_by_field_name("declarator")
    return name is not None and name.type != "parenthesized_declarator"


def _extent(node: tree_sitter.Node, nodes: SymbolNodes) -> tuple[int, int]:
    """From the first decorator or `export` to the end."""
    outer = node
    while (around := outer.parent) is not None and around.type in nodes.wrappers:
        outer = around
    return outer.start_byte, outer.end_byte


def _symbol(
    definition: _Definition,
    nodes: SymbolNodes,
    kind: str,
    start: int,
    end: int,
    depth: int,
    text: bytes,
) -> Symbol:
    node, holder = definition.node, definition.holder
    name = _name(definition.name)
    if name is None and node.parent is not None and node.parent.type in nodes.namers:
        name = _name(node.parent.child_by_field_name("declarator"))
    body = holder.child_by_field_name("body")
    at = (name.start_byte, name.end_byte) if name is not None else (start, start)
    return Symbol(
        kind,
        text[at[0] : at[1]].decode("utf-8", "replace"),
        start,
        end,
        *at,
        body.start_byte if body is not None else end,
        depth,
        tuple(_parameters(holder, text)),
    )


def _name(node: tree_sitter.Node | None) -> tree_sitter.Node | None:
    """The name at the bottom of nested declarators (`*f(int)` of C)."""
    while node is not None and (inner := _inner_declarator(node)) is not None:
        node = inner
    return node


def _inner_declarator(node: tree_sitter.Node) -> tree_sitter.Node | None:
    inner = node.child_by_field_name("declarator")
    if inner is None and node.type in ("reference_declarator", "parenthesized_declarator"):
        inner = node.named_children[-1] if node.named_children else None
    return inner


def _parameters(node: tree_sitter.Node, text: bytes) -> Iterator[str]:
    declarator: tree_sitter.Node | None = node
    listed = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
    while listed is None and declarator is not None:
        declarator = _inner_declarator(declarator)
        listed = declarator.child_by_field_name("parameters") if declarator is not None else None
    if listed is None:
        return
    parameters = listed.named_children or [listed]
    if listed.type == "identifier":  # `x => x` of JavaScript
        parameters = [listed]
    for parameter in parameters:
        for name in _parameter_names(parameter):
            yield text[name.start_byte : name.end_byte].decode("utf-8", "replace")


def _parameter_names(parameter: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The names that one parameter declares; `a, b int` of Go has two."""
    for field_name in ("name", "pattern", "declarator"):
        nodes = parameter.children_by_field_name(field_name)
        if nodes:
            return [name for node in nodes if (name := _name(node)) is not None]
    return _first_name(parameter)


def _first_name(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """The first leaf that is a name, but not that of a type."""
    stack = [node]
    while stack:
        node = stack.pop()
        if node.named_children:
            stack += reversed(node.named_children)
        elif node.type == "self" or ("identifier" in node.type and "type" not in node.type):
            return [node]
    return []


def _with_returns(symbols: list[Symbol], returns: list[int]) -> list[Symbol]:
    """The symbols, each `return` counted for the innermost one that contains it."""
    counts: dict[int, int] = {}
    enclosing: list[int] = []
    at = 0
    for byte in returns:
        while at < len(symbols) and symbols[at].start <= byte:
            enclosing.append(at)
            at += 1
        while enclosing and symbols[enclosing[-1]].end <= byte:
            enclosing.pop()
        if enclosing:
            counts[enclosing[-1]] = counts.get(enclosing[-1], 0) + 1
    return [replace(s, returns=counts[i]) if i in counts else s for i, s in enumerate(symbols)]
