"""Parsing and querying without a hang or a crash, whatever the text is.

**Limits.** Real code is far from them: 10 kB parse in a few milliseconds, and a screenful is queried in less
than one. Broken text can take seconds: the parser tries many ways to go on after each error, and an operator
repeated 5,000 times is a tree so deep that a query takes time by the square of its depth.

The work of a parse is counted, so that a text is parsed on every machine or on none. tree-sitter looks at the
clock after each 100 steps, and 100 steps never take less than a microsecond: with a limit of one microsecond
a parse stops there each time, and the next call goes on. Between two slices the parse can be cancelled, and
other threads run. Steps that take long, as when each looks at the rest of the text, are limited by CPU time.
A query cannot go on after it was stopped; so its limit is one of time. Both limits are set by attributes that
py-tree-sitter calls deprecated, because the replacement, a progress callback, ends the process with a
segmentation fault in version 0.25.2.

**Texts that end the process.** A grammar's external scanner is C code that trusts its input. Some texts make
it read or write outside of its memory, and the process dies with a segmentation fault, at once or later. No
exception reports that, so these texts must not reach the parser. Every replacement keeps the length of the
text, so that offsets in the tree are offsets in the document.

`docs/architecture/syntax.md` lists the defects.
"""

from __future__ import annotations

import gc
import re
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import tree_sitter

from codechoir.cancellation import check_cancelled
from codechoir.languages import LoadedGrammar

_SLICE_MICROSECONDS: Final = 1
"""A parse stops each time that tree-sitter looks at the clock: after each 100 steps."""

_PARSE_SLICES, _PARSE_SLICES_PER_KILOBYTE = 2000, 100
"""Real code takes 5 to 30 slices a kilobyte, each some 30 microseconds."""

_PARSE_SECONDS, _PARSE_SECONDS_PER_MEGABYTE = 0.08, 10.0
"""CPU time, for slices that take long."""

_SHORTEST_PROBED: Final = 512
"""Bytes; a shorter text cannot take long."""

_REPETITION: Final = 12
"""A text that can be compressed by this factor is suspect. Code: 3 to 6."""

_MAX_PERIOD: Final = 128
"""Bytes: the longest part whose repetition makes a row."""

_SUPERLINEAR: Final = 2.8
"""Twice the text takes more than this times the time: the time grows with the square of the length."""

_QUERY_DEPTH: Final = 400
"""Nodes nested deeper are found by no pattern; the tokens there are what their types say. Without it a query
takes time by the square of the depth."""

_QUERY_SECONDS, _QUERY_SECONDS_PER_MEGABYTE = 0.1, 8.0
"""CPU time. Real code takes some 2 seconds a megabyte."""

_QUERY_ATTEMPTS: Final = 2
"""A query that is stopped before it has had most of its CPU time is tried again: the machine was busy."""

_SHORT_TEXT: Final = 4096
"""Bytes. A query of such a text takes 10 ms, so one that takes ten times as long is tried again in any case:
on a busy machine page faults and shared cores count as CPU time."""

_MAX_FLAT_ERROR: Final = 20_000
"""Children of an error node at the root; with more of them no query of the tree ends in time."""

_MAX_UNNAMED, _UNNAMED_PER_KILOBYTE = 5000, 20
"""The same for signs and keywords: from each of them a query looks for the next named node. Ten thousand
take 75 ms a query."""


class TooComplexError(Exception):
    """The text cannot be parsed with a reasonable amount of work, or not without danger."""


def parse(
    parser: tree_sitter.Parser,
    grammar: LoadedGrammar,
    text: bytes,
    old: tree_sitter.Tree | None = None,
    inserted: int | None = None,
) -> tree_sitter.Tree:
    """The tree of `text`, from the edited tree `old` if there is one.

    `parser`: one of `grammar`'s. `inserted`: bytes that are new since `old`, None for all. Raises
    `TooComplexError` when it takes too much work, and for a text on which the grammar would end the process;
    `CancelledError` when nobody waits for it any more.
    """
    safe_text = guarded_text(grammar.name, text)
    if safe_text is None:
        raise TooComplexError
    parser.timeout_micros = _SLICE_MICROSECONDS  # type: ignore[misc]  # its stub overloads the setter
    seconds = _PARSE_SECONDS + _PARSE_SECONDS_PER_MEGABYTE * len(text) / 1e6
    deadline = time.thread_time() + seconds
    if (inserted is None or inserted >= _SHORTEST_PROBED) and _is_repetitive(safe_text):
        _probe(grammar, safe_text, deadline)
    tree = _parse_in_slices(parser, safe_text, old, deadline)
    root = tree.root_node
    if root.is_error and (
        root.child_count > _MAX_FLAT_ERROR
        or root.child_count - root.named_child_count > _MAX_UNNAMED + _UNNAMED_PER_KILOBYTE * len(text) / 1e3
    ):
        raise TooComplexError
    return tree


