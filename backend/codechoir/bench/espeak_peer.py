"""The peer of first audio: the command `espeak-ng`, as a reader without a server would call it."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterable

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
