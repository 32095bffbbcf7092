"""Strings: the opening kind once, the content, and the end marked."""

from __future__ import annotations

import re

from codechoir.settings import Level
from codechoir.wording.neighbours import Hint
from codechoir.wording.prose import Prose
from codechoir.wording.regexps import Regexps, looks_like_regexp
from codechoir.wording.said import Said
from codechoir.wording.symbols import Symbols
from codechoir.wording.tables import Words

_QUOTE = r"(?P<quote>\"\"\"+|'''|\"|'|`)"
_OPENING = re.compile(
    r"(?P<percent>%[qQwWiIr]?|(?=<))(?P<bracket>[^\w\s])"
    r"|(?P<kind>[a-zA-Z]\w?(?=[#\"'`])|[$@]{1,2}(?=\"))?(?P<hashes>#*)" + _QUOTE
)
_CLOSING = re.compile(r"(?:" + _QUOTE + r"|(?P<bracket>[^\w\s]))(?P<hashes>#*)$")
_PAIRS = {"[": "]", "(": ")", "{": "}", "<": ">"}
_RAW_KINDS = frozenset(("r", "br", "rb", "cr", "lr", "@", "%q", "%w"))
_FOR_REGEXPS = frozenset(("r", "R", "rb", "br"))
"""Kinds of raw strings that are made for regular expressions."""

END_PAUSE = 60
"""Milliseconds after a string, so that its end is heard."""


class Strings:
    """Words for strings and their parts."""

    def __init__(self, words: Words, prose: Prose, symbols: Symbols, regexps: Regexps) -> None:
        self._prose = prose
        self._regexps = regexps
        self._symbols = symbols
        self._kinds = words.section("string_kinds")
        self._names = words.section("strings")

    def said(self, text: str, level: Level, *, opens: bool, closes: bool, hint: Hint = "") -> Said:
        """A string, or the part of one that a piece holds; `opens`, `closes`: it has the quotes."""
        opening = _OPENING.match(text) if opens else None
        start = opening.end() if opening else 0
        closing = _CLOSING.search(text, start) if closes else None
        if closing is not None and not _belongs(opening, closing):
            closing = None
        content = text[start : closing.start()] if closing else text[start:]
        pause = END_PAUSE if closes else 0
        if level == "all":
            return Said(self._all(text[:start], content, text[start + len(content) :]), after=pause)
        if closing is not None and hint == "end":
            content = content.strip()
        said = [
            self._opening(opening, level),
            self._content(content, level, raw=_is_raw(opening), regexp=_kind(opening) in _FOR_REGEXPS),
        ]
        if level == "most":
            said.append(self._symbols.names(closing[0]) if closing else "")
        elif closing is not None and opening is not None and not content:
            said.append(str(self._names["empty"]))
        elif hint == "end" or (hint == "quoted" and not said[0]):
            said.append(str(self._names[hint]))
        return Said(" ".join(word for word in said if word), after=pause)

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
        if not any(char.isalnum() for char in content):
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


def _belongs(opening: re.Match[str] | None, closing: re.Match[str]) -> bool:
    """Whether a closing quote ends what was opened; without the opening any real quote does."""
    if opening is None:
        return closing["quote"] is not None
    if opening["bracket"]:
        bracket = opening["bracket"]
        return _PAIRS.get(bracket, bracket) == closing[0]
    return bool(opening["quote"] == closing["quote"])
