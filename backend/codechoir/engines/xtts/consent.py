"""The user's agreement to the licence of the weights. It is given in words, and never by us.

Three ways: the environment variable that coqui-tts reads too, set by the user; an answer to a prompt; an
option or a setting that says it. The last two are written down with their date, so that nobody is asked
twice.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from codechoir.engines.xtts.weights import LICENCE, TERMS
from codechoir.errors import InputError
from codechoir.whole_files import write_atomically

VARIABLE = "COQUI_TOS_AGREED"
PHRASE = "I agree"
PHRASES = (PHRASE, "Ich stimme zu")
"""What says it, in the languages of the extension."""


def has_agreed(record: Path, environment: Mapping[str, str] | None = None) -> bool:
    """Whether the user has agreed, by the variable or in the file `record`."""
    given = os.environ if environment is None else environment
    if given.get(VARIABLE) == "1":
        return True
    try:
        written = json.loads(record.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(written, dict) and written.get("licence") == LICENCE and written.get("agreed") is True


def agree(record: Path, words: str) -> None:
    """Write down that the user agreed with these words. Raises `InputError` when they do not say so."""
    if words.strip().rstrip(".!").casefold() not in map(str.casefold, PHRASES):
        raise InputError(f"the licence was not agreed to, so nothing was fetched; the words are: {PHRASE}")
    written = {
        "licence": LICENCE,
        "agreed": True,
        "words": words.strip(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(record, json.dumps(written, indent=1).encode())
    except OSError as error:
        raise InputError(f"your agreement cannot be kept in {record}: {error.strerror}") from error


def refusal() -> str:
    """What to tell a user who has not agreed, in one line."""
    terms = " ".join(TERMS.split())
    return f"{terms} If you agree, run 'codechoir install xtts' and answer '{PHRASE}', or set {VARIABLE}=1"
