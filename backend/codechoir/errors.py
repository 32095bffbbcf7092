"""Errors that a user reads: one line that says what is wrong and what to do.

Source text as it may be shown: nothing in it steers the display, and nothing in it stays unseen.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CodechoirError(Exception):
    """Something went wrong that a user can do something about.

    `str(error)` is one line for people; `code` is a stable word for programs; `exit_status` is what the
    command line returns.
    """

    code = "error"
    exit_status = 1


class InputError(CodechoirError):
    """Wrong usage or bad input: an unknown name, a file that cannot be read, a range out of bounds."""

    code = "bad-input"
    exit_status = 2


class EngineError(CodechoirError):
    """An engine cannot speak: something is missing, or it failed."""

    code = "engine"


class EngineLostError(EngineError):
    """An engine is away, but not for good: its process died, hangs, or is still loading."""

    code = "engine-lost"


MAX_NAME = 100
"""A longer text is no misspelt name; comparing it takes time."""

MAX_SHOWN = 200
"""Of a longer value in an error, only the beginning is shown."""


def shown(value: object) -> str:
    """A value that a file or a program has sent, as an error shows it: short, whatever it is."""
    try:
        text = f"{value:g}" if isinstance(value, float) else repr(value)
    except (ValueError, RecursionError):  # a number that is too long to be written, or nested too deep
        return "a value that is too large to be shown"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean 'x'?` for the known name nearest to `name`, or an empty string when none is near."""
    if len(name) > MAX_NAME:
        return ""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""


def escape_invisible(text: str) -> str:
    """`text` with pictures for control characters, and code points for what is invisible or turns the writing
    direction. Tabs stay.
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    code = ord(character)
    if character == "\t" or character.isprintable():
        return character
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"
