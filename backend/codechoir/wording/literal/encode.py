"""The level "literal": every character can be recovered by ear. `decode.py` is the way back.

Lower-case words are said as they are, digits one by one, everything else by name. Between two words a single
space is understood; where there is none, "joined" is said. What could be mistaken for a name is marked: the
variable `dot` is "word dot". docs/reference/literal-level.md has the grammar.

A reading at level "literal": white space and all, so that it can be written down again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from codechoir.model import Category, Span, Utterance
from codechoir.settings import WordingOptions
from codechoir.wording.deception import Finding, Warnings, findings
from codechoir.wording.line_source import Line, LinePiece, Source
from codechoir.wording.literal.alphabet import MOST_COUNTED, heard_forms, spoken_forms

LONGEST_TEXT = 200
"""Characters of words in one utterance."""

_LONGEST_WORD = 40
_LONGEST_SPELLED = 12
_FEWEST_BLANKS = 2
_FEWEST_COUNTED = 3
_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xz]{2,}")
_NAME = re.compile(r"[A-Z0-9]+(?: [A-Z0-9]+)*")


@dataclass(slots=True)
class Unit:
    """What is said for a stretch of source: `words`, before what could be mistaken is marked.

    `start`, `end`: bytes of the source. `plain`: index in `words` of a word of the source that may need the
    mark, or -1. `spells`: it ends with single letters, and must be closed where more letters follow.
    """

    words: list[str]
    start: int
    end: int
    plain: int = -1
    spells: bool = False


class LiteralWriter:
    """Turns stretches of source into units, one after the other; knows what was said last."""

    def __init__(self, natural: str) -> None:
        self._speech = spoken_forms(natural)
        self._last: Literal["letters", "understood", "other"] = "other"
        small = f"a-z{self._speech.letters}"
        capital = f"A-Z{''.join(char.upper() for char in self._speech.letters if len(char.upper()) == 1)}"
        self._small = re.compile(f"[{small}]")
        operators = sorted((text for text in self._speech.characters if len(text) > 1), key=len, reverse=True)
        self._token = re.compile(
            rf"(?P<caps>[A-Z]{{2,{_LONGEST_SPELLED}}}(?![{small}]))"
            rf"|(?P<cap>[{capital}][{small}]{{0,{_LONGEST_WORD}}})|(?P<lower>[{small}]+)"
            r"|(?P<digit>[0-9])|(?P<many>(?P<one>[\s\S])(?P=one){3,})"
            rf"|(?P<operator>{'|'.join(map(re.escape, operators))})|(?P<run>(?P<char>[\s\S])(?P=char)*)"
        )

    def units(self, text: str, start: int, following: str) -> Iterator[Unit]:
        """The units of `text`, which begins at byte `start`; `following` is the character after it."""
        at = start
        for token in self._token.finditer(text):
            raw = token[0]
            end = at + (len(raw) if raw.isascii() else len(raw.encode()))
            if token["lower"]:
                yield from self._lower(raw, at)
            elif token["cap"] or token["caps"]:
                yield self._capital(raw, at, end)
            elif token["digit"]:
                self._last = "other"
                yield Unit([raw], at, end)
            elif raw == " " and self._is_understood(text[token.end() : token.end() + 1] or following):
                self._last = "understood"
            else:
                self._last = "other"
                yield from self._symbols(raw, at, end, is_operator=token["operator"] is not None)
            at = end

    def padded(self, text: str, start: int) -> Unit | None:
        """An operator with one space on either side, the first at byte `start`; None where it has no name."""
        name = self._speech.characters.get(text)
        if name is None:
            return None
        self._last = "other"
        return Unit([self._speech.markers["padded"], *name.split(" ")], start, start + len(text.encode()) + 2)

    def _is_understood(self, after: str) -> bool:
        """Whether a single space need not be said: between a word and a word in lower case."""
        return self._last == "letters" and self._small.match(after) is not None

    def _lower(self, raw: str, start: int) -> Iterator[Unit]:
        spelled = _NO_VOWEL.fullmatch(raw) is not None
        size = _LONGEST_SPELLED if spelled else _LONGEST_WORD
        for low in range(0, len(raw), size):
            part = raw[low : low + size]
            words = [self._speech.markers["joined"]] if self._last == "letters" else []
            self._last = "letters"
            at, end = start, start + len(part.encode())
            start = end
            if spelled and len(part) > 1:
                yield Unit([*words, self._speech.markers["spelled"], *part], at, end, spells=True)
            else:
                yield Unit([*words, part], at, end, plain=len(words))

    def _capital(self, raw: str, start: int, end: int) -> Unit:
        self._last = "letters"
        small = raw.lower()
        if len(raw) > 1 and raw.isupper():
            spells = _NO_VOWEL.fullmatch(small) is not None
            letters = [*small] if spells else [small]
            return Unit([*self._speech.markers["caps"].split(" "), *letters], start, end, spells=spells)
        return Unit([self._speech.markers["cap"], small], start, end)

    def _symbols(self, raw: str, start: int, end: int, *, is_operator: bool) -> Iterator[Unit]:
        if is_operator:
            yield Unit(self._speech.characters[raw].split(" "), start, end)
            return
        char, rest = raw[0], len(raw)
        size = (end - start) // rest
        fewest = _FEWEST_BLANKS if char.isspace() else _FEWEST_COUNTED
        while rest >= fewest and char in self._speech.several:
            count = min(rest, MOST_COUNTED)
            words = f"{self._speech.counts[count]} {self._speech.several[char]}".split(" ")
            yield Unit(words, start, start + count * size)
            start, rest = start + count * size, rest - count
        for _ in range(rest):
            yield Unit(self._name(char), start, start + size)
            start += size

    def _name(self, char: str) -> list[str]:
        known = self._speech.characters.get(char)
        if known is not None:
            return known.split(" ")
        end = self._speech.markers["end"]
        name = unicodedata.name(char, "")
        if _NAME.fullmatch(name) and end not in name.lower().split(" "):
            return [self._speech.markers["unicode"], *name.lower().split(" "), end]
        return [*self._speech.markers["code_point"].split(" "), *f"{ord(char):x}", end]


def breaths(units: Iterable[Unit]) -> Iterator[list[Unit]]:
    """The units in groups that can be said in one breath."""
    group: list[Unit] = []
    size = 0
    for unit in units:
        length = sum(map(len, unit.words)) + len(unit.words)
        if group and size + length > LONGEST_TEXT:
            yield group
            group, size = [], 0
        group.append(unit)
        size += length
    if group:
        yield group


def marked(units: list[Unit], natural: str) -> list[str]:
    """The words of units that are said in one breath, with a mark where one could be mistaken for another."""
    known = heard_forms()
    markers = spoken_forms(natural).markers
    following = ""
    said: list[list[str]] = []
    for unit in reversed(units):
        words = unit.words
        if unit.plain >= 0 and known.is_risky(words[unit.plain], following):
            words = [*words[: unit.plain], markers["word"], *words[unit.plain :]]
        elif unit.spells and (following in known.ends or (len(following) == 1 and following.isalpha())):
            words = [*words, markers["end"]]
        following = words[0]
        said.append(words)
    return [word for words in reversed(said) for word in words]


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
        self._encoder = LiteralWriter(self._natural)
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

    def _padded(self, piece: LinePiece) -> Unit | None:
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
