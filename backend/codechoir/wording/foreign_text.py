"""Text in another natural language than that of the reading: which one, and where it begins and ends.

Letters show the language where its script does: Hindi, Thai, Korean. Words show it in scripts that many
languages share. The utterances say the language, and every engine finds a voice for it or lets the fallback
engine speak. `docs/user-guide/how-code-is-said.md` explains the setting.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from codechoir.settings import WordingOptions
from codechoir.storage import resource_path
from codechoir.wording.characters import MARKS
from codechoir.wording.line_source import Fragment, is_spelled


class _Languages(NamedTuple):
    """What `voices/languages.toml` says. `letters`: the common language, the other one, its letters."""

    scripts: Mapping[str, str]
    letters: tuple[tuple[str, str, frozenset[str]], ...]
    words: Mapping[str, frozenset[str]]


@cache
def _languages() -> _Languages:
    table = tomllib.loads(resource_path("voices", "languages.toml").read_text(encoding="utf-8"))
    letters = ((one["common"], one["language"], frozenset(one["letters"])) for one in table["letters"])
    words = {language: frozenset(words.split()) for language, words in table["words"].items()}
    return _Languages(table["scripts"], tuple(letters), words)


# ---- by letters --------------------------------------------------------------------------------------------

_SYMBOLS = frozenset(("GREEK", "CYRILLIC"))
"""Scripts whose single letters are symbols that every voice can name: α, Δ."""

_FOREIGN = re.compile("[\u0370-\U0003ffff]")
_LETTERS = re.compile(rf"[^\W\d_][\w{MARKS}]*")


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0].split("-")[0]


def language_of_letters(word: str, text: str = "") -> str:
    """The language of a word by its letters, "" if they do not show one; `text`: more of the same text."""
    found = _FOREIGN.search(word)
    if found is None:
        return ""
    script = _script(found[0])
    language = _languages().scripts.get(script, "")
    if script in _SYMBOLS:
        is_mixed = any(char.isalpha() and _script(char) != script for char in word)
        if is_mixed or not _has_word(text or word, script):
            return ""
    if language == "zh" and any(_script(char) in ("HIRAGANA", "KATAKANA") for char in text):
        return "ja"
    letters = frozenset((word + text).lower())
    for common, other, only in _languages().letters:
        if language == common and only & letters:
            return other
    return language


def _has_word(text: str, script: str) -> bool:
    """Whether two letters of the script stand side by side."""
    return any(_script(one) == script == _script(other) for one, other in pairwise(text))


# ---- by words ----------------------------------------------------------------------------------------------

_FEWEST_COMMON = 3
"""Common words that a text must have before its language counts as known."""

_LEAD = 2
"""How many more of them it must have than of any other language."""


@lru_cache(maxsize=512)
def language_of_words(text: str) -> str:
    """The language of a comment by its common words; "" if they leave a doubt."""
    words = [word.lower() for word in _LETTERS.findall(text)]
    counts = sorted(
        (
            (sum(word in common for word in words), language)
            for language, common in _languages().words.items()
        ),
        reverse=True,
    )
    (most, language), (second, _) = counts[:2]
    return language if most >= _FEWEST_COMMON and most - second >= _LEAD else ""


def language_of_comment(text: str, options: WordingOptions, own: str) -> str:
    """The language of a comment by its words; "" for `own`, that of the reading, or if that is not wanted."""
    found = language_of_words(text) if options.other_languages == "words" else ""
    return "" if found == own else found


# ---- fragments ---------------------------------------------------------------------------------------------


def in_own_languages(fragments: list[Fragment], source: str) -> list[Fragment]:
    """The fragments, cut where the language changes. `source`: the text of the piece that they are for."""
    if source.isascii():
        return fragments
    return [part for fragment in fragments for part in _parts(fragment, source)]


def _parts(fragment: Fragment, source: str) -> Iterator[Fragment]:
    if fragment.text.isascii():
        yield fragment
        return
    runs = _runs(fragment.text)
    if len(runs) == 1:
        yield fragment._replace(language=runs[0][1] or fragment.language)
        return
    at = len(source.encode()[: fragment.start].decode("utf-8", "replace"))
    start = fragment.start
    for index, (words, language) in enumerate(runs):
        is_first, is_last = index == 0, index == len(runs) - 1
        if language:
            stop = _end(words, source, at)
        else:
            stop = at if is_last else _start(runs[index + 1][0], source, at)
        end = fragment.end if is_last else len(source[:stop].encode())
        yield fragment._replace(
            text=words,
            start=start,
            end=end,
            before=fragment.before if is_first else 0,
            after=fragment.after if is_last else 0,
            cue=fragment.cue if is_first else "",
            spell=is_spelled(words),
            language=language or fragment.language,
        )
        start, at = end, stop


def _runs(text: str) -> list[tuple[str, str]]:
    """The words in runs of one language each, "" for the language of the reading."""
    runs: list[tuple[list[str], str]] = []
    for word in text.split(" "):
        language = language_of_letters(word, text)
        if runs and (runs[-1][1] == language or not any(map(str.isalnum, word))):
            runs[-1][0].append(word)
        else:
            runs.append(([word], language))
    return [(" ".join(words), language) for words, language in runs]


def _start(words: str, source: str, at: int) -> int:
    """The index in the source at which the words of another language begin."""
    first = _LETTERS.search(words)
    found = source.find(first[0], at) if first is not None else -1
    return found if found >= 0 else at


def _end(words: str, source: str, at: int) -> int:
    """The index in the source at which they end."""
    for word in _LETTERS.findall(words):
        found = source.find(word, at)
        at = found + len(word) if found >= 0 else at
    return at
