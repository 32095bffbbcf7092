"""The door: what will be said, line by line, as it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codechoir.model import Category, Utterance
from codechoir.settings import WordingOptions
from codechoir.wording.balance import Places
from codechoir.wording.book import Book
from codechoir.wording.describe import Description, describe
from codechoir.wording.dictation import Dictation, is_dictation
from codechoir.wording.outline import Outline
from codechoir.wording.source import Source, lines, signatures
from codechoir.wording.spelling import Spelling
from codechoir.wording.teller import Teller
from codechoir.wording.warnings import Warnings
from codechoir.wording.where import Where, where

if TYPE_CHECKING:
    from codechoir.syntax.document import Snapshot


class Wording:
    """Turns the spans of a snapshot into utterances. Made at once; the tables are read at the first use.

    One object may be used by several readings, one after the other or at the same time.
    """

    def __init__(self, options: WordingOptions | None = None) -> None:
        self.options = options or WordingOptions()
        self._books: dict[str, Book] = {}

    def warm_up(self, language: str = "") -> None:
        """Read the tables, so that the first line costs what every line costs."""
        self._book("")
        self._book(language)

    def lines(self, source: Source, start: int = 0, end: int | None = None) -> Iterator[list[Utterance]]:
        """The utterances of bytes `start` to `end`, one list for each line that has something to say.

        A range may begin and end inside a token: only what was selected is read. Lazy: what is not asked for
        costs nothing. Very long lines come as several lists. Raises `InputError` for a bad word table.
        """
        stop = len(source.text) if end is None else end
        teller = Teller(self.options, self._book, source)
        tell = self._dictated if is_dictation(self.options) else self._told
        is_short = self.options.only == "signatures"
        parts = signatures(source, start, stop) if is_short else [(start, stop, True)]
        for low, high, is_read in parts:
            yield from tell(teller, source, low, high) if is_read else teller.warnings(low, high)

    def _told(self, teller: Teller, source: Source, start: int, stop: int) -> Iterator[list[Utterance]]:
        places = Places(source, self.options.balance)
        for line in lines(source, start, stop):
            said = teller.line(line)
            if said:
                yield places.placed(line, said)

    def _dictated(self, _: Teller, source: Source, start: int, stop: int) -> Iterator[list[Utterance]]:
        dictation = Dictation(self.options, source, start, stop, Warnings(self._book("").words))
        places = Places(source, self.options.balance)
        for line in lines(source, start, stop):
            for said in dictation.line(line):
                yield places.placed(line, said)

    def spell(self, source: Source, start: int, end: int) -> Iterator[list[Utterance]]:
        """The characters of bytes `start` to `end`, one utterance each, in lists of bounded length."""
        yield from Spelling(self._book("").words, self.options).lines(source, start, end)

    def phrase(self, key: str, at: int) -> Utterance:
        """One of the narrator's phrases that have no gaps, about the place `at`."""
        words = self._book("").words
        return Utterance(words.phrase(key), Category.NARRATION, at, at, language=words.tag)

    def outline(self, snapshot: Snapshot, at: int | None = None) -> Outline:
        """The structure of the document, or of the innermost symbol at byte `at`."""
        return Outline(snapshot, self._book(snapshot.language.name), at)

    def describe(self, snapshot: Snapshot, at: int) -> Description:
        """What stands at byte `at`."""
        return describe(snapshot, at, self._book(snapshot.language.name))

    def book(self, language: str = "") -> Book:
        """The words for a programming language."""
        return self._book(language)

    def where(self, snapshot: Snapshot, at: int) -> Where:
        """In which line, symbols and part of the document byte `at` is."""
        return where(snapshot, at, self._book(snapshot.language.name))

    def _book(self, language: str) -> Book:
        book = self._books.get(language)
        if book is None:
            book = self._books[language] = Book(self.options, language)
        return book
