"""Ctrl-C at any moment: exit status 130, and not a word about it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest
from codechoir.cli.process_signals import handled_signals
from support.command_line import EXAMPLES, Codechoir

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot send itself Ctrl-C there")

PROGRAM = """
import os, signal, sys
from codechoir.__main__ import main

moment, *arguments = sys.argv[1:]

def interrupt():
    os.kill(os.getpid(), signal.SIGINT)

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == moment:
            interrupt()

sys.meta_path.insert(0, Finder())
if moment == "exit":
    import atexit
    atexit.register(interrupt)
if moment in ("query", "callback"):
    import tree_sitter

    compile_query = tree_sitter.Query

    class Lost:
        def __del__(self):
            interrupt()

    def query(*arguments):
        if moment == "callback":
            Lost()
            return compile_query(*arguments)
        try:
            interrupt()
        except KeyboardInterrupt:
            raise ValueError("Invalid predicate in pattern at row 4") from None

    tree_sitter.Query = query
sys.argv = ["codechoir", *arguments]
sys.exit(main())
"""


@pytest.mark.parametrize(
    "moment",
    [
        "codechoir.cli.main",  # the first of our modules after the program itself
        "argparse",
        "codechoir.settings",
        "codechoir.cli.commands_reading",
        "codechoir.syntax.document",
        "tree_sitter",
        "codechoir.engines.espeak.espeak_engine",
        "query",  # while C code compiles a query and calls Python, it reports another error
        "callback",  # in a destructor, whose exceptions nobody can catch
        "exit",  # when the command is done
    ],
)
def test_an_interrupt_ends_the_command_without_a_word(moment: str) -> None:
    arguments = ["read", str(EXAMPLES / "cart.py"), "--marks", "/dev/null", "--no-play"]
    command = [sys.executable, "-c", PROGRAM, moment, *arguments]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (130, b"")
    wrote = rb"codechoir: wrote /dev/null \(\d+ marks\)\n" if moment == "exit" else b""
    assert re.fullmatch(wrote, done.stderr), done.stderr


def test_a_second_interrupt_ends_the_process_while_it_tidies_up() -> None:
    program = (
        "import os, signal\n"
        "from codechoir.cli.process_signals import handled_signals\n"
        "with handled_signals():\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    finally:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        print('not reached', flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_an_error_without_an_interrupt_stays_an_error(codechoir: Codechoir) -> None:
    assert codechoir("read", "nothing.py").status == 2


def test_handlers_are_put_back_and_ignored_signals_stay_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with handled_signals():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            assert callable(signal.getsignal(signal.SIGTERM))
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGINT, before)
