"""Random edits of sources in every language: the spans, and the words at the level `literal`, are right.

By hand, at length: `FUZZ_CASES=50000 make fuzz`, or `FUZZ_SECONDS=600 make fuzz`. `FUZZ_TIMES=times.tsv`
measures every shape of a hostile text in every language (`-k "shape and kotlin"`: in one), and appends to the
file: language, shape, and seconds of processor time for the spans and symbols, and for the words as well.
"""

from __future__ import annotations

import os
import time
from operator import attrgetter
from pathlib import Path
from random import Random

import pytest
from codechoir.languages import Language
from codechoir.settings import WordingOptions
from codechoir.syntax import Document
from codechoir.wording import Wording, decode_literal
from support.fuzzing import SECONDS, SEED, cases
from support.hostile import LANGUAGES, edit, excerpt, shapes, texts

TIMEOUT = pytest.mark.timeout(SECONDS + 3600)
EDITS_OF_A_TEXT = 8
SIZE = 700
TIMES = os.environ.get("FUZZ_TIMES")
SHAPES_IN_CI = 2


def edited(random: Random, language: Language) -> Document:
    """A document after a few edits, parsed after most of them."""
    document = Document(excerpt(random, language, SIZE), language)
    for _ in range(random.randrange(1, EDITS_OF_A_TEXT)):
        if random.random() < 0.8:
            document.snapshot().spans(0, 1)
        start, end, new = edit(random, language, document.lines().text)
        document.edit(start, end, new)
    return document


@TIMEOUT
def test_edits_give_the_spans_of_a_fresh_parse() -> None:
    for case in cases(2000):
        random = Random(SEED + case)
        document = edited(random, LANGUAGES[case % len(LANGUAGES)])
        snapshot = document.snapshot()
        fresh = Document(snapshot.text, document.language).snapshot()
        assert snapshot.spans() == fresh.spans(), f"FUZZ_SEED={SEED + case}: {snapshot.text!r}"


@TIMEOUT
def test_windows_give_the_spans_of_the_whole() -> None:
    for case in cases(300):
        random = Random(SEED + case)
        snapshot = edited(random, LANGUAGES[case % len(LANGUAGES)]).snapshot()
        size = len(snapshot.text)
        whole = Document(snapshot.text, snapshot.language).snapshot().spans()
        for _ in range(5):
            start = random.randrange(size + 1)
            end = random.randrange(start + 1, size + 2)
            expected = [span for span in whole if span.start < end and span.end > start]
            assert snapshot.spans(start, end) == expected, f"FUZZ_SEED={SEED + case}: {start} to {end}"


@TIMEOUT
def test_the_literal_level_gives_every_text_back() -> None:
    wording = Wording(WordingOptions(level="literal"))
    for case in cases(300):
        random = Random(SEED + case)
        snapshot = edited(random, LANGUAGES[case % len(LANGUAGES)]).snapshot()
        said = [utterance for line in wording.lines(snapshot) for utterance in line]
        written = decode_literal((utterance.text, utterance.category.value) for utterance in said)
        assert written == snapshot.text, f"FUZZ_SEED={SEED + case}: {snapshot.text!r}"


@TIMEOUT
def test_ten_kilobytes_never_take_long() -> None:
    """Parsing, spans and words of rows, soups and broken sources: 0.3 s on a machine without other work."""
    wording = Wording()
    for case in cases(3 * len(LANGUAGES)):
        random = Random(SEED + case)
        language = LANGUAGES[case % len(LANGUAGES)]
        text = next(texts(random, language, 10_000))
        started = time.thread_time()
        snapshot = Document(text, language).snapshot()
        snapshot.symbols()
        assert list(wording.lines(snapshot)) or not text.strip()
        seconds = time.thread_time() - started
        assert seconds < 3, f"FUZZ_SEED={SEED + case}: {seconds:.1f} s for {text[:80]!r}"


def seconds_for(language: Language, text: bytes, wording: Wording) -> tuple[float, float]:
    """Processor time for spans and symbols, and for the words as well: the better of two if recorded."""
    found = []
    for _ in range(2 if TIMES else 1):
        started = time.process_time()
        snapshot = Document(text, language).snapshot()
        snapshot.spans()
        snapshot.symbols()
        parsed = time.process_time()
        for _ in wording.lines(snapshot):
            pass
        found.append((parsed - started, time.process_time() - started))
    return min(found)


@TIMEOUT
@pytest.mark.parametrize("language", LANGUAGES, ids=attrgetter("name"))
def test_no_shape_of_ten_kilobytes_takes_long(language: Language) -> None:
    wording = Wording()
    seconds_for(language, b"a b\n", wording)  # queries and tables are loaded
    every = list(shapes(language, 10_000))
    chosen = every if TIMES else Random(SEED).sample(every, SHAPES_IN_CI)
    for shape, text in chosen:
        parsed, worded = seconds_for(language, text, wording)
        if TIMES:
            with Path(TIMES).open("a", encoding="utf-8") as file:
                file.write(f"{language.name}\t{shape}\t{parsed:.3f}\t{worded:.3f}\n")
        assert worded < 3, f"{shape}: {worded:.1f} s"
