"""How many words are said per token of the source, and which words cost most.

The figure is `wording.words_per_token`; `python -m codechoir.bench.words_per_token [FILE …]` prints the
breakdown.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import tree_sitter

from codechoir.bench.corpora import source_files
from codechoir.languages import detect_language, load_grammar
from codechoir.model import Category, Span, Utterance
from codechoir.settings import WordingOptions
from codechoir.syntax import Document, Snapshot
from codechoir.wording import Wording

GOAL = 0.8
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


if __name__ == "__main__":
    for line in breakdown([Path(name) for name in sys.argv[1:]]):
        sys.stdout.write(f"{line}\n")
