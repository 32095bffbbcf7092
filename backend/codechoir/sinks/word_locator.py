"""The source of a spoken word: a mark has the range of its whole utterance, an eye wants the word."""

from __future__ import annotations

from codechoir.model import Mark

MOST_SKIPPED = 60
"""How many characters after the previous word a word is looked for."""


class WordLocator:
    """Finds the source of spoken words, mark by mark, in the order of the reading.

    Words that are not in the source as they are said (`equals` for `=`, `zero point five` for `0.5`) have the
    range of their utterance.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._utterance = (-1, -1)
        self._source = ""
        self._at = 0

    def locate(self, mark: Mark) -> tuple[int, int]:
        """The bytes of the source that `mark` says, half open."""
        if self._utterance != (mark.phrase, mark.part):
            self._utterance = (mark.phrase, mark.part)
            self._source = self._text[mark.start : mark.end].decode("utf-8", "replace")
            self._at = 0
        word = "".join(character for character in mark.text if character.isalnum())
        place = self._find(word) if word else None
        if place is None:
            return mark.start, mark.end
        self._at = place + len(word)
        start = mark.start + len(self._source[:place].encode())
        return start, start + len(self._source[place : self._at].encode())

    def _find(self, word: str) -> int | None:
        """Index of `word` in the utterance's source, after the word before it."""
        last = min(len(self._source) - len(word), self._at + MOST_SKIPPED)
        for place in range(self._at, last + 1):
            there = self._source[place : place + len(word)]
            if there.casefold() == word.casefold() and self._can_begin(place):
                return place
        return None

    def _can_begin(self, place: int) -> bool:
        """Whether a word may begin here: after no letter, at a capital, or where the last one ended."""
        if place in (0, self._at):
            return True
        before, here = self._source[place - 1], self._source[place]
        return (
            not before.isalnum()
            or (here.isupper() and not before.isupper())
            or here.isdigit() != before.isdigit()
        )
