"""A child's life: death, silence, restart with back-off, rest when idle."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from typing import Any

import psutil
import pytest
from codechoir.engines.subprocess.client import BackOff, ChildEngine, Supervisor
from codechoir.engines.subprocess.process import SHUT_DOWN_SECONDS, ChildSpec
from codechoir.errors import EngineLostError
from codechoir.lsp import language_server
from codechoir.sinks import device
from support.child_engines import STEP
from support.children import TESTS
from support.listening import Listener, in_thread, phrase
from support.needs import missing

SOON = BackOff(first=0.05, factor=2.0)
LATE = BackOff(first=3600.0, longest=3600.0)


def is_ready(supervisor: Supervisor) -> bool:
    return supervisor.is_ready


def is_gone(supervisor: Supervisor) -> bool:
    return supervisor.pid is None


def kill(engine: ChildEngine) -> int:
    """Kill the child and wait until its death was noticed; returns its number."""
    pid, losses = engine.supervisor.pid, engine.supervisor.losses
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert engine.supervisor.wait_until(lambda it: it.losses > losses, 10)
    return pid


def kill_after(engine: ChildEngine, samples: int) -> Listener:
    """A listener in whose hearing the child dies once so many samples came."""

    def act(listener: Listener) -> bool:
        if listener.samples == samples:
            kill(engine)
        return True

    return Listener(act)


def test_a_reading_ends_with_a_loss_when_the_child_is_killed(child: Any) -> None:
    engine = child("CountingEngine", {"step_seconds": 0.01}, SOON)
    heard = kill_after(engine, 3 * STEP)
    with pytest.raises(EngineLostError, match="was ended by SIGKILL"):
        engine.speak([phrase("one two three four five six seven eight nine ten")], heard)
    assert [chunk.first_sample for chunk in heard.chunks] == list(range(0, heard.samples, STEP))


def test_a_dead_child_is_started_again_unasked(child: Any) -> None:
    engine = child("CountingEngine", {}, SOON)
    engine.warm_up()
    before = kill(engine)
    assert engine.supervisor.wait_until(is_ready, 10)
    assert engine.supervisor.pid != before
    heard = Listener()
    engine.speak([phrase("again")], heard)
    assert heard.words == ["again"]


def test_a_child_that_died_is_not_started_before_its_time(child: Any) -> None:
    engine = child("CountingEngine", {}, LATE)
    engine.warm_up()
    kill(engine)
    with pytest.raises(EngineLostError, match="is started again in 3600 s"):
        engine.speak([phrase("word")], Listener())


def test_a_child_that_keeps_dying_is_left_alone_until_somebody_asks(child: Any) -> None:
    engine = child("CountingEngine", {}, BackOff(first=0.0, attempts=1))
    for _ in range(2):
        engine.warm_up()
        before = kill(engine)
    assert not engine.supervisor.wait_until(is_ready, 0.3)
    engine.warm_up()
    assert engine.supervisor.pid != before


@pytest.mark.parametrize(
    ("deaths", "seconds"), [(1, 0.5), (2, 1.5), (3, 4.5), (5, 40.5), (6, 60), (10**6, 60)]
)
def test_the_pause_grows_to_a_limit(deaths: int, seconds: float) -> None:
    assert BackOff().delay(deaths) == seconds


def test_a_child_that_gives_no_sign_of_life_is_replaced(child: Any) -> None:
    if sys.platform == "win32":
        missing("no signal stops a process on Windows: run the tests on Linux or macOS")
    engine = child("CountingEngine", {}, SOON, lost_after=1.5)
    engine.warm_up()
    before = engine.supervisor.pid
    assert before is not None
    os.kill(before, signal.SIGSTOP)
    with pytest.raises(EngineLostError):
        engine.speak([phrase("word")], Listener())
    assert engine.supervisor.wait_until(is_ready, 10)
    assert engine.supervisor.pid != before
    assert not psutil.pid_exists(before)


def test_a_child_that_computes_for_long_is_not_taken_for_dead(child: Any) -> None:
    engine = child("CountingEngine", {"step_seconds": 2.0}, lost_after=1.0)
    heard = Listener(lambda _: False)
    engine.speak([phrase("one")], heard)
    assert heard.words == ["one"]


def test_an_idle_child_returns_its_memory_and_comes_back_when_asked(child: Any) -> None:
    engine = child("CountingEngine", idle_after=0.2)
    engine.warm_up()
    before = engine.supervisor.pid
    assert before is not None
    process = psutil.Process(before)
    assert engine.supervisor.wait_until(is_gone, 10)
    process.wait(10)
    heard = Listener()
    engine.speak([phrase("again")], heard)
    assert heard.words == ["again"]


def test_a_child_that_reads_is_not_idle(child: Any) -> None:
    engine = child("CountingEngine", {"step_seconds": 0.1}, idle_after=0.1)
    heard = Listener()
    engine.speak([phrase("one two")], heard)
    assert heard.words == ["one", "two"]


def test_loading_has_a_limit(child: Any) -> None:
    engine = child("NeverReadyEngine", {}, LATE, load_timeout=0.3)
    with pytest.raises(EngineLostError):
        engine.warm_up()


def test_a_reading_that_waits_for_loading_can_be_cancelled(child: Any) -> None:
    engine, heard = child("NeverReadyEngine"), Listener()
    reading = in_thread(lambda: engine.speak([phrase("word")], heard))
    heard.ended = True
    reading.join(10)
    assert not reading.is_alive()


def test_a_call_ends_with_a_loss_when_the_child_dies(child: Any) -> None:
    with pytest.raises(EngineLostError, match="ended with status 7"):
        child("CountingEngine", {}, LATE).call("crash")


def test_closing_ends_the_process_and_the_engine_can_be_used_again(child: Any) -> None:
    engine = child("CountingEngine")
    engine.warm_up()
    process = psutil.Process(engine.supervisor.pid)
    engine.close()
    process.wait(10)
    engine.warm_up()
    assert engine.supervisor.pid != process.pid


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Any) -> None:
    spec = ChildSpec("codechoir.engines.silent:SilentEngine", heartbeat=0.1)
    program = (
        "import sys, threading\n"
        "from codechoir.engines.subprocess.client import ChildEngine\n"
        "from codechoir.engines.subprocess.process import ChildSpec\n"
        "from codechoir.engines.silent import SilentEngine\n"
        f"e = ChildEngine('x', SilentEngine.capabilities, ChildSpec({spec.engine!r}, heartbeat=0.1))\n"
        "e.warm_up()\n"
        "print(e.supervisor.pid, flush=True)\n"
        "threading.Event().wait()\n"
    )
    parent = psutil.Popen([sys.executable, "-c", program], stdout=-1)
    assert parent.stdout is not None
    process = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    process.wait(10)


class Told(Listener):
    """Waits for the engine to say something."""

    def __init__(self) -> None:
        super().__init__()
        self.something = threading.Event()

    def notify(self, line: str) -> bool:
        self.something.set()
        return True


def test_closing_ends_a_child_that_is_stuck_in_c_before_a_server_exits(child: Any) -> None:
    assert SHUT_DOWN_SECONDS + device.CLOSE_SECONDS < language_server.CLOSE_SECONDS
    engine = child("StuckInCEngine", {}, LATE, lost_after=3600.0, silent_after=3600.0)
    engine.warm_up()
    process, told = psutil.Process(engine.supervisor.pid), Told()

    def speak() -> None:
        with contextlib.suppress(EngineLostError):
            engine.speak([phrase("word")], told)

    reading = in_thread(speak)
    assert told.something.wait(10)
    engine.close()
    process.wait(10)
    reading.join(10)
    assert not reading.is_alive()


STUCK_PROGRAM = """
from codechoir.engines.subprocess.client import ChildEngine
from codechoir.engines.subprocess.process import ChildSpec
from support.child_engines import StuckInCEngine
from support.listening import Listener, phrase

