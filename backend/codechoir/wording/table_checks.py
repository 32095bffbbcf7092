"""Mistakes in a word table: unknown keys, wrong types, unknown placeholders, bad regular expressions.

The base table of English is the reference: it has every section and every key. Each mistake comes with the
keys that lead to it, so that the caller can name its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from codechoir.errors import did_you_mean, shown
from codechoir.languages import language_named, language_names
from codechoir.settings import LEVELS
from codechoir.storage import KeyPath
from codechoir.syntax import ROLES
from codechoir.wording.characters import is_speakable
from codechoir.wording.linear_patterns import complexity_error
from codechoir.wording.word_table import TableSection

TableError = tuple[KeyPath, str]
"""The keys that lead to a value, and what is wrong with it."""

TEMPLATES = frozenset(("phrases", "outline", "describe", "deception"))
"""Sections whose sentences have placeholders, such as `{name}`."""

_OPEN_SECTIONS = frozenset(
    (
        *("operators", "whole", "words", "keywords", "patterns", "suffixes", "string_kinds"),
        *("escapes", "regexp", "markers", "doc_tags", "alphabet", "prefixes"),
        *("abbreviations", "closers"),
    )
)
"""Sections that may have keys of their own; all other sections have only the base table's keys."""

_TYPE_NAMES = {
    str: "words in quotes",
    list: "a list of words",
    dict: "a table",
    bool: "true or false",
    int: "a whole number",
}
_LANGUAGE_KEYS = {"name": "", "tag": "", "like": ""}
_SYMBOL_KEYS = {"say": str, "many": str, "level": str}
_ROLE_KEYS = {"say": str, "texts": dict, "structure": bool, "before": int, "after": int, "empty": str}
_GROUP = re.compile(r"\\(?:(?P<number>\d+)|g<(?P<name>\w*)>|(?P<other>.?))", re.DOTALL)


def table_errors(table: TableSection, base: TableSection, keys: KeyPath = ()) -> Iterator[TableError]:
    """All mistakes in `table`, or in the part of it at `keys`, by the reference `base`."""
    for name, section in table.items():
        at = (*keys, name)
        if name == "for" and not keys:
            yield from _language_errors(section, base)
        elif name not in base:
            yield at, f"unknown section '{name}'.{did_you_mean(name, base)}"
        elif not isinstance(section, Mapping):
            yield at, f"'{name}' must be a section: [{name}]"
        else:
            yield from _section_errors(name, section, base[name], at)


def _language_errors(section: object, base: TableSection) -> Iterator[TableError]:
    """Mistakes in the part of a table that is for single programming languages."""
    if not isinstance(section, Mapping):
        yield ("for",), "'for' needs a language and a section, such as [for.rust.words]"
        return
    for name, part in section.items():
        keys = ("for", name)
        language = language_named(name)
        if not isinstance(part, Mapping):
            yield keys, f"'{name}' must be a section, such as [for.{name}.words]"
        elif language is None:
            yield keys, f"unknown language '{name}'.{did_you_mean(name, language_names())}"
        elif language.name != name:
            yield keys, f"'{name}' is called {language.name} here; write [for.{language.name}]"
        else:
            yield from table_errors(part, base, keys)


def _section_errors(
    name: str, section: TableSection, base: TableSection, at: KeyPath
) -> Iterator[TableError]:
    special: Mapping[str, Mapping[str, str]] = {"roles": ROLES, "terse": ROLES, "language": _LANGUAGE_KEYS}
    known = special.get(name, base)
    for key, value in section.items():
        keys = (*at, key)
        if name == "symbols":
            yield from _symbol_errors(key, value, keys)
        elif name not in _OPEN_SECTIONS and key not in known:
            what = "role" if known is ROLES else name.removesuffix("s")
            yield keys, f"unknown {what} '{key}'.{did_you_mean(key, known)}"
        elif known is ROLES:
            yield from _role_errors(value, keys)
        elif name == "patterns":
            if error := pattern_error(key, value):
                yield keys, error
        elif error := _value_error(name, base, key, value):
            yield keys, error
        elif name not in TEMPLATES and name != "language":
            yield from _unspeakable_words(value, keys)


