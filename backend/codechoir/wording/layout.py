"""Indentation as levels: the file's own unit, told only when it changes.

Where words stand between left and right: by their column, or by how deep they lie.
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

_BY_COLUMNS = frozenset(("json", "yaml", "html", "css", "toml", "markdown", "text", "xml"))
"""Languages whose brackets are their structure: there, a line inside brackets is no continuation."""

_GOES_ON = frozenset(
    (
        *("member", "optional", "plus", "minus", "times", "divide", "modulo", "power", "logical", "bit"),
        *("comparison", "ternary", "pipe", "concatenate", "null", "type", "range", "shift", "membership"),
        "arrow",
    )
)
"""First parts of the roles that, at the beginning of a line, continue the line before."""


def unit_of(text: bytes, near: int = 0) -> int:
    """Columns of one level in this file: 0 where tabs are used, 4 where nothing is indented.

    Looks at the beginning, and around `near` when nothing is indented there.
    """
    unit = _unit(text[:_SAMPLE_BYTES])
    if unit < 0 and near > _SAMPLE_BYTES:
        low = text.rfind(b"\n", 0, near - _SAMPLE_BYTES // 2) + 1
        unit = _unit(text[low : low + _SAMPLE_BYTES])
    return _DEFAULT_UNIT if unit < 0 else unit


@lru_cache(maxsize=64)
def _unit(sample: bytes) -> int:
    """The most frequent step between indents; 0 for tabs, -1 where nothing is indented."""
    steps: Counter[int] = Counter()
    tabs = 0
    before = 0
    for found in _INDENT.finditer(sample):
        indent = found[1]
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


def level_of(indent: bytes, unit: int) -> int:
    """How many levels a line's leading white space stands for."""
    tabs = indent.count(b"\t")
    if unit == 0:
        spaces = len(indent) - tabs
        return min(tabs + spaces // _TAB, _MOST_LEVELS)
    width = 0
    for byte in indent:
        width = (width // _TAB + 1) * _TAB if byte == 9 else width + 1
    return min((width + unit // 2) // unit, _MOST_LEVELS)


def is_continuation(first: Span, starts_here: bool) -> bool:
    """Whether a line that begins with this span goes on with the statement of the line before."""
    if not starts_here:
        return True
    if first.language in _BY_COLUMNS:
        return False
    root = first.role.partition(".")[0]
    return first.depth > 0 or root == "heredoc" or root in _GOES_ON


WIDEST = 80
"""Per cent: further to the side than this one ear would hear nothing."""

COLUMNS = 80
"""The column that lies as far to the right as the first one lies to the left."""

LEVELS = 8
"""The same for levels of nesting."""

_TAB_WIDTH = 4


class StereoPlacement:
    """The balance of each utterance of a line, from -80 (left) to 80 (right)."""

    def __init__(self, source: Source, by: Balance) -> None:
        self._source = source
        self._by = by
        self._unit: int | None = None

    def placed(self, line: Line, said: list[Utterance]) -> list[Utterance]:
        """The utterances of `line` in their places."""
        if self._by == "off":
            return said
        if self._unit is None:
            self._unit = unit_of(self._source.text, line.start)
        begin = self._source.line_range(line.number)[0]
        text = self._source.text
        indent = text[begin : begin + 400]
        level = level_of(indent[: len(indent) - len(indent.lstrip(b" \t"))], self._unit)
        out = []
        for utterance in said:
            if self._by == "column":
                before = text[begin : max(begin, utterance.start)].decode("utf-8", "replace")
                share = (len(before) + before.count("\t") * (_TAB_WIDTH - 1)) / COLUMNS
            else:
                share = (level + utterance.depth) / LEVELS
            out.append(replace(utterance, balance=round(WIDEST * (2 * min(share, 1.0) - 1))))
        return out
