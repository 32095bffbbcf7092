"""Words for names and keywords: `parseHTTPHeader2` is "parse h t t p header two".

A name is split at separators and where its case changes. Each part is looked up in the word table, pronounced
as it is, or spelled.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from codechoir.settings import Level, WordingOptions
from codechoir.wording.characters import MARKS, character_runs, compatible_text
from codechoir.wording.context import receiver_end
from codechoir.wording.line_source import CAPITAL, Fragment, is_spelled
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.token_words import FEWEST_COUNTED, OperatorVerbalizer
from codechoir.wording.word_table import WordTable

# ---- splitting ---------------------------------------------------------------------------------------------


def split_name(name: str, whole: Mapping[str, str] | None = None) -> list[str]:
    """The parts of an identifier as written, without separators (`_`, `-`, `$`).

    Boundaries: lower to upper case, the last capital of several before a small letter (`HTTPServer`), letter
    to digit and back. `whole`: words, in lower case, that stay whole although a boundary divides them
    (`utf8`, `iOS`).
    """
    parts: list[str] = []
    for run in _alphanumeric_runs(name):
        parts.extend(_split_run(run, whole or {}))
    return parts


def _alphanumeric_runs(name: str) -> Iterator[str]:
    start = 0
    for index, char in enumerate(name):
        if not char.isalnum() and not _is_mark(char):
            if index > start:
                yield name[start:index]
            start = index + 1
    if start < len(name):
        yield name[start:]


def _split_run(run: str, whole: Mapping[str, str]) -> list[str]:
    if run.isalpha() and (run.islower() or len(run) == 1):
        return [run]
    cuts = [index for index in range(1, len(run)) if _is_boundary(run, index)]
    if not cuts:
        return [run]
    bounds = [0, *cuts, len(run)]
    parts: list[str] = []
    first = 0
    while first < len(bounds) - 1:
        last = _last_bound(run, bounds, first, whole)
        parts.append(run[bounds[first] : bounds[last]])
        first = last
    return parts


def _last_bound(run: str, bounds: list[int], first: int, whole: Mapping[str, str]) -> int:
    """The index in `bounds` of the end of the part that begins with bound `first`."""
    for last in range(min(len(bounds) - 1, first + 5), first + 1, -1):
        if run[bounds[first] : bounds[last]].lower() in whole:
            return last
    return first + 1


def _is_boundary(run: str, index: int) -> bool:
    before, here = run[index - 1], run[index]
    if here.isdecimal() != before.isdecimal():
        return True
    if here.isupper() or here.istitle():
        if not before.isupper():
            return before.isalpha()
        return index + 1 < len(run) and run[index + 1].islower() and not _is_plural(run, index + 1)
    return False


def _is_plural(run: str, index: int) -> bool:
    """Whether this is the plural ending of the acronym before it: `URLs`, `userIDsByName`."""
    return run[index] == "s" and (index + 1 == len(run) or not run[index + 1].islower())


def _is_mark(char: str) -> bool:
    return char >= "\u0300" and unicodedata.category(char)[0] == "M"


# ---- words -------------------------------------------------------------------------------------------------

_RUN = re.compile(rf"(?:[^\W_][{MARKS}]*)+|_+|-+|\s+|[^\w\s]")
_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xz]{2,}")
_UNPRONOUNCEABLE = re.compile(r"[aeiouy]{5,}|[b-df-hj-np-tv-xz]{6,}")
_PLURAL = re.compile(r"[A-Z]{2,}s")
"""An acronym with a plural ending."""

_LONGEST_SPELLED = 10
"""A longer word is not spelled because of many consonants in a row: pronouncing it takes less time."""

_LETTERS = re.compile(r"\d+|[^\W\d_]")
_NOT_A_LETTER = re.compile(rf"\d|[^\w{MARKS}]")
_JOINERS = "_-"
"""What only joins the words of a name. Named from the level of its symbol on."""

_MOST_DIGITS = 4
"""Longer numbers inside names are said digit by digit."""


def has_vowel(word: str) -> bool:
    """Whether an engine can pronounce the word. One without vowels must be spelled."""
    return len(word) == 1 or _NO_VOWEL.fullmatch(word.lower()) is None


def _is_audible(runs: list[str], index: int) -> bool:
    """Whether the joiner at `index` must be named, since the name would be divided there without it too.

    `item_1` and `item1` would sound the same, as would `20_5` and `25`, `get_URL` and `getURL`, `a__b` and
    `a_b`.
    """
    if len(runs[index]) > 1 or index + 1 == len(runs):
        return True
    before, after = runs[index - 1], runs[index + 1]
    if before[-1].isdecimal() and after[0].isdecimal():
        return True
    return before[-1].isalnum() and after[0].isalnum() and _is_boundary(before + after, len(before))


class NameVerbalizer:
    """Words for tokens that have letters.

    `is_code`: they are names that a program gives. Common abbreviations among them are said in full.
    """

    def __init__(
        self,
        table: WordTable,
        numbers: NumberVerbalizer,
        symbols: OperatorVerbalizer,
        options: WordingOptions,
        *,
        is_code: bool = False,
    ) -> None:
        self._table = table
        self._numbers = numbers
        self._symbols = symbols
        self._says_capitals = options.capitals == "word"
        self._raises_capitals = options.capitals == "pitch"
        self._identifiers = table.section("identifiers")
        self.before_digits = str(self._identifiers.get("digits", ""))
        self._whole = table.section("whole")
        self._prefixes = table.section("prefixes")
        self._pronounced = table.section("words")
        self._abbreviations = table.section("abbreviations") if is_code and options.abbreviations else {}
        self._joint = str(self._identifiers["joint"]) if is_code else ""

    def fragment(self, text: str, level: Level) -> Fragment:
        """The words for a name or keyword, in one fragment."""
        words = self.words(text, level, self.before_digits)
        return Fragment(words, spell=is_spelled(words))

    def fragments(self, text: str, level: Level) -> list[Fragment]:
        """The same in several fragments where the voice marks capitals: one begins at each capital."""
        whole = self.fragment(text, level)
        if not self._raises_capitals or not any(map(str.isupper, text)):
            return [whole]
        bare = text.rstrip("_")
        capital = CAPITAL if text.lstrip("_")[0].isupper() else ""
        if bare != text or not text.isascii() or text.isupper() or text.lower() in self._pronounced:
            return [whole._replace(capture=capital)]
        fragments: list[Fragment] = []
        end = 0
        for part in split_name(text, self._whole):
            start, end = end, text.index(part, end) + len(part)
            if start == 0:
                words = self.words(text[:end], level)
            else:  # below the level at which joiners are named, only the part itself
                words = self.part(part)
                joiner = text[start : end - len(part)]
                if joiner and (level != "some" or _is_audible([text[:start], joiner, part], 1)):
                    words = f"{self._symbols.names(joiner)} {words}"
            capture = CAPITAL if part[0].isupper() else ""
            if fragments and not capture and not fragments[-1].capture:
                start, words = fragments[-1].start, f"{fragments.pop().text} {words}"
            fragments.append(Fragment(words, start, end, spell=is_spelled(words), capture=capture))
        return [*fragments[:-1], fragments[-1]._replace(end=-1)]

    def words(self, text: str, level: Level, before_digits: str = "") -> str:
        """The words of a name. Its joiners are dropped or named, depending on the level.

        `before_digits`: said between letters and digits, where a blank could stand too.
        """
        text = compatible_text(text)
        exact = self._pronounced.get(text.lower())
        if exact is not None and not self._says_capitals:
            return str(exact)
        prefix = self._prefix(text)
        if prefix and level == "some":
            return f"{self._prefixes[prefix]} {self.words(text[len(prefix) :], level, before_digits)}".strip()
        if level == "some":
            return self._conventional_words(text, level, before_digits)
        return self._plain_words(text, level, before_digits)

    def _prefix(self, text: str) -> str:
        """The sigil of this language that a name begins with, the longest first."""
        for size in (2, 1):
            if text[:size] in self._prefixes and len(text) > size:
                return text[:size]
        return ""

    def _conventional_words(self, text: str, level: Level, before_digits: str) -> str:
        """Words that name the convention of leading underscores: "private total", "dunder init"."""
        bare = text.strip("_")
        if not bare or bare == text or bare[0].isdecimal():
            return self._plain_words(text, level, before_digits)
        leading = len(text) - len(text.lstrip("_"))
        trailing = len(text) - len(text.rstrip("_"))
        inner = self._plain_words(bare, level, before_digits)
        if leading == trailing == 2:
            return f"{self._identifiers['dunder']} {inner}"
        keys = {1: "private", 2: "magic"}
        before = self._identifiers[keys[leading]] if leading in keys else self._symbols.names("_" * leading)
        after = self._symbols.names("_" * trailing)
        return " ".join(word for word in (before if leading else "", inner, after) if word)

    def _plain_words(self, text: str, level: Level, before_digits: str = "") -> str:
        end = receiver_end(text) if self._joint and level == "some" else 0
        if end:
            return f"{text[:end].strip('_')} {self._joint} {self._plain_words(text[end:].strip('_'), level)}"
        words: list[str] = []
        runs = _RUN.findall(text)
        for index, run in enumerate(runs):
            if run[0].isalnum():
                words += self._parts(run, before_digits)
            elif run.isspace():
                continue
            elif run[0] in _JOINERS and words and (level != "some" or not _is_audible(runs, index)):
                words.append(self._symbols.names(run, level) if level != "some" else "")
            elif run[0] == "-" and words and level == "some":
                words += [self._table.phrase("hyphen")] * len(run)
            else:
                words.append(self._symbols.names(run))
        return " ".join(word for word in words if word)

    def _parts(self, run: str, before_digits: str) -> list[str]:
        """The words of a run without joiners; `before_digits` is not said in `v1`."""
        parts = split_name(run, self._whole)
        words = [self.part(part) for part in parts]
        if before_digits:
            for index in range(len(parts) - 1, 0, -1):
                if parts[index].isdecimal() and parts[index - 1].isalpha() and parts[index - 1] != "v":
                    words.insert(index, before_digits)
        return words

    def part(self, part: str) -> str:
        """The words for one part of a name: a word, a number, an acronym, a single letter."""
        if part.isdecimal():
            return self._number(part)
        word = part.lower()
        words = self._pronounced.get(word) or self._whole.get(word) or self._by_pattern(word)
        words = words or self._abbreviations.get(word)
        if words is None and _PLURAL.fullmatch(part):
            words = f"{self.part(part[:-1])} s"
        if words is None:
            words = self._pronounced_or_spelled(word)
        if self._says_capitals and part[0].isupper():
            mark = self._identifiers["caps" if len(part) > 1 and part.isupper() else "cap"]
            return f"{mark} {words}"
        return str(words)

    def _by_pattern(self, word: str) -> str | None:
        for pattern, template in self._table.patterns:
            match = pattern.fullmatch(word)
            if match is not None:
                return match.expand(template)
        return None

    def _pronounced_or_spelled(self, word: str) -> str:
        """The word itself, or its letters if nobody could pronounce it."""
        if len(word) >= FEWEST_COUNTED and len(set(word)) == 1:
            return " ".join(self._symbols.repeated_name(char, count) for char, count in character_runs(word))
        if not has_vowel(word) or (len(word) <= _LONGEST_SPELLED and _UNPRONOUNCEABLE.search(word)):
            return " ".join(word)
        if word.isalpha() or not _NOT_A_LETTER.search(word):
            return word
        return " ".join(
            self._number(run) if run.isdecimal() else run if run.isalpha() else self._symbols.names(run)
            for run in _LETTERS.findall(word)
        )

    def _number(self, digits: str) -> str:
        if not digits.isascii():
            digits = "".join(str(unicodedata.decimal(char)) for char in digits)
        return self._numbers.digits(digits) if len(digits) > _MOST_DIGITS else self._numbers.whole(digits)
