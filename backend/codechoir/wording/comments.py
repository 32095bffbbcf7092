"""Comments and docstrings, a line at a time: prose, announced markers and tags, code in back-ticks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codechoir.model import Category
from codechoir.settings import Level
from codechoir.wording.names import Names
from codechoir.wording.options import WordingOptions
from codechoir.wording.prose import Prose
from codechoir.wording.said import Said
from codechoir.wording.snippets import Snippets
from codechoir.wording.symbols import Symbols
from codechoir.wording.tables import Words

_OPENING = re.compile(
    r"\s*(?:[rRuUbBfF]{0,2}(?:\"\"\"|''')|<!--+|/\*+!?|//+!?|\#+[!:]?|--+(?:\[\[)?|;+|%+|=begin\b|\{-|\(\*|\"|')?\s*"
)
_CONTINUED = re.compile(r"\s*(?:\*+(?=[\s/]|$)|//+!?|\#+)?\s*")
_CLOSING = re.compile(r"\s*(?:\"\"\"|'''|\*+/|--+>|=end|-\}|\*\)|(?<=\S)[\"'](?=$))?\s*$")
_DECORATION = re.compile(r"^(?:([^\w\s])\1{2,}\s*)+(?=\w)|(?<=[\w.)])\s*(?:([^\w\s.])\2{2,}\s*)+$")
_RULE = re.compile(r"[^\w]*([^\w\s])\1{2,}[^\w]*")
_MARKER = re.compile(r"([A-Z]{3,})(\([^)]*\))?(?::|\b(?!['-]))\s*")
_TAG = re.compile(
    r"[@\\](?P<at>[A-Za-z]+)(?=\W|$)|:(?P<field>[a-z]+)(?P<name>\s[^:`]*)?:(?=\s|$)|<(?P<xml>[a-z]+)\b[^>]*>"
)
_TYPE = re.compile(r"\s*\{(?P<type>[^}]*)\}\s*|\s+")
_TICKS = re.compile(r"(`+)(?P<code>[^`]+)\1")
_CODE_AS = Category.VARIABLE
"""The voice for code inside a comment."""


class Comments:
    """Words for comments."""

    def __init__(
        self,
        words: Words,
        prose: Prose,
        names: Names,
        snippets: Snippets,
        symbols: Symbols,
        options: WordingOptions,
    ) -> None:
        self._words = words
        self._prose = prose
        self._names = names
        self._snippets = snippets
        self._symbols = symbols
        self._options = options
        self._markers = words.section("markers")
        self._tags = words.section("doc_tags")

    def said(self, text: str, level: Level, *, opens: bool, closes: bool) -> list[Said]:
        """One line of a comment; its parts follow each other without a gap and cover the whole line."""
        if level != "some":
            return [Said(self._prose.words(text, level, "raw"))]
        start, end = body_of(text, opens=opens, closes=closes)
        body = text[start:end]
        if _RULE.fullmatch(body or text.strip()[2:]):
            return [self._rule()]
        if not body:
            return [Said("")]
        decoration = _DECORATION.search(body)
        while decoration is not None:
            cut = decoration.end() if decoration.start() == 0 else 0
            start, end = (start + cut, end) if cut else (start, start + decoration.start())
            body = text[start:end]
            decoration = _DECORATION.search(body)
        return _placed(text, list(self._parts(body, start)))

    def code(self, text: str, level: Level, *, opens: bool, closes: bool) -> list[Said]:
        """One line of code that was commented out."""
        start, end = body_of(text, opens=opens, closes=closes)
        return [Said(self._snippets.words(text[start:end], level))]

    def _rule(self) -> Said:
        if self._options.cues:
            return Said("", cue="rule")
        return Said(self._words.phrase("rule"), category=Category.NARRATION)

    def _parts(self, body: str, at: int) -> Iterator[tuple[int, str, Category | None]]:
        """Where each part begins in the text, its words, and whose voice says it."""
        offset = 0
        marker = _MARKER.match(body)
        if marker is not None and marker[1] in self._markers:
            yield at, str(self._markers[marker[1]]), Category.NARRATION
            offset = marker.end(1)
        else:
            tag, offset = self._tag(body)
            if tag:
                yield at, tag, None
        for code in _TICKS.finditer(body, offset) if self._options.doc_code else ():
            if code.start() > offset:
                yield at + offset, self._prose.words(body[offset : code.start()], "some", "comment"), None
            yield at + code.start(), self._snippets.words(code["code"], "some"), _CODE_AS
            offset = code.end()
        if offset < len(body):
            yield at + offset, self._prose.words(body[offset:], "some", "comment"), None

    def _tag(self, body: str) -> tuple[str, int]:
        """A documentation tag as words, and where what follows it begins."""
        tag = _TAG.match(body)
        if tag is None:
            return "", 0
        name = tag["at"] or tag["field"] or tag["xml"]
        said = self._tags.get(name, self._tags.get(name.lower()))
        if said is None:
            return "", 0
        words = [str(said)]
        if tag["name"]:
            words.append(self._snippets.words(tag["name"], "some"))
        end = tag.end()
        kind = _TYPE.match(body, end)
        if tag["at"] and kind is not None and kind["type"]:
            words.append(self._snippets.words(kind["type"], "some"))
            end = kind.end()
        return " ".join(words), end


def body_of(text: str, *, opens: bool, closes: bool) -> tuple[int, int]:
    """Where the words of a comment's line begin and end, without what marks it as a comment."""
    closing = _CLOSING.search(text) if closes else None
    end = closing.start() if closing is not None else len(text.rstrip())
    opening = (_OPENING if opens else _CONTINUED).match(text, 0, end)
    start = opening.end() if opening is not None else 0
    return start, max(start, end)


def _placed(text: str, parts: list[tuple[int, str, Category | None]]) -> list[Said]:
    """The parts with byte offsets, so that together they cover the whole text; silent ones are joined."""
    kept = [part for part in parts if part[1]] or [(0, "", None)]
    starts = [0, *(len(text[:at].encode()) for at, _, _ in kept[1:])]
    ends = [*starts[1:], -1]
    return [
        Said(words, start, end, category)
        for (_, words, category), start, end in zip(kept, starts, ends, strict=True)
    ]
