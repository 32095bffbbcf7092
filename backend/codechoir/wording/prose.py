"""What sentences are made of: words, numbers, signs, and what is neither, as regular expressions.

Sentences: comments and the content of strings, read as text and not as code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal

from codechoir.settings import LEVELS, Level
from codechoir.wording.characters import SENTENCE, name_of
from codechoir.wording.names import Names, has_vowel
from codechoir.wording.numbers import Numbers
from codechoir.wording.operators import Symbols
from codechoir.wording.spelling import ESCAPE, Escapes
from codechoir.wording.tables import Words

Manner = Literal["comment", "string", "raw", "heredoc", "word"]
"""Whose sentences they are. Raw strings and here documents have no escapes. In a word of a shell every
sign has a meaning."""

_NAMELESS = (
    r"(?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)"
    r"|(?P<hash>\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{32,128}\b)"
)
_TOKEN = (
    rf"{_NAMELESS}"
    r"|(?P<ordinal>\d+(?:st|nd|rd|th)\b)"
    r"|(?P<abbreviation>\b(?:e\.g|i\.e|z\.B|d\.h)\.)"
    r"|(?P<option>(?<![\w-])-{1,2}(?=[A-Za-z]))"
    r"|(?P<number>\d\w*(?:[.,]\d\w*)*%?)"
    r"|(?P<word>[^\W\d_]\w*(?:['’][^\W\d_]+)*|_+\w*)"
    r"|(?P<operator>!==?|===?|=>|->|<=|>=|<-|&&|\|\||[-+*/|&%^]=|:=|::|\*\*|<<|>>)"
    r"|(?P<run>(?P<char>[^\w\s])(?P=char){2,})"
    r"|(?P<sentence>[.,?!;:](?=[\s\"'`)\]}<]|$))"
    r"|(?P<blank>\s+)|(?P<other>[\s\S])"
)
_LETTER = r"[^\W\d_]"
_WORD = (
    rf"{_NAMELESS}"
    r"|(?P<number>\d\w*(?:[.,]\d\w*)*%?)"
    rf"|(?P<word>{_LETTER}\w*|_+\w*)"
    r"|(?P<operator>==)"
    r"|(?P<run>(?P<char>[^\w\s])(?P=char){2,})"
    rf"|(?P<joint>(?<={_LETTER}{{2}})-(?={_LETTER})|(?<={_LETTER})-(?={_LETTER}{{2}}))"
    rf"|(?P<sentence>(?<={_LETTER}{{2}})[.!]$)"
    r"|(?P<other>[\s\S])"
)
_HOLE = r"(?P<hole>\{(?:[^\W\d][\w.]*|\d*)(?:![rsa])?(?::[\w.?#<>^+, $*-]{0,12})?\})"
TOKENS: Final[Mapping[Manner, re.Pattern[str]]] = {
    "comment": re.compile(rf"(?P<tag></[a-z]\w*>)|(?P<target>(?<=\])\([^()\s]+\))|{_TOKEN}"),
    "raw": re.compile(_TOKEN),
    "heredoc": re.compile(_TOKEN),
    "word": re.compile(_WORD),
    "string": re.compile(rf"(?P<escape>{ESCAPE})|(?P<brace>\{{\{{|\}}\}})|{_HOLE}|{_TOKEN}"),
}
"""What the parts of a sentence are, by the name of the group that matches."""

KINDS: Final = (
    *("escape", "brace", "abbreviation", "hole", "uuid", "hash", "ordinal", "option", "number", "word"),
    *("operator", "run", "sentence", "blank", "tag", "target", "joint", "other"),
)
"""The names of all groups, for each of which `Prose` has a speaker."""


_SPACED_BEFORE = re.compile(r" +(?=[.?!](?: |$))")
_PAUSE = re.compile(r"[ ,]*,[ ,]*")
_NEEDLESS_PAUSE = re.compile(r"^, |, (?=[.?!])")

_SAID_IN_COMMENTS = frozenset("%&+=<>@/.")
"""Symbols that carry a sentence's meaning; the rest is decoration or melody below the level "most"."""

