"""Grammars in memory: the wheel's parser, and its queries followed by ours. Each is loaded when first used.

A grammar's own highlight query comes first, then the patterns of the language folders: what stands last wins,
so ours correct theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources

import tree_sitter

from codechoir.languages.folders import language_folders
from codechoir.languages.language import Grammar, SymbolNodes

CONTAINERS = frozenset({"class", "struct", "interface", "trait", "implementation", "enum", "record", "union"})
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
    """What defines a symbol. Captures: `symbol.KIND` a definition; `prototype.KIND` a declaration, which
    counts where it declares a function outside of any function; `return` what leaves a function with a value.
    `#set! name FIELD`: where the name stands, if not in the field `name`. `#set! holder FIELD`: the field of
    a definition whose value has the parameters and the body.
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
    language = tree_sitter.Language(getattr(import_module(spec.wheel), spec.function)())
    parts = " ".join(f"({kind}) @part" for kind in spec.joined.values())
    joined = tree_sitter.Query(language, parts) if parts else None
    return LoadedGrammar(name, spec, language, tree_sitter.Query(language, query_text(name)), joined)


@cache
def load_symbol_query(name: str) -> SymbolQuery | None:
    """The query of a grammar's symbols, compiled once and kept; None where no folder has a `symbols.scm`."""
    folders = language_folders()
    text = "\n".join(folders.query_text(folders.grammar(name).patterns, "symbols"))
    folder = folders.folder(name)
    if not text or folder is None:
        return None
    return SymbolQuery(tree_sitter.Query(load_grammar(name).language, text), folder.symbols)


def grammar_names() -> tuple[str, ...]:
    """Names of all grammars, those that only stand inside other languages among them."""
    return language_folders().grammars


def query_text(name: str) -> str:
    """The source of the grammar's whole query: the wheel's files, then each folder's highlights and roles."""
    folders = language_folders()
    spec = folders.grammar(name)
    parts = []
    for place in spec.official:
        wheel, _, path = place.partition(":")
        parts.append(resources.files(wheel).joinpath(path).read_text(encoding="utf-8"))
    for folder in spec.patterns:
        parts += folders.query_text([folder], "highlights") + folders.query_text([folder], "roles")
    return _LOCAL_PREDICATE.sub("", "\n".join(parts))
