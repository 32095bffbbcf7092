"""Walks the part of a tree that lies in a window, and finds each token once and in order.

The captures of the query say what a token is. An inner node wins over an outer one. A leaf without a capture
takes that of its nearest captured ancestor if it is a named node, or if it is the whole of that ancestor; a
bracket or operator does not, because a captured declaration is not one token. The text of a string or comment
is one token, split only where a node inside has a capture of its own. The walk keeps its own stack, so that
no depth of nesting overflows that of Python.

What a closing token closes is found on the way: `if`, `function`, `for user`. The words are the keyword of
the innermost statement around the token, so that no language needs rules of its own, and for a loop the name
of its variable. What has no keyword, such as a method in Java, is a `function`. Only a block of several
lines gets words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import tree_sitter

from codechoir.languages import LoadedGrammar
from codechoir.model import Category
from codechoir.syntax.analysis import WHITESPACE, leaf_capture, trimmed
from codechoir.syntax.captures import DEFAULT_ROLES, TOKEN_ROLES, Captures, category_of
from codechoir.syntax.embedded_languages import WHOLE_REGIONS


class TokenPiece(NamedTuple):
    """A token of a tree: byte range, capture, role, nesting depth, and what it closes."""

    start: int
    end: int
    capture: str
    role: str = ""
    depth: int = 0
    closes: str = ""


class EmbeddedRegion(NamedTuple):
    """Text in another language. `node`: contains it. `capture`: what the text is in its host language.

    `depth`: brackets around it, where its own are counted on.
    """

    node: tree_sitter.Node
    language: str
    capture: str
    depth: int = 0


_TEXT = frozenset({Category.COMMENT, Category.LITERAL})
_NESTING = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_LOOK_BACK, _BLOCK_LOOK_BACK = 64, 4
"""Children of a node that are searched for an opening bracket before the window."""


class _Text:
    """A string or comment that the walk is inside of.

    `run`: start of the part that is not yet a token. `escapes`: whether escapes in it are tokens; not in a
    string that is a regular expression, which needs them to be understood.
    """

    __slots__ = ("capture", "depth", "end", "escapes", "role", "run", "start")

    def __init__(self, node: tree_sitter.Node, capture: str, role: str, depth: int) -> None:
        self.start = self.run = node.start_byte
        self.end = node.end_byte
        self.capture = capture
        self.role = role or DEFAULT_ROLES.get(capture, "")
        self.depth = depth
        self.escapes = not role.startswith(("regexp", "string.regexp"))

    def splits_at(self, name: str) -> bool:
        """Whether a node inside with this capture is a token of its own."""
        return name not in ("", self.capture) and (self.escapes or "escape" not in name)


class _Frame:
    """A node that the walk is inside of.

    `name`: its own capture. `inherited`: the capture of its leaves that have none. `depth`: brackets around
    the next child. `text`: the string or comment that it belongs to; `owns`: whether it is that string's
    outermost node. `broken`: whether it is an error, in which brackets need not match. `resets`: whether
    nesting is counted from zero inside it. `foreign`: whether its text is in another language, except for the
    nodes with placeholders.
    """

    __slots__ = (
        *("broken", "depth", "foreign", "inherited", "name", "node", "owns", "resets", "role", "span"),
        "text",
    )

    def __init__(self, node: tree_sitter.Node, kind: str, name: str, role: str) -> None:
        self.node = node
        self.span = (node.start_byte, node.end_byte)
        self.name = self.inherited = name
        self.role = role
        self.depth = 0
        self.text: _Text | None = None
        self.owns = False
        self.broken = kind == "ERROR"
        self.resets = _holds_statements(kind)
        self.foreign = False


class TokenWalker:
    """One walk over bytes `start` to `end` of `text`. `visited`: the number of nodes that it has seen."""

    def __init__(self, grammar: LoadedGrammar, captures: Captures, text: bytes, start: int, end: int) -> None:
        self._spec = grammar.spec
        self._captures = captures
        self._text = text
        self._start = start
        self._end = end
        self.visited = 0
        self._frames: list[_Frame] = []
        self._items: list[TokenPiece | EmbeddedRegion] = []

    def run(self, root: tree_sitter.Node) -> list[TokenPiece | EmbeddedRegion]:
        """The tokens below `root` that overlap the window, and the regions of other languages."""
        cursor = root.walk()
        frames, start, end = self._frames, self._start, self._end
        while True:
            node = cursor.node
            if node is None or node.start_byte >= end:
                break
            self.visited += 1
            if node.start_byte == node.end_byte and frames and not frames[-1].broken:
                frames[-1].depth += _NESTING.get(node.type, 0)  # a bracket that is missing in broken code
            if start < node.end_byte and node.start_byte < node.end_byte and self._enters(node):
                if node.start_byte >= start:
                    cursor.goto_first_child()
                    continue
                frames[-1].depth += _opened_before(node, start)
                if goto_child_at(cursor, start):
                    continue
                self._leave()
            while not cursor.goto_next_sibling():
                if not frames:
                    return self._items
                cursor.goto_parent()
                self._leave()
        while frames:
            self._leave()
        return self._items

    def _enters(self, node: tree_sitter.Node) -> bool:
        """Adds the node as a token and returns False; or pushes a frame for it and returns True."""
        frame = self._frames[-1] if self._frames else None
        name = self._captures.names.get(node.id, "")
        language = self._captures.embedded.get(node.id)
        text = frame.text if frame is not None else None
        if text is not None and (language or text.splits_at(name)):
            self._flush(text, node.start_byte)
            text.run = node.end_byte
            text = None
        kind = node.type
        if language:
            whole = language in WHOLE_REGIONS
            depth = max(0, frame.depth) if whole and frame is not None and not frame.resets else 0
            capture = name or (frame.inherited if frame else "")
            self._items.append(EmbeddedRegion(node, language, capture, depth))
            if node.child_count and not whole:
                self._frames.append(_Frame(node, kind, "", ""))
                self._frames[-1].foreign = bool(self._spec.placeholders)
            return node.child_count > 0 and not whole
        if frame is not None and frame.foreign and kind not in self._spec.placeholders:
            if node.child_count:
                self._frames.append(_Frame(node, kind, "", ""))
                self._frames[-1].foreign = True
            return node.child_count > 0
        leaf = node.child_count == 0 or kind in self._spec.atoms
        if text is None:
            if leaf:
                self._add_leaf(node, kind, name, frame)
            else:
                self._push(node, kind, name, frame)
            return not leaf
        if not leaf:
            inside = _Frame(node, kind, text.capture, "")
            inside.depth, inside.text = text.depth, text
            self._frames.append(inside)
        return not leaf

    def _push(self, node: tree_sitter.Node, kind: str, name: str, frame: _Frame | None) -> None:
        """Pushes a frame for a node with children."""
        category = category_of(name) if name else None
        inner = _Frame(node, kind, name if category else "", self._captures.roles.get(node.id, ""))
        if frame is not None:
            inner.depth = 0 if frame.resets else max(0, frame.depth)
            if not name:
                inner.inherited = frame.inherited
        if kind in self._spec.containers or category in _TEXT:
            inner.text = _Text(node, inner.inherited or "string", inner.role, inner.depth)
            inner.owns = True
        self._frames.append(inner)

    def _add_leaf(self, node: tree_sitter.Node, kind: str, name: str, frame: _Frame | None) -> None:
        """Adds a leaf as a token; without a capture if only its text tells what it is."""
        named = node.is_named
        capture = name if name and category_of(name) else ""
        role = self._captures.roles.get(node.id, "")
        depth = 0
        if frame is not None:
            depth = self._nested(frame, "" if named else kind)
            if frame.span == (node.start_byte, node.end_byte):
                capture, role = capture or frame.name, role or frame.role
            if named and not name:
                capture = capture or frame.inherited
        if not capture and kind != "ERROR":
            capture = leaf_capture(kind, named)
        start, end = trimmed(self._text, node.start_byte, node.end_byte)
        if start == end or kind == "ERROR":
            return
        if capture != "attribute" and named and self._spec.keywords and self._is_keyword(kind, start, end):
            capture = "keyword"
        if not role and self._spec.token_roles:
            if not named:
                role = TOKEN_ROLES.get(kind, "")
            elif kind in self._spec.operators:
                role = TOKEN_ROLES.get(self._text[start:end].decode("utf-8", "replace"), "")
        around = self._frames[-MAX_LEVELS:]
        closed = closed_block(role, [f.node for f in around]) if role.endswith(".close") else ""
        role = role or DEFAULT_ROLES.get(capture, "")
        piece = TokenPiece(start, end, capture, role, max(0, depth), closed)
        last = self._items[-1] if self._items and kind in self._spec.merged else None
        if isinstance(last, TokenPiece) and last.end == start and self._text[last.start] == self._text[start]:
            piece = piece._replace(start=last.start)
            self._items.pop()
        self._items.append(piece)

    def _is_keyword(self, kind: str, start: int, end: int) -> bool:
        """Whether a name is a keyword that the parser takes for a name because its line is unfinished."""
        if "identifier" not in kind or kind.startswith(("property", "field")):  # `a.export` is a name
            return False
        return self._text[start:end].decode("utf-8", "replace") in self._spec.keywords

    @staticmethod
    def _nested(frame: _Frame, token: str) -> int:
        """The nesting depth of a leaf. A bracket counts as outside of what it encloses."""
        before = frame.depth
        step = _NESTING.get(token, 0)
        if not step:
            return 0 if frame.resets else before
        if not frame.broken:
            frame.depth += step
        return min(before, frame.depth)

    def _leave(self) -> None:
        frame = self._frames.pop()
        if frame.text is not None and frame.owns:
            self._flush(frame.text, frame.text.end)

    def _flush(self, text: _Text, end: int) -> None:
        """Adds the part of a string or comment that ends here."""
        opens, closes = text.run == text.start, end == text.end
        start, end = trimmed(self._text, text.run, end, inside=(not opens, not closes))
        if not self._text[start:end].strip(WHITESPACE):
            return
        suffix = "" if opens and closes else ".open" if opens else ".close" if closes else ".part"
        role = text.role + suffix if text.role else ""
        self._items.append(TokenPiece(start, end, text.capture, role, text.depth))


_FILES = frozenset(
    {"module", "program", "source_file", "translation_unit", "compilation_unit", "document", "stylesheet"}
)
_LISTS = frozenset(
    {
        "accessor_list",
        "const_declaration",
        "enum_variant_list",
        "enumerator_list",
        "expression_switch_statement",
        "import_spec_list",
        "interface_type",
        "select_statement",
        "type_switch_statement",
        "var_spec_list",
    }
)
_BODIES = ("block", "body", "declaration_list", "compound_statement", "do_group", "statement_list")


@lru_cache(maxsize=4096)
def _holds_statements(kind: str) -> bool:
    """Whether a node of this type holds statements or declarations, so that nesting is counted from zero."""
    return kind in _FILES or kind in _LISTS or (kind.endswith(_BODIES) and "pattern" not in kind)


def goto_child_at(cursor: tree_sitter.TreeCursor, byte: int) -> bool:
    """Moves to the first child that ends after `byte`; if there is none, stays and returns False.

    The cursor's own search fails when a hidden node extends over `byte` but none of its visible children
    does, as in broken code; then this tries the children one by one.
    """
    if cursor.goto_first_child_for_byte(byte) is not None:
        return True
    if not cursor.goto_first_child():
        return False
    while True:
        child = cursor.node
        if child is None or child.end_byte > byte:
            return True
        if not cursor.goto_next_sibling():
            cursor.goto_parent()
            return False


def _opened_before(node: tree_sitter.Node, byte: int) -> int:
    """Number of brackets among the children of the node that are open at `byte`."""
    if node.is_error:
        return 0
    opened = 0
    for index in range(
        min(node.child_count, _BLOCK_LOOK_BACK if _holds_statements(node.type) else _LOOK_BACK)
    ):
        child = node.child(index)
        if child is None or child.end_byte > byte:
            break
        if not child.is_named:
            opened += _NESTING.get(child.type, 0)
    return opened


_ROLES = frozenset({"block.close", "body.close"})
"""Roles of tokens that close a block."""

_LOOPS = frozenset({"for", "foreach"})
"""Keywords of loops over the values of a variable, which is named."""

_VARIABLE_FIELDS = ("left", "pattern", "variable", "name", "value")
"""Fields that may hold the variable of a loop, in order of preference."""

_FUNCTIONS = frozenset({"def", "fn", "fun", "func", "function", "sub"})
"""Keywords of functions; `function` is said for each."""

_NAMELESS_FUNCTIONS = re.compile(
    r"(?:arrow_function|anonymous_method|closure|lambda|func_literal|method|constructor|destructor|function"
    r"|compact_constructor|operator|conversion)(?:_\w+)?"
)
"""Nodes that are functions even without a keyword."""

_MODIFIERS = frozenset(
    (
        *("abstract", "async", "const", "default", "defer", "export", "final", "get", "global", "inline"),
        *(
            "override",
            "private",
            "protected",
            "pub",
            "public",
            "readonly",
            "return",
            "set",
            "static",
            "unsafe",
        ),
    )
)
_VARIABLE = re.compile(r"[$@]*\w{1,40}", re.ASCII)
"""What may be a variable. Anything longer, such as a destructuring pattern, is not repeated."""

_BLOCKS = frozenset(
    ("block", "body_statement", "class_body", "compound_statement", "declaration_list", "statement_block")
)
"""What a block stands in that belongs to no statement."""

_MAX_CHILDREN = 8
"""Children of a node that are searched for its keyword."""

MAX_LEVELS = 5
"""Enclosing nodes that are searched for the statement of a block."""


def closed_block(role: str, path: Sequence[tree_sitter.Node]) -> str:
    """What a token with this role closes.

    `path`: the nodes around it, outermost first; the last `MAX_LEVELS` are enough.
    """
    if role not in _ROLES or not path or path[-1].start_point.row == path[-1].end_point.row:
        return ""
    for node in reversed(path[-MAX_LEVELS:]):
        if node.type == "do_group":
            continue
        if node.type in _BLOCKS and node is not path[-1]:
            return "block"
        keyword = _keyword(node)
        if keyword in _LOOPS:
            return f"{keyword} {_variable(node)}".strip()
        if keyword in _FUNCTIONS or (not keyword and _NAMELESS_FUNCTIONS.fullmatch(node.type)):
            return "function"
        if keyword:
            return keyword
    return ""


def _variable(loop: tree_sitter.Node) -> str:
    """The variable of a loop over values; empty for one that counts, and where there are several."""
    for field in _VARIABLE_FIELDS:
        node = loop.child_by_field_name(field)
        if node is not None and node.text is not None:
            text = node.text.decode("utf-8", "replace")
            return text if _VARIABLE.fullmatch(text) else ""
    return ""


def _keyword(node: tree_sitter.Node) -> str:
    """The word at the beginning of a statement, after its modifiers."""
    for index in range(min(node.child_count, _MAX_CHILDREN)):
        child = node.child(index)
        if child is not None and not child.is_named and child.type.isalpha() and child.type not in _MODIFIERS:
            return child.type
        if child is not None and child.type in ("{", "(", "block", "compound_statement"):
            return ""
    return ""
