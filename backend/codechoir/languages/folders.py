"""All language folders: those that ship with the package, found by name, alias, file name or program."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path

from codechoir.errors import CodechoirError
from codechoir.languages.language import DESCRIPTION, Grammar, Language, LanguageFolder, read_folder


class LanguageFolders:
    """The folders below `roots`; a later root wins over an earlier one. Read when they are first needed.

    One language is found by its name without reading the others, so that the first line of a document costs
    one small file; an alias or a file name needs all of them.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(reversed(roots))
        self._read: dict[str, LanguageFolder | None] = {}

    def folder(self, name: str) -> LanguageFolder | None:
        """The folder called `name`, or None. Raises `InputError` for a mistake in its `language.toml`."""
        if name not in self._read:
            path = self.path(name)
            is_language = path is not None and (path / DESCRIPTION).is_file()
            self._read[name] = read_folder(path) if path is not None and is_language else None
        return self._read[name]

    def path(self, name: str) -> Path | None:
        """Where the folder called `name` lies; None for what is no name of a folder."""
        if not name.isidentifier():
            return None
        return next((root / name for root in self._roots if (root / name).is_dir()), None)

    def language(self, name: str) -> Language | None:
        """The language of the folder called `name`."""
        folder = self.folder(name)
        return folder.language if folder is not None else None

    def grammar(self, name: str) -> Grammar:
        """The grammar of the folder called `name`."""
        folder = self.folder(name)
        if folder is None or folder.grammar is None:
            raise CodechoirError(f"the language folder '{name}' has no table [grammar] in {DESCRIPTION}")
        return folder.grammar

    @cached_property
    def all(self) -> tuple[LanguageFolder, ...]:
        """Every folder with a `language.toml`, by name."""
        found = {file.parent.name for root in self._roots for file in root.glob(f"*/{DESCRIPTION}")}
        return tuple(folder for name in sorted(found) if (folder := self.folder(name)) is not None)

    @cached_property
    def languages(self) -> tuple[Language, ...]:
        """The languages of documents, by name."""
        return tuple(folder.language for folder in self.all if folder.language is not None)

    @cached_property
    def grammars(self) -> tuple[str, ...]:
        """Names of the folders with a grammar of their own."""
        return tuple(folder.path.name for folder in self.all if folder.grammar is not None)

    @cached_property
    def by_name(self) -> dict[str, Language]:
        """Languages by name and alias."""
        return {name: one for one in self.languages for name in (one.name, *one.aliases)}

    @cached_property
    def by_extension(self) -> dict[str, Language]:
        """Languages by file name extension, dot included."""
        return {extension: one for one in self.languages for extension in one.extensions}

    @cached_property
    def by_interpreter(self) -> dict[str, Language]:
        """Languages by the program that a shebang names."""
        return {program: one for one in self.languages for program in one.interpreters}

    def query_text(self, names: Sequence[str], kind: str) -> list[str]:
        """The texts of `<kind>.scm` of the folders `names`, of those that have one."""
        paths = [path / f"{kind}.scm" for name in names if (path := self.path(name)) is not None]
        return [path.read_text("utf-8") for path in paths if path.is_file()]


@cache
def language_folders() -> LanguageFolders:
    """The folders that ship with the package, beside this module."""
    return LanguageFolders([Path(__file__).parent])
