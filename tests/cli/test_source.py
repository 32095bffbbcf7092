"""Reading the source: pipes work, and what never ends is refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from codechoir.cli import source
from codechoir.errors import InputError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such paths")


def test_a_pipe_is_read_as_the_shell_passes_it() -> None:
    """`codechoir read <(git show HEAD:cart.py)` names `/dev/fd/63`."""
    reading, writing = os.pipe()
    try:
        os.write(writing, b"x = 1\n")
        os.close(writing)
        assert source.read_bytes(f"/dev/fd/{reading}") == b"x = 1\n"
    finally:
        os.close(reading)


def test_a_device_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_SOURCE_BYTES", 1024 * 1024)
    with pytest.raises(InputError, match="'/dev/zero' is larger than 1 MiB"):
        source.read_bytes("/dev/zero")


def test_a_file_of_exactly_the_limit_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(source, "MAX_SOURCE_BYTES", 10)
    (tmp_path / "file").write_bytes(b"0123456789")
    assert source.read_bytes(str(tmp_path / "file")) == b"0123456789"
