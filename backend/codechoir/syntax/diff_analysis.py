"""Spans of a diff: each side of a hunk is parsed in the language of its file.

The new side is the added lines and those that both have; the old side is the removed lines and those. Spans
of hunks say in `change` what happened to them: `added`, `removed`, `context`; `added.edited` and
`removed.edited` for what differs between two versions of a line; `same` where reading them would only repeat
what another line says (the old version of lines whose white space alone has changed, or that were moved).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property, partial
from typing import Literal

from codechoir.languages import detect_language
from codechoir.model import Category, Span
from codechoir.syntax.analysis import Analysis, DocumentAnalysis, ProseAnalysis, trimmed
from codechoir.syntax.diff_text import DiffLine, DiffText, FileDiff, Hunk, LineKind, parse_diff
from codechoir.syntax.embedded_languages import EmbeddedTexts, JoinedText
from codechoir.syntax.symbols import Symbol

NAME = "diff"
ALIKE = 0.6
"""Share of common tokens from which two lines are versions of one."""

MOST_COMPARED = 20_000
"""Pairs of tokens up to which the lines of a change are compared, to find the versions of one line."""

LEAST_MOVED_LINES = 3
"""Fewer lines that stand elsewhere, too, are no move."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring lines of a hunk of one kind, from index `first` to `last`, excluded."""

    kind: LineKind
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a diff with its place: in a file, in a hunk, at an index in it (-1: the line before it)."""

    line: DiffLine
    file: FileDiff | None = None
    hunk: Hunk | None = None
    index: int = -1


class DiffAnalysis(DocumentAnalysis):
    """The analysis of a diff. A hunk is parsed, and its changes are compared, when their spans are needed."""

    def __init__(self, text: bytes, embedded: EmbeddedTexts | None) -> None:
        super().__init__(text, NAME)
        self._embedded = embedded
        self._parsed = parse_diff(text)
        self._rows = list(_rows(self._parsed))
        self._hunks: dict[int, _HunkSpans] = {}

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`."""
        found: list[Span] = []
        for number in range(max(bisect_right(self._rows, start, key=_row_start) - 1, 0), len(self._rows)):
            row = self._rows[number]
            if row.line.start >= end:
                break
            found += self._of_row(row)
        return [span for span in found if span.start < end and span.end > start]

    def symbols(self) -> list[Symbol]:
        """The files of the diff, and their hunks."""
        found = []
        for file in self._parsed.files:
            end = _end_of(file)
            named = next((line for line in file.header if line.kind == "file"), None)
            begin = file.header[0].start if file.header else file.hunks[0].line.start
            name = named.named if named else (begin, begin)
            signature = file.header[-1].after if file.header else begin
            found.append(Symbol("file", file.name, begin, end, *name, min(signature, end)))
            for hunk in file.hunks:
                stop = hunk.lines[-1].end if hunk.lines else hunk.line.end
                title = self._text[slice(*hunk.section)].decode("utf-8", "replace").strip()
                found.append(
                    Symbol("hunk", title, hunk.line.start, stop, *hunk.section, hunk.line.end, depth=1)
                )
        return found

    def _of_row(self, row: _Row) -> Iterable[Span]:
        line = row.line
        if row.file is None:
            return _plain(self._text, line.start, line.end, Category.COMMENT, "text")
        if row.hunk is None:
            return self._header(row.file, line)
        if row.index < 0:
            return self._hunk_line(row.file, row.hunk)
        spans = self._hunks.get(row.hunk.line.start)
        if spans is None:
            spans = _HunkSpans(self._text, row.hunk, partial(self._side, row.file), self._blocks)
            self._hunks[row.hunk.line.start] = spans
        return spans.of_line(row.index)

    def _header(self, file: FileDiff, line: DiffLine) -> Iterator[Span]:
        if line.kind in ("binary", "data"):
            yield from _plain(
                self._text, line.start, line.end, Category.OPERATOR, "diff.binary", f"diff.{line.kind}"
            )
            return
        if line.kind == "size":
            begin, end = line.named
            yield from _silent(self._text, line.start, begin)
            yield from _plain(self._text, begin, end, Category.LITERAL, "number")
            return
        if line.kind != "file":
            yield from _silent(self._text, line.start, line.end)
            return
        begin, end = line.named
        role = f"diff.file.{file.status}"
        yield from _plain(self._text, line.start, begin, Category.OPERATOR, "diff.file", role)
        yield from _plain(self._text, begin, end, Category.LITERAL, "string.special.path")
        yield from _silent(self._text, end, line.end)

    def _hunk_line(self, file: FileDiff, hunk: Hunk) -> Iterator[Span]:
        line = hunk.line
        begin, end = line.named
        yield from _plain(self._text, line.start, begin, Category.OPERATOR, "diff.hunk", "diff.hunk")
        yield from _plain(self._text, begin, end, Category.LITERAL, "number")
        yield from _silent(self._text, end, hunk.section[0])
        yield from self._side(file, [hunk.section]).host_spans(*hunk.section)

    def _side(self, file: FileDiff, ranges: list[tuple[int, int]]) -> _Side:
        joined = JoinedText.of(self._text, ranges)
        language = detect_language(file.name or None, b"")
        analysis = self._embedded.analysis(language.name, joined.content) if self._embedded else None
        return _Side(joined, analysis or ProseAnalysis(joined.content, language.name))

    @cached_property
    def _blocks(self) -> dict[str, frozenset[bytes]]:
        """The longer blocks that were added or removed, without white space, to find moves."""
        found: dict[str, set[bytes]] = {"added": set(), "removed": set()}
        for file in self._parsed.files:
            for hunk in file.hunks:
                for run in _runs(hunk.lines):
                    lines = hunk.lines[run.first : run.last]
                    if (
                        run.kind in found
                        and sum(line.end > line.start + 1 for line in lines if line.kind != "header")
                        >= LEAST_MOVED_LINES
                    ):
                        found[run.kind].add(_key(self._text, lines))
        return {kind: frozenset(keys) for kind, keys in found.items()}


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a hunk: its lines joined, and their analysis."""

    joined: JoinedText
    analysis: Analysis

    def host_spans(self, start: int, end: int) -> list[Span]:
        """The spans in bytes `start` to `end` of the diff."""
        if start >= end:
            return []
        return self.joined.host_spans(self.analysis.spans, start, end)


class _HunkSpans:
    """The spans of a hunk, made change by change. `side`: parses some of its lines; `blocks`: see there."""

    def __init__(
        self,
        text: bytes,
        hunk: Hunk,
        side: Callable[[list[tuple[int, int]]], _Side],
        blocks: Mapping[str, frozenset[bytes]],
    ) -> None:
        self._text = text
        self._lines = hunk.lines
        self._blocks = blocks
        self._sides = {
            kind: side([_content(line) for line in hunk.lines if line.kind in (kind, "context")])
            for kind in ("added", "removed")
        }
        self._changes = list(_changes(hunk.lines))
        self._made: dict[int, list[list[Span]]] = {}

    def of_line(self, index: int) -> list[Span]:
        """The spans of line `index` of the hunk."""
        number = bisect_right(self._changes, index, key=_first_line) - 1
        change = self._changes[number]
        spans = self._made.get(number)
        if spans is None:
            spans = self._made[number] = self._make(change)
        return spans[index - change[0].first]

    def _make(self, change: Sequence[_Run]) -> list[list[Span]]:
        """The spans of the lines of a change: one run, or removed lines and those in their place."""
        first = change[0].first
        code = [self._code(self._lines[at]) for at in range(first, change[-1].last)]
        removed = next((run for run in change if run.kind == "removed"), None)
        added = next((run for run in change if run.kind == "added"), None)
        keys = {run.kind: _key(self._text, self._lines[run.first : run.last]) for run in change}
        is_respaced = removed is not None and keys["removed"] == keys.get("added")
        if removed is not None and added is not None and not is_respaced:
            old, new = (
                [code[at - first] for at in range(run.first, run.last) if self._lines[at].kind != "header"]
                for run in (removed, added)
            )
            self._mark_edits(old, new)
        for run in change:
            if run.kind == "added" or run.kind == "removed":
                self._add_signs(code, run, first, self._role(run.kind, keys, is_respaced=is_respaced))
        return code

    def _code(self, line: DiffLine) -> list[Span]:
        if line.kind == "header":
            return list(_silent(self._text, line.start, line.end))
        side = self._sides["removed" if line.kind == "removed" else "added"]
        begin, _ = _content(line)
        return [replace(span, change=line.kind) for span in side.host_spans(begin, line.end)]

    def _role(
        self, kind: Literal["added", "removed"], keys: Mapping[LineKind, bytes], *, is_respaced: bool
    ) -> str:
        """What the sign before the first of some added or removed lines says."""
        if is_respaced:  # said once, by the removed lines
            return "diff.removed.spaces" if kind == "removed" else "diff.added.more"
        other = "added" if kind == "removed" else "removed"
        is_moved = keys[kind] in self._blocks[other]
        return f"diff.{kind}.moved" if is_moved else f"diff.{kind}"

    def _add_signs(self, code: list[list[Span]], run: _Run, offset: int, role: str) -> None:
        """Puts the sign before each line; what only repeats other lines becomes the `same`."""
        repeats = role in ("diff.removed.spaces", "diff.removed.moved")
        for index in range(run.first, run.last):
            line, spans = self._lines[index], code[index - offset]
            if line.kind == "header":
                continue
            own = role if index == run.first else f"diff.{run.kind}.more"
            category = Category.PUNCTUATION if own.endswith(".more") else Category.OPERATOR
            sign = Span(line.start, line.start + 1, category, "diff.sign", NAME, own)
            if repeats:
                spans[:] = [replace(span, change="same") for span in spans]
                sign = replace(sign, change="" if index == run.first else "same")
            spans.insert(0, sign)

    def _mark_edits(self, removed: Sequence[list[Span]], added: Sequence[list[Span]]) -> None:
        """Marks what differs between the old and the new version of each line."""
        work, first = MOST_COMPARED, 0
        for old in removed:
            for number in range(first, len(added)):
                new = added[number]
                work -= len(old) * len(new)
                if work < 0:
                    return
                matcher = self._compared(old, new)
                if matcher is None:
                    continue
                first = number + 1
                for tag, low, high, begin, end in matcher.get_opcodes():
                    if tag != "equal":
                        _mark(old, low, high, "removed.edited")
                        _mark(new, begin, end, "added.edited")
                break

    def _compared(self, old: Sequence[Span], new: Sequence[Span]) -> SequenceMatcher[bytes] | None:
        """The tokens that two lines share; None if they are two lines, rather than two versions of one."""
        before, now = ([self._text[span.start : span.end] for span in spans] for spans in (old, new))
        matcher = SequenceMatcher(None, before, now, autojunk=False)
        is_likely = before and matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE
        return matcher if is_likely and matcher.ratio() >= ALIKE else None


def _rows(diff: DiffText) -> Iterator[_Row]:
    for part in diff.parts:
        if isinstance(part, DiffLine):
            yield _Row(part)
            continue
        for line in part.header:
            yield _Row(line, part)
        for hunk in part.hunks:
            yield _Row(hunk.line, part, hunk)
            for index, line in enumerate(hunk.lines):
                yield _Row(line, part, hunk, index)


def _row_start(row: _Row) -> int:
    return row.line.start


def _changes(lines: Sequence[DiffLine]) -> Iterator[list[_Run]]:
    """The runs of a hunk, removed lines together with the added ones that follow."""
    waiting: list[_Run] = []
    for run in _runs(lines):
        if waiting and run.kind == "added":
            yield [*waiting, run]
            waiting = []
            continue
        if waiting:
            yield waiting
            waiting = []
        if run.kind == "removed":
            waiting = [run]
        else:
            yield [run]
    if waiting:
        yield waiting


def _first_line(change: Sequence[_Run]) -> int:
    return change[0].first


def _plain(
    text: bytes, start: int, end: int, category: Category, capture: str, role: str = ""
) -> Iterator[Span]:
    """A span of some bytes without the white space around them, if anything is left."""
    low, high = trimmed(text, start, end)
    if low < high:
        yield Span(low, high, category, capture, NAME, role)


def _silent(text: bytes, start: int, end: int) -> Iterator[Span]:
    yield from _plain(text, start, end, Category.PUNCTUATION, "diff.header", "diff.header")


def _key(text: bytes, lines: Sequence[DiffLine]) -> bytes:
    """Lines without white space; empty lines count."""
    return b"\n".join(
        b"".join(text[line.start + 1 : line.end].split()) for line in lines if line.kind != "header"
    )


def _content(line: DiffLine) -> tuple[int, int]:
    """The bytes of a line behind its sign, with its line end."""
    return min(line.start + 1, line.end), line.after


def _runs(lines: Sequence[DiffLine]) -> Iterator[_Run]:
    """The runs. A note about a line (`\\ No newline at end of file`) is in the run of that line."""
    first = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or lines[index].kind not in (lines[first].kind, "header"):
            yield _Run(lines[first].kind, first, index)
            first = index


def _mark(spans: list[Span], first: int, last: int, change: str) -> None:
    spans[first:last] = [replace(span, change=change) for span in spans[first:last]]


def _end_of(file: FileDiff) -> int:
    if file.hunks:
        last = file.hunks[-1]
        return last.lines[-1].end if last.lines else last.line.end
    return file.header[-1].end