def _parse_in_slices(
    parser: tree_sitter.Parser, text: bytes, old: tree_sitter.Tree | None, deadline: float
) -> tree_sitter.Tree:
    """The tree, if it takes neither too many slices nor more CPU time of this thread than to `deadline`."""
    try:
        for _ in range(round(_PARSE_SLICES + _PARSE_SLICES_PER_KILOBYTE * len(text) / 1e3)):
            try:
                return parser.parse(text) if old is None else parser.parse(text, old)
            except ValueError:  # the slice is over: the next call goes on from there
                check_cancelled()
            if time.thread_time() > deadline:
                break
        raise TooComplexError
    except BaseException:
        parser.reset()  # the next text is another one
        raise


def _is_repetitive(text: bytes) -> bool:
    """Whether the text consists of very few things, again and again, more than code or data do."""
    return len(text) >= _SHORTEST_PROBED and len(zlib.compress(text, 1)) * _REPETITION < len(text)


def _probe(grammar: LoadedGrammar, text: bytes, deadline: float) -> None:
    """Parse longer and longer beginnings of a repetitive text.

    One step of the parser, in which nothing can stop it, may take time by the square of the number of
    constructs that are open: 6 s for `%w(` 3,000 times, read as Rust. Raises `TooComplexError` when the next
    beginning, twice as long, would take too long by that rule.

    That step is often the one at the end of the text, and takes long only behind some tokens: `^x=^x=^`
    takes 40 times as long as `^x=^x=^x`. So each beginning of a row ends as the text does.
    """
    parser = tree_sitter.Parser(grammar.language)
    parser.timeout_micros = _SLICE_MICROSECONDS  # type: ignore[misc]
    before, period = 0.0, _period(text)
    for halvings in reversed(range(1, (len(text) // _SHORTEST_PROBED).bit_length() + 1)):
        started = time.thread_time()
        length = len(text) >> halvings
        _parse_in_slices(parser, text[: length - (length - len(text)) % period], None, deadline)
        now = time.thread_time()
        if now - started > _SUPERLINEAR * before and now + 4 * (now - started) > deadline:
            raise TooComplexError
        before = now - started


def _period(text: bytes) -> int:
    """The length of what the end of the text repeats, 1 if it repeats nothing."""
    end = text[-4 * _MAX_PERIOD :]
    return next((n for n in range(1, _MAX_PERIOD + 1) if end[n:] == end[:-n]), 1)


def query_matches(
    query: tree_sitter.Query, root: tree_sitter.Node, start: int, end: int
) -> list[tuple[int, dict[str, list[tree_sitter.Node]]]]:
    """The query's matches that overlap bytes `start` to `end`: the pattern's index, and nodes by capture.

    Raises `TooComplexError` when that takes too long.
    """
    seconds = _QUERY_SECONDS + _QUERY_SECONDS_PER_MEGABYTE * (end - start) / 1e6
    patience, attempts = seconds, 0
    while attempts < _QUERY_ATTEMPTS:
        cursor = tree_sitter.QueryCursor(query, timeout_micros=round(patience * 1e6))
        cursor.set_byte_range(start, end)
        cursor.set_max_start_depth(_QUERY_DEPTH)
        started, used = time.monotonic(), time.thread_time()
        found = _all_matches(cursor, root)
        # When its time is up, it stops silently and returns what it has found so far.
        if time.monotonic() - started < patience:
            return found
        check_cancelled()
        share = (time.thread_time() - used) / seconds
        if share >= 0.5:
            attempts += 1 if share < 0.9 or end - start <= _SHORT_TEXT else _QUERY_ATTEMPTS
        else:
            patience *= 2  # another thread or process had the processor
    raise TooComplexError


def _all_matches(
    cursor: tree_sitter.QueryCursor, root: tree_sitter.Node
) -> list[tuple[int, dict[str, list[tree_sitter.Node]]]]:
    """The matches, without a collection of garbage: it took 2 of 3 seconds, the more the larger the process.

    A thread that finds the collector disabled by another one leaves it to that one to enable it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return cursor.matches(root)
    finally:
        if was_enabled:
            gc.enable()


def guarded_text(grammar: str, text: bytes) -> bytes | None:
    """`text` as the parser of `grammar` may see it, of the same length; None if it must not see it at all."""
    is_refused = _REFUSED.get(grammar)
    if is_refused is not None and is_refused(text):
        return None
    if grammar in _MASKED and not text.isascii():
        text = _MASKED[grammar].sub(_masked, text)
    if b"\0" in text:
        # A NUL ends the text for a lexer; the scanner of Bash then searches the rest, once for each NUL.
        text = text.replace(b"\0", b"\1")
    return text


def _masked(match: re.Match[bytes]) -> bytes:
    """The match with its last character replaced by characters up to U+00FF of the same length."""
    length = len(match.group(2))
    return match.group(1) + "é".encode() * (length // 2) + b"x" * (length % 2)


# ---- the defects, by grammar ---------------------------------------------------------------------------

_BRACE_BEFORE_WIDE: Final = re.compile(rb"(\{[0-9]*(?:\.\.[0-9]*)?)([\xc4-\xf4][\x80-\xbf]+)")
"""In Bash: a character above U+00FF at a place where the scanner tests for a digit with `isdigit`."""

_MAX_INDENTS: Final = 350
"""Levels of Python that surely fit the scanner's buffer of 1024 bytes: two bytes each, and 255 for quotes."""

_PYTHON_INDENT: Final = rb"(?:[ \t\f\r]|\\\r?\n)"
"""The scanner adds up the columns of lines joined by a backslash, and counts 8 columns for a tab."""

_WIDE_INDENT: Final = re.compile(rb"^ *+(?:[\t\f\r]|\\\r?\n)" + _PYTHON_INDENT + rb"{20}", re.MULTILINE)
_WIDE_BLANKS: Final = b" " * 150
"""Without 150 blanks in a row, and without 20 parts of an indentation behind one that is no blank, no line is
indented by more than 150 + 21 * 8 columns. Of real code hardly any text has more."""

_JOINED: Final = re.compile(rb"\\\n {0,149}+\\\n")
"""Three lines joined by backslashes, the second of them blank."""

_INDENT: Final = re.compile(rb"^" + _PYTHON_INDENT + rb"+", re.MULTILINE)

_MAX_BLOCKS: Final = 200
"""Levels of YAML that surely fit the scanner's buffer of 1024 bytes; about 255 do not."""

_WIDE_PREFIX: Final = re.compile(rb"^[ \t\-?:]{%d,}" % _MAX_BLOCKS, re.MULTILINE)
_PREFIX: Final = re.compile(rb"^[ \t\-?:]+", re.MULTILINE)
_INDICATOR: Final = re.compile(rb"[\-?:]")


def _has_too_many_indents(text: bytes) -> bool:
    """Whether blocks of Python may be nested more than 350 deep.

    Nested blocks have different indentations, so there are at most as many levels as different indentations.
    """
    if _WIDE_BLANKS not in text:
        has_others = any(sign in text for sign in (b"\t", b"\f", b"\r")) or _JOINED.search(text) is not None
        if not has_others or _WIDE_INDENT.search(text) is None:
            return False
    return len(set(_INDENT.findall(text))) > _MAX_INDENTS


def _has_too_many_blocks(text: bytes) -> bool:
    """Whether blocks of YAML may be nested more than 200 deep.

    Open blocks begin at different columns, each at an indicator or at the first word of a line. So there are
    at most as many levels as columns where one of these begins.
    """
    if _WIDE_PREFIX.search(text) is None:
        return False
    columns: set[int] = set()
    for prefix in _PREFIX.finditer(text):
        columns.add(prefix.end() - prefix.start())
        columns.update(indicator.start() for indicator in _INDICATOR.finditer(prefix.group()))
    return len(columns) > _MAX_BLOCKS


_MAX_HEREDOCS: Final = 600
"""Bytes of open heredocs of Ruby, each with 4 more than its word, that surely fit the scanner's buffer."""

_HEREDOC: Final = re.compile(rb"<<[~-]?(?:\"([^\"]*)|'([^']*)|`([^`]*)|([\w\x80-\xff]+))")


def _has_too_many_heredocs(text: bytes) -> bool:
    """Whether heredocs of Ruby that are open at the same time may take more than 600 bytes.

    A heredoc is open from `<<WORD` to the line that consists of its word.
    """
    starts = [(match.start(), match[match.lastindex or 0]) for match in _HEREDOC.finditer(text)]
    if sum(len(word) + 4 for _, word in starts) <= _MAX_HEREDOCS:
        return False
    waiting: dict[bytes, int] = {}
    size = offset = 0
    starts.reverse()
    for line in text.splitlines(keepends=True):
        offset += len(line)
        ended = line.strip()
        if waiting.get(ended):
            waiting[ended] -= 1
            size -= len(ended) + 4
        while starts and starts[-1][0] < offset:
            _, word = starts.pop()
            waiting[word] = waiting.get(word, 0) + 1
            size += len(word) + 4
        if size > _MAX_HEREDOCS:
            return True
    return False


_MASKED: Final[Mapping[str, re.Pattern[bytes]]] = {"bash": _BRACE_BEFORE_WIDE}
"""Where the parser gets a harmless character."""

_REFUSED: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "python": _has_too_many_indents,
    "ruby": _has_too_many_heredocs,
    "yaml": _has_too_many_blocks,
}
"""Texts that the parser must not get."""
