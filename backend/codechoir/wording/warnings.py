"""Deceptive places in the narrator's words."""

from __future__ import annotations

from codechoir.wording.characters import name_of
from codechoir.wording.deception import Finding, foreign_letters
from codechoir.wording.speakable import cleaned
from codechoir.wording.tables import Words

_MOST_LETTERS = 5


class Warnings:
    """The words that warn of what could deceive."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._phrases = words.section("deception")

    def words(self, finding: Finding) -> str:
        """One sentence for one finding."""
        template = str(self._phrases[finding.kind])
        if finding.kind in ("mixed", "lookalike"):
            letters = [name_of(char, self._words) for char in foreign_letters(finding.text)[:_MOST_LETTERS]]
            return cleaned(template.format(word=cleaned(finding.text), letters=", ".join(letters)))
        return cleaned(template.format(name=name_of(finding.text, self._words)))