_PAUSES = frozenset("()[]{}—–")
"""What a reader turns into a short pause."""

_INVISIBLE = ("Cf", "Cc", "Mn", "Me", "Zs", "Zl", "Zp")


class Prose:
    """Words for sentences."""

    def __init__(
        self, words: Words, numbers: Numbers, names: Names, symbols: Symbols, escapes: Escapes
    ) -> None:
        self._words = words
        self._numbers = numbers
        self._names = names
        self._symbols = symbols
        self._escapes = escapes
        self._say = {kind: getattr(self, f"_{kind}") for kind in KINDS}

    def words(self, text: str, level: Level, manner: Manner) -> str:
        """The sentence as it is said, with its own punctuation for the melody."""
        said: list[str] = []
        for token in TOKENS[manner].finditer(text):
            kind = token.lastgroup or "other"
            kind = "run" if kind == "char" else kind
            words = self._say[kind](token, level, manner)
            if words:
                said.append(words)
        joined = " ".join(said)
        if "," in joined:
            joined = _NEEDLESS_PAUSE.sub("", _PAUSE.sub(", ", joined))
        return _SPACED_BEFORE.sub("", joined).strip()

    def _escape(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        if level in ("some", "most"):
            return self._escapes.words_for(token[0])
        return f"{self._symbols.names(token[0][0])} {self.words(token[0][1:], level, 'raw')}".strip()

    def _hole(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        """A place where something will be put, such as `{}`, `{name}` or `{:?}`."""
        if level != "some":
            return self._symbols_between(token[0])
        name, _, spec = re.split(r"([!:]|$)", token[0][1:-1], maxsplit=1)
        hole = self._words.phrase("hole", name=self._names.words(name, level) if name else "").strip()
        return f"{hole} {self.format_words(spec)}".strip()

    def format_words(self, spec: str) -> str:
        """How a hole is to be filled, such as `.2f` or `>10`; empty where nothing is said about it."""
        said = [
            self._numbers.whole(run)
            if run.isdecimal()
            else run.lower()
            if run.isalpha()
            else self._symbols.names(run)
            for run in re.findall(r"\d+|[^\W\d_]|[\W_]", spec)
            if not run.isspace()
        ]
        return " ".join([str(self._words.section("strings")["format"]), *said]) if said else ""

    def _brace(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        """A doubled brace, which stands for one where braces are holes."""
        if level == "some":
            return str(self._words.section("escapes")[token[0]])
        return self._symbols_between(token[0])

    def _option(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        """The dashes of an option, which make it one."""
        return self._symbols.names(token[0])

    def _abbreviation(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        said = self._words.section("words").get(token[0].lower())
        return self._symbols_between(token[0]) if said is None or level == "all" else str(said)

    def _target(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        """Where a link in a comment leads; its words have been said."""
        return "" if level == "some" else self._symbols_between(token[0])

    def _uuid(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        if level == "all":
            return self._symbols_between(token[0])
        digits = self._numbers.digits
        return self._words.phrase("uuid", start=digits(token[0][:2]), end=digits(token[0][-2:]))

    def _hash(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        if level == "all":
            return self._numbers.digits(token[0])
        return self._words.phrase("hash", start=self._numbers.digits(token[0][:6]))

    def _ordinal(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        return token[0]

    def _number(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        text = token[0]
        if not text.isascii():
            return self._names.words(text, level)
        grouped = re.fullmatch(r"\d{1,3}(?:,\d{3})+", text) is not None
        said = self._numbers.literal(text.replace(",", "") if grouped else text)
        return said if said is not None else self._symbols_between(text)

    def _symbols_between(self, text: str) -> str:
        """Letters and digits as in a name, and every symbol between them."""
        parts = re.findall(r"\d+|[^\W\d_]+|[\W_]", text)
        return " ".join(
            self._numbers.whole(part)
            if part.isdecimal()
            else self._names.part(part)
            if part.isalnum()
            else self._symbols.names(part)
            for part in parts
        )

    def _word(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        text = token[0].replace("’", "'")
        plain = text.replace("'", "")
        if not plain.isascii():
            text = unicodedata.normalize("NFKC", text)
        if plain.isalpha() and (plain.islower() or plain.istitle() or len(plain) == 1):
            said = self._words.section("words").get(text.lower())
            return str(said) if said is not None else text if has_vowel(plain) else self._names.part(plain)
        tick = self._symbols.names("'")
        return f" {tick} ".join(self._names.words(part, level) for part in text.split("'"))

    def _operator(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        said = self._words.section("operators").get(token[0])
        if level == "all" or said is None:
            return self._symbols.names(token[0])
        return str(said)

    def _run(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        if level == "some" and manner != "word":
            if token["char"] == ".":
                return ","
            if manner == "comment" and token["char"].isascii():
                return ""
        return self._symbols.counted(token["char"], len(token[0]))

    def _sentence(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        named = self._symbols.names(token[0], level) if level != "some" else ""
        if named and level == "all":
            return named
        return f"{named} {token[0] if token[0] in SENTENCE else ','}".strip()

    def _blank(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        return ""

    def _tag(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        """The end of an element of documentation; its beginning has told what it is."""
        return "" if level == "some" else self._symbols_between(token[0])

    def _joint(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        """A dash that only joins what could be words: that of `apt-get`, but not that of `a-z`."""
        return self._symbols.names(token[0], level)

    def _other(self, token: re.Match[str], level: Level, manner: Manner) -> str:
        char = token[0]
        if manner == "word":
            is_sign = char == "-" and token.start() == 0 and _is_before_digit(token)
            return str(self._words.section("numbers")["minus"]) if is_sign else self._symbols.names(char)
        if manner == "heredoc" and char == "`":  # it runs a command, in a shell
            return self._symbols.names(char)
        if char == "-":
            return self._dash(token, level)
        if manner != "comment" and (char == "\\" or (char in "$:" and _is_before_name(token))):
            return self._symbols.names(char)
        if manner != "comment" and char == ":" and token.start() and _is_before_digit(token):  # a port
            return self._symbols.names(char)
        symbol = self._words.symbols.get(char)
        if symbol is None:
            hidden = unicodedata.category(char) in _INVISIBLE
            return "" if hidden and level != "all" else name_of(char, self._words)
        if level == "some" and manner == "comment" and symbol.level == "some":
            meant = char in _SAID_IN_COMMENTS or _is_before_digit(token) or _is_between_blanks(token)
            return symbol.say if meant else ""
        if LEVELS.index(symbol.level) <= LEVELS.index(level):
            return symbol.say
        return "," if char in _PAUSES else ""

    def _dash(self, token: re.Match[str], level: Level) -> str:
        if level != "some":
            return self._symbols.names("-", level)
        before = token.string[token.start() - 1 : token.start()]
        if _is_before_digit(token) and not before.isalnum():
            return str(self._words.section("numbers")["minus"])
        return "," if before.isspace() else ""


def _is_before_digit(token: re.Match[str]) -> bool:
    return token.string[token.end() : token.end() + 1].isdecimal()


def _is_before_name(token: re.Match[str]) -> bool:
    """Whether what follows is a name, for which something is put in: `$x`, `${x}`, `:x`."""
    after = token.string[token.end() : token.end() + 1]
    if token[0] == ":":
        before = token.string[token.start() - 1 : token.start()] if token.start() else " "
        return after.isalpha() and (before.isspace() or before in "=(,")
    return after.isalnum() or after in ("_", "{", "(")


def _is_between_blanks(token: re.Match[str]) -> bool:
    """Whether the character stands alone inside a sentence, as `*` does in `width * height`."""
    before, after = token.string[: token.start()], token.string[token.end() :]
    return before.endswith(" ") and before.strip() != "" and after.startswith(" ")
