"""The structure of a document in words: "class cart, four methods; method total, takes items and tax …"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from codechoir.model import Category, Utterance
from codechoir.wording.characters import cleaned
from codechoir.wording.language_words import LanguageWords

if TYPE_CHECKING:
    from codechoir.syntax import Snapshot, Symbol

_RECEIVERS = frozenset(("self", "cls", "this"))
"""Parameters that every method has, so that nobody needs to be told."""

_IS_CALLED = frozenset(("function", "method", "constructor", "macro"))
_OPERATOR = re.compile(r"(?:operator\s*)?([^\w\s]+)")
_SIGNS = {"~": "destructor", "[": "computed.open"}
"""What a name may begin with besides letters, and what it does there."""

_PAUSE = 120
"""Milliseconds between the symbols."""


class Outline:
    """What a document, or one symbol of it, consists of.

    `at`: a byte; then the outline is that of the innermost symbol there, or of the document where there is
    none.
    """

    def __init__(self, snapshot: Snapshot, book: LanguageWords, at: int | None = None) -> None:
        self._snapshot = snapshot
        self._book = book
        self._phrases = book.words.section("outline")
        self._kinds = book.words.section("symbol_kinds")
        symbols = snapshot.symbols()
        around = snapshot.enclosing(at) if at is not None else []
        self.whole = not around
        self.symbols = symbols if not around else _within(symbols, around[-1])

    def phrases(self) -> Iterator[list[Utterance]]:
        """The outline as it is said, one list for each symbol; the document's own line comes first."""
        if self.whole:
            yield [self._narrate(self._about_file(), 0, 0)]
        for symbol in self.symbols:
            yield self._phrase(symbol)

    def text(self) -> str:
        """The outline as it is said, one line for each symbol."""
        return "\n".join(" ".join(part.text for part in phrase if part.text) for phrase in self.phrases())

    def as_json(self) -> dict[str, Any]:
        """The outline for programs: the text, and each symbol with its lines, counted from 1."""
        return {
            "language": self._snapshot.language.name,
            "lines": self._file_lines(),
            "text": self.text(),
            "symbols": [
                {
                    **asdict(symbol),
                    "parameters": list(symbol.parameters),
                    "line": self._snapshot.line_of(symbol.start) + 1,
                    "lines": self._lines(symbol),
                    "text": " ".join(part.text for part in self._phrase(symbol) if part.text),
                }
                for symbol in self.symbols
            ],
        }

    def _phrase(self, symbol: Symbol) -> list[Utterance]:
        """Kind, name and parameters, each in the voice that says it in the code; then what it consists of."""
        called = symbol.kind in _IS_CALLED
        kind = str(self._kinds.get(symbol.kind, [cleaned(symbol.kind)])[0])
        out = [self._narrate(kind, symbol.start, symbol.name_start)]
        voice = Category.FUNCTION if called else Category.TYPE
        name = f"{symbol_words(symbol, self._book)},"
        out.append(self._utterance(name, voice, symbol.name_start, symbol.name_end))
        takes = self._takes(symbol)
        if takes:
            out.append(self._utterance(f"{takes},", Category.VARIABLE, symbol.name_end, symbol.signature_end))
        facts = [*self._children(symbol), self._counted("lines", self._lines(symbol))]
        if called and symbol.returns:
            facts.append(self._counted("returns", symbol.returns))
        out.append(self._narrate(", ".join(facts), symbol.signature_end, symbol.end, _PAUSE))
        return out

    def _takes(self, symbol: Symbol) -> str:
        written = [
            name for name in symbol.parameters if name not in _RECEIVERS and any(map(str.isalnum, name))
        ]
        names = [self._book.names.words(name, "some") for name in written]
        if not names:
            return ""
        *others, last = names
        joined = f"{', '.join(others)} {self._phrases['and']} {last}" if others else last
        return str(self._phrases["takes"]).format(names=joined)

    def _children(self, symbol: Symbol) -> list[str]:
        inner = [s for s in self._snapshot.symbols() if s.depth == symbol.depth + 1 and _holds(symbol, s)]
        return self._kinds_of(inner)

    def _kinds_of(self, symbols: Sequence[Symbol]) -> list[str]:
        counts = Counter(symbol.kind for symbol in symbols)
        return [self._some(kind, count) for kind, count in counts.items()]

    def _some(self, kind: str, count: int) -> str:
        names = self._kinds.get(kind, [cleaned(kind)])
        return f"{self._book.numbers.cardinal(count)} {names[0] if count == 1 else names[-1]}"

    def _about_file(self) -> str:
        size = self._counted("lines", self._file_lines())
        title = self._book.names.words(self._snapshot.language.title, "some")
        said = [str(self._phrases["file"]).format(language=title, size=size)]
        outer = self._kinds_of([symbol for symbol in self.symbols if symbol.depth == 0])
        return ", ".join([*said, *(outer or [str(self._phrases["nothing"])])])

    def _file_lines(self) -> int:
        """The lines of the document; an empty one after the last line break does not count."""
        count = self._snapshot.line_count
        low, high = self._snapshot.line_range(count - 1)
        return count if low < high or count == 1 else count - 1

    def _lines(self, symbol: Symbol) -> int:
        last = self._snapshot.line_of(max(symbol.end - 1, symbol.start))
        return last - self._snapshot.line_of(symbol.start) + 1

    def _counted(self, key: str, count: int) -> str:
        one, many = self._phrases[key]
        return str(one) if count == 1 else str(many).format(count=self._book.numbers.cardinal(count))

    def _narrate(self, words: str, start: int, end: int, pause: int = 0) -> Utterance:
        return self._utterance(words, Category.NARRATION, start, end, pause)

    def _utterance(self, words: str, category: Category, start: int, end: int, pause: int = 0) -> Utterance:
        tag = self._book.words.tag
        return Utterance(cleaned(words), category, start, max(start, end), pause_after=pause, language=tag)


