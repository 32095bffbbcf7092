"""Detects the language of a document: from the user's choice, the file name or the shebang."""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePath

from codechoir.errors import CodechoirError, InputError, did_you_mean
from codechoir.languages.language import Language, language_folders

_HEAD = 64 * 1024
"""Bytes at the beginning of a document that are searched to detect its language."""

_SHEBANG = re.compile(rb"\A(?:\xef\xbb\xbf)?#![^\S\n]*(\S+)([^\n]*)")
_VERSION = re.compile(r"(?<![\d.])[\d.]+$")

_EXTRA_LEXERS = {
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
"""Language ids of VS Code, with the alias of the Pygments lexer."""

_EXTRA_FILES = {"cmakelists.txt": "cmake", ".m": "objective-c", ".v": "verilog", ".pl": "perl"}
"""Lexers by whole name or extension, in lower case, where Pygments knows none or another one."""


def detect_language(path: str | None, text: bytes, override: str | None = None) -> Language:
    """The language of a document: `override` if given, else by file name, else by shebang, else plain text.

    `path`: may be relative or name a file that does not exist; only its last part counts. `text`: the
    document, or its beginning. Raises `InputError` if `override` is not the name of a language.
    """
    if override is not None:
        language = language_named(override)
        if language is None:
            hint = did_you_mean(override.lower(), _known_names())
            raise InputError(
                f"unknown language '{override}'; use a name such as python or that of a Pygments lexer.{hint}"
            )
        return language
    name = PurePath(path.replace("\\", "/")).name if path else ""
    found = _by_name(name, text) or _by_shebang(text) or _by_pygments(name)
    return found or (None if name else _by_content(text)) or plain_text()


def language_named(name: str) -> Language | None:
    """The language with this name, alias, language id of VS Code or file name extension; None if unknown."""
    key = name.strip().lower()
    folders = language_folders()
    return folders.by_name(key) or folders.by_extension("." + key.lstrip(".")) or _pygments_named(key)


def language_names() -> list[str]:
    """Names of the languages with a folder of their own, including plain text, sorted."""
    return [language.name for language in language_folders().languages]


def plain_text() -> Language:
    """The language of a text that is in no other language."""
    language = language_folders().language("text")
    if language is None:
        raise CodechoirError("the language folder 'text' is missing; install Codechoir again")
    return language


@cache
def _known_names() -> list[str]:
    from pygments.lexers import get_all_lexers

    lexers = [alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases]
    ours = [name for language in language_folders().languages for name in (language.name, *language.aliases)]
    return [*ours, *_EXTRA_LEXERS, *lexers]


def _by_name(name: str, text: bytes) -> Language | None:
    lower = name.lower()
    suffix = PurePath(lower).suffix
    folders = language_folders()
    language = folders.by_filename(lower)
    if language is not None:
        return language
    lexer = _EXTRA_FILES.get(lower) or _EXTRA_FILES.get(suffix)
    if lexer is not None:
        return _pygments_named(lexer)
    for language, pattern in folders.sharing(suffix):
        if re.search(pattern.encode(), text[:_HEAD], re.MULTILINE):
            return language
    return folders.by_extension(suffix) or folders.by_filename(lower.partition(".")[0])  # Dockerfile.dev


def _by_shebang(text: bytes) -> Language | None:
    line = _SHEBANG.match(text)
    if line is None:
        return None
    words = [line.group(1).decode("utf-8", "replace"), *line.group(2).decode("utf-8", "replace").split()]
    program = _program(words)
    return language_folders().by_interpreter(program) or _pygments_named(program)


_DIFF = re.compile(rb"(?:\A|\n)diff --git |(?:\A|\n)--- [^\n]{1,300}\n\+\+\+ [^\n]{1,300}\n@@ -\d")


def _by_content(text: bytes) -> Language | None:
    """For text from a pipe: a diff, perhaps after the message of a commit."""
    return language_folders().language("diff") if _DIFF.search(text[:_HEAD]) else None


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
    """The language of a Pygments lexer; our own language where one has the same alias."""
    folders = language_folders()
    ours = next((known for alias in aliases if (known := folders.by_name(alias))), None)
    return ours or Language(aliases[0], title, "pygments", aliases[0], aliases=tuple(aliases[1:]))
