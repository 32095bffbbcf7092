"""Words for strings: what kind of string it is, the content, and the end if it would not be noticed."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from codechoir.model import Category
from codechoir.settings import Level
from codechoir.wording.characters import ESCAPE_PATTERN
from codechoir.wording.context import Hint
from codechoir.wording.line_source import Fragment
from codechoir.wording.prose import ProseVerbalizer
from codechoir.wording.regexps import RegexpVerbalizer, looks_like_regexp, verbose_comment
from codechoir.wording.text_signs import TextKind
from codechoir.wording.token_words import OperatorVerbalizer
from codechoir.wording.word_table import WordTable

_QUOTE = r"(?P<quote>\"\"\"+|'''|\"|'|`)"
_OPENING = re.compile(
    r"(?P<percent>%[qQwWiIr]?|(?=<))(?P<bracket>[^\w\s])"
    r"|(?P<kind>[a-zA-Z]\w{0,2}(?=[#\"'`])|[$@]{1,2}(?=\")|\$(?='))?(?P<hashes>#*)" + _QUOTE
)
_CLOSING = re.compile(_QUOTE + r"#*$")
_DELIMITER = re.compile(r"[^\s()\\\"]{0,16}\(")
"""What separates quote and content in a raw string of C++."""

_RAW_QUOTES = {"bash": "'", "go": "`", "php": "'", "powershell": "'", "ruby": "'", "sql": "'"}
"""Quotes of strings without escapes, by language."""

_BARE_WORDS = frozenset(("bash", "docker", "make", "powershell"))
"""Languages in which a word without quotes is a string, and each of its signs has a meaning: `a-z`, `~/x`."""

_TEXT_KINDS: Mapping[str, TextKind] = {
    **dict.fromkeys(("cpp", "csharp", "java", "kotlin", "python", "rust", "scala", "zig"), "format"),
    "bash": "shell",
    "html": "markup",
}
"""What the content of a string is, by language. Libraries put values into braces: `"{} of {total}"`."""

_SHELL_QUOTES = "\"'$"

_RAW_BLOCKS = frozenset(("kotlin", "scala"))
"""Languages in which a string with three quotes has no escapes."""

_DELIMITED = frozenset(("php",))
"""Languages in which the string has delimiters and flags: `'/a/i'`."""

_KEEPS_BACKSLASH = {"php": '\\"$', "python": "\\\"'"}
"""What a backslash escapes, by language; before anything else it stays. In other languages it is dropped."""

_ESCAPES_QUOTES = frozenset(("php", "ruby"))
"""Languages in whose raw strings a backslash escapes the quote and itself."""

_RAW_ESCAPE = re.compile(r"\\([\\'])")
_ESCAPE = re.compile(ESCAPE_PATTERN)
_CHARACTERS = {
    "n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "b": "\b", "\n": "",
}  # fmt: skip

_VALUE = re.compile(r"[-+]?\.?\d[\d_.]*|true|false|none|null|nil|undefined", re.IGNORECASE)
"""Content that would be taken for a number or a constant if it were not said that it is a string."""

_PAIRS = {"[": "]", "(": ")", "{": "}", "<": ">"}
_RAW_KINDS = frozenset(("r", "br", "rb", "cr", "lr", "u8r", "ur", "@", "$@", "@$", "%q", "%w"))
_REGEXP_KINDS = frozenset(("r", "R", "rb", "br"))
"""Kinds of raw strings that are often regular expressions."""

_END_PAUSE = 60
"""Milliseconds after a string, so that its end can be heard."""


class StringVerbalizer:
    """Words for strings and parts of strings in one programming language."""

    def __init__(
        self,
        table: WordTable,
        prose: ProseVerbalizer,
        symbols: OperatorVerbalizer,
        regexps: RegexpVerbalizer,
        language: str = "",
    ) -> None:
        self._language = language
        self._text_kind: TextKind = _TEXT_KINDS.get(language, "string")
        self._prose = prose
        self._regexps = regexps
        self._symbols = symbols
        self._kinds = table.section("string_kinds")
        self._names = table.section("strings")

    def fragment(self, text: str, level: Level, *, opens: bool, closes: bool, hint: Hint = "") -> Fragment:
        """The words for a string or a part of one. `opens`, `closes`: the part has the opening, closing
        quote."""
        if opens and self._language in _BARE_WORDS and text[0] not in _SHELL_QUOTES and level != "all":
            return Fragment(self._prose.words(text, level, "word"))
        opening = _OPENING.match(text) if opens else None
        start = self._begin(text, opening) if opening else 0
        closing = self._closing(text, start, opening) if closes else ""
        content = text[start : len(text) - len(closing)]
        pause = _END_PAUSE if closes else 0
        if level == "all":
            return Fragment(self._all_words(text[:start], content, closing), after=pause)
        if closing and hint == "end":
            content = content.strip()
        kind, inside, end = self._opening(opening, level), self._content(content, level, opening), ""
        if level == "most":
            end = self._symbols.names(closing) if closing else ""
        elif closing and opening is not None and not content:
            end = str(self._names["empty"])
        elif hint == "end" or (hint == "quoted" and not kind):
            end = str(self._names[hint])
        elif closing and opening is not None and not kind and _VALUE.fullmatch(content):
            kind = str(self._names["quoted"])
        return Fragment(" ".join(word for word in (kind, inside, end) if word), after=pause)

    def regexp_fragments(
        self, text: str, level: Level, *, opens: bool, closes: bool, hint: Hint, verbose: bool
    ) -> list[Fragment]:
        """The fragments for a string, or a line of one, that is a regular expression.

        `verbose`: blanks in it mean nothing, and a `#` begins a comment.
        """
        opening = _OPENING.match(text) if opens else None
        start = self._begin(text, opening) if opening else 0
        closing = self._closing(text, start, opening) if closes else ""
        content = text[start : len(text) - len(closing)]
        if level == "all" or not content.strip():
            return [self.fragment(text, level, opens=opens, closes=closes, hint=hint)]
        cut = verbose_comment(content) if verbose else len(content)
        pattern = self._unescaped(content[:cut], opening)
        is_delimited = self._language in _DELIMITED and opens and closes
        said = (
            self._regexps.delimited_words(pattern) if is_delimited else self._pattern_words(pattern, verbose)
        )
        end = self._symbols.names(closing) if level == "most" and closing else ""
        if level != "most" and closes and hint in ("end", "quoted"):
            end = str(self._names[hint])
        words = " ".join(word for word in (self._opening(opening, level), said, end) if word)
        pause = _END_PAUSE if closes else 0
        if cut == len(content):
            return [Fragment(words, after=pause)]
        at = len(text[: start + cut].encode())
        comment = self._prose.words(content[cut:].lstrip("# "), "some", "comment")
        return [Fragment(words, 0, at), Fragment(comment, at, category=Category.COMMENT, after=pause)]

    def _pattern_words(self, pattern: str, verbose: bool) -> str:
        return self._regexps.words(pattern.strip() if verbose else pattern, verbose=verbose)

    def _unescaped(self, content: str, opening: re.Match[str] | None) -> str:
        """The pattern that the program gets: the content without the escapes of the programming language.

        A template of JavaScript is a pattern only as `String.raw`, which has no escapes either.
        """
        is_block = opening is not None and opening["quote"] == '"""' and self._language in _RAW_BLOCKS
        if opening is None or _is_raw(opening) or is_block or opening["quote"] == "`":
            return content.replace('""', '"') if opening is not None and "@" in _kind(opening) else content
        if opening["quote"] == _RAW_QUOTES.get(self._language):
            return _RAW_ESCAPE.sub(r"\1", content) if self._language in _ESCAPES_QUOTES else content
        known = _KEEPS_BACKSLASH.get(self._language)
        return _ESCAPE.sub(lambda escape: _character(escape[0], known), content)

    def _begin(self, text: str, opening: re.Match[str]) -> int:
        """The index at which the content begins."""
        if self._language == "cpp" and (opening["kind"] or "").endswith("R"):
            delimiter = _DELIMITER.match(text, opening.end())
            return delimiter.end() if delimiter else opening.end()
        return opening.end()

    def _closing(self, text: str, start: int, opening: re.Match[str] | None) -> str:
        """The end of the string as written. If the opening is not known, any quote counts."""
        if opening is None:
            found = _CLOSING.search(text)
            return found[0] if found else ""
        bracket = opening["bracket"] or ""
        end = (_PAIRS.get(bracket, bracket) or opening["quote"]) + (opening["hashes"] or "")
        delimiter = text[opening.end() : start]
        if delimiter:
            end = f"){delimiter[:-1]}{end}"
        return end if text.endswith(end) and len(text) >= start + len(end) else ""

    def _content(self, content: str, level: Level, opening: re.Match[str] | None) -> str:
        kind = _kind(opening)
        if opening is not None and not kind and opening["quote"] == _RAW_QUOTES.get(self._language):
            return self._raw_words(content, level)
        if "@" in kind:
            content = content.replace('""', '"')
        return self._content_words(content, level, raw=_is_raw(opening), regexp=kind in _REGEXP_KINDS)

    def _raw_words(self, content: str, level: Level) -> str:
        if not any(char.isalnum() for char in content):
            return self._symbols.names(content)
        return self._prose.words(content, level, "raw")

    def _opening(self, opening: re.Match[str] | None, level: Level) -> str:
        if opening is None:
            return ""
        quote, hashes = opening["quote"] or opening["bracket"], opening["hashes"] or ""
        kind = _kind(opening)
        words = str(self._kinds.get(kind, self._kinds.get(kind.lower(), "")))
        if not words and (hashes or quote == "`"):
            words = str(self._names["raw" if hashes else "template"])
        return f"{words} {self._symbols.names(hashes + quote)}".strip() if level == "most" else words

    def _content_words(self, content: str, level: Level, *, raw: bool, regexp: bool = False) -> str:
        if not any(char.isalnum() for char in content) and "{}" not in content:
            return self._symbols.names(content)
        if not raw:
            return self._prose.words(content, level, self._text_kind)
        if level == "some" and regexp and looks_like_regexp(content):
            return self._regexps.words(content)
        return self._prose.words(content, level, "raw")

    def _all_words(self, head: str, content: str, tail: str) -> str:
        words = (
            self._prose.words(head, "all", "raw"),
            self._content_words(content, "all", raw=True),
            self._prose.words(tail, "all", "raw"),
        )
        return " ".join(word for word in words if word)


def _kind(opening: re.Match[str] | None) -> str:
    if opening is None:
        return ""
    return opening["kind"] or opening["percent"] or opening["bracket"] or ""


def _character(escape: str, known: str | None) -> str:
    """The character of an escape sequence; `known`: the other characters that the backslash escapes, or None
    if it can escape all."""
    body = escape[1:]
    if body in _CHARACTERS:
        return _CHARACTERS[body]
    digits = body.lstrip("uUx").strip("{}")
    if body[0] in "uUx" and digits and int(digits, 16) <= sys.maxunicode:
        return chr(int(digits, 16))
    if body.isdecimal():
        return chr(int(body, 8))
    return body if known is None or body in known else escape


def _is_raw(opening: re.Match[str] | None) -> bool:
    """Whether the string has no escapes."""
    if opening is None:
        return False
    return bool(opening["hashes"]) or _kind(opening).lower() in _RAW_KINDS
