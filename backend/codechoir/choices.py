"""What the user chose about words, checked against languages, categories and tables that are on the disk.

The command line and the language server check with these alike. What can be checked without loading anything
is in `settings`.
"""

from __future__ import annotations

from pathlib import Path

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Category
from codechoir.settings import checked_category


def level_key(text: str) -> str:
    """What an exception from the level is for: `comment`, `python`, or `python.comment` (also `:`).

    Aliases of a language become its name. Raises `InputError` naming the nearest known name.
    """
    first, colon, second = text.replace(":", ".").rpartition(".")
    if colon:
        return f"{_language(first)}.{checked_category(second).value}"
    if second in set(Category):
        return second
    try:
        return _language(second)
    except InputError as error:
        from codechoir.syntax.languages import language_names

        known = [*Category, *language_names()]
        what = f"'{text}' is neither a category nor a language"
        raise InputError(f"{what}; categories: {', '.join(Category)}.{did_you_mean(text, known)}") from error


def natural_language(tag: str) -> str:
    """The natural language of the words that `tag` (BCP 47) asks for: `de-AT` is `de`.

    Raises `InputError` naming the known ones.
    """
    from codechoir.wording.tables import natural_languages

    known = natural_languages()
    for name in (tag, tag.replace("_", "-").partition("-")[0].lower()):
        if name in known:
            return name
    raise InputError(f"there are no words in '{tag}'; known: {', '.join(known)}.{did_you_mean(tag, known)}")


def word_table(name: str, folder: Path | None = None) -> Path:
    """The word table at path `name`, `~` being the user's home, and relative paths being in `folder`.

    Raises `InputError` with file and line when it cannot be read or has a mistake.
    """
    from codechoir.wording.checks import check_table

    try:
        path = (folder or Path()) / Path(name).expanduser()
        complaints = check_table(path)
    except (RuntimeError, ValueError) as error:  # no such home, or no path at all
        raise InputError(f"cannot read the word table {name!r}: {error}") from error
    if complaints:
        more = f" ({len(complaints) - 1} more)" if len(complaints) > 1 else ""
        raise InputError(complaints[0] + more)
    return path


def _language(name: str) -> str:
    from codechoir.syntax.languages import language_names, named

    language = named(name) if name else None
    if language is None:
        raise InputError(f"unknown language '{name}'.{did_you_mean(name, language_names())}")
    return language.name
