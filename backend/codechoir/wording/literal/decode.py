"""From the words of the level `literal` back to the exact source text.

Only the words and the category of each utterance are used, which is what a listener hears. Utterances of the
narrator (warnings) are not a part of the source and are skipped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from codechoir.errors import InputError
from codechoir.model import Category
from codechoir.wording.characters import SENTENCE_PUNCTUATION
from codechoir.wording.literal.alphabet import LiteralLexicon, literal_lexicon

_REMEDY = "decode reads the output of: codechoir words --level literal"


def decode_literal(utterances: Iterable[tuple[str, str]]) -> bytes:
    """The source as UTF-8 from utterances, each as its text and its category, in order.

    Raises `InputError` if the words are not those of the level `literal`.
    """
    decoder = _Decoder(literal_lexicon())
    for text, category in utterances:
        if category != Category.NARRATION:
            decoder.decode([word.strip(SENTENCE_PUNCTUATION) for word in text.split()])
    return "".join(decoder.parts).encode()


class _Decoder:
    """Reads words. `parts` is the source so far. A phrase never crosses the end of an utterance."""

    def __init__(self, lexicon: LiteralLexicon) -> None:
        self.parts: list[str] = []
        self._lexicon = lexicon
        self._after_letters = False
        self._joined = False
        self._pads = False
        self._words: list[str] = []
        self._markers = {
            "word": self._word,
            "cap": self._cap,
            "caps": self._caps,
            "joined": self._join,
            "spelled": self._spelled,
            "padded": self._padded,
            "unicode": self._unicode,
            "code_point": self._code_point,
        }

    def decode(self, words: list[str]) -> None:
        """Decodes the words of one utterance."""
        self._words = [word for word in words if word]
        at = 0
        while at < len(self._words):
            at = self._phrase(at)

    def _phrase(self, at: int) -> int:
        """Decodes the phrase that begins with word `at`; returns the index of the next one."""
        words, lexicon = self._words, self._lexicon
        for size in range(min(lexicon.longest, len(words) - at), 0, -1):
            phrase = tuple(words[at : at + size])
            if phrase in lexicon.phrases:
                self._symbol(lexicon.phrases[phrase])
                return at + size
            if phrase in lexicon.markers:
                return self._markers[lexicon.markers[phrase]](at + size)
        run = self._run(at)
        if run:
            return run
        word = words[at]
        if len(word) == 1 and word.isdecimal():
            self._symbol(word)
        else:
            self._letters(word)
        return at + 1

    def _run(self, at: int) -> int:
        """Decodes several equal characters, such as "four spaces"; returns 0 if there are none."""
        words, lexicon = self._words, self._lexicon
        for size in (2, 1):
            count = lexicon.counts.get(tuple(words[at : at + size]))
            if count is None:
                continue
            begin = at + size
            for length in range(lexicon.longest, 0, -1):
                char = lexicon.several.get(tuple(words[begin : begin + length]))
                if char is not None and begin + length <= len(words):
                    self._symbol(char * count)
                    return begin + length
        return 0

    def _symbol(self, text: str) -> None:
        self.parts.append(f" {text} " if self._pads else text)
        self._pads = self._joined = self._after_letters = False

    def _letters(self, text: str, *, spaced: bool = True) -> None:
        """Adds letters, with a space before them if letters came before and "joined" was not said."""
        if spaced and self._after_letters and not self._joined:
            self.parts.append(" ")
        self.parts.append(text)
        self._after_letters, self._joined = True, False

    # ---- markers: each decodes what follows it and returns the index of the next phrase --------------------

    def _word(self, at: int) -> int:
        self._letters(self._next(at))
        return at + 1

    def _cap(self, at: int) -> int:
        self._letters(self._next(at).capitalize(), spaced=False)
        return at + 1

    def _caps(self, at: int) -> int:
        word = self._next(at)
        if len(word) > 1:
            self._letters(word.upper(), spaced=False)
            return at + 1
        letters, at = self._single_letters(at)
        self._letters(letters.upper(), spaced=False)
        return at

    def _spelled(self, at: int) -> int:
        letters, at = self._single_letters(at)
        self._letters(letters)
        return at

    def _join(self, at: int) -> int:
        self._joined = True
        return at

    def _padded(self, at: int) -> int:
        self._pads = True
        return at

    def _unicode(self, at: int) -> int:
        name, at = self._until_end(at)
        try:
            self._symbol(unicodedata.lookup(" ".join(name).upper()))
        except KeyError:
            raise InputError(f"'{' '.join(name)}' is not the name of a character; {_REMEDY}") from None
        return at

    def _code_point(self, at: int) -> int:
        digits, at = self._until_end(at)
        try:
            self._symbol(chr(int("".join(digits), 16)))
        except (ValueError, OverflowError):
            raise InputError(f"'{' '.join(digits)}' is not a code point; {_REMEDY}") from None
        return at

    def _next(self, at: int) -> str:
        if at >= len(self._words):
            raise InputError(f"a word is missing after '{' '.join(self._words[-2:])}'; {_REMEDY}")
        return self._words[at]

    def _single_letters(self, at: int) -> tuple[str, int]:
        begin = at
        while at < len(self._words) and len(self._words[at]) == 1 and self._words[at].isalpha():
            at += 1
        letters = "".join(self._words[begin:at])
        return letters, at + (at < len(self._words) and self._words[at] in self._lexicon.ends)

    def _until_end(self, at: int) -> tuple[list[str], int]:
        for end in range(at, len(self._words)):
            if self._words[end] in self._lexicon.ends:
                return self._words[at:end], end + 1
        raise InputError(f"'end' is missing after '{' '.join(self._words[at:][:8])}'; {_REMEDY}")
