"""How a language is parsed: a document under edits, an embedded text, a piece of code in a comment.

Each language names its parser in `language.toml`: a grammar, Pygments, or none, for prose. `make_parsing`
returns the object that keeps up with the edits of a document; `analyse_embedded` parses a fragment once.

A piece of code in a comment may be an expression, a type, a statement or a declaration. `snippet_spans`
parses it as each of them in turn, with the wrappings that the language names, until it has no errors.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import tree_sitter

from codechoir.languages import Language, language_folders, language_named, load_grammar
from codechoir.model import Span
from codechoir.syntax import safe_parsing
from codechoir.syntax.analysis import Analysis, DocumentAnalysis, ProseAnalysis, TokenAnalysis
from codechoir.syntax.diff_analysis import DiffAnalysis
from codechoir.syntax.embedded_languages import EmbeddedTexts, FragmentAnalysis
from codechoir.syntax.lexer import LexerAnalysis
from codechoir.syntax.revisions import Edit, Revision
from codechoir.syntax.tree_analysis import DISGUISED_GRAMMARS, TreeAnalysis

if TYPE_CHECKING:
    from codechoir.syntax.disguise import Disguise


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
    from codechoir.syntax.disguise import DISGUISES

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


@dataclass(frozen=True, slots=True)
class Disguised:
    """A text, and what its parser gets."""

    text: bytes
    seen: bytes

    def replaced(self, disguise: Disguise, text: bytes) -> tuple[Disguised, Edit]:
        """The next text, and the edit that makes what the parser gets now of what it got before."""
        if not disguise.by_line:
            after = Disguised(text, disguise.change(text))
            start, same = _common(self.seen, after.seen)
            return after, _edit(self.seen, after.seen, start, same)
        start, same = _common(self.text, text)
        start = text.rfind(b"\n", 0, start) + 1
        line_end = text.find(b"\n", len(text) - same)
        same = len(text) - line_end if line_end >= 0 else 0
        old_end, new_end = len(self.text) - same, len(text) - same
        seen = b"".join((self.seen[:start], disguise.change(text[start:new_end]), self.seen[old_end:]))
        return Disguised(text, seen), _edit(self.seen, seen, start, same)


def _common(before: bytes, after: bytes) -> tuple[int, int]:
    """Lengths of the longest common beginning, and of the longest common end beside it."""
    shorter = min(len(before), len(after))
    low, high = 0, shorter
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    start, low, high = low, 0, shorter - low
    while low < high:
        middle = (low + high + 1) // 2
        if before[len(before) - middle : len(before) - low] == after[len(after) - middle : len(after) - low]:
            low = middle
        else:
            high = middle - 1
    return start, low


def _edit(before: bytes, after: bytes, start: int, same: int) -> Edit:
    old_end, new_end = len(before) - same, len(after) - same
    points = (_point(before, start), _point(before, old_end), _point(after, new_end))
    return Edit(start, old_end, new_end, *points)


def _point(text: bytes, byte: int) -> tuple[int, int]:
    return text.count(b"\n", 0, byte), byte - (text.rfind(b"\n", 0, byte) + 1)


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

    def parse_afresh(
        self, text: bytes, revision: Revision, analysis: DocumentAnalysis
    ) -> DocumentAnalysis | None:
        """What a parse without the history gives; None if `analysis`, from `parse`, is the same.

        Never makes `parse` wait. Raises `CancelledError`. Default: None.
        """
        return None

    def _token_by_token(self, text: bytes, reason: str) -> tuple[DocumentAnalysis, str]:
        warning = f"the text is {reason}; it is read token by token, without structure"
        return TokenAnalysis(text, self._language.name), warning


_PARSED_AT_ONCE: Final = 16_000
"""Bytes of a text with errors that are parsed afresh without anybody having to wait: some 10 ms."""

_SOON_BYTES: Final = 50_000
"""A longer text is tried again later after a failure, since an attempt takes longer."""

_MOST_SKIPPED: Final = 500
"""Texts that are not parsed after the last of many failures."""

TOO_LONG = f"longer than {MAX_PARSED_BYTES >> 20} MiB"


class TreeParsing(Parsing):
    """By a grammar: parses what was edited since the last time.

    After a failure it tries again ever more seldom: who edits a hopeless text need not wait each time.

    How a parser goes on after an error depends on the trees before. So that the same text always gets the
    same spans, a text with errors is parsed afresh: at once if it is short, else by `parse_afresh`.
    """

    def __init__(self, language: Language) -> None:
        super().__init__(language)
        self._grammar = load_grammar(language.source)
        self._parser = tree_sitter.Parser(self._grammar.language)
        self._disguise = _disguise_of(self._grammar.name)
        self._newest: tuple[Revision, tree_sitter.Tree, Disguised] | None = None
        self._failures = self._texts_to_skip = 0
        self._skipped: Revision | None = None
        self._embedded = EmbeddedTexts(analyse_embedded)

    def _parse(self, text: bytes, revision: Revision) -> tuple[DocumentAnalysis, str]:
        if len(text) > MAX_PARSED_BYTES:
            self._newest = None
            return self._token_by_token(text, TOO_LONG)
        if self._texts_to_skip:
            self._texts_to_skip -= 1
            self._skipped = revision
        else:
            try:
                tree, is_provisional = self._tree(text, revision)
                self._failures = 0
                return self._analysis(tree, text, is_provisional=is_provisional), ""
            except safe_parsing.TooComplexError:
                self._newest = None
                self._texts_to_skip = min(
                    (1 + len(text) // _SOON_BYTES) << min(self._failures, 9), _MOST_SKIPPED
                )
                self._failures += 1
        return self._token_by_token(text, f"too complex to parse as {self._language.title}")

    def parse_afresh(
        self, text: bytes, revision: Revision, analysis: DocumentAnalysis
    ) -> DocumentAnalysis | None:
        """By a tree made from no other one, if the tree of `analysis` has errors or there is none."""
        is_provisional = isinstance(analysis, TreeAnalysis) and analysis.is_provisional
        if not is_provisional and self._skipped is not revision:
            return None
        current = Disguised(text, self._seen(text))
        try:
            tree = safe_parsing.parse(tree_sitter.Parser(self._grammar.language), self._grammar, current.seen)
        except safe_parsing.TooComplexError:
            return None
        with self._lock:
            if self._skipped is revision:
                self._failures = self._texts_to_skip = 0
            if self._newest is None or self._newest[0] is revision:
                self._newest = revision, tree, current
        return self._analysis(tree, text)

    def _seen(self, text: bytes) -> bytes:
        """What the parser gets for this text."""
        return text if self._disguise is None else self._disguise.change(text)

    def _analysis(self, tree: tree_sitter.Tree, text: bytes, *, is_provisional: bool = False) -> TreeAnalysis:
        name = self._language.name
        return TreeAnalysis(self._grammar, tree, text, name, self._embedded, is_provisional=is_provisional)

    def _tree(self, text: bytes, revision: Revision) -> tuple[tree_sitter.Tree, bool]:
        """The tree of `text`, and whether that of a parse without the history may differ.

        Made from the newest one if `revision` is later than that.
        """
        newest = self._newest
        changes = newest[0].changes_until(revision) if newest is not None else None
        if newest is None or changes is None:  # none, or one of a later text, which is kept
            current = Disguised(text, self._seen(text))
            first = safe_parsing.parse(self._parser, self._grammar, current.seen)
            self._newest = newest or (revision, first, current)
            return first, False
        edited = newest[1].copy()  # the trees that snapshots hold do not change
        if self._disguise is not None:
            current, edit = newest[2].replaced(self._disguise, text)
            edited.edit(*edit)
        else:
            current = Disguised(text, text)
            for change in changes:
                if change.edit is not None:
                    edited.edit(*change.edit)
        tree: tree_sitter.Tree | None = None
        is_provisional = True
        is_short = len(text) <= _PARSED_AT_ONCE
        with suppress(*([safe_parsing.TooComplexError] if is_short else [])):
            inserted = sum(len(change.inserted) for change in changes)
            tree = safe_parsing.parse(self._parser, self._grammar, current.seen, edited, inserted)
            is_provisional = tree.root_node.has_error
        if tree is None or (is_provisional and is_short):
            tree, is_provisional = safe_parsing.parse(self._parser, self._grammar, current.seen), False
        self._newest = revision, tree, current
        return tree, is_provisional


class LexerParsing(Parsing):
    """By Pygments: lexes the text again after an edit, as far as a window needs.

    After a text that took too much work it tries again ever more seldom, as `TreeParsing` does.
    """

    def __init__(self, language: Language) -> None:
        super().__init__(language)
        self._start_helper()
        self._newest: LexerAnalysis | None = None
        self._failures = self._texts_to_skip = 0
        self._skipped: Revision | None = None

    def _parse(self, text: bytes, revision: Revision) -> tuple[DocumentAnalysis, str]:
        if len(text) > MAX_PARSED_BYTES:
            return self._token_by_token(text, TOO_LONG)
        if self._newest is not None and self._newest.warning:
            self._texts_to_skip = min(1 << min(self._failures, 9), _MOST_SKIPPED)
            self._failures += 1
            self._newest = None
        if self._texts_to_skip:
            self._texts_to_skip -= 1
            self._skipped = revision
            return self._token_by_token(text, f"too complex to read as {self._language.title}")
        return self._lexed(text), ""

    def parse_afresh(
        self, text: bytes, revision: Revision, analysis: DocumentAnalysis
    ) -> DocumentAnalysis | None:
        """By the lexer, if the text was skipped. It is lexed when its spans are needed."""
        if self._skipped is not revision:
            return None
        with self._lock:
            return self._lexed(text)

    def _start_helper(self) -> None:
        """Loads the lexer in the helper, so that the first window need not wait for it."""
        from codechoir.syntax.lexer_helper import lexer_helper

        lexer_helper().start(self._language.source)

    def _lexed(self, text: bytes) -> LexerAnalysis:
        self._start_helper()  # it may have ended meanwhile
        self._newest = LexerAnalysis(text, self._language.name, self._language.source)
        return self._newest


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


SNIPPET_PLACE = "SNIPPET"
"""What a wrapping has in place of the piece."""

_LONGEST_SNIPPET = 240
"""Bytes up to which a piece is parsed: more is no piece of a line."""


@lru_cache(maxsize=1024)
def snippet_spans(language: Language, text: str) -> tuple[Span, ...]:
    """The spans of a piece of code, with offsets in it; empty if it is no code of the language."""
    content = text.encode()
    if len(content) > _LONGEST_SNIPPET or "\x00" in text:
        return ()
    if language.parser == "pygments":
        return tuple(LexerAnalysis(content, language.name, language.source).spans(0, len(content)))
    if language.parser != "grammar":
        return ()
    grammar = load_grammar(language.source)
    parser = tree_sitter.Parser(grammar.language)
    for wrapping in language_folders().snippet_wrappings(language.source):
        before, _, after = wrapping.partition(SNIPPET_PLACE)
        wrapped = f"{before}{text}{after}".encode()
        try:
            tree = safe_parsing.parse(parser, grammar, wrapped)
        except safe_parsing.TooComplexError:
            return ()
        if not tree.root_node.has_error:
            analysis = TreeAnalysis(grammar, tree, wrapped, language.name)
            fragment = FragmentAnalysis(analysis, len(before.encode()), len(content))
            return tuple(fragment.spans(0, len(content)))
    return ()
