"""What is wrong with the values of a word table: their kind, their gaps, their regular expressions.

Rogue names in a word table, each with its line and the near name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from codechoir.errors import did_you_mean
from codechoir.languages import language_named, language_names
from codechoir.settings import LEVELS
from codechoir.syntax import ROLES
from codechoir.wording.characters import is_speakable
from codechoir.wording.tables import builtin_table, read_table

TEMPLATES = frozenset(("phrases", "outline", "describe", "deception"))
"""Sections whose words have gaps, such as `{name}`."""

_KINDS = {str: "words in quotes", list: "a list of words", dict: "a table", bool: "true or false"}
_GROUP = re.compile(r"\\(?:(?P<number>\d+)|g<(?P<name>\w*)>|(?P<other>.?))", re.DOTALL)


def value_error(section: str, key: str, value: Any) -> str:
    """What is wrong with a value, by the one that the base table has in its place; empty when it fits."""
    base = builtin_table("en")[section]
    like = base.get(key, next(iter(base.values()), ""))
    if type(value) is not type(like):
        return f"'{key}' must be {_KINDS.get(type(like), type(like).__name__)}, not {value!r}"
    if not _has_shape(value, like):
        return f"'{key}' must be a list of {len(like)} as in the base table, not {value!r}"
    if section in TEMPLATES:
        return _gaps(key, value, like)
    return ""


def pattern_error(pattern: str, words: object) -> str:
    """What is wrong with a pronunciation by pattern; empty when nothing is."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        return f"'{pattern}' is not a regular expression: {error}"
    if not isinstance(words, str):
        return f"'{pattern}' must be followed by words in quotes, not {words!r}"
    for group in _GROUP.finditer(words):
        if group["other"] is not None and group["other"] != "\\":
            return f"'{group[0]}' in '{words}' is no group of the pattern, such as '\\1'"
        number, name = group["number"], group["name"]
        if number is not None and int(number) > compiled.groups:
            return f"'{group[0]}' in '{words}': the pattern has {compiled.groups} groups"
        if name is not None and name not in compiled.groupindex and not _is_group(name, compiled.groups):
            return f"'{group[0]}' in '{words}': the pattern has no group of this name"
    return ""


def _has_shape(value: Any, like: Any) -> bool:
    """Whether lists have the length that is expected, and words in the places of words."""
    if not isinstance(like, list):
        return type(value) is type(like)
    if not isinstance(value, list) or len(value) != len(like):
        return False
    return all(_has_shape(one, other) for one, other in zip(value, like, strict=True))


def _is_group(name: str, groups: int) -> bool:
    return name.isascii() and name.isdecimal() and int(name) <= groups


def _gaps(key: str, value: Any, like: Any) -> str:
    """What is wrong with the gaps of a sentence, or of a list of sentences."""
    known = set(_names(like))
    try:
        unknown = [name for name in _names(value) if name not in known]
    except ValueError as error:
        return f"'{key}' has a brace that is no gap: {error}"
    if unknown:
        gaps = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
        return f"'{key}' has the gap {{{unknown[0]}}}; known: {gaps}"
    return ""


def _names(value: Any) -> Iterator[str]:
    for text in value if isinstance(value, list) else [value]:
        for _, name, form, _ in Formatter().parse(text):
            if name is not None:
                yield name + (f":{form}" if form else "")


_FREE = frozenset(
    (
        *("operators", "whole", "words", "patterns", "suffixes", "string_kinds"),
        *("escapes", "regexp", "markers", "doc_tags", "alphabet", "prefixes"),
    )
)
"""Sections whose keys anyone may add to; the keys of every other section are the base table's."""

_LANGUAGE_KEYS = {"name": "", "tag": "", "like": ""}
_SYMBOL_KEYS = {"say": str, "many": str, "level": str}
_ROLE_KEYS = {"say": str, "texts": dict, "structure": bool, "before": int, "after": int, "empty": str}


def check_table(path: Path) -> list[str]:
    """All complaints about the table in `path`, one line each; empty when it is sound.

    Raises `InputError` when it cannot be read as TOML.
    """
    return list(unknown_keys(path, read_table(path)))


