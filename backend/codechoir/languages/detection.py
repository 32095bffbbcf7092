"""Which language is a document written in? By the user's word, by file name, by shebang."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import PurePath

from codechoir.errors import CodechoirError, InputError, did_you_mean
from codechoir.languages.folders import language_folders
from codechoir.languages.language import Language

_HEAD = 64 * 1024
"""Bytes of a document that are looked at to tell its language."""

_SHEBANG = re.compile(rb"\A(?:\xef\xbb\xbf)?#![^\S\n]*(\S+)([^\n]*)")
_VERSION = re.compile(r"(?<![\d.])[\d.]+$")

_EXTRA_LEXERS = {
    "dockerfile": "docker",
    "makefile": "make",
    "objective-cpp": "objective-c++",
    "viml": "vim",
    "tex": "latex",
    "git-commit": "text",
    "git-rebase": "text",
    "handlebars": "html+handlebars",
    "jade": "pug",
    "razor": "html",
    "search-result": "text",
    "xsl": "xslt",
    "vb": "vb.net",
    "perl6": "raku",
    "proto3": "protobuf",
    "wat": "wast",
}
"""Language ids of VS Code that Pygments knows by another name."""

_EXTRA_FILES = {"cmakelists.txt": "cmake", ".sql": "sql", ".m": "objective-c", ".v": "verilog", ".pl": "perl"}
"""Whole names and extensions, lower case, that Pygments alone would not tell, or tell otherwise."""


def detect_language(path: str | None, text: bytes, override: str | None = None) -> Language:
    """The language of a document: `override` if given, else by file name, else by shebang, else plain text.

    `path`: may be relative or name a file that does not exist; only its last part is looked at. `text`: the
    document, or its beginning. Raises `InputError` when `override` is no language that is known here.
    """
    if override is not None:
        language = language_named(override)
        if language is None:
            hint = did_you_mean(override.lower(), _known())
            raise InputError(
                f"unknown language '{override}'; name one such as python or rust, or any of Pygments'.{hint}"
            )
        return language
    name = PurePath(path.replace("\\", "/")).name if path else ""
    return _by_name(name, text) or _by_shebang(text) or _by_pygments(name) or plain_text()


def language_named(name: str) -> Language | None:
    """The language called `name`: its own name, an alias, a language id of VS Code, an extension; or None."""
    key = name.strip().lower()
    folders = language_folders()
    return (
        folders.language(key)
        or folders.by_name.get(key)
        or folders.by_extension.get("." + key.lstrip("."))
        or _pygments_named(key)
    )


def language_names() -> list[str]:
    """Names of the languages with a folder of their own, plain text among them, sorted."""
    return [language.name for language in language_folders().languages]


def plain_text() -> Language:
    """The language of a text that is written in no other."""
    language = language_folders().language("text")
    if language is None:
        raise CodechoirError("the language folder 'text' is missing; install Codechoir again")
    return language


@cache
def _known() -> list[str]:
    from pygments.lexers import get_all_lexers

    lexers = [alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases]
    return [*language_folders().by_name, *_EXTRA_LEXERS, *lexers]


def _by_name(name: str, text: bytes) -> Language | None:
    lower = name.lower()
    folders = language_folders()
    for language in folders.languages:
        if any(fnmatchcase(lower, pattern) for pattern in language.filenames):
            return language
    suffix = PurePath(lower).suffix
    extra = _EXTRA_FILES.get(lower) or _EXTRA_FILES.get(suffix)
    if extra is not None:
        return _pygments_named(extra)
    for language in folders.languages:
        for extension, pattern in language.shared_extensions:
            if suffix == extension and re.search(pattern.encode(), text[:_HEAD], re.MULTILINE):
                return language
    return folders.by_extension.get(suffix)


def _by_shebang(text: bytes) -> Language | None:
    line = _SHEBANG.match(text)
    if line is None:
        return None
    words = [line.group(1).decode("utf-8", "replace"), *line.group(2).decode("utf-8", "replace").split()]
    program = _program(words)
    return language_folders().by_interpreter.get(program) or _pygments_named(program)


def _program(words: list[str]) -> str:
    """The interpreter's bare name: `/usr/bin/env -S python3.11 -u` is `python`."""
    programs = [_VERSION.sub("", PurePath(word).name) for word in words]
    if programs[0] != "env":
        return programs[0]
    rest = [
        program
        for program, word in zip(programs, words, strict=True)
        if not word.startswith("-") and "=" not in word
    ]
    return rest[1] if len(rest) > 1 else ""


def _by_pygments(name: str) -> Language | None:
    if not name:
        return None
    from pygments.lexers import find_lexer_class_for_filename

    lexer = find_lexer_class_for_filename(name)
    return _pygments_language(lexer.name, lexer.aliases) if lexer is not None and lexer.aliases else None


def _pygments_named(key: str) -> Language | None:
    from pygments.lexers import get_all_lexers

    wanted = _EXTRA_LEXERS.get(key, key)
    for title, aliases, _, _ in get_all_lexers(plugins=False):
        if wanted in aliases or wanted == title.lower():
            return _pygments_language(title, list(aliases))
    return None


def _pygments_language(title: str, aliases: list[str]) -> Language:
    """A language that Pygments lexes; ours where it is one of ours by another name."""
    names = language_folders().by_name
    ours = next((known for alias in aliases if (known := names.get(alias))), None)
    return ours or Language(aliases[0], title, "pygments", aliases[0], aliases=tuple(aliases[1:]))
