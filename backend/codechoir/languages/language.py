"""One language, as its folder `languages/<name>/` describes it, and the reader of `language.toml`.

A folder holds up to four files. `language.toml`: names, file names, the grammar. `highlights.scm`: patterns
that give a node its capture. `roles.scm`: what a token does. `symbols.scm`: what defines a symbol. A folder
without `language.toml` holds patterns that other languages inherit. `docs/how-to/add-a-language.md` shows an
example.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from codechoir.errors import InputError, did_you_mean

Parser = Literal["grammar", "pygments", "prose"]

DESCRIPTION = "language.toml"


@dataclass(frozen=True, slots=True)
class Language:
    """A language that a document is written in.

    `name`: the name of its folder, and the value of `--language` and `Span.language`. `title`: the name for
    people. `parser`: how its text becomes spans. `source`: the name of its grammar, or an alias of a Pygments
    lexer. `aliases`: other names, such as language ids of VS Code. `extensions`: lower case, with the dot.
    `filenames`: whole names, lower case; `*` and `?` as in a shell. `interpreters`: programs in a shebang,
    without version. `shared_extensions`: extensions of another language, each with a regular expression; a
    file whose text matches is of this language.
    """

    name: str
    title: str
    parser: Parser
    source: str = ""
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    shared_extensions: tuple[tuple[str, str], ...] = ()


_HOLES = (
    "interpolation",
    "template_substitution",
    "expansion",
    "simple_expansion",
    "command_substitution",
    "process_substitution",
    "arithmetic_expansion",
)


@dataclass(frozen=True, slots=True)
class Grammar:
    """Where a grammar comes from, and which of its nodes are tokens.

    `wheel`: the Python module. `function`: its function that returns the language. `official`: the grammar's
    own query files as `module:path`, in order of precedence. `inherits`: folders whose queries come before
    those of this folder, in order of precedence; on one node the last pattern wins. `containers`: types of
    nodes whose text is one token except where a pattern inside says otherwise (strings, comments). `atoms`:
    types of nodes that are one token with all their children. `holes`: types of nodes inside containers that
    contain code (interpolations). `merged`: types of leaves that are one token when adjacent. `token_roles`:
    whether its tokens have the roles of `TOKEN_ROLES`. `joined`: embedded languages whose parts are one text
    (the page around PHP), with the type of node of a part.
    """

    wheel: str
    function: str = "language"
    official: tuple[str, ...] = ()
    inherits: tuple[str, ...] = ()
    containers: frozenset[str] = frozenset()
    atoms: frozenset[str] = frozenset()
    holes: frozenset[str] = frozenset(_HOLES)
    merged: frozenset[str] = frozenset()
    joined: Mapping[str, str] = field(default_factory=dict)
    token_roles: bool = True


@dataclass(frozen=True, slots=True)
class SymbolNodes:
    """Nodes around a definition.

    `wrappers`: node types around a definition that belong to it (decorators, `export`, `template <…>`).
    `namers`: node types around a definition without a name that give it one (`typedef struct {…} name`).
    """

    wrappers: frozenset[str] = frozenset()
    namers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LanguageFolder:
    """One folder.

    `language`: None for a grammar that is only embedded in others (a regular expression). `grammar`: None
    where the language uses that of another folder, or has none. `span_language`: the language of its spans.
    """

    path: Path
    language: Language | None
    grammar: Grammar | None
    symbols: SymbolNodes
    span_language: str


def read_folder(path: Path) -> LanguageFolder:
    """Read `language.toml` of a folder. Raises `InputError` with file and line for a mistake in it."""
    file = path / DESCRIPTION
    try:
        values = tomllib.loads(file.read_text("utf-8"))
        _check(values)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, _BadKeyError) as error:
        raise _located(file, error) from error
    grammar = _grammar(values["grammar"]) if "grammar" in values else None
    language = None if values.get("embedded_only") else _language(path.name, values)
    symbols = {name: frozenset(types) for name, types in values.get("symbols", {}).items()}
    return LanguageFolder(path, language, grammar, SymbolNodes(**symbols), values.get("part_of", path.name))


def _language(name: str, values: Mapping[str, Any]) -> Language:
    given = {key: value for key, value in values.items() if key not in _OTHER_KEYS}
    shared = tuple(given.pop("shared_extensions", {}).items())
    lists: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in given.items()
    }
    parser: Parser = values.get("parser", "grammar")
    sources = {"grammar": values.get("uses_grammar", name), "pygments": values.get("lexer", ""), "prose": ""}
    return Language(name=name, parser=parser, source=sources[parser], shared_extensions=shared, **lists)


def _grammar(values: Mapping[str, Any]) -> Grammar:
    given: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, list):
            given[key] = tuple(value) if key in ("official", "inherits") else frozenset(value)
        else:
            given[key] = value
    return Grammar(**given)


# ---- checks --------------------------------------------------------------------------------------------

_OTHER_KEYS = ("parser", "lexer", "uses_grammar", "embedded_only", "part_of", "grammar", "symbols")
"""Keys that are not fields of `Language` by the same name."""

_LISTS = ("aliases", "extensions", "filenames", "interpreters")
_KINDS: Mapping[tuple[str, ...], type] = {
    ("title",): str,
    ("parser",): str,
    ("lexer",): str,
    ("uses_grammar",): str,
    ("embedded_only",): bool,
    ("part_of",): str,
    ("shared_extensions",): dict,
    ("grammar",): dict,
    ("symbols",): dict,
    **{(name,): list for name in _LISTS},
    **{("symbols", each.name): list for each in fields(SymbolNodes)},
    **{("grammar", each.name): list for each in fields(Grammar)},
    ("grammar", "wheel"): str,
    ("grammar", "function"): str,
    ("grammar", "joined"): dict,
    ("grammar", "token_roles"): bool,
}
"""Every key of `language.toml`, with the type of its value."""

_KIND_NAMES = {str: "a string", bool: "true or false", list: "a list of strings", dict: "a table"}
_TABLES = ("grammar", "symbols")
_PARSERS = ("grammar", "pygments", "prose")


class _BadKeyError(Exception):
    """A key that is unknown, missing or of the wrong type."""

    def __init__(self, keys: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.keys = keys


def _check(values: Mapping[str, Any]) -> None:
    pairs: list[tuple[tuple[str, ...], Any]] = [((key,), value) for key, value in values.items()]
    for table in _TABLES:
        if isinstance(values.get(table), dict):
            pairs += [((table, key), value) for key, value in values[table].items()]
    for keys, value in pairs:
        kind = _KINDS.get(keys)
        if kind is None:
            known = [other[-1] for other in _KINDS if other[:-1] == keys[:-1]]
            raise _BadKeyError(keys, f"unknown key '{'.'.join(keys)}'.{did_you_mean(keys[-1], known)}")
        if type(value) is not kind:
            raise _BadKeyError(keys, f"'{'.'.join(keys)}' must be {_KIND_NAMES[kind]}, got {value!r}")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise _BadKeyError(keys, f"'{'.'.join(keys)}' must be a list of strings, got {value!r}")
    if "title" not in values:
        raise _BadKeyError(("title",), "the key 'title' is missing")
    parser = values.get("parser", "grammar")
    if parser not in _PARSERS:
        raise _BadKeyError(("parser",), f"unknown parser '{parser}'; use one of {', '.join(_PARSERS)}")
    if (parser == "pygments") != ("lexer" in values):
        raise _BadKeyError(
            ("parser",), "parser = 'pygments' needs the key 'lexer', and no other parser has it"
        )
    if "wheel" not in values.get("grammar", {"wheel": ""}):
        raise _BadKeyError(("grammar",), "the key 'grammar.wheel' is missing")
    for extension, pattern in values.get("shared_extensions", {}).items():
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise _BadKeyError(
                ("shared_extensions", extension), f"bad regular expression: {error}"
            ) from error


def _located(file: Path, error: Exception) -> InputError:
    """The error with file and line; `storage.read_toml` finds lines but is slower, so only errors use it."""
    from codechoir.storage import read_toml

    source = read_toml(file)  # raises by itself where the file cannot be read
    keys = error.keys if isinstance(error, _BadKeyError) else ()
    return source.error(keys, str(error))
