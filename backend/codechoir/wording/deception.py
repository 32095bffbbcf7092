"""Characters that make code look different from what it is (Trojan Source, CVE-2021-42574), and the warnings.

Bidirectional controls, invisible characters, control characters, and words whose letters come from several
scripts or only look like Latin ones. They are announced at every level.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from codechoir.wording.characters import character_name, speakable_text
from codechoir.wording.word_table import WordTable

DeceptionKind = Literal["bidi", "invisible", "control", "mixed", "lookalike"]

_NOT_PLAIN = re.compile(rb"[^\t\n\r\x0c\x20-\x7e]")
_SUSPECT = re.compile(r"[^\t\n\r\x0c\x20-\x7e]")
_WORD = re.compile(r"[^\W\d_]+(?:\w*[^\W\d_])?")

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u2800\u3164\uffa0\ufff9\ufffa\ufffb"
)
"""Characters without a visible form that Unicode does not call format characters."""

_LOOK_LATIN = frozenset("аеорсухіјѕһԁԛԝьАВЕКМНОРСТУХІЈЅҮԌԚԜοϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹօսոհցԼՕՍոզ")
"""Cyrillic, Greek and Armenian letters that most fonts draw like Latin ones. Small Greek letters that are
common in formulas (alpha, rho) are left out."""

_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "BOPOMOFO", "HANGUL")
_COMPATIBLE_SCRIPTS = (frozenset((*_EAST_ASIAN, "LATIN")),)
"""Scripts that a single word may mix: none of their letters looks like one of another."""

_SCRIPTLESS = frozenset(
    ("MICRO", "MODIFIER", "FEMININE", "MASCULINE", "OHM", "KELVIN", "ANGSTROM", "SUPERSCRIPT")
)
"""First words of Unicode names of letters that belong to no script."""

_EMOJI_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


@dataclass(frozen=True, slots=True)
class Deception:
    """A deceptive place: bytes `start` to `end` of the document, and the text there."""

    kind: DeceptionKind
    start: int
    end: int
    text: str


def find_deceptions(text: bytes, start: int, end: int) -> list[Deception]:
    """What could deceive in bytes `start` to `end`, in order. Plain ASCII costs almost nothing."""
    if _NOT_PLAIN.search(text, start, end) is None:
        return []
    decoded = text[start:end].decode("utf-8", "replace")
    found = [*_deceptive_characters(decoded, start), *_deceptive_words(decoded, start)]
    return sorted(found, key=lambda deception: deception.start)


def _deceptive_characters(decoded: str, start: int) -> Iterator[Deception]:
    for match, offset in _with_offsets(_SUSPECT.finditer(decoded), start):
        kind = _character_kind(match[0])
        if kind is None or _is_harmless(decoded, match.start(), offset):
            continue
        yield Deception(kind, offset, offset + len(match[0].encode()), match[0])


def _with_offsets(matches: Iterable[re.Match[str]], start: int) -> Iterator[tuple[re.Match[str], int]]:
    """Each match in a text that begins at byte `start`, with the byte offset of the match."""
    at, offset = 0, start
    for match in matches:
        offset += len(match.string[at : match.start()].encode())
        at = match.start()
        yield match, offset


@lru_cache(maxsize=4096)
def _character_kind(char: str) -> DeceptionKind | None:
    if char in _BIDI:
        return "bidi"
    category = unicodedata.category(char)
    if category == "Cc":
        return "control"
    if category in ("Cf", "Zs", "Zl", "Zp") or char in _FILLERS or _is_selector(char):
        return "invisible"
    return None


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _is_harmless(text: str, at: int, offset: int) -> bool:
    """Whether it is a byte order mark at the beginning, or a joiner after an emoji or an Indic letter."""
    char = text[at]
    if char == "\ufeff" and offset == 0:
        return True
    before = text[at - 1] if at else ""
    if not before:
        return False
    if char in _EMOJI_JOINERS:
        return unicodedata.category(before) in ("So", "Sk", "Mn", "Cn", "Sm") or before in _EMOJI_JOINERS
    return char == "\u200c" and unicodedata.category(before) in ("Mn", "Lo")


def _deceptive_words(decoded: str, start: int) -> Iterator[Deception]:
    suspect = (match for match in _WORD.finditer(decoded) if not match[0].isascii())
    for match, offset in _with_offsets(suspect, start):
        kind = _word_kind(match[0])
        if kind is not None:
            yield Deception(kind, offset, offset + len(match[0].encode()), match[0])


@lru_cache(maxsize=1024)
def _word_kind(word: str) -> DeceptionKind | None:
    """`mixed` if the letters of a word come from several scripts, `lookalike` if all only look Latin."""
    letters = [char for char in word if char.isalpha()]
    scripts = {_script(char) for char in letters} - {""}
    if len(scripts) > 1:
        return None if any(scripts <= group for group in _COMPATIBLE_SCRIPTS) else "mixed"
    if scripts != {"LATIN"} and letters and all(char in _LOOK_LATIN for char in letters):
        return "lookalike"
    return None


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    """The script of a letter: the first word of its Unicode name. Empty for letters of no script."""
    if char in _FILLERS:
        return ""
    first = unicodedata.name(char, "").partition(" ")[0]
    return "" if first in _SCRIPTLESS else first


_MOST_LETTERS = 5
"""Letters of a word that a warning names."""


class DeceptionWarnings:
    """The narrator's warnings, in the words of a table."""

    def __init__(self, table: WordTable) -> None:
        self._table = table
        self._phrases = table.section("deception")

    def words(self, deception: Deception) -> str:
        """One sentence."""
        template = str(self._phrases[deception.kind])
        if deception.kind in ("mixed", "lookalike"):
            letters = _foreign_letters(deception.text)[:_MOST_LETTERS]
            names = ", ".join(character_name(char, self._table) for char in letters)
            return speakable_text(template.format(word=speakable_text(deception.text), letters=names))
        return speakable_text(template.format(name=character_name(deception.text, self._table)))


def _foreign_letters(word: str) -> list[str]:
    """The letters of a word that are not Latin, each once."""
    return list(dict.fromkeys(char for char in word if char.isalpha() and _script(char) != "LATIN"))
