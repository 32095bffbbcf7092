"""How a token is worded: its kind, and the words for operators, brackets and separators.

`token_kind` decides by role, capture, category and text. `!=` gets its words here, in this order:

1. by its role, if the syntax tree knows one: `comparison.not.equal` in the section [roles] of the word table
   (`voices/words/en.toml`), or the more general role before its last dot;
2. by its text: `"!="` in the section [operators];
3. by the names of its characters: "bang equals", from the section [symbols]. At the level `all`, always.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from codechoir.model import Category, Span
from codechoir.settings import LEVELS, Level, WordingOptions
from codechoir.wording.characters import character_name, character_runs, plural_name
from codechoir.wording.line_source import Fragment
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.word_table import RoleEntry, WordTable

TokenKind = Literal[
    "bom",
    "character",
    "comment",
    "escape",
    "flag",
    "format",
    "heredoc",
    "list_item",
    "name",
    "number",
    "prose",
    "regexp",
    "string",
    "symbol_name",
    "symbols",
]

_BY_ROLE: Mapping[str, TokenKind] = {
    "bom": "bom",
    "character": "character",
    "expansion.operator": "symbols",
    "test.operator": "symbols",
    "diff": "symbols",
    "docstring": "comment",
    "flag": "flag",
    "format.spec": "format",
    "list": "symbols",
    "list.item": "list_item",
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
_BY_CAPTURE: Mapping[str, TokenKind] = {
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
_BY_LANGUAGE: Mapping[str, TokenKind] = {"regex": "regexp"}

_WORD_ROLES = frozenset(
    (
        *("code.close", "code.open", "defined", "global.variable", "guard", "ternary.if"),
        *("ternary.otherwise", "variable", "variance"),
    )
)
"""Roles of tokens that are words themselves."""


def token_kind(span: Span, text: str) -> TokenKind:
    """How the token is worded. `text`: the token, or the part of it that is read."""
    if span.language in _BY_LANGUAGE:
        return _BY_LANGUAGE[span.language]
    kind = _most_specific(_BY_ROLE, span.role)
    if kind is not None:
        return kind
    if span.category is Category.COMMENT:
        return "comment"
    has_words = any(char.isalnum() for char in text)
    if span.category is Category.LITERAL:
        return _literal_kind(span.capture, text)
    if has_words:
        return "number" if text[0].isdecimal() else "name"
    return "symbols"


def _literal_kind(capture: str, text: str) -> TokenKind:
    kind = _most_specific(_BY_CAPTURE, capture)
    if text[0].isdecimal() and kind in ("name", None):
        return "number"
    if kind == "escape" and text[0] != "\\" and any(char.isalnum() for char in text):
        return "string"
    return kind or "string"


def _most_specific(table: Mapping[str, TokenKind], name: str) -> TokenKind | None:
    """The entry for a dotted name, or for the more general name before its last dot."""
    while name:
        if name in table:
            return table[name]
        name = name.rpartition(".")[0]
    return None


def needs_no_role_words(role: str) -> bool:
    """Whether the words for a role come from the token itself, and not from the section `roles`."""
    return role in _WORD_ROLES or _most_specific(_BY_ROLE, role) is not None


FEWEST_COUNTED = 3
"""As many equal characters or more are counted, not named one by one."""

_CUES = {
    "(": "paren-open", ")": "paren-close", "[": "bracket-open", "]": "bracket-close",
    "{": "brace-open", "}": "brace-close", "<": "angle-open", ">": "angle-close",
}  # fmt: skip
"""The earcons for brackets, with `brackets = "sound"`; `voices/cues.toml` defines how they sound."""

_UNKNOWN_PAUSE = 30
"""Milliseconds after punctuation of unknown role."""


class OperatorVerbalizer:
    """Words for tokens without letters."""

    def __init__(self, table: WordTable, numbers: NumberVerbalizer, options: WordingOptions) -> None:
        self._table = table
        self._numbers = numbers
        self._brackets = options.brackets
        self._cues = options.cues

    def fragment(self, text: str, role: str, category: Category, level: Level) -> Fragment:
        """Words, pauses and earcon for one token. An operator is never silent."""
        fragment = self._by_meaning(text, role, category, level)
        if not fragment.text and category is Category.OPERATOR:
            return fragment._replace(text=self.names(text))
        return fragment

    def _by_meaning(self, text: str, role: str, category: Category, level: Level) -> Fragment:
        if level not in ("some", "most"):
            return Fragment(self.names(text))
        entry = self._table.role(role)
        operators = self._table.section("operators")
        if entry is not None and (entry.structure or entry.words(text) or text not in operators):
            return self._by_role(text, entry, level)
        if text in operators and (category is Category.OPERATOR or len(text) > 1):
            return Fragment(str(operators[text]))
        if category is Category.PUNCTUATION:
            return Fragment(self.names(text, level), after=_UNKNOWN_PAUSE)
        return Fragment(self.names(text))

    def _by_role(self, text: str, entry: RoleEntry, level: Level) -> Fragment:
        words = entry.words(text)
        if not entry.structure:
            return Fragment(words, before=entry.before, after=entry.after)
        if level == "most" or self._is_named_bracket(text):
            names = self.names(text, "most")
            if names:
                return Fragment(names, after=entry.after)
        cue = _CUES.get(text[:1], "") if self._brackets == "sound" and self._cues else ""
        return Fragment(words, before=entry.before, after=entry.after, cue=cue)

    def _is_named_bracket(self, text: str) -> bool:
        """Whether the setting `brackets` wants these brackets named."""
        if self._brackets == "words":
            return any(char in _CUES for char in text)
        return self._brackets == "parentheses" and any(char in "()" for char in text)

    def names(self, text: str, level: Level | None = None) -> str:
        """The names of the characters, equal ones counted; with a level, only of those that it names."""
        rank = len(LEVELS) if level is None else LEVELS.index(level)
        names = []
        for char, count in character_runs(text):
            symbol = self._table.symbols.get(char)
            if symbol is not None and LEVELS.index(symbol.level) > rank:
                continue
            if char.isspace() and level is not None:
                continue
            names.append(self.repeated_name(char, count))
        return " ".join(names)

    def repeated_name(self, char: str, count: int) -> str:
        """The name of several equal characters: "dash dash", but "three dashes"."""
        if count < FEWEST_COUNTED:
            return " ".join([character_name(char, self._table)] * count)
        number = self._numbers.cardinal(count)
        return self._table.phrase("repeated", count=number, what=plural_name(char, self._table))