def _symbol_errors(char: str, value: object, keys: KeyPath) -> Iterator[TableError]:
    if len(char) != 1:
        yield keys, f"a symbol is one character, not '{char}'; longer ones belong to [operators]"
    if not isinstance(value, Mapping):
        yield keys, f'the symbol \'{char}\' needs a table such as {{ say = "bar", level = "most" }}'
        return
    yield from _field_errors(value, _SYMBOL_KEYS, keys)
    if "say" not in value:
        yield keys, f"the symbol '{char}' needs 'say', the name of the character"
    level = value.get("level", "all")
    if level not in LEVELS:
        yield keys, f"unknown level '{level}'; known: {', '.join(LEVELS)}.{did_you_mean(str(level), LEVELS)}"


def _role_errors(value: object, keys: KeyPath) -> Iterator[TableError]:
    if isinstance(value, str):
        yield from _unspeakable_words(value, keys)
    elif not isinstance(value, Mapping):
        yield keys, f'a role has words in quotes, or a table such as {{ say = "plus" }}, not {shown(value)}'
    else:
        yield from _field_errors(value, _ROLE_KEYS, keys)
        texts = value.get("texts")
        for text, words in texts.items() if isinstance(texts, Mapping) else ():
            if not isinstance(words, str):
                yield keys, f"'{text}' must be followed by words in quotes, not {shown(words)}"


def _field_errors(value: Mapping[str, Any], known: Mapping[str, type], keys: KeyPath) -> Iterator[TableError]:
    for key, entry in value.items():
        if key not in known:
            yield keys, f"unknown key '{key}'; known: {', '.join(known)}.{did_you_mean(key, known)}"
        elif not isinstance(entry, known[key]):
            yield keys, f"'{key}' must be {_TYPE_NAMES[known[key]]}, not {shown(entry)}"
        else:
            for words in entry.values() if isinstance(entry, Mapping) else [entry]:
                yield from _unspeakable_words(words, keys)


def _unspeakable_words(value: object, keys: KeyPath) -> Iterator[TableError]:
    for words in value if isinstance(value, list) else [value]:
        if isinstance(words, str) and not is_speakable(words):
            yield (
                keys,
                f"'{words}' has characters that cannot be spoken; write words, letters and digits only",
            )


def _value_error(section: str, base: TableSection, key: str, value: Any) -> str:
    """What is wrong with a value, compared with the base table's; empty when nothing is."""
    like = base.get(key, next(iter(base.values()), ""))
    if type(value) is not type(like):
        return f"'{key}' must be {_TYPE_NAMES.get(type(like), type(like).__name__)}, not {shown(value)}"
    if not _has_shape(value, like):
        return f"'{key}' must be a list of {len(like)} as in the base table, not {shown(value)}"
    if section in TEMPLATES:
        return _placeholder_error(key, value, like)
    return ""


def _has_shape(value: Any, like: Any) -> bool:
    """Whether lists have the expected lengths, and the other values the expected types."""
    if not isinstance(like, list):
        return type(value) is type(like)
    if not isinstance(value, list) or len(value) != len(like):
        return False
    return all(_has_shape(one, other) for one, other in zip(value, like, strict=True))


def _placeholder_error(key: str, value: Any, like: Any) -> str:
    """What is wrong with the placeholders of a sentence, or of a list of sentences."""
    known = set(_placeholders(like))
    try:
        unknown = [name for name in _placeholders(value) if name not in known]
    except ValueError as error:
        return f"'{key}' has a brace that is not a placeholder: {error}"
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
        return f"'{key}' has the unknown placeholder {{{unknown[0]}}}; known: {names}"
    return ""


def _placeholders(value: Any) -> Iterator[str]:
    for text in value if isinstance(value, list) else [value]:
        for _, name, form, _ in Formatter().parse(text):
            if name is not None:
                yield name + (f":{form}" if form else "")


def pattern_error(pattern: str, words: object) -> str:
    """What is wrong with a pronunciation by regular expression; empty when nothing is."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        return f"'{pattern}' is not a regular expression: {error}"
    if complaint := complexity_error(pattern):
        return complaint
    if not isinstance(words, str):
        return f"'{pattern}' must be followed by words in quotes, not {shown(words)}"
    for group in _GROUP.finditer(words):
        number, name, other = group["number"], group["name"], group["other"]
        if other is not None and other != "\\":
            return f"'{group[0]}' in '{words}' is not a group of the pattern; write '\\1' for the first"
        if number is not None and int(number) > compiled.groups:
            return f"'{group[0]}' in '{words}': the pattern has {compiled.groups} groups"
        if name is not None and name not in compiled.groupindex and not _is_group(name, compiled.groups):
            return f"'{group[0]}' in '{words}': the pattern has no group of this name"
    return ""


def _is_group(name: str, groups: int) -> bool:
    return name.isascii() and name.isdecimal() and int(name) <= groups
