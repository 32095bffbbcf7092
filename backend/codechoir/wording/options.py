"""What a listener can choose about how code is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codechoir.model import Category
from codechoir.settings import Balance, Brackets, Capitals, Indentation, Level

__all__ = ["Balance", "Brackets", "Capitals", "Indentation", "WordingOptions"]


@dataclass(frozen=True, slots=True)
class WordingOptions:
    """The choices, with their defaults.

    `level`: how much punctuation is said. `levels`: exceptions from it, by category (`comment`), by language
    (`python`) or by both (`python.comment`); the finest wins. `natural_language`: which table (BCP 47).
    `indentation`: how a change of level is told. `brackets`: what structural brackets are below the level at
    which they have names: a pause, a sound, words, or words for parentheses only. `depth`: nesting of
    brackets beyond which it is said, 0 for never. `cues`: whether earcons are named at all. `capitals`: how a
    capital is marked, in names and in spelling: by a word ("cap"), or by a step in pitch (the capture
    `capital`). `balance`: what moves the words between left and right. `phonetic`: spell as "alfa bravo".
    `closers`: whether a closer says what it closes. `doc_code`: whether code in back-ticks inside a comment
    is worded as code. `mute`: categories that are not read; `solo`: the only ones that are, when not empty.
    `signatures`: read only the signatures of functions and types. `tables`: further word tables, the
    strongest first (the user's, then the project's).
    """

    level: Level = "some"
    levels: Mapping[str, Level] = field(default_factory=dict)
    natural_language: str = "en"
    indentation: Indentation = "tone"
    brackets: Brackets = "pause"
    depth: int = 3
    cues: bool = True
    capitals: Capitals = "off"
    balance: Balance = "off"
    phonetic: bool = False
    closers: bool = True
    doc_code: bool = True
    mute: frozenset[Category] = frozenset()
    solo: frozenset[Category] = frozenset()
    signatures: bool = False
    tables: tuple[Path, ...] = ()

    def level_of(self, language: str, category: Category) -> Level:
        """The level for one category of one language."""
        if not self.levels:
            return self.level
        for key in (f"{language}.{category.value}", category.value, language):
            if key in self.levels:
                return self.levels[key]
        return self.level

    def is_heard(self, category: Category) -> bool:
        """Whether the listener wants this category; the narrator is always heard."""
        if category is Category.NARRATION:
            return True
        return category not in self.mute and (not self.solo or category in self.solo)
