"""How a language is parsed: a document under edits, and a text embedded in another language.

Each language names its parser in `language.toml`: a grammar, Pygments, or none, for prose. `make_parsing`
returns the object that keeps up with the edits of a document; `analyse_embedded` parses a fragment once.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Final

import tree_sitter

from codechoir.languages import Language, language_folders, language_named, load_grammar
from codechoir.syntax import safe_parsing
from codechoir.syntax.analysis import Analysis, DocumentAnalysis, ProseAnalysis, TokenAnalysis
from codechoir.syntax.diff_analysis import DiffAnalysis
from codechoir.syntax.disguise import DISGUISED_GRAMMARS, Disguise, Disguised
from codechoir.syntax.embedded_languages import EmbeddedTexts
from codechoir.syntax.lexer import LexerAnalysis
from codechoir.syntax.revisions import Revision
from codechoir.syntax.tree_analysis import TreeAnalysis


def analyse_embedded(name: str, content: bytes, inner: EmbeddedTexts | None) -> Analysis | None:
    """The analysis of an embedded text; None where the language called `name` is unknown, or prose.

    `inner`: parses the languages inside the text; None: they stay plain.
    """
    folder = language_folders().folder(name)
    if folder is not None and folder.language is None:
        if len(content) > _MAX_FRAGMENT:
            return None
        return _by_grammar(name, folder.span_language, content, inner)
    if folder is None:
        from codechoir.syntax.fragments import FRAGMENTS, fragment_analysis

        if name in FRAGMENTS:

            def parse(name: str, content: bytes, *, flat: bool = False) -> Analysis | None:
                return analyse_embedded(name, content, None if flat else inner)

            return fragment_analysis(name, content, parse)
    language = language_named(name)
    if language is None or language.parser == "prose":
        return None
    if language.parser == "pygments":
        return LexerAnalysis(content, language.name, language.source)
    if language.parser == "diff":
        return DiffAnalysis(content, inner)
    return _by_grammar(language.source, language.name, content, inner)


def _disguise_of(grammar: str) -> Disguise | None:
    if grammar not in DISGUISED_GRAMMARS:
        return None
    from codechoir.syntax.disguise_rules import DISGUISES

    return DISGUISES[grammar]


def _by_grammar(name: str, language: str, content: bytes, inner: EmbeddedTexts | None) -> Analysis:
    grammar = load_grammar(name)
    try:
        parser = tree_sitter.Parser(grammar.language)
        disguise = _disguise_of(name)
        seen = content if disguise is None else disguise.change(content)
        tree = safe_parsing.parse(parser, grammar, seen)
    except safe_parsing.TooComplexError:
        return TokenAnalysis(content, language)
    return TreeAnalysis(grammar, tree, content, language, inner)


_MAX_FRAGMENT = 65536
"""Bytes up to which a text in an embedded-only language is parsed: a paragraph, a regular expression."""


MAX_PARSED_BYTES: Final = 5 * 1024 * 1024
"""A longer text is read token by token: its tree would take many seconds, and 60 times its size in memory."""


class Parsing(ABC):
    """Parses the texts of one document, one at a time; any thread may ask, and waits for its turn."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._lock = threading.Lock()

    def parse(self, text: bytes, revision: Revision) -> tuple[DocumentAnalysis, str]:
        """The analysis of `text`, which is that of `revision`, and a warning for the user, usually empty."""
        with self._lock:
            return self._parse(text, revision)

    @abstractmethod
    def _parse(self, text: bytes, revision: Revision) -> tuple[DocumentAnalysis, str]:
        """The same, called by one thread at a time."""

    def _token_by_token(self, text: bytes, reason: str) -> tuple[DocumentAnalysis, str]:
        warning = f"the text is {reason}; it is read token by token, without structure"
        return TokenAnalysis(text, self._language.name), warning


TOO_LONG = f"longer than {MAX_PARSED_BYTES >> 20} MiB"


