"""Which word of a comment or a string each spoken word stands for, so that its mark lights up that word."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TOKEN = re.compile(r"[^\W\d_]+|\d+|_|[^\w\s]")
_LOOK_AHEAD = 8
"""Tokens that nothing is said for, at most, between two words: quotes, dashes, brackets."""

Ranges = tuple[tuple[int, int], ...]


def word_ranges(source: str, spoken: str, offset: int) -> Ranges:
    """The byte range of each word of `spoken` in `source`, which begins at byte `offset`.

    A word that is written as it is said is found; words between two of these ("plus" for `+`, "forty two" for
    42) share what is written between them. Empty if no word is found.
    """
    words = spoken.split()
    tokens = _TOKEN.finditer(source)
    places = [(match.start(), match.end(), match[0].lower()) for match in tokens]
    anchors = _anchors(words, [place[2] for place in places])
    if not any(at >= 0 for at in anchors):
        return ()
    found = []
    last = -1  # the token of the last word that was found
    for number, at in enumerate(anchors):
        if at >= 0:
            first = end = last = at
        else:
            first, end = _between(anchors, number, last, len(places))
        found.append((places[first][0], places[end][1]))
    return tuple(_bytes(source, found, offset))


def _anchors(words: Sequence[str], tokens: Sequence[str]) -> list[int]:
    """For each word the index of its token, -1 if it is not written so."""
    anchors, at = [], 0
    for word in words:
        bare = word.strip(".,;:!?").lower()
        stop = min(at + _LOOK_AHEAD, len(tokens))
        index = next((each for each in range(at, stop) if bare and tokens[each] == bare), -1)
        anchors.append(index)
        at = index + 1 if index >= 0 else at
    return anchors


def _between(anchors: Sequence[int], number: int, last: int, count: int) -> tuple[int, int]:
    """The tokens around word `number`, which is not written as it is said: those between its neighbours'."""
    after = next((at for at in anchors[number + 1 :] if at >= 0), count)
    first, end = last + 1, after - 1
    if first <= end:
        return first, end
    return (last, last) if last >= 0 else (after, after)


def _bytes(source: str, ranges: Sequence[tuple[int, int]], offset: int) -> Sequence[tuple[int, int]]:
    if source.isascii():
        return [(offset + start, offset + end) for start, end in ranges]
    return [
        (offset + len(source[:start].encode()), offset + len(source[:end].encode())) for start, end in ranges
    ]
