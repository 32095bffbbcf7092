"""Names of voices: words for people that are also safe names of files on every system."""

from __future__ import annotations

import re
import unicodedata

from codechoir.errors import InputError

LONGEST = 64
_ALLOWED = re.compile(r"\w(?:[\w .+'()-]*[\w+')])?")
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"}
)
"""Windows opens devices under these names, with any ending."""


def checked_name(name: str) -> str:
    """The name in its composed form. Raises `InputError` for one that could leave the library's folder, or
    that some system does not take as the name of a file."""
    composed = unicodedata.normalize("NFC", name)
    if not _ALLOWED.fullmatch(composed):
        raise InputError(
            f"{name!r} cannot be the name of a voice; use letters, digits, spaces and . + - _ ' ( ), "
            "beginning with a letter or digit"
        )
    if len(composed.encode()) > LONGEST:
        raise InputError(f"the name '{name[:20]}…' is too long; use at most {LONGEST} bytes")
    if composed.split(".")[0].strip().casefold() in _RESERVED:
        raise InputError(f"'{name}' is the name of a device on Windows; choose another name for the voice")
    return composed


def same_name(one: str, other: str) -> bool:
    """Whether two names would be one file on a system that does not tell capitals from small letters."""
    return unicodedata.normalize("NFC", one).casefold() == unicodedata.normalize("NFC", other).casefold()
