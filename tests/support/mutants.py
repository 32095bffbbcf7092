"""Mutants of programs: one sign deleted, inserted, swapped, or one closing bracket moved.

A mutant counts if it parses without an error and is another program: its tree differs by more than brackets
that only group, a trailing comma that means nothing, a separator that a line's end would replace, or the
underscores of a number. Python's own parser decides for Python.
"""

from __future__ import annotations

import ast
import random
import re
import tomllib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tree_sitter
from codechoir.languages import language_named, load_grammar
from codechoir.syntax import Document
from codechoir.wording import Wording

SNIPPETS = Path(__file__).parents[1] / "mutants" / "snippets"
SEPARATOR = "\n%%\n"
SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
BLANK_LANGUAGES = frozenset(("bash",))
"""Languages in which a blank is a sign: it separates the words of a command."""

_GROUPS = frozenset(("parenthesized_expression", "parenthesized_statements"))
_OPTIONAL_ENDS = {"javascript": ";", "typescript": ";", "go": ";", "bash": ";", "ruby": ";"}
"""What ends a statement, where a line's end does too."""

_MEMBER_LISTS = frozenset(("interface_body", "object_type", "class_body"))
"""Nodes in which a comma and a semicolon mean the same."""

_WITHOUT_VALUE = frozenset(
    (
        *("assignment_expression", "compound_assignment_expr", "return_expression", "break_expression"),
        *("continue_expression", "for_expression", "while_expression", "loop_expression"),
    )
)
"""Expressions of Rust after which a semicolon drops nothing."""

_CLOSING = frozenset((")", "]", "}", ">"))
_MELODY = re.compile(r"[.,?!]")

Tree = tuple[object, ...] | str


@dataclass(frozen=True)
class Mutant:
    """`edit`: what was done, for people. `line`: the changed line before and after."""

    language: str
    edit: str
    before: str
    after: str
    original: str
    text: str


def snippets(language: str) -> list[str]:
    parts = (SNIPPETS / f"{language}.source").read_text("utf-8").split(SEPARATOR)
    return [part.rstrip("\n") + "\n" for part in parts]


def languages() -> list[str]:
    return sorted(path.stem for path in SNIPPETS.glob("*.source"))


# ---- what is said ------------------------------------------------------------------------------------------


@cache
def _wording() -> Wording:
    return Wording()


def words(language: str, text: str) -> str:
    """The words at the level `some`, in small letters, without what only gives the melody."""
    known = language_named(language)
    assert known is not None
    lines = _wording().lines(Document(text, known).snapshot())
    said = " ".join(one.text for line in lines for one in line if one.text)
    return " ".join(_MELODY.sub(" ", said).lower().split())


# ---- what the program is -----------------------------------------------------------------------------------


def program(language: str, text: str) -> Tree | None:
    """What the parser makes of the text, without what makes no difference; None if it has a mistake."""
    if language == "python":
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.dump(ast.parse(text))
        except (SyntaxError, ValueError):
            return None
    source = text.encode()
    tree = tree_sitter.Parser(load_grammar(language).language).parse(source)
    if tree.root_node.has_error or not all(map(_is_code, _macro_bodies(tree.root_node))):
        return None
    return _normal(tree.root_node, source, language)


def _macro_bodies(node: tree_sitter.Node) -> Iterator[bytes]:
    """The bodies of C macros, which the grammar takes as text."""
    for child in node.children:
        if child.type == "preproc_arg":
            yield child.text or b""
        elif child.type.startswith("preproc"):
            yield from _macro_bodies(child)


def _is_code(body: bytes) -> bool:
    """Whether the body of a macro could stand in a function."""
    parser = tree_sitter.Parser(load_grammar("c").language)
    return not parser.parse(b"void f() { " + body + b"; }").root_node.has_error


def _normal(node: tree_sitter.Node, source: bytes, language: str) -> Tree:
    if not node.children:
        text = source[node.start_byte : node.end_byte].decode("utf-8", "replace")
        if node.type == "preproc_arg":
            return "".join(text.split())
        return text.replace("_", "") if text[:1].isdecimal() else text
    children = node.children
    if node.type in _GROUPS and len(node.named_children) == 1:
        return _normal(node.named_children[0], source, language)
    if node.type == "expression_statement" and children[0].type in _WITHOUT_VALUE and language == "rust":
        return _normal(children[0], source, language)
    parts: list[object] = [node.type]
    for index, child in enumerate(children):
        after = children[index + 1] if index + 1 < len(children) else None
        if (child.is_extra and "comment" in child.type) or (
            language == "ruby" and child.type == "empty_statement"
        ):
            continue
        if child.type == "," and index > 1 and (after is None or after.type in _CLOSING):
            continue
        if child.type in (";;", ";") and node.type == "case_item":
            continue
        if child.type in (":", ";") and node.type in ("case_statement", "default_statement"):
            continue  # PHP
        if child.type in (",", ";") and node.type in _MEMBER_LISTS:
            continue
        if child.type in (_OPTIONAL_ENDS.get(language), "\n") and "for" not in node.type:
            continue
        parts += (node.field_name_for_child(index), _normal(child, source, language))
    return tuple(parts)


# ---- edits -------------------------------------------------------------------------------------------------


