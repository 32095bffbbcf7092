"""Rogue names in a word table, each with its line and the near name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from codechoir.errors import did_you_mean
from codechoir.settings import LEVELS
from codechoir.syntax.languages import language_names, named
from codechoir.syntax.roles import ROLES
from codechoir.wording.check_values import TEMPLATES, misfit, pattern_error
from codechoir.wording.speakable import is_speakable
from codechoir.wording.tables import read_table, shipped

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
    return list(rogue_names(path, read_table(path)))


def rogue_names(path: Path, table: Mapping[str, Any]) -> Iterator[str]:
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
    base = shipped("en")
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
        language = named(name)
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
    known = special.get(name, shipped("en")[name])
    for key, value in section.items():
        keys = (*at, key)
        if name == "symbols":
            yield from _symbol(key, value, keys)
        elif name not in _FREE and key not in known:
            yield keys, f"unknown {name.removesuffix('s')} '{key}'.{did_you_mean(key, known)}"
        elif name == "roles":
            yield from _role(value, keys)
        elif wrong := pattern_error(key, value) if name == "patterns" else misfit(name, key, value):
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
