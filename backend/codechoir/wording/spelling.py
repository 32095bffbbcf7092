"""Character by character: letters by name or by the phonetic alphabet, capitals marked, symbols by name."""

from __future__ import annotations

from collections.abc import Iterator

from codechoir.model import Category, Utterance
from codechoir.settings import WordingOptions
from codechoir.wording.characters import character_name, speakable_text
from codechoir.wording.line_source import CAPITAL, Source
from codechoir.wording.word_table import WordTable

PHRASE_CHARACTERS = 40
"""Characters in one phrase."""

_PAUSE = 40
"""Milliseconds after each character."""


class Speller:
    """Spells any byte range of a document, one utterance a character."""

    def __init__(self, table: WordTable, options: WordingOptions) -> None:
        self._table = table
        self._cap = str(table.section("spelling")["cap"])
        self._digits: list[str] = table.section("numbers")["ones"]
        self._alphabet = table.section("alphabet") if options.phonetic else {}
        self._capitals = options.capitals

    def phrases(self, source: Source, start: int, end: int) -> Iterator[list[Utterance]]:
        """The characters of bytes `start` to `end`, in lists of at most `PHRASE_CHARACTERS`."""
        offset = start
        while offset < end:
            stop = min(offset + 4 * PHRASE_CHARACTERS, end)
            text = source.text[offset:stop].decode("utf-8", "ignore")[:PHRASE_CHARACTERS]
            if not text:
                return
            yield self._phrase(source, text, offset)
            offset += len(text.encode())

    def _phrase(self, source: Source, text: str, start: int) -> list[Utterance]:
        spans = source.spans(start, start + len(text.encode()))
        utterances: list[Utterance] = []
        offset, index = start, 0
        for char in text:
            end = offset + len(char.encode())
            while index < len(spans) and spans[index].end <= offset:
                index += 1
            is_in_span = index < len(spans) and spans[index].start <= offset
            category = spans[index].category if is_in_span else Category.PUNCTUATION
            utterances.append(self._utterance(char, category, offset, end))
            offset = end
        return utterances

    def _utterance(self, char: str, category: Category, start: int, end: int) -> Utterance:
        words = self.name(char)
        is_raised = self._capitals == "pitch" and char.isupper()
        return Utterance(
            words,
            category,
            start,
            end,
            pause_after=_PAUSE,
            capture=CAPITAL if is_raised else "",
            spell=len(words) == 1,
            language=self._table.tag,
        )

    def name(self, char: str) -> str:
        """How one character is spelled."""
        small = char.lower()
        if char.isascii() and char.isalpha():
            name = str(self._alphabet.get(small, small))
            return f"{self._cap} {name}" if char.isupper() and self._capitals == "word" else name
        if char.isascii() and char.isdecimal():
            return self._digits[int(char)]
        return speakable_text(character_name(char, self._table))
