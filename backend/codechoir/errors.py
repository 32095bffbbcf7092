"""Errors that a user reads: one line that says what is wrong and what to do."""

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


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean 'x'?` for the known name nearest to `name`, or an empty string when none is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""
