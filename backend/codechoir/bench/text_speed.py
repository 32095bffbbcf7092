"""Text to spans, and spans to words: whole files, lines, edits; beside Pygments, which only does the
first."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle

from codechoir.bench.corpora import lines_with_words, python_source
from codechoir.bench.runner import Figure, figure
from codechoir.bench.words_per_token import GOAL, words_per_token
from codechoir.languages import detect_language
from codechoir.lsp import tune_gc
from codechoir.settings import WordingOptions
from codechoir.syntax import Document, Snapshot
from codechoir.wording import Wording

LINES = 10_000
VISIBLE_LINES = 60
"""Lines that an editor's window shows."""

FILES, WINDOWS, EDITS = 5, 50, 100
WORDED_FILES, WORDED_LINES = 3, 200
"""How often each is measured."""

_NAME = re.compile(rb"\b[a-z]{4,}\b")


def tokenise_figures() -> list[Figure]:
    """`tokenise.file`, `.window`, and `.edit`: from typing or deleting a letter of a name to the spans of the
    visible lines."""
    text = python_source(LINES)
    language = detect_language("a.py", b"")
    document = Document(text, language)
    snapshot = document.snapshot()
    middle = LINES // 2
    start = snapshot.line_range(middle)[0]
    end = snapshot.line_range(middle + VISIBLE_LINES)[1]
    snapshot.spans(start, end)
    tune_gc()  # as in the language server, whose work this is

    keys = cycle([("x", 0), ("", 1)])
    name = _NAME.search(snapshot.text, start)
    typed = name.start() + 1 if name else start

    def edit() -> None:
        new, old = next(keys)
        document.edit(typed, typed + old, new)
        document.snapshot().spans(start, end)

    whole = _median(lambda: Document(text, language).snapshot().spans(), FILES)
    window = _median(lambda: snapshot.spans(start, end), WINDOWS)
    edited = _median(edit, EDITS)
    peer, peer_name = _median(lambda: _pygments(text), FILES), "Pygments, the whole file"
    return [
        figure("tokenise.file", whole, "ms", None, peer, peer_name),
        figure("tokenise.window", window, "ms", None, peer, peer_name),
        figure("tokenise.edit", edited, "ms", 5.0, peer, peer_name),
    ]


def wording_figures() -> list[Figure]:
    """`wording.file`, `.literal`, and `.line`: the words of one line of a long file, spans included; and
    `.words_per_token`, which is no time: how long readings are."""
    text = python_source(LINES)
    snapshot = Document(text, detect_language("a.py", b"")).snapshot()
    snapshot.spans()
    wording = Wording()
    wording.warm_up("python")
    literal = Wording(WordingOptions(level="literal"))
    literal.warm_up("python")

    peer_file, peer_name = _median(lambda: _pygments(text), WORDED_FILES), "Pygments and a join"
    lines = [snapshot.line_range(number) for number in lines_with_words(text, WORDED_LINES)]
    ours = sorted(_milliseconds(partial(_first_line, wording, snapshot, line)) for line in lines)
    peer = sorted(_milliseconds(partial(_pygments, snapshot.text[slice(*line)].decode())) for line in lines)
    whole = _median(lambda: _all_lines(wording, snapshot), WORDED_FILES)
    whole_literal = _median(lambda: _all_lines(literal, snapshot), WORDED_FILES)
    return [
        figure("wording.file", whole, "ms", None, peer_file, peer_name),
        figure("wording.literal", whole_literal, "ms", None, peer_file, peer_name),
        figure("wording.line.p50", _quantile(ours, 0.5), "ms", 1.0, _quantile(peer, 0.5), peer_name),
        figure("wording.line.p99", _quantile(ours, 0.99), "ms", None, _quantile(peer, 0.99), peer_name),
        figure("wording.words_per_token", words_per_token(), "words", GOAL),
    ]


def _first_line(wording: Wording, snapshot: Snapshot, line: tuple[int, int]) -> None:
    next(wording.lines(snapshot, *line), None)


def _all_lines(wording: Wording, snapshot: Snapshot) -> None:
    for _ in wording.lines(snapshot):
        pass


def _pygments(text: str) -> str:
    from pygments.lexers.python import PythonLexer

    return " ".join(value for _, _, value in PythonLexer().get_tokens_unprocessed(text))


def _median(work: Callable[[], object], times: int) -> float:
    """The median of so many runs, in milliseconds."""
    return statistics.median(_milliseconds(work) for _ in range(times))


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _quantile(ascending: list[float], share: float) -> float:
    return ascending[min(round(share * len(ascending)), len(ascending) - 1)]
