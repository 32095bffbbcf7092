"""Character by character: letters by name or by the phonetic alphabet, capitals marked, symbols by name."""

from __future__ import annotations

from collections.abc import Iterator

from codechoir.model import Category, Utterance
from codechoir.settings import WordingOptions
from codechoir.wording.characters import name_of
from codechoir.wording.said import CAPITAL
from codechoir.wording.source import Source
from codechoir.wording.speakable import cleaned
from codechoir.wording.tables import Words

PHRASE_CHARACTERS = 40
_PAUSE = 40


class Spelling:
    """Spells any stretch of a document, one utterance a character."""

    def __init__(self, words: Words, options: WordingOptions) -> None:
        self._words = words
        self._cap = str(words.section("spelling")["cap"])
        self._ones: list[str] = words.section("numbers")["ones"]
        self._alphabet = words.section("alphabet") if options.phonetic else {}
        self._capitals = options.capitals

    def lines(self, source: Source, start: int, end: int) -> Iterator[list[Utterance]]:
        """The characters of bytes `start` to `end`, in lists of at most 40."""
        at = start
        while at < end:
            stop = min(at + 4 * PHRASE_CHARACTERS, end)
            text = source.text[at:stop].decode("utf-8", "ignore")[:PHRASE_CHARACTERS]
            if not text:
                return
            yield self._phrase(source, text, at)
            at += len(text.encode())

    def _phrase(self, source: Source, text: str, start: int) -> list[Utterance]:
        spans = source.spans(start, start + len(text.encode()))
        out: list[Utterance] = []
        at, index = start, 0
        for char in text:
            end = at + len(char.encode())
            while index < len(spans) and spans[index].end <= at:
                index += 1
            inside = index < len(spans) and spans[index].start <= at
            category = spans[index].category if inside else Category.PUNCTUATION
            out.append(self._character(char, category, at, end))
            at = end
        return out

    def _character(self, char: str, category: Category, start: int, end: int) -> Utterance:
        said = self.name(char)
        is_marked = self._capitals == "pitch" and char.isupper()
        return Utterance(
            said,
            category,
            start,
            end,
            pause_after=_PAUSE,
            capture=CAPITAL if is_marked else "",
            spell=len(said) == 1,
            language=self._words.tag,
        )

    def name(self, char: str) -> str:
        """How one character is spelled."""
        small = char.lower()
        if char.isascii() and char.isalpha():
            said = str(self._alphabet.get(small, small))
            return f"{self._cap} {said}" if char.isupper() and self._capitals == "word" else said
        if char.isascii() and char.isdecimal():
            return self._ones[int(char)]
        return cleaned(name_of(char, self._words))
