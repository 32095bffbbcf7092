"""Categories as terminal colours: the sixteen that every terminal has, so that the user's theme holds."""

from __future__ import annotations

import unicodedata

from codechoir.model import Category

_COLOURS: dict[Category, str] = {
    Category.COMMENT: "3;32",
    Category.KEYWORD: "35",
    Category.LITERAL: "33",
    Category.OPERATOR: "36",
    Category.TYPE: "34",
    Category.VARIABLE: "39",
    Category.NARRATION: "1",
    Category.FUNCTION: "1;34",
    Category.PUNCTUATION: "2",
}
"""Select Graphic Rendition parameters (ECMA-48)."""

MARKED = "7"
DIM = "2"
RESET = "\x1b[0m"


def paint(text: str, category: Category | None, marked: bool = False, colour: bool = True) -> str:
    """`text` in its category's colour; `marked` text, which is sounding, also in reverse."""
    codes = [_COLOURS[category]] if category is not None and colour else []
    codes += [MARKED] if marked else []
    return styled(text, ";".join(codes))


def styled(text: str, codes: str) -> str:
    """`text` between the start and the end of a rendition."""
    return f"\x1b[{codes}m{text}{RESET}" if codes and text else text


def cells(character: str) -> int:
    """How many columns a character takes: 0 for one that combines, 2 for a wide one."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
