"""The door: what will be said, line by line, as it is asked for.

The words that every file of a language needs: its keywords, its operators, and what the narrator says.

They are few and come again and again, so an engine that computes long can make them ahead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from codechoir.languages import GRAMMARS, Language, load, query_text
from codechoir.model import Category, Utterance
from codechoir.settings import WordingOptions
from codechoir.syntax import TOKEN_ROLES, Document
from codechoir.wording.deception import Warnings
from codechoir.wording.language_words import LanguageWords
from codechoir.wording.layout import StereoPlacement
from codechoir.wording.line_source import Source, lines, signatures
from codechoir.wording.line_verbalizer import LineVerbalizer
from codechoir.wording.literal.writer import Dictation, is_dictation
from codechoir.wording.location import Description, Location, describe, location_of
from codechoir.wording.outline import Outline
from codechoir.wording.spelling import Spelling
from codechoir.wording.tables import Words

if TYPE_CHECKING:
    from codechoir.syntax import Snapshot


class Wording:
    """Turns the spans of a snapshot into utterances. Made at once; the tables are read at the first use.

    One object may be used by several readings, one after the other or at the same time.
    """

    def __init__(self, options: WordingOptions | None = None) -> None:
        self.options = options or WordingOptions()
        self._books: dict[str, LanguageWords] = {}

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
        teller = LineVerbalizer(self.options, self._book, source)
        tell = self._dictated if is_dictation(self.options) else self._told
        is_short = self.options.only == "signatures"
        parts = signatures(source, start, stop) if is_short else [(start, stop, True)]
        for low, high, is_read in parts:
            yield from tell(teller, source, low, high) if is_read else teller.warnings(low, high)

    def _told(
        self, teller: LineVerbalizer, source: Source, start: int, stop: int
    ) -> Iterator[list[Utterance]]:
        places = StereoPlacement(source, self.options.balance)
        for line in lines(source, start, stop):
            said = teller.line(line)
            if said:
                yield places.placed(line, said)

    def _dictated(
        self, _: LineVerbalizer, source: Source, start: int, stop: int
    ) -> Iterator[list[Utterance]]:
        dictation = Dictation(self.options, source, start, stop, Warnings(self._book("").words))
        places = StereoPlacement(source, self.options.balance)
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

    def book(self, language: str = "") -> LanguageWords:
        """The words for a programming language."""
        return self._book(language)

    def where(self, snapshot: Snapshot, at: int) -> Location:
        """In which line, symbols and part of the document byte `at` is."""
        return location_of(snapshot, at, self._book(snapshot.language.name))

    def _book(self, language: str) -> LanguageWords:
        book = self._books.get(language)
        if book is None:
            book = self._books[language] = LanguageWords(self.options, language)
        return book


MOST_LEVELS = 8
"""The narrator counts levels of indentation and nesting up to this."""

_WORD = re.compile(r"[A-Za-z_]{2,}")
_ROLE = re.compile(r"@role\.([\w.]+)")
_GAP = re.compile(r"\{(\w+)\}")
_SAID_BY_THE_LANGUAGE = (Category.KEYWORD, Category.OPERATOR, Category.LITERAL, Category.TYPE)


def common_words(wording: Wording, language: Language) -> Iterator[Utterance]:
    """Utterances without a place or a pause, each once, in the order keywords, operators, narrator."""
    seen: set[tuple[str, Category]] = set()
    book = wording.book(language.name)
    for said in chain(_keywords(wording, language), _operators(book.words, language), _narrator(book)):
        if said.text and (said.text, said.category) not in seen:
            seen.add((said.text, said.category))
            yield said


def _tokens(language: Language) -> list[str]:
    """The words and symbols that the grammar knows by themselves; none where there is no grammar."""
    if language.source not in GRAMMARS:
        return []
    grammar = load(language.source).language
    kinds = {grammar.node_kind_for_id(number) or "" for number in range(grammar.node_kind_count)}
    return sorted(kind for kind in kinds if kind and grammar.id_for_node_kind(kind, False) is not None)


def _keywords(wording: Wording, language: Language) -> Iterator[Utterance]:
    """What the grammar knows as words, as they are said; one that is a keyword in some places only is one."""
    for token in filter(_WORD.fullmatch, _tokens(language)):
        for said in chain.from_iterable(wording.lines(Document(token, language).snapshot())):
            category = said.category if said.category in _SAID_BY_THE_LANGUAGE else Category.KEYWORD
            yield Utterance(said.text, category, 0, 0, spell=said.spell, language=said.language)


def _operators(words: Words, language: Language) -> Iterator[Utterance]:
    """What is said for the roles that tokens of the language can have."""
    tokens = _tokens(language)
    names = [TOKEN_ROLES[token] for token in tokens if token in TOKEN_ROLES]
    if tokens:
        names += _ROLE.findall(query_text(language.source))
    for role in filter(None, map(words.role, dict.fromkeys(names))):
        category = Category.PUNCTUATION if role.structure else Category.OPERATOR
        for text in (role.say, role.empty, *((role.texts or {}).get(token, "") for token in tokens)):
            yield Utterance(text, category, 0, 0, language=words.tag)


def _narrator(book: LanguageWords) -> Iterator[Utterance]:
    """The narrator's sentences that have no gap, or one for a number of levels."""
    for sentence in map(str, book.words.section("phrases").values()):
        gaps = set(_GAP.findall(sentence))
        if not gaps <= {"levels", "depth"}:
            continue
        for count in range(2, MOST_LEVELS + 1) if gaps else (2,):
            number = book.numbers.cardinal(count)
            text = sentence.format(levels=number, depth=number)
            yield Utterance(text, Category.NARRATION, 0, 0, language=book.words.tag)
