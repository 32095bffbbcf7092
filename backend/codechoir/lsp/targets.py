"""What part of a document is meant by "this line", "this symbol", "from here on". Pure.

Where the commands that move in a document lead to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from codechoir.errors import InputError
from codechoir.lsp.arguments import Position, ReadRequest, SayRequest, SkipRequest, Step
from codechoir.model import Category, Utterance
from codechoir.pipeline import SpeechPipeline
from codechoir.playback import Extent, by_block, by_line, by_span, by_symbol
from codechoir.syntax import Encoding, Snapshot, boundary, byte_of

_WORD_TAIL = re.compile(r"[\w$]+\Z")
_LONGEST_WORD = 200


def extent_of(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    """The bytes that a request asks for; places beyond the document are brought to its end.

    Raises `InputError` for an empty selection, and for a symbol where there is none.
    """
    return _UNITS[request.unit](request, snapshot, encoding)


def offset(snapshot: Snapshot, position: Position, encoding: Encoding) -> int:
    """The byte at a position, or the nearest one in the document."""
    return byte_of(snapshot, position.line, position.character, encoding)


def extent_to_spell(request: SayRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    """The bytes of the range, or those of the token at the position. Raises `InputError` where none is."""
    if request.range is not None:
        start = offset(snapshot, request.range.start, encoding)
        end = offset(snapshot, request.range.end, encoding)
        if start == end:
            raise InputError("the selection is empty; select what is to be spelled")
        return start, end
    if request.position is None:
        raise InputError("to spell, 'range' or 'position' is needed")
    at = offset(snapshot, request.position, encoding)
    line = snapshot.line_range(snapshot.line_of(at))
    around = [span for span in snapshot.spans(*line) if span.start <= at <= span.end]
    if not around:
        raise InputError("there is no word here; select what is to be spelled")
    return max(around[-1].start, line[0]), min(around[-1].end, line[1])


def _selection(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    if request.range is None:
        raise InputError("to read a selection, 'range' is needed")
    start = offset(snapshot, request.range.start, encoding)
    end = offset(snapshot, request.range.end, encoding)
    if start == end and request.range.start == request.range.end:
        raise InputError("the selection is empty; select some code, or read the line")
    if start == end:
        raise InputError(f"the selection holds no text; the document has {snapshot.line_count} lines")
    return start, end


def _line(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    return snapshot.line_range(snapshot.line_of(offset(snapshot, request.place, encoding)))


def _symbol(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    at = offset(snapshot, request.place, encoding)
    start, end = snapshot.line_range(snapshot.line_of(at))
    line = snapshot.text[start:end]
    at = max(at, start + len(line) - len(line.lstrip()))  # in the indentation, what it indents is meant
    around = [symbol for symbol in snapshot.symbols() if symbol.start <= at <= symbol.end]
    if not around:
        raise InputError("there is no function or class here; read the line or the file instead")
    innermost = min(around, key=lambda symbol: symbol.end - symbol.start)
    return innermost.start, innermost.end


def _file(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    return 0, len(snapshot.text)


def _from_cursor(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    """To the end of the document, from the beginning of the word that the cursor is in."""
    at = boundary(snapshot.text, offset(snapshot, request.place, encoding))
    line_start, _ = snapshot.line_range(snapshot.line_of(at))
    before = snapshot.text[max(line_start, at - _LONGEST_WORD) : at].decode("utf-8", "ignore")
    if tail := _WORD_TAIL.search(before):
        at -= len(tail.group().encode())
    return at, len(snapshot.text)


_UNITS = {
    "selection": _selection,
    "line": _line,
    "symbol": _symbol,
    "file": _file,
    "from-cursor": _from_cursor,
}


def target(choir: SpeechPipeline, snapshot: Snapshot, request: SkipRequest, at: int) -> Extent | None:
    """The bytes where a listener lands who skips from byte `at`; None is beyond the last.

    Raises `InputError` where there is nothing of the kind.
    """
    return _STEPS[request.by](choir, snapshot, at, request.count)


def _by_span(choir: SpeechPipeline, snapshot: Snapshot, at: int, count: int) -> Extent | None:
    return by_span(snapshot, partial(_heard_in, choir, snapshot), at, count)


def _by_symbol(_: SpeechPipeline, snapshot: Snapshot, at: int, count: int) -> Extent | None:
    symbols = snapshot.symbols()
    if not symbols:
        raise InputError("there are no functions or classes in this document")
    return by_symbol(symbols, at, count)


def _heard_in(choir: SpeechPipeline, snapshot: Snapshot, start: int, end: int) -> list[Utterance]:
    """The utterances of a range that have words."""
    phrases = choir.phrases(snapshot, start, end)
    said = (spoken.utterance for phrase in phrases for spoken in phrase.parts)
    return [one for one in said if one.text and one.category != Category.NARRATION]


_STEPS: Mapping[Step, Callable[[SpeechPipeline, Snapshot, int, int], Extent | None]] = {
    "span": _by_span,
    "line": lambda _, snapshot, at, count: by_line(snapshot, at, count),
    "block": lambda _, snapshot, at, count: by_block(snapshot, at, count),
    "symbol": _by_symbol,
}
