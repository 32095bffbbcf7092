"""The words that every file of a language needs: its keywords, its operators, and what the narrator says.

They are few and come again and again, so an engine that computes long can make them ahead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from codechoir.model import Category, Utterance
from codechoir.syntax.document import Document
from codechoir.syntax.grammars import GRAMMARS, load, query_text
from codechoir.syntax.languages import Language
from codechoir.syntax.token_roles import TOKEN_ROLES
from codechoir.wording.book import Book
from codechoir.wording.tables import Words
from codechoir.wording.wording import Wording

MOST_LEVELS = 8
"""The narrator counts levels of indentation and nesting up to this."""

_WORD = re.compile(r"[A-Za-z_]{2,}")
_ROLE = re.compile(r"@role\.([\w.]+)")
_GAP = re.compile(r"\{(\w+)\}")
_SAID_BY_THE_LANGUAGE = (Category.KEYWORD, Category.OPERATOR, Category.LITERAL, Category.TYPE)


def lexicon(wording: Wording, language: Language) -> Iterator[Utterance]:
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


def _narrator(book: Book) -> Iterator[Utterance]:
    """The narrator's sentences that have no gap, or one for a number of levels."""
    for sentence in map(str, book.words.section("phrases").values()):
        gaps = set(_GAP.findall(sentence))
        if not gaps <= {"levels", "depth"}:
            continue
        for count in range(2, MOST_LEVELS + 1) if gaps else (2,):
            number = book.numbers.cardinal(count)
            text = sentence.format(levels=number, depth=number)
            yield Utterance(text, Category.NARRATION, 0, 0, language=book.words.tag)
