"""How long a parser or a query may take before the text counts as too tangled to be understood.

Real code is far from these limits: a megabyte parses in half a second and a screenful is queried in less
than a millisecond. Junk is not: a row of 100,000 open brackets makes one flat error node, through which
a query's cost grows with the square of its length.

Both limits are set in the way that py-tree-sitter calls deprecated, because the new way, a progress callback,
ends the process with a segmentation fault in 0.25.2 (see docs/architecture/syntax.md).
"""

from __future__ import annotations

import time

import tree_sitter

from codechoir.languages import LoadedGrammar
from codechoir.syntax.scanner_guards import guarded

_PARSE_SECONDS, _PARSE_SECONDS_A_MEGABYTE = 3.0, 2.5
_QUERY_SECONDS, _QUERY_SECONDS_A_MEGABYTE = 1.0, 2.0
_FLAT_ERROR = 20_000


class TangledError(Exception):
    """The text could not be understood in a reasonable time."""


def parse(
    parser: tree_sitter.Parser, grammar: LoadedGrammar, text: bytes, old: tree_sitter.Tree | None = None
) -> tree_sitter.Tree:
    """The tree of `text`, from the edited tree `old` if there is one.

    `parser`: one of `grammar`'s. Raises `TangledError` when it takes too long, and for a text on which the
    grammar would end the process.
    """
    guarded_text = guarded(grammar.name, text)
    if guarded_text is None:
        raise TangledError
    seconds = _PARSE_SECONDS + _PARSE_SECONDS_A_MEGABYTE * len(text) / 1e6
    parser.timeout_micros = round(seconds * 1e6)  # type: ignore[misc]  # its stub overloads the setter
    try:
        tree = parser.parse(guarded_text) if old is None else parser.parse(guarded_text, old)
    except ValueError:  # what py-tree-sitter raises when the time is up
        parser.reset()
        raise TangledError from None
    root = tree.root_node
    if root.is_error and root.child_count > _FLAT_ERROR:
        raise TangledError
    return tree


def matches(
    query: tree_sitter.Query, root: tree_sitter.Node, start: int, end: int
) -> list[tuple[int, dict[str, list[tree_sitter.Node]]]]:
    """The query's matches that meet bytes `start` to `end`. Raises `TangledError`."""
    seconds = _QUERY_SECONDS + _QUERY_SECONDS_A_MEGABYTE * (end - start) / 1e6
    cursor = tree_sitter.QueryCursor(query, timeout_micros=round(seconds * 1e6))
    cursor.set_byte_range(start, end)
    begun = time.monotonic()
    found = cursor.matches(root)
    if time.monotonic() - begun >= seconds:  # it stops without a word and returns what it has
        raise TangledError
    return found
