"""What makes code look different from what it is, and the warnings about it, which are said at every level.

`find_deceptions`: bidirectional controls, invisible characters, control characters, and words whose letters
come from several scripts or only look like Latin ones (Trojan Source, CVE-2021-42574). `PitfallFinder`: tabs
among spaces, blanks behind the sign that continues a line, and two names in one document that look alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from codechoir.languages import Language, language_named, plain_text
from codechoir.model import Category, Span
from codechoir.wording.characters import character_name, speakable_text
from codechoir.wording.line_source import Source
from codechoir.wording.word_table import WordTable

CharacterKind = Literal["bidi", "invisible", "control", "mixed", "lookalike"]
IndentationKind = Literal["", "tabs", "spaces", "uneven", "tab", "recipe"]
DeceptionKind = CharacterKind | IndentationKind | Literal["continuation", "twin", "composed"]

_NOT_PLAIN = re.compile(rb"[^\t\n\r\x0c\x20-\x7e]")
_SUSPECT = re.compile(r"[^\t\n\r\x0c\x20-\x7e]")
_WORD = re.compile(r"[^\W\d_]+(?:\w*[^\W\d_])?")

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u2800\u3164\uffa0\ufff9\ufffa\ufffb"
)
"""Characters without a visible form that Unicode does not call format characters."""

_LATIN_TWINS = dict(
    zip(
        "аеорсухіјѕһԁԛԝьАВЕКМНОРСТУХІЈЅҮԌԚԜοϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹօսոհցԼՕՍոզıɑɡ",
        "aeopcyxijshdqwbABEKMHOPCTYXIJSYGQWojABEZHIKMNOPTYXCounhgLOUnqiag",
        strict=True,
    )
)
"""Letters that most fonts draw like Latin ones. Small Greek letters that are common in formulas (alpha, rho)
are left out."""

_LOOK_LATIN = frozenset(char for char in _LATIN_TWINS if not unicodedata.name(char).startswith("LATIN"))
"""Those of other scripts: Cyrillic, Greek, Armenian."""

_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "BOPOMOFO", "HANGUL")
_COMPATIBLE_SCRIPTS = (frozenset((*_EAST_ASIAN, "LATIN")),)
"""Scripts that a single word may mix: none of their letters looks like one of another."""

_SCRIPTLESS = frozenset(
    ("MICRO", "MODIFIER", "FEMININE", "MASCULINE", "OHM", "KELVIN", "ANGSTROM", "SUPERSCRIPT")
)
"""First words of Unicode names of letters that belong to no script."""

_EMOJI_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


@dataclass(frozen=True, slots=True)
class Deception:
    """A deceptive place: bytes `start` to `end` of the document, and the text there.

    `other`: another name of the document that looks like this one.
    """

    kind: DeceptionKind
    start: int
    end: int
    text: str
    other: str = ""


def deception_start(deception: Deception) -> int:
    """Where a deceptive place begins, for sorting."""
    return deception.start


def find_deceptions(text: bytes, start: int, end: int) -> list[Deception]:
    """What could deceive in bytes `start` to `end`, in order. Plain ASCII costs almost nothing."""
    if _NOT_PLAIN.search(text, start, end) is None:
        return []
    decoded = text[start:end].decode("utf-8", "replace")
    found = [*_deceptive_characters(decoded, start), *_deceptive_words(decoded, start)]
    return sorted(found, key=deception_start)


def all_deceptions(source: Source) -> list[Deception]:
    """What could deceive in a whole document, in order."""
    end = len(source.text)
    pitfalls = PitfallFinder(source, is_once=False).in_lines(0, end)
    return sorted([*find_deceptions(source.text, 0, end), *pitfalls], key=deception_start)


def _deceptive_characters(decoded: str, start: int) -> Iterator[Deception]:
    for match, offset in _with_offsets(_SUSPECT.finditer(decoded), start):
        kind = _character_kind(match[0])
        if kind is None or _is_harmless(decoded, match.start(), offset):
            continue
        yield Deception(kind, offset, offset + len(match[0].encode()), match[0])


def _with_offsets(matches: Iterable[re.Match[str]], start: int) -> Iterator[tuple[re.Match[str], int]]:
    """Each match in a text that begins at byte `start`, with the byte offset of the match."""
    at, offset = 0, start
    for match in matches:
        offset += len(match.string[at : match.start()].encode())
        at = match.start()
        yield match, offset


@lru_cache(maxsize=4096)
def _character_kind(char: str) -> CharacterKind | None:
    if char in _BIDI:
        return "bidi"
    category = unicodedata.category(char)
    if category == "Cc":
        return "control"
    if category in ("Cf", "Zs", "Zl", "Zp") or char in _FILLERS or _is_selector(char):
        return "invisible"
    return None


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _is_harmless(text: str, at: int, offset: int) -> bool:
    """Whether it is a byte order mark at the beginning, or a joiner after an emoji or an Indic letter."""
    char = text[at]
    if char == "\ufeff" and offset == 0:
        return True
    before = text[at - 1] if at else ""
    if not before:
        return False
    if char in _EMOJI_JOINERS:
        return unicodedata.category(before) in ("So", "Sk", "Mn", "Cn", "Sm") or before in _EMOJI_JOINERS
    return char == "\u200c" and unicodedata.category(before) in ("Mn", "Lo")


def _deceptive_words(decoded: str, start: int) -> Iterator[Deception]:
    suspect = (match for match in _WORD.finditer(decoded) if not match[0].isascii())
    for match, offset in _with_offsets(suspect, start):
        kind = _word_kind(match[0])
        if kind is not None:
            yield Deception(kind, offset, offset + len(match[0].encode()), match[0])


@lru_cache(maxsize=1024)
def _word_kind(word: str) -> CharacterKind | None:
    """`mixed` if the letters of a word come from several scripts, `lookalike` if all only look Latin."""
    letters = [char for char in word if char.isalpha()]
    scripts = {_script(char) for char in letters} - {""}
    if len(scripts) > 1:
        return None if any(scripts <= group for group in _COMPATIBLE_SCRIPTS) else "mixed"
    if scripts != {"LATIN"} and letters and all(char in _LOOK_LATIN for char in letters):
        return "lookalike"
    return None


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    """The script of a letter: the first word of its Unicode name. Empty for letters of no script."""
    if char in _FILLERS:
        return ""
    first = unicodedata.name(char, "").partition(" ")[0]
    return "" if first in _SCRIPTLESS else first


# ---- pitfalls --------------------------------------------------------------------------------------------

_NAME = re.compile(r"[^\W\d][\w\u0300-\u036f]*")
"""A name, which may have combining accents."""

_IN_NAME = re.compile(r"[\w\u0300-\u036f]")

_BLANKS = b" \t"
_INDENTATION = ("tabs", "spaces", "uneven", "tab")
_CONTINUATIONS = {b"\\": "backslash", b"`": "backtick"}
_DIRECTIVE = re.compile(
    rb"\s*(?:-?include|sinclude|define|endef|ifn?def|ifn?eq|else|endif|export|unexport|override|undefine|vpath)\b"
    rb"|[^:]*=|\s*#"
)
"""A line of a Makefile that may be indented by spaces wherever it stands."""

_LOOK_BACK = 4096
"""Bytes before a line that are searched for the line to compare it with."""

_MOST_TWINS = 200
"""Places of a name that are looked at: those in comments, strings and other names do not count."""


class PitfallFinder:
    """Finds what a compiler takes for something else than a reader, line by line, each thing once.

    Made for one reading of a document. An ordinary line costs a microsecond; whatever the length of the
    document, its other lines are searched only where a line is suspicious.
    """

    def __init__(self, source: Source, *, is_once: bool = True) -> None:
        self._source = source
        self._is_once = is_once
        self._told: set[str] = set()
        self._languages: dict[str, Language] = {}

    def in_line(self, start: int, end: int, first: Span | None) -> list[Deception]:
        """The pitfalls in bytes `start` to `end`, which are in one line. `first`: its first span."""
        text = self._source.text
        found: list[Deception] = []
        if first is not None and text[start : start + 1] in (b" ", b"\t"):
            found += self._in_indentation(start, first)
        if not text[start:end].isascii():
            found += self._twins(start, end)
        if text[end - 1 : end] in (b" ", b"\t") and text[end : end + 1] in (b"", b"\n", b"\r"):
            found += self._after_continuation(start, end)
        return [one for one in found if self._is_new(one)] if found else found

    def in_lines(self, start: int, end: int) -> Iterator[Deception]:
        """The pitfalls in bytes `start` to `end`, which may be several lines."""
        if start >= end:
            return
        for number in range(self._source.line_of(start), self._source.line_of(end - 1) + 1):
            low, high = self._source.line_range(number)
            low, high = max(low, start), min(high, end)
            text = self._source.text[low:high]
            if b"\t" not in text and text[:1] != b" " and text[-1:] != b" " and text.isascii():
                continue
            code = low + len(text) - len(text.lstrip(_BLANKS))
            yield from self.in_line(low, high, self._span_at(code))

    def _is_new(self, found: Deception) -> bool:
        key = found.text if found.other else "indentation" if found.kind in _INDENTATION else found.kind
        is_new = not self._is_once or key not in self._told
        self._told.add(key)
        return is_new

    def _span_at(self, offset: int) -> Span | None:
        spans = self._source.spans(offset, offset + 1)
        return next((span for span in spans if span.start <= offset < span.end), None)

    # ---- blanks --------------------------------------------------------------------------------------------

    def _in_indentation(self, start: int, first: Span) -> Iterator[Deception]:
        text = self._source.text
        indent = text[start : first.start]
        is_line_start = start == 0 or text[start - 1] in b"\r\n"
        if (
            not is_line_start
            or not indent
            or indent.strip(_BLANKS)
            or first.change
            or first.category is Category.COMMENT
        ):
            return
        rule = self._language(first).indentation
        may_be_uneven = b"\t" in indent or b"\t" in text[max(start - _LOOK_BACK, 0) : start]
        if not may_be_uneven and rule != "recipes":
            return
        kind: IndentationKind = _INDENTATION_CHECKS[rule](self, start, indent, first) if rule else ""
        if not rule and b" \t" in indent and self._language(first).parser == "grammar" and not first.depth:
            kind = "uneven"
        if kind:
            yield Deception(kind, start, first.start, indent.decode())

    def _language(self, span: Span) -> Language:
        known = self._languages.get(span.language)
        if known is None:
            known = self._languages[span.language] = language_named(span.language) or plain_text()
        return known

    def _uniform(self, start: int, indent: bytes, span: Span) -> IndentationKind:
        if span.depth:
            return ""
        if b" " in indent and b"\t" in indent:
            return "uneven"
        before = self._indented_before(start)
        if not before or before[:1] == indent[:1]:
            return ""
        return "tabs" if indent[:1] == b"\t" else "spaces"

    def _indented_before(self, start: int) -> bytes:
        """The last line of code before byte `start` that is indented and continues nothing."""
        text, high = self._source.text, start - 1
        low = max(start - _LOOK_BACK, 0)
        while high > low:
            begin = max(text.rfind(b"\n", low, high) + 1, low)
            line = text[begin:high]
            if line[:1] in (b" ", b"\t") and line.strip():
                code = begin + len(line) - len(line.lstrip(_BLANKS))
                span = self._span_at(code)
                is_code = span is not None and span.start == code and span.category is not Category.COMMENT
                if is_code and span is not None and not span.depth:
                    return line
            high = begin - 1
        return b""

    def _without_tabs(self, start: int, indent: bytes, span: Span) -> IndentationKind:
        return "tab" if b"\t" in indent and span.category is not Category.LITERAL else ""

    def _recipes(self, start: int, indent: bytes, span: Span) -> IndentationKind:
        """Whether spaces stand before a line that comes where a recipe is expected."""
        text = self._source.text
        if indent[:1] != b" ":
            return ""
        line_end = text.find(b"\n", start)
        line = text[start : line_end if line_end >= 0 else len(text)]
        before = text[max(start - _LOOK_BACK, 0) : start].rstrip().rpartition(b"\n")[2]
        if _DIRECTIVE.match(line) or before.endswith(b"\\") or b".RECIPEPREFIX" in text:
            return ""
        target, colon, rest = before.partition(b":")
        is_rule = target[:1] not in b" \t#" and colon and not rest.startswith(b"=") and b"=" not in before
        return "recipe" if before[:1] == b"\t" or is_rule else ""

    def _after_continuation(self, start: int, end: int) -> Iterator[Deception]:
        line = self._source.text[start:end]
        bare = line.rstrip(_BLANKS)
        sign = bare[-1:]
        if sign not in _CONTINUATIONS or (len(bare) - len(bare.rstrip(sign))) % 2 == 0:
            return
        at = start + len(bare) - 1
        span = self._span_at(at)
        if span is None or span.start != at or self._source.text[at : span.end].strip() != sign:
            return  # in a string, a comment or a word
        if self._language(span).continuation == _CONTINUATIONS[sign]:
            yield Deception("continuation", at, end, line[len(bare) - 1 :].decode())

    # ---- names that look alike ---------------------------------------------------------------------------

    def _twins(self, start: int, end: int) -> Iterator[Deception]:
        decoded = self._source.text[start:end].decode("utf-8", "replace")
        suspect = (match for match in _NAME.finditer(decoded) if _twin(match[0]))
        for match, offset in _with_offsets(suspect, start):
            word, other = match[0], _twin(match[0])
            if word in self._told or not self._is_name(offset):
                continue
            if not self._has_name(other):
                self._told.add(word)  # so that it is searched for once
            else:
                is_composed = any(map(unicodedata.combining, word))
                kind: DeceptionKind = "composed" if is_composed else "twin"
                yield Deception(kind, offset, offset + len(word.encode()), word, other)

    def _is_name(self, offset: int) -> bool:
        span = self._span_at(offset)
        return span is not None and span.category not in (Category.COMMENT, Category.LITERAL)

    def _has_name(self, name: str) -> bool:
        """Whether the document has this name in its code."""
        text, wanted = self._source.text, name.encode()
        at = text.find(wanted)
        for _ in range(_MOST_TWINS):
            if at < 0:
                return False
            around = text[max(at - 4, 0) : at].decode("utf-8", "ignore")[-1:]
            around += text[at + len(wanted) : at + len(wanted) + 4].decode("utf-8", "ignore")[:1]
            if not _IN_NAME.search(around) and self._is_name(at):
                return True
            at = text.find(wanted, at + len(wanted))
        return False


_INDENTATION_CHECKS = {
    "uniform": PitfallFinder._uniform,
    "spaces": PitfallFinder._without_tabs,
    "recipes": PitfallFinder._recipes,
}


@lru_cache(maxsize=4096)
def _twin(name: str) -> str:
    """The name that looks the same: composed, or in plain Latin letters. Empty if there is none."""
    composed = unicodedata.normalize("NFC", name)
    if composed != name:
        return composed
    if name.isascii() or _word_kind(name) is not None:
        return ""  # what is mixed or a look-alike on its own is announced in any case
    plain = unicodedata.normalize("NFKC", "".join(_LATIN_TWINS.get(char, char) for char in name))
    return plain if plain != name else ""


_WITHOUT_NAMES = frozenset(("tabs", "spaces", "uneven", "tab", "recipe", "continuation"))
_MOST_LETTERS = 5
"""Letters of a word that a warning names."""


class DeceptionWarnings:
    """The narrator's warnings, in the words of a table."""

    def __init__(self, table: WordTable) -> None:
        self._table = table
        self._phrases = table.section("deception")

    def words(self, deception: Deception) -> str:
        """One sentence."""
        template = str(self._phrases[deception.kind])
        if deception.kind in ("mixed", "lookalike"):
            letters = _foreign_letters(deception.text)[:_MOST_LETTERS]
            names = ", ".join(character_name(char, self._table) for char in letters)
            return speakable_text(template.format(word=speakable_text(deception.text), letters=names))
        if deception.other:
            chars = [char for char in deception.text if not char.isascii()][:_MOST_LETTERS]
            names = ", ".join(character_name(char, self._table) for char in dict.fromkeys(chars))
            other = speakable_text(deception.other)
            return speakable_text(template.format(other=other, letters=names))
        if deception.kind in _WITHOUT_NAMES:
            return speakable_text(template)
        return speakable_text(template.format(name=character_name(deception.text, self._table)))


def _foreign_letters(word: str) -> list[str]:
    """The letters of a word that are not Latin, each once."""
    return list(dict.fromkeys(char for char in word if char.isalpha() and _script(char) != "LATIN"))
