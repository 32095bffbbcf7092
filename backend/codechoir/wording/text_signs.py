"""Text and not code: what a sign in it is for, and which natural language it is in.

A sign is named, a pause, the melody of a sentence, or nothing that is said. A sign inside a word (`a|b`,
`f(x)`, `v1.2`) belongs to the word and is named. A sign at the end of a word may belong to the sentence.
Text in a string is data, and so names more than the prose of a comment. All decisions look at the neighbours
of the sign only, up to the next blanks.

Letters show the natural language where its script does: Hindi, Thai, Korean. Words show it in scripts that
many languages share. The utterances say the language, and every engine finds a voice for it or lets the
fallback engine speak. `docs/user-guide/how-code-is-said.md` explains the setting.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from codechoir.settings import WordingOptions
from codechoir.storage import resource_path
from codechoir.wording.characters import MARKS
from codechoir.wording.line_source import Fragment, is_spelled

SignUse = Literal["named", "pause", "melody", "minus", "silent"]
"""`pause`: a short one. `melody`: the engine gets the sign itself, or a comma. `minus`: that of a number."""

TextKind = Literal["comment", "text", "string", "format", "shell", "markup", "raw", "heredoc", "word"]
"""Where a text comes from. `comment`, `text`: prose in a program, or a document. `string`, `format`, `shell`,
`markup`, `raw`, `heredoc`: data. `format` has placeholders in braces, `shell` fewer escapes, `markup`
entities (`&lt;`) in their place, `raw` and `heredoc` neither. `word`: a word of a shell, in which each sign
has a meaning."""

PROSE: frozenset[TextKind] = frozenset(("comment", "text"))

_QUOTES = frozenset("\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb\u201e\u201a")
_PAIRS = {")": "(", "]": "[", "}": "{"}
_BRACKETS = frozenset("()[]{}")
_DASHES = frozenset("-\u2013\u2014")
_SENTENCE = frozenset(".,?!;:\u2026")
FOREIGN_PUNCTUATION = {
    "\u3002": ".", "\uff0e": ".", "\u0964": ".", "\u0965": ".", "\u06d4": ".", "\uff0c": ",", "\u3001": ",",
    "\u060c": ",", "\u061b": ",", "\uff1b": ",", "\uff1a": ",", "\uff1f": "?", "\u061f": "?", "\uff01": "!",
}  # fmt: skip
"""Punctuation of other scripts, which needs no blank after it, and the sign with the same melody."""

_EMPHASIS = frozenset("*_")
_BULLETS = frozenset("#*+-\u2022")
_OPENERS = frozenset("([{*_") | _QUOTES
_CLOSERS = frozenset(")]}*_") | _QUOTES | _SENTENCE
_TAG = re.compile(r"</?[a-zA-Z]")
_OPTION = re.compile(r"(?<!\S)-{1,2}[a-zA-Z][\w-]{0,40}\Z")
"""A text that ends with an option of a command: its next sign is no punctuation."""

_SENTENCE_WORD = re.compile(r"[^\W\d_a-z][^\W\d_]+[.!?]")
"""A string that is a sentence of one word: `Done.`"""


def sign_use(text: str, start: int, end: int, kind: TextKind) -> SignUse:
    """What the sign, or the run of one sign, at `start` to `end` of `text` is for."""
    if text[start] in FOREIGN_PUNCTUATION and start > 0:
        return "melody"
    if kind in PROSE:
        return _use_in_prose(text, start, end)
    if kind == "word":
        return _use_in_word(text, start, end)
    return _use_in_data(text, start, end, kind)


# ---- prose -------------------------------------------------------------------------------------------------


def _use_in_prose(text: str, start: int, end: int) -> SignUse:
    char, before, after = text[start], text[start - 1 : start], text[end : end + 1]
    if not before.strip() and not after.strip():
        return _use_alone(text, start, char)
    if char in _QUOTES or (char == "#" and after.isalpha() and not text[:start].strip()):
        return "silent"
    if char in _SENTENCE:
        return _use_of_punctuation(text, start, end)
    if char in _BRACKETS:
        return "pause" if _is_around_words(text, start) else "named"
    if char in _EMPHASIS and _is_emphasis(text, start, end):
        return "silent"
    if char in _DASHES:
        return _use_of_dash(text, start, end)
    return "named"


def _use_alone(text: str, start: int, char: str) -> SignUse:
    """The use of a sign with blanks on both sides: that of `width * height`, not of a list's item."""
    if char in _BULLETS and not text[:start].strip():
        return "pause" if char == "-" else "silent"
    if char in _DASHES or char in ":;,.\u2026" or char in _BRACKETS:
        return "pause"
    return "silent" if char in _QUOTES else "named"


