"""What a word table says about characters, roles and sentences, ready for quick look-ups.

`table_files` reads the tables and lays them one over the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from codechoir.settings import Level

TableSection = Mapping[str, Any]
"""A section of a word table as TOML has it: keys and values."""


@dataclass(frozen=True, slots=True)
class SymbolEntry:
    """A character's name, its plural, and the level from which on it is named."""

    say: str
    many: str
    level: Level


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """What is said for a role.

    `say`: the words. `texts`: other words for some spellings. `structure`: a bracket or separator, which
    counts as punctuation and not as an operator. `before`, `after`: pauses in milliseconds. `empty`: the
    words for an opening bracket that is closed at once.
    """

    say: str = ""
    texts: Mapping[str, str] | None = None
    structure: bool = False
    before: int = 0
    after: int = 0
    empty: str = ""

    def words(self, text: str) -> str:
        """The words for this role when it is spelled `text`."""
        return self.texts.get(text, self.say) if self.texts else self.say


@dataclass(frozen=True, slots=True)
class WordTable:
    """All the words for one programming language in one natural language.

    `tag`: the natural language (BCP 47). `symbols`: by character. `roles`: by name. `terse`: those that the
    level of this name has in their place. `patterns`: pronunciations by regular expression, the strongest
    first. `sections`: all other sections, by name.
    """

    tag: str
    symbols: Mapping[str, SymbolEntry]
    roles: Mapping[str, RoleEntry]
    terse: Mapping[str, RoleEntry]
    patterns: tuple[tuple[re.Pattern[str], str], ...]
    sections: Mapping[str, TableSection]

    def shortened(self) -> WordTable:
        """The table for the level `terse`."""
        return replace(self, roles={**self.roles, **self.terse})

    def section(self, name: str) -> TableSection:
        """A section by name, empty when no table has it."""
        return self.sections.get(name, {})

    def role(self, name: str) -> RoleEntry | None:
        """The entry for a role, or for the more general role that it belongs to."""
        while name:
            entry = self.roles.get(name)
            if entry is not None:
                return entry
            name = name.rpartition(".")[0]
        return None

    def role_words(self, name: str, text: str) -> str:
        """The words for a role when it is spelled `text`; empty for an unknown role."""
        entry = self.role(name)
        return entry.words(text) if entry is not None else ""

    def phrase(self, key: str, /, **values: object) -> str:
        """One of the narrator's sentences with its placeholders filled."""
        return str(self.sections["phrases"][key]).format(**values)


def merged_table(layers: Iterable[TableSection]) -> WordTable:
    """The table of several layers, the strongest last: a layer changes only the words that it names."""
    sections: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for name, section in layer.items():
            if name != "for":
                sections.setdefault(name, {}).update(section)
    patterns = [(re.compile(key), str(say)) for key, say in reversed(sections.pop("patterns", {}).items())]
    return WordTable(
        str(sections["language"]["tag"]),
        {char: _symbol_entry(entry) for char, entry in sections.pop("symbols").items()},
        _role_entries(sections.pop("roles")),
        _role_entries(sections.pop("terse", {})),
        tuple(patterns),
        sections,
    )


def _symbol_entry(entry: TableSection) -> SymbolEntry:
    return SymbolEntry(str(entry["say"]), str(entry.get("many", entry["say"])), entry.get("level", "all"))


def _role_entries(section: TableSection) -> dict[str, RoleEntry]:
    return {name: _role_entry(entry) for name, entry in section.items()}


def _role_entry(entry: str | TableSection) -> RoleEntry:
    if isinstance(entry, str):
        return RoleEntry(entry)
    return RoleEntry(
        str(entry.get("say", "")),
        entry.get("texts"),
        bool(entry.get("structure", False)),
        int(entry.get("before", 0)),
        int(entry.get("after", 0)),
        str(entry.get("empty", "")),
    )