def unknown_keys(path: Path, table: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a table, in words: `words.toml, line 3: …`."""
    text = path.read_text("utf-8")
    for keys, what in _complaints(table, ()):
        yield f"{path}, line {line_of(text, keys)}: {what}"


def line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line, counted from 1, on which the value under `keys` is written in TOML `text`."""
    header: tuple[str, ...] = ()
    best = 1
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            header = _dotted(stripped.strip("[]").split("]")[0])
            here = header
        else:
            here = header + _dotted(stripped.partition("=")[0].strip())
        if here[: len(keys)] == keys:
            return number
        if keys[: len(here)] == here and here:
            best = number
    return best


def _dotted(written: str) -> tuple[str, ...]:
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([\w-]+)', written)
    return tuple(
        double.replace('\\"', '"').replace("\\\\", "\\") or single or bare for double, single, bare in parts
    )


def _complaints(table: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    base = builtin_table("en")
    for name, section in table.items():
        keys = (*at, name)
        if name == "for" and not at:
            yield from _for_languages(section)
        elif name not in base:
            yield keys, f"unknown section '{name}'.{did_you_mean(name, base)}"
        elif not isinstance(section, Mapping):
            yield keys, f"'{name}' must be a section: [{name}]"
        else:
            yield from _in_section(name, section, keys)


def _for_languages(section: object) -> Iterator[tuple[tuple[str, ...], str]]:
    """Complaints about what a table says of single programming languages."""
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
            yield keys, f"'{name}' is called {language.name} here: write [for.{language.name}]"
        else:
            yield from _complaints(part, keys)


def _in_section(
    name: str, section: Mapping[str, Any], at: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    special: Mapping[str, Mapping[str, str]] = {"roles": ROLES, "language": _LANGUAGE_KEYS}
    known = special.get(name, builtin_table("en")[name])
    for key, value in section.items():
        keys = (*at, key)
        if name == "symbols":
            yield from _symbol(key, value, keys)
        elif name not in _FREE and key not in known:
            yield keys, f"unknown {name.removesuffix('s')} '{key}'.{did_you_mean(key, known)}"
        elif name == "roles":
            yield from _role(value, keys)
        elif wrong := pattern_error(key, value) if name == "patterns" else value_error(name, key, value):
            yield keys, wrong
        elif name not in TEMPLATES and name not in ("language", "patterns"):
            yield from _speakable(value, keys)


def _symbol(char: str, value: object, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if len(char) != 1:
        yield keys, f"a symbol is one character, not '{char}'; longer ones belong to [operators]"
    if not isinstance(value, Mapping):
        yield keys, f'the symbol \'{char}\' needs a table such as {{ say = "bar", level = "most" }}'
        return
    yield from _fields(value, _SYMBOL_KEYS, keys)
    if "say" not in value:
        yield keys, f"'{char}' needs 'say', its name, beside its {' and '.join(value) or 'level'}"
    level = value.get("level", "all")
    if level not in LEVELS:
        yield keys, f"unknown level '{level}'; known: {', '.join(LEVELS)}.{did_you_mean(str(level), LEVELS)}"


def _fields(
    value: Mapping[str, Any], known: Mapping[str, type], keys: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, entry in value.items():
        if key not in known:
            yield keys, f"unknown key '{key}'; known: {', '.join(known)}.{did_you_mean(key, known)}"
        elif not isinstance(entry, known[key]):
            yield keys, f"'{key}' must be a {known[key].__name__}, not {entry!r}"
        else:
            for words in entry.values() if isinstance(entry, Mapping) else [entry]:
                yield from _speakable(words, keys)


def _role(value: object, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield from _speakable(value, keys)
    elif not isinstance(value, Mapping):
        yield keys, f'a role has words in quotes, or a table such as {{ say = "plus" }}, not {value!r}'
    else:
        yield from _fields(value, _ROLE_KEYS, keys)
        texts = value.get("texts")
        for text, words in texts.items() if isinstance(texts, Mapping) else ():
            if not isinstance(words, str):
                yield keys, f"'{text}' must be followed by words in quotes, not {words!r}"


def _speakable(value: object, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for words in value if isinstance(value, list) else [value]:
        if isinstance(words, str) and not is_speakable(words):
            yield (
                keys,
                f"'{words}' has characters that cannot be spoken; write words, letters and digits only",
            )
