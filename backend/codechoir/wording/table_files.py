"""The words for a token, and what surrounds them.

Word tables: read from TOML, laid one over the other, and made ready for quick look-ups.

The strongest first: the user's table, the project's, the programming language's, the base table of the
natural language. A table changes only the words that it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Category
from codechoir.settings import Level
from codechoir.storage import resource_path


class Fragment(NamedTuple):
    """A part of what is said for one piece.

    `start`, `end`: bytes of the piece that it says, counted from the piece's start; `end` -1 is the piece's
    end. `category`: None for the piece's own. `before`, `after`: pauses in milliseconds. `cue`: an earcon.
    `spell`: the words are single characters. `capture`: empty for the piece's own.
    """

    text: str
    start: int = 0
    end: int = -1
    category: Category | None = None
    before: int = 0
    after: int = 0
    cue: str = ""
    spell: bool = False
    capture: str = ""


CAPITAL = "capital"
"""The capture of a capital that is marked by its voice; a profile may raise its pitch."""


def is_spelled(text: str) -> bool:
    """Whether every word of the text is a single character."""
    return text != "" and all(len(word) == 1 for word in text.split(" "))


Section = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SymbolWords:
    """A character's name, its plural, and the level from which on it is said."""

    say: str
    many: str
    level: Level


@dataclass(frozen=True, slots=True)
class RoleWords:
    """What is said for a role: words, other words for some spellings, pauses in milliseconds.

    `structure`: a bracket or separator, which counts as punctuation and not as an operator. `empty`: the
    words for a bracket that is closed at once.
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
class Words:
    """All the words for one programming language in one natural language.

    `tag`: the natural language, BCP 47. `patterns`: pronunciations by regular expression, the
    strongest first.
    """

    tag: str
    symbols: Mapping[str, SymbolWords]
    roles: Mapping[str, RoleWords]
    patterns: tuple[tuple[re.Pattern[str], str], ...]
    sections: Mapping[str, Section]

    def section(self, name: str) -> Section:
        """A section of the table by name, empty when no layer has it."""
        return self.sections.get(name, {})

    def role(self, name: str) -> RoleWords | None:
        """The words for a role, or for the more general role that it belongs to."""
        while name:
            found = self.roles.get(name)
            if found is not None:
                return found
            name = name.rpartition(".")[0]
        return None

    def phrase(self, key: str, /, **values: object) -> str:
        """One of the narrator's sentences with its gaps filled."""
        return str(self.sections["phrases"][key]).format(**values)


def natural_languages() -> list[str]:
    """The natural languages that have a base table."""
    return sorted(path.stem for path in resource_path("voices", "words").glob("*.toml"))


def load_words(natural: str, language: str, extra: tuple[Path, ...] = ()) -> Words:
    """The words for `language`, with the tables of `extra` laid over it, the strongest first.

    Raises `InputError` for an unknown natural language, or a table that cannot be read or has rogue names.
    """
    layers = [builtin_table(natural, ""), *_language_layers(natural, language)]
    for path in reversed(extra):
        table = _checked(path)
        layers += [table, table.get("for", {}).get(language, {})]
    return _compiled(layers)


def read_table(path: Path) -> dict[str, Any]:
    """The TOML in `path`. Raises `InputError` with the file, and the line where there is one."""
    import tomllib

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"cannot read the word table {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the word table {path} is not valid TOML: {error}") from error


@lru_cache(maxsize=256)
def builtin_table(natural: str, language: str = "") -> Section:
    """The table that ships with the package: a natural language's own, or what it says of one language.

    Raises `InputError` for an unknown natural language.
    """
    folder = resource_path("voices", "words")
    if language:
        path = folder / natural / f"{language}.toml"
        return read_table(path) if language.isidentifier() and path.is_file() else {}
    known = natural_languages()
    if natural not in known:
        raise InputError(f"no words in '{natural}'; known: {', '.join(known)}.{did_you_mean(natural, known)}")
    return read_table(folder / f"{natural}.toml")


def _language_layers(natural: str, language: str) -> list[Section]:
    """What is said of a language, after what is said of the languages that it is like."""
    layers: list[Section] = []
    while language:
        table = builtin_table(natural, language)
        layers.insert(0, table)
        language = str(table.get("language", {}).get("like", ""))
    return layers


def _checked(path: Path) -> Section:
    from codechoir.wording.table_checks import unknown_keys

    table = read_table(path)
    for complaint in unknown_keys(path, table):
        raise InputError(complaint)
    return table


def _compiled(layers: Iterable[Section]) -> Words:
    sections: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for name, section in layer.items():
            if name != "for":
                sections.setdefault(name, {}).update(section)
    patterns = [(re.compile(key), str(say)) for key, say in reversed(sections.pop("patterns", {}).items())]
    return Words(
        str(sections["language"]["tag"]),
        {char: _symbol(entry) for char, entry in sections.pop("symbols").items()},
        {name: _role(entry) for name, entry in sections.pop("roles").items()},
        tuple(patterns),
        sections,
    )


def _symbol(entry: Mapping[str, Any]) -> SymbolWords:
    return SymbolWords(str(entry["say"]), str(entry.get("many", entry["say"])), entry.get("level", "all"))


def _role(entry: str | Mapping[str, Any]) -> RoleWords:
    if isinstance(entry, str):
        return RoleWords(entry)
    return RoleWords(
        str(entry.get("say", "")),
        entry.get("texts"),
        bool(entry.get("structure", False)),
        int(entry.get("before", 0)),
        int(entry.get("after", 0)),
        str(entry.get("empty", "")),
    )
