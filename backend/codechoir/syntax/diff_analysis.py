"""Spans of a diff: each side of a hunk is parsed in the language of its file.

The new side is the added lines and those that both have; the old side is the removed lines and those. Spans
of hunks say in `change` what happened to them: `added`, `removed`, `context`; `added.edited` and
`removed.edited` for what differs between two versions of a line; `same` where reading them would only repeat
what another line says (the old version of lines whose white space alone has changed, or that were moved).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property

from codechoir.languages import detect_language
from codechoir.model import Category, Span
from codechoir.syntax.analysis import Analysis, DocumentAnalysis, ProseAnalysis
from codechoir.syntax.diff_text import DiffLine, FileDiff, Hunk, LineKind, parse_diff
from codechoir.syntax.embedded_languages import EmbeddedTexts, JoinedText
from codechoir.syntax.symbols import Symbol
from codechoir.syntax.uncovered_text import trimmed

NAME = "diff"
ALIKE = 0.6
"""Share of common tokens from which two lines are versions of one."""

MOST_PAIRED_LINES = 32
MOST_PAIRED_TOKENS = 200
"""Lines of a change, and tokens of a line, up to which two versions are compared token by token."""

LEAST_MOVED_LINES = 3
"""Fewer lines that stand elsewhere, too, are no move."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring lines of a hunk of one kind, from index `first` to `last`, excluded."""

    kind: LineKind
    first: int
    last: int


