"""Source code that benchmarks read: one file per language, and Python's own library for long files."""

from __future__ import annotations

import json.decoder
import sysconfig
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import cycle, islice
from pathlib import Path

from codechoir.languages import detect_language
from codechoir.model import Phrase
from codechoir.pipeline import SpeechPipeline
from codechoir.settings import Settings
from codechoir.syntax import Document

CORPUS = Path(__file__).parent / "corpus"


def source_files() -> list[Path]:
    """One file per language, written for this; for Python two modules of the standard library."""
    return [*sorted(CORPUS.iterdir()), Path(textwrap.__file__), Path(json.decoder.__file__)]


def phrases(settings: Settings) -> Iterator[Phrase]:
    """Every line of the source files that has at least two utterances with words."""
    pipeline = SpeechPipeline(settings)
    for path in source_files():
        text = path.read_bytes()
        snapshot = Document(text, detect_language(path.name, text)).snapshot()
        for phrase in pipeline.phrases(snapshot):
            worded = [part for part in phrase.parts if part.utterance.text]
            if len(worded) > 1:
                yield phrase


@cache
def python_source(lines: int) -> str:
    """So many lines of real Python code, always the same on one version of Python."""
    return "".join(islice(cycle(_library()), lines))


@cache
def lines_with_words(source: str, count: int) -> tuple[int, ...]:
    """Numbers, from 0, of `count` lines with at least three words, evenly spread over the source."""
    lines = source.splitlines()
    wordy = [number for number, line in enumerate(lines) if len(line.split()) >= 3]
    return tuple(wordy[index * len(wordy) // count] for index in range(count))


@cache
def _library() -> tuple[str, ...]:
    """The lines of the library's modules, in the order of their names; each ends with LF."""
    folder = Path(sysconfig.get_path("stdlib"))
    found: list[str] = []
    for file in sorted(folder.glob("*.py")):
        text = file.read_text(encoding="utf-8", errors="replace")
        found += [f"{line}\n" for line in text.splitlines()]
    return tuple(found)
