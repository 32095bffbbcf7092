"""No voice starts a syllable so low that the library ends the process, whatever the settings."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from codechoir.engines.espeak import SynthParams, library, synth_params
from codechoir.engines.espeak.espeak_library import (
    LOWEST_START_HZ,
    NORMAL_RANGE,
    PitchSpan,
    lowest_start,
    pitch_adjustment,
    read_span,
    safe_range,
)
from codechoir.model import Category
from support.speech import voice_of

SAY_ALL = """
import json, sys
from codechoir.engines.espeak import SynthParams, library
loaded = library()
for line in sys.stdin:
    print(line, end="", flush=True)
    family, pitch, range_, text = json.loads(line)
    for _ in range(3):
        loaded.say(text, SynthParams(family, 175, pitch, range_, 100), lambda pcm, words: True)
"""


def every_family() -> list[str]:
    loaded = library()
    return [*loaded.languages, *(f"en-us+{variant}" for variant in loaded.variants)]


def test_every_voice_starts_high_enough_whatever_pitch_and_range() -> None:
    loaded = library()
    spans = {family: loaded.pitch_span(family) for family in every_family()}
    assert len(set(spans.values())) > 40, "the voice files were not read"
    for span in set(spans.values()):
        for pitch in range(100):
            for range_ in range(100):
                safe = safe_range(span, pitch, range_)
                assert safe <= range_
                assert safe == range_ or safe >= NORMAL_RANGE
                assert lowest_start(span, pitch, safe) >= LOWEST_START_HZ or safe <= NORMAL_RANGE


def test_the_range_is_lowered_no_further_than_needed() -> None:
    span = PitchSpan(120, 280)
    safe = safe_range(span, 0, 99)
    assert lowest_start(span, 0, safe) >= LOWEST_START_HZ > lowest_start(span, 0, safe + 1)


def test_the_guard_reaches_the_library() -> None:
    loaded = library()
    params = SynthParams("en-us+Annie", 175, 0, 97, 100)
    assert loaded.guarded(params) == params._replace(range=safe_range(PitchSpan(120, 280), 0, 97))


@pytest.mark.parametrize("category", Category)
def test_no_voice_of_the_shipped_profile_changes(category: Category) -> None:
    loaded = library()
    params = synth_params(voice_of(category), "en", loaded)
    assert loaded.guarded(params) == params


def test_the_pitch_line_of_a_voice_file() -> None:
    assert read_span(["name x", "pitch  50 130", "voicing 1"]) == (50, 130)
    assert read_span(["# pitch 1 2", "pitch", "pitch a b", "pitchx 3 4"]) == (80, 118)
    assert read_span(["pitch 75 120  // men", "pitch 60 90"]) == (60, 90)


def test_a_variant_counts_instead_of_its_language() -> None:
    loaded = library()
    assert loaded.pitch_span("lv") == (67, 123)
    assert loaded.pitch_span("lv+Annie") == (120, 280)
    assert loaded.pitch_span("lv+fast") == (80, 118)


def test_the_adjustment_is_an_octave_for_50_steps() -> None:
    assert [pitch_adjustment(pitch) for pitch in (0, 20, 21, 50, 75, 99)] == [64, 84, 86, 128, 181, 252]


ENDED_THE_PROCESS = [
    ("en-us+Annie", 0, 97, "equals"),
    ("en-us+Annie", 0, 78, "iknn uqlq"),
    ("en-us+Annie", 32, 99, "iknn uqlq"),
    *(
        (f"en-us+{variant}", 50, range_, text)
        for variant in ("Demonic", "rob")
        for range_ in (82, 89, 99)
        for text in ("equals", "iknn uqlq", "x = user list, 12345")
    ),
    *(
        (family, pitch, 99, text)
        for pitch in (0, 25, 50)
        for family, text in (
            ("lv", "zzz"),
            ("vi", "12345"),
            ("chr-US-Qaaa-x-west", "ぷ"),
            ("en-us+Lee", "zzz"),
        )
    ),
]


def test_what_ended_the_process_is_said() -> None:
    """In a process of its own: each of these ended it before the range was lowered."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", SAY_ALL],
        input="".join(json.dumps(one) + "\n" for one in ENDED_THE_PROCESS),
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, f"status {done.returncode} at {done.stdout.splitlines()[-1:]}: {done.stderr}"
    assert len(done.stdout.splitlines()) == len(ENDED_THE_PROCESS)
