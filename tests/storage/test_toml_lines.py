"""TOML with line numbers: errors name the line of the key, or of the nearest table around it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from codechoir.errors import InputError, shown
from codechoir.storage import FileHashes
from codechoir.storage.data_files import KeyPath, TomlSource, parse_json, read_json, read_toml

TEXT = """\
title = "one"

[espeak.base]
family = "en-us"  # with = in a comment
list = [
  1,
  2,
]

[espeak.captures."string.escape"]
pitch = 3
inline = { first = 1, second = 2 }

[[tones]]
hz = 440

[[tones]]
hz = 880
"""


@pytest.fixture
def source(tmp_path: Path) -> TomlSource:
    path = tmp_path / "a.toml"
    path.write_text(TEXT, encoding="utf-8")
    return read_toml(path)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("title",), 1),
        (("espeak",), 3),
        (("espeak", "base"), 3),
        (("espeak", "base", "family"), 4),
        (("espeak", "base", "list"), 5),
        (("espeak", "base", "unknown"), 3),
        (("espeak", "captures", "string.escape", "pitch"), 11),
        (("espeak", "captures", "string.escape", "inline", "second"), 12),
        (("tones", "hz"), 15),
    ],
)
def test_an_error_names_the_line_of_its_key(source: TomlSource, keys: KeyPath, line: int) -> None:
    assert str(source.error(keys, "wrong")) == f"{source.path}:{line}: wrong"


def test_an_error_without_a_known_key_names_the_file(source: TomlSource) -> None:
    assert str(source.error(("nothing",), "wrong")) == f"{source.path}: wrong"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = 1\nb = = 2\n", r"a\.toml:2: not valid TOML"),
        (b"\xff\xfe", r"a\.toml is not UTF-8 text; save it as UTF-8"),
        (None, r"a\.toml cannot be read: No such file"),
        (b"a = " + b"9" * 5000, r"a\.toml: it has a number with too many digits"),
        (b"a = " + b"[" * 50_000 + b"]" * 50_000, r"a\.toml: its values are nested too deep"),
        (b"a = " + b"{b = " * 50_000, r"a\.toml: its values are nested too deep"),
        (b"b = 1\na" + b".a" * 50_000 + b" = 1", r"a\.toml:2: more than 32 parts in a key"),
        (b"[a" + b" . a" * 50_000 + b"]", r"a\.toml:1: more than 32 parts in a key"),
        (b"x = {a" + b".a" * 50_000 + b" = 1}", r"a\.toml:1: more than 32 parts in a key"),
        (b"".join(b"[t%d]\n" % number for number in range(200_000)), r"a\.toml is larger than 256 KiB"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_toml(tmp_path / "a.toml")


def test_dots_in_texts_and_comments_are_no_parts_of_a_key(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f"a = '{'.' * 99}' # {'.' * 99}\n\"{'.' * 99}\" = 1\n", encoding="utf-8")
    assert read_toml(path).values == {"a": "." * 99, "." * 99: 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000 + "]" * 100_000, "nested too deep"),
        ('{"a":' * 100_000, "nested too deep"),
        ("9" * 5000, "a number with too many digits"),
        (b"\xff\x00\xff", "not UTF-8"),
        ("[1,", "Expecting value"),
        (b"", "Expecting value"),
    ],
)
def test_json_that_cannot_be_read_is_a_value_error(text: str | bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_json(text)
    with pytest.raises((RecursionError, ValueError)):
        json.loads(text)


def test_values_are_shown_short_whatever_they_are() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    for value in (10**5000, deep, "x" * 10_000, {"a": "y" * 10_000}):
        assert len(shown(value)) <= 201


def test_a_json_file_that_is_none_is_a_value_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "a.json")
    (tmp_path / "a.json").write_text('{"a": 1}', encoding="utf-8")
    assert read_json(tmp_path / "a.json") == {"a": 1}
    os.truncate(tmp_path / "a.json", 17 << 20)
    with pytest.raises(ValueError, match="is larger than 16 MiB"):
        read_json(tmp_path / "a.json")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is a pipe or a device"):
        read_json(tmp_path / "pipe")
    with pytest.raises(InputError, match="is a pipe or a device"):
        read_toml(tmp_path / "pipe")
    with pytest.raises(InputError, match="is a pipe or a device"):
        FileHashes(tmp_path / "index").of(tmp_path / "pipe")
