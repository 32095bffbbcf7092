"""What others' highlight queries and assertions say about tokens, in the categories of this project.

A judge is a project with highlight queries of its own. Its captures have names such as `@function.method`;
`tests/agreement/judges.toml` maps those that our table of captures does not have, and lists what is a matter
of taste, each with its reason.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import tree_sitter
from codechoir.languages import language_named
from codechoir.model import Category, Span
from codechoir.syntax import CAPTURE_CATEGORIES, Document

TABLE: Final = Path(__file__).parents[1] / "agreement" / "judges.toml"
STOP: Final = frozenset(("none", "embedded", "clean"))
"""Captures that say: what stands inside is no part of what stands around it."""


@dataclass(frozen=True)
class Rule:
    """A difference that does not count against us. `kind`: `taste`, or `judge`: the judge cannot know better.

    Patterns match the whole capture, the whole of our "category capture", and the whole text.
    """

    kind: str
    languages: frozenset[str]
    capture: re.Pattern[str]
    ours: re.Pattern[str]
    text: re.Pattern[str]
    reason: str

    def covers(self, language: str, capture: str, ours: str, text: str) -> bool:
        return (
            (not self.languages or language in self.languages)
            and bool(self.capture.fullmatch(capture))
            and bool(self.ours.fullmatch(ours))
            and bool(self.text.fullmatch(text))
        )


@dataclass(frozen=True)
class Tables:
    """`captures`: by judge, the categories of a capture (none: no opinion).

    `folders`: other names of languages. `skipped`: by language, nodes whose tokens are not judged.
    """

    captures: dict[str, dict[str, frozenset[Category]]]
    folders: dict[str, dict[str, str]]
    skipped: dict[str, list[str]]
    rules: tuple[Rule, ...]


@cache
def tables() -> Tables:
    read = tomllib.loads(TABLE.read_text("utf-8"))
    return Tables(
        {
            judge: {name: frozenset(map(Category, values)) for name, values in entries.items()}
            for judge, entries in read["captures"].items()
        },
        read["folders"],
        read["skipped"],
        tuple(
            Rule(
                entry["kind"],
                frozenset(entry.get("languages", ())),
                *(re.compile(entry.get(key, ".*"), re.DOTALL) for key in ("capture", "ours", "text")),
                entry["reason"],
            )
            for entry in read["rule"]
        ),
    )


def meaning(judge: str, capture: str) -> frozenset[Category]:
    """The categories that a capture stands for; the longest prefix wins. Empty: no opinion."""
    own, name = tables().captures.get(judge, {}), capture
    while name:
        if name in own:
            return own[name]
        if name in CAPTURE_CATEGORIES:
            return frozenset((CAPTURE_CATEGORIES[name],))
        name = name.rpartition(".")[0]
    return frozenset()


def rule_for(language: str, capture: str, ours: str, text: str) -> Rule | None:
    """The rule by which a difference does not count."""
    return next((rule for rule in tables().rules if rule.covers(language, capture, ours, text)), None)


def our_spans(language: str, text: bytes) -> list[Span]:
    known = language_named(language)
    assert known is not None, language
    return Document(text, known).snapshot().spans()


# ---- assertions --------------------------------------------------------------------------------------------

_ASSERTION = re.compile(
    r"(?P<lead>\s*(?://|#|--|;|/\*|<!--|%|\(\*)[^\w^]*?)(?P<mark>\^+|<-)\s*(?P<not>!?)\s*@?(?P<not2>!?)(?P<capture>[a-z][\w.-]*)"
)


@dataclass(frozen=True)
class Assertion:
    """That the token at bytes `start` to `end` has, or has not, a capture. `line` counts from 1."""

    start: int
    end: int
    capture: str
    negated: bool
    line: int


def assertions(text: bytes) -> Iterator[Assertion]:
    """The assertions in the comments of a test file: `// ^^ @function`, `# <- !keyword`."""
    base, at = 0, 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        found = _ASSERTION.match(line.decode("utf-8", "replace"))
        if found is None:
            if line.strip():
                base = at
        else:
            lead = found["lead"]
            arrow = found["mark"] == "<-"
            column = len(lead) - len(lead.lstrip()) if arrow else len(lead.encode())
            length = 1 if arrow else len(found["mark"])
            negated = bool(found["not"] or found["not2"])
            yield Assertion(base + column, base + column + length, found["capture"], negated, number)
        at += len(line)


def holds(
    judge: str, asserted: Assertion, spans: Sequence[Span], text: bytes
) -> tuple[bool | None, Span | None]:
    """Whether our categories agree at every byte that the assertion marks, and the span that decides.

    None where the capture means nothing here, or only white space is marked.
    """
    wanted = meaning(judge, asserted.capture)
    if not wanted:
        return None, None
    verdict, deciding = None, None
    for byte in range(asserted.start, asserted.end):
        if text[byte : byte + 1].isspace():
            continue
        span = next((one for one in spans if one.start <= byte < one.end), None)
        if span is None:
            continue
        agrees = (span.category in wanted) != asserted.negated
        if not agrees:
            return False, span
        verdict, deciding = True, span
    return verdict, deciding


# ---- queries -----------------------------------------------------------------------------------------------

_INHERITS = re.compile(r"^;+\s*inherits:?\s*([\w,()\- ]+)", re.MULTILINE)
_PIECE = re.compile(r';[^\n]*|"(?:[^"\\]|\\.)*"|[()\[\]]|@[\w.\-]+|[^\s()\[\]"@;]+')


def query_source(folder: Path, name: str) -> str:
    """The judge's whole highlight query of a language, with those that it inherits before it."""
    file = folder / name / "highlights.scm"
    if not file.exists():
        return ""
    text = file.read_text("utf-8")
    parents = _INHERITS.search(text)
    names = re.findall(r"[\w\-]+", parents[1]) if parents else []
    return "\n".join([*(query_source(folder, parent) for parent in names), text])


