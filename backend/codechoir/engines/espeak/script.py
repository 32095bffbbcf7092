"""What the library is given to say: the words of a whole breath as one safe text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from codechoir.engines.espeak.alphabets import Alphabet, safe
from codechoir.model import Spoken, Utterance

LONGEST_WORD = 40
"""Characters; a longer word is said, and marked, in pieces (the library's own limit is 160 bytes)."""

MOST_WORDS, MOST_BYTES = 40, 240
"""Size of one breath; a longer phrase takes several, cut after punctuation where there is some."""

_CLOSING = ",.;:?!"


@dataclass(frozen=True, slots=True)
class ScriptWord:
    """A word of an utterance.

    `part`: the utterance's index in its phrase. `text`: the word as written there. `is_letter`: a single
    letter, to be said by its name.
    """

    part: int
    text: str
    is_letter: bool = False

    @property
    def closes(self) -> bool:
        """Whether punctuation stands after it."""
        return self.text[-1] in _CLOSING

    def said(self, alphabet: Alphabet) -> str:
        """What a voice with this alphabet is given for it; empty when nothing can be said."""
        if self.is_letter and self.text in ("a", "A"):
            return "eh"  # how the library says the letter's name in any place; "a" would be the article
        return safe(self.text, alphabet)


@dataclass(frozen=True, slots=True)
class Script:
    """The text of a breath for one alphabet. `positions`: where each word begins in it, in characters.

    `lengths`: how many characters each has, none for a word that this alphabet cannot say.
    """

    text: str
    positions: tuple[int, ...]
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Breath:
    """What is said as one sentence."""

    words: tuple[ScriptWord, ...]

    def script(self, alphabet: Alphabet) -> Script:
        """The text that a voice with this alphabet is given."""
        said = [word.said(alphabet) for word in self.words]
        positions, at = [], 0
        for word in said:
            positions.append(at)
            at += len(word) + 1 if word else 0
        return Script(" ".join(filter(None, said)), tuple(positions), tuple(map(len, said)))


def breaths(parts: Iterable[Spoken], alphabet: Callable[[int], Alphabet]) -> Iterator[Breath]:
    """The words of a phrase in breaths. `alphabet` tells that of each part's voice; words of which it can say
    nothing are dropped."""
    pending: list[ScriptWord] = []
    sizes: list[int] = []
    for index, spoken in enumerate(parts):
        for word in _words(index, spoken.utterance):
            size = len(word.said(alphabet(index)).encode())
            if not size:
                continue
            if pending and (len(pending) == MOST_WORDS or sum(sizes) + size > MOST_BYTES):
                cut = _best_cut(pending)
                yield Breath(tuple(pending[:cut]))
                del pending[:cut], sizes[:cut]
            pending.append(word)
            sizes.append(size + 1)
    if pending:
        yield Breath(tuple(pending))


def _best_cut(words: list[ScriptWord]) -> int:
    """How many words the breath takes: up to the last punctuation in its second half, else all."""
    for count in range(len(words), len(words) // 2, -1):
        if words[count - 1].closes:
            return count
    return len(words)


def _words(part: int, utterance: Utterance) -> Iterator[ScriptWord]:
    texts = utterance.text.split()
    spells = utterance.spell or len(texts) == 1  # alone, a letter is a name; in prose, "a" is the article
    for text in texts:
        for at in range(0, len(text), LONGEST_WORD):
            piece = text[at : at + LONGEST_WORD]
            yield ScriptWord(part, piece, spells and len(text) == 1 and utterance.language.startswith("en"))
