"""Strings: the opening kind once, the content, and the end marked."""

from __future__ import annotations

import re

from codechoir.settings import Level
from codechoir.wording.context import Hint
from codechoir.wording.operators import Symbols
from codechoir.wording.prose import Prose
from codechoir.wording.regexps import Regexps, looks_like_regexp
from codechoir.wording.tables import Fragment, Words

_QUOTE = r"(?P<quote>\"\"\"+|'''|\"|'|`)"
_OPENING = re.compile(
    r"(?P<percent>%[qQwWiIr]?|(?=<))(?P<bracket>[^\w\s])"
    r"|(?P<kind>[a-zA-Z]\w{0,2}(?=[#\"'`])|[$@]{1,2}(?=\"))?(?P<hashes>#*)" + _QUOTE
)
_CLOSING = re.compile(_QUOTE + r"#*$")
_DELIMITER = re.compile(r"[^\s()\\\"]{0,16}\(")
"""What stands between quote and content in a raw string of C++."""

_RAW_QUOTES = {"bash": "'", "go": "`", "php": "'", "ruby": "'", "sql": "'"}
"""Quotes after which a backslash is a backslash, by language."""

_BARE_WORDS = frozenset(("bash",))
"""Languages of which a word without quotes is a string, in which every sign has a meaning: `a-z`, `~/x`."""

_SHELL_QUOTES = "\"'$"

_SIGNS = re.compile(r"[\\${}^|\[\]]")
"""What makes the content of such quotes a pattern or a program, of which every character counts."""

_LIKE_A_VALUE = re.compile(r"[-+]?\.?\d[\d_.]*|true|false|none|null|nil|undefined", re.IGNORECASE)
"""A string that would be taken for a number or a constant, if nobody said that it is a string."""

_PAIRS = {"[": "]", "(": ")", "{": "}", "<": ">"}
_RAW_KINDS = frozenset(("r", "br", "rb", "cr", "lr", "u8r", "ur", "@", "$@", "@$", "%q", "%w"))
_FOR_REGEXPS = frozenset(("r", "R", "rb", "br"))
"""Kinds of raw strings that are made for regular expressions."""

END_PAUSE = 60
"""Milliseconds after a string, so that its end is heard."""


class Strings:
    """Words for strings and their parts."""

    def __init__(
        self, words: Words, prose: Prose, symbols: Symbols, regexps: Regexps, language: str = ""
    ) -> None:
        self._language = language
        self._prose = prose
        self._regexps = regexps
        self._symbols = symbols
        self._kinds = words.section("string_kinds")
        self._names = words.section("strings")

    def said(self, text: str, level: Level, *, opens: bool, closes: bool, hint: Hint = "") -> Fragment:
        """A string, or the part of one that a piece holds; `opens`, `closes`: it has the quotes."""
        if opens and self._language in _BARE_WORDS and text[0] not in _SHELL_QUOTES and level != "all":
            return Fragment(self._prose.words(text, level, "word"))
        opening = _OPENING.match(text) if opens else None
        start = self._begin(text, opening) if opening else 0
        closing = self._closing(text, start, opening) if closes else ""
        content = text[start : len(text) - len(closing)]
        pause = END_PAUSE if closes else 0
        if level == "all":
            return Fragment(self._all(text[:start], content, closing), after=pause)
        if closing and hint == "end":
            content = content.strip()
        said = [self._opening(opening, level), self._inside(content, level, opening)]
        if level == "most":
            said.append(self._symbols.names(closing) if closing else "")
        elif closing and opening is not None and not content:
            said.append(str(self._names["empty"]))
        elif hint == "end" or (hint == "quoted" and not said[0]):
            said.append(str(self._names[hint]))
        elif closing and opening is not None and not said[0] and _LIKE_A_VALUE.fullmatch(content):
            said[0] = str(self._names["quoted"])
        return Fragment(" ".join(word for word in said if word), after=pause)

    def _begin(self, text: str, opening: re.Match[str]) -> int:
        """Where the content begins."""
        if self._language == "cpp" and (opening["kind"] or "").endswith("R"):
            delimiter = _DELIMITER.match(text, opening.end())
            return delimiter.end() if delimiter else opening.end()
        return opening.end()

    def _closing(self, text: str, start: int, opening: re.Match[str] | None) -> str:
        """What ends the string; without the opening any real quote does."""
        if opening is None:
            found = _CLOSING.search(text)
            return found[0] if found else ""
        bracket = opening["bracket"] or ""
        end = (_PAIRS.get(bracket, bracket) or opening["quote"]) + (opening["hashes"] or "")
        delimiter = text[opening.end() : start]
        if delimiter:
            end = f"){delimiter[:-1]}{end}"
        return end if text.endswith(end) and len(text) >= start + len(end) else ""

    def _inside(self, content: str, level: Level, opening: re.Match[str] | None) -> str:
        kind = _kind(opening)
        if opening is not None and not kind and opening["quote"] == _RAW_QUOTES.get(self._language):
            return self._written(content, "all" if _SIGNS.search(content) else level)
        if "@" in kind:
            content = content.replace('""', '"')
        return self._content(content, level, raw=_is_raw(opening), regexp=kind in _FOR_REGEXPS)

    def _written(self, content: str, level: Level) -> str:
        """Content without escapes."""
        if not any(char.isalnum() for char in content):
            return self._symbols.names(content)
        return self._prose.words(content, level, "raw")

    def _opening(self, opening: re.Match[str] | None, level: Level) -> str:
        if opening is None:
            return ""
        quote, hashes = opening["quote"] or opening["bracket"], opening["hashes"] or ""
        kind = _kind(opening)
        said = str(self._kinds.get(kind, self._kinds.get(kind.lower(), "")))
        if not said and (hashes or quote == "`"):
            said = str(self._names["raw" if hashes else "template"])
        return f"{said} {self._symbols.names(hashes + quote)}".strip() if level == "most" else said

    def _content(self, content: str, level: Level, *, raw: bool, regexp: bool = False) -> str:
        if not any(char.isalnum() for char in content) and "{}" not in content:
            return self._symbols.names(content)
        if not raw:
            return self._prose.words(content, level, "string")
        if level == "some" and regexp and looks_like_regexp(content):
            return self._regexps.words(content)
        return self._prose.words(content, "most" if level == "some" else level, "raw")

    def _all(self, head: str, content: str, tail: str) -> str:
        said = (self._prose.words(head, "all", "raw"), self._content(content, "all", raw=True))
        return " ".join(word for word in (*said, self._prose.words(tail, "all", "raw")) if word)


def _kind(opening: re.Match[str] | None) -> str:
    if opening is None:
        return ""
    return opening["kind"] or opening["percent"] or opening["bracket"] or ""


def _is_raw(opening: re.Match[str] | None) -> bool:
    """Whether a backslash is a backslash in what follows."""
    if opening is None:
        return False
    return bool(opening["hashes"]) or _kind(opening).lower() in _RAW_KINDS
