"""Words for sentences: comments and the content of strings, read as text and not as code.

One regular expression for each kind of text divides it into tokens (words, numbers, signs); a method with the
name of the group that matched gives the words.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from codechoir.settings import Level
from codechoir.wording.characters import (
    ESCAPE_PATTERN,
    MARKS,
    SENTENCE_PUNCTUATION,
    SHELL_ESCAPE_PATTERN,
    EscapeVerbalizer,
    character_name,
    compatible_text,
)
from codechoir.wording.names import NameVerbalizer, has_vowel
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.text_signs import FOREIGN_PUNCTUATION, PROSE, TextKind, sign_use
from codechoir.wording.token_words import FEWEST_COUNTED, OperatorVerbalizer
from codechoir.wording.word_table import WordTable

_ID = (
    r"(?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)"
    r"|(?P<hash>\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{32,128}\b)"
)
_SMALL_DIGITS = "\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2089\u2150-\u2189\u2460-\u24ff"
"""Superscripts, fractions and the like: signs, although `\\w` counts them as letters."""

_LETTER = rf"[^\W\d_{_SMALL_DIGITS}]"
_IN_WORD = rf"(?:[^\W{_SMALL_DIGITS}]|[{MARKS}]|(?<=[\u0600-\u0fff])[\u200c\u200d])"
_APOSTROPHE = rf"(?:['’]{_LETTER}+)*"
_EXPONENT = r"(?:(?<=\d[eE])[+-]\d+)?"
_ORNAMENT = r"(?P<ornament>(?<!\S)[-=*_#~+]{3,}(?!\S))"
_SIGNS = r"(?P<run>(?P<char>[^\w\s])(?P=char)+)|(?P<blank>\s+)|(?P<other>[\s\S])"
_SENTENCES = (
    rf"{_ID}"
    r"|(?P<ordinal>\d+(?:st|nd|rd|th)\b)"
    r"|(?P<abbreviation>\b(?:e\.g|i\.e|z\.B|d\.h)\.)"
    rf"|{_ORNAMENT}"
    r"|(?P<option>(?<![\w-])-{1,2}(?=[A-Za-z]))"
    r"|(?P<colour>\#(?=[0-9]{0,7}[a-fA-F])(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b)"
    r"|(?P<called>\b(?:[A-Za-z]\#|[A-Za-z]\+\+)(?!\w))"
    rf"|(?P<number>\d[^\W_]*(?:[.,]\d[^\W_]*)*{_EXPONENT}%?)"
    rf"|(?P<word>{_LETTER}{_IN_WORD}*{_APOSTROPHE}|_+\w*)"
    r"|(?P<call>(?<=\w)\(\))"
    r"|(?P<operator>(?<![^\w\s)\]\"'`])(?:!==?|===?|=>|->|<=|>=|<-|&&|\|\||[-+*/]=|:=|::)(?![^\w\s(\[\"'`]))"
    rf"|{_SIGNS}"
)
_DATA = (
    rf"{_ID}"
    rf"|(?P<number>\d[^\W_]*(?:\.\d[^\W_]*)*{_EXPONENT}%?)"
    rf"|(?P<word>{_LETTER}{_IN_WORD}*{_APOSTROPHE}|_+\w*)"
    rf"|{_SIGNS}"
)
_ENTITY = r"(?P<entity>&(?:[A-Za-z]{2,8}|\#\d{1,7}|\#x[0-9a-fA-F]{1,6});)"
_BLOCK_TAGS = (
    "p|br|li|ul|ol|pre|h[1-6]|dl|dt|dd|table|tr|td|th|blockquote|hr|div|para|list|item|description|term"
)
_TAGS = rf"{_BLOCK_TAGS}|a|b|i|em|strong|tt|sub|sup|span|img|code"
"""Elements of HTML and XML that format the text of a comment; the first ones begin a passage of their own."""

_PLACEHOLDER = (
    r"(?P<placeholder>(?<![\w\])])\{\d*(?:![rsa])?(?::[\w.?#<>^+, $*-]{0,12})?\}"
    r"|\{[^\W\d][\w.]*(?:![rsa])?(?::[\w.?#<>^+, $*-]{0,12})?\})"
)
TOKENS: Final[Mapping[TextKind, re.Pattern[str]]] = {
    "comment": re.compile(
        rf"(?P<tag></[a-zA-Z]\w*>|(?<!\w)<(?:{_TAGS})(?=[\s/>])[^<>]{{0,200}}>)"
        r"|(?P<target>\](?:\([^()\s]{1,200}\)|\[[^\[\]]{0,80}\]))"
        rf"|{_ENTITY}|{_SENTENCES}"
    ),
    "text": re.compile(_SENTENCES),
    "raw": re.compile(_DATA),
    "heredoc": re.compile(_DATA),
    "word": re.compile(_DATA),
    "string": re.compile(rf"(?P<escape>{ESCAPE_PATTERN})|{_DATA}"),
    "shell": re.compile(rf"(?P<escape>{SHELL_ESCAPE_PATTERN})|{_DATA}"),
    "markup": re.compile(rf"{_ENTITY}|{_DATA}"),
    "format": re.compile(rf"(?P<escape>{ESCAPE_PATTERN})|(?P<brace>\{{\{{|\}}\}})|{_PLACEHOLDER}|{_DATA}"),
}
"""Divide a text into tokens. The name of the group that matches is the kind of the token."""

TOKEN_KINDS: Final = (
    *(
        "abbreviation",
        "blank",
        "brace",
        "call",
        "called",
        "colour",
        "entity",
        "escape",
        "hash",
        "number",
        "operator",
    ),
    *("option", "ordinal", "ornament", "other", "placeholder", "run", "tag", "target", "uuid", "word"),
)
"""The names of all groups. `ProseVerbalizer` has a method for each."""

_SPACED_BEFORE = re.compile(r" +(?=[.?!](?: |$))")
_PAUSE = re.compile(r"[ ,]*,[ ,]*")
_NEEDLESS_PAUSE = re.compile(r"^, |, (?=[.?!])|(?<=[.?!]),")

_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK_TAGS})\b")
_DECORATION = frozenset("-=*_#~+/.^`|:\\")
"""Signs that decorate a comment where several stand alone."""

_JOINERS = re.compile("[\u200c\u200d]")
"""What only shapes the letters beside it, as in Persian and Hindi."""

_INVISIBLE = ("Cf", "Cc", "Zs", "Zl", "Zp")


class ProseVerbalizer:
    """Words for sentences, and for the content of strings."""

    def __init__(
        self,
        table: WordTable,
        numbers: NumberVerbalizer,
        names: NameVerbalizer,
        symbols: OperatorVerbalizer,
        escapes: EscapeVerbalizer,
    ) -> None:
        self._table = table
        self._numbers = numbers
        self._names = names
        self._symbols = symbols
        self._escapes = escapes
        self._words = table.section("words")
        self._methods = {kind: getattr(self, f"_{kind}") for kind in TOKEN_KINDS}

    def words(self, text: str, level: Level, kind: TextKind, start: int = 0, end: int = -1) -> str:
        """The words of a text, with its own sentence punctuation for the melody.

        `start`, `end`: the part that is said; what is around it shows what a sign at its ends is for.
        """
        stop = len(text) if end < 0 else end
        if not text.isascii() and not unicodedata.is_normalized("NFC", text):
            before, part = text[:start], unicodedata.normalize("NFC", text[start:stop])
            text, stop = before + part + text[stop:], start + len(part)
        said: list[str] = []
        for token in TOKENS[kind].finditer(text, start, stop):
            group = token.lastgroup or "other"
            words = self._methods["run" if group == "char" else group](token, level, kind)
            if words:
                said.append(words)
        joined = " ".join(said)
        if "," in joined:
            joined = _NEEDLESS_PAUSE.sub("", _PAUSE.sub(", ", joined))
        return _SPACED_BEFORE.sub("", joined).strip()

    # ---- words and numbers -----------------------------------------------------------------------------

    def _word(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        text = token[0].replace("’", "'")
        plain = text.replace("'", "")
        if not plain.isascii():
            text = _JOINERS.sub("", compatible_text(text))
        if plain.isalpha() and (plain.islower() or plain.istitle() or len(plain) == 1):
            words = self._words.get(text.lower())
            return str(words) if words is not None else text if has_vowel(plain) else self._names.part(plain)
        tick = self._symbols.names("'")
        return f" {tick} ".join(self._name(part, level, kind) for part in text.split("'"))

    def _name(self, text: str, level: Level, kind: TextKind) -> str:
        """A word that may be a name of the program. In data each `_` is said, except those of `__init__`."""
        if kind in PROSE or level != "some" or "_" not in text:
            digits = self._names.before_digits if kind == "word" else ""
            return self._names.words(text, level, digits)
        is_dunder = text[:2] == text[-2:] == "__" and len(text.strip("_")) == len(text) - 4
        if not is_dunder:
            return self._names.words(text, "most")
        dunder = self._table.section("identifiers")["dunder"]
        return f"{dunder} {self._names.words(text.strip('_'), 'most')}"

    def _number(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        text = token[0]
        if not text.isascii():
            return self._names.words(text, level)
        if token.string[token.start() - 1 : token.start()] == "." and "." in text:  # of a version: v1.2.3
            return self._every_character(text)
        grouped = kind in PROSE and re.fullmatch(r"\d{1,3}(?:,\d{3})+", text) is not None
        words = self._numbers.literal(text.replace(",", "") if grouped else text, is_code=False)
        return words if words is not None else self._every_character(text)

    def _ordinal(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        return token[0]

    def _abbreviation(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        words = self._words.get(token[0].lower())
        return self._every_character(token[0]) if words is None or level == "all" else str(words)

    def _called(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """A name that ends with signs, such as `C#`."""
        words = self._words.get(token[0].lower())
        return self._every_character(token[0]) if words is None or level == "all" else str(words)

    def _colour(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        return f"{self._symbols.names('#')} {self._numbers.digits(token[0][1:])}"

    def _uuid(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        if level == "all":
            return self._every_character(token[0])
        digits = self._numbers.digits
        return self._table.phrase("uuid", start=digits(token[0][:2]), end=digits(token[0][-2:]))

    def _hash(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        if level == "all":
            return self._numbers.digits(token[0])
        return self._table.phrase("hash", start=self._numbers.digits(token[0][:6]))

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

    # ---- escapes, placeholders, markup -----------------------------------------------------------------

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

    def _target(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """The end of a link in a comment, with its target. The text of the link has been said already."""
        return "" if level == "some" else self._every_character(token[0])

    def _tag(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """A tag that formats a documentation comment, or the end tag of an element that has been said."""
        if level != "some":
            return self._every_character(token[0])
        return "," if _BLOCK_TAG.match(token[0]) else ""

    def _entity(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """A character by its entity in HTML or XML: `&lt;`."""
        char = html.unescape(token[0])
        if level == "all" or len(char) != 1 or not char.isprintable():
            return self._every_character(token[0])
        return char if char.isalnum() else "" if char.isspace() else character_name(char, self._table)

    # ---- signs -----------------------------------------------------------------------------------------

    def _option(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """The dashes of a command line option."""
        return self._symbols.names(token[0])

    def _ornament(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """Signs that stand alone, as in `-*- coding -*-`."""
        return "" if level == "some" else self._symbols.names(token[0], level)

    def _call(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """The brackets of a function's name in a sentence: `main()`."""
        return (
            self._table.role_words("call.empty.open", "(")
            if level == "some"
            else self._sign(token, level, kind)
        )

    def _operator(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        words = self._table.section("operators").get(token[0])
        if level == "all" or words is None:
            return self._symbols.names(token[0])
        return str(words)

    def _blank(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        return ""

    def _run(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """Equal signs in a row."""
        char, count = token["char"], len(token[0])
        if level == "some" and kind in PROSE and count >= FEWEST_COUNTED and char in _DECORATION:
            before, after = token.string[token.start() - 1 : token.start()], token.string[token.end() :][:1]
            if char == ".":
                return "," if not (before.strip() and after.strip()) else self._symbols.names(token[0])
            return "" if not (before.isalnum() or after.isalnum()) else self._symbols.names(token[0])
        return self._sign(token, level, kind)

    def _other(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        char = token[0]
        if char.isalnum() or char in self._table.symbols:
            return self._sign(token, level, kind)
        category = unicodedata.category(char)
        if category in ("Mn", "Mc", "Me"):
            return character_name(char, self._table).removeprefix("combining ")
        return "" if category in _INVISIBLE and level != "all" else self._sign(token, level, kind)

    def _sign(self, token: re.Match[str], level: Level, kind: TextKind) -> str:
        """The words for a sign, or for a run of one."""
        sign = token[0]
        use = sign_use(token.string, token.start(), token.end(), kind)
        if level != "some":
            named = self._symbols.names(sign, level)
            if use == "melody" and level == "most":
                return f"{named} {sign if sign in SENTENCE_PUNCTUATION else ','}".strip()
            if named or level == "all":
                return named
        if use == "named" and sign[0] == "-" and kind == "word" and token.start() > 0:
            return " ".join([self._table.phrase("hyphen")] * len(sign))  # "dash" begins an option: `tr a -z`
        if use == "named":
            return self._symbols.names(sign)
        if use == "minus":
            return str(self._table.section("numbers")["minus"])
        if use == "melody":
            sign = FOREIGN_PUNCTUATION.get(sign, sign)
            return sign if sign in SENTENCE_PUNCTUATION else ","
        return "," if use == "pause" else ""
