"""The peer of eSpeak NG inside Codechoir: the program `espeak-ng`, as a reader without a server calls it."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence

PROGRAM = "espeak-ng"
COMMAND_NAME = f"{PROGRAM} --stdout"
_WAV_HEADER = 44
"""Bytes before the first sample; bytes 24 to 28 are the sample rate."""


def is_installed() -> bool:
    """Whether the program is on the path; without it the functions below return None."""
    return shutil.which(PROGRAM) is not None


def first_audio(texts: Iterable[str]) -> list[float] | None:
    """Milliseconds from the call to the first samples, for each text."""
    return [_first_audio(text) for text in texts] if is_installed() else None


def time_to_kill(texts: Iterable[str]) -> list[float] | None:
    """Milliseconds that it takes to end the program while it speaks, for each text."""
    return [_kill(text) for text in texts] if is_installed() else None


def listening_times(argument_lists: Iterable[Sequence[str]]) -> list[float] | None:
    """Seconds of audio that the program writes, for each list of arguments."""
    if not is_installed():
        return None
    seconds = []
    for arguments in argument_lists:
        command = [PROGRAM, "--stdout", *arguments]
        wav = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        sample_rate = int.from_bytes(wav[24:28], "little")
        seconds.append((len(wav) - _WAV_HEADER) / 2 / sample_rate)
    return seconds


def _start(text: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([PROGRAM, "--stdout", "--", text], stdout=subprocess.PIPE)


def _first_audio(text: str) -> float:
    began = time.perf_counter()
    with _start(text) as process:
        assert process.stdout is not None
        process.stdout.read(_WAV_HEADER + 2)
        took = time.perf_counter() - began
        process.stdout.read()
    return took * 1000


def _kill(text: str) -> float:
    with _start(text) as process:
        assert process.stdout is not None
        process.stdout.read(_WAV_HEADER + 2)
        began = time.perf_counter()
        process.kill()
        process.wait()
        return (time.perf_counter() - began) * 1000
