"""Text front end: pieces that XTTS can say, each a whole sentence where that is possible.

The language is that of the words, not of the listener: a comment may be in another language than the
narrator's. Numbers and symbols are written out by coqui's own cleaners when the text becomes tokens.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from codechoir.engines.xtts.capabilities import XttsLanguage

_SPACE = re.compile(r"\s+")
_CLAUSE_ENDS = ",;:，、；：،؛"


def tidy(text: str) -> str:
    """White space collapsed, control characters gone, composed letters (NFC)."""
    visible = "".join(
        c if unicodedata.category(c)[0] != "C" else " " for c in unicodedata.normalize("NFC", text)
    )
    return _SPACE.sub(" ", visible).strip()


def pieces(text: str, language: XttsLanguage, most_tokens: int, count: Callable[[str], int]) -> list[str]:
    """The text in pieces of at most `language.most_characters` and `most_tokens` tokens.

    `count` gives the number of tokens of a piece. Sentences stay together as long as they fit; a sentence
    that does not is split at clauses, then at words, then anywhere. Nothing is lost but white space.
    """

    def fits(piece: str) -> bool:
        return len(piece) <= language.most_characters and count(piece) <= most_tokens

    result: list[str] = []
    for atom in _atoms(tidy(text), language, fits):
        if result and fits(joined := _join(result[-1], atom, language)):
            result[-1] = joined
        else:
            result.append(atom)
    return result


def _atoms(text: str, language: XttsLanguage, fits: Callable[[str], bool]) -> Iterator[str]:
    """Smallest parts that are needed: sentences, or parts of those that do not fit."""
    for sentence in split_after(text, language.stops):
        if fits(sentence):
            yield sentence
            continue
        for clause in split_after(sentence, _CLAUSE_ENDS):
            if fits(clause):
                yield clause
                continue
            for word in clause.split(" "):
                yield from _halves(word, fits)


def _halves(word: str, fits: Callable[[str], bool]) -> Iterator[str]:
    if fits(word) or len(word) < 2:
        yield word
        return
    middle = len(word) // 2
    yield from _halves(word[:middle], fits)
    yield from _halves(word[middle:], fits)


def split_after(text: str, ends: str) -> list[str]:
    """Parts that end with one of `ends` (and what closes a quotation), trimmed, none empty.

    A Latin stop only ends a part before white space, so that `3.5` and `os.path` stay whole.
    """
    latin = "".join(c for c in ends if c in ".!?…,;:")
    wide = "".join(c for c in ends if c not in latin)
    patterns = [rf"(?<=[{re.escape(latin)}])[\"'”’»)\]]*(?=\s)"] if latin else []
    patterns += [rf"(?<=[{re.escape(wide)}])"] if wide else []
    cuts = sorted({match.end() for pattern in patterns for match in re.finditer(pattern, text)})
    parts = [text[a:b].strip() for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return [part for part in parts if part]


def _join(left: str, right: str, language: XttsLanguage) -> str:
    """Two pieces as one; languages that write no spaces get none back."""
    spaced = language.code not in ("zh", "ja")
    return f"{left} {right}" if spaced else left + right
