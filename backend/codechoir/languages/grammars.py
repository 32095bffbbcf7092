"""Grammars in memory: the wheel's parser, and its queries followed by ours. Each is loaded when first used.

The wheel's own highlight query comes first, then the patterns of the language folders. On one node the last
pattern wins, so ours correct those of the wheel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from importlib.resources.abc import Traversable

import tree_sitter

from codechoir.errors import CodechoirError
from codechoir.languages.language import Grammar, SymbolNodes, language_folders

CONTAINERS = frozenset(
    (
        *("class", "enum", "extension", "implementation", "interface", "mixin", "object", "record"),
        *("struct", "trait", "union"),
    )
)
"""Kinds of symbols whose functions are methods."""

_LOCAL_PREDICATE = re.compile(r"\(#is-not\?\s+local\)")


@dataclass(frozen=True, slots=True)
class LoadedGrammar:
    """A grammar in memory with its compiled query; kept for the life of the process."""

    name: str
    spec: Grammar
    language: tree_sitter.Language
    query: tree_sitter.Query
    joined_query: tree_sitter.Query | None


@dataclass(frozen=True, slots=True)
class SymbolQuery:
    """The query `symbols.scm`, which finds definitions.

    Captures: `symbol.KIND`, a definition; `prototype.KIND`, a declaration that is a symbol if it declares a
    function outside of any function. In the same pattern: `name`, the node with the definition's name, where
    that is not in a field `name`; `holder`, the node with the parameters and the body; `body`, where that is
    not in a field `body`; `receiver`, the type that the method belongs to; `trait`, what an implementation
    implements. `#set! name FIELD`, `#set! holder FIELD`: the field with the name, the holder.

    In patterns of their own: `return`, a statement that returns a value; `parameter`, the name of a
    parameter, where no field has them; `doc`, a comment; `docstring`, documentation inside the definition
    (both with `text`: its text, if that is only a part of it); `attribute`, what may stand between a
    definition and its documentation.
    """

    query: tree_sitter.Query
    nodes: SymbolNodes


@cache
def load_grammar(name: str) -> LoadedGrammar:
    """The grammar of the folder called `name`, compiled once.

    A query is never freed: py-tree-sitter 0.26.1 ends the process with a segmentation fault when it frees
    some queries (a text predicate followed by `#is-not?` or `#set!`), and this cache holds on to each.
    """
    spec = language_folders().grammar(name)
    language = _load_language(name, spec)
    parts = " ".join(f"({kind}) @part" for kind in spec.joined.values())
    joined = tree_sitter.Query(language, parts) if parts else None
    return LoadedGrammar(name, spec, language, _compile(language, _query_files(name)), joined)


@cache
def load_symbol_query(name: str) -> SymbolQuery | None:
    """The query of a grammar's symbols, compiled once and kept; None where no folder has a `symbols.scm`."""
    folders = language_folders()
    files, folder = folders.query_files(name, "symbols"), folders.folder(name)
    if not files or folder is None:
        return None
    return SymbolQuery(_compile(load_grammar(name).language, files), folder.symbols)


def grammar_names() -> tuple[str, ...]:
    """Names of all grammars, including those that are only embedded in other languages."""
    return language_folders().grammars


def query_text(name: str) -> str:
    """The source of the grammar's whole query: the wheel's files, then those of the folders."""
    return _joined_text(_query_files(name))


def _query_files(name: str) -> list[Traversable]:
    folders = language_folders()
    places = [place.partition(":") for place in folders.grammar(name).official]
    official = [resources.files(wheel).joinpath(path) for wheel, _, path in places]
    return [*official, *folders.query_files(name, "highlights", "roles")]


def _joined_text(files: Sequence[Traversable]) -> str:
    return _LOCAL_PREDICATE.sub("", "\n".join(file.read_text(encoding="utf-8") for file in files))


def _load_language(name: str, spec: Grammar) -> tree_sitter.Language:
    try:
        return tree_sitter.Language(getattr(import_module(spec.wheel), spec.function)())
    except (ImportError, AttributeError) as error:
        raise CodechoirError(
            f"cannot load the grammar of '{name}': {error}; install Codechoir again"
        ) from error


def _compile(language: tree_sitter.Language, files: Sequence[Traversable]) -> tree_sitter.Query:
    """The query of all files. Raises `CodechoirError` with the file, row and column of a mistake, from 0."""
    try:
        return tree_sitter.Query(language, _joined_text(files))
    except tree_sitter.QueryError as error:
        # Each file is read again: py-tree-sitter overwrites line ends in a text that does not compile.
        for file in files:
            try:
                tree_sitter.Query(language, _joined_text([file]))
            except tree_sitter.QueryError as located:
                raise CodechoirError(f"{file}: {located}") from error
        raise CodechoirError(f"the files do not compile together: {error}") from error
