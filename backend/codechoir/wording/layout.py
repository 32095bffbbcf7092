"""Layout of a line: its level of indentation, and the position of its words between left and right.

A level is one unit of indentation, which differs from file to file: tabs, or a number of columns.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache

from codechoir.model import Span, Utterance
from codechoir.settings import Balance
from codechoir.wording.line_source import Line, Source

_INDENT = re.compile(rb"^([ \t]+)(?=[^\s])", re.MULTILINE)
_SAMPLE_BYTES = 8192
_TAB = 8
_DEFAULT_UNIT = 4
_MOST_LEVELS = 99

_BRACKETED_DATA = frozenset(("json", "yaml", "html", "css", "toml", "markdown", "text", "xml"))
"""Languages in which a line inside brackets is not a continuation of the line before."""

_CONTINUING_ROLES = frozenset(
    (
        *("member", "optional", "plus", "minus", "times", "divide", "modulo", "power", "logical", "bit"),
        *("comparison", "ternary", "pipe", "concatenate", "null", "type", "range", "shift", "membership"),
        "arrow",
    )
)
"""First parts of the roles of tokens that, at the beginning of a line, continue the line before."""


def indentation_unit(text: bytes, near: int = 0) -> int:
    """Columns of one level in this file: 0 if tabs are used, 4 if nothing is indented.

    Looks at the beginning, and around byte `near` if nothing is indented there.
    """
    unit = _sample_unit(text[:_SAMPLE_BYTES])
    if unit < 0 and near > _SAMPLE_BYTES:
        low = text.rfind(b"\n", 0, near - _SAMPLE_BYTES // 2) + 1
        unit = _sample_unit(text[low : low + _SAMPLE_BYTES])
    return _DEFAULT_UNIT if unit < 0 else unit


@lru_cache(maxsize=64)
def _sample_unit(sample: bytes) -> int:
    """The most frequent step between indentations; 0 for tabs, -1 if nothing is indented."""
    steps: Counter[int] = Counter()
    tabs = 0
    before = 0
    for match in _INDENT.finditer(sample):
        indent = match[1]
        if indent[0] == 9:
            tabs += 1
            continue
        width = len(indent)
        if width != before:
            steps[abs(width - before)] += 1
        before = width
    if tabs and tabs >= sum(steps.values()):
        return 0
    likely = [(count, step) for step, count in steps.items() if step > 1] or [(1, step) for step in steps]
    return max(likely)[1] if likely else -1


def indentation_level(indent: bytes, unit: int) -> int:
    """The level of a line with this leading white space."""
    tabs = indent.count(b"\t")
    if unit == 0:
        spaces = len(indent) - tabs
        return min(tabs + spaces // _TAB, _MOST_LEVELS)
    width = 0
    for byte in indent:
        width = (width // _TAB + 1) * _TAB if byte == 9 else width + 1
    return min((width + unit // 2) // unit, _MOST_LEVELS)


def is_continuation(first: Span, *, starts_here: bool) -> bool:
    """Whether a line continues the statement of the line before. `first`: its first span.

    `starts_here`: the span begins on this line.
    """
    if not starts_here:
        return True
    if first.language in _BRACKETED_DATA:
        return False
    root = first.role.partition(".")[0]
    return first.depth > 0 or root == "heredoc" or root in _CONTINUING_ROLES


_MOST_BALANCE = 80
"""Per cent. Further to the side, one ear would hear nothing."""

_RIGHTMOST_COLUMN = 80
"""The column that is as far to the right as the first one is to the left."""

_RIGHTMOST_LEVEL = 8
"""The same for levels of nesting."""

_TAB_WIDTH = 4


class StereoPlacement:
    """Gives each utterance of a line its balance, from -80 (left) to 80 (right): by column or by nesting."""

    def __init__(self, source: Source, by: Balance) -> None:
        self._source = source
        self._by = by
        self._unit: int | None = None

    def placed(self, line: Line, utterances: list[Utterance]) -> list[Utterance]:
        """The utterances of `line` with their balance."""
        if self._by == "off":
            return utterances
        if self._unit is None:
            self._unit = indentation_unit(self._source.text, line.start)
        begin = self._source.line_range(line.number)[0]
        text = self._source.text
        indent = text[begin : begin + 400]
        level = indentation_level(indent[: len(indent) - len(indent.lstrip(b" \t"))], self._unit)
        placed = []
        for utterance in utterances:
            if self._by == "column":
                before = text[begin : max(begin, utterance.start)].decode("utf-8", "replace")
                share = (len(before) + before.count("\t") * (_TAB_WIDTH - 1)) / _RIGHTMOST_COLUMN
            else:
                share = (level + utterance.depth) / _RIGHTMOST_LEVEL
            placed.append(replace(utterance, balance=round(_MOST_BALANCE * (2 * min(share, 1.0) - 1))))
        return placed
