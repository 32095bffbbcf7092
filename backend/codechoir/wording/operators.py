"""Operators, brackets and separators: by what they do, by their text, by the names of their characters."""

from __future__ import annotations

from codechoir.model import Category
from codechoir.settings import LEVELS, Level, WordingOptions
from codechoir.wording.characters import name_of, plural_of, runs
from codechoir.wording.numbers import Numbers
from codechoir.wording.tables import Fragment, RoleWords, Words

REPEATED = 3
"""So many equal characters are counted rather than named one by one."""

_CUES = {
    "(": "paren-open", ")": "paren-close", "[": "bracket-open", "]": "bracket-close",
    "{": "brace-open", "}": "brace-close", "<": "angle-open", ">": "angle-close",
}  # fmt: skip
"""The earcons for brackets, when they are told by sound; `voices/cues.toml` says how they sound."""

_MULTIPLE_PAUSE = 30
"""Milliseconds after punctuation of which nothing more is known."""


class Symbols:
    """Words for tokens without letters."""

    def __init__(self, words: Words, numbers: Numbers, options: WordingOptions) -> None:
        self._words = words
        self._numbers = numbers
        self._brackets = options.brackets
        self._cues = options.cues

    def said(self, text: str, role: str, category: Category, level: Level) -> Fragment:
        """How a symbolic token is told. An operator is never silent."""
        said = self._by_meaning(text, role, category, level)
        if not said.text and category is Category.OPERATOR:
            return said._replace(text=self.names(text))
        return said

    def _by_meaning(self, text: str, role: str, category: Category, level: Level) -> Fragment:
        if level not in ("some", "most"):
            return Fragment(self.names(text))
        entry = self._words.role(role)
        operators = self._words.section("operators")
        if entry is not None and (entry.structure or entry.words(text) or text not in operators):
            return self._by_role(text, entry, level)
        if text in operators and (category is Category.OPERATOR or len(text) > 1):
            return Fragment(str(operators[text]))
        always = category is not Category.PUNCTUATION
        return Fragment(self.names(text, None if always else level), after=0 if always else _MULTIPLE_PAUSE)

    def _by_role(self, text: str, entry: RoleWords, level: Level) -> Fragment:
        words = entry.words(text)
        if not entry.structure:
            return Fragment(words, before=entry.before, after=entry.after)
        if level == "most" or self._has_words(text):
            named = self.names(text, "most")
            if named:
                return Fragment(named, after=entry.after)
        cue = _CUES.get(text[:1], "") if self._brackets == "sound" and self._cues else ""
        return Fragment(words, before=entry.before, after=entry.after, cue=cue)

    def _has_words(self, text: str) -> bool:
        if self._brackets == "words":
            return any(char in _CUES for char in text)
        return self._brackets == "parentheses" and any(char in "()" for char in text)

    def names(self, text: str, level: Level | None = None) -> str:
        """The characters by name, runs counted; with a level only those that it says."""
        rank = len(LEVELS) if level is None else LEVELS.index(level)
        said = []
        for char, count in runs(text):
            symbol = self._words.symbols.get(char)
            if symbol is not None and LEVELS.index(symbol.level) > rank:
                continue
            if char.isspace() and level is not None:
                continue
            said.append(self.counted(char, count))
        return " ".join(said)

    def counted(self, char: str, count: int) -> str:
        """A character's name; several of it are named one by one or counted."""
        if count < REPEATED:
            return " ".join([name_of(char, self._words)] * count)
        return self._words.phrase(
            "repeated", count=self._numbers.cardinal(count), what=plural_of(char, self._words.symbols)
        )
