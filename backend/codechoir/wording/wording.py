"""Public API: `Wording` lazily yields the utterances for each line.

`common_words` are those that every file of a language needs: keywords, operators and the narrator's
sentences. There are few of them, so a slow engine can synthesize them ahead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from codechoir.languages import Language, grammar_names, load_grammar, query_text
from codechoir.model import Category, Utterance
from codechoir.settings import Level, WordingOptions
from codechoir.syntax import TOKEN_ROLES, Document
from codechoir.wording.characters import Speller
from codechoir.wording.deception import DeceptionWarnings
from codechoir.wording.language_verbalizer import LanguageVerbalizer
from codechoir.wording.layout import StereoPlacement
from codechoir.wording.line_source import Source, lines, signatures
from codechoir.wording.line_verbalizer import LineVerbalizer
from codechoir.wording.literal_encoder import LiteralVerbalizer, is_literal
from codechoir.wording.outline import Description, Location, Outline, describe, locate
from codechoir.wording.word_table import WordTable

if TYPE_CHECKING:
    from codechoir.syntax import Snapshot


class Wording:
    """Turns spans into utterances. Cheap to create: word tables are loaded on first use.

    One object may serve several readings, one after the other or at the same time. Every method raises
    `InputError` for an unknown natural language or a word table with a mistake.
    """

    def __init__(self, options: WordingOptions | None = None) -> None:
        self.options = options or WordingOptions()
        self._verbalizers: dict[tuple[str, bool], LanguageVerbalizer] = {}

    def warm_up(self, language: str = "") -> None:
        """Loads the word tables of a language, so that its first line takes no longer than others."""
        self.verbalizer("")
        self.verbalizer(language, is_terse=self.options.level == "terse")

    def verbalizer(self, language: str = "", *, is_terse: bool = False) -> LanguageVerbalizer:
        """The words of a programming language, or of the narrator; for the level `terse` or for others."""
        key = language, is_terse
        verbalizer = self._verbalizers.get(key)
        if verbalizer is None:
            verbalizer = LanguageVerbalizer(self.options, language, is_terse=is_terse)
            self._verbalizers[key] = verbalizer
        return verbalizer

    def _verbalizer_at(self, language: str, level: Level) -> LanguageVerbalizer:
        return self.verbalizer(language, is_terse=level == "terse")

    def lines(self, source: Source, start: int = 0, end: int | None = None) -> Iterator[list[Utterance]]:
        """The utterances of bytes `start` to `end`: a list for each line that has something to say.

        A range may begin and end inside a token; only what is in it is said. Lazy. A very long line gives
        several lists.
        """
        stop = len(source.text) if end is None else end
        verbalizer = LineVerbalizer(self.options, self._verbalizer_at, source)
        phrases = self._literal_phrases if is_literal(self.options) else self._phrases
        only_signatures = self.options.only == "signatures"
        parts = signatures(source, start, stop) if only_signatures else [(start, stop, True)]
        for low, high, is_read in parts:
            if is_read:
                yield from phrases(verbalizer, source, low, high)
            else:
                yield from verbalizer.warnings(low, high)

    def _phrases(
        self, verbalizer: LineVerbalizer, source: Source, start: int, stop: int
    ) -> Iterator[list[Utterance]]:
        stereo = StereoPlacement(source, self.options.balance)
        for line in lines(source, start, stop):
            utterances = verbalizer.line(line)
            if utterances:
                yield stereo.placed(line, utterances)

    def _literal_phrases(
        self, _: LineVerbalizer, source: Source, start: int, stop: int
    ) -> Iterator[list[Utterance]]:
        warnings = DeceptionWarnings(self.verbalizer("").table)
        verbalizer = LiteralVerbalizer(self.options, source, start, stop, warnings)
        stereo = StereoPlacement(source, self.options.balance)
        for line in lines(source, start, stop):
            for utterances in verbalizer.phrases(line):
                yield stereo.placed(line, utterances)

    def spell(self, source: Source, start: int, end: int) -> Iterator[list[Utterance]]:
        """The characters of bytes `start` to `end`, one utterance each, in lists of bounded length."""
        yield from Speller(self.verbalizer("").table, self.options).phrases(source, start, end)

    def narration(self, key: str, offset: int) -> Utterance:
        """A sentence of the narrator that has no placeholders, for the place `offset`."""
        table = self.verbalizer("").table
        return Utterance(table.phrase(key), Category.NARRATION, offset, offset, language=table.tag)

    def outline(self, snapshot: Snapshot, offset: int | None = None) -> Outline:
        """The structure of the document, or of the innermost symbol at byte `offset`."""
        return Outline(snapshot, self.verbalizer(snapshot.language.name), offset)

    def describe(self, snapshot: Snapshot, offset: int) -> Description:
        """What is at byte `offset`."""
        return describe(snapshot, offset, self.verbalizer(snapshot.language.name))

    def locate(self, snapshot: Snapshot, offset: int) -> Location:
        """In which line, symbols and part of the document byte `offset` is."""
        return locate(snapshot, offset, self.verbalizer(snapshot.language.name))


# ---- words of every file -----------------------------------------------------------------------------------

MOST_LEVELS = 8
"""Sentences about levels of indentation and nesting are included up to this number."""

_WORD = re.compile(r"[A-Za-z_]{2,}")
_ROLE = re.compile(r"@role\.([\w.]+)")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LANGUAGE_CATEGORIES = (Category.KEYWORD, Category.OPERATOR, Category.LITERAL, Category.TYPE)


def common_words(wording: Wording, language: Language) -> Iterator[Utterance]:
    """Keywords, operators and narrator's sentences of a language, each once, without a source range."""
    seen: set[tuple[str, Category]] = set()
    verbalizer = wording.verbalizer(language.name)
    utterances = chain(
        _keywords(wording, language), _operators(verbalizer.table, language), _narration(verbalizer)
    )
    for utterance in utterances:
        if utterance.text and (utterance.text, utterance.category) not in seen:
            seen.add((utterance.text, utterance.category))
            yield utterance


