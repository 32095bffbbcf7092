"""Where phrases are kept, and how many: settings that a user gives by environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from codechoir.errors import InputError, did_you_mean
from codechoir.voices.library.places import MEGABYTE, cache_folder, number

Wish = Literal["auto", "on", "off"]
WISHES: tuple[Wish, ...] = get_args(Wish)


@dataclass(frozen=True, slots=True)
class PhraseSettings:
    """The folder and the limits.

    `folder`: where files lie, a folder of `CODECHOIR_CACHE`. `memory`, `disk`: bytes kept in memory and on
    disk (`CODECHOIR_PHRASE_MEMORY`, `CODECHOIR_PHRASE_DISK`, both in megabytes, 0 for none). `wish`: `auto`
    keeps the phrases of those engines for which it pays, `on` of all that can, `off` none
    (`CODECHOIR_PHRASES`).
    """

    folder: Path
    memory: int = 64 * MEGABYTE
    disk: int = 512 * MEGABYTE
    wish: Wish = "auto"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> PhraseSettings:
        """The settings of this user. Raises `InputError` naming a variable with a bad value."""
        given = os.environ if environment is None else environment
        return cls(
            cache_folder(given) / "phrases",
            round(number(given, "CODECHOIR_PHRASE_MEMORY", 64.0) * MEGABYTE),
            round(number(given, "CODECHOIR_PHRASE_DISK", 512.0) * MEGABYTE),
            _wish(given.get("CODECHOIR_PHRASES", "").strip() or "auto"),
        )


def _wish(name: str) -> Wish:
    for wish in WISHES:
        if wish == name:
            return wish
    raise InputError(
        f"CODECHOIR_PHRASES is {name!r}; known: {', '.join(WISHES)}.{did_you_mean(name, WISHES)}"
    )
