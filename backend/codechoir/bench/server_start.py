"""The start of the language server and its memory, beside a pygls server without any feature."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from codechoir.bench.corpora import lines_with_words, python_source
from codechoir.bench.lsp_client import SERVER, LspClient
from codechoir.bench.runner import Figure, figure

STARTS = 7
READINGS = 20
LINES = 10_000

BARE = (
    sys.executable,
    "-c",
    "from pygls.lsp.server import LanguageServer; LanguageServer('bare', '0').start_io()",
)
PEER = "a bare pygls server"

HEAVY = ("torch", "TTS", "numpy", "scipy", "transformers")


def figures(starts: int = STARTS) -> list[Figure]:
    """Time to `initialize` answered and to the first sound, memory after reading, what must not be loaded.

    `initialize` is answered before parsers and engines are loaded; a listener waits for `start.first_audio`.
    """
    ours, peer, sound, answer = [], [], [], []
    for _ in range(starts):
        ours.append(_initialize(SERVER))
        peer.append(_initialize(BARE))
        sound.append(_first_audio())
        answer.append(_first_answer())
    found = [
        figure("start.initialize", statistics.median(ours), "ms", 400.0, statistics.median(peer), PEER),
        figure(
            "start.first_audio",
            statistics.median(sound),
            "ms",
            None,
            statistics.median(answer),
            f"{PEER} answers its first request",
        ),
        figure("start.heavy_imports", len(_heavy_imports()), "packages", 0.0),
    ]
    memory, bare = _memory_at_work(), _memory_of_bare()
    if memory is not None:
        found.append(figure("start.memory", memory, "MB", 120.0, bare, PEER))
    return found


def _initialize(command: tuple[str, ...]) -> float:
    """Milliseconds from starting the process to the answer."""
    began = time.perf_counter()
    client = LspClient(command, errors=subprocess.DEVNULL)
    try:
        client.request("initialize", client.initialize_params())
        return (time.perf_counter() - began) * 1000
    finally:
        client.kill()


def _first_audio() -> float:
    """Milliseconds from starting the process to the first audio of a line that is requested at once."""
    began = time.perf_counter()
    client = LspClient(errors=subprocess.DEVNULL)
    try:
        client.start(audio="client", engine="espeak")
        client.open("untitled:a.py", "total = price * 2\n")
        client.result("read", uri="untitled:a.py", unit="file")
        client.wait_for("codechoir/audio")
        return (time.perf_counter() - began) * 1000
    finally:
        client.kill()


def _first_answer() -> float:
    """Milliseconds from starting the bare server to the answer to the request after `initialize`."""
    began = time.perf_counter()
    client = LspClient(BARE, errors=subprocess.DEVNULL)
    try:
        client.start()
        client.request("shutdown", None)
        return (time.perf_counter() - began) * 1000
    finally:
        client.kill()


def _memory_at_work() -> float | None:
    """Megabytes after lines all over a long file were read with eSpeak NG."""
    client = LspClient()
    try:
        client.start(audio="client", engine="espeak")
        source = python_source(LINES)
        client.open("untitled:a.py", source)
        for line in lines_with_words(source, READINGS):
            client.result("read", uri="untitled:a.py", unit="line", position={"line": line, "character": 0})
            client.wait(lambda message: message.get("method") == "codechoir/audio")
        return resident_megabytes(client.process.pid)
    finally:
        client.kill()


def _memory_of_bare() -> float | None:
    client = LspClient(BARE, errors=subprocess.DEVNULL)
    try:
        client.start()
        client.request("shutdown", None)
        return resident_megabytes(client.process.pid)
    finally:
        client.kill()


def resident_megabytes(process: int) -> float | None:
    """The resident memory of a process; None where the system does not report it."""
    status = Path(f"/proc/{process}/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
    try:
        done = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, check=True)
        return int(done.stdout) / 1024
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def _heavy_imports() -> set[str]:
    """Packages that a reading with eSpeak NG has loaded although it does not need them."""
    with tempfile.TemporaryFile() as log:
        client = LspClient([SERVER[0], "-X", "importtime", *SERVER[1:]], errors=log)
        try:
            client.start(audio="client", engine="espeak")
            client.open("untitled:a.py", "x = 1\n")
            client.result("read", uri="untitled:a.py", unit="file")
            client.wait(lambda message: message.get("method") == "codechoir/audio")
            client.result("status")
        finally:
            client.kill()
        log.seek(0)
        loaded = {line.rpartition(b"|")[2].strip().decode() for line in log.read().splitlines()}
    return loaded & set(HEAVY)
