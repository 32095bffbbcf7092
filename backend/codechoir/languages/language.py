"""What is known of one language, as its folder says it: `languages/<name>/language.toml` and its queries.

A folder holds up to four files. `language.toml`: names, file names, comments, the grammar. `highlights.scm`:
patterns that give a node its capture. `roles.scm`: what a token does. `symbols.scm`: what defines a symbol.
A folder without `language.toml` holds patterns that several languages share.
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

    `name`: what `--language` takes and `Span.language` carries. `title`: as people write it. `parser`: how
    its text becomes spans. `source`: the name of its grammar, or an alias of a Pygments lexer. `aliases`:
    other names, among them the language ids of VS Code. `extensions`: with their dot, lower case.
    `filenames`: whole names, lower case, `*` and `?` as in a shell. `interpreters`: programs named by a
    shebang, without version. `line_comment`, `block_comment`: how comments are written, empty where not.
    `shared_extensions`: extensions of another language that this one takes where the text matches.
    """

    name: str
    title: str
    parser: Parser
    source: str = ""
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    line_comment: str = ""
    block_comment: tuple[str, str] = ("", "")
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

    `wheel`: the module. `function`: its function that returns the language. `official`: the grammar's own
    query files as `module:path`, in order of precedence. `patterns`: folders whose queries are added after
    them, in order of precedence; what stands last wins. `containers`: types of nodes whose text is one token
    except where a pattern says otherwise inside (strings, comments). `atoms`: types of nodes whose children
    are not looked at. `holes`: types of nodes inside containers that hold code again. `merged`: types of
    leaves that are one token when they stand side by side. `token_roles`: whether `TOKEN_ROLES` hold for its
    tokens. `joined`: embedded languages whose stretches make one text (the page around PHP), with the type of
    node that holds a stretch.
    """

    wheel: str
    function: str = "language"
    official: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    containers: frozenset[str] = frozenset()
    atoms: frozenset[str] = frozenset()
    holes: frozenset[str] = frozenset(_HOLES)
    merged: frozenset[str] = frozenset()
    joined: Mapping[str, str] = field(default_factory=dict)
    token_roles: bool = True


@dataclass(frozen=True, slots=True)
class SymbolNodes:
    """What surrounds a definition.

    `wrappers`: node types around a definition that belong to it (decorators, `export`, `template <…>`).
    `namers`: node types around a definition without a name that give it one (`typedef struct {…} name`).
    """

    wrappers: frozenset[str] = frozenset()
    namers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LanguageFolder:
    """One folder, read. `language`: None for a grammar that only stands inside others (a regular expression).
    `grammar`: None where the language uses another one's, or has none.
    """

    path: Path
    language: Language | None
    grammar: Grammar | None
    symbols: SymbolNodes


def read_folder(path: Path) -> LanguageFolder:
    """Read `language.toml` of a folder. Raises `InputError` with file and line for what is wrong in it."""
    file = path / DESCRIPTION
    try:
        values = tomllib.loads(file.read_text("utf-8"))
        _check(values)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, _BadKeyError) as error:
        raise _located(file, error) from error
    grammar = _grammar(path.name, values["grammar"]) if "grammar" in values else None
    language = None if values.get("embedded_only") else _language(path.name, values)
    symbols = {name: frozenset(types) for name, types in values.get("symbols", {}).items()}
    return LanguageFolder(path, language, grammar, SymbolNodes(**symbols))


def _language(name: str, values: Mapping[str, Any]) -> Language:
    given = {key: value for key, value in values.items() if key not in _NOT_OF_THE_LANGUAGE}
    shared = tuple(given.pop("shared_extensions", {}).items())
    lists: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in given.items()
    }
    uses = values.get("uses_grammar", name)
    parser: Parser = values.get("parser", "grammar")
    source = uses if parser == "grammar" else ""
    return Language(name=name, parser=parser, source=source, shared_extensions=shared, **lists)


def _grammar(name: str, values: Mapping[str, Any]) -> Grammar:
    given: dict[str, Any] = {"patterns": (name,)}
    for key, value in values.items():
        if isinstance(value, list):
            given[key] = tuple(value) if key in ("official", "patterns") else frozenset(value)
        else:
            given[key] = value
    return Grammar(**given)


# ---- checks --------------------------------------------------------------------------------------------

_NOT_OF_THE_LANGUAGE = ("parser", "uses_grammar", "embedded_only", "grammar", "symbols")
_LISTS = ("aliases", "extensions", "filenames", "interpreters", "block_comment")
_KINDS: Mapping[tuple[str, ...], type] = {
    ("title",): str,
    ("parser",): str,
    ("uses_grammar",): str,
    ("embedded_only",): bool,
    ("line_comment",): str,
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
"""Every key that a folder may set, with the kind of its value."""

_TABLES = ("grammar", "symbols")


class _BadKeyError(Exception):
    """A key that is unknown, missing or of the wrong kind."""

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
            raise _BadKeyError(keys, f"'{'.'.join(keys)}' must be a {kind.__name__}, got {value!r}")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise _BadKeyError(keys, f"'{'.'.join(keys)}' must be a list of strings")
    if "title" not in values:
        raise _BadKeyError(("title",), "the key 'title' is missing")
    if values.get("parser", "grammar") not in ("grammar", "prose"):
        raise _BadKeyError(("parser",), f"unknown parser '{values['parser']}'; known: grammar, prose")
    if "wheel" not in values.get("grammar", {"wheel": ""}):
        raise _BadKeyError(("grammar",), "the key 'grammar.wheel' is missing")
    for extension, pattern in values.get("shared_extensions", {}).items():
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise _BadKeyError(("shared_extensions", extension), f"bad pattern: {error}") from error


def _located(file: Path, error: Exception) -> InputError:
    """The error with its file and line; `storage.read_toml` finds lines and costs more, so only here."""
    from codechoir.storage import read_toml

    source = read_toml(file)  # raises by itself where the file cannot be read
    keys = error.keys if isinstance(error, _BadKeyError) else ()
    return source.error(keys, str(error))
