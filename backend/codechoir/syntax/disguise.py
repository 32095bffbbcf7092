"""Texts that a grammar gets in another form of the same length, since it does not know all of its language.

`disguise_rules.py` says what is changed. Macros before a class or function of C and C++ (`class API W {`,
`API int f(void);`) become blanks. A page of Vue or Astro becomes one of HTML or Svelte. Spans are made of the
text itself; where the parser saw blanks, its words are tokens without a node.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from codechoir.model import Span
from codechoir.syntax.revisions import Edit


@dataclass(frozen=True, slots=True)
class Disguise:
    """How a text is changed for a grammar.

    `by_line`: what becomes of a line depends on that line alone. `tokens`: finds the tokens in places that
    are blank for the parser; by default these are words and signs like any text without a node.
    """

    change: Callable[[bytes], bytes]
    by_line: bool = False
    tokens: Callable[[bytes], tuple[Span, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Disguised:
    """A text, and what its parser gets."""

    text: bytes
    seen: bytes

    def replaced(self, disguise: Disguise, text: bytes) -> tuple[Disguised, Edit]:
        """The next text, and the edit that makes what the parser gets now of what it got before."""
        if not disguise.by_line:
            after = Disguised(text, disguise.change(text))
            start, same = _common(self.seen, after.seen)
            return after, _edit(self.seen, after.seen, start, same)
        start, same = _common(self.text, text)
        start = text.rfind(b"\n", 0, start) + 1
        line_end = text.find(b"\n", len(text) - same)
        same = len(text) - line_end if line_end >= 0 else 0
        old_end, new_end = len(self.text) - same, len(text) - same
        seen = b"".join((self.seen[:start], disguise.change(text[start:new_end]), self.seen[old_end:]))
        return Disguised(text, seen), _edit(self.seen, seen, start, same)


def _common(before: bytes, after: bytes) -> tuple[int, int]:
    """Lengths of the longest common beginning, and of the longest common end beside it."""
    shorter = min(len(before), len(after))
    low, high = 0, shorter
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    start, low, high = low, 0, shorter - low
    while low < high:
        middle = (low + high + 1) // 2
        if before[len(before) - middle : len(before) - low] == after[len(after) - middle : len(after) - low]:
            low = middle
        else:
            high = middle - 1
    return start, low


def _edit(before: bytes, after: bytes, start: int, same: int) -> Edit:
    old_end, new_end = len(before) - same, len(after) - same
    points = (_point(before, start), _point(before, old_end), _point(after, new_end))
    return Edit(start, old_end, new_end, *points)


def _point(text: bytes, byte: int) -> tuple[int, int]:
    return text.count(b"\n", 0, byte), byte - (text.rfind(b"\n", 0, byte) + 1)


DISGUISED_GRAMMARS: Final = frozenset({"astro", "bash", "c", "cpp", "ruby", "vue"})
"""Grammars that `disguise_rules.py` has a disguise for. That module is only loaded for these."""
