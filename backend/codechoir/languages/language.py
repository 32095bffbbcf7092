"""Languages, as their folders `languages/<name>/` describe them: how one is read, and how one is found.

A folder holds up to five files. `language.toml`: names, file names, the grammar. `highlights.scm`: patterns
that give a node its capture. `roles.scm`: what a token does. `symbols.scm`: what defines a symbol.
`snippets.txt`: what to put around a piece of code in a comment, so that it can be parsed. A folder
without `language.toml` holds patterns that other languages inherit. `docs/how-to/add-a-language.md` shows an
example.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from codechoir.errors import CodechoirError, InputError, did_you_mean, shown

Parser = Literal["grammar", "pygments", "prose", "diff"]

DESCRIPTION = "language.toml"
SNIPPETS = "snippets.txt"


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
    whether its tokens have the roles of `TOKEN_ROLES`. `operators`: types of leaves that have these roles,
    too, by their text. `keywords`: words, in lower case, that are keywords where the tree has no node for
    them, or takes them for a name because the line is unfinished. `placeholders`: types of nodes inside of a
    text in another language that are not part of it, each with what stands for it there (a variable of Make
    in the commands of a recipe). `joined`: embedded languages whose parts are one text (the page around PHP),
    with the type of node of a part.
    """

    wheel: str
    function: str = "language"
    official: tuple[str, ...] = ()
    inherits: tuple[str, ...] = ()
    containers: frozenset[str] = frozenset()
    atoms: frozenset[str] = frozenset()
    holes: frozenset[str] = frozenset(_HOLES)
    merged: frozenset[str] = frozenset()
    operators: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    placeholders: Mapping[str, str] = field(default_factory=dict)
    joined: Mapping[str, str] = field(default_factory=dict)
    token_roles: bool = True


@dataclass(frozen=True, slots=True)
class SymbolNodes:
    """Nodes around a definition.

    `wrappers`: node types around a definition that belong to it (decorators, `export`, `template <…>`).
    `namers`: node types around a definition without a name that give it one (`typedef struct {…} name`).
    `bodies`: node types of bodies that are in no field `body`. `inner`: node types whose text in another
    language has symbols of its own (the script of a page).
    """

    wrappers: frozenset[str] = frozenset()
    namers: frozenset[str] = frozenset()
    bodies: frozenset[str] = frozenset()
    inner: frozenset[str] = frozenset()


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
    """Reads `language.toml` of a folder. Raises `InputError` with file and line for a mistake in it."""
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
    sources = {"grammar": values.get("uses_grammar", name), "pygments": values.get("lexer", "")}
    return Language(
        name=name, parser=parser, source=sources.get(parser, ""), shared_extensions=shared, **lists
    )


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
    ("grammar", "placeholders"): dict,
    ("grammar", "token_roles"): bool,
}
"""Every key of `language.toml`, with the type of its value."""

_KIND_NAMES = {str: "a string", bool: "true or false", list: "a list of strings", dict: "a table"}
_TABLES = ("grammar", "symbols")
_PARSERS = ("grammar", "pygments", "prose", "diff")


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
            raise _BadKeyError(keys, f"'{'.'.join(keys)}' must be {_KIND_NAMES[kind]}, got {shown(value)}")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise _BadKeyError(keys, f"'{'.'.join(keys)}' must be a list of strings, got {shown(value)}")
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


_NAME = re.compile(r"[a-z0-9_-]+")


