"""Earcons: what they sound like, measured."""

from __future__ import annotations

import logging
import tomllib
from array import array
from itertools import pairwise

import pytest
from codechoir.audio.samples import render_earcon
from codechoir.storage import resource_path

RATE = 22050
CUES = list(tomllib.loads(resource_path("voices", "cues.toml").read_text(encoding="utf-8")))


def samples(name: str) -> array[int]:
    return array("h", render_earcon(name, RATE))


def frequency(sound: array[int]) -> float:
    """Hertz of a pure tone, from its rising zero crossings."""
    rising = [i for i, (a, b) in enumerate(pairwise(sound[:-20])) if a < 0 <= b]
    return RATE * (len(rising) - 1) / (rising[-1] - rising[0])


@pytest.mark.parametrize("level", [0, 1, 6, 12])
def test_indentation_sounds_for_40_ms_and_an_octave_higher_every_six_levels(level: int) -> None:
    sound = samples(f"indent-{level}")
    assert len(sound) == RATE * 40 // 1000
    assert frequency(sound) == pytest.approx(220 * 2 ** (level / 6), rel=0.02)


@pytest.mark.parametrize("name", CUES)
def test_a_cue_begins_and_ends_in_silence_and_is_softer_than_speech(name: str) -> None:
    sound = samples(name)
    assert sound
    assert max(map(abs, (sound[0], sound[-1]))) < 40
    assert 100 < max(map(abs, sound)) < 32767 * 10 ** (-18 / 20)
    assert max(abs(b - a) for a, b in pairwise(sound)) < 1500


def test_every_cue_sounds_different() -> None:
    assert len({render_earcon(name, RATE) for name in CUES}) == len(CUES)


def test_a_closing_bracket_is_its_opening_one_backwards() -> None:
    assert len(render_earcon("paren-open", RATE)) == len(render_earcon("paren-close", RATE))
    assert render_earcon("paren-open", RATE) != render_earcon("paren-close", RATE)


@pytest.mark.parametrize("name", ["trumpet", "indent-x", "rule-3", ""])
def test_an_unknown_cue_is_silent_and_told_once(name: str, caplog: pytest.LogCaptureFixture) -> None:
    render_earcon.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert render_earcon(name, RATE) == b""
        assert render_earcon(name, RATE) == b""
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"'{name}'" in caplog.text


def test_a_cue_is_rendered_for_the_engines_own_rate() -> None:
    assert len(render_earcon("indent-3", 24000)) == 2 * 960
