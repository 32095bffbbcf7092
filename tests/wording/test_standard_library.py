"""The sources of the standard library can be decoded from the words of the level `literal`, byte for byte.

This is a sample. All 1,786 files of Python 3.11 that are UTF-8 were decoded once.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest
from codechoir.languages import detection
from codechoir.settings import WordingOptions
from codechoir.syntax.document import Document
from codechoir.wording import Wording
from codechoir.wording.literal_decoder import decode_literal

SAMPLES = 60
LONGEST = 8_000


def is_text(path: Path) -> bool:
    try:
        path.read_bytes().decode()
    except UnicodeDecodeError:
        return False
    return 0 < path.stat().st_size <= LONGEST and "site-packages" not in path.parts


def sample() -> list[Path]:
    """Files spread evenly over the library, the same ones on one version of Python."""
    folder = Path(sysconfig.get_path("stdlib"))
    files = [path for path in sorted(folder.rglob("*.py")) if is_text(path)]
    return files[:: max(len(files) // SAMPLES, 1)]


@pytest.fixture(scope="module")
def literal() -> Wording:
    return Wording(WordingOptions(level="literal"))


@pytest.mark.parametrize("path", sample(), ids=lambda path: path.stem)
def test_a_file_can_be_decoded(path: Path, literal: Wording) -> None:
    python = detection.language_named("python")
    assert python is not None
    source = path.read_bytes()
    lines = literal.lines(Document(source, python).snapshot())
    assert decode_literal((u.text, u.category.value) for line in lines for u in line) == source