def patterns(source: str) -> list[str]:
    """The patterns of a query, one by one, without comments."""
    found: list[list[str]] = []
    depth = 0
    for piece in (one[0] for one in _PIECE.finditer(source) if not one[0].startswith(";")):
        starts = depth == 0 and not piece.startswith("@") and piece not in ("*", "+", "?")
        if starts and not (found and found[-1][-1].endswith(":")):
            found.append([])
        if not found:
            continue
        found[-1].append(piece)
        depth += (piece in "([") - (piece in ")]")
    return [" ".join(one) for one in found]


@dataclass(frozen=True)
class JudgesQuery:
    """A judge's query on one grammar; patterns that name nodes which the grammar lacks are left out."""

    language: tree_sitter.Language
    query: tree_sitter.Query
    used: int
    total: int

    @property
    def fit(self) -> float:
        return self.used / max(1, self.total)


def judges_query(language: tree_sitter.Language, source: str) -> JudgesQuery:
    every = patterns(source.replace("(#is-not? local)", ""))
    kept = []
    for pattern in every:
        try:
            _KEPT.append(tree_sitter.Query(language, pattern))
        except (tree_sitter.QueryError, ValueError, SyntaxError):
            continue
        kept.append(pattern)
    query = tree_sitter.Query(language, "\n".join(kept))
    return JudgesQuery(language, query, len(kept), len(every))


_KEPT: Final[list[tree_sitter.Query]] = []
"""A query that is freed can end the process, see `codechoir.languages.grammars`."""


def opinions(judged: JudgesQuery, text: bytes, skipped: Sequence[str] = ()) -> dict[int, tuple[int, str]]:
    """By the first byte of a leaf: its end and the winning capture. Errors and `skipped` are left out."""
    root = tree_sitter.Parser(judged.language).parse(text).root_node
    best: dict[int, tuple[int, int, str]] = {}
    cursor = tree_sitter.QueryCursor(judged.query)
    for pattern, found in cursor.matches(root, _predicate):
        priority = int(judged.query.pattern_settings(pattern).get("priority") or 100)
        for capture, nodes in found.items():
            if capture.startswith("_") or capture.split(".")[0] in ("spell", "nospell", "conceal", "local"):
                continue
            for node in nodes:
                if node.id not in best or best[node.id][:2] <= (priority, pattern):
                    best[node.id] = priority, pattern, capture
    said: dict[int, tuple[int, str]] = {}
    waiting = [(root, "")]
    while waiting:
        node, outer = waiting.pop()
        if node.is_error or node.is_missing or node.type in skipped:
            continue
        capture = best[node.id][2] if node.id in best else outer
        if capture in STOP:
            capture = ""
        if node.children:
            waiting += [(child, capture) for child in node.children]
        elif capture and node.end_byte > node.start_byte:
            said[node.start_byte] = node.end_byte, capture
    return said


def _predicate(
    name: str, arguments: list[tuple[str, str]], _pattern: int, captures: dict[str, list[tree_sitter.Node]]
) -> bool:
    """The predicates of editors that the library does not know; of an unknown one the pattern matches."""
    positive = name.removeprefix("not-").removeprefix("any-")
    check = _PREDICATES.get(positive)
    if check is None or not arguments:
        return True
    values = [value for value, _ in arguments[1:]]
    holding = all(check(node, values) for node in captures.get(arguments[0][0], ()))
    return holding != name.startswith("not-")


def _text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _ancestors(node: tree_sitter.Node) -> Iterator[str]:
    above = node.parent
    while above is not None:
        yield above.type
        above = above.parent


_PREDICATES: Final[dict[str, Callable[[tree_sitter.Node, list[str]], bool]]] = {
    "lua-match?": lambda node, values: bool(lua_pattern(values[0]).search(_text(node))),
    "contains?": lambda node, values: any(value in _text(node) for value in values),
    "has-ancestor?": lambda node, values: any(kind in values for kind in _ancestors(node)),
    "has-parent?": lambda node, values: node.parent is not None and node.parent.type in values,
    "kind-eq?": lambda node, values: node.type in values,
}

_LUA_CLASSES: Final = {
    "a": "a-zA-Z",
    "d": "0-9",
    "l": "a-z",
    "u": "A-Z",
    "w": "a-zA-Z0-9",
    "s": r"\s",
    "x": "0-9a-fA-F",
    "p": r"!-/:-@\[-`{-~",
}


@cache
def lua_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of Lua as a regular expression."""
    parts: list[str] = []
    in_set, at = False, 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "%" and at + 1 < len(pattern):
            at += 1
            known = _LUA_CLASSES.get(pattern[at])
            parts.append((known if in_set else f"[{known}]") if known else re.escape(pattern[at]))
        elif in_set:
            in_set = sign != "]"
            parts.append(sign)
        elif sign == "[":
            in_set = True
            parts.append(sign)
        elif sign == "-":
            parts.append("*?")
        else:
            parts.append(sign if sign in ".*+?^$()]" else re.escape(sign))
        at += 1
    return re.compile("".join(parts))