def _fixed_tokens(language: Language) -> list[str]:
    """The keywords and symbols of the grammar; none for a language without a grammar."""
    if language.source not in grammar_names():
        return []
    grammar = load_grammar(language.source).language
    kinds = {grammar.node_kind_for_id(number) or "" for number in range(grammar.node_kind_count)}
    return sorted(kind for kind in kinds if kind and grammar.id_for_node_kind(kind, False) is not None)


def _keywords(wording: Wording, language: Language) -> Iterator[Utterance]:
    """The keywords, also those that are keywords in some places only."""
    for token in filter(_WORD.fullmatch, _fixed_tokens(language)):
        for one in chain.from_iterable(wording.lines(Document(token, language).snapshot())):
            category = one.category if one.category in _LANGUAGE_CATEGORIES else Category.KEYWORD
            yield Utterance(one.text, category, 0, 0, spell=one.spell, language=one.language)


def _operators(table: WordTable, language: Language) -> Iterator[Utterance]:
    """The words for the roles that tokens of the language can have."""
    tokens = _fixed_tokens(language)
    names = [TOKEN_ROLES[token] for token in tokens if token in TOKEN_ROLES]
    if tokens:
        names += _ROLE.findall(query_text(language.source))
    for role in filter(None, map(table.role, dict.fromkeys(names))):
        category = Category.PUNCTUATION if role.structure else Category.OPERATOR
        for text in (role.say, role.empty, *((role.texts or {}).get(token, "") for token in tokens)):
            yield Utterance(text, category, 0, 0, language=table.tag)


def _narration(verbalizer: LanguageVerbalizer) -> Iterator[Utterance]:
    """The narrator's sentences without placeholders, or with one for a number of levels."""
    table = verbalizer.table
    for sentence in map(str, table.section("phrases").values()):
        names = set(_PLACEHOLDER.findall(sentence))
        if not names <= {"levels", "depth"}:
            continue
        for count in range(2, MOST_LEVELS + 1) if names else (2,):
            number = verbalizer.numbers.cardinal(count)
            text = sentence.format(levels=number, depth=number)
            yield Utterance(text, Category.NARRATION, 0, 0, language=table.tag)
