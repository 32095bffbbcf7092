"""The language server from an editor's side: from a request to the first audio, to a new rate, to silence."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from codechoir.bench import baseline_espeak
from codechoir.bench.corpora import lines_with_words, python_source
from codechoir.bench.lsp_client import LspClient, Message
from codechoir.bench.runner import Figure, figure

LINES = 10_000
SHORT, LONG = 1_000, 100_000
REQUESTS = 300
PEER_CALLS = 15
STOPS = 60
ALTERNATE_AFTER = 10
WARM_UP = 20


def figures(requests: int = REQUESTS, stops: int = STOPS) -> list[Figure]:
    """First audio in files of three lengths, stop, and rate, all in one server; then the peer.

    The long file is the short one repeated, so that the same lines are read in both.
    """
    with _server() as client:
        for lines in SOURCES:
            _first_audio(client, lines, _lines(lines, WARM_UP))
        first_words: list[float] = []
        usual = _first_audio(client, LINES, _lines(LINES, requests), first_words)
        short, long = _alternating(client, requests)
        stopping = _stops(client, stops)
        changing = _rates(client, stops)
    words = _words(_lines(LINES, PEER_CALLS))
    peer = baseline_espeak.first_audio(words)
    killed = baseline_espeak.time_to_kill(words)
    name = baseline_espeak.COMMAND_NAME
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
    found.append(figure("lsp.rate", _percentile(changing, 0.95), "ms", 100.0))
    if theirs is not None:
        found.append(figure("lsp.first_audio.fifth", p50, "ms", round(theirs / 5, 3), theirs, name))
    return found


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
def _server() -> Iterator[LspClient]:
    client = LspClient()
    try:
        client.start(audio="client", engine="espeak")
        for lines, source in SOURCES.items():
            client.open(_uri(lines), source())
        yield client
        client.stop()
    finally:
        client.kill()


def _uri(lines: int) -> str:
    return f"untitled:{lines}.py"


def _first_audio(
    client: LspClient, lines: int, places: Iterable[int], words: list[float] | None = None
) -> list[float]:
    """Milliseconds from sending a request to having decoded the first audio, for some lines of a file.

    The first audio is the cue of an indented line, else the breath before a word. `words` collects the times
    to the chunk in which the first word begins.
    """
    took = []
    for line in places:
        arguments = {"uri": _uri(lines), "unit": "line", "position": {"line": line, "character": 0}}
        began = time.perf_counter()
        number = client.ask(
            "workspace/executeCommand", {"command": "codechoir.server.read", "arguments": [arguments]}
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

    pipeline = SpeechPipeline(Settings())
    snapshot = Document(python_source(LINES), detect_language("a.py", b"")).snapshot()
    texts = []
    for line in lines:
        phrases = pipeline.phrases(snapshot, *snapshot.line_range(line))
        texts.append(" ".join(part.utterance.text for phrase in phrases for part in phrase.parts))
    return texts


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
