"""The words for a token, and what surrounds them."""

from __future__ import annotations

from typing import NamedTuple

from codechoir.model import Category


class Said(NamedTuple):
    """A part of what is said for one piece.

    `start`, `end`: bytes of the piece that it says, counted from the piece's start; `end` -1 is the piece's
    end. `category`: None for the piece's own. `before`, `after`: pauses in milliseconds. `cue`: an earcon.
    `spell`: the words are single characters. `capture`: empty for the piece's own.
    """

    text: str
    start: int = 0
    end: int = -1
    category: Category | None = None
    before: int = 0
    after: int = 0
    cue: str = ""
    spell: bool = False
    capture: str = ""


CAPITAL = "capital"
"""The capture of a capital that is marked by its voice; a profile may raise its pitch."""


def is_spelled(text: str) -> bool:
    """Whether every word of the text is a single character."""
    return text != "" and all(len(word) == 1 for word in text.split(" "))
