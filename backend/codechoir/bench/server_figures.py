"""The language server from an editor's side: its start and memory; from a request to sound, to silence.

The start is measured beside a pygls server without any feature.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from codechoir.bench.programs import (
    ESPEAK_COMMAND,
    SERVER,
    LspClient,
    Message,
    espeak_first_audio,
    espeak_time_to_kill,
)
from codechoir.bench.runner import Figure, figure
from codechoir.bench.text_figures import lines_with_words, python_source

LINES = 10_000
SHORT, LONG = 1_000, 100_000
REQUESTS = 300
PEER_CALLS = 15
STOPS = 60
ALTERNATE_AFTER = 10
WARM_UP = 20


def latency_figures(requests: int = REQUESTS, stops: int = STOPS) -> list[Figure]:
    """First audio in files of three lengths, stop, and rate, all in one server; then the peer.

    The long file is the short one repeated, so that the same lines are read in both.
    """
    natural = natural_latency_figures(requests // 3)
    with _server() as client:
        for lines in SOURCES:
            _first_audio(client, lines, _lines(lines, WARM_UP))
        first_words: list[float] = []
        usual = _first_audio(client, LINES, _lines(LINES, requests), first_words)
        short, long = _alternating(client, requests)
        stopping = _stops(client, stops)
        changing = _rates(client, stops)
    words = _words(_lines(LINES, PEER_CALLS))
    peer = espeak_first_audio(words)
    killed = espeak_time_to_kill(words)
    name = ESPEAK_COMMAND
    p50, p99 = statistics.median(usual), _percentile(usual, 0.99)
    theirs = statistics.median(peer) if peer else None
    short_p50 = statistics.median(short)
    found = [
        figure("lsp.first_audio.p50", p50, "ms", 1.5, theirs, name),
        figure("lsp.first_audio.p99", p99, "ms", 4.0, _percentile(peer, 0.99) if peer else None, name),
        figure("lsp.first_word.p50", statistics.median(first_words), "ms", None, theirs, name),
        figure("lsp.first_word.p99", _percentile(first_words, 0.99), "ms", None),
        figure(
            "lsp.first_audio.long_file",
            statistics.median(long),
            "ms",
            round(1.2 * short_p50, 3),
            short_p50,
            f"a file of {SHORT:,} lines",
        ),
        figure(
            "lsp.stop",
            _percentile(stopping, 0.95),
            "ms",
            5.0,
            _percentile(killed, 0.95) if killed else None,
            "kill of espeak-ng",
        ),
    ]
    found += [figure("lsp.rate", _percentile(changing, 0.95), "ms", 100.0), *natural]
    if theirs is not None:
        found.append(figure("lsp.first_audio.fifth", p50, "ms", round(theirs / 5, 3), theirs, name))
    return found


def natural_latency_figures(requests: int) -> list[Figure]:
    """First audio of lines and of spelled words in the natural voices that every installation has."""
    with _server(NATURAL) as client:
        if client.result("status")["engine"] == "espeak":  # there are none here
            return []
        _wait_until_loaded(client)
        _first_audio(client, LINES, _lines(LINES, WARM_UP))
        places = _lines(LINES, requests)
        words: list[float] = []
        reading = _first_audio(client, LINES, places, words)
        spelling = _first_audio(client, LINES, places, spells=True)
    return [
        figure("lsp.natural.first_word.p50", _percentile(words, 0.5), "ms", 20.0),
        figure("lsp.natural.first_word.p99", _percentile(words, 0.99), "ms", 50.0),
        figure("lsp.natural.first_audio.p50", _percentile(reading, 0.5), "ms", None),
        figure("lsp.natural.spell.p50", _percentile(spelling, 0.5), "ms", 50.0),
    ]


def _usual() -> str:
    return python_source(LINES)


def _short() -> str:
    return python_source(SHORT)


def _long() -> str:
    return _short() * (LONG // SHORT)


SOURCES: Mapping[int, Callable[[], str]] = {LINES: _usual, SHORT: _short, LONG: _long}


def _lines(lines: int, count: int) -> tuple[int, ...]:
    """Numbers of so many lines with words, all over the file of that length."""
    return lines_with_words(SOURCES[lines](), count)


@contextmanager
def _server(engine: str = "espeak") -> Iterator[LspClient]:
    client = LspClient()
    try:
        client.start(audio="client", engine=engine)
        for lines, source in SOURCES.items():
            client.open(_uri(lines), source())
        yield client
        client.stop()
    finally:
        client.kill()


def _uri(lines: int) -> str:
    return f"untitled:{lines}.py"


def _first_audio(
    client: LspClient,
    lines: int,
    places: Iterable[int],
    words: list[float] | None = None,
    spells: bool = False,
) -> list[float]:
    """Milliseconds from sending a request to having decoded the first audio, for some lines of a file.

    The first audio is the cue of an indented line, else the breath before a word. `words` collects the times
    to the chunk in which the first word begins. `spells`: the word at the end of the line is spelled instead.
    """
    took = []
    name, what = ("say", {"what": "spell"}) if spells else ("read", {"unit": "line"})
    for line in places:
        place = {"line": line, "character": 10_000 if spells else 0}
        arguments = {"uri": _uri(lines), "position": place, **what}
        began = time.perf_counter()
        number = client.ask(
            "workspace/executeCommand", {"command": f"codechoir.server.{name}", "arguments": [arguments]}
        )
        first = client.wait(
            lambda message: message.get("method") == "codechoir/audio" and bool(message["params"]["pcm"])
        )
        took.append((time.perf_counter() - began) * 1000)
        if words is not None:
            if not first["params"]["marks"]:
                client.wait(lambda message: bool(message.get("params", {}).get("marks")))
            words.append((time.perf_counter() - began) * 1000)
        client.answer(number)
        client.result("stop")
        client.wait_for("codechoir/state", session=first["params"]["session"], state="stopped")
        client.inbox.clear()
    return took


def _alternating(client: LspClient, requests: int) -> tuple[list[float], list[float]]:
    """First audio of the same lines in the short and the long file, all over the long one.

    They alternate every few lines, so that a busy moment affects both.
    """
    short: list[float] = []
    long: list[float] = []
    places = _lines(SHORT, requests)
    copies = LONG // SHORT
    for at in range(0, requests, ALTERNATE_AFTER):
        few = places[at : at + ALTERNATE_AFTER]
        short += _first_audio(client, SHORT, few)
        long += _first_audio(client, LONG, [SHORT * (at * copies // requests) + line for line in few])
    return short, long


def _rates(client: LspClient, times: int) -> list[float]:
    """Milliseconds from sending a new rate, while a word sounds, to the first audio at that rate."""
    took = []
    for turn, line in enumerate(_lines(LINES, times)):
        arguments = {"uri": _uri(LINES), "unit": "from-cursor", "position": {"line": line, "character": 0}}
        session = client.result("read", **arguments)["session"]
        first = client.wait(lambda message: bool(message.get("params", {}).get("marks")))["params"]["marks"][
            0
        ]
        middle = first["sample"] + first["length"] // 2
        client.wait(partial(_is_audio, after=middle))
        client.notify("codechoir/ack", {"session": session, "playedSamples": middle})
        began = time.perf_counter()
        rate = {"command": "codechoir.server.rate", "arguments": [{"wpm": 180 + turn % 2 * 120}]}
        number = client.ask("workspace/executeCommand", rate)
        client.wait(partial(_is_audio, newer_than=session))
        took.append((time.perf_counter() - began) * 1000)
        client.answer(number)
        client.result("stop")
        client.inbox.clear()
    return took


def _is_audio(message: Message, after: int = -1, newer_than: int = 0) -> bool:
    """Whether a message is audio that begins after a sample, of a session after another."""
    if message.get("method") != "codechoir/audio":
        return False
    given = message["params"]
    return bool(given["pcm"]) and given["firstSample"] > after and given["session"] > newer_than


def _stops(client: LspClient, times: int) -> list[float]:
    """Milliseconds from sending stop, while audio is being sent, to its answer, after which none is sent."""
    took = []
    for line in _lines(LINES, times):
        place = {"uri": _uri(LINES), "position": {"line": line, "character": 0}}
        session = client.result("read", unit="from-cursor", **place)["session"]
        client.wait_for("codechoir/audio", session=session)
        began = time.perf_counter()
        client.result("stop")
        took.append((time.perf_counter() - began) * 1000)
        client.inbox.clear()
    return took


def _words(lines: Sequence[int]) -> list[str]:
    """The words of some lines of the usual file, as one text each."""
    from codechoir.languages import detect_language
    from codechoir.pipeline import SpeechPipeline
    from codechoir.settings import Settings
    from codechoir.syntax import Document

    pipeline = SpeechPipeline(Settings(engine="espeak"))
    snapshot = Document(python_source(LINES), detect_language("a.py", b"")).snapshot()
    texts = []
    for line in lines:
        phrases = pipeline.phrases(snapshot, *snapshot.line_range(line))
        texts.append(" ".join(part.utterance.text for phrase in phrases for part in phrase.parts))
    return texts


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


# ---- the start ---------------------------------------------------------------------------------------------

STARTS = 7
READINGS = 20

NATURAL = "fastest"
"""The setting `engine` that natural voices are measured with: those that every installation has."""

LOAD_POLLS, LOAD_POLL_SECONDS = 300, 0.1

BARE = (
    sys.executable,
    "-c",
    "from pygls.lsp.server import LanguageServer; LanguageServer('bare', '0').start_io()",
)
PEER = "a bare pygls server"

HEAVY = ("torch", "TTS", "numpy", "scipy", "transformers")


def start_figures(starts: int = STARTS) -> list[Figure]:
    """Time to `initialize` answered and to the first sound, memory after reading, what must not be loaded.

    `initialize` is answered before parsers and engines are loaded; a listener waits for `start.first_audio`.
    """
    ours, peer, sound, answer, natural = [], [], [], [], []
    for _ in range(starts):
        ours.append(_initialize(SERVER))
        peer.append(_initialize(BARE))
        sound.append(_time_to_first_sound("espeak"))
        natural.append(_time_to_first_sound(NATURAL))
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
        figure(
            "start.natural.first_audio",
            statistics.median(natural),
            "ms",
            700.0,
            statistics.median(sound),
            "with eSpeak NG",
        ),
        figure("start.heavy_imports", len(_heavy_imports()), "packages", 0.0),
    ]
    bare = _memory_of_bare()
    for name, engine, goal in (("start.memory", "espeak", 120.0), ("start.natural.memory", NATURAL, 200.0)):
        memory = _memory_at_work(engine)
        if memory is not None:
            found.append(figure(name, memory, "MB", goal, bare, PEER))
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


def _time_to_first_sound(engine: str) -> float:
    """Milliseconds from starting the process to the first audio of a line that is requested at once."""
    began = time.perf_counter()
    client = LspClient(errors=subprocess.DEVNULL)
    try:
        client.start(audio="client", engine=engine)
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


def _memory_at_work(engine: str) -> float | None:
    """Megabytes after lines all over a long file were read, with those of the natural voices' process."""
    client = LspClient()
    try:
        client.start(audio="client", engine=engine)
        _wait_until_loaded(client)
        source = python_source(LINES)
        client.open("untitled:a.py", source)
        for line in lines_with_words(source, READINGS):
            client.result("read", uri="untitled:a.py", unit="line", position={"line": line, "character": 0})
            client.wait(lambda message: message.get("method") == "codechoir/audio")
        sizes = [resident_megabytes(client.process.pid)]
        if engine == NATURAL:
            sizes.append(max((resident_megabytes(child) or 0.0 for child in _children(client)), default=None))
        return None if None in sizes else sum(size or 0.0 for size in sizes)
    finally:
        client.kill()


def _wait_until_loaded(client: LspClient) -> None:
    """Waits until the engine's process is loaded, so that no other engine reads in its place."""
    for _ in range(LOAD_POLLS):
        if client.result("status")["engineLoaded"]:
            return
        time.sleep(LOAD_POLL_SECONDS)


def _children(client: LspClient) -> list[int]:
    """The processes that the server has started; none where the system does not tell."""
    found = Path(f"/proc/{client.process.pid}/task").glob("*/children")
    return [int(child) for file in found for child in file.read_text(encoding="ascii").split()]


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
