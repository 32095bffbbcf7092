"""Telling the language of a document."""

from __future__ import annotations

import pytest
from codechoir.errors import InputError
from codechoir.languages import language_folders
from codechoir.languages.detection import detect_language, language_named, language_names


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("main.py", "python"),
        ("C:\\src\\App.TSX", "tsx"),
        ("src/app.jsx", "jsx"),
        ("lib.rs", "rust"),
        ("x.h", "c"),
        ("x.hpp", "cpp"),
        ("Program.cs", "csharp"),
        ("Gemfile", "ruby"),
        ("index.php", "php"),
        (".bashrc", "bash"),
        (".env.local", "bash"),
        ("Cargo.lock", "toml"),
        ("README", "text"),
        ("README.md", "markdown"),
        ("notes.txt", "text"),
        ("CMakeLists.txt", "cmake"),
        ("Dockerfile", "docker"),
        ("Dockerfile.dev", "docker"),
        ("GNUmakefile", "make"),
        ("App.swift", "swift"),
        ("x.ps1", "powershell"),
        ("Page.vue", "vue"),
        ("Makefile", "make"),
        ("query.sql", "sql"),
        ("main.kt", "kotlin"),
        ("nothing.known-to-nobody", "text"),
        (None, "text"),
    ],
)
def test_the_file_name_tells(path: str | None, name: str) -> None:
    assert detect_language(path, b"").name == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"#!/bin/sh\n", "bash"),
        (b"#!/usr/bin/env python3\n", "python"),
        (b"#!/usr/bin/env -S FOO=1 python3.11 -u\n", "python"),
        (b"#! /usr/bin/node --harmony\n", "javascript"),
        (b"\xef\xbb\xbf#!/usr/bin/ruby\r\n", "ruby"),
        (b"#!/usr/bin/perl -w\n", "perl"),
        (b"#!\n", "text"),
        (b"#!/usr/bin/env\n", "text"),
        (b" #!/bin/sh\n", "text"),
        (b"\xff\xfe\x00", "text"),
    ],
)
def test_the_shebang_tells_where_the_name_does_not(line: bytes, name: str) -> None:
    assert detect_language("script", line + b"rest").name == name


def test_the_name_goes_before_the_shebang() -> None:
    assert detect_language("x.py", b"#!/bin/sh\n").name == "python"


@pytest.mark.parametrize(
    "head", [b"class Foo;\n", b"namespace a {", b"#include <vector>\n", b"std::string f();"]
)
def test_a_header_with_cpp_in_it_is_cpp(head: bytes) -> None:
    assert detect_language("x.h", head).name == "cpp"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("python", "python"),
        ("PY", "python"),
        ("typescriptreact", "tsx"),
        ("javascriptreact", "jsx"),
        ("shellscript", "bash"),
        ("csharp", "csharp"),
        ("C#", "csharp"),
        ("c++", "cpp"),
        (".rs", "rust"),
        ("yml", "yaml"),
        ("plaintext", "text"),
        ("dockerfile", "docker"),
        ("makefile", "make"),
        ("kotlin", "kotlin"),
    ],
)
def test_the_users_word_goes_before_everything(word: str, name: str) -> None:
    assert detect_language("x.html", b"#!/bin/sh\n", word).name == name


def test_an_unknown_word_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(InputError, match=r"unknown language 'pyhton'.*Did you mean 'python'"):
        detect_language("x.py", b"", "pyhton")
    assert language_named("pyhton") is None


def test_names_extensions_programs_and_file_names_are_unique() -> None:
    names = [name for language in language_folders().languages for name in (language.name, *language.aliases)]
    extensions = [extension for language in language_folders().languages for extension in language.extensions]
    programs = [program for language in language_folders().languages for program in language.interpreters]
    files = [file for language in language_folders().languages for file in language.filenames]
    for values in (names, extensions, programs, files):
        assert len(values) == len(set(values))
    assert set(language_names()) == {language.name for language in language_folders().languages}


def test_all_languages_that_are_promised_have_a_grammar() -> None:
    with_grammar = {
        language.name for language in language_folders().languages if language.parser == "grammar"
    }
    promised = (
        *("python", "javascript", "typescript", "tsx", "jsx", "rust", "go", "java", "c", "cpp", "csharp"),
        *("ruby", "php", "bash", "html", "css", "json", "yaml", "toml", "markdown"),
    )
    assert set(promised) <= with_grammar
