"""Words for numbers: `1_000_000` is "one million", `0xFF` is "hex f f"."""

from __future__ import annotations

import re
from functools import lru_cache

from codechoir.wording.word_table import WordTable

_LITERAL = re.compile(
    r"(?P<power>0[xX](?P<power_whole>[0-9a-fA-F_']*)(?:\.(?P<power_fraction>[0-9a-fA-F_']*))?"
    r"[pP](?P<power_sign>[+-]?)(?P<power_digits>\d+)(?P<power_tail>[a-zA-Z]*))"
    r"|(?P<based>0(?P<base>[xXbBoO])"
    r"(?P<digits>(?<=[xX])[0-9a-fA-F_']+|(?<=[bB])[01_']+|(?<=[oO])[0-7_']+)(?P<based_tail>\w*))"
    r"|(?=\.?\d)(?P<whole>\d[\d_']*)?(?P<fraction>\.\d[\d_']*)?(?P<dot>\.)?"
    r"(?:[eE](?P<sign>[+-]?)(?P<exponent>[\d_]+))?(?P<tail>_?[A-Za-z%]\w*|%)?",
    re.ASCII,
)
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}")
_TAIL = re.compile(r"[A-Za-z]+|\d+")
_BASES = {"x": "hex", "b": "binary", "o": "octal"}
_SIGNS = {"-": "unary.minus", "+": "unary.plus"}
"""In some grammars a sign is a part of the number."""

_SEPARATORS = str.maketrans("", "", "_'")

_TYPES = frozenset(("d", "f", "i", "j", "l", "ll", "n", "u", "ul", "ull"))
"""Suffixes that are types of numbers in code, and only letters in a sentence: `3F`."""

MOST_DIGITS = 15
"""Longer numbers are said digit by digit."""


class NumberVerbalizer:
    """Words for numbers in one natural language, by the rules in its word table."""

    def __init__(self, table: WordTable) -> None:
        self._names = table.section("numbers")
        self._suffixes = table.section("suffixes")
        self._ones: list[str] = self._names["ones"]
        self._symbols = table.symbols
        roles = {sign: table.role(role) for sign, role in _SIGNS.items()}
        self._signs = {sign: role.say if role else "" for sign, role in roles.items()}
        self.cardinal = lru_cache(maxsize=1024)(self._cardinal)

    def literal(self, text: str, *, is_code: bool = True) -> str | None:
        """The words for a number as written in code, or in a sentence; None if it is not a number."""
        if text[:1] in _SIGNS and text[1:2] not in _SIGNS:
            unsigned = self.literal(text[1:].lstrip(), is_code=is_code)
            return f"{self._signs[text[0]]} {unsigned}" if unsigned is not None else None
        if _COLOUR.fullmatch(text):
            return f"{self._symbols['#'].say} {self.digits(text[1:])}"
        number = _LITERAL.fullmatch(text)
        if number is None:
            return None
        if number["power"]:
            return self._binary_float(number)
        if number["based"]:
            name = str(self._names[_BASES[number["base"].lower()]])
            return f"{name} {self.digits(number['digits'])}{self._tail(number['based_tail'])}"
        words = [self.whole(number["whole"] or "0")]
        if number["fraction"]:
            words += [str(self._names["point"]), self.digits(number["fraction"][1:])]
        elif number["dot"]:
            words.append(str(self._names["point"]))
        if number["exponent"]:
            sign = {"-": "minus", "+": "plus"}.get(number["sign"])
            words += [str(self._names["exponent"]), *([str(self._names[sign])] if sign else [])]
            words.append(self.whole(number["exponent"]))
        return " ".join(words) + self._tail(number["tail"] or "", is_code=is_code)

    def _binary_float(self, number: re.Match[str]) -> str:
        """A hexadecimal number with a power of two: `0x1.8p-3`."""
        words = [str(self._names["hex"]), self.digits(number["power_whole"])]
        if number["power_fraction"]:
            words += [str(self._names["point"]), self.digits(number["power_fraction"])]
        sign = {"-": "minus", "+": "plus"}.get(number["power_sign"])
        words += ["p", *([str(self._names[sign])] if sign else []), self.whole(number["power_digits"])]
        return " ".join(part for part in words if part) + self._tail(number["power_tail"])

    def whole(self, digits: str) -> str:
        """The words for a whole number. Long ones, and those with leading zeros, are said digit by digit."""
        plain = digits.translate(_SEPARATORS)
        if len(plain) > MOST_DIGITS or (len(plain) > 1 and plain[0] == "0"):
            return self.digits(plain)
        return self.cardinal(int(plain))

    def digits(self, text: str) -> str:
        """The words for digits one by one, letters by their names."""
        return " ".join(
            self._ones[int(char)] if char.isdecimal() else char.lower()
            for char in text.translate(_SEPARATORS)
        )

    def _tail(self, tail: str, *, is_code: bool = True) -> str:
        """The words for a suffix, such as `u8` or `px`, with a blank before them."""
        suffix = tail.strip("_")
        if not suffix:
            return ""
        if suffix.lower() in self._suffixes and (is_code or suffix.lower() not in _TYPES):
            return f" {self._suffixes[suffix.lower()]}"
        parts = _TAIL.findall(suffix)
        return " " + " ".join(self.whole(part) if part.isdecimal() else _letters(part) for part in parts)

    def _cardinal(self, number: int) -> str:
        if number < 1000:
            return self._below_thousand(number)
        names = self._names
        words: list[str] = []
        rest, groups = number, []
        while rest:
            rest, group = divmod(rest, 1000)
            groups.append(group)
        for power in range(len(groups) - 1, -1, -1):
            group = groups[power]
            if not group:
                continue
            if power == 0:
                words.append(self._below_thousand(group))
                continue
            one, many = names["scales"][power - 1]
            count = names["one_scale"][power - 1] if group == 1 else self._below_thousand(group)
            glue = names["glue"] if power == 1 else " "
            words.append(f"{count}{glue}{one if group == 1 else many}")
            if power == 1 and groups[0] and not names["glue"]:
                words[-1] += self._below_thousand(groups[0])
                break
        return " ".join(words)

    def _below_thousand(self, number: int) -> str:
        hundreds, rest = divmod(number, 100)
        if not hundreds:
            return self._below_hundred(rest)
        names = self._names
        count = names["one_joined"] if hundreds == 1 else self._ones[hundreds]
        words = f"{count}{names['glue']}{names['hundred']}"
        return f"{words}{names['glue']}{self._below_hundred(rest)}" if rest else words

    def _below_hundred(self, number: int) -> str:
        if number < 20:
            return self._ones[number]
        names = self._names
        tens, ones = divmod(number, 10)
        ten = str(names["tens"][tens])
        if not ones:
            return ten
        if names["ones_first"]:
            return f"{names['one_joined'] if ones == 1 else self._ones[ones]}{names['ones_first']}{ten}"
        return f"{ten}{names['glue']}{self._ones[ones]}"


def _letters(part: str) -> str:
    return part.lower() if len(part) > 3 else " ".join(part.lower())
