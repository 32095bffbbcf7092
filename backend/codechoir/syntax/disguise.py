"""Texts that a grammar gets in another form of the same length, since it does not know all of its language.

Macros before a class or function of C and C++ (`class API Widget {`, `API int f(void);`) become blanks. A
page of Vue or Astro becomes one of HTML or Svelte. Spans are made of the text itself; where the parser saw
blanks, its words are tokens without a node.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from codechoir.syntax.revisions import Edit


@dataclass(frozen=True, slots=True)
class Disguise:
    """How a text is changed for a grammar. `by_line`: what becomes of a line depends on that line alone."""

    change: Callable[[bytes], bytes]
    by_line: bool = False


@dataclass(frozen=True, slots=True)
class Disguised:
    """A text, and what its parser gets."""

    text: bytes
    seen: bytes

    def replaced(self, disguise: Disguise, text: bytes) -> tuple[Disguised, Edit]:
        """The next text, and the edit that makes what the parser gets now of what it got before."""
        if not disguise.by_line:
            after = Disguised(text, disguise.change(text))
            start, same = _common(self.seen, after.seen)
            return after, _edit(self.seen, after.seen, start, same)
        start, same = _common(self.text, text)
        start = text.rfind(b"\n", 0, start) + 1
        line_end = text.find(b"\n", len(text) - same)
        same = len(text) - line_end if line_end >= 0 else 0
        old_end, new_end = len(self.text) - same, len(text) - same
        seen = b"".join((self.seen[:start], disguise.change(text[start:new_end]), self.seen[old_end:]))
        return Disguised(text, seen), _edit(self.seen, seen, start, same)


def disguised(grammar: str, text: bytes) -> bytes:
    """What the parser of `grammar` gets for `text`."""
    disguise = DISGUISES.get(grammar)
    return disguise.change(text) if disguise is not None else text


def _common(before: bytes, after: bytes) -> tuple[int, int]:
    """Lengths of the longest common beginning, and of the longest common end beside it."""
    shorter = min(len(before), len(after))
    low, high = 0, shorter
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    start, low, high = low, 0, shorter - low
    while low < high:
        middle = (low + high + 1) // 2
        if before[len(before) - middle : len(before) - low] == after[len(after) - middle : len(after) - low]:
            low = middle
        else:
            high = middle - 1
    return start, low


def _edit(before: bytes, after: bytes, start: int, same: int) -> Edit:
    old_end, new_end = len(before) - same, len(after) - same
    points = (_point(before, start), _point(before, old_end), _point(after, new_end))
    return Edit(start, old_end, new_end, *points)


def _point(text: bytes, byte: int) -> tuple[int, int]:
    return text.count(b"\n", 0, byte), byte - (text.rfind(b"\n", 0, byte) + 1)


# ---- C and C++ -----------------------------------------------------------------------------------------

_CLASS: Final = re.compile(
    rb"\b(?:class|struct)[ \t]{1,20}([A-Z][A-Z0-9_]{2,60})(?=[ \t]{1,20}[A-Za-z_]\w{0,80}"
    rb"(?:<[^<>\n]{0,80}>)?(?:[ \t]{1,20}final)?[ \t]{0,20}(?:[{:](?!:)|\r?$))",
    re.MULTILINE,
)
"""A macro between `class` and its name; the body or the bases follow on this line or on the next one."""

_PROTOTYPE: Final = re.compile(
    rb"^[ \t]{0,40}((?:[A-Za-z_]\w{0,60}[ \t*&]{1,20}){1,6})[A-Za-z_]\w{0,80}[ \t]{0,20}\(", re.MULTILINE
)
"""Words before a name and a parenthesis: a function, unless the first word begins a statement."""

_AFTER: Final = re.compile(
    rb"\)[ \t]{1,20}([A-Z][A-Z0-9_]{2,60}(?:\([^()\n]{0,80}\))?)(?=[ \t]{0,20}(?:[;{]|\r?$))", re.MULTILINE
)
"""A macro between the parameters of a function and its end."""

_LINE: Final = re.compile(
    rb"^[ \t]{0,40}(Q_(?:OBJECT|GADGET)|\w{0,60}(?:BEGIN|END)_DECLS|EXTERN_C_(?:BEGIN|END))[ \t]{0,20}\r?$",
    re.MULTILINE,
)
"""A macro that stands for something else than a statement or a declaration."""

_WORD: Final = re.compile(rb"\w+")
_MACRO: Final = re.compile(rb"[A-Z][A-Z0-9_]{2,}")
_LIKELY_MACRO: Final = re.compile(
    rb"API|CALL|DECL|DEPRECATED|EXPORT|EXTERN|HIDDEN|IMPORT|INLINE|INTERNAL|NORETURN|STATIC|UNUSED|VISIB"
)
_NO_TYPES: Final = frozenset(
    (
        *(b"const", b"constexpr", b"explicit", b"extern", b"friend", b"inline", b"register", b"static"),
        *(b"typedef", b"virtual", b"volatile"),
    )
)
_STATEMENTS: Final = frozenset(
    (b"case", b"co_return", b"co_yield", b"delete", b"else", b"goto", b"new", b"return", b"throw", b"using")
)
_BEFORE_TAGS: Final = frozenset((b"class", b"enum", b"struct", b"union"))


def _without_macros(text: bytes) -> bytes:
    """C or C++ in which the macros before classes and functions are blanks."""
    masked: bytearray | None = None
    places = [match.span(1) for match in _CLASS.finditer(text)]
    places += [match.span(1) for match in _LINE.finditer(text)]
    places += [place for match in _PROTOTYPE.finditer(text) for place in _macros_of(match)]
    for start, end in places:
        masked = bytearray(text) if masked is None else masked
        masked[start:end] = b" " * (end - start)
    return bytes(masked) if masked is not None else text


def _macros_of(match: re.Match[bytes]) -> list[tuple[int, int]]:
    """The places of macros among the words before the name of a function, if a type remains."""
    words = list(_WORD.finditer(match.string, *match.span(1)))
    if words[0].group() in _STATEMENTS:
        return []
    macros, has_type, previous = [], False, b""
    for word in words:
        text = word.group()
        if _MACRO.fullmatch(text) and previous not in _BEFORE_TAGS:
            macros.append(word)
        elif text not in _NO_TYPES:
            has_type = True
        previous = text
    if not has_type:
        likely = [word for word in macros if _LIKELY_MACRO.search(word.group())]
        if len(likely) == len(macros):
            return []
        macros = likely
    after = _AFTER.search(match.string, match.end(), _line_end(match.string, match.end()))
    return [word.span() for word in macros] + ([after.span(1)] if after is not None else [])


def _line_end(text: bytes, byte: int) -> int:
    end = text.find(b"\n", byte)
    return end if end >= 0 else len(text)


# ---- Ruby ----------------------------------------------------------------------------------------------

_IN_HOLE: Final = re.compile(rb"#\{[^}\n]{0,200}<<[~-]?[\"'`]?[A-Za-z_]")
_HEREDOC: Final = re.compile(rb"<<([~-]?)([\"'`]?)([A-Za-z_]\w{0,80})\2")


def _without_nested_heredocs(text: bytes) -> bytes:
    """Ruby in which no heredoc begins inside of another one: after such a one the grammar finds no end.

    The text of the inner one stays a part of the outer one.
    """
    if _IN_HOLE.search(text) is None:
        return text
    masked, waiting, start = bytearray(text), list[bytes](), 0
    for line in text.splitlines(keepends=True):
        if waiting and line.strip() == waiting[0]:
            waiting.pop(0)
        elif waiting:
            for match in _HEREDOC.finditer(line):
                masked[start + match.start() : start + match.end()] = b" " * len(match.group())
        else:
            waiting += [match.group(3) for match in _HEREDOC.finditer(line)]
        start += len(line)
    return bytes(masked)


# ---- pages ---------------------------------------------------------------------------------------------

_MUSTACHE: Final = re.compile(rb"\{\{[^{}]{0,400}+(?:\{[^{}]{0,200}+\}[^{}]{0,200}+){0,8}+\}\}")
_MARKUP: Final = bytes.maketrans(b"<>&\"'", b"_____")
_CODE_BETWEEN_DASHES: Final = re.compile(rb"\A---(\r?\n)")
_END_OF_CODE: Final = re.compile(rb"^---(?=[ \t]*\r?$)", re.MULTILINE)


def _without_markup_in_expressions(text: bytes) -> bytes:
    """A page of Vue in which `{{ a < b }}` has no sign that HTML knows."""
    return _MUSTACHE.sub(lambda match: match.group().translate(_MARKUP), text) if b"{{" in text else text


def _with_code_as_comment(text: bytes) -> bytes:
    """A page of Astro whose code, between two lines of dashes at the beginning, is a comment of HTML."""
    if not _CODE_BETWEEN_DASHES.match(text):
        return text
    end = _END_OF_CODE.search(text, 4)
    if end is None:
        return text
    inside = text[4 : end.start()].replace(b"-->", b"--_")
    return b"".join((b"<!--", inside, b"-->", text[end.end() :]))


DISGUISES: Final[Mapping[str, Disguise]] = {
    "astro": Disguise(_with_code_as_comment),
    "c": Disguise(_without_macros, by_line=True),
    "cpp": Disguise(_without_macros, by_line=True),
    "ruby": Disguise(_without_nested_heredocs),
    "vue": Disguise(_without_markup_in_expressions),
}
"""By grammar."""
