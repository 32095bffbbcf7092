"""The ending of a name decides what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.errors import InputError
from codechoir.sinks.file_sink import AudioFile
from codechoir.sinks.html.page import PageFile, PageText
from codechoir.sinks.output_files import Content, output_file

CONTENT = Content("a.py", list, lambda: PageText("a.py", "Python", b"x", 0, 1, 1, ()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.wav", AudioFile), ("a.FLAC", AudioFile), ("a.b.mp3", AudioFile), ("a.html", PageFile)],
)
def test_known_endings(tmp_path: Path, name: str, kind: type) -> None:
    assert type(output_file(tmp_path / name, CONTENT)) is kind


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.ogg", r"'.ogg' is not a format that can be written; use one of .wav, .flac, .mp3, .html"),
        ("a.wave", r"Did you mean '.wav'\?"),
        ("a", "'a' has no ending; use one of .wav"),
        ("wav", "'wav' has no ending"),
    ],
)
def test_other_endings_are_refused(name: str, line: str) -> None:
    with pytest.raises(InputError, match=line):
        output_file(Path(name), CONTENT)