def _use_of_punctuation(text: str, start: int, end: int) -> SignUse:
    """The use of `.,?!;:`: the melody of a sentence after a word, a part of the word inside of one."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if text[start] == "," and before and not before.isspace() and after.strip():
        return "pause" if not before.isdecimal() or not after.isdecimal() else "named"
    is_after_word = before.strip() != "" and (before in _CLOSERS or before not in _OPENERS)
    is_at_end = _ends_chunk(text, end) or _TAG.match(text, end) is not None
    return "melody" if is_after_word and is_at_end else "named"


def _use_of_dash(text: str, start: int, end: int) -> SignUse:
    before, after = text[start - 1 : start], text[end : end + 1]
    if text[start] != "-" or end - start > 1:
        return "pause" if not (before.isalnum() and after.isalnum()) else "named"
    if after.isdecimal() and not before.isalnum():
        return "minus"
    if before.isspace() and not after.isalnum():
        return "named"
    return "silent" if _joins_words(text, start) else "named"


def _is_emphasis(text: str, start: int, end: int) -> bool:
    """Whether the sign opens or closes an emphasis of Markdown: `*so*`, `**so**`."""
    mark = text[start:end]
    if _starts_chunk(text, start) and text[end : end + 1].isalnum():
        close = text.find(mark, end)
        return close > 0 and text[close - 1].isalnum() and not text[close + len(mark) :][:1].isalnum()
    if not _ends_chunk(text, end) or not text[start - 1 : start].isalnum():
        return False
    begin = text.rfind(mark, 0, start)
    return begin >= 0 and text[begin + len(mark)].isalnum() and not text[:begin][-1:].isalnum()


# ---- data --------------------------------------------------------------------------------------------------


def _use_in_data(text: str, start: int, end: int, kind: TextKind) -> SignUse:
    char, before = text[start], text[start - 1 : start]
    if not any(map(str.isspace, text)):
        return "melody" if _SENTENCE_WORD.fullmatch(text) else "named"
    if char in ":!" and _OPTION.search(text, max(0, start - 44), start):
        return "named"
    if char in ".,?!:\u2026" and end - start in (1, 3) and (before.isalnum() or before in _CLOSERS):
        return "melody" if before and _ends_chunk(text, end) else "named"
    if char in "()" and kind in ("string", "format", "shell"):
        return "pause" if _is_around_words(text, start) else "named"
    if char == "-" and _joins_words(text, start) and _is_plain_word(text, start):
        return "silent"
    if char in "\u2013\u2014" and not before.strip():
        return "pause"
    return "named"


def _use_in_word(text: str, start: int, end: int) -> SignUse:
    if text[start] == "-":
        if start == 0 and text[end : end + 1].isdecimal():
            return "minus"
        return "silent" if _joins_words(text, start, fewest=1) else "named"
    return "melody" if _SENTENCE_WORD.fullmatch(text) else "named"


# ---- neighbours --------------------------------------------------------------------------------------------


def _starts_chunk(text: str, at: int) -> bool:
    """Whether only opening signs are between the last blank and index `at`."""
    while at > 0 and text[at - 1] in _OPENERS:
        at -= 1
    return at == 0 or text[at - 1].isspace()


def _ends_chunk(text: str, at: int) -> bool:
    """Whether only closing signs are between index `at` and the next blank."""
    while at < len(text) and text[at] in _CLOSERS:
        at += 1
    return at == len(text) or text[at].isspace()


def _is_around_words(text: str, at: int) -> bool:
    """Whether a bracket stands around words, as here: (so), and not inside of one: `f(x)`."""
    opening = _PAIRS.get(text[at])
    if opening is None:
        return _starts_chunk(text, at) and text[at + 1 : at + 2].strip() != ""
    if not _ends_chunk(text, at + 1):
        return False
    begin = text.rfind(opening, 0, at)
    return begin < 0 or _starts_chunk(text, begin)


def _joins_words(text: str, at: int, fewest: int = 2) -> bool:
    """Whether a dash is between two words, one of which has two letters; not that of `a-z`.

    `fewest`: the letters that the shorter one has at least. An acronym's number counts: `UTF-8`.
    """
    if not text[at - 1 : at].isalpha() or at == 0:
        return False
    after = text[at + 1 : at + 2]
    if after.isdecimal():
        return fewest > 1 and text[max(0, at - 2) : at].isupper() and at > 1
    if not after.isalpha():
        return False
    longer = (text[max(0, at - 2) : at], text[at + 1 : at + 3])
    sizes = [len(letters) if letters.isalpha() else 1 for letters in longer]
    return max(sizes) > 1 and min(sizes) >= min(fewest, 1)


def _is_plain_word(text: str, at: int) -> bool:
    """Whether the word around index `at` has only letters and dashes, apart from punctuation at its end."""
    start, end = at, at
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end].rstrip(".,?!:").replace("-", "").isalpha()


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
