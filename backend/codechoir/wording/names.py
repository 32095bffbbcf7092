"""Names into words: `parseHTTPHeader2` is "parse http header 2".

Names and keywords as words: `parseHTTPHeader2` is "parse h t t p header two".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from codechoir.settings import LEVELS, Level, WordingOptions
from codechoir.wording.characters import runs
from codechoir.wording.numbers import Numbers
from codechoir.wording.operators import REPEATED, Symbols
from codechoir.wording.tables import CAPITAL, Fragment, Words, is_spelled


def split(name: str, whole: Mapping[str, str] | None = None) -> list[str]:
    """The parts of an identifier, in their own spelling; separators (`_`, `-`, `$`) are dropped.

    Boundaries: lower to upper, the last upper of a run before a lower (`HTTPServer`), letter to digit and
    back. `whole` holds words that stay together although they have a boundary inside (`utf8`, `iOS`), keyed
    in lower case. Case is Unicode's, not ASCII's.
    """
    parts: list[str] = []
    for run in _runs(name):
        parts.extend(_split_run(run, whole or {}))
    return parts


def _runs(name: str) -> Iterator[str]:
    start = 0
    for at, char in enumerate(name):
        if not char.isalnum() and not _is_mark(char):
            if at > start:
                yield name[start:at]
            start = at + 1
    if start < len(name):
        yield name[start:]


def _split_run(run: str, whole: Mapping[str, str]) -> list[str]:
    if run.isalpha() and (run.islower() or len(run) == 1):
        return [run]
    cuts = [at for at in range(1, len(run)) if _is_boundary(run, at)]
    if not cuts:
        return [run]
    bounds = [0, *cuts, len(run)]
    parts: list[str] = []
    at = 0
    while at < len(bounds) - 1:
        until = _longest_whole(run, bounds, at, whole)
        parts.append(run[bounds[at] : bounds[until]])
        at = until
    return parts


def _longest_whole(run: str, bounds: list[int], at: int, whole: Mapping[str, str]) -> int:
    for until in range(min(len(bounds) - 1, at + 5), at + 1, -1):
        if run[bounds[at] : bounds[until]].lower() in whole:
            return until
    return at + 1


def _is_boundary(run: str, at: int) -> bool:
    before, here = run[at - 1], run[at]
    if here.isdecimal() != before.isdecimal():
        return True
    if here.isupper() or here.istitle():
        if not before.isupper():
            return before.isalpha()
        return at + 1 < len(run) and run[at + 1].islower() and not _is_plural(run, at + 1)
    return False


def _is_plural(run: str, at: int) -> bool:
    """Whether the `s` at `at` is the plural of the acronym before it: `URLs`, `userIDsByName`."""
    return run[at] == "s" and (at + 1 == len(run) or not run[at + 1].islower())


def _is_mark(char: str) -> bool:
    return (char >= "\u0300" and not char.isprintable()) or "\u0300" <= char <= "\u036f"


_RUN = re.compile(r"[^\W_]+|_+|-+|\s+|[^\w\s]")
_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xz]{2,}")
_UNPRONOUNCEABLE = re.compile(r"[aeiouy]{5,}|[b-df-hj-np-tv-xz]{6,}")
_PLURAL = re.compile(r"[A-Z]{2,}s")
"""An acronym and its plural's ending."""

_SPELLED = 10
"""A longer word is not spelled for a cluster of consonants: an engine's try takes less time."""

_LETTERS = re.compile(r"\d+|[^\W\d_]")
_SILENT = "_-"
"""What only joins the words of a name; named from the level of its symbol on."""

SPELLED_DIGITS = 4
"""Numbers inside names with more digits than this are said digit by digit."""


def has_vowel(word: str) -> bool:
    """Whether an engine can pronounce the word; one of plain consonants has to be spelled."""
    return len(word) == 1 or _NO_VOWEL.fullmatch(word.lower()) is None


