"""Words for sentences: comments and the content of strings, read as text and not as code.

One regular expression for each kind of text divides it into tokens (words, numbers, signs); a method with the
name of the group that matched gives the words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal

from codechoir.settings import LEVELS, Level
from codechoir.wording.characters import (
    ESCAPE_PATTERN,
    SENTENCE_PUNCTUATION,
    EscapeVerbalizer,
    character_name,
)
from codechoir.wording.names import NameVerbalizer, has_vowel
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.operators import SymbolVerbalizer
from codechoir.wording.word_table import WordTable

TextKind = Literal["comment", "string", "raw", "heredoc", "word"]
"""Where the text comes from. Raw strings and here-documents have no escapes. In a word of a shell each sign
has a meaning."""

_ID = (
    r"(?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)"
    r"|(?P<hash>\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{32,128}\b)"
)
_TOKEN = (
    rf"{_ID}"
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
    rf"{_ID}"
    r"|(?P<number>\d\w*(?:[.,]\d\w*)*%?)"
    rf"|(?P<word>{_LETTER}\w*|_+\w*)"
    r"|(?P<operator>==)"
    r"|(?P<run>(?P<char>[^\w\s])(?P=char){2,})"
    rf"|(?P<joint>(?<={_LETTER}{{2}})-(?={_LETTER})|(?<={_LETTER})-(?={_LETTER}{{2}}))"
    rf"|(?P<sentence>(?<={_LETTER}{{2}})[.!]$)"
    r"|(?P<other>[\s\S])"
)
_PLACEHOLDER = r"(?P<placeholder>\{(?:[^\W\d][\w.]*|\d*)(?:![rsa])?(?::[\w.?#<>^+, $*-]{0,12})?\})"
TOKENS: Final[Mapping[TextKind, re.Pattern[str]]] = {
    "comment": re.compile(rf"(?P<tag></[a-z]\w*>)|(?P<target>(?<=\])\([^()\s]+\))|{_TOKEN}"),
    "raw": re.compile(_TOKEN),
    "heredoc": re.compile(_TOKEN),
    "word": re.compile(_WORD),
    "string": re.compile(rf"(?P<escape>{ESCAPE_PATTERN})|(?P<brace>\{{\{{|\}}\}})|{_PLACEHOLDER}|{_TOKEN}"),
}
"""Divide a text into tokens. The name of the group that matches is the kind of the token."""

TOKEN_KINDS: Final = (
    *(
        "escape",
        "brace",
        "abbreviation",
        "placeholder",
        "uuid",
        "hash",
        "ordinal",
        "option",
        "number",
        "word",
    ),
    *("operator", "run", "sentence", "blank", "tag", "target", "joint", "other"),
)
"""The names of all groups. `ProseVerbalizer` has a method for each."""

_SPACED_BEFORE = re.compile(r" +(?=[.?!](?: |$))")
_PAUSE = re.compile(r"[ ,]*,[ ,]*")
_NEEDLESS_PAUSE = re.compile(r"^, |, (?=[.?!])")

_SAID_IN_COMMENTS = frozenset("%&+=<>@/.")
"""Symbols that carry meaning in a sentence. Others are decoration or melody below the level `most`."""

_PAUSES = frozenset("()[]{}—–")
"""Symbols that become a short pause."""

_INVISIBLE = ("Cf", "Cc", "Mn", "Me", "Zs", "Zl", "Zp")


class ProseVerbalizer:
    """Words for sentences."""

    def __init__(
        self,
        table: WordTable,
        numbers: NumberVerbalizer,
        names: NameVerbalizer,
        symbols: SymbolVerbalizer,
        escapes: EscapeVerbalizer,
    ) -> None:
        self._table = table
        self._numbers = numbers
        self._names = names
        self._symbols = symbols
        self._escapes = escapes
        self._methods = {kind: getattr(self, f"_{kind}") for kind in TOKEN_KINDS}

    def words(self, text: str, level: Level, kind: TextKind) -> str:
        """The words of a text, with its own sentence punctuation for the melody."""
        said: list[str] = []
        for token in TOKENS[kind].finditer(text):
            group = token.lastgroup or "other"
            words = self._methods["run" if group == "char" else group](token, level, kind)
            if words:
                said.append(words)
        joined = " ".join(said)
        if "," in joined:
            joined = _NEEDLESS_PAUSE.sub("", _PAUSE.sub(", ", joined))
        return _SPACED_BEFORE.sub("", joined).strip()

    def _escape(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        if level in ("some", "most"):
            return self._escapes.words(token[0])
        return f"{self._symbols.names(token[0][0])} {self.words(token[0][1:], level, 'raw')}".strip()

    def _placeholder(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """A placeholder, such as `{}`, `{name}` or `{:?}`."""
        if level != "some":
            return self._every_character(token[0])
        name, _, spec = re.split(r"([!:]|$)", token[0][1:-1], maxsplit=1)
        words = self._table.phrase("hole", name=self._names.words(name, level) if name else "").strip()
        return f"{words} {self.format_words(spec)}".strip()

    def format_words(self, spec: str) -> str:
        """The words for a format specification, such as `.2f` or `>10`; empty for an empty one."""
        words = [
            self._numbers.whole(run)
            if run.isdecimal()
            else run.lower()
            if run.isalpha()
            else self._symbols.names(run)
            for run in re.findall(r"\d+|[^\W\d_]|[\W_]", spec)
            if not run.isspace()
        ]
        return " ".join([str(self._table.section("strings")["format"]), *words]) if words else ""

    def _brace(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """A doubled brace, which means one brace in a text with placeholders."""
        if level == "some":
            return str(self._table.section("escapes")[token[0]])
        return self._every_character(token[0])

    def _option(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """The dashes of a command line option."""
        return self._symbols.names(token[0])

    def _abbreviation(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        words = self._table.section("words").get(token[0].lower())
        return self._every_character(token[0]) if words is None or level == "all" else str(words)

    def _target(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """The target of a link in a comment. The text of the link has been said already."""
        return "" if level == "some" else self._every_character(token[0])

    def _uuid(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        if level == "all":
            return self._every_character(token[0])
        digits = self._numbers.digits
        return self._table.phrase("uuid", start=digits(token[0][:2]), end=digits(token[0][-2:]))

    def _hash(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        if level == "all":
            return self._numbers.digits(token[0])
        return self._table.phrase("hash", start=self._numbers.digits(token[0][:6]))

    def _ordinal(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        return token[0]

    def _number(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        text = token[0]
        if not text.isascii():
            return self._names.words(text, level)
        grouped = re.fullmatch(r"\d{1,3}(?:,\d{3})+", text) is not None
        words = self._numbers.literal(text.replace(",", "") if grouped else text)
        return words if words is not None else self._every_character(text)

    def _every_character(self, text: str) -> str:
        """Letters and digits as in a name, and each symbol between them by name."""
        parts = re.findall(r"\d+|[^\W\d_]+|[\W_]", text)
        return " ".join(
            self._numbers.whole(part)
            if part.isdecimal()
            else self._names.part(part)
            if part.isalnum()
            else self._symbols.names(part)
            for part in parts
        )

    def _word(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        text = token[0].replace("’", "'")
        plain = text.replace("'", "")
        if not plain.isascii():
            text = unicodedata.normalize("NFKC", text)
        if plain.isalpha() and (plain.islower() or plain.istitle() or len(plain) == 1):
            words = self._table.section("words").get(text.lower())
            return str(words) if words is not None else text if has_vowel(plain) else self._names.part(plain)
        tick = self._symbols.names("'")
        return f" {tick} ".join(self._names.words(part, level) for part in text.split("'"))

    def _operator(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        words = self._table.section("operators").get(token[0])
        if level == "all" or words is None:
            return self._symbols.names(token[0])
        return str(words)

    def _run(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        if level == "some" and kind != "word":
            if token["char"] == ".":
                return ","
            if kind == "comment" and token["char"].isascii():
                return ""
        return self._symbols.repeated_name(token["char"], len(token[0]))

    def _sentence(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        named = self._symbols.names(token[0], level) if level != "some" else ""
        if named and level == "all":
            return named
        return f"{named} {token[0] if token[0] in SENTENCE_PUNCTUATION else ','}".strip()

    def _blank(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        return ""

    def _tag(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """The end tag of an element in a documentation comment. Its start tag has been said already."""
        return "" if level == "some" else self._every_character(token[0])

    def _joint(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """A dash that joins two words, as in `apt-get`; not that of `a-z`."""
        return self._symbols.names(token[0], level)

    def _other(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        char = token[0]
        if kind == "word":
            is_sign = char == "-" and token.start() == 0 and _is_before_digit(token)
            return str(self._table.section("numbers")["minus"]) if is_sign else self._symbols.names(char)
        if kind == "heredoc" and char == "`":  # runs a command, in a shell
            return self._symbols.names(char)
        if char == "-":
            return self._dash(token, level)
        if kind != "comment" and (char == "\\" or (char in "$:" and _is_before_name(token))):
            return self._symbols.names(char)
        if kind != "comment" and char == ":" and token.start() and _is_before_digit(token):  # a port
            return self._symbols.names(char)
        symbol = self._table.symbols.get(char)
        if symbol is None:
            hidden = unicodedata.category(char) in _INVISIBLE
            return "" if hidden and level != "all" else character_name(char, self._table)
        if level == "some" and kind == "comment" and symbol.level == "some":
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
            return str(self._table.section("numbers")["minus"])
        return "," if before.isspace() else ""


def _is_before_digit(token: re.Match[str]) -> bool:
    return token.string[token.end() : token.end() + 1].isdecimal()


def _is_before_name(token: re.Match[str]) -> bool:
    """Whether a variable's name follows: `$x`, `${x}`, `:x`."""
    after = token.string[token.end() : token.end() + 1]
    if token[0] == ":":
        before = token.string[token.start() - 1 : token.start()] if token.start() else " "
        return after.isalpha() and (before.isspace() or before in "=(,")
    return after.isalnum() or after in ("_", "{", "(")


def _is_between_blanks(token: re.Match[str]) -> bool:
    """Whether the character stands alone between words, as `*` does in `width * height`."""
    before, after = token.string[: token.start()], token.string[token.end() :]
    return before.endswith(" ") and before.strip() != "" and after.startswith(" ")