class TreeParsing(Parsing):
    """By a grammar: parses what was edited since the last time. After a failure it does not try again."""

    def __init__(self, language: Language) -> None:
        super().__init__(language)
        self._grammar = load_grammar(language.source)
        self._parser = tree_sitter.Parser(self._grammar.language)
        self._disguise = _disguise_of(self._grammar.name)
        self._newest: tuple[Revision, tree_sitter.Tree, Disguised] | None = None
        self._given_up = False
        self._embedded = EmbeddedTexts(analyse_embedded)

    def _parse(self, text: bytes, revision: Revision) -> tuple[DocumentAnalysis, str]:
        name, title = self._language.name, self._language.title
        if len(text) > MAX_PARSED_BYTES:
            self._newest = None
            return self._token_by_token(text, TOO_LONG)
        if not self._given_up:
            try:
                tree = self._tree(text, revision)
                return TreeAnalysis(self._grammar, tree, text, name, self._embedded), ""
            except safe_parsing.TooComplexError:
                self._newest, self._given_up = None, True
        return self._token_by_token(text, f"too complex to parse as {title}")

    def _tree(self, text: bytes, revision: Revision) -> tree_sitter.Tree:
        """The tree of `text`, made from the newest one if `revision` is later than that."""
        if self._newest is None:
            return self._new_tree(Disguised(text, self._seen(text)), revision, None)
        before, tree, newest = self._newest
        changes = before.changes_until(revision)
        if changes is None:  # somebody needs an older text now; the newer tree is kept
            seen = self._seen(text)
            return safe_parsing.parse(self._parser, self._grammar, seen)
        edited = tree.copy()  # the trees that snapshots hold do not change
        if self._disguise is not None:
            current, edit = newest.replaced(self._disguise, text)
            edited.edit(*edit)
            return self._new_tree(current, revision, edited)
        for change in changes:
            if change.edit is not None:
                edited.edit(*change.edit)
        return self._new_tree(Disguised(text, text), revision, edited)

    def _seen(self, text: bytes) -> bytes:
        """What the parser gets for this text."""
        return text if self._disguise is None else self._disguise.change(text)

    def _new_tree(
        self, text: Disguised, revision: Revision, old: tree_sitter.Tree | None
    ) -> tree_sitter.Tree:
        tree = safe_parsing.parse(self._parser, self._grammar, text.seen, old)
        self._newest = revision, tree, text
        return tree


class LexerParsing(Parsing):
    """By Pygments: lexes the text again after an edit, as far as a window needs."""

    def _parse(self, text: bytes, revision: Revision) -> tuple[DocumentAnalysis, str]:
        if len(text) > MAX_PARSED_BYTES:
            return self._token_by_token(text, TOO_LONG)
        return LexerAnalysis(text, self._language.name, self._language.source), ""


class ProseParsing(Parsing):
    """Plain text needs no parsing."""

    def _parse(self, text: bytes, revision: Revision) -> tuple[DocumentAnalysis, str]:
        return ProseAnalysis(text, self._language.name), ""


class DiffParsing(Parsing):
    """A diff is parsed line by line, and its hunks in the languages of their files."""

    def __init__(self, language: Language) -> None:
        super().__init__(language)
        self._embedded = EmbeddedTexts(analyse_embedded)

    def _parse(self, text: bytes, revision: Revision) -> tuple[DocumentAnalysis, str]:
        if len(text) > MAX_PARSED_BYTES:
            return self._token_by_token(text, TOO_LONG)
        return DiffAnalysis(text, self._embedded), ""


_PARSINGS: dict[str, type[Parsing]] = {
    "grammar": TreeParsing,
    "pygments": LexerParsing,
    "prose": ProseParsing,
    "diff": DiffParsing,
}


def make_parsing(language: Language) -> Parsing:
    """The parsing that the language names as its `parser`."""
    return _PARSINGS[language.parser](language)
