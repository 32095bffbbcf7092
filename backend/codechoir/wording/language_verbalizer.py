"""Which speaker words a token: by its role, its capture, its category and its text.

All the words of one programming language, and the answers that were found in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from codechoir.model import Category, Span
from codechoir.settings import Level, WordingOptions
from codechoir.wording.characters import cleaned
from codechoir.wording.comments import Comments, Snippets
from codechoir.wording.context import Hint
from codechoir.wording.line_source import LinePiece
from codechoir.wording.literal.writer import LiteralWriter, breaths, marked
from codechoir.wording.names import Names
from codechoir.wording.numbers import Numbers
from codechoir.wording.operators import Symbols
from codechoir.wording.prose import Prose
from codechoir.wording.regexps import Regexps
from codechoir.wording.spelling import Escapes, Spelling
from codechoir.wording.strings import Strings
from codechoir.wording.tables import Fragment, is_spelled, load_words

Kind = Literal[
    "bom",
    "character",
    "comment",
    "escape",
    "flag",
    "format",
    "heredoc",
    "name",
    "number",
    "prose",
    "regexp",
    "string",
    "symbol_name",
    "symbols",
]

_BY_ROLE: Mapping[str, Kind] = {
    "bom": "bom",
    "character": "character",
    "expansion.operator": "symbols",
    "test.operator": "symbols",
    "docstring": "comment",
    "flag": "flag",
    "format.spec": "format",
    "list": "symbols",
    "heredoc": "heredoc",
    "heredoc.body": "prose",
    "heredoc.end": "name",
    "heredoc.word": "name",
    "regexp": "regexp",
    "string": "string",
    "string.escape": "escape",
    "symbol": "symbol_name",
    "task": "symbols",
    "text": "prose",
}
_BY_CAPTURE: Mapping[str, Kind] = {
    "boolean": "name",
    "character": "character",
    "comment": "comment",
    "constant": "name",
    "escape": "escape",
    "number": "number",
    "string": "string",
    "string.documentation": "comment",
    "string.escape": "escape",
    "string.regex": "regexp",
    "string.regexp": "regexp",
    "string.special.regex": "regexp",
    "string.special.symbol": "symbol_name",
}
_BY_LANGUAGE: Mapping[str, Kind] = {"regex": "regexp"}

_AS_WRITTEN = frozenset(
    (
        *(
            "code.close",
            "code.open",
            "defined",
            "global.variable",
            "guard",
            "ternary.if",
            "ternary.otherwise",
        ),
        *("variable", "variance"),
    )
)
"""Roles of tokens that are words themselves."""


def kind_of(span: Span, text: str) -> Kind:
    """Who words this token. `text` is the token, or the part of it that is read."""
    if span.language in _BY_LANGUAGE:
        return _BY_LANGUAGE[span.language]
    kind = _longest(_BY_ROLE, span.role)
    if kind is not None:
        return kind
    if span.category is Category.COMMENT:
        return "comment"
    has_words = any(char.isalnum() for char in text)
    if span.category is Category.LITERAL:
        return _literal(span.capture, text)
    if has_words:
        return "number" if text[0].isdecimal() else "name"
    return "symbols"


def _literal(capture: str, text: str) -> Kind:
    kind = _longest(_BY_CAPTURE, capture)
    if text[0].isdecimal() and kind in ("name", None):
        return "number"
    if kind == "escape" and text[0] != "\\" and any(char.isalnum() for char in text):
        return "string"
    return kind or "string"


def _longest(table: Mapping[str, Kind], name: str) -> Kind | None:
    while name:
        if name in table:
            return table[name]
        name = name.rpartition(".")[0]
    return None


def spoken_by_kind(role: str) -> bool:
    """Whether the words of a role come from what the token is, rather than from the table of roles."""
    return role in _AS_WRITTEN or _longest(_BY_ROLE, role) is not None


_REMEMBERED = 20_000
"""So many answers are kept; then the memory starts again, which costs less than keeping order in it."""

_LONGEST_KEY = 80
"""Longer tokens are hardly ever met twice."""

_BUNDLE = 3
"""An option with one dash and so few letters is a bundle of options: `-rf`."""

_SYLLABLE = re.compile(r"[^aeiou][aeiou][^aeiou]", re.IGNORECASE)
"""Three letters that make a word, as in `find -not`, are none."""

_TOLD_BEFORE: Mapping[str, tuple[Level, ...]] = {"label": ("some", "most"), "variable.dynamic": ("some",)}
"""Roles of names whose words stand before the name, and the levels at which they do."""

_WORD_OPERATORS = frozenset(("logical.and", "logical.or", "logical.xor", "logical.not"))
"""Roles of operators that may be words: `and` of Ruby is not its `&&`."""

_LONG = ("string", "docstring", "character", "symbol")
_BEGINS = frozenset(("", *_LONG, *(f"{role}.open" for role in _LONG)))
_ENDS = frozenset(("", *_LONG, *(f"{role}.close" for role in _LONG)))
"""Roles of the tokens that have the opening, and the closing, of what they are a part of."""


class LanguageWords:
    """Words for the pieces of one programming language; the same answer for the same piece, at once."""

    def __init__(self, options: WordingOptions, language: str) -> None:
        self.words = load_words(options.natural_language, language, options.tables)
        self.numbers = Numbers(self.words)
        self.symbols = Symbols(self.words, self.numbers, options)
        self.names = Names(self.words, self.numbers, self.symbols, options)
        self.escapes = Escapes(self.words, self.numbers)
        self.prose = Prose(self.words, self.numbers, self.names, self.symbols, self.escapes)
        self.snippets = Snippets(self.names, self.numbers, self.symbols)
        self.regexps = Regexps(self.words, self.numbers, self.names, self.symbols, self.escapes)
        self.strings = Strings(self.words, self.prose, self.symbols, self.regexps, language)
        self.spelling = Spelling(self.words, WordingOptions())
        self.comments = Comments(self.words, self.prose, self.names, self.snippets, self.symbols, options)
        self._speakers = {
            "bom": self._bom,
            "character": self._character,
            "comment": self._comment,
            "escape": self._escape,
            "flag": self._flag,
            "format": self._format,
            "heredoc": self._heredoc,
            "name": self._name,
            "number": self._number,
            "prose": self._prose,
            "regexp": self._regexp,
            "string": self._string,
            "symbol_name": self._symbol_name,
            "symbols": self._symbols,
        }
        self._answers: dict[tuple[object, ...], list[Fragment]] = {}

    def said(self, piece: LinePiece, level: Level, hint: Hint = "") -> list[Fragment]:
        """The parts of what is said for a piece, in order; together they cover it."""
        span, text = piece.span, piece.text
        key = (text, span.category, span.capture, span.role, level, piece.opens, piece.closes, hint)
        found = self._answers.get(key)
        if found is None:
            speak = self._dictated if level == "literal" else self._speakers[kind_of(span, text)]
            found = [_safe(said) for said in speak(piece, level, hint)]
            if hint == "inside" and level in ("some", "most"):
                found[0] = found[0]._replace(text=f"{self.words.phrase('inside')} {found[0].text}".strip())
            if len(text) <= _LONGEST_KEY:
                if len(self._answers) >= _REMEMBERED:
                    self._answers.clear()
                self._answers[key] = found
        return found

    def _dictated(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        """A token so that it can be written down, among others that are only worded."""
        groups = list(breaths(LiteralWriter(self.words.tag).units(piece.text, 0, "")))
        ends = [*(group[0].start for group in groups[1:]), -1]
        return [
            Fragment(" ".join(marked(group, self.words.tag)), group[0].start, end)
            for group, end in zip(groups, ends, strict=True)
        ]

    def _bom(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        return [Fragment(self.words.phrase("bom") if level == "all" else "")]

    def _character(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        kind, _, rest = piece.text.partition("?" if piece.text.startswith("?") else "'")
        inner = rest.removesuffix("'") or rest
        names = self.words.section("strings")
        what = str(names["byte_character" if kind == "b" else "character"])
        if piece.span.role == "character.open" and level == "some":
            return [Fragment(what)]
        if level == "all" or not inner:
            return self._string(piece, level, hint)
        is_escape = inner.startswith("\\")
        words = self.escapes.words_for(inner) if is_escape else self.prose.words(inner, "all", "raw")
        return [Fragment(f"{what} {words}")]

    def _comment(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        return self.comments.said(piece.text, level, opens=_opens(piece), closes=_closes(piece))

    def _escape(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if level == "all":
            return [Fragment(self.prose.words(piece.text, level, "raw"))]
        return [Fragment(self.escapes.words_for(piece.text))]

    def _flag(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        """An option of a command, with its dashes: without them it would be an argument."""
        name = piece.text.lstrip("-")
        dashes = self.symbols.names(piece.text[: len(piece.text) - len(name)])
        is_bundle = dashes.count(" ") == 0 and len(name) <= _BUNDLE and name.isalpha()
        is_bundle = is_bundle and not _SYLLABLE.fullmatch(name)
        said = " ".join(name) if is_bundle else self.prose.words(name, level, "word") if name else ""
        return [Fragment(f"{dashes} {said}".strip())]

    def _format(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if level != "some":
            return [Fragment(self.prose.words(piece.text, "all", "raw"))]
        return [Fragment(self.prose.format_words(piece.text.lstrip(":!,")))]

    def _heredoc(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if level == "all":
            return [Fragment(self.prose.words(piece.text, level, "raw"))]
        word = piece.text.lstrip("<~-'\"").rstrip("'\"")
        name = self.names.words(word, level) if word else ""
        return [Fragment(f"{self.words.section('strings')['document']} {name}".strip())]

    def _name(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        role = piece.span.role
        if role.startswith("heredoc") and piece.text[:1] in "'\"" and level != "all":
            return [self._quoted_word(piece.text.strip("'\""), role, level)]
        if not any(char.isalnum() for char in piece.text):
            return self._symbols(piece, level, hint)
        entry = self.words.role(role) if level in _TOLD_BEFORE.get(role, ()) else None
        if entry is not None:
            name = self.names.words(piece.text.strip("'"), level)
            return [Fragment(f"{entry.say} {name}")]
        if role in _WORD_OPERATORS and level in ("some", "most") and (entry := self.words.role(role)):
            words = (entry.texts or {}).get(piece.text.lower())
            if words:
                return [Fragment(words)]
        return self.names.parts(piece.text, level)

    def _quoted_word(self, word: str, role: str, level: Level) -> Fragment:
        """The word of a here-document in quotes, which make its text raw."""
        raw = "" if role == "heredoc.end" else str(self.words.section("strings")["raw"])
        return Fragment(f"{raw} {self.names.words(word, level) if word else ''}".strip())

    def _number(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        said = self.numbers.literal(piece.text) if level != "all" else None
        return [Fragment(said)] if said is not None else [self.names.said(piece.text, level)]

    def _prose(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if any(char.isalnum() for char in piece.text):
            is_document = piece.span.role.startswith("heredoc")
            return [Fragment(self.prose.words(piece.text, level, "heredoc" if is_document else "raw"))]
        return [Fragment(self.symbols.names(piece.text.strip()))]

    def _regexp(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if level == "all":
            return [Fragment(self.prose.words(piece.text, level, "raw"))]
        return [Fragment(self.regexps.token(piece.text, piece.span.role))]

    def _string(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        opens, closes = _opens(piece), _closes(piece)
        return [self.strings.said(piece.text, level, opens=opens, closes=closes, hint=hint)]

    def _symbol_name(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if level != "some":
            return [self.names.said(piece.text, level)]
        name = str(self.words.section("strings")["symbol"])
        return [Fragment(f"{name} {self.names.words(piece.text.strip(':'), level)}".strip())]

    def _symbols(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        span = piece.span
        exact = self.words.section("words").get(piece.text) if level in ("some", "most") else None
        if exact is not None:
            return [Fragment(str(exact))]
        if span.role == "lifetime" and level in ("some", "most"):  # `'_` of Rust
            what = self.words.role(span.role)
            return [Fragment(f"{what.say if what else ''} {self.symbols.names(piece.text[1:])}")]
        said = self.symbols.said(piece.text.strip(), span.role, span.category, level)
        if hint not in ("", "inside") and level == "some":
            said = said._replace(text=self._hinted(said.text, span.role, hint))
        return [said]

    def _hinted(self, said: str, role: str, hint: Hint) -> str:
        """The words for a bracket or separator, with what its neighbours tell."""
        if hint == "called":
            call = self.words.role("call.empty.open")
            return call.say if call is not None else said
        if hint == "told":
            return ""
        if hint == "skipped":
            return self.words.phrase("skipped")
        entry = self.words.role(role)
        if hint == "empty" and entry is not None and entry.empty:
            return entry.empty
        return self.words.phrase("empty", what=said).strip()


def _opens(piece: LinePiece) -> bool:
    return piece.opens and piece.span.role in _BEGINS


def _closes(piece: LinePiece) -> bool:
    return piece.closes and piece.span.role in _ENDS


def _safe(said: Fragment) -> Fragment:
    """Nothing but words may reach an engine, whatever the tables and the speakers above came up with."""
    text = cleaned(said.text)
    if text != said.text or (is_spelled(text) and not said.spell):
        return said._replace(text=text, spell=is_spelled(text))
    return said
