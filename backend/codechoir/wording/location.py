"""A place in a document in words.

`Location`: its line, the symbols around it, and the share of the document before it. `Description`: the
character and the token there, what the token does, and what is around it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from codechoir.model import Category, Span, Utterance
from codechoir.wording.characters import character_name, speakable_text
from codechoir.wording.language_verbalizer import LanguageVerbalizer
from codechoir.wording.outline import symbol_phrases

if TYPE_CHECKING:
    from codechoir.syntax import Snapshot, Symbol


@dataclass(frozen=True, slots=True)
class Location:
    """Where byte `offset` is.

    `line`: counted from 1, of `lines`. `percent`: share of the bytes before it. `symbols`: kind and name of
    the symbols around it, the outermost first. `words`: all this as words.
    """

    line: int
    lines: int
    percent: int
    symbols: tuple[tuple[str, str], ...]
    words: str
    offset: int

    def as_json(self) -> dict[str, Any]:
        """The location for programs; `symbols` is a list of `{"kind", "name"}`."""
        symbols = [{"kind": kind, "name": name} for kind, name in self.symbols]
        place = {"line": self.line, "lines": self.lines, "percent": self.percent}
        return {**place, "symbols": symbols, "text": self.words}

    def utterance(self, natural: str = "en") -> Utterance:
        """The words as one utterance of the narrator."""
        return Utterance(self.words, Category.NARRATION, self.offset, self.offset, language=natural)


def locate(snapshot: Snapshot, offset: int, verbalizer: LanguageVerbalizer) -> Location:
    """Where byte `offset` is. An offset outside the text counts as its beginning or end."""
    offset = min(max(offset, 0), len(snapshot.text))
    line, lines = snapshot.line_of(offset) + 1, max(len(snapshot.text.splitlines()), 1)
    percent = 100 * offset // max(len(snapshot.text), 1)
    symbols = snapshot.enclosing(offset)
    phrases = verbalizer.table.section("describe")
    count = verbalizer.numbers.cardinal
    words = [phrases["place"].format(line=count(line), lines=count(lines))]
    words += symbol_phrases(symbols, verbalizer)
    words.append(phrases["share"].format(percent=count(percent)))
    kinds_and_names = tuple((symbol.kind, symbol.name) for symbol in symbols)
    return Location(line, lines, percent, kinds_and_names, speakable_text(", ".join(words)), offset)


@dataclass(frozen=True, slots=True)
class Description:
    """What is at a byte of a document.

    `character`: the character, and its `name`, `unicode_name` and `code_point` (`U+0041`). `line`, `column`:
    counted from 1, the column in characters. `text`, `start`, `end`, `category`, `capture`, `role`,
    `language`, `depth`: of the token; empty or 0 between tokens. `symbols`: kind and name of the symbols
    around it, the outermost first. `words`: all this as words.
    """

    character: str
    name: str
    unicode_name: str
    code_point: str
    line: int
    column: int
    text: str
    start: int
    end: int
    category: str
    capture: str
    role: str
    language: str
    depth: int
    symbols: tuple[tuple[str, str], ...]
    words: str

    def as_json(self) -> dict[str, Any]:
        """The description for programs; `symbols` is a list of `{"kind", "name"}`."""
        symbols = [{"kind": kind, "name": name} for kind, name in self.symbols]
        return {**asdict(self), "symbols": symbols}

    def utterance(self, natural: str = "en") -> Utterance:
        """The words as one utterance of the narrator."""
        return Utterance(self.words, Category.NARRATION, self.start, self.end, language=natural)


def describe(snapshot: Snapshot, offset: int, verbalizer: LanguageVerbalizer) -> Description:
    """What is at byte `offset`. An offset outside the text counts as its beginning or end."""
    offset = min(max(offset, 0), len(snapshot.text))
    line = snapshot.line_of(offset)
    begin = snapshot.line_range(line)[0]
    char = snapshot.text[offset : offset + 4].decode("utf-8", "ignore")[:1]
    span = next((s for s in snapshot.spans(offset, offset + 1) if s.start <= offset < s.end), None)
    symbols = snapshot.enclosing(offset)
    column = len(snapshot.text[begin:offset].decode("utf-8", "replace")) + 1
    text = snapshot.text[span.start : span.end].decode("utf-8", "replace") if span is not None else ""
    return Description(
        char,
        _name(char, verbalizer),
        unicodedata.name(char, "") if char else "",
        f"U+{ord(char):04X}" if char else "",
        line + 1,
        column,
        text,
        span.start if span is not None else offset,
        span.end if span is not None else offset,
        span.category.value if span is not None else "",
        span.capture if span is not None else "",
        span.role if span is not None else "",
        span.language if span is not None else snapshot.language.name,
        span.depth if span is not None else 0,
        tuple((symbol.kind, symbol.name) for symbol in symbols),
        _description_words(verbalizer, char, span, text, symbols, line + 1, column),
    )


def _name(char: str, verbalizer: LanguageVerbalizer) -> str:
    if not char:
        return ""
    return (
        char.lower()
        if char.isascii() and char.isalnum()
        else speakable_text(character_name(char, verbalizer.table))
    )


def _description_words(
    verbalizer: LanguageVerbalizer,
    char: str,
    span: Span | None,
    text: str,
    symbols: list[Symbol],
    line: int,
    column: int,
) -> str:
    """From the near to the far: character, token, role, symbols around it, line."""
    phrases = verbalizer.table.section("describe")
    words = []
    if char:
        key, small = ("capital", char.lower()) if char.isupper() else ("character", char)
        words.append(phrases[key].format(name=_name(small if len(small) == 1 else char, verbalizer)))
    if span is None:
        words.append(str(phrases["blank"]))
    else:
        category = verbalizer.table.section("categories")[span.category.value]
        words.append(
            phrases["token"].format(category=category, words=verbalizer.snippets.words(text[:80], "all"))
        )
        if span.capture not in ("", span.category.value):
            capture = span.capture.removeprefix(f"{span.category.value}.")
            words.append(phrases["capture"].format(capture=capture.replace(".", " ").replace("_", " ")))
        role = verbalizer.table.role(span.role)
        if role is not None and role.words(text):
            words.append(phrases["role"].format(words=role.words(text)))
        if span.depth:
            words.append(phrases["depth"].format(depth=verbalizer.numbers.cardinal(span.depth)))
    words += symbol_phrases(symbols, verbalizer)
    count = verbalizer.numbers.cardinal
    words.append(phrases["line"].format(line=count(line), column=count(column)))
    return speakable_text(", ".join(words))
