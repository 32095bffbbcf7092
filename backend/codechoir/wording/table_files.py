"""Word tables on disk: read, checked, and laid one over the other.

The strongest first: the user's table, the project's, the programming language's, the base table of the
natural language (`voices/words/en.toml`). A table changes only the words that it names.

Mistakes are unknown keys, wrong types, unknown placeholders, bad regular expressions. The base table of
English is the reference: it has every section and every key. Each mistake comes with the keys that lead to
it, so that the caller can name its line.

A regular expression is refused unless it is proven to be quick. A match takes exponential time where a part
can be repeated and divided in several ways: `(a+)+`, `(a|a)*`. So whatever is repeated without limit must
have a fixed form, and only few such repeats may follow each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from codechoir.errors import InputError, did_you_mean, shown
from codechoir.languages import language_named, language_names
from codechoir.settings import LEVELS
from codechoir.storage import KeyPath, read_toml, resource_path
from codechoir.wording.characters import is_speakable
from codechoir.wording.word_table import TableSection, WordTable, merged_table


def natural_languages() -> list[str]:
    """The natural languages that have a base table."""
    return sorted(path.stem for path in resource_path("voices", "words").glob("*.toml"))


def load_word_table(natural: str, language: str, extra: tuple[Path, ...] = ()) -> WordTable:
    """The words for a programming language, with the tables of `extra` laid over it, the strongest first.

    Raises `InputError` for an unknown natural language, and for a table that cannot be read or has a mistake.
    """
    layers = [builtin_table(natural), *_language_layers(natural, language)]
    for path in reversed(extra):
        table = _checked_table(path)
        layers += [table, table.get("for", {}).get(language, {})]
    return merged_table(layers)


def check_word_table(path: Path) -> list[str]:
    """All mistakes in the table at `path`, one line each; empty when there are none.

    Raises `InputError` when it cannot be read as TOML.
    """

    source = read_toml(path)
    errors = table_errors(source.values, builtin_table("en"))
    return [str(source.error(keys, message)) for keys, message in errors]


@lru_cache(maxsize=256)
def builtin_table(natural: str, language: str = "") -> TableSection:
    """A table that ships with the package: a natural language's own, or what it says of one language.

    Raises `InputError` for an unknown natural language.
    """
    folder = resource_path("voices", "words")
    if language:
        path = folder / natural / f"{language}.toml"
        return read_toml(path, is_own=True).values if language.isidentifier() and path.is_file() else {}
    known = natural_languages()
    if natural not in known:
        raise InputError(f"no words in '{natural}'; known: {', '.join(known)}.{did_you_mean(natural, known)}")
    return read_toml(folder / f"{natural}.toml", is_own=True).values


def _language_layers(natural: str, language: str) -> list[TableSection]:
    """The tables of the languages that a language builds on, and its own at the end."""
    layers: list[TableSection] = []
    while language:
        table = builtin_table(natural, language)
        layers.insert(0, table)
        language = str(table.get("language", {}).get("like", ""))
    return layers


def _checked_table(path: Path) -> TableSection:
    # Most readings have no table of the user's, and start without loading the checks.

    source = read_toml(path)
    for keys, message in table_errors(source.values, builtin_table("en")):
        raise source.error(keys, message)
    return source.values


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
    from codechoir.syntax import ROLES

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


_MOST_REPEATS: Final = 2
"""Repeats without limit in one expression: each one multiplies the time by the length of a name."""

_MOST_WAYS: Final = 1000
"""In how many ways the parts with a limit may be chosen: alternatives, options, counts."""

_FEW: Final = 12
"""A repeat of at most this many turns has a limit."""


class _UnclearError(Exception):
    """A part whose cost is not clear."""


def complexity_error(pattern: str) -> str:
    """Why `pattern`, a valid regular expression, may take long; empty if it cannot."""
    try:
        repeats, ways = _cost(re._parser.parse(pattern))  # type: ignore[attr-defined]
    except _UnclearError as error:
        return f"'{pattern}' may take very long, because {error}; write it without"
    if repeats > _MOST_REPEATS:
        return f"'{pattern}' may take very long: it has {repeats} repeats; use at most {_MOST_REPEATS}"
    if ways > _MOST_WAYS:
        return f"'{pattern}' may take very long: it has too many options; write several patterns"
    return ""


def _cost(nodes: Any) -> tuple[int, int]:
    """The number of repeats without limit, and of ways to choose among the rest. Raises `_UnclearError`."""
    repeats, ways = 0, 1
    for operation, value in nodes:
        name = str(operation)
        parts: list[Any] = []
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, body = value
            if high <= 1:
                parts, ways = [body], 2 * ways
            elif not _is_fixed(body):
                raise _UnclearError("something that can vary is repeated")
            elif int(high) > _FEW:
                repeats += 1
            else:
                ways *= int(high) - low + 1
        elif name == "SUBPATTERN":
            parts = [value[3]]
        elif name == "ATOMIC_GROUP":
            parts = [value]
        elif name in ("ASSERT", "ASSERT_NOT"):
            parts = [value[1]]
        elif name == "BRANCH":
            costs = list(map(_cost, value[1]))
            repeats += max(cost[0] for cost in costs)
            ways *= sum(cost[1] for cost in costs)
        elif name.startswith("GROUPREF"):
            raise _UnclearError("it refers to one of its groups")
        for part in parts:
            more, choices = _cost(part)
            repeats, ways = repeats + more, ways * choices
    return repeats, ways


def _is_fixed(nodes: Any) -> bool:
    """Whether there is only one way to match a text: no repeats and no alternatives inside."""
    for operation, value in nodes:
        name = str(operation)
        if name == "SUBPATTERN":
            if not _is_fixed(value[3]):
                return False
        elif name not in ("LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY"):
            return False
    return True
