"""Random words, voices, pitches and ranges: no text ends eSpeak NG's process, which the helper would show.

`FUZZ_SECONDS` bounds it and makes each run different; without it, 3 seconds of the same texts. `FUZZ_SEED`
repeats a run.
"""

from __future__ import annotations

import time
from random import Random

import pytest
from codechoir.engines.espeak import HelperLibrary, SynthParams, safe
from codechoir.engines.espeak.espeak_library import LibraryData
from codechoir.engines.espeak.safe_text import alphabet_of
from support.fuzzing import SECONDS, SEED

WORDS = (
    *("equals", "iknn", "uqlq", "zzz", "12345", "of", "the", "x", "0x1f", "user"),
    *("ぷ", "😀", "\ue000", "λ", "字"),
)


def random_word(random: Random) -> str:
    if random.random() < 0.5:
        return random.choice(WORDS)
    limit = random.choice([0x80, 0x250, 0x3000, 0x110000])
    return "".join(chr(random.randrange(33, limit)) for _ in range(random.randrange(1, 9)))


@pytest.mark.timeout(SECONDS + 120)
def test_no_text_ends_the_process() -> None:
    random = Random(SEED)
    loaded = HelperLibrary(LibraryData())
    families = [*loaded.languages, *(f"en-us+{variant}" for variant in loaded.variants)]
    first = loaded.pid
    deadline = time.monotonic() + SECONDS
    try:
        while time.monotonic() < deadline:
            family = random.choice(families)
            words = (safe(random_word(random), alphabet_of(family)) for _ in range(random.randrange(1, 6)))
            text = " ".join(filter(None, words))
            pitch, range_ = random.choice([0, 0, 25, 50, 99]), random.choice([0, 50, 75, 99])
            params = SynthParams(family, random.choice([80, 175, 449]), pitch, range_, 100)
            loaded.say(text, params, lambda pcm, words: True)
            assert loaded.pid == first, f"seed {SEED}: {text!r} with {params} ended the process"
    finally:
        loaded.close()
