"""From source text to the words of the level `literal`, from which every character can be recovered.

Words in lower case are said as they are, digits one by one, everything else by name. One space between two
words is understood; if there is none, "joined" is said. A word that could be mistaken for a name is marked:
the variable `dot` is "word dot". docs/reference/literal-level.md has the grammar, `literal_decoder.py` the
way back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from codechoir.model import Category, Span, Utterance
from codechoir.settings import WordingOptions
from codechoir.wording.deception import Deception, DeceptionWarnings, find_deceptions
from codechoir.wording.line_source import Line, LinePiece, Source
from codechoir.wording.literal_decoder import MOST_COUNTED, literal_alphabet, literal_lexicon

LONGEST_TEXT = 200
"""Characters in the words of one utterance."""

_LONGEST_WORD = 40
_LONGEST_SPELLED = 12
_FEWEST_BLANKS = 2
_FEWEST_COUNTED = 3
_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xz]{2,}")
_NAME = re.compile(r"[A-Z0-9]+(?: [A-Z0-9]+)*")


@dataclass(slots=True)
class LiteralUnit:
    """The words for a token, before `unambiguous_words` marks what could be mistaken.

    `start`, `end`: bytes of the source. `plain`: index in `words` of a word of the source, which may need a
    mark; -1 if there is none. `spells`: `words` ends with single letters, and needs "end" if a letter
    follows.
    """

    words: list[str]
    start: int
    end: int
    plain: int = -1
    spells: bool = False


class LiteralEncoder:
    """Turns source text into units. Remembers the unit before, on which spaces and "joined" depend."""

    def __init__(self, natural: str) -> None:
        self._alphabet = literal_alphabet(natural)
        self._last: Literal["letters", "understood", "other"] = "other"
        small = f"a-z{self._alphabet.letters}"
        capital = f"A-Z{''.join(char.upper() for char in self._alphabet.letters if len(char.upper()) == 1)}"
        self._small = re.compile(f"[{small}]")
        operators = sorted(
            (text for text in self._alphabet.characters if len(text) > 1), key=len, reverse=True
        )
        self._token = re.compile(
            rf"(?P<caps>[A-Z]{{2,{_LONGEST_SPELLED}}}(?![{small}]))"
            rf"|(?P<cap>[{capital}][{small}]{{0,{_LONGEST_WORD}}})|(?P<lower>[{small}]+)"
            r"|(?P<digit>[0-9])|(?P<many>(?P<one>[\s\S])(?P=one){3,})"
            rf"|(?P<operator>{'|'.join(map(re.escape, operators))})|(?P<run>(?P<char>[\s\S])(?P=char)*)"
        )

    def units(self, text: str, start: int, following: str) -> Iterator[LiteralUnit]:
        """The units of `text`, which begins at byte `start`. `following`: the character after it."""
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
                yield LiteralUnit([raw], at, end)
            elif raw == " " and self._is_understood(text[token.end() : token.end() + 1] or following):
                self._last = "understood"
            else:
                self._last = "other"
                yield from self._symbols(raw, at, end, is_operator=token["operator"] is not None)
            at = end

    def padded(self, text: str, start: int) -> LiteralUnit | None:
        """An operator with one space on either side, the first at byte `start`; None if it has no name."""
        name = self._alphabet.characters.get(text)
        if name is None:
            return None
        self._last = "other"
        return LiteralUnit(
            [self._alphabet.markers["padded"], *name.split(" ")], start, start + len(text.encode()) + 2
        )

    def _is_understood(self, after: str) -> bool:
        """Whether a single space is not said: between a word and a word in lower case."""
        return self._last == "letters" and self._small.match(after) is not None

    def _lower(self, raw: str, start: int) -> Iterator[LiteralUnit]:
        spelled = _NO_VOWEL.fullmatch(raw) is not None
        size = _LONGEST_SPELLED if spelled else _LONGEST_WORD
        for low in range(0, len(raw), size):
            part = raw[low : low + size]
            words = [self._alphabet.markers["joined"]] if self._last == "letters" else []
            self._last = "letters"
            at, end = start, start + len(part.encode())
            start = end
            if spelled and len(part) > 1:
                yield LiteralUnit([*words, self._alphabet.markers["spelled"], *part], at, end, spells=True)
            else:
                yield LiteralUnit([*words, part], at, end, plain=len(words))

    def _capital(self, raw: str, start: int, end: int) -> LiteralUnit:
        self._last = "letters"
        small = raw.lower()
        if len(raw) > 1 and raw.isupper():
            spells = _NO_VOWEL.fullmatch(small) is not None
            letters = [*small] if spells else [small]
            return LiteralUnit(
                [*self._alphabet.markers["caps"].split(" "), *letters], start, end, spells=spells
            )
        return LiteralUnit([self._alphabet.markers["cap"], small], start, end)

    def _symbols(self, raw: str, start: int, end: int, *, is_operator: bool) -> Iterator[LiteralUnit]:
        if is_operator:
            yield LiteralUnit(self._alphabet.characters[raw].split(" "), start, end)
            return
        char, rest = raw[0], len(raw)
        size = (end - start) // rest
        fewest = _FEWEST_BLANKS if char.isspace() else _FEWEST_COUNTED
        while rest >= fewest and char in self._alphabet.several:
            count = min(rest, MOST_COUNTED)
            words = f"{self._alphabet.counts[count]} {self._alphabet.several[char]}".split(" ")
            yield LiteralUnit(words, start, start + count * size)
            start, rest = start + count * size, rest - count
        for _ in range(rest):
            yield LiteralUnit(self._name(char), start, start + size)
            start += size

    def _name(self, char: str) -> list[str]:
        known = self._alphabet.characters.get(char)
        if known is not None:
            return known.split(" ")
        end = self._alphabet.markers["end"]
        name = unicodedata.name(char, "")
        if _NAME.fullmatch(name) and end not in name.lower().split(" "):
            return [self._alphabet.markers["unicode"], *name.lower().split(" "), end]
        return [*self._alphabet.markers["code_point"].split(" "), *f"{ord(char):x}", end]


def utterance_groups(units: Iterable[LiteralUnit]) -> Iterator[list[LiteralUnit]]:
    """The units in groups, each short enough for one utterance."""
    group: list[LiteralUnit] = []
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


def unambiguous_words(units: list[LiteralUnit], natural: str) -> list[str]:
    """The words of the units of one utterance, with a marker where they could be misunderstood."""
    lexicon = literal_lexicon()
    markers = literal_alphabet(natural).markers
    following = ""
    marked: list[list[str]] = []
    for unit in reversed(units):
        words = unit.words
        if unit.plain >= 0 and lexicon.is_ambiguous(words[unit.plain], following):
            words = [*words[: unit.plain], markers["word"], *words[unit.plain :]]
        elif unit.spells and (following in lexicon.ends or (len(following) == 1 and following.isalpha())):
            words = [*words, markers["end"]]
        following = words[0]
        marked.append(words)
    return [word for words in reversed(marked) for word in words]


PHRASE_UTTERANCES = 64
"""Utterances in one phrase."""

_BLANKS = Span(0, 0, Category.PUNCTUATION, "space")
"""White space belongs to no token. It is said in the voice of punctuation."""


class LiteralVerbalizer:
    """Words lines at the level `literal`, in order, white space included. Made for one byte range of a
    document."""

    def __init__(
        self, options: WordingOptions, source: Source, start: int, end: int, warnings: DeceptionWarnings
    ) -> None:
        self._options = options
        self._natural = options.natural_language
        self._source = source
        self._text = source.text
        self._offset = start
        self._end = end
        self._encoder = LiteralEncoder(self._natural)
        self._warnings = warnings

    def phrases(self, line: Line) -> Iterator[list[Utterance]]:
        """The utterances of a line and of its line break, in lists of bounded length."""
        out: list[Utterance] = []
        for utterance in self._utterances(line):
            out.append(utterance)
            if len(out) == PHRASE_UTTERANCES:
                yield out
                out = []
        if out:
            yield out

    def _utterances(self, line: Line) -> Iterator[Utterance]:
        deceptions = find_deceptions(self._text, self._offset, line.end)
        for piece in line.pieces:
            while deceptions and deceptions[0].start < piece.end:
                yield self._warning(deceptions.pop(0))
            padded = self._padded(piece)
            if padded is not None:
                yield self._utterance([padded], piece.span)
                self._offset = padded.end
                continue
            yield from self._range(self._offset, piece.start, _BLANKS)
            if self._options.is_heard(piece.span.category):
                yield from self._range(piece.start, piece.end, piece.span)
            self._offset = piece.end
        for deception in deceptions:
            yield self._warning(deception)
        stop = self._after_break(line.end)
        yield from self._range(self._offset, stop, _BLANKS)
        self._offset = max(self._offset, stop)

    def _padded(self, piece: LinePiece) -> LiteralUnit | None:
        """The unit of an operator with exactly one space on either side, both in the range that is read."""
        low, high = piece.start - 1, piece.end
        if piece.span.category is not Category.OPERATOR or low != self._offset or high >= self._end:
            return None
        if self._text[low : low + 1] != b" " or self._text[high : high + 1] != b" ":
            return None
        if not self._options.is_heard(piece.span.category) or not (piece.opens and piece.closes):
            return None
        return self._encoder.padded(piece.text, low)

    def _range(self, start: int, end: int, span: Span) -> Iterator[Utterance]:
        """Bytes `start` to `end` in as many utterances as their words need."""
        if start >= end:
            return
        text = self._text[start:end].decode("utf-8", "replace")
        following = self._text[end : min(end + 4, self._end)].decode("utf-8", "ignore")[:1]
        for units in utterance_groups(self._encoder.units(text, start, following)):
            yield self._utterance(units, span)

    def _utterance(self, units: list[LiteralUnit], span: Span) -> Utterance:
        words = unambiguous_words(units, self._natural)
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
        """The byte after the line break at byte `end`, as far as it is read."""
        length = (
            2 if self._text[end : end + 2] == b"\r\n" else int(self._text[end : end + 1] in (b"\n", b"\r"))
        )
        return min(end + length, self._end)

    def _warning(self, deception: Deception) -> Utterance:
        words = self._warnings.words(deception)
        cue = "warning" if self._options.cues else ""
        return Utterance(
            words, Category.NARRATION, deception.start, deception.end, cue=cue, language=self._natural
        )


def is_literal(options: WordingOptions) -> bool:
    """Whether everything is read at the level `literal`."""
    return options.level == "literal" and all(level == "literal" for level in options.levels.values())
