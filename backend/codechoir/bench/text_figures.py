"""The text that benchmarks read, from text to spans and from spans to words: how fast, and how many words.

Whole files, lines and edits are measured beside Pygments, which only does the first.
`python -m codechoir.bench.text_figures [FILE …]` prints how many words are said per token of the source, the
figure `wording.words_per_token`, and which words cost most.
"""

from __future__ import annotations

import json.decoder
import re
import statistics
import sys
import sysconfig
import textwrap
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import tree_sitter

from codechoir.bench.runner import Figure, figure
from codechoir.languages import detect_language, load_grammar
from codechoir.model import Category, Phrase, Span, Utterance
from codechoir.pipeline import SpeechPipeline
from codechoir.settings import Settings, WordingOptions
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
    from codechoir.lsp import tune_gc

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
        figure("wording.words_per_token", words_per_token(), "words", WORDS_PER_TOKEN_GOAL),
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


# ---- words per token ---------------------------------------------------------------------------------------

WORDS_PER_TOKEN_GOAL = 0.8
"""Words per token: what a person says who reads code to a colleague is 0.70 to 0.77."""

_LISTED = 60
"""Lines of each table of the breakdown."""


class WordCount(NamedTuple):
    """`words`: those said outside comments, the narrator's too. `tokens`: the leaves of the tree there."""

    words: int
    tokens: int


def count(snapshot: Snapshot, options: WordingOptions | None = None) -> WordCount:
    """The words and the tokens of a document in a language that has a grammar."""
    words = sum(len(utterance.text.split()) for utterance, _ in _said(snapshot, options))
    return WordCount(words, _leaves(snapshot))


def words_per_token(files: Sequence[Path] = ()) -> float:
    """The words of all files over their tokens; by default of the files that the benchmarks read."""
    counts = [count(_snapshot(path)) for path in files or source_files()]
    return sum(one.words for one in counts) / max(1, sum(one.tokens for one in counts))


def _snapshot(path: Path) -> Snapshot:
    text = path.read_bytes()
    return Document(text, detect_language(path.name, text)).snapshot()


def _said(
    snapshot: Snapshot, options: WordingOptions | None = None
) -> Iterator[tuple[Utterance, Span | None]]:
    """The utterances outside comments, each with the span in which it begins."""
    spans = snapshot.spans()
    starts = [span.start for span in spans]
    for utterance in (one for line in Wording(options).lines(snapshot) for one in line):
        index = bisect_right(starts, utterance.start) - 1
        span = spans[index] if index >= 0 and utterance.start < spans[index].end else None
        if span is None or span.category is not Category.COMMENT:
            yield utterance, span


def _leaves(snapshot: Snapshot) -> int:
    """The leaves of the tree that have text, outside comments and docstrings."""
    comments = [span for span in snapshot.spans() if span.category is Category.COMMENT]
    starts = [span.start for span in comments]
    parser = tree_sitter.Parser(load_grammar(snapshot.language.source).language)
    pending, leaves = [parser.parse(snapshot.text).root_node], 0
    while pending:
        node = pending.pop()
        pending += node.children
        if node.child_count or not snapshot.text[node.start_byte : node.end_byte].strip():
            continue
        index = bisect_right(starts, node.start_byte) - 1
        leaves += index < 0 or node.start_byte >= comments[index].end
    return leaves


# ---- the breakdown -----------------------------------------------------------------------------------------


def breakdown(files: Sequence[Path] = ()) -> Iterator[str]:
    """Lines of tables: words per token by file; words by role or capture; the words that cost most."""
    by_kind: Counter[str] = Counter()
    by_text: Counter[tuple[str, str]] = Counter()
    for path in files or source_files():
        snapshot = _snapshot(path)
        words, tokens = count(snapshot)
        yield f"{words / max(1, tokens):6.3f}  {words:6} words  {tokens:6} tokens  {path.name}"
        for utterance, span in _said(snapshot):
            kind = utterance.category.value
            if kind != Category.NARRATION.value and span is not None:
                kind = span.role or utterance.capture or kind
            by_kind[kind] += len(utterance.text.split())
            by_text[kind, utterance.text] += len(utterance.text.split())
    for kind, words in by_kind.most_common(_LISTED):
        yield f"{words:6}  {kind}"
    for (kind, text), words in by_text.most_common(_LISTED):
        yield f"{words:6}  {kind}: {text}"


# ---- the source code ---------------------------------------------------------------------------------------

CORPUS = Path(__file__).parent / "corpus"


def source_files() -> list[Path]:
    """One file per language, written for this; for Python two modules of the standard library."""
    return [*sorted(CORPUS.iterdir()), Path(textwrap.__file__), Path(json.decoder.__file__)]


def phrases(settings: Settings) -> Iterator[Phrase]:
    """Every line of the source files that has at least two utterances with words."""
    pipeline = SpeechPipeline(settings)
    for path in source_files():
        text = path.read_bytes()
        snapshot = Document(text, detect_language(path.name, text)).snapshot()
        for phrase in pipeline.phrases(snapshot):
            worded = [part for part in phrase.parts if part.utterance.text]
            if len(worded) > 1:
                yield phrase


@cache
def python_source(lines: int) -> str:
    """So many lines of real Python code, always the same on one version of Python."""
    return "".join(islice(cycle(_library()), lines))


@cache
def lines_with_words(source: str, count: int) -> tuple[int, ...]:
    """Numbers, from 0, of `count` lines with at least three words, evenly spread over the source."""
    lines = source.splitlines()
    wordy = [number for number, line in enumerate(lines) if len(line.split()) >= 3]
    return tuple(wordy[index * len(wordy) // count] for index in range(count))


@cache
def _library() -> tuple[str, ...]:
    """The lines of the library's modules, in the order of their names; each ends with LF."""
    folder = Path(sysconfig.get_path("stdlib"))
    found: list[str] = []
    for file in sorted(folder.glob("*.py")):
        text = file.read_text(encoding="utf-8", errors="replace")
        found += [f"{line}\n" for line in text.splitlines()]
    return tuple(found)


if __name__ == "__main__":
    for line in breakdown([Path(name) for name in sys.argv[1:]]):
        sys.stdout.write(f"{line}\n")