class Telling(Listener):
    def notify(self, line):
        print(engine.supervisor.pid, flush=True)
        return True

spec = ChildSpec("support.child_engines:StuckInCEngine", lost_after=4.0, silent_after=3600.0)
engine = ChildEngine("stuck", StuckInCEngine().capabilities, spec)
engine.warm_up()
engine.speak([phrase("word")], Telling())
"""


def test_a_child_that_is_stuck_in_c_does_not_outlive_a_parent_that_is_killed() -> None:
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    parent = psutil.Popen([sys.executable, "-c", STUCK_PROGRAM], stdout=subprocess.PIPE, env=environment)
    assert parent.stdout is not None
    process = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    process.wait(20)


def test_a_child_that_is_silent_is_not_waited_for(child: Any) -> None:
    engine = child("CountingEngine", {}, LATE, silent_after=0.5, lost_after=3600.0)
    engine.warm_up()
    os.kill(engine.supervisor.pid, signal.SIGSTOP)
    with pytest.raises(EngineLostError, match=r"no sign of life for 0\.5 seconds"):
        engine.speak([phrase("word")], Listener())
    assert not engine.is_ready()
    os.kill(engine.supervisor.pid, signal.SIGCONT)
    heard = Listener()
    assert engine.supervisor.wait_until(lambda supervisor: supervisor.is_ready, 30)
    engine.speak([phrase("again")], heard)
    assert heard.words == ["again"]


def test_silence_is_noticed_within_two_seconds() -> None:
    spec = ChildSpec("m:E")
    assert 3 * spec.heartbeat < spec.silent_after <= 2.0


def test_the_interpreter_s_own_packages_come_first_and_the_working_folder_is_not_trusted() -> None:
    command = ChildSpec("m:E", interpreter=None).command()
    assert command[:2] == [sys.executable, "-P"]
    assert "sys.path +=" in command[3]
