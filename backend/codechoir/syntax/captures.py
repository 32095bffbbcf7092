"""What the queries of a grammar say about the nodes in a window, and which category a capture belongs to.

One query holds three kinds of captures. Plain names say what a node is (`@function.method`), `@role.…` says
what it does there, and `@injection.…` marks text in another language: `@injection.css`, or
`@injection.content` beside `@injection.language`, whose text names the language.

The captures of tree-sitter's highlight queries, of our own patterns and, through `lexer.py`, of Pygments
share one table of categories. It settles for all languages what could be decided otherwise:

- Word operators that compute a value from others (`and`, `not`, `in`, `instanceof`, `typeof`, `sizeof`) are
  operators. Words that build or control (`new`, `await`, `delete`, `as`) are keywords.
- `@constructor` is a type, because a call of it names one. `@constant` is a name, so a variable;
  `@constant.builtin` is a value (`None`, `true`), so a literal.
- Attributes and decorators are functions. A key in JSON, YAML or TOML is a variable: it names a value.
- The prose of a page is a comment, because the same rules read it; code and quotations in it are literals.

`TOKEN_ROLES` and `DEFAULT_ROLES` need no pattern: what a token does unless `roles.scm` of its language says
otherwise.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

import tree_sitter

from codechoir.languages import LoadedGrammar
from codechoir.model import Category
from codechoir.syntax.safe_parsing import query_matches

CAPTURE_CATEGORIES: Final[dict[str, Category]] = {
    "attribute": Category.FUNCTION,
    "boolean": Category.LITERAL,
    "character": Category.LITERAL,
    "comment": Category.COMMENT,
    "conditional": Category.KEYWORD,
    "constant": Category.VARIABLE,
    "constant.builtin": Category.LITERAL,
    "constant.character": Category.LITERAL,
    "constructor": Category.TYPE,
    "delimiter": Category.PUNCTUATION,
    "diff": Category.LITERAL,
    "error": Category.VARIABLE,
    "escape": Category.LITERAL,
    "exception": Category.KEYWORD,
    "field": Category.VARIABLE,
    "float": Category.LITERAL,
    "function": Category.FUNCTION,
    "identifier": Category.VARIABLE,
    "include": Category.KEYWORD,
    "keyword": Category.KEYWORD,
    "keyword.operator": Category.OPERATOR,
    "label": Category.VARIABLE,
    "macro": Category.FUNCTION,
    "method": Category.FUNCTION,
    "module": Category.VARIABLE,
    "namespace": Category.VARIABLE,
    "number": Category.LITERAL,
    "operator": Category.OPERATOR,
    "parameter": Category.VARIABLE,
    "preproc": Category.KEYWORD,
    "property": Category.VARIABLE,
    "punctuation": Category.PUNCTUATION,
    "repeat": Category.KEYWORD,
    "storageclass": Category.KEYWORD,
    "string": Category.LITERAL,
    "string.documentation": Category.COMMENT,
    "tag": Category.TYPE,
    "text": Category.COMMENT,
    "text.literal": Category.LITERAL,
    "text.plain": Category.LITERAL,
    "text.uri": Category.LITERAL,
    "type": Category.TYPE,
    "type.qualifier": Category.KEYWORD,
    "variable": Category.VARIABLE,
}
"""By capture; the longest prefix wins, so that `string.escape` has the category of `string`."""

TRANSPARENT: Final = frozenset(
    {"clean", "embedded", "none", "spell", "nospell", "conceal", "local", "injection"}
)
"""First words of captures that say nothing about a token; the nodes inside are classified by themselves."""


@lru_cache(maxsize=4096)
def category_of(capture: str) -> Category | None:
    """The category of a capture, or None when the capture is transparent or unknown."""
    name = capture
    while name:
        if name in TRANSPARENT:
            return None
        found = CAPTURE_CATEGORIES.get(name)
        if found is not None:
            return found
        name = name.rpartition(".")[0]
    return None


ROLE = "role."
INJECTION = "injection."


@dataclass(frozen=True, slots=True)
class Captures:
    """By node id: the winning capture, the role, and the name of an embedded language."""

    names: dict[int, str]
    roles: dict[int, str]
    embedded: dict[int, str]

    def without_embedded(self, languages: Container[str]) -> Captures:
        """The same without texts in these languages, whose nodes are then tokens of their host."""
        embedded = {node: name for node, name in self.embedded.items() if name not in languages}
        return replace(self, embedded=embedded)


def captures_in(grammar: LoadedGrammar, root: tree_sitter.Node, start: int, end: int) -> Captures:
    """The captures of all nodes that overlap bytes `start` to `end`; on one node the last pattern wins.

    Raises `TooComplexError` when that takes too long.
    """
    names: dict[int, tuple[int, str]] = {}
    roles: dict[int, tuple[int, str]] = {}
    embedded: dict[int, tuple[int, str]] = {}
    tables = {"": names, ROLE: roles, INJECTION: embedded}
    for pattern, found in query_matches(grammar.query, root, start, end):
        for capture, nodes in found.items():
            kind, value = _kind_and_value(capture)
            if kind == INJECTION:
                value = _embedded_language(capture, found)
            if value.startswith("_"):
                continue
            table = tables[kind]
            for node in nodes:
                node_id = node.id
                best = table.get(node_id)
                if best is None or best[0] <= pattern:
                    table[node_id] = (pattern, value)
    return Captures(_values(names), _values(roles), _values(embedded))


@cache
def _kind_and_value(capture: str) -> tuple[str, str]:
    """Which of the three kinds a capture is, and the rest of its name. Cached: a grammar has few captures."""
    for kind in (ROLE, INJECTION):
        if capture.startswith(kind):
            return kind, capture[len(kind) :]
    return "", capture


def _embedded_language(capture: str, found: dict[str, list[tree_sitter.Node]]) -> str:
    """The language that an injection names; `_` for a capture that only holds the name or lacks it."""
    if capture == "injection.language":
        return "_"
    if capture != "injection.content":
        return capture[len(INJECTION) :]
    named = found.get("injection.language")
    return (named[0].text or b"").decode("utf-8", "replace") if named else "_"


def _values(table: dict[int, tuple[int, str]]) -> dict[int, str]:
    return {node: value for node, (_, value) in table.items()}


TOKEN_ROLES: Final[dict[str, str]] = {
    "=": "assignment",
    **dict.fromkeys(
        ("+=", "-=", "*=", "/=", "%=", "**=", "//=", "@=", "&=", "|=", "^="), "assignment.augmented"
    ),
    **dict.fromkeys(("<<=", ">>=", ">>>=", "&&=", "&^=", ".="), "assignment.augmented"),
    "??=": "null.coalesce.assignment",
    "||=": "null.coalesce.assignment",
    ":=": "assignment.define",
    "++": "increment",
    "--": "decrement",
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "divide",
    "//": "divide.floor",
    "%": "modulo",
    "**": "power",
    "&": "bit.and",
    "|": "bit.or",
    "^": "bit.xor",
    "~": "bit.not",
    "&^": "bit.clear",
    "<<": "shift.left",
    ">>": "shift.right",
    ">>>": "shift.right.unsigned",
    "&&": "logical.and",
    "and": "logical.and",
    "||": "logical.or",
    "or": "logical.or",
    "xor": "logical.xor",
    "!": "logical.not",
    "not": "logical.not",
    "==": "comparison.equal",
    "!=": "comparison.not.equal",
    "<>": "comparison.not.equal",
    "===": "comparison.identical",
    "is": "comparison.identical",
    "!==": "comparison.not.identical",
    "is not": "comparison.not.identical",
    "<": "comparison.less",
    "<=": "comparison.less.equal",
    ">": "comparison.greater",
    ">=": "comparison.greater.equal",
    "<=>": "comparison.compare",
    "=~": "comparison.match",
    "!~": "comparison.not.match",
    "in": "membership",
    "not in": "membership.not",
    "instanceof": "type.test",
    "?": "ternary.then",
    "??": "null.coalesce",
    "?.": "optional.chain",
    "..": "range",
    "..=": "range.inclusive",
    "...": "spread",
    ".": "member",
    "->": "member.pointer",
    "::": "path",
    "=>": "arrow.lambda",
    ",": "separator",
    ";": "statement.end",
    "(": "group.open",
    ")": "group.close",
    "[": "list.open",
    "]": "list.close",
    "{": "block.open",
    "}": "block.close",
}
"""By text; for the grammars with `token_roles = true` in their `language.toml`."""

DEFAULT_ROLES: Final[dict[str, str]] = {
    "string": "string",
    "string.documentation": "docstring",
    "string.regexp": "regexp",
    "string.special.symbol": "symbol",
    "character": "character",
    "escape": "string.escape",
    "string.escape": "string.escape",
}
"""By capture; for all grammars. Parts of a string get `.open`, `.part` or `.close` appended."""
