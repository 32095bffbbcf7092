"""Texts that a grammar gets in another form of the same length, since it does not know all of its language.

Macros before a class or function of C and C++ (`class API W {`, `API int f(void);`) become blanks. A page of
Vue or Astro becomes one of HTML or Svelte. Spans are made of the text itself; where the parser saw blanks,
its words are tokens without a node. `parsing.Disguised` keeps the form of a text up with its edits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from codechoir.model import Category, Span


@dataclass(frozen=True, slots=True)
class Disguise:
    """How a text is changed for a grammar.

    `by_line`: what becomes of a line depends on that line alone. `tokens`: finds the tokens in places that
    are blank for the parser; by default these are words and signs like any text without a node.
    """

    change: Callable[[bytes], bytes]
    by_line: bool = False
    tokens: Callable[[bytes], tuple[Span, ...]] | None = None


def _blanked(text: bytes, places: list[tuple[int, int]]) -> bytes:
    """The text with blanks at these places."""
    if not places:
        return text
    masked = bytearray(text)
    for start, end in places:
        masked[start:end] = b" " * (end - start)
    return bytes(masked)


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
    places = [match.span(1) for match in _CLASS.finditer(text)]
    places += [match.span(1) for match in _LINE.finditer(text)]
    places += [place for match in _PROTOTYPE.finditer(text) for place in _macros_of(match)]
    return _blanked(text, places)


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


# ---- Bash ----------------------------------------------------------------------------------------------

_BEFORE_COMMAND: Final = re.compile(
    rb"^[ \t]{0,40}(<<-?)[ \t]{0,20}(([\"']?)([A-Za-z_]\w{0,80})\3)(?=[ \t]{1,20}[\w./$\"'])", re.MULTILINE
)
_TEXT: Final = re.compile(rb"[^\s](?:[^\r\n]*[^\s])?")


def _early_heredocs(text: bytes) -> tuple[Span, ...]:
    """The tokens of here-documents that stand before their command: `<<EOF cat`."""
    found = list[Span]()
    for match in _BEFORE_COMMAND.finditer(text):
        if found and match.start() < found[-1].end:
            continue
        line_end = _line_end(text, match.end())
        body_end, end = _terminator(text, line_end, match.group(4), match.group(1) == b"<<-")
        found.append(Span(*match.span(1), Category.OPERATOR, "operator", "bash", "heredoc"))
        found.append(Span(*match.span(2), Category.LITERAL, "string.special", "bash", "heredoc.word"))
        for line in _TEXT.finditer(text, line_end, body_end):
            found.append(Span(*line.span(), Category.LITERAL, "string", "bash", "heredoc.body"))
        if end > body_end:
            found.append(Span(body_end, end, Category.LITERAL, "string.special", "bash", "heredoc.end"))
    return tuple(found)


def _terminator(text: bytes, start: int, word: bytes, after_tabs: bool) -> tuple[int, int]:
    """The place of the line that ends a here-document; the end of the text if there is none."""
    while start < len(text):
        start, end = start + 1, _line_end(text, start + 1)
        line = text[start:end].rstrip(b"\r")
        if (line.lstrip(b"\t") if after_tabs else line) == word:
            return start + len(line) - len(word), start + len(line)
        start = end
    return len(text), len(text)


def _without_early_heredocs(text: bytes) -> bytes:
    """Bash without here-documents before their command, which the grammar does not know."""
    places = [(span.start, span.end) for span in _early_heredocs(text)] if b"<<" in text else []
    return _blanked(text, places)


# ---- Ruby ----------------------------------------------------------------------------------------------

_HEREDOC: Final = re.compile(rb"<<([~-]?)([\"'`]?)([A-Za-z_]\w{0,80})\2")


def _without_nested_heredocs(text: bytes) -> bytes:
    """Ruby in which no heredoc begins inside of another one: after such a one the grammar finds no end.

    The text of the inner one stays a part of the outer one.
    """
    if b"#{" not in text or not any(_is_in_hole(text, match.start()) for match in _HEREDOC.finditer(text)):
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


def _is_in_hole(text: bytes, byte: int) -> bool:
    """Whether `#{` is open before this place, on its line."""
    before = text[max(text.rfind(b"\n", 0, byte), byte - 200, 0) : byte]
    return before.rfind(b"#{") > before.rfind(b"}")


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
    "bash": Disguise(_without_early_heredocs, tokens=_early_heredocs),
    "c": Disguise(_without_macros, by_line=True),
    "cpp": Disguise(_without_macros, by_line=True),
    "ruby": Disguise(_without_nested_heredocs),
    "vue": Disguise(_without_markup_in_expressions),
}
"""By grammar."""
