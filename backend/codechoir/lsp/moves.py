"""Where the commands that move in a document lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from codechoir.choir import Choir
from codechoir.errors import InputError
from codechoir.lsp.arguments import SkipRequest, Step
from codechoir.model import Category, Utterance
from codechoir.reading.steps import Extent, by_block, by_line, by_span, by_symbol
from codechoir.syntax.document import Snapshot


def target(choir: Choir, snapshot: Snapshot, request: SkipRequest, at: int) -> Extent | None:
    """The bytes where a listener lands who skips from byte `at`; None is beyond the last.

    Raises `InputError` where there is nothing of the kind.
    """
    return _STEPS[request.by](choir, snapshot, at, request.count)


def _by_span(choir: Choir, snapshot: Snapshot, at: int, count: int) -> Extent | None:
    return by_span(snapshot, partial(_heard_in, choir, snapshot), at, count)


def _by_symbol(_: Choir, snapshot: Snapshot, at: int, count: int) -> Extent | None:
    symbols = snapshot.symbols()
    if not symbols:
        raise InputError("there are no functions or classes in this document")
    return by_symbol(symbols, at, count)


def _heard_in(choir: Choir, snapshot: Snapshot, start: int, end: int) -> list[Utterance]:
    """The utterances of a range that have words."""
    phrases = choir.phrases(snapshot, start, end)
    said = (spoken.utterance for phrase in phrases for spoken in phrase.parts)
    return [one for one in said if one.text and one.category != Category.NARRATION]


_STEPS: Mapping[Step, Callable[[Choir, Snapshot, int, int], Extent | None]] = {
    "span": _by_span,
    "line": lambda _, snapshot, at, count: by_line(snapshot, at, count),
    "block": lambda _, snapshot, at, count: by_block(snapshot, at, count),
    "symbol": _by_symbol,
}
