"""The functions and types of a document, for outlines and for reading "this symbol".

The query `symbols.scm` of a language finds them. In a language without one, each block of lines between blank
lines is a symbol.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

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
_PATTERNS = ("object_pattern", "array_pattern")
"""Parameters that take something apart."""

_VALUES = ("constant", "key")
"""Kinds of symbols that name a value."""

_BLOCK_COMMENTS = (b"/*", b"<#", b"{-", b"<!--", b"=begin", b"--[")
"""What begins a comment that is documentation on its own; other comments are one with the lines above."""

_LONGEST_LINE = 4096
"""Bytes before a symbol or a comment in which its line begins; else no comment before it is its own."""

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
    value, not counting those of inner symbols. `receiver`: the type that a method declared outside of it
    belongs to. `trait`: what an implementation implements. `doc_start`, `doc_end`: its documentation, a
    comment directly before it or a docstring; both 0 if it has none.
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
    receiver: str = ""
    trait: str = ""
    doc_start: int = 0
    doc_end: int = 0

    def moved(self, shift: int) -> Symbol:
        """The symbol in a text that begins `shift` bytes before its own."""
        doc = shift if self.doc_end else 0
        return replace(
            self,
            start=self.start + shift,
            end=self.end + shift,
            name_start=self.name_start + shift,
            name_end=self.name_end + shift,
            signature_end=self.signature_end + shift,
            doc_start=self.doc_start + doc,
            doc_end=self.doc_end + doc,
        )


@dataclass(frozen=True, slots=True)
class _Definition:
    """A node that a pattern of `symbols.scm` has found.

    `name`: the node with its name. `holder`: the node with the parameters and the body. `body`, `receiver`,
    `trait`: the nodes that the pattern has captured as such.
    """

    node: tree_sitter.Node
    kind: str
    name: tree_sitter.Node | None
    holder: tree_sitter.Node
    body: tree_sitter.Node | None
    receiver: tree_sitter.Node | None
    trait: tree_sitter.Node | None


@dataclass(slots=True)
class _Found:
    """What the patterns of `symbols.scm` have found: definitions, and byte ranges of what belongs to them.

    `comments`, `docstrings`: documentation before a symbol and inside it. `attributes`: what may stand
    between a symbol and its documentation. `texts`: the documentation in a statement, by the start of that.
    """

    definitions: dict[int, tuple[int, _Definition]] = field(default_factory=dict)
    returns: set[int] = field(default_factory=set)
    parameters: set[tuple[int, int]] = field(default_factory=set)
    comments: dict[int, int] = field(default_factory=dict)
    docstrings: dict[int, int] = field(default_factory=dict)
    attributes: dict[int, int] = field(default_factory=dict)
    texts: dict[int, tuple[int, int]] = field(default_factory=dict)


def tree_symbols(grammar: str, tree: tree_sitter.Tree, text: bytes) -> list[Symbol]:
    """The symbols of a parsed text in order, outer ones first; blocks if the grammar has no `symbols.scm`."""
    query = load_symbol_query(grammar)
    if query is None:
        return block_symbols(text)
    try:
        found = _matches(query, tree.root_node)
    except TooComplexError:
        return block_symbols(text)
    extents = sorted(
        ((*_extent(each.node, query.nodes), each) for _, each in found.definitions.values()),
        key=lambda e: (e[0], -e[1]),
    )
    symbols: list[Symbol] = []
    enclosing: list[tuple[int, str]] = []
    for start, end, definition in extents:
        check_cancelled()
        while enclosing and enclosing[-1][0] <= start:
            enclosing.pop()
        kind = definition.kind
        if kind == "function" and enclosing and enclosing[-1][1] in CONTAINERS:
            kind = "method"
        symbols.append(_symbol(definition, query.nodes, kind, start, end, len(enclosing), text))
        enclosing.append((end, kind))
    return _completed(symbols, found, text)


def nested(symbols: list[Symbol], inner: list[Symbol]) -> list[Symbol]:
    """Symbols together with those of texts in other languages among them, in order."""
    joined: list[Symbol] = []
    enclosing: list[Symbol] = []
    for symbol in sorted([*symbols, *inner], key=lambda each: (each.start, -each.end, each.depth)):
        while enclosing and enclosing[-1].end <= symbol.start:
            enclosing.pop()
        joined.append(replace(symbol, depth=len(enclosing)))
        enclosing.append(symbol)
    return joined


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


def _matches(query: SymbolQuery, root: tree_sitter.Node) -> _Found:
    """What the patterns find below `root`; on one node the last pattern of a definition wins.

    Raises `TooComplexError` when that takes too long.
    """
    found = _Found()
    ranges = {"doc": found.comments, "docstring": found.docstrings, "attribute": found.attributes}
    for pattern, captures in _in_windows(query.query, root):
        check_cancelled()
        for capture, nodes in captures.items():
            role, _, kind = capture.partition(".")
            node = nodes[0]
            if role == "return":
                found.returns.add(node.start_byte)
            elif role == "parameter":
                found.parameters.add((node.start_byte, node.end_byte))
            elif role in ranges:
                ranges[role][node.start_byte] = node.end_byte
                if "text" in captures:
                    content = captures["text"][0]
                    found.texts[node.start_byte] = content.start_byte, content.end_byte
            elif role == "symbol" or (role == "prototype" and _declares_function(node)):
                best = found.definitions.get(node.id)
                if best is None or best[0] <= pattern:
                    definition = _definition(query, pattern, node, kind, captures)
                    found.definitions[node.id] = pattern, definition
    return found


def _in_windows(
    query: tree_sitter.Query, root: tree_sitter.Node
) -> Iterator[tuple[int, dict[str, list[tree_sitter.Node]]]]:
    """The matches of a query, window by window; those that reach over several windows come several times.

    Other threads run between two windows: during a query, py-tree-sitter keeps the GIL.
    """
    for start in range(root.start_byte, root.end_byte, _WINDOW_BYTES):
        yield from query_matches(query, root, start, start + _WINDOW_BYTES)


def _definition(
    query: SymbolQuery,
    pattern: int,
    node: tree_sitter.Node,
    kind: str,
    captures: dict[str, list[tree_sitter.Node]],
) -> _Definition:
    settings = query.query.pattern_settings(pattern)
    captured = {role: nodes[0] for role, nodes in captures.items()}
    name = captured.get("name") or node.child_by_field_name(settings.get("name") or "name")
    field_name = settings.get("holder")
    holder = node.child_by_field_name(field_name) if field_name else captured.get("holder")
    return _Definition(
        node, kind, name, holder or node, *(captured.get(role) for role in ("body", "receiver", "trait"))
    )


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
    body = definition.body or holder.child_by_field_name("body")
    if body is None and nodes.bodies:
        body = next((child for child in holder.named_children if child.type in nodes.bodies), None)
    if body is not None and kind in _VALUES and b"\n" not in text[start:end]:
        body = None  # a value on the same line belongs to the signature
    at = (name.start_byte, _content_end(text, name.end_byte)) if name is not None else (start, start)
    return Symbol(
        kind,
        text[at[0] : at[1]].decode("utf-8", "replace"),
        start,
        end,
        *at,
        body.start_byte if body is not None else end,
        depth,
        tuple(_parameters(holder, text)),
        0,
        _type_name(definition.receiver, text),
        _type_name(definition.trait, text),
    )


def _type_name(node: tree_sitter.Node | None, text: bytes) -> str:
    """A type as written, without its type arguments, and without the signs and the name before it."""
    if node is None:
        return ""
    written = text[node.start_byte : node.end_byte].decode("utf-8", "replace")
    return written.strip("()").partition("[")[0].partition("<")[0].rpartition(" ")[2].strip("*&")


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
    """The names that one parameter declares; `a, b int` of Go has two, `{a, b}` of JavaScript too."""
    for field_name in ("name", "pattern", "declarator"):
        nodes = parameter.children_by_field_name(field_name)
        if nodes and nodes[0].type not in _PATTERNS:
            return [name for node in nodes if (name := _name(node)) is not None]
        if nodes:
            parameter = nodes[0]
            break
    if parameter.type in _PATTERNS:
        return [name for part in parameter.named_children for name in _first_name(part)]
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


def _completed(symbols: list[Symbol], found: _Found, text: bytes) -> list[Symbol]:
    """The symbols with their documentation, returns, and parameters that no field of the grammar has."""
    returns: dict[int, int] = {}
    for _, index in _innermost(symbols, sorted(found.returns)):
        returns[index] = returns.get(index, 0) + 1
    parameters: dict[int, list[str]] = {}
    ends = dict(found.parameters)
    for start, index in _innermost(symbols, sorted(ends)):
        parameters.setdefault(index, []).append(text[start : ends[start]].decode("utf-8", "replace"))
    docs = _documentation(symbols, found, text)
    completed = list(symbols)
    for index in {*returns, *parameters, *docs}:
        symbol = symbols[index]
        start, end = docs.get(index, (0, 0))
        completed[index] = replace(
            symbol,
            returns=returns.get(index, 0),
            parameters=symbol.parameters or tuple(parameters.get(index, ())),
            doc_start=start,
            doc_end=end,
        )
    return completed


def _innermost(symbols: list[Symbol], offsets: list[int]) -> Iterator[tuple[int, int]]:
    """Each of some ascending offsets that is inside a symbol, with the index of the innermost one."""
    enclosing: list[int] = []
    at = 0
    for byte in offsets:
        while at < len(symbols) and symbols[at].start <= byte:
            enclosing.append(at)
            at += 1
        while enclosing and symbols[enclosing[-1]].end <= byte:
            enclosing.pop()
        if enclosing:
            yield byte, enclosing[-1]


# ---- documentation -------------------------------------------------------------------------------------


def _documentation(symbols: list[Symbol], found: _Found, text: bytes) -> dict[int, tuple[int, int]]:
    """The places of the documentation, by the index of the symbol."""
    docs: dict[int, tuple[int, int]] = {}
    for start, index in _innermost(symbols, sorted(found.docstrings)):
        docs.setdefault(index, found.texts.get(start, (start, found.docstrings[start])))
    comments = {_content_end(text, end): start for start, end in found.comments.items()}
    attributes = {_content_end(text, end): start for start, end in found.attributes.items()}
    claimed: set[int] = set()
    for index, symbol in enumerate(symbols):
        if index in docs:
            continue
        doc = _comments_before(symbol.start, comments, attributes, text)
        if doc is not None and doc[0] not in claimed:
            claimed.add(doc[0])
            docs[index] = found.texts.get(doc[0], doc)
    return docs


def _comments_before(
    at: int, comments: dict[int, int], attributes: dict[int, int], text: bytes
) -> tuple[int, int] | None:
    """The comments on the lines directly before that of byte `at`. `comments`, `attributes`: start by end."""
    start = end = -1
    while True:
        line_start = text.rfind(b"\n", max(at - _LONGEST_LINE, 0), at) + 1
        before = _content_end(text, line_start)
        if line_start == 0 or text.count(b"\n", before, line_start) != 1:
            break
        if start < 0 and before in attributes:
            at = attributes[before]
            continue
        at = comments.get(before, -1)
        is_block = text.startswith(_BLOCK_COMMENTS, max(at, 0))
        low = max(at - _LONGEST_LINE, 0)
        if at < 0 or (is_block and start >= 0) or text[max(text.rfind(b"\n", low, at) + 1, low) : at].strip():
            break  # none, one of another kind, or one behind code
        start, end = at, end if end >= 0 else before
        if is_block:
            break
    return (start, end) if start >= 0 else None


def _content_end(text: bytes, end: int) -> int:
    """`end` without the white space before it."""
    while end and text[end - 1] in b" \t\r\n":
        end -= 1
    return end