class DiffAnalysis(DocumentAnalysis):
    """The analysis of a diff. A hunk is parsed when its spans are first needed."""

    def __init__(self, text: bytes, embedded: EmbeddedTexts | None) -> None:
        super().__init__(text, NAME)
        self._embedded = embedded
        self._parsed = parse_diff(text)
        self._hunks: dict[int, list[list[Span]]] = {}

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`."""
        found: list[Span] = []
        for part in self._parsed.parts:
            if isinstance(part, DiffLine):
                if part.start < end and part.after > start:
                    found += self._prose(part.start, part.end)
                continue
            for line in part.header:
                if line.start < end and line.after > start:
                    found += self._header(part, line)
            for hunk in part.hunks:
                last = hunk.lines[-1].after if hunk.lines else hunk.line.after
                if hunk.line.start < end and last > start:
                    found += self._hunk_line(part, hunk)
                    for line, spans in zip(hunk.lines, self._of_hunk(part, hunk), strict=True):
                        if line.start < end and line.after > start:
                            found += spans
        return [span for span in found if span.start < end and span.end > start]

    def symbols(self) -> list[Symbol]:
        """The files of the diff, and their hunks."""
        found = []
        for file in self._parsed.files:
            end = _end_of(file)
            named = next((line for line in file.header if line.kind == "file"), None)
            begin = file.header[0].start if file.header else file.hunks[0].line.start
            name = named.path if named else (begin, begin)
            signature = file.header[-1].after if file.header else begin
            found.append(Symbol("file", file.name, begin, end, *name, min(signature, end)))
            for hunk in file.hunks:
                stop = hunk.lines[-1].end if hunk.lines else hunk.line.end
                title = self._text[slice(*hunk.section)].decode("utf-8", "replace").strip()
                found.append(
                    Symbol("hunk", title, hunk.line.start, stop, *hunk.section, hunk.line.end, depth=1)
                )
        return found

    # ---- lines outside of hunks ------------------------------------------------------------------------

    def _prose(self, start: int, end: int) -> Iterator[Span]:
        yield from self._plain(start, end, Category.COMMENT, "text")

    def _plain(
        self, start: int, end: int, category: Category, capture: str, role: str = ""
    ) -> Iterator[Span]:
        low, high = trimmed(self._text, start, end)
        if low < high:
            yield Span(low, high, category, capture, NAME, role)

    def _silent(self, start: int, end: int) -> Iterator[Span]:
        yield from self._plain(start, end, Category.PUNCTUATION, "diff.header", "diff.header")

    def _header(self, file: FileDiff, line: DiffLine) -> Iterator[Span]:
        if line.kind != "file":
            yield from self._silent(line.start, line.end)
            return
        begin, end = line.path
        role = f"diff.file.{file.status}"
        yield from self._plain(line.start, begin, Category.OPERATOR, "diff.file", role)
        yield from self._plain(begin, end, Category.LITERAL, "string.special.path")
        yield from self._silent(end, line.end)

    def _hunk_line(self, file: FileDiff, hunk: Hunk) -> Iterator[Span]:
        line = hunk.line
        begin, end = line.path
        yield from self._plain(line.start, begin, Category.OPERATOR, "diff.hunk", "diff.hunk")
        yield from self._plain(begin, end, Category.LITERAL, "number")
        yield from self._silent(end, hunk.section[0])
        yield from self._side(file, [hunk.section]).host_spans(*hunk.section)

    # ---- hunks -----------------------------------------------------------------------------------------

    def _of_hunk(self, file: FileDiff, hunk: Hunk) -> list[list[Span]]:
        """The spans of each line of a hunk."""
        found = self._hunks.get(hunk.line.start)
        if found is None:
            found = self._hunks[hunk.line.start] = self._make_hunk(file, hunk)
        return found

    def _make_hunk(self, file: FileDiff, hunk: Hunk) -> list[list[Span]]:
        lines = hunk.lines
        sides = {
            kind: self._side(file, [_content(line) for line in lines if line.kind in (kind, "context")])
            for kind in ("added", "removed")
        }
        code: list[list[Span]] = []
        for line in lines:
            if line.kind == "header":
                code.append(list(self._silent(line.start, line.end)))
                continue
            side = sides["removed" if line.kind == "removed" else "added"]
            begin, _ = _content(line)
            code.append([replace(span, change=line.kind) for span in side.host_spans(begin, line.end)])
        runs = list(_runs(lines))
        for before, run, after in zip([None, *runs], runs, [*runs[1:], None], strict=False):
            self._mark_run(lines, code, run, (before, after))
        return code

    def _mark_run(
        self,
        lines: Sequence[DiffLine],
        code: list[list[Span]],
        run: _Run,
        around: tuple[_Run | None, _Run | None],
    ) -> None:
        """Says what the lines of a run are: a sign before each of them, and what has changed in them."""
        if run.kind not in ("added", "removed"):
            return
        before, after = around
        role = f"diff.{run.kind}"
        key = self._key(lines[run.first : run.last])
        if run.kind == "removed":
            new = after if after is not None and after.kind == "added" else None
            if new is not None and key == self._key(lines[new.first : new.last]):
                role = "diff.removed.spaces"
            elif key in self._blocks["added"]:
                role = "diff.removed.moved"
            elif new is not None:
                self._mark_edits(code, run, new)
        elif (
            before is not None
            and before.kind == "removed"
            and key == self._key(lines[before.first : before.last])
        ):
            role = "diff.added.more"  # the sign before has said that only white space has changed
        elif key in self._blocks["removed"]:
            role = "diff.added.moved"
        repeats = role in ("diff.removed.spaces", "diff.removed.moved")
        for index in range(run.first, run.last):
            line = lines[index]
            if repeats:
                code[index] = [replace(span, change="same") for span in code[index]]
            own = role if index == run.first else f"diff.{run.kind}.more"
            category = Category.PUNCTUATION if own.endswith(".more") else Category.OPERATOR
            sign = Span(line.start, line.start + 1, category, "diff.sign", NAME, own)
            code[index].insert(0, replace(sign, change="same") if repeats and index > run.first else sign)

    def _mark_edits(self, code: list[list[Span]], removed: _Run, added: _Run) -> None:
        """Marks what differs between the old and the new version of each line."""
        if max(removed.last - removed.first, added.last - added.first) > MOST_PAIRED_LINES:
            return
        first = added.first
        for old in range(removed.first, removed.last):
            for new in range(first, added.last):
                matcher = self._compared(code[old], code[new])
                if matcher is None:
                    continue
                first = new + 1
                for tag, low, high, begin, end in matcher.get_opcodes():
                    if tag != "equal":
                        _mark(code[old], low, high, "removed.edited")
                        _mark(code[new], begin, end, "added.edited")
                break

    def _compared(self, old: Sequence[Span], new: Sequence[Span]) -> SequenceMatcher[bytes] | None:
        """The tokens that two lines share; None if they are two lines, rather than two versions of one."""
        before, now = ([self._text[span.start : span.end] for span in spans] for spans in (old, new))
        if not before or not now or max(len(before), len(now)) > MOST_PAIRED_TOKENS:
            return None
        matcher = SequenceMatcher(None, before, now, autojunk=False)
        is_likely = matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE
        return matcher if is_likely and matcher.ratio() >= ALIKE else None

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
                        and sum(line.end > line.start + 1 for line in lines) >= LEAST_MOVED_LINES
                    ):
                        found[run.kind].add(self._key(lines))
        return {kind: frozenset(keys) for kind, keys in found.items()}

    def _key(self, lines: Sequence[DiffLine]) -> bytes:
        """Lines without white space; empty lines count."""
        return b"\n".join(b"".join(self._text[line.start + 1 : line.end].split()) for line in lines)

    def _side(self, file: FileDiff, ranges: list[tuple[int, int]]) -> _Side:
        joined = JoinedText.of(self._text, ranges)
        language = detect_language(file.name or None, b"")
        analysis = self._embedded.analysis(language.name, joined.content) if self._embedded else None
        return _Side(joined, analysis or ProseAnalysis(joined.content, language.name))


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


def _content(line: DiffLine) -> tuple[int, int]:
    """The bytes of a line behind its sign, with its line end."""
    return min(line.start + 1, line.end), line.after


def _runs(lines: Sequence[DiffLine]) -> Iterator[_Run]:
    first = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or lines[index].kind != lines[first].kind:
            yield _Run(lines[first].kind, first, index)
            first = index


def _mark(spans: list[Span], first: int, last: int, change: str) -> None:
    spans[first:last] = [replace(span, change=change) for span in spans[first:last]]


def _end_of(file: FileDiff) -> int:
    if file.hunks:
        last = file.hunks[-1]
        return last.lines[-1].end if last.lines else last.line.end
    return file.header[-1].end
