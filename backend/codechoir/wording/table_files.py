"""Word tables on disk: read, checked, and laid one over the other.

The strongest first: the user's table, the project's, the programming language's, the base table of the
natural language (`voices/words/en.toml`). A table changes only the words that it names.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from codechoir.errors import InputError, did_you_mean
from codechoir.storage import read_toml, resource_path
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
    from codechoir.wording.table_checks import table_errors

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
    from codechoir.wording.table_checks import table_errors

    source = read_toml(path)
    for keys, message in table_errors(source.values, builtin_table("en")):
        raise source.error(keys, message)
    return source.values
