"""Who of the studio speakers of XTTS v2 says what by default, and who does in a checkpoint without them.

Only the names of the published checkpoint are known here; a fine-tuned one may have other speakers. The same
names stand in `voices/default.toml`, which a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codechoir.model import Category

CAST: Mapping[Category, str] = {
    Category.COMMENT: "Damien Black",
    Category.KEYWORD: "Daisy Studious",
    Category.LITERAL: "Tammie Ema",
    Category.OPERATOR: "Andrew Chipper",
    Category.TYPE: "Claribel Dervla",
    Category.VARIABLE: "Viktor Menelaos",
    Category.NARRATION: "Gracie Wise",
}


def substitute(name: str, speakers: Sequence[str]) -> str | None:
    """Which of a checkpoint's `speakers` says what the published speaker `name` would; None for any other
    name, and where the checkpoint has none."""
    cast = list(CAST.values())
    if name not in cast or not speakers:
        return None
    return speakers[cast.index(name) % len(speakers)]


def for_category(category: Category, speakers: Sequence[str]) -> str:
    """Who of a checkpoint's `speakers` has a category by default. Empty where there are none."""
    published = CAST.get(category) or CAST[category.inherits or Category.NARRATION]
    return published if published in speakers else substitute(published, speakers) or ""