def mutants(language: str, seed: int = 0) -> Iterator[Mutant]:
    """Mutants that are other programs, each once, in a random order that `seed` repeats."""
    chance = random.Random(f"{language}{seed}")
    texts = snippets(language)
    originals = [program(language, text) for text in texts]
    seen: set[str] = set()
    edits = [(kind, number) for number, text in enumerate(texts) for kind in _kinds(text)]
    queues = {edit: _edits(edit[0], language, texts[edit[1]], chance) for edit in edits}
    while queues:
        kind, number = chance.choice(list(queues))
        found = next(queues[kind, number], None)
        if found is None:
            del queues[kind, number]
            continue
        edit, at, text = found
        if text in seen:
            continue
        seen.add(text)
        made = program(language, text)
        if made is not None and made != originals[number]:
            original = texts[number]
            yield Mutant(language, edit, _line(original, at), _line(text, at), original, text)


def is_in_string(mutant: Mutant) -> bool:
    """Whether only the content of a string changed."""
    return _outside(mutant.language, mutant.original) == _outside(mutant.language, mutant.text)


def _outside(language: str, text: str) -> list[str]:
    known = language_named(language)
    assert known is not None
    spans = Document(text, known).snapshot().spans()
    return [
        ("", 0)
        if "string" in one.capture
        else (text.encode()[one.start : one.end].decode("utf-8", "replace"), 0)
        for one in spans
    ]


def _kinds(text: str) -> tuple[str, ...]:
    return ("delete", "insert", "swap", "move")


def _line(text: str, at: int) -> str:
    at = min(at, len(text))
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)].strip()


def _edits(kind: str, language: str, text: str, chance: random.Random) -> Iterator[tuple[str, int, str]]:
    signs = SIGNS + (" " if language in BLANK_LANGUAGES else "")
    places = [at for at, char in enumerate(text) if char in signs]
    if kind == "delete":
        chance.shuffle(places)
        for at in places:
            yield f"delete {text[at]}", at, text[:at] + text[at + 1 :]
    elif kind == "swap":
        pairs = [(at, sign) for at in places for sign in signs if sign != text[at]]
        chance.shuffle(pairs)
        for at, sign in pairs:
            yield f"{text[at]} becomes {sign}", at, text[:at] + sign + text[at + 1 :]
    elif kind == "insert":
        pairs = [(at, sign) for at in range(len(text) + 1) for sign in signs if _may_insert(text, at)]
        chance.shuffle(pairs)
        for at, sign in pairs:
            yield f"insert {sign}", at, text[:at] + sign + text[at:]
    else:
        closers = [at for at in places if text[at] in ")]}"]
        moves = [(at, to) for at in closers for to in _same_line(text, at)]
        chance.shuffle(moves)
        for at, to in moves:
            rest = text[:at] + text[at + 1 :]
            place = to if to < at else to - 1
            yield f"move {text[at]}", at, rest[:place] + text[at] + rest[place:]


def _may_insert(text: str, at: int) -> bool:
    """Not inside a word: that would only be two names."""
    return not (0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum())


def _same_line(text: str, at: int) -> Iterator[int]:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    for to in range(start + 1, end if end >= 0 else len(text)):
        if to not in (at, at + 1) and _may_insert(text, to):
            yield to


# ---- exceptions --------------------------------------------------------------------------------------------


@cache
def _reasons(*tables: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of mutants that sound the same, each with its reason."""
    read = tomllib.loads((SNIPPETS.parent / "exceptions.toml").read_text("utf-8"))
    return tuple((re.compile(entry["pattern"]), entry["reason"]) for table in tables for entry in read[table])


def is_exception(line: str) -> bool:
    """Whether "edit | before | after" of a mutant is listed as one that may sound the same."""
    return any(pattern.search(line) for pattern, _ in _reasons("exception"))


def reason_of(mutant: Mutant) -> str:
    """Why a mutant sounds the same; empty if that is not known."""
    line = f"{mutant.edit} | {mutant.before} | {mutant.after}"
    return next((reason for pattern, reason in _reasons("exception", "known") if pattern.search(line)), "")


# ---- whether a mark is needed ------------------------------------------------------------------------------


def marked_brackets(language: str, text: str) -> list[int]:
    """The indexes of the brackets that are said to close although their role is silent."""
    known = language_named(language)
    assert known is not None
    snapshot = Document(text, known).snapshot()
    silent = {span.start for span in snapshot.spans() if not span.role.startswith("group")}
    said = (one for line in _wording().lines(snapshot) for one in line)
    starts = (one.start for one in said if one.text == "close" and one.start in silent)
    return [len(text.encode()[:start].decode()) for start in starts]


def without_marks(language: str, text: str) -> str:
    return " ".join(word for word in words(language, text).split() if word not in ("close", "on"))


def needs_mark(language: str, text: str, at: int) -> bool:
    """Whether the bracket at index `at` can close elsewhere in its line with the same words but the mark."""
    original, said = program(language, text), without_marks(language, text)
    rest = text[:at] + text[at + 1 :]
    for to in _same_line(text, at):
        place = to if to < at else to - 1
        moved = rest[:place] + text[at] + rest[place:]
        other = program(language, moved)
        if other not in (None, original) and without_marks(language, moved) == said:
            return True
    return False
