"""One reading's way from lines of pieces to utterances; remembers what the listener was told last."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from codechoir.model import Category, Span, Utterance
from codechoir.settings import WordingOptions
from codechoir.wording.comments import body_of, looks_like_code
from codechoir.wording.context import Neighbours, joined_operators
from codechoir.wording.deception import Finding, Warnings, findings
from codechoir.wording.language_words import LanguageWords
from codechoir.wording.layout import is_continuation, level_of, unit_of
from codechoir.wording.line_source import Line, LinePiece, Source
from codechoir.wording.tables import Fragment

_CLOSERS = ("block.close", "body.close")


class LineVerbalizer:
    """Tells lines in order. Made for one reading; holds what must not be said twice."""

    def __init__(
        self, options: WordingOptions, book_of: Callable[[str], LanguageWords], source: Source
    ) -> None:
        self._options = options
        self._book_of = book_of
        self._source = source
        self._tag = book_of("").words.tag
        self._phrase = book_of("").words.phrase
        self._warnings = Warnings(book_of("").words)
        self._unit: int | None = None
        self._level = 0
        self._blank = False
        self._in_code = False
        self._neighbours = Neighbours()

    def line(self, line: Line) -> list[Utterance]:
        """The utterances of a line, in order; empty when there is nothing to tell."""
        found = findings(self._source.text, line.start, line.end)
        if not line.pieces and not found:
            return self._blank_line(line)
        out: list[Utterance] = []
        is_heard = any(self._options.is_heard(piece.span.category) for piece in line.pieces)
        if is_heard or found:
            self._blank = False  # a line that is muted leaves the blank lines around it one gap
        if line.first and is_heard and self._options.indentation != "off":
            self._indentation(line, out)
        pieces = joined_operators(line.pieces)
        for index, piece in enumerate(pieces):
            while found and found[0].start < piece.end:
                self._warn(found.pop(0), piece.span, out)
            if self._options.is_heard(piece.span.category):
                self._piece(pieces, index, piece, out)
        for finding in found:
            self._warn(finding, None, out)
        return out

    def warnings(self, start: int, end: int) -> Iterator[list[Utterance]]:
        """What deceives in bytes that the listener has left out, one phrase for each place."""
        for finding in findings(self._source.text, start, end):
            spans = self._source.spans(finding.start, finding.end)
            out: list[Utterance] = []
            self._warn(finding, next((s for s in spans if s.start <= finding.start < s.end), None), out)
            if out:
                yield out

    # ---- the words of a piece --------------------------------------------------------------------------

    def _piece(self, pieces: list[LinePiece], index: int, piece: LinePiece, out: list[Utterance]) -> None:
        span = piece.span
        book = self._book_of(span.language)
        if self._neighbours.is_text_before(pieces, index):
            self._blanks(pieces[index - 1].end, piece.start, book, out)
        hint = self._neighbours.hint(pieces, index)
        level = self._options.level_of(span.language, span.category)
        if span.category is Category.COMMENT and level == "some" and self._is_switched_off(piece, out):
            parts = book.comments.code(piece.text, level, opens=piece.opens, closes=piece.closes)
        else:
            parts = book.said(piece, level, hint)
        for said in parts:
            self._add(said, piece, out)
        if level == "some":
            if span.closes and self._options.closers and self._closes_line(pieces, index):
                self._closer(parts[0].text, book.snippets.words(span.closes, "some"), piece, out)
            elif self._is_deep(span):
                number = book.numbers.cardinal(span.depth + 1)
                self._narrate(self._phrase("level", depth=number), piece.start, piece.end, out)

    def _add(self, said: Fragment, piece: LinePiece, out: list[Utterance]) -> None:
        span = piece.span
        start = piece.start + said.start
        end = piece.end if said.end < 0 else piece.start + said.end
        last = out[-1] if out and out[-1].category is not Category.NARRATION else None
        if last is not None and not said.text and not said.cue:
            pause = max(last.pause_after, said.before, said.after)
            out[-1] = _extended(last, end, pause)
            return
        if last is not None and not last.text and not last.cue:
            start = out.pop().start
        out.append(
            Utterance(
                said.text,
                said.category or span.category,
                start,
                end,
                said.before,
                said.after,
                said.cue,
                said.capture or span.capture,
                span.depth,
                said.spell,
                self._tag,
            )
        )

    def _closer(self, said: str, what: str, piece: LinePiece, out: list[Utterance]) -> None:
        """What a closer closes; a closer that is a word itself (`fi`, "end if") has told a part of it."""
        if said.split(" ")[-1] == what.partition(" ")[0]:
            what = what.partition(" ")[2]
        if what:
            key = "closer_more" if said else "closer"
            self._narrate(self._phrase(key, what=what), piece.start, piece.end, out)

    def _blanks(self, start: int, end: int, book: LanguageWords, out: list[Utterance]) -> None:
        """Blanks between two holes of a string: they belong to no token, but to the string."""
        words = book.symbols.names(self._source.text[start:end].decode("utf-8", "replace"))
        out.append(Utterance(words, Category.LITERAL, start, end, capture="string", language=self._tag))

    def _is_deep(self, span: Span) -> bool:
        """Whether a bracket opens so deep inside others that the level is told."""
        is_bracket = span.role.endswith(".open") and not span.role.startswith("interp")
        return is_bracket and span.depth >= self._options.depth > 0

    def _closes_line(self, pieces: list[LinePiece], index: int) -> bool:
        """Whether a closer ends its line, so that its name is worth the time."""
        if not pieces[index].closes or not pieces[index].span.role.startswith(_CLOSERS):
            return False
        return index == 0 and all(
            later.span.category in (Category.PUNCTUATION, Category.COMMENT) for later in pieces[index + 1 :]
        )

    def _is_switched_off(self, piece: LinePiece, out: list[Utterance]) -> bool:
        """Whether a comment is code; says so once, before the first line of it."""
        if piece.span.role or piece.span.capture.startswith("comment.doc"):
            return False
        start, end = body_of(piece.text, opens=piece.opens, closes=piece.closes)
        is_code = looks_like_code(piece.text[start:end])
        if is_code and not self._in_code:
            self._narrate(self._phrase("code_in_comment"), piece.start, piece.start, out)
        self._in_code = is_code
        return is_code

    # ---- what the narrator adds ------------------------------------------------------------------------

    def _narrate(self, words: str, start: int, end: int, out: list[Utterance], cue: str = "") -> None:
        out.append(Utterance(words, Category.NARRATION, start, end, 0, 0, cue, "", 0, False, self._tag))

    def _warn(self, finding: Finding, span: Span | None, out: list[Utterance]) -> None:
        is_text = span is not None and span.category in (Category.COMMENT, Category.LITERAL)
        if finding.kind == "lookalike" and is_text:
            return
        self._narrate(self._warnings.words(finding), finding.start, finding.end, out, self._cue("warning"))

    def _cue(self, name: str) -> str:
        return name if self._options.cues else ""

    def _blank_line(self, line: Line) -> list[Utterance]:
        self._in_code = False
        if self._blank or not line.first:
            return []
        self._blank = True
        mode = self._options.indentation
        words = self._phrase("blank") if mode in ("words", "both") else ""
        cue = self._cue("blank-line") if mode in ("tone", "both") else ""
        if not words and not cue:
            return []
        out: list[Utterance] = []
        self._narrate(words, line.start, line.end, out, cue)
        return out

    def _indentation(self, line: Line, out: list[Utterance]) -> None:
        first = line.pieces[0]
        if is_continuation(first.span, first.opens):
            return
        if self._unit is None:
            self._unit = unit_of(self._source.text, line.start)
        level = level_of(self._source.text[line.start : first.start], self._unit)
        change = level - self._level
        if not change:
            return
        self._level = level
        mode = self._options.indentation
        words = self._levels(change) if mode in ("words", "both") else ""
        cue = self._cue(f"indent-{min(level, 20)}") if mode in ("tone", "both") else ""
        if words or cue:
            self._narrate(words, line.start, first.start, out, cue)

    def _levels(self, change: int) -> str:
        way = "in" if change > 0 else "out"
        if abs(change) == 1:
            return self._phrase(f"indent_one_{way}")
        return self._phrase(f"indent_{way}", levels=self._book_of("").numbers.cardinal(abs(change)))


def _extended(utterance: Utterance, end: int, pause: int) -> Utterance:
    """The utterance with another end and pause; `dataclasses.replace` takes five times as long."""
    return Utterance(
        utterance.text,
        utterance.category,
        utterance.start,
        end,
        utterance.pause_before,
        pause,
        utterance.cue,
        utterance.capture,
        utterance.depth,
        utterance.spell,
        utterance.language,
    )