class Names:
    """Words for tokens that have letters."""

    def __init__(self, words: Words, numbers: Numbers, symbols: Symbols, options: WordingOptions) -> None:
        self._words = words
        self._numbers = numbers
        self._symbols = symbols
        self._capitals = options.capitals == "word"
        self._raises = options.capitals == "pitch"
        self._identifiers = words.section("identifiers")
        self._whole = words.section("whole")
        self._prefixes = words.section("prefixes")
        self._pronounced = words.section("words")

    def said(self, text: str, level: Level) -> Fragment:
        """How a name or a keyword is told."""
        words = self.words(text, level)
        return Fragment(words, spell=is_spelled(words))

    def parts(self, text: str, level: Level) -> list[Fragment]:
        """How a name is told where the voice marks capitals: apart where one begins, else as one."""
        whole = self.said(text, level)
        if not self._raises or not any(map(str.isupper, text)):
            return [whole]
        bare = text.rstrip("_")
        capital = CAPITAL if text.lstrip("_")[0].isupper() else ""
        if bare != text or not text.isascii() or text.isupper() or text.lower() in self._pronounced:
            return [whole._replace(capture=capital)]
        told: list[Fragment] = []
        end = 0
        for part in split(text, self._whole):
            start, end = end, text.index(part, end) + len(part)
            words = self.words(text[:end], level) if start == 0 else self._later(part, text[start:end], level)
            capture = CAPITAL if part[0].isupper() else ""
            if told and not capture and not told[-1].capture:
                start, words = told[-1].start, f"{told.pop().text} {words}"
            told.append(Fragment(words, start, end, spell=is_spelled(words), capture=capture))
        return [*told[:-1], told[-1]._replace(end=-1)]

    def _later(self, part: str, written: str, level: Level) -> str:
        """A part of a name that is not its first, with what stands before it."""
        return self.part(part) if level == "some" else self._plain(written, level)

    def words(self, text: str, level: Level) -> str:
        """The words of a name, separators dropped or named as the level has it."""
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        prefix = self._prefix(text)
        if prefix and level == "some":
            return f"{self._prefixes[prefix]} {self.words(text[len(prefix) :], level)}".strip()
        exact = self._pronounced.get(text.lower())
        if exact is not None and not self._capitals:
            return str(exact)
        if LEVELS.index(level) == 0:
            return self._by_convention(text, level)
        return self._plain(text, level)

    def _prefix(self, text: str) -> str:
        """The sigil that a name of this language begins with, the longest first."""
        for size in (2, 1):
            if text[:size] in self._prefixes and len(text) > size:
                return text[:size]
        return ""

    def _by_convention(self, text: str, level: Level) -> str:
        """Private and dunder names by their convention."""
        bare = text.strip("_")
        if not bare or bare == text or bare[0].isdecimal():
            return self._plain(text, level)
        leading = len(text) - len(text.lstrip("_"))
        trailing = len(text) - len(text.rstrip("_"))
        inner = self._plain(bare, level)
        if leading == trailing == 2:
            return f"{self._identifiers['dunder']} {inner}"
        marks = {1: "private", 2: "magic"}
        before = self._identifiers[marks[leading]] if leading in marks else self._symbols.names("_" * leading)
        after = self._symbols.names("_" * trailing)
        return " ".join(word for word in (before if leading else "", inner, after) if word)

    def _plain(self, text: str, level: Level) -> str:
        said: list[str] = []
        for run in _RUN.findall(text):
            if run[0].isalnum():
                said += [self.part(part) for part in split(run, self._whole)]
            elif run.isspace():
                continue
            elif run[0] in _SILENT and said:
                said.append(self._symbols.names(run, level) if level != "some" else "")
            else:
                said.append(self._symbols.names(run))
        return " ".join(word for word in said if word)

    def part(self, part: str) -> str:
        """One part of a name: a word, a number, an acronym, a single letter."""
        if part.isdecimal():
            return self._number(part)
        word = part.lower()
        said = self._pronounced.get(word) or self._whole.get(word) or self._by_pattern(word)
        if said is None and _PLURAL.fullmatch(part):
            said = f"{self.part(part[:-1])} s"
        if said is None:
            said = self._spelled(word)
        if self._capitals and part[0].isupper():
            mark = self._identifiers["caps" if len(part) > 1 and part.isupper() else "cap"]
            return f"{mark} {said}"
        return str(said)

    def _by_pattern(self, word: str) -> str | None:
        for pattern, say in self._words.patterns:
            found = pattern.fullmatch(word)
            if found is not None:
                return found.expand(say)
        return None

    def _spelled(self, word: str) -> str:
        """The word itself, or its letters where nobody could pronounce it."""
        if len(word) >= REPEATED and len(set(word)) == 1:
            return " ".join(self._symbols.counted(char, count) for char, count in runs(word))
        if not has_vowel(word) or (len(word) <= _SPELLED and _UNPRONOUNCEABLE.search(word)):
            return " ".join(word)
        if word.isalpha():
            return word
        return " ".join(
            self._number(run) if run.isdecimal() else run if run.isalpha() else self._symbols.names(run)
            for run in _LETTERS.findall(word)
        )

    def _number(self, digits: str) -> str:
        if not digits.isascii():
            digits = "".join(str(unicodedata.decimal(char)) for char in digits)
        return self._numbers.digits(digits) if len(digits) > SPELLED_DIGITS else self._numbers.whole(digits)
