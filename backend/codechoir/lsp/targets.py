"""Which bytes of a document a request means ("this line", "this symbol"), and where a skip leads. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from codechoir.errors import InputError
from codechoir.lsp.arguments import Position, Range, ReadRequest, SayRequest, SkipRequest, Step, Unit
from codechoir.model import Category, Utterance
from codechoir.pipeline import SpeechPipeline
from codechoir.playback import Extent, skip_blocks, skip_lines, skip_spans, skip_symbols
from codechoir.syntax import Encoding, Snapshot, character_start, offset_at

_WORD_BEFORE = re.compile(r"[\w$]+\Z")
_LONGEST_WORD = 200


def offset(snapshot: Snapshot, position: Position, encoding: Encoding) -> int:
    """The byte at a position; a position beyond the document is its end."""
    return offset_at(snapshot, position.line, position.character, encoding)


def extent_of(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    """The bytes to read. Raises `InputError` for an empty selection, or if there is no symbol."""
    return _UNITS[request.unit](request, snapshot, encoding)


def extents_of(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> tuple[Extent, ...]:
    """The parts to read, in document order without overlap; more than one only for several selections.

    Raises `InputError` if there is nothing to read.
    """
    if request.unit == "selection" and request.ranges:
        return _selections(request.ranges, snapshot, encoding)
    return (extent_of(request, snapshot, encoding),)


def extents_to_spell(request: SayRequest, snapshot: Snapshot, encoding: Encoding) -> tuple[Extent, ...]:
    """The bytes of the ranges, or of the token at the position. Raises `InputError` if there is none."""
    if request.ranges:
        return _selections(request.ranges, snapshot, encoding)
    return (extent_to_spell(request, snapshot, encoding),)


def _selections(ranges: Sequence[Range], snapshot: Snapshot, encoding: Encoding) -> tuple[Extent, ...]:
    """Selections in document order. Empty ones are left out; those that touch become one."""
    found: list[Extent] = []
    for start, end in sorted(
        (offset(snapshot, each.start, encoding), offset(snapshot, each.end, encoding)) for each in ranges
    ):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    if not found:
        raise InputError("all selections are empty; select some code, or read the line")
    return tuple(found)


def extent_to_spell(request: SayRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    """The bytes of the range, or of the token at the position. Raises `InputError` if there is none."""
    if request.range is not None:
        start = offset(snapshot, request.range.start, encoding)
        end = offset(snapshot, request.range.end, encoding)
        if start == end:
            raise InputError("the selection is empty; select what to spell")
        return start, end
    if request.position is None:
        raise InputError("to spell, 'range' or 'position' is needed")
    at = offset(snapshot, request.position, encoding)
    line = snapshot.line_range(snapshot.line_of(at))
    around = [span for span in snapshot.spans(*line) if span.start <= at <= span.end]
    if not around:
        raise InputError("there is no word at the cursor; select what to spell")
    return max(around[-1].start, line[0]), min(around[-1].end, line[1])


def _selection(request: ReadRequest, snapshot: Snapshot, encoding: Encoding) -> Extent:
    if request.range is None:
        raise InputError("to read a selection, 'range' is needed")
    start = offset(snapshot, request.range.start, encoding)
    end = offset(snapshot, request.range.end, encoding)
    if start == end and request.range.start == request.range.end:
        raise InputError("the selection is empty; select some code, or read the line")
    if start == end:
        raise InputError(f"the selection contains no text; the document has {snapshot.line_count} lines")
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
    """From the beginning of the word that the cursor is in to the end of the document."""
    at = character_start(snapshot.text, offset(snapshot, request.place, encoding))
    line_start, _ = snapshot.line_range(snapshot.line_of(at))
    before = snapshot.text[max(line_start, at - _LONGEST_WORD) : at].decode("utf-8", "ignore")
    if word := _WORD_BEFORE.search(before):
        at -= len(word.group().encode())
    return at, len(snapshot.text)


_UNITS: Mapping[Unit, Callable[[ReadRequest, Snapshot, Encoding], Extent]] = {
    "selection": _selection,
    "line": _line,
    "symbol": _symbol,
    "file": _file,
    "from-cursor": _from_cursor,
}


def skip_target(pipeline: SpeechPipeline, snapshot: Snapshot, request: SkipRequest, at: int) -> Extent | None:
    """The bytes to read after a skip from byte `at`; None beyond the last one.

    Raises `InputError` if the document has nothing of the kind.
    """
    return _STEPS[request.by](pipeline, snapshot, at, request.count)


def _by_span(pipeline: SpeechPipeline, snapshot: Snapshot, at: int, count: int) -> Extent | None:
    return skip_spans(snapshot, partial(_utterances_with_words, pipeline, snapshot), at, count)


def _by_symbol(_: SpeechPipeline, snapshot: Snapshot, at: int, count: int) -> Extent | None:
    symbols = snapshot.symbols()
    if not symbols:
        raise InputError("there are no functions or classes in this document")
    return skip_symbols(symbols, at, count)


def _utterances_with_words(
    pipeline: SpeechPipeline, snapshot: Snapshot, start: int, end: int
) -> list[Utterance]:
    """The utterances of a range that say something of the source."""
    phrases = pipeline.phrases(snapshot, start, end)
    utterances = (part.utterance for phrase in phrases for part in phrase.parts)
    return [one for one in utterances if one.text and one.category != Category.NARRATION]


_STEPS: Mapping[Step, Callable[[SpeechPipeline, Snapshot, int, int], Extent | None]] = {
    "span": _by_span,
    "line": lambda _, snapshot, at, count: skip_lines(snapshot, at, count),
    "block": lambda _, snapshot, at, count: skip_blocks(snapshot, at, count),
    "symbol": _by_symbol,
}
