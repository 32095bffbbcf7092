"""The extension of a name decides what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.errors import InputError
from codechoir.sinks.html_page import PageFile, PageText
from codechoir.sinks.output_files import AudioFile, Content, output_file

CONTENT = Content("a.py", list, lambda: PageText("a.py", "Python", b"x", 0, 1, 1, ()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.wav", AudioFile), ("a.FLAC", AudioFile), ("a.b.mp3", AudioFile), ("a.html", PageFile)],
)
def test_known_extensions(tmp_path: Path, name: str, kind: type) -> None:
    assert type(output_file(tmp_path / name, CONTENT)) is kind


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.ogg", r"cannot write .ogg files; use one of .wav, .flac, .mp3, .html"),
        ("a.wave", r"Did you mean '.wav'\?"),
        ("a", "'a' has no file extension; use one of .wav"),
        ("wav", "'wav' has no file extension"),
    ],
)
def test_other_extensions_are_refused(name: str, line: str) -> None:
    with pytest.raises(InputError, match=line):
        output_file(Path(name), CONTENT)