class LanguageFolders:
    """The folders below `roots`; a later root wins over an earlier one. Every folder is parsed when needed.

    Parsing all descriptions takes longer than reading the first line of a document. So a search parses only
    those that mention what it looks for.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(reversed(roots))
        self._parsed: dict[str, LanguageFolder | None] = {}

    def folder(self, name: str) -> LanguageFolder | None:
        """The folder called `name`, or None. Raises `InputError` for a mistake in its `language.toml`."""
        if name not in self._parsed:
            path = self.path(name)
            is_language = path is not None and (path / DESCRIPTION).is_file()
            self._parsed[name] = read_folder(path) if path is not None and is_language else None
        return self._parsed[name]

    def path(self, name: str) -> Path | None:
        """The path of the folder called `name`; None if there is none."""
        if _NAME.fullmatch(name) is None:
            return None
        return next((root / name for root in self._roots if (root / name).is_dir()), None)

    def language(self, name: str) -> Language | None:
        """The language of the folder called `name`."""
        folder = self.folder(name)
        return folder.language if folder is not None else None

    def grammar(self, name: str) -> Grammar:
        """The grammar of the folder called `name`. Raises `CodechoirError` if it does not exist."""
        folder = self.folder(name)
        if folder is None or folder.grammar is None:
            raise CodechoirError(f"the language folder '{name}' has no table [grammar] in {DESCRIPTION}")
        return folder.grammar

    def query_files(self, name: str, *kinds: str) -> list[Path]:
        """The files `<kind>.scm` that the grammar `name` uses: of inherited folders first, then its own."""
        folders = (*self.grammar(name).inherits, name)
        paths = [path for folder in folders if (path := self.path(folder)) is not None]
        files = [path / f"{kind}.scm" for path in paths for kind in kinds]
        return [file for file in files if file.is_file()]

    def snippet_wrappings(self, name: str) -> list[str]:
        """What the grammar `name` needs around a piece of code, which replaces the word `SNIPPET`.

        One wrapping is one line of `snippets.txt`, in the folder itself or in one that it inherits.
        """
        for folder in (name, *reversed(self.grammar(name).inherits)):
            path = self.path(folder)
            if path is not None and (path / SNIPPETS).is_file():
                return (path / SNIPPETS).read_text("utf-8").splitlines()
        return ["SNIPPET"]

    @cached_property
    def all(self) -> tuple[LanguageFolder, ...]:
        """Every folder with a `language.toml`, by name."""
        return tuple(folder for name in self._descriptions if (folder := self.folder(name)) is not None)

    @cached_property
    def languages(self) -> tuple[Language, ...]:
        """The languages of documents, by name."""
        return tuple(folder.language for folder in self.all if folder.language is not None)

    @cached_property
    def grammars(self) -> tuple[str, ...]:
        """Names of the folders with a grammar of their own."""
        return tuple(folder.path.name for folder in self.all if folder.grammar is not None)

    def by_name(self, name: str) -> Language | None:
        """The language with this name or alias."""
        aliased = (language for language in self._mentioning(name) if name in language.aliases)
        return self.language(name) or next(aliased, None)

    def by_filename(self, name: str) -> Language | None:
        """The language of files with this whole name, in lower case."""
        for language in self._mentioning(name, or_any_of="*?"):
            if any(fnmatchcase(name, pattern) for pattern in language.filenames):
                return language
        return None

    def by_extension(self, extension: str) -> Language | None:
        """The language of files with this extension, in lower case, with the dot."""
        found = (language for language in self._mentioning(extension) if extension in language.extensions)
        return next(found, None)

    def by_interpreter(self, program: str) -> Language | None:
        """The language of files with this program in their shebang."""
        found = (language for language in self._mentioning(program) if program in language.interpreters)
        return next(found, None)

    def sharing(self, extension: str) -> Iterator[tuple[Language, str]]:
        """The languages that share this extension of another one, each with its regular expression."""
        for language in self._mentioning(extension):
            for shared, pattern in language.shared_extensions:
                if shared == extension:
                    yield language, pattern

    @cached_property
    def _descriptions(self) -> dict[str, str]:
        """The unparsed texts of all descriptions, by name."""
        texts = {}
        for path in (path for root in reversed(self._roots) for path in root.iterdir()):
            with suppress(OSError):
                texts[path.name] = (path / DESCRIPTION).read_bytes().decode("utf-8", "replace")
                if _NAME.fullmatch(path.name) is None:
                    raise InputError(f"{path}: bad name of a language folder; use a-z, 0-9, - and _")
        return {name: texts[name] for name in sorted(texts)}

    def _mentioning(self, value: str, or_any_of: str = "") -> Iterator[Language]:
        """The languages whose description may hold the string `value`, or a character of `or_any_of`."""
        # An escape or a string of several lines may hold the value in another form.
        wanted = (f'"{value}"', f"'{value}'", "\\", '"""', "'''", *or_any_of)
        for name, text in self._descriptions.items():
            if any(part in text for part in wanted):
                language = self.language(name)
                if language is not None:
                    yield language


@cache
def language_folders() -> LanguageFolders:
    """The folders of this package."""
    return LanguageFolders([Path(__file__).parent])
