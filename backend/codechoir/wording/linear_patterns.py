"""Whether a regular expression of a user can be made to run for long. What cannot be proven is refused.

A match takes exponential time where a part can be repeated and divided in several ways: `(a+)+`, `(a|a)*`.
So whatever is repeated without limit must have a fixed form, and only few such repeats may follow each other.
"""

from __future__ import annotations

import re
from typing import Any, Final

_MOST_REPEATS: Final = 2
"""Repeats without limit in one expression: each one multiplies the time by the length of a name."""

_MOST_WAYS: Final = 1000
"""In how many ways the parts with a limit may be chosen: alternatives, options, counts."""

_FEW: Final = 12
"""A repeat of at most this many turns has a limit."""


class _UnclearError(Exception):
    """A part whose cost is not clear."""


def complexity_error(pattern: str) -> str:
    """Why `pattern`, a valid regular expression, may take long; empty if it cannot."""
    try:
        repeats, ways = _cost(re._parser.parse(pattern))  # type: ignore[attr-defined]
    except _UnclearError as error:
        return f"'{pattern}' may take very long, because {error}; write it without"
    if repeats > _MOST_REPEATS:
        return f"'{pattern}' may take very long: it has {repeats} repeats; use at most {_MOST_REPEATS}"
    if ways > _MOST_WAYS:
        return f"'{pattern}' may take very long: it has too many options; write several patterns"
    return ""


def _cost(nodes: Any) -> tuple[int, int]:
    """The number of repeats without limit, and of ways to choose among the rest. Raises `_UnclearError`."""
    repeats, ways = 0, 1
    for operation, value in nodes:
        name = str(operation)
        parts: list[Any] = []
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, body = value
            if high <= 1:
                parts, ways = [body], 2 * ways
            elif not _is_fixed(body):
                raise _UnclearError("something that can vary is repeated")
            elif int(high) > _FEW:
                repeats += 1
            else:
                ways *= int(high) - low + 1
        elif name == "SUBPATTERN":
            parts = [value[3]]
        elif name == "ATOMIC_GROUP":
            parts = [value]
        elif name in ("ASSERT", "ASSERT_NOT"):
            parts = [value[1]]
        elif name == "BRANCH":
            costs = list(map(_cost, value[1]))
            repeats += max(cost[0] for cost in costs)
            ways *= sum(cost[1] for cost in costs)
        elif name.startswith("GROUPREF"):
            raise _UnclearError("it refers to one of its groups")
        for part in parts:
            more, choices = _cost(part)
            repeats, ways = repeats + more, ways * choices
    return repeats, ways


def _is_fixed(nodes: Any) -> bool:
    """Whether there is only one way to match a text: no repeats and no alternatives inside."""
    for operation, value in nodes:
        name = str(operation)
        if name == "SUBPATTERN":
            if not _is_fixed(value[3]):
                return False
        elif name not in ("LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY"):
            return False
    return True
