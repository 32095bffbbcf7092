"""A document in words: its structure, and a place in it.

`Outline`: "class cart, four methods"; "method total, takes items and tax". `Location`: the line of a place,
the symbols around it, and the share of the document before it. `Description`: the character and the token
there, what the token does, and what is around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from codechoir.cancellation import check_cancelled
from codechoir.model import Category, Span, Utterance
from codechoir.wording.characters import character_name, speakable_text
from codechoir.wording.comments import first_sentence
from codechoir.wording.language_verbalizer import LanguageVerbalizer
from codechoir.wording.line_source import LinePiece

if TYPE_CHECKING:
    from codechoir.syntax import Snapshot, Symbol

_RECEIVERS = frozenset(("self", "cls", "this"))
"""Parameters that every method has. They are not said."""

_CALLABLE_KINDS = frozenset(("function", "method", "constructor", "destructor", "macro", "procedure"))
_WRITTEN_KINDS = frozenset(("animation", "element", "group", "heading", "key", "rule", "section", "table"))
"""Kinds whose names are no identifiers. They are said as they are in the document."""

_NAME_CATEGORIES = {
    **dict.fromkeys(_CALLABLE_KINDS, Category.FUNCTION),
    **dict.fromkeys(("constant", "event", "key", "property"), Category.VARIABLE),
    **dict.fromkeys(("heading", "section"), Category.COMMENT),
}
"""The category of the name by the kind of symbol; of all others it is that of types."""

_OPERATOR = re.compile(r"(?:operator\s*)?([^\w\s]+)")
_SIGN_ROLES = {"~": "destructor", "[": "computed.open"}
"""What a name may begin with besides letters, and its role there."""

_MOST_DOC_BYTES = 2000
"""Only so much of a comment is searched for its first sentence."""

_PAUSE = 120
"""Milliseconds between symbols."""


class Outline:
    """The structure of a document, or of the innermost symbol at byte `offset` if there is one."""

    def __init__(self, snapshot: Snapshot, verbalizer: LanguageVerbalizer, offset: int | None = None) -> None:
        self._snapshot = snapshot
        self._verbalizer = verbalizer
        self._phrases = verbalizer.table.section("outline")
        self._kinds = verbalizer.table.section("symbol_kinds")
        symbols = snapshot.symbols()
        around = snapshot.enclosing(offset) if offset is not None else []
        self._is_whole_document = not around
        self.symbols = symbols if not around else _within(symbols, around[-1])
        self._member_kinds = _member_kinds(self.symbols)

    def phrases(self) -> Iterator[list[Utterance]]:
        """The utterances: for a document, its own line, then one list for each symbol."""
        yield from self._opening()
        for symbol, members in zip(self.symbols, self._member_kinds, strict=True):
            check_cancelled()
            yield self._phrase(symbol, members)

    def text(self) -> str:
        """The words, one line for each list of `phrases`."""
        return "\n".join(map(_words, self.phrases()))

    def as_json(self) -> dict[str, Any]:
        """The outline for programs: the text, and each symbol with its line, counted from 1."""
        lines = list(map(_words, self.phrases()))
        return {
            "language": self._snapshot.language.name,
            "lines": self._document_lines(),
            "text": "\n".join(lines),
            "symbols": [
                {
                    **asdict(symbol),
                    "parameters": list(symbol.parameters),
                    "line": self._snapshot.line_of(symbol.start) + 1,
                    "lines": self._symbol_lines(symbol),
                    "summary": doc_summary(symbol, self._snapshot, self._verbalizer),
                    "text": text,
                }
                for symbol, text in zip(self.symbols, lines[len(lines) - len(self.symbols) :], strict=True)
            ],
        }

    def _opening(self) -> Iterator[list[Utterance]]:
        """The document's own line, if the outline is of a document."""
        if self._is_whole_document:
            yield [self._narrate(self._document_words(), 0, 0)]

    def _phrase(self, symbol: Symbol, members: Counter[str]) -> list[Utterance]:
        """Kind, name and parameters in the voices they have in the code; then members, size and returns."""
        is_callable = symbol.kind in _CALLABLE_KINDS
        kind = str(self._kinds.get(symbol.kind, [speakable_text(symbol.kind)])[0])
        utterances = [self._narrate(kind, symbol.start, symbol.name_start)]
        category = _NAME_CATEGORIES.get(symbol.kind, Category.TYPE)
        name = f"{symbol_words(symbol, self._snapshot, self._verbalizer)},"
        utterances.append(self._utterance(name, category, symbol.name_start, symbol.name_end))
        parameters = self._parameters(symbol)
        if parameters:
            utterances.append(
                self._utterance(f"{parameters},", Category.VARIABLE, symbol.name_end, symbol.signature_end)
            )
        facts = [*self._counts_by_kind(members), self._counted("lines", self._symbol_lines(symbol))]
        if is_callable and symbol.returns:
            facts.append(self._counted("returns", symbol.returns))
        size = ", ".join(facts)
        summary = doc_summary(symbol, self._snapshot, self._verbalizer)
        if not summary:
            utterances.append(self._narrate(size, symbol.signature_end, symbol.end, _PAUSE))
            return utterances
        utterances.append(self._narrate(f"{size},", symbol.signature_end, symbol.end))
        place = symbol.doc_start, symbol.doc_end
        utterances.append(self._utterance(summary, Category.COMMENT, *place, _PAUSE))
        return utterances

    def _parameters(self, symbol: Symbol) -> str:
        names = [
            self._verbalizer.identifiers.words(name, "some")
            for name in symbol.parameters
            if name not in _RECEIVERS and any(map(str.isalnum, name))
        ]
        if not names:
            return ""
        *others, last = names
        joined = f"{', '.join(others)} {self._phrases['and']} {last}" if others else last
        return str(self._phrases["takes"]).format(names=joined)

    def _counts_by_kind(self, counts: Counter[str]) -> list[str]:
        return [self._kind_count(kind, count) for kind, count in counts.items()]

    def _kind_count(self, kind: str, count: int) -> str:
        names = self._kinds.get(kind, [speakable_text(kind)])
        return f"{self._verbalizer.numbers.cardinal(count)} {names[0] if count == 1 else names[-1]}"

    def _document_words(self) -> str:
        size = self._counted("lines", self._document_lines())
        title = self._verbalizer.names.words(self._snapshot.language.title, "some")
        words = [str(self._phrases["file"]).format(language=title, size=size)]
        outer = self._counts_by_kind(Counter(symbol.kind for symbol in self.symbols if symbol.depth == 0))
        return ", ".join([*words, *(outer or [str(self._phrases["nothing"])])])

    def _document_lines(self) -> int:
        """The number of lines, without an empty one after the last line break."""
        count = self._snapshot.line_count
        low, high = self._snapshot.line_range(count - 1)
        return count if low < high or count == 1 else count - 1

    def _symbol_lines(self, symbol: Symbol) -> int:
        last = self._snapshot.line_of(max(symbol.end - 1, symbol.start))
        return last - self._snapshot.line_of(symbol.start) + 1

    def _counted(self, key: str, count: int) -> str:
        one, many = self._phrases[key]
        return str(one) if count == 1 else str(many).format(count=self._verbalizer.numbers.cardinal(count))

    def _narrate(self, words: str, start: int, end: int, pause: int = 0) -> Utterance:
        return self._utterance(words, Category.NARRATION, start, end, pause)

    def _utterance(self, words: str, category: Category, start: int, end: int, pause: int = 0) -> Utterance:
        tag = self._verbalizer.table.tag
        return Utterance(
            speakable_text(words), category, start, max(start, end), pause_after=pause, language=tag
        )


