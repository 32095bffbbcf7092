"""TOML with line numbers: errors name the line of the key, or of the nearest table around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.errors import InputError
from codechoir.storage.toml_lines import KeyPath, TomlSource, read_toml

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
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_toml(tmp_path / "a.toml")
