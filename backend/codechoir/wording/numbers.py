"""Numbers as people say them: `1_000_000` is "one million", `0xFF` is "hex f f"."""

from __future__ import annotations

import re
from functools import lru_cache

from codechoir.wording.tables import Words

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
"""Some grammars count a sign as a part of the number."""

_SEPARATORS = str.maketrans("", "", "_'")

LONGEST = 15
"""Numbers with more digits than this are said digit by digit."""


class Numbers:
    """Numbers in one natural language, by the table's rules. Pure; answers are remembered by the caller."""

    def __init__(self, words: Words) -> None:
        self._names = words.section("numbers")
        self._suffixes = words.section("suffixes")
        self._ones: list[str] = self._names["ones"]
        self._symbols = words.symbols
        roles = {sign: words.role(role) for sign, role in _SIGNS.items()}
        self._signs = {sign: role.say if role else "" for sign, role in roles.items()}
        self.cardinal = lru_cache(maxsize=1024)(self._cardinal)

    def literal(self, text: str) -> str | None:
        """The words for a number as it is written in code, or None when it is not one."""
        if text[:1] in _SIGNS and text[1:2] not in _SIGNS:
            number = self.literal(text[1:].lstrip())
            return f"{self._signs[text[0]]} {number}" if number is not None else None
        if _COLOUR.fullmatch(text):
            return f"{self._symbols['#'].say} {self.digits(text[1:])}"
        found = _LITERAL.fullmatch(text)
        if found is None:
            return None
        if found["power"]:
            return self._binary_float(found)
        if found["based"]:
            name = str(self._names[_BASES[found["base"].lower()]])
            return f"{name} {self.digits(found['digits'])}{self._tail(found['based_tail'])}"
        said = [self.whole(found["whole"] or "0")]
        if found["fraction"]:
            said += [str(self._names["point"]), self.digits(found["fraction"][1:])]
        elif found["dot"]:
            said.append(str(self._names["point"]))
        if found["exponent"]:
            sign = {"-": "minus", "+": "plus"}.get(found["sign"])
            said += [str(self._names["exponent"]), *([str(self._names[sign])] if sign else [])]
            said.append(self.whole(found["exponent"]))
        return " ".join(said) + self._tail(found["tail"] or "")

    def _binary_float(self, found: re.Match[str]) -> str:
        """A number with a power of two: `0x1.8p-3`."""
        said = [str(self._names["hex"]), self.digits(found["power_whole"])]
        if found["power_fraction"]:
            said += [str(self._names["point"]), self.digits(found["power_fraction"])]
        sign = {"-": "minus", "+": "plus"}.get(found["power_sign"])
        said += ["p", *([str(self._names[sign])] if sign else []), self.whole(found["power_digits"])]
        return " ".join(word for word in said if word) + self._tail(found["power_tail"])

    def whole(self, digits: str) -> str:
        """A whole number; one with leading zeros, or a very long one, digit by digit."""
        bare = digits.translate(_SEPARATORS)
        if len(bare) > LONGEST or (len(bare) > 1 and bare[0] == "0"):
            return self.digits(bare)
        return self.cardinal(int(bare))

    def digits(self, text: str) -> str:
        """Digit by digit, letters by their names."""
        return " ".join(
            self._ones[int(char)] if char.isdecimal() else char.lower()
            for char in text.translate(_SEPARATORS)
        )

    def _tail(self, tail: str) -> str:
        bare = tail.strip("_")
        if not bare:
            return ""
        if bare.lower() in self._suffixes:
            return f" {self._suffixes[bare.lower()]}"
        parts = _TAIL.findall(bare)
        return " " + " ".join(self.whole(part) if part.isdecimal() else _letters(part) for part in parts)

    def _cardinal(self, number: int) -> str:
        if number < 1000:
            return self._below_thousand(number)
        names = self._names
        said: list[str] = []
        rest, groups = number, []
        while rest:
            rest, group = divmod(rest, 1000)
            groups.append(group)
        for power in range(len(groups) - 1, -1, -1):
            group = groups[power]
            if not group:
                continue
            if power == 0:
                said.append(self._below_thousand(group))
                continue
            one, many = names["scales"][power - 1]
            count = names["one_scale"][power - 1] if group == 1 else self._below_thousand(group)
            glue = names["glue"] if power == 1 else " "
            said.append(f"{count}{glue}{one if group == 1 else many}")
            if power == 1 and groups[0] and not names["glue"]:
                said[-1] += self._below_thousand(groups[0])
                break
        return " ".join(said)

    def _below_thousand(self, number: int) -> str:
        hundreds, rest = divmod(number, 100)
        if not hundreds:
            return self._below_hundred(rest)
        names = self._names
        count = names["one_joined"] if hundreds == 1 else self._ones[hundreds]
        said = f"{count}{names['glue']}{names['hundred']}"
        return f"{said}{names['glue']}{self._below_hundred(rest)}" if rest else said

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
