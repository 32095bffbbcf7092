"""Guards against texts on which the C code of a grammar ends the process.

A grammar's external scanner is C code that trusts its input. Some texts make it read or write outside of its
memory; the process then dies with a segmentation fault, at once or later. No exception tells of it, so these
texts must not reach the parser. `docs/architecture/syntax.md` lists the defects.

Every replacement keeps the length of the text, so that offsets in the tree are offsets in the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

_BRACE_BEFORE_WIDE: Final = re.compile(rb"(\{[0-9]*(?:\.\.[0-9]*)?)([\xc4-\xf4][\x80-\xbf]+)")
"""In Bash: a character above U+00FF at a place where the scanner tests for a digit."""

_MOST_INDENTS: Final = 350
"""Levels of Python that surely fit the scanner's buffer of 1024 bytes: two bytes each, and 255 for quotes."""

_PYTHON_INDENT: Final = rb"(?:[ \t\f\r]|\\\r?\n)"
"""The scanner adds up the columns of lines joined by a backslash, and counts 8 columns for a tab."""

_WIDE_INDENT: Final = re.compile(rb"^" + _PYTHON_INDENT + rb"{%d,}" % (_MOST_INDENTS // 8), re.MULTILINE)
_INDENT: Final = re.compile(rb"^" + _PYTHON_INDENT + rb"+", re.MULTILINE)


def guarded(key: str, text: bytes) -> bytes | None:
    """The text that the parser of grammar `key` gets: as long as `text`; None if it must not be parsed."""
    is_refused = _REFUSED.get(key)
    if is_refused is not None and is_refused(text):
        return None
    if key in _MASKED:
        text = _MASKED[key].sub(_masked, text)
    if b"\0" in text:
        # A NUL ends the text for a lexer; the scanner of Bash then searches the rest, once for each NUL.
        text = text.replace(b"\0", b"\1")
    return text


def _masked(match: re.Match[bytes]) -> bytes:
    """The match with its last character replaced by characters up to U+00FF of the same length."""
    length = len(match.group(2))
    return match.group(1) + "é".encode() * (length // 2) + b"x" * (length % 2)


def _has_too_many_indents(text: bytes) -> bool:
    """Whether blocks of Python may be nested more than 350 deep.

    Nested blocks have different indentations, so there are at most as many levels as different indentations.
    """
    if _WIDE_INDENT.search(text) is None:
        return False
    return len({match.group() for match in _INDENT.finditer(text)}) > _MOST_INDENTS


_MOST_BLOCKS: Final = 200
_WIDE_PREFIX: Final = re.compile(rb"^[ \t\-?:]{%d,}" % _MOST_BLOCKS, re.MULTILINE)
_PREFIX: Final = re.compile(rb"^[ \t\-?:]+", re.MULTILINE)
_INDICATOR: Final = re.compile(rb"[\-?:]")


def _has_too_many_blocks(text: bytes) -> bool:
    """Whether blocks of YAML may be nested more than 200 deep.

    The scanner writes the columns of all open blocks into a buffer of 1024 bytes without looking where that
    ends (tree-sitter-yaml 0.7.2, shown by 260 times `- `). Open blocks begin at different columns, each at an
    indicator or at a line's first word; so there are at most as many as columns where one begins.
    """
    if _WIDE_PREFIX.search(text) is None:
        return False
    columns: set[int] = set()
    for prefix in _PREFIX.finditer(text):
        columns.add(prefix.end() - prefix.start())
        columns.update(indicator.start() for indicator in _INDICATOR.finditer(prefix.group()))
    return len(columns) > _MOST_BLOCKS


_MASKED: Final[Mapping[str, re.Pattern[bytes]]] = {"bash": _BRACE_BEFORE_WIDE}
"""By grammar: what is masked before its parser sees a text."""

_REFUSED: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "python": _has_too_many_indents,
    "yaml": _has_too_many_blocks,
}
"""By grammar: which texts its parser must never see."""
