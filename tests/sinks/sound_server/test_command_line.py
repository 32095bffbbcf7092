"""`codechoir read` on a real sound server: what was recorded from it is what was written to the file."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from codechoir.cli.terminal_view import SHOW_CURSOR
from support.command_line import EXAMPLES
from support.pulse import RATE, Recorder, audible, found_in_order, is_silent


def command(*arguments: str | Path) -> list[str | Path]:
    return [sys.executable, "-m", "codechoir", *arguments]


def test_the_device_plays_what_the_file_holds(
    sound_server: dict[str, str], recorder: Recorder, tmp_path: Path
) -> None:
    path = tmp_path / "c.wav"
    read = command("read", EXAMPLES / "cart.py", "--lines", "1-5", "--rate", "450", "-o", path)
    done = subprocess.run(read, env=sound_server, capture_output=True, text=True, check=True)
    assert done.stdout == "" and done.stderr.startswith(f"codechoir: wrote {path}")
    recorder.wait_for(is_silent)
    with wave.open(str(path)) as file:
        assert file.getframerate() == RATE
        written = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    assert found_in_order(written, recorder.levels) > 0.7
    last_word = written[: np.flatnonzero(written)[-1]][-RATE // 5 :]
    assert found_in_order(last_word, recorder.levels) > 0.6


def test_ctrl_c_silences_at_once_and_says_nothing(sound_server: dict[str, str], recorder: Recorder) -> None:
    read = command("read", EXAMPLES / "cart.py")
    with subprocess.Popen(read, env=sound_server, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        recorder.wait_for(lambda levels: len(audible(levels)) > RATE // 2)
        before = len(recorder.levels)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")
    recorder.wait_for(lambda levels: len(levels) > before + 2 * RATE)
    assert is_silent(recorder.levels[: before + 2 * RATE])


@pytest.mark.parametrize(
    ("variables", "follows", "coloured"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_a_terminal_shows_the_code_as_it_sounds(
    sound_server: dict[str, str], variables: dict[str, str], follows: bool, coloured: bool
) -> None:
    terminal, inner = pty.openpty()
    read = command("read", EXAMPLES / "cart.py", "--lines", "5", "--rate", "450")
    with subprocess.Popen(read, env=sound_server | variables, stdout=inner, stderr=inner) as process:
        os.close(inner)
        shown = "".join(_until_closed(terminal))
    assert process.returncode == 0
    assert ("\x1b[" in shown) == follows
    assert ("0.19" in _plain(shown)) == follows
    assert shown.endswith(f"{SHOW_CURSOR}" if follows else "")
    assert ("\x1b[33m" in shown) == coloured


def _until_closed(terminal: int) -> Iterator[str]:
    """What is written to a terminal until its last writer is gone, which Linux tells by an error."""
    with contextlib.suppress(OSError):
        while data := os.read(terminal, 65536):
            yield data.decode()
    os.close(terminal)


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", text)


def test_the_space_bar_pauses_and_goes_on_and_q_quits(
    sound_server: dict[str, str], recorder: Recorder
) -> None:
    terminal, inner = pty.openpty()
    read = command("read", EXAMPLES / "cart.py", "--quiet")
    with subprocess.Popen(read, env=sound_server, stdin=inner, stdout=inner, stderr=inner) as process:
        os.close(inner)
        recorder.wait_for(lambda levels: len(audible(levels)) > RATE // 2)
        os.write(terminal, b" ")
        recorder.wait_for(lambda levels: not len(audible(levels[-RATE:])))
        before = len(audible(recorder.levels))
        os.write(terminal, b" ")
        recorder.wait_for(lambda levels: len(audible(levels)) > before + RATE // 2)
        os.write(terminal, b"q")
        assert "".join(_until_closed(terminal)) == ""
    assert process.returncode == 0
