"""Splits text into pieces that XTTS can say, each a whole sentence where that is possible.

The language is that of the words, not of the listener: a comment may be in another language than the
narrator's. Numbers and symbols are written out later, by coqui's cleaners, when the text becomes tokens.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from codechoir.engines.xtts.capabilities import XttsLanguage

_SPACE = re.compile(r"\s+")
_CLAUSE_ENDS = ",;:，、；：،؛"


def clean_text(text: str) -> str:
    """The text with white space collapsed, control characters removed and letters composed (NFC)."""
    visible = "".join(
        c if unicodedata.category(c)[0] != "C" else " " for c in unicodedata.normalize("NFC", text)
    )
    return _SPACE.sub(" ", visible).strip()


def split_text(
    text: str, language: XttsLanguage, max_tokens: int, count_tokens: Callable[[str], int]
) -> list[str]:
    """The text in pieces of at most `language.max_characters` and `max_tokens` tokens.

    Sentences stay together as long as they fit. A sentence that does not fit is split at clauses, then at
    words, then anywhere. Nothing is lost except white space.
    """

    def fits(piece: str) -> bool:
        return len(piece) <= language.max_characters and count_tokens(piece) <= max_tokens

    pieces: list[str] = []
    for part in _smallest_parts(clean_text(text), language, fits):
        if pieces and fits(joined := _join(pieces[-1], part, language)):
            pieces[-1] = joined
        else:
            pieces.append(part)
    return pieces


def _smallest_parts(text: str, language: XttsLanguage, fits: Callable[[str], bool]) -> Iterator[str]:
    """Sentences; and the clauses, words or parts of words of those that do not fit."""
    for sentence in split_after(text, language.sentence_ends):
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
    """Parts that end with one of the characters `ends` (and closing quotes after it), trimmed, none empty.

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
    """Two pieces as one; languages that write no spaces get none."""
    spaced = language.code not in ("zh", "ja")
    return f"{left} {right}" if spaced else left + right
