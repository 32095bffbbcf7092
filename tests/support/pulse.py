"""A PulseAudio of the test's own: a null sink to play on, and a recorder on its monitor."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from support.needs import needs

RATE = 22050
PIECE = RATE // 200
Levels = NDArray[np.int16]
SILENCE = 100
"""Levels up to this count as silent."""


@contextmanager
def pulseaudio(folder: Path) -> Iterator[dict[str, str]]:
    """Runs a daemon with one null sink; gives the environment in which programs find it."""
    with pulseaudio_process(folder) as (environment, _):
        yield environment


@contextmanager
def pulseaudio_process(folder: Path) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    """Like `pulseaudio`, with the daemon's process, which a test may let stand still."""
    program = needs("pulseaudio", "apt install pulseaudio pulseaudio-utils")
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "HOME": str(folder)}
    environment.pop("PULSE_SERVER", None)
    daemon = subprocess.Popen(
        [
            program,
            "-n",
            "--daemonize=no",
            "--use-pid-file=no",
            "--exit-idle-time=-1",
            "--disable-shm=yes",
            "--log-target=stderr",
            "--log-level=info",
            "--load=module-native-protocol-unix",
            f"--load=module-null-sink sink_name=ear rate={RATE} channels=1",
        ],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert daemon.stderr is not None
        said = []
        for line in daemon.stderr:
            said.append(line)
            if "Daemon startup complete" in line:
                break
        else:
            raise AssertionError("pulseaudio ended: " + "".join(said))
        threading.Thread(target=daemon.stderr.read, daemon=True).start()
        yield environment, daemon
    finally:
        daemon.terminate()
        daemon.send_signal(signal.SIGCONT)
        daemon.wait(10)


class Recorder:
    """Everything the null sink plays, from the moment this is made until `stop`."""

    def __init__(self, environment: dict[str, str]) -> None:
        program = needs("parec", "apt install pulseaudio-utils")
        command = [program, "--device=ear.monitor", "--raw", "--format=s16le", "--channels=1"]
        self._process = subprocess.Popen(
            [*command, f"--rate={RATE}", "--latency-msec=10"], env=environment, stdout=subprocess.PIPE
        )
        self._changed = threading.Condition()
        self._pcm = bytearray()
        self._began = math.inf
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.wait_for(lambda levels: len(levels) > 0)

    def wait_for(self, condition: Callable[[Levels], bool], timeout: float = 30) -> None:
        """Wait until `condition(levels)` holds for what was recorded so far."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.levels), timeout)

    def forget(self) -> None:
        """Drop what was recorded so far."""
        with self._changed:
            self._pcm = bytearray()
            self._began = math.inf

    def position(self, moment: float) -> int:
        """The index in `levels` of what sounded at a moment of the monotonic clock.

        From the piece that has arrived soonest: the others were late, on a busy machine by far.
        """
        with self._changed:
            return max(round((moment - self._began) * RATE), 0)

    @property
    def levels(self) -> Levels:
        """The samples recorded so far; the server sends whole ones."""
        return np.frombuffer(bytes(self._pcm), np.int16)

    def stop(self) -> Levels:
        """End the recording and return it."""
        self._process.terminate()
        self._process.wait(10)
        self._thread.join(10)
        return self.levels

    def _read(self) -> None:
        assert self._process.stdout is not None
        while data := os.read(self._process.stdout.fileno(), 4096):
            with self._changed:
                self._pcm += data
                self._began = min(self._began, time.monotonic() - len(self._pcm) / 2 / RATE)
                self._changed.notify_all()


def audible(levels: Levels) -> Levels:
    """The samples that can be heard. A busy machine may put gaps between them, which are not our matter."""
    return levels[np.abs(levels.astype(np.int32)) > SILENCE]


def is_silent(levels: Levels) -> bool:
    """Whether the last half second was silent: no pause between words, and no gap on a busy machine."""
    return len(levels) >= RATE // 2 and not len(audible(levels[-RATE // 2 :]))


def found_in_order(written: Levels, recorded: Levels) -> float:
    """The share of the audible 5 ms pieces of `written` that `recorded` has, in order, sample for sample."""
    heard = recorded.tobytes()
    at = pieces = found = 0
    for first in range(0, len(written), PIECE):
        piece = written[first : first + PIECE]
        if len(audible(piece)) < PIECE // 2:
            continue
        pieces += 1
        place = heard.find(piece.tobytes(), at)
        if place >= 0:
            at = place + piece.nbytes
            found += 1
    return found / pieces
