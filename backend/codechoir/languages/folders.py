"""All language folders, found by name, alias, file name or interpreter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path

from codechoir.errors import CodechoirError, InputError
from codechoir.languages.language import DESCRIPTION, Grammar, Language, LanguageFolder, read_folder

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
