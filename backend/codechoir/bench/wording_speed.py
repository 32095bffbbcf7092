"""Spans to words: a whole file, one line in it, the literal level; beside Pygments with its texts joined."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

from codechoir.bench.corpora import python_source, telling_lines
from codechoir.bench.runner import Figure, figure
from codechoir.languages import detect_language
from codechoir.settings import WordingOptions
from codechoir.syntax import Document, Snapshot
from codechoir.wording import Wording

LINES = 10_000
SINGLE_LINES = 200
FILES = 3
PEER = "Pygments and a join"


def figures() -> list[Figure]:
    """`wording.line`: the words of one line in the middle of a long file, spans included, median and p99."""
    text = python_source(LINES)
    snapshot = Document(text, detect_language("a.py", b"")).snapshot()
    snapshot.spans()
    wording = Wording()
    wording.warm_up("python")
    literal = Wording(WordingOptions(level="literal"))
    literal.warm_up("python")

    peer_file = _median(lambda: _pygments(text), FILES)
    lines = [snapshot.line_range(number) for number in telling_lines(text, SINGLE_LINES)]
    ours = _each(lambda at: next(wording.lines(snapshot, *at), None), lines)
    peer = _each(lambda at: _pygments(snapshot.text[slice(*at)].decode()), lines)
    return [
        figure("wording.file", _median(lambda: _all(wording, snapshot), FILES), "ms", None, peer_file, PEER),
        figure(
            "wording.literal", _median(lambda: _all(literal, snapshot), FILES), "ms", None, peer_file, PEER
        ),
        figure("wording.line.p50", _share(ours, 0.5), "ms", 1.0, _share(peer, 0.5), PEER),
        figure("wording.line.p99", _share(ours, 0.99), "ms", None, _share(peer, 0.99), PEER),
    ]


def _all(wording: Wording, snapshot: Snapshot) -> None:
    for _ in wording.lines(snapshot):
        pass


def _pygments(text: str) -> str:
    from pygments.lexers.python import PythonLexer

    return " ".join(value for _, _, value in PythonLexer().get_tokens_unprocessed(text))


def _median(work: Callable[[], object], times: int) -> float:
    return statistics.median(_timed(work) for _ in range(times))


def _each(work: Callable[[tuple[int, int]], object], places: list[tuple[int, int]]) -> list[float]:
    """Milliseconds for each place, in ascending order."""
    return sorted(_timed(partial(work, place)) for place in places)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _share(took: list[float], share: float) -> float:
    return took[min(round(share * len(took)), len(took) - 1)]
