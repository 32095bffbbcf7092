"""A reading at level "literal": white space and all, so that it can be written down again."""

from __future__ import annotations

from collections.abc import Iterator

from codechoir.model import Category, Span, Utterance
from codechoir.settings import WordingOptions
from codechoir.wording.deception import Finding, findings
from codechoir.wording.literal import Encoder, Unit, breaths, marked
from codechoir.wording.source import Line, Piece, Source
from codechoir.wording.warnings import Warnings

LONGEST_PHRASE = 64
"""Utterances in one phrase."""

_BLANKS = Span(0, 0, Category.PUNCTUATION, "space")
"""White space belongs to no token; it is said in the voice of punctuation."""


class Dictation:
    """Tells lines in order, so that nothing is lost. Made for one reading."""

    def __init__(
        self, options: WordingOptions, source: Source, start: int, end: int, warnings: Warnings
    ) -> None:
        self._options = options
        self._natural = options.natural_language
        self._source = source
        self._text = source.text
        self._at = start
        self._end = end
        self._encoder = Encoder(self._natural)
        self._warnings = warnings

    def line(self, line: Line) -> Iterator[list[Utterance]]:
        """The utterances of a line and of its line break, in lists of bounded length."""
        out: list[Utterance] = []
        for utterance in self._utterances(line):
            out.append(utterance)
            if len(out) == LONGEST_PHRASE:
                yield out
                out = []
        if out:
            yield out

    def _utterances(self, line: Line) -> Iterator[Utterance]:
        found = findings(self._text, self._at, line.end)
        for piece in line.pieces:
            while found and found[0].start < piece.end:
                yield self._warning(found.pop(0))
            padded = self._padded(piece)
            if padded is not None:
                yield self._utterance([padded], piece.span)
                self._at = padded.end
                continue
            yield from self._stretch(self._at, piece.start, _BLANKS)
            if self._options.is_heard(piece.span.category):
                yield from self._stretch(piece.start, piece.end, piece.span)
            self._at = piece.end
        for finding in found:
            yield self._warning(finding)
        stop = self._after_break(line.end)
        yield from self._stretch(self._at, stop, _BLANKS)
        self._at = max(self._at, stop)

    def _padded(self, piece: Piece) -> Unit | None:
        """An operator with exactly one space on either side, both inside the range that is read."""
        low, high = piece.start - 1, piece.end
        if piece.span.category is not Category.OPERATOR or low != self._at or high >= self._end:
            return None
        if self._text[low : low + 1] != b" " or self._text[high : high + 1] != b" ":
            return None
        if not self._options.is_heard(piece.span.category) or not (piece.opens and piece.closes):
            return None
        return self._encoder.padded(piece.text, low)

    def _stretch(self, start: int, end: int, span: Span) -> Iterator[Utterance]:
        """Bytes `start` to `end` in as many utterances as their words need."""
        if start >= end:
            return
        text = self._text[start:end].decode("utf-8", "replace")
        following = self._text[end : min(end + 4, self._end)].decode("utf-8", "ignore")[:1]
        for units in breaths(self._encoder.units(text, start, following)):
            yield self._utterance(units, span)

    def _utterance(self, units: list[Unit], span: Span) -> Utterance:
        words = marked(units, self._natural)
        return Utterance(
            " ".join(words),
            span.category,
            units[0].start,
            units[-1].end,
            capture=span.capture,
            depth=span.depth,
            spell=all(len(word) == 1 for word in words),
            language=self._natural,
        )

    def _after_break(self, end: int) -> int:
        """Where the line break after byte `end` ends, as far as it is read."""
        length = (
            2 if self._text[end : end + 2] == b"\r\n" else int(self._text[end : end + 1] in (b"\n", b"\r"))
        )
        return min(end + length, self._end)

    def _warning(self, finding: Finding) -> Utterance:
        words = self._warnings.words(finding)
        cue = "warning" if self._options.cues else ""
        return Utterance(
            words, Category.NARRATION, finding.start, finding.end, cue=cue, language=self._natural
        )


def is_dictation(options: WordingOptions) -> bool:
    """Whether everything is read at level "literal"."""
    return options.level == "literal" and all(level == "literal" for level in options.levels.values())
