"""Where in a document a place is, in words: line, what encloses it, share of the file before it.

What stands at a position, in words: the character, the token, what it does, and what is around it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from codechoir.model import Category, Span, Utterance
from codechoir.wording.characters import cleaned, name_of
from codechoir.wording.language_words import LanguageWords
from codechoir.wording.outline import symbol_phrases

if TYPE_CHECKING:
    from codechoir.syntax import Snapshot, Symbol


@dataclass(frozen=True, slots=True)
class Location:
    """A place, `at` a byte. `line`: counted from 1, of `lines`. `percent`: of the bytes before it. `symbols`:
    kind and name of what encloses it, outermost first. `words`: all of it as it is said."""

    line: int
    lines: int
    percent: int
    symbols: tuple[tuple[str, str], ...]
    words: str
    at: int

    def as_json(self) -> dict[str, Any]:
        """The place for programs; `symbols` is a list of `{"kind", "name"}`."""
        symbols = [{"kind": kind, "name": name} for kind, name in self.symbols]
        about = {"line": self.line, "lines": self.lines, "percent": self.percent}
        return {**about, "symbols": symbols, "text": self.words}

    def utterance(self, natural: str = "en") -> Utterance:
        """The place as the narrator says it."""
        return Utterance(self.words, Category.NARRATION, self.at, self.at, language=natural)


def location_of(snapshot: Snapshot, at: int, book: LanguageWords) -> Location:
    """Where byte `at` is; places beyond the text are brought to its end."""
    at = min(max(at, 0), len(snapshot.text))
    line, lines = snapshot.line_of(at) + 1, max(len(snapshot.text.splitlines()), 1)
    percent = 100 * at // max(len(snapshot.text), 1)
    symbols = snapshot.enclosing(at)
    phrases = book.words.section("describe")
    count = book.numbers.cardinal
    said = [phrases["place"].format(line=count(line), lines=count(lines))]
    said += symbol_phrases(symbols, book)
    said.append(phrases["share"].format(percent=count(percent)))
    kinds_and_names = tuple((symbol.kind, symbol.name) for symbol in symbols)
    return Location(line, lines, percent, kinds_and_names, cleaned(", ".join(said)), at)


@dataclass(frozen=True, slots=True)
class Description:
    """What stands at a byte of a document.

    `character`: it, and its `name`, `unicode_name` and `code_point` (`U+0041`). `line`, `column`: counted
    from 1, the column in characters. `text`, `start`, `end`, `category`, `capture`, `role`, `language`,
    `depth`: of the token, empty or 0 between tokens. `symbols`: kind and name of what encloses it, outermost
    first. `words`: all of it as it is said.
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
        """The description as the narrator says it."""
        return Utterance(self.words, Category.NARRATION, self.start, self.end, language=natural)


def describe(snapshot: Snapshot, at: int, book: LanguageWords) -> Description:
    """What stands at byte `at`; positions beyond the text are brought to its end."""
    at = min(max(at, 0), len(snapshot.text))
    line = snapshot.line_of(at)
    begin = snapshot.line_range(line)[0]
    char = snapshot.text[at : at + 4].decode("utf-8", "ignore")[:1]
    span = next((s for s in snapshot.spans(at, at + 1) if s.start <= at < s.end), None)
    symbols = snapshot.enclosing(at)
    column = len(snapshot.text[begin:at].decode("utf-8", "replace")) + 1
    text = snapshot.text[span.start : span.end].decode("utf-8", "replace") if span is not None else ""
    return Description(
        char,
        _name(char, book),
        unicodedata.name(char, "") if char else "",
        f"U+{ord(char):04X}" if char else "",
        line + 1,
        column,
        text,
        span.start if span is not None else at,
        span.end if span is not None else at,
        span.category.value if span is not None else "",
        span.capture if span is not None else "",
        span.role if span is not None else "",
        span.language if span is not None else snapshot.language.name,
        span.depth if span is not None else 0,
        tuple((symbol.kind, symbol.name) for symbol in symbols),
        _words(book, char, span, text, symbols, line + 1, column),
    )


def _name(char: str, book: LanguageWords) -> str:
    if not char:
        return ""
    return char.lower() if char.isascii() and char.isalnum() else cleaned(name_of(char, book.words))


def _words(
    book: LanguageWords,
    char: str,
    span: Span | None,
    text: str,
    symbols: list[Symbol],
    line: int,
    column: int,
) -> str:
    """From the near to the far: character, token, role, symbols from the inside out, line."""
    phrases = book.words.section("describe")
    said = []
    if char:
        key, small = ("capital", char.lower()) if char.isupper() else ("character", char)
        said.append(phrases[key].format(name=_name(small if len(small) == 1 else char, book)))
    if span is None:
        said.append(str(phrases["blank"]))
    else:
        category = book.words.section("categories")[span.category.value]
        said.append(phrases["token"].format(category=category, words=book.snippets.words(text[:80], "all")))
        if span.capture not in ("", span.category.value):
            capture = span.capture.removeprefix(f"{span.category.value}.")
            said.append(phrases["capture"].format(capture=capture.replace(".", " ").replace("_", " ")))
        role = book.words.role(span.role)
        if role is not None and role.words(text):
            said.append(phrases["role"].format(words=role.words(text)))
        if span.depth:
            said.append(phrases["depth"].format(depth=book.numbers.cardinal(span.depth)))
    said += symbol_phrases(symbols, book)
    count = book.numbers.cardinal
    said.append(phrases["line"].format(line=count(line), column=count(column)))
    return cleaned(", ".join(said))
