"""The engine through its child process, and the passes that it divides lines into."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from codechoir.bench.audio_metrics import pitches
from codechoir.engines import make_engine
from codechoir.engines.natural import NaturalEngine
from codechoir.engines.natural.derived_voices import DERIVED_VOICES
from codechoir.engines.natural.hibari_voice import Floats, HibariVoice, Prosody
from codechoir.engines.natural.hosted_natural import HostedNaturalEngine
from codechoir.engines.natural.line_passes import LinePass, passes_of
from codechoir.engines.natural.pronunciation import Pronunciation
from codechoir.errors import EngineError
from codechoir.model import Category, Phrase, Voice
from codechoir.settings import Settings
from codechoir.voices import Casting, load_profile
from support.listening import Listener
from support.natural_phrases import HEART, line, said

LINE = line(
    said("return", 0, Voice("heart-bass"), category=Category.KEYWORD),
    said("total price", 10),
    said("plus", 20, Voice("heart-baritone"), category=Category.OPERATOR),
    said("one", 30, Voice("heart-small"), category=Category.LITERAL),
)


@pytest.fixture(scope="module")
def hosted() -> HostedNaturalEngine:
    return HostedNaturalEngine()


@pytest.fixture(scope="module")
def engine() -> Iterator[NaturalEngine]:
    engine = NaturalEngine()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def pronunciation(hosted: HostedNaturalEngine) -> Pronunciation:
    return hosted._load().pronunciation


def heard(engine: HostedNaturalEngine | NaturalEngine, *phrases: Phrase) -> Listener:
    listener = Listener()
    engine.speak(phrases, listener)
    return listener


def samples_of(listener: Listener) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.frombuffer(b"".join(chunk.pcm for chunk in listener.chunks), "<i2")


# ---- what a listener gets ----------------------------------------------------------------------------------


def test_the_engine_is_found_by_name_and_works_here() -> None:
    made = make_engine("natural")
    assert isinstance(made, NaturalEngine)
    assert made.check() is None
    assert "hibari" in made.diagnose()


def test_a_line_through_the_child_has_marks_chunks_and_an_end(engine: NaturalEngine) -> None:
    listener = heard(engine, LINE, LINE)
    assert listener.words == ["return", "total", "price", "plus", "one"] * 2
    assert listener.done == 2
    at = 0
    for chunk in listener.chunks:
        assert chunk.first_sample == at and 0 < chunk.samples <= chunk.sample_rate // 50
        assert all(at <= mark.t0 < at + chunk.samples for mark in chunk.marks)
        at += chunk.samples
    for mark, after in pairwise(listener.marks):
        assert mark.t0 < mark.t1 <= after.t0
    assert [(mark.phrase, mark.part, mark.word) for mark in listener.marks[:3]] == [
        (0, 0, 0),
        (0, 1, 0),
        (0, 1, 1),
    ]
    assert [(mark.start, mark.category) for mark in listener.marks[3:5]] == [
        (20, Category.OPERATOR),
        (30, Category.LITERAL),
    ]


def test_the_same_line_sounds_the_same(hosted: HostedNaturalEngine) -> None:
    assert np.array_equal(samples_of(heard(hosted, LINE)), samples_of(heard(hosted, LINE)))


def test_the_first_sound_does_not_wait_for_the_rest_of_the_line(
    hosted: HostedNaturalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []
    spectra = HibariVoice.spectra

    def counted(voice: HibariVoice, prosody: Prosody, begin: int, end: int) -> Floats:
        decoded.append(end - begin)
        return spectra(voice, prosody, begin, end)

    monkeypatch.setattr(HibariVoice, "spectra", counted)
    long = line(said(" ".join(["total price times quantity"] * 5)))
    before_the_first: list[int] = []
    hosted.speak([long], Listener(lambda _: not before_the_first.append(sum(decoded))))
    assert before_the_first[0] <= 24 and sum(decoded) > 500


@pytest.mark.parametrize("family", ["heart", "heart-bass"])
def test_a_word_begins_at_its_mark(hosted: HostedNaturalEngine, family: str) -> None:
    """The burst of a “t” ends the silence before it."""
    listener = heard(hosted, line(said("cat cat cat take cat take cat cat", voice=Voice(family))))
    loud = np.abs(samples_of(listener).astype(int)) > 60
    for mark in (listener.marks[3], listener.marks[5]):
        near = loud[mark.t0 - 1920 : mark.t0 + 1920].reshape(-1, 120).any(axis=1)
        burst = np.flatnonzero(~near[:-1])[-1] + 1
        assert abs(burst * 120 - 1920) < 0.025 * 24_000


def test_sound_begins_and_ends_with_the_words(hosted: HostedNaturalEngine) -> None:
    listener = heard(hosted, LINE)
    loud = np.flatnonzero(np.abs(samples_of(listener)) > 300)
    assert loud[0] < 0.05 * 24_000
    assert loud[-1] > listener.samples - 0.1 * 24_000
    assert listener.marks[0].t0 == 0 and listener.marks[-1].t1 == listener.samples


@pytest.mark.parametrize("rate", [80, 120, 260, 400, 600])
def test_the_rate_changes_the_time_and_not_the_pitch(hosted: HostedNaturalEngine, rate: float) -> None:
    own, other = (
        heard(hosted, line(said("total price times quantity", voice=replace(HEART, rate=each))))
        for each in (175, rate)
    )
    assert other.samples == pytest.approx(own.samples * 175 / rate, rel=0.05)
    assert other.marks[2].t0 / other.samples == pytest.approx(own.marks[2].t0 / own.samples, abs=0.02)
    first, second = (
        np.median([each for each in pitches(samples_of(one), 24_000) if each > 0]) for one in (own, other)
    )
    assert second == pytest.approx(first, rel=0.1)


def test_all_voices_are_equally_loud_and_take_the_same_time(hosted: HostedNaturalEngine) -> None:
    text = "the total price is read from the table and returned to the caller"
    levels, times = [], []
    for family in DERIVED_VOICES:
        sound = samples_of(heard(hosted, line(said(text, voice=Voice(family))))).astype(np.float64)
        frames = np.sqrt(np.square(sound[: len(sound) // 300 * 300].reshape(-1, 300)).mean(axis=1))
        levels.append(20 * np.log10(np.sqrt(np.square(frames[frames > frames.max() / 20]).mean())))
        times.append(len(sound))
    assert max(levels) - min(levels) < 2
    assert max(times) / min(times) < 1.03


def test_voices_differ_in_pitch_as_their_table_says(hosted: HostedNaturalEngine) -> None:
    def pitch(family: str) -> float:
        sound = samples_of(heard(hosted, line(said("the narrow lane", voice=Voice(family)))))
        return float(np.median([each for each in pitches(sound, 24_000) if each > 0]))

    for family, voice in DERIVED_VOICES.items():
        assert pitch(family) == pytest.approx(voice.pitch * pitch("heart"), rel=0.12), family


def test_volume_and_pitch_are_those_of_the_voice(hosted: HostedNaturalEngine) -> None:
    own, soft, silent = (
        samples_of(heard(hosted, line(said("narrow lane", voice=replace(HEART, volume=volume))))).astype(
            float
        )
        for volume in (100, 50, 0)
    )
    assert np.square(soft).mean() == pytest.approx(np.square(own).mean() / 4, rel=0.05)
    assert np.abs(silent).max() <= 2
    high = samples_of(heard(hosted, line(said("narrow lane", voice=replace(HEART, pitch=100)))))
    ratio = np.median([each for each in pitches(high, 24_000) if each > 0]) / np.median(
        [each for each in pitches(own.astype(np.int16), 24_000) if each > 0]
    )
    assert ratio == pytest.approx(2**0.5, rel=0.08)


def test_pauses_are_silent_and_as_long_as_asked_for(hosted: HostedNaturalEngine) -> None:
    without = heard(hosted, line(said("total"), said("price", 10)))
    with_pause = heard(hosted, line(said("total", pause_after=200), said("price", 10, pause_before=100)))
    assert with_pause.samples - without.samples == pytest.approx(0.3 * 24_000, abs=300)
    before = heard(hosted, line(said("total", pause_before=500)))
    assert before.marks[0].t0 == 12_000
    assert not samples_of(before)[:12_000].any()


def test_a_cue_sounds_before_its_word(hosted: HostedNaturalEngine) -> None:
    plain, cued = (heard(hosted, line(said("total"), said("price", 10, cue=cue))) for cue in ("", "warning"))
    assert cued.marks[1].t0 - plain.marks[1].t0 > 0.1 * 24_000
    assert cued.words == ["total", "price"]


def test_other_languages_are_said_by_the_fallback_engine(hosted: HostedNaturalEngine) -> None:
    listener = heard(hosted, line(said("total"), said("die Summe", 10, language="de"), said("price", 20)))
    assert listener.words == ["total", "die", "Summe", "price"]
    assert [(mark.phrase, mark.part, mark.word) for mark in listener.marks] == [
        (0, 0, 0),
        (0, 1, 0),
        (0, 1, 1),
        (0, 2, 0),
    ]


def test_what_has_no_phonemes_is_said_by_the_fallback_engine(hosted: HostedNaturalEngine) -> None:
    listener = heard(hosted, line(said("total"), said("…", 10), said("price", 20)))
    assert [mark.text for mark in listener.marks if mark.part != 1] == ["total", "price"]


def test_an_empty_phrase_is_done_without_sound(hosted: HostedNaturalEngine) -> None:
    listener = heard(hosted, line(said("")), LINE)
    assert listener.done == 2 and listener.words[0] == "return" and listener.marks[0].phrase == 1


def test_an_unknown_voice_is_refused_with_the_known_ones(engine: NaturalEngine) -> None:
    with pytest.raises(EngineError, match=r"no natural voice 'hart'; known: heart, .*mean 'heart'"):
        heard(engine, line(said("total", voice=Voice("hart"))))
    assert heard(engine, LINE).words[0] == "return"


def test_a_listener_who_left_gets_nothing_more(hosted: HostedNaturalEngine) -> None:
    listener = Listener(lambda one: len(one.chunks) < 3)
    hosted.speak([LINE] * 3, listener)
    assert len(listener.chunks) == 3


def test_the_default_profile_casts_a_different_voice_for_each_category() -> None:
    casting = Casting(load_profile("default", "natural"), Settings())
    categories = [category for category in Category if category.inherits is None]
    families = {casting.voice_of(category).family for category in categories}
    assert len(families) == 7 and families <= set(DERIVED_VOICES)


def test_nothing_is_written_and_nothing_is_asked_of_the_network(tmp_path: Path) -> None:
    code = (
        "import socket, sys\n"
        "def refuse(*_): raise AssertionError('a connection')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from codechoir.engines.natural.hosted_natural import HostedNaturalEngine\n"
        "from codechoir.engines import CollectingListener\n"
        "from codechoir.model import *\n"
        "part = CastUtterance(Utterance('total', Category.VARIABLE, 0, 5), Voice('heart'))\n"
        "listener = CollectingListener()\n"
        "HostedNaturalEngine().speak([Phrase((part,), 0, 5)], listener)\n"
        "print(sum(chunk.samples for chunk in listener.chunks))"
    )
    home = tmp_path / "home"
    home.mkdir()
    variables = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=variables, cwd=tmp_path
    )
    assert int(done.stdout) > 5000
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# ---- passes ------------------------------------------------------------------------------------------------


def divided(phrase: Phrase, pronunciation: Pronunciation) -> list[list[str]]:
    return [[word.text for word in one.words] for one in passes_of(phrase, pronunciation)]


def test_a_line_in_several_voices_is_one_pass(pronunciation: Pronunciation) -> None:
    assert divided(LINE, pronunciation) == [["return", "total", "price", "plus", "one"]]


def test_a_cue_and_another_rate_begin_a_pass(pronunciation: Pronunciation) -> None:
    quick = replace(HEART, rate=300)
    phrase = line(said("a b"), said("c", 10, cue="indent-1"), said("d", 20), said("e", 30, quick))
    assert divided(phrase, pronunciation) == [["a", "b"], ["c", "d"], ["e"]]


def test_a_long_line_is_divided_between_words_and_loses_none(pronunciation: Pronunciation) -> None:
    words = ["quantity"] * 70
    one, many = line(said(" ".join(words))), line(*(said(word, 10 * at) for at, word in enumerate(words)))
    for phrase in (one, many):
        passes = list(passes_of(phrase, pronunciation))
        assert [word.text for each in passes for word in each.words] == words
        assert len(passes) > 2
        assert all(sum(len(word.phonemes) + 1 for word in each.words) <= 200 for each in passes)
        assert all(_is_inside(each, word.part) for each in passes for word in each.words)


def _is_inside(line_pass: LinePass, part: int) -> bool:
    return line_pass.first <= part < line_pass.first + len(line_pass.parts)


def test_pauses_of_a_long_utterance_are_not_repeated(hosted: HostedNaturalEngine) -> None:
    text = " ".join(["quantity"] * 70)
    plain, paused = (
        heard(hosted, line(said(text, pause_before=pause, pause_after=pause))) for pause in (0, 400)
    )
    assert paused.samples - plain.samples == 2 * 0.4 * 24_000
