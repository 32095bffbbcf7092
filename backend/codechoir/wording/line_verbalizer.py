"""Utterances for a line: warnings, indentation, the words of its pieces, and what the narrator adds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from codechoir.model import Category, Span, Utterance
from codechoir.settings import Level, WordingOptions
from codechoir.wording.ambiguity import MARKS
from codechoir.wording.code_in_comments import looks_like_code
from codechoir.wording.comments import comment_body
from codechoir.wording.context import SHELLS, LineContext, joined_operators, shell_hint
from codechoir.wording.deception import Deception, DeceptionWarnings, find_deceptions
from codechoir.wording.language_verbalizer import LanguageVerbalizer
from codechoir.wording.layout import indentation_level, indentation_unit, is_continuation
from codechoir.wording.line_source import Fragment, Line, LinePiece, Ranges, Source, word_ranges

_CLOSERS = ("block.close", "body.close")
_DIFF_SIGNS = re.compile(rb"^[-+ ]", re.MULTILINE)
_TEXT = frozenset({Category.COMMENT, Category.LITERAL})
_FEW_WORDS = 3
"""A comment of so many words, after code in its line, is announced."""

_MOST_TONES = 20
"""The deepest level of indentation that has a tone of its own."""


class LineVerbalizer:
    """Words the lines of one reading, in order. Remembers what the listener already knows.

    `verbalizer_at`: the verbalizer of a programming language by its name, "" for the narrator's, at a level.
    """

    def __init__(
        self,
        options: WordingOptions,
        verbalizer_at: Callable[[str, Level], LanguageVerbalizer],
        source: Source,
    ) -> None:
        self._options = options
        self._verbalizer_at = verbalizer_at
        self._source = source
        table = verbalizer_at("", "some").table
        self._tag = table.tag
        self._phrase = table.phrase
        self._warnings = DeceptionWarnings(table)
        self._indentation_unit: int | None = None
        self._level = 0
        self._is_after_blank = False
        self._is_after_commented_code = False
        self._context = LineContext()

    def line(self, line: Line) -> list[Utterance]:
        """The utterances of a line, in order; empty if there is nothing to say."""
        deceptions = find_deceptions(self._source.text, line.start, line.end)
        if not line.pieces and not deceptions:
            return self._blank_line(line)
        if line.pieces and not self._is_read(line):
            return []
        out: list[Utterance] = []
        is_heard = any(self._options.is_heard(piece.span.category) for piece in line.pieces)
        if is_heard or deceptions:
            self._is_after_blank = False  # blank lines on both sides of a muted line are said once
        if line.starts_line and is_heard and self._options.indentation != "off":
            self._indentation(line, out)
        pieces = joined_operators([piece for piece in line.pieces if piece.span.change != "same"])
        for index, piece in enumerate(pieces):
            while deceptions and deceptions[0].start < piece.end:
                self._warn(deceptions.pop(0), piece.span, out)
            if self._options.is_heard(piece.span.category):
                self._piece(pieces, index, out)
        for deception in deceptions:
            self._warn(deception, None, out)
        return out

    def warnings(self, start: int, end: int) -> Iterator[list[Utterance]]:
        """The warnings about bytes that are not read, one phrase for each deceptive place."""
        for deception in find_deceptions(self._source.text, start, end):
            spans = self._source.spans(deception.start, deception.end)
            span = next((span for span in spans if span.start <= deception.start < span.end), None)
            out: list[Utterance] = []
            self._warn(deception, span, out)
            if out:
                yield out

    # ---- the words of a piece --------------------------------------------------------------------------

    def _piece(self, pieces: list[LinePiece], index: int, out: list[Utterance]) -> None:
        piece = pieces[index]
        span = piece.span
        level = self._options.level_of(span.language, span.category)
        verbalizer = self._verbalizer_at(span.language, level)
        is_terse = level == "terse"
        if is_terse:
            level = "some"  # the same in other words
        if self._context.is_string_gap(pieces, index):
            self._string_gap(pieces[index - 1].end, piece.start, verbalizer, out)
        hint = self._context.hint(pieces, index)
        if is_terse and hint in MARKS:
            hint = ""
        if hint == "implied" and span.role == "member":
            hint = "" if verbalizer.is_operator_word(pieces[index + 1].text) else hint
        if span.category is Category.COMMENT and level == "some" and self._is_commented_code(piece, out):
            fragments = verbalizer.comments.code_fragments(
                piece.text, level, opens=piece.opens, closes=piece.closes
            )
        else:
            fragments = verbalizer.fragments(piece, level, hint)
            if span.language in SHELLS and (prefix := shell_hint(pieces, index)):
                fragments = verbalizer.prefixed(piece, level, hint, prefix)
        is_after_code = index > 0 and pieces[index - 1].span.role != "code.open"
        if is_after_code and level == "some" and _is_short_comment(piece, fragments):
            self._narrate(self._phrase("comment"), piece.start, piece.start, out)
        for fragment in fragments:
            self._add(fragment, piece, out)
        if level == "some" and not is_terse:
            if span.closes and self._options.closers and self._ends_line(pieces, index):
                closed = verbalizer.closed_words(span.closes)
                self._closer(fragments[0].text, closed, piece, out)
            elif self._is_deep(span):
                number = verbalizer.numbers.cardinal(span.depth + 1)
                self._narrate(self._phrase("level", depth=number), piece.start, piece.end, out)

    def _add(self, fragment: Fragment, piece: LinePiece, out: list[Utterance]) -> None:
        """Appends the utterance of a fragment. One without words and earcon only extends the one before."""
        span = piece.span
        start = piece.start + fragment.start
        end = piece.end if fragment.end < 0 else piece.start + fragment.end
        last = out[-1] if out and out[-1].category is not Category.NARRATION else None
        if last is not None and not fragment.text and not fragment.cue:
            pause = max(last.pause_after, fragment.before, fragment.after)
            out[-1] = _extended(last, end, pause)
            return
        if last is not None and not last.text and not last.cue:
            start = out.pop().start
        out.append(
            Utterance(
                fragment.text,
                fragment.category or span.category,
                start,
                end,
                fragment.before,
                fragment.after,
                fragment.cue,
                fragment.capture or span.capture,
                span.depth,
                fragment.spell,
                fragment.language or self._tag,
                change=span.change,
                words=_word_ranges(fragment, piece),
            )
        )

    def _closer(self, words: str, closed: str, piece: LinePiece, out: list[Utterance]) -> None:
        """Says what a closer closes. `words`: those of the closer itself, such as "end if" for `fi`."""
        if words.split(" ")[-1] == closed.partition(" ")[0]:
            closed = closed.partition(" ")[2]
        if closed:
            key = "closer_more" if words else "closer"
            self._narrate(self._phrase(key, what=closed), piece.start, piece.end, out)

    def _string_gap(self, start: int, end: int, verbalizer: LanguageVerbalizer, out: list[Utterance]) -> None:
        """Says blanks between two interpolations of a string. No token has them."""
        words = verbalizer.symbols.names(self._source.text[start:end].decode("utf-8", "replace"))
        out.append(Utterance(words, Category.LITERAL, start, end, capture="string", language=self._tag))

    def _is_deep(self, span: Span) -> bool:
        """Whether a bracket is nested so deep that its level is said."""
        is_bracket = span.role.endswith(".open") and not span.role.startswith("interp")
        return is_bracket and span.depth >= self._options.depth > 0

    def _ends_line(self, pieces: list[LinePiece], index: int) -> bool:
        """Whether this is a closer at the end of its line. Only then it is said what it closes."""
        if not pieces[index].closes or not pieces[index].span.role.startswith(_CLOSERS):
            return False
        return index == 0 and all(
            later.span.category in (Category.PUNCTUATION, Category.COMMENT) for later in pieces[index + 1 :]
        )

    def _is_commented_code(self, piece: LinePiece, out: list[Utterance]) -> bool:
        """Whether a comment is code that was commented out. Announces it before the first such line."""
        if piece.span.role or piece.span.capture.startswith("comment.doc"):
            return False
        start, end = comment_body(piece.text, opens=piece.opens, closes=piece.closes)
        is_code = looks_like_code(piece.text[start:end])
        if is_code and not self._is_after_commented_code:
            self._narrate(self._phrase("code_in_comment"), piece.start, piece.start, out)
        self._is_after_commented_code = is_code
        return is_code

    # ---- what the narrator adds ------------------------------------------------------------------------

    def _narrate(self, words: str, start: int, end: int, out: list[Utterance], cue: str = "") -> None:
        out.append(Utterance(words, Category.NARRATION, start, end, 0, 0, cue, "", 0, False, self._tag))

    def _warn(self, deception: Deception, span: Span | None, out: list[Utterance]) -> None:
        is_text = span is not None and span.category in (Category.COMMENT, Category.LITERAL)
        if deception.kind == "lookalike" and is_text:
            return
        words = self._warnings.words(deception)
        self._narrate(words, deception.start, deception.end, out, self._cue("warning"))

    def _cue(self, name: str) -> str:
        return name if self._options.cues else ""

    def _blank_line(self, line: Line) -> list[Utterance]:
        self._is_after_commented_code = False
        if self._is_after_blank or not line.starts_line:
            return []
        self._is_after_blank = True
        mode = self._options.indentation
        words = self._phrase("blank") if mode in ("words", "both") else ""
        cue = self._cue("blank-line") if mode in ("tone", "both") else ""
        if not words and not cue:
            return []
        out: list[Utterance] = []
        self._narrate(words, line.start, line.end, out, cue)
        return out

    def _is_read(self, line: Line) -> bool:
        """Whether something in a line of a diff is to be read. True for all other lines."""
        return any(
            change != "same" and (change != "context" or self._options.diff_context)
            for change in (piece.span.change for piece in line.pieces)
        )

    def _indentation(self, line: Line, out: list[Utterance]) -> None:
        begin, first = line.start, line.pieces[0]
        if first.span.capture.startswith("diff.") or first.span.change:
            begin += 1  # the sign of the line
            if first.span.capture != "diff.sign":
                if not first.span.change:
                    return  # a header
            elif len(line.pieces) == 1:
                return
            else:
                first = line.pieces[1]
        if is_continuation(first.span, starts_here=first.opens):
            return
        if self._indentation_unit is None:
            text, near = self._source.text, line.start
            if begin > near:
                text, near = _DIFF_SIGNS.sub(b"", text), 0
            self._indentation_unit = indentation_unit(text, near)
        indent = self._source.text[begin : first.start]
        level = indentation_level(indent, self._indentation_unit)
        change = level - self._level
        if not change:
            return
        self._level = level
        mode = self._options.indentation
        words = self._change_words(change) if mode in ("words", "both") else ""
        cue = self._cue(f"indent-{min(level, _MOST_TONES)}") if mode in ("tone", "both") else ""
        if words or cue:
            self._narrate(words, line.start, first.start, out, cue)

    def _change_words(self, change: int) -> str:
        direction = "in" if change > 0 else "out"
        if abs(change) == 1:
            return self._phrase(f"indent_one_{direction}")
        number = self._verbalizer_at("", "some").numbers.cardinal(abs(change))
        return self._phrase(f"indent_{direction}", levels=number)


def _is_short_comment(piece: LinePiece, fragments: list[Fragment]) -> bool:
    """Whether this is a comment of so few words that it could be the rest of the code before it."""
    if not piece.span.capture.startswith("comment") or not piece.opens:
        return False  # also for the prose of a page, which is no comment
    return sum(len(fragment.text.split()) for fragment in fragments) <= _FEW_WORDS


def _extended(utterance: Utterance, end: int, pause: int) -> Utterance:
    """The utterance with another end and pause. `dataclasses.replace` would take five times as long."""
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
        utterance.balance,
        utterance.change,
        utterance.words,
    )


def _word_ranges(fragment: Fragment, piece: LinePiece) -> Ranges:
    """The place of each word in a comment or a string; empty for anything else."""
    if piece.span.category not in _TEXT or fragment.spell or " " not in fragment.text:
        return ()
    if fragment.start == 0 and fragment.end < 0:
        return word_ranges(piece.text, fragment.text, piece.start)
    source = piece.text.encode()[fragment.start : fragment.end if fragment.end >= 0 else None]
    return word_ranges(source.decode("utf-8", "replace"), fragment.text, piece.start + fragment.start)