def symbol_words(symbol: Symbol, book: LanguageWords) -> str:
    """The name of a symbol as words, without its type parameters."""
    name = symbol.name
    operator = _OPERATOR.fullmatch(name)
    if operator is not None:
        said = book.symbols.said(operator[1], "operator.name", Category.OPERATOR, "some").text
        return f"{book.words.section('categories')['operator']} {said}"
    signs = [_role(role, sign, book) for sign, role in _SIGNS.items() if name.startswith(sign)]
    signs += [_role("setter", "=", book)] if name.endswith("=") else []
    bare = name.strip("~[]=").partition("<")[0]
    path = f" {_role('path', '::', book)} "
    words = path.join(book.names.words(part, "some") for part in bare.split("::") if part)
    if not words:
        return str(book.words.section("outline")["unnamed"])
    return f"{words} {signs[0]}" if name.endswith("=") else " ".join([*signs, words])


def symbol_phrases(symbols: Sequence[Symbol], book: LanguageWords) -> list[str]:
    """Kind and name of each symbol around a place, inside first; `symbols` begin with the outermost."""
    phrase, kinds = book.words.section("describe")["symbol"], book.words.section("symbol_kinds")
    return [
        phrase.format(kind=kinds.get(symbol.kind, [symbol.kind])[0], name=symbol_words(symbol, book))
        for symbol in reversed(symbols)
    ]


def _role(role: str, text: str, book: LanguageWords) -> str:
    entry = book.words.role(role)
    return entry.words(text) if entry is not None else ""


def _within(symbols: Sequence[Symbol], outer: Symbol) -> list[Symbol]:
    """A symbol and what it holds."""
    return [outer, *(symbol for symbol in symbols if symbol.depth > outer.depth and _holds(outer, symbol))]


def _holds(outer: Symbol, inner: Symbol) -> bool:
    return outer is not inner and outer.start <= inner.start and inner.end <= outer.end
