"""Lines of code in six languages, as phrases: what the benchmarks of speech say.

Real code of any length: Python's own library, which every machine that runs this has.

The peer of first audio: the command `espeak-ng`, as a reader without a server would call it.
"""

from __future__ import annotations

import json.decoder
import shutil
import subprocess
import sysconfig
import textwrap
import time
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import cycle, islice
from pathlib import Path

from codechoir.languages import detect_language
from codechoir.model import Phrase
from codechoir.pipeline import SpeechPipeline
from codechoir.settings import Settings
from codechoir.syntax import Document

CORPUS = Path(__file__).parent / "corpus"


def sources() -> list[Path]:
    """One file a language, written for this; for Python two modules of the standard library."""
    return [*sorted(CORPUS.iterdir()), Path(textwrap.__file__), Path(json.decoder.__file__)]


def phrases(settings: Settings) -> Iterator[Phrase]:
    """Every line of the sources that has at least two words and two utterances."""
    pipeline = SpeechPipeline(settings)
    for path in sources():
        text = path.read_bytes()
        snapshot = Document(text, detect_language(path.name, text)).snapshot()
        for phrase in pipeline.phrases(snapshot):
            said = [part for part in phrase.parts if part.utterance.text]
            if len(said) > 1:
                yield phrase


@cache
def python_source(lines: int) -> str:
    """That many lines of real Python code, the same each time on one version of Python."""
    return "".join(islice(cycle(_library()), lines))


@cache
def telling_lines(source: str, count: int) -> tuple[int, ...]:
    """Numbers, from 0, of `count` lines with something to say, evenly spread over the source."""
    lines = source.splitlines()
    telling = [number for number, line in enumerate(lines) if len(line.split()) >= 3]
    return tuple(telling[index * len(telling) // count] for index in range(count))


@cache
def _library() -> tuple[str, ...]:
    """The lines of the library's modules, in the order of their names; each ends with LF."""
    folder = Path(sysconfig.get_path("stdlib"))
    found: list[str] = []
    for file in sorted(folder.glob("*.py")):
        text = file.read_text(encoding="utf-8", errors="replace")
        found += [f"{line}\n" for line in text.splitlines()]
    return tuple(found)


NAME = "espeak-ng --stdout"
_WAV_HEADER = 44


def first_audio(texts: Iterable[str]) -> list[float] | None:
    """Milliseconds from the call to the first samples, for each text; None where it is not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        return None
    return [_timed(program, text) for text in texts]


def killed(texts: Iterable[str]) -> list[float] | None:
    """Milliseconds that it takes to end the program while it speaks; None where it is not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        return None
    return [_kill(program, text) for text in texts]


def _timed(program: str, text: str) -> float:
    began = time.perf_counter()
    with subprocess.Popen([program, "--stdout", "--", text], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(_WAV_HEADER + 2)
        took = time.perf_counter() - began
        process.stdout.read()
    return took * 1000


def _kill(program: str, text: str) -> float:
    with subprocess.Popen([program, "--stdout", "--", text], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(_WAV_HEADER + 2)
        began = time.perf_counter()
        process.kill()
        process.wait()
        return (time.perf_counter() - began) * 1000
