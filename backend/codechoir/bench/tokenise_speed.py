"""Text to spans: a whole file, a window of it, and a window after an edit, beside Pygments."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from itertools import cycle

from codechoir.bench.corpora import python_source
from codechoir.bench.runner import Figure, figure
from codechoir.languages import detect_language
from codechoir.lsp import tune_gc
from codechoir.syntax import Document

LINES = 10_000
VISIBLE = 60
"""Lines that a window of an editor shows."""

FILES, WINDOWS, EDITS = 5, 50, 100
_NAME = re.compile(rb"\b[a-z]{4,}\b")
PEER = "Pygments, the whole file"


def figures() -> list[Figure]:
    """`tokenise.edit`: a letter typed into a name, or taken away again, to the spans of the visible lines."""
    text = python_source(LINES)
    language = detect_language("a.py", b"")
    document = Document(text, language)
    snapshot = document.snapshot()
    middle = LINES // 2
    start = snapshot.line_range(middle)[0]
    end = snapshot.line_range(middle + VISIBLE)[1]
    snapshot.spans(start, end)
    tune_gc()  # as the language server does, whose work this is

    keys = cycle([("x", 0), ("", 1)])
    name = _NAME.search(snapshot.text, start)
    typed = name.start() + 1 if name else start

    def edited() -> None:
        new, old = next(keys)
        document.edit(typed, typed + old, new)
        document.snapshot().spans(start, end)

    whole = _median(lambda: Document(text, language).snapshot().spans(), FILES)
    window = _median(lambda: snapshot.spans(start, end), WINDOWS)
    edit = _median(edited, EDITS)
    peer = _median(lambda: _pygments(text), FILES)
    return [
        figure("tokenise.file", whole, "ms", None, peer, PEER),
        figure("tokenise.window", window, "ms", None, peer, PEER),
        figure("tokenise.edit", edit, "ms", 5.0, peer, PEER),
    ]


def _pygments(text: str) -> None:
    from pygments.lexers.python import PythonLexer

    for _ in PythonLexer().get_tokens_unprocessed(text):
        pass


def _median(work: Callable[[], object], times: int) -> float:
    """Milliseconds of the middle one of so many runs."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)
