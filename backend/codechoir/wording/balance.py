"""Where words stand between left and right: by their column, or by how deep they lie."""

from __future__ import annotations

from dataclasses import replace

from codechoir.model import Utterance
from codechoir.settings import Balance
from codechoir.wording.indentation import level_of, unit_of
from codechoir.wording.source import Line, Source

WIDEST = 80
"""Per cent: further to the side than this one ear would hear nothing."""

COLUMNS = 80
"""The column that lies as far to the right as the first one lies to the left."""

LEVELS = 8
"""The same for levels of nesting."""

_TAB = 4


class Places:
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
                share = (len(before) + before.count("\t") * (_TAB - 1)) / COLUMNS
            else:
                share = (level + utterance.depth) / LEVELS
            out.append(replace(utterance, balance=round(WIDEST * (2 * min(share, 1.0) - 1))))
        return out