def symbol_words(symbol: Symbol, snapshot: Snapshot, verbalizer: LanguageVerbalizer) -> str:
    """The name of a symbol as words, with the type that a method belongs to, or what a type implements."""
    words = _name_words(symbol, snapshot, verbalizer)
    phrases = verbalizer.table.section("outline")
    for key, related in (("receiver", symbol.receiver), ("trait", symbol.trait)):
        if related:
            other = _path_words(related, verbalizer)
            words = str(phrases[key]).format(name=words, other=other)
    return words


def _name_words(symbol: Symbol, snapshot: Snapshot, verbalizer: LanguageVerbalizer) -> str:
    name = symbol.name
    if symbol.kind in _WRITTEN_KINDS:
        return _written_words(symbol, snapshot, verbalizer) or str(
            verbalizer.table.section("outline")["unnamed"]
        )
    operator = _OPERATOR.fullmatch(name)
    if operator is not None:
        words = verbalizer.symbols.fragment(operator[1], "operator.name", Category.OPERATOR, "some").text
        return f"{verbalizer.table.section('categories')['operator']} {words}"
    signs = [
        verbalizer.table.role_words(role, sign) for sign, role in _SIGN_ROLES.items() if name.startswith(sign)
    ]
    signs += [verbalizer.table.role_words("setter", "=")] if name.endswith("=") else []
    words = _path_words(name.strip("~[]=").partition("<")[0], verbalizer)
    if not words:
        return str(verbalizer.table.section("outline")["unnamed"])
    return f"{words} {signs[0]}" if name.endswith("=") else " ".join([*signs, words])


