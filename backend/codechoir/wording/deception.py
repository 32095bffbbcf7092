"""What the eye cannot see and the ear must be told: the Trojan Source class of attacks (CVE-2021-42574).

Bidirectional controls, invisible characters, control characters, and words whose letters come from several
scripts or only look like Latin ones. Announced at every level.

Deceptive places in the narrator's words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from codechoir.wording.characters import cleaned, name_of
from codechoir.wording.tables import Words

Kind = Literal["bidi", "invisible", "control", "mixed", "lookalike"]

_NOT_PLAIN = re.compile(rb"[^\t\n\r\x0c\x20-\x7e]")
_SUSPECT = re.compile(r"[^\t\n\r\x0c\x20-\x7e]")
_WORD = re.compile(r"[^\W\d_]+(?:\w*[^\W\d_])?")

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u2800\u3164\uffa0\ufff9\ufffa\ufffb"
)
"""Characters that are shown as nothing although Unicode does not call them format characters."""

_LOOK_LATIN = frozenset("аеорсухіјѕһԁԛԝьАВЕКМНОРСТУХІЈЅҮԌԚԜοϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹօսոհցԼՕՍոզ")
"""Cyrillic, Greek and Armenian letters that most fonts draw like Latin ones. Small Greek letters that stand
for themselves in formulas (alpha, rho) are left out."""

_TOGETHER = (
    frozenset(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "BOPOMOFO", "HANGUL")),
)
"""Scripts that one word of one language may mix."""

_SCRIPTLESS = frozenset(
    ("MICRO", "MODIFIER", "FEMININE", "MASCULINE", "OHM", "KELVIN", "ANGSTROM", "SUPERSCRIPT")
)
_EMOJI_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


@dataclass(frozen=True, slots=True)
class Finding:
    """One deceptive place: bytes `start` to `end`, and the text that stands there."""

    kind: Kind
    start: int
    end: int
    text: str


def findings(text: bytes, start: int, end: int) -> list[Finding]:
    """What could deceive in bytes `start` to `end`, in order. Costs nearly nothing for plain ASCII."""
    if _NOT_PLAIN.search(text, start, end) is None:
        return []
    found = list(_characters(text, start, end))
    found.extend(_words(text, start, end))
    return sorted(found, key=lambda finding: finding.start)


def _characters(text: bytes, start: int, end: int) -> Iterator[Finding]:
    decoded = text[start:end].decode("utf-8", "replace")
    for match, offset in _located(_SUSPECT.finditer(decoded), start):
        kind = _kind(match[0])
        if kind is None or _is_harmless(decoded, match.start(), offset):
            continue
        yield Finding(kind, offset, offset + len(match[0].encode()), match[0])


def _located(matches: Iterable[re.Match[str]], start: int) -> Iterator[tuple[re.Match[str], int]]:
    """Each match in a text that begins at byte `start`, with the byte at which it begins itself."""
    at, offset = 0, start
    for match in matches:
        offset += len(match.string[at : match.start()].encode())
        at = match.start()
        yield match, offset


@lru_cache(maxsize=4096)
def _kind(char: str) -> Kind | None:
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
    """A byte order mark at the beginning, and what joins or dresses an emoji or an Indic letter."""
    char = text[at]
    if char == "\ufeff" and offset == 0:
        return True
    before = text[at - 1] if at else ""
    if not before:
        return False
    if char in _EMOJI_JOINERS:
        return unicodedata.category(before) in ("So", "Sk", "Mn", "Cn", "Sm") or before in _EMOJI_JOINERS
    return char == "\u200c" and unicodedata.category(before) in ("Mn", "Lo")


def _words(text: bytes, start: int, end: int) -> Iterator[Finding]:
    decoded = text[start:end].decode("utf-8", "replace")
    suspect = (match for match in _WORD.finditer(decoded) if not match[0].isascii())
    for match, offset in _located(suspect, start):
        kind = word_kind(match[0])
        if kind is not None:
            yield Finding(kind, offset, offset + len(match[0].encode()), match[0])


@lru_cache(maxsize=1024)
def word_kind(word: str) -> Kind | None:
    """ "mixed" when the letters of a word come from several scripts, "lookalike" when all only look Latin."""
    letters = [char for char in word if char.isalpha()]
    scripts = {script_of(char) for char in letters} - {""}
    if len(scripts) > 1:
        return None if any(scripts <= group for group in _TOGETHER) else "mixed"
    if scripts != {"LATIN"} and letters and all(char in _LOOK_LATIN for char in letters):
        return "lookalike"
    return None


@lru_cache(maxsize=4096)
def script_of(char: str) -> str:
    """The first word of a letter's Unicode name, which is its script; empty for letters of no script."""
    if char in _FILLERS:
        return ""
    first = unicodedata.name(char, "").partition(" ")[0]
    return "" if first in _SCRIPTLESS else first


def foreign_letters(word: str) -> list[str]:
    """The letters of a mixed word that a listener has to be told: those that are not Latin, each once."""
    return list(dict.fromkeys(char for char in word if char.isalpha() and script_of(char) != "LATIN"))


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
