"""Where in a document a place is, in words: line, what encloses it, share of the file before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codechoir.model import Category, Utterance
from codechoir.wording.book import Book
from codechoir.wording.outline import symbol_phrases
from codechoir.wording.speakable import cleaned

if TYPE_CHECKING:
    from codechoir.syntax.document import Snapshot


@dataclass(frozen=True, slots=True)
class Where:
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


def where(snapshot: Snapshot, at: int, book: Book) -> Where:
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
    return Where(line, lines, percent, kinds_and_names, cleaned(", ".join(said)), at)