def _path_words(name: str, verbalizer: LanguageVerbalizer) -> str:
    """The words for a name, which may have several parts: `fmt::Display`."""
    path = f" {verbalizer.table.role_words('path', '::')} "
    return path.join(verbalizer.identifiers.words(part, "some") for part in name.split("::") if part)


def _written_words(symbol: Symbol, snapshot: Snapshot, verbalizer: LanguageVerbalizer) -> str:
    """The words for the tokens of a name."""
    low, high = symbol.name_start, symbol.name_end
    words: list[str] = []
    for span in snapshot.spans(low, high):
        start, end = max(span.start, low), min(span.end, high)
        piece = LinePiece(span, start, end, snapshot.text[start:end].decode("utf-8", "replace"))
        words += (fragment.text for fragment in verbalizer.fragments(piece, "some"))
    return speakable_text(" ".join(filter(None, words)))


def symbol_phrases(
    symbols: Sequence[Symbol], snapshot: Snapshot, verbalizer: LanguageVerbalizer
) -> list[str]:
    """Kind and name of each symbol around a place, the innermost first. `symbols`: the outermost first."""
    phrase, kinds = verbalizer.table.section("describe")["symbol"], verbalizer.table.section("symbol_kinds")
    return [
        phrase.format(
            kind=kinds.get(symbol.kind, [symbol.kind])[0], name=symbol_words(symbol, snapshot, verbalizer)
        )
        for symbol in reversed(symbols)
    ]


def doc_summary(symbol: Symbol, snapshot: Snapshot, verbalizer: LanguageVerbalizer) -> str:
    """The first sentence of a symbol's documentation as words, or nothing."""
    if not symbol.doc_end:
        return ""
    end = min(symbol.doc_end, symbol.doc_start + _MOST_DOC_BYTES)
    sentence = first_sentence(snapshot.text[symbol.doc_start : end].decode("utf-8", "ignore"))
    if not sentence:
        return ""
    fragments = verbalizer.comments.fragments(sentence, "some", opens=False, closes=False)
    return speakable_text(" ".join(fragment.text for fragment in fragments if fragment.text))


def _words(phrase: Sequence[Utterance]) -> str:
    return " ".join(part.text for part in phrase if part.text)


def _member_kinds(symbols: Sequence[Symbol]) -> list[Counter[str]]:
    """For each symbol, how many symbols of each kind are directly inside it; in one pass over all."""
    counts: list[Counter[str]] = [Counter() for _ in symbols]
    enclosing: list[int] = []  # indices of the symbols around the current one, outermost first
    for index, symbol in enumerate(symbols):
        while enclosing and not _holds(symbols[enclosing[-1]], symbol):
            enclosing.pop()
        if enclosing:
            counts[enclosing[-1]][symbol.kind] += 1
        enclosing.append(index)
    return counts


def _within(symbols: Sequence[Symbol], outer: Symbol) -> list[Symbol]:
    """A symbol and all symbols inside it."""
    return [outer, *(symbol for symbol in symbols if symbol.depth > outer.depth and _holds(outer, symbol))]


def _holds(outer: Symbol, inner: Symbol) -> bool:
    return outer is not inner and outer.start <= inner.start and inner.end <= outer.end


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
    words += symbol_phrases(symbols, snapshot, verbalizer)
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
        _description_words(snapshot, verbalizer, char, span, text, symbols, line + 1, column),
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
    snapshot: Snapshot,
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
    words += symbol_phrases(symbols, snapshot, verbalizer)
    count = verbalizer.numbers.cardinal
    words.append(phrases["line"].format(line=count(line), column=count(column)))
    return speakable_text(", ".join(words))
