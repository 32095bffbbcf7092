"""Passes said with Kokoro's pieces, made of a small model: words, marks, pauses, rates, and who is heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from codechoir.cli.main import main
from codechoir.engines.natural import NaturalEngine, ready_models
from codechoir.engines.natural.derived_voices import DERIVED_VOICES
from codechoir.engines.natural.hosted_natural import HostedNaturalEngine
from codechoir.engines.natural.kokoro_catalog import COUNTERPARTS, kokoro_name, kokoro_voice_infos
from codechoir.engines.natural.kokoro_install import VOICE_NAMES
from codechoir.engines.natural.kokoro_speech import FIRST_WINDOW, Timing, sounding_halves
from codechoir.engines.natural.kokoro_voice import HALF, Floats, KokoroVoice, SpokenLine
from codechoir.errors import EngineError
from codechoir.model import Category, Phrase, Voice
from support.listening import Listener
from support.natural_phrases import HEART, line, said

LINE = line(
    said("return", 0, Voice("heart-bass"), category=Category.KEYWORD),
    said("total price", 10),
    said("plus", 20, Voice("heart-baritone"), category=Category.OPERATOR),
    said("one", 30, Voice("bf_emma"), category=Category.LITERAL),
)


@pytest.fixture(scope="module")
def hosted(kokoro_pieces: Path) -> HostedNaturalEngine:
    return HostedNaturalEngine(str(kokoro_pieces))


@pytest.fixture
def engine(kokoro_pieces: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NaturalEngine]:
    """The engine of a user who has installed Kokoro."""
    for module in ("natural_engine", "readiness"):
        monkeypatch.setattr(f"codechoir.engines.natural.{module}.kokoro_home", lambda: kokoro_pieces.parent)
    engine = NaturalEngine()
    yield engine
    engine.close()


def heard(engine: HostedNaturalEngine | NaturalEngine, *phrases: Phrase) -> Listener:
    listener = Listener()
    engine.speak(phrases, listener)
    return listener


def samples_of(listener: Listener) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.frombuffer(b"".join(chunk.pcm for chunk in listener.chunks), "<i2").astype(np.float64)


def test_a_line_has_marks_chunks_and_an_end(hosted: HostedNaturalEngine) -> None:
    listener = heard(hosted, LINE, LINE)
    assert listener.words == ["return", "total", "price", "plus", "one"] * 2
    assert listener.done == 2
    at = 0
    for chunk in listener.chunks:
        assert chunk.first_sample == at and 0 < chunk.samples <= chunk.sample_rate // 50
        assert all(at <= mark.t0 < at + chunk.samples for mark in chunk.marks)
        at += chunk.samples
    for mark, after in pairwise(listener.marks):
        assert mark.t0 < mark.t1 <= after.t0
    assert listener.marks[-1].t1 == listener.samples
    assert [(mark.phrase, mark.part, mark.word) for mark in listener.marks[:3]] == [
        (0, 0, 0),
        (0, 1, 0),
        (0, 1, 1),
    ]


def test_the_same_line_sounds_the_same(hosted: HostedNaturalEngine) -> None:
    assert np.array_equal(samples_of(heard(hosted, LINE)), samples_of(heard(hosted, LINE)))


def test_words_sound_when_their_durations_say_so(hosted: HostedNaturalEngine, kokoro_pieces: Path) -> None:
    """A word takes as long as its phonemes do, within a half frame."""
    from codechoir.engines.natural.kokoro_speech import cast_of, timing_of
    from codechoir.engines.natural.kokoro_voice import kokoro_alphabet
    from codechoir.engines.natural.line_passes import passes_of

    voice = KokoroVoice(kokoro_pieces)
    tokens, pronunciation = kokoro_alphabet()
    (line_pass,) = passes_of(LINE, pronunciation)
    parts = [line_pass.parts[word.part] for word in line_pass.words]
    ids, cast = cast_of(line_pass.words, parts, voice, tokens)
    spoken = voice.line(ids, cast)
    timing = timing_of(line_pass, parts, spoken)
    lengths = [(after - before) * HALF for before, after in pairwise(timing.starts)]
    marks = heard(hosted, LINE).marks
    assert [mark.t1 - mark.t0 for mark in marks[1:4]] == pytest.approx(lengths[1:], abs=1)
    space = ids.index(tokens[" "])
    assert timing.starts[1] == 2 * spoken.ends[space + 1] - 4


@pytest.mark.parametrize("rate", [80, 260, 600])
def test_the_rate_changes_the_time(hosted: HostedNaturalEngine, rate: float) -> None:
    own, other = (
        heard(hosted, line(said("total price times quantity", voice=replace(HEART, rate=each))))
        for each in (175, rate)
    )
    assert other.samples == pytest.approx(own.samples * 175 / rate, rel=0.05)
    assert other.marks[2].t0 / other.samples == pytest.approx(own.marks[2].t0 / own.samples, abs=0.02)


def test_volume_is_that_of_the_voice(hosted: HostedNaturalEngine) -> None:
    own, soft, silent = (
        samples_of(heard(hosted, line(said("narrow lane", voice=replace(HEART, volume=volume)))))
        for volume in (100, 50, 0)
    )
    assert np.square(soft[-20_000:]).mean() == pytest.approx(np.square(own[-20_000:]).mean() / 4, rel=0.1)
    assert not silent.any()


def test_pauses_are_silent_and_as_long_as_asked_for(hosted: HostedNaturalEngine) -> None:
    without = heard(hosted, line(said("total"), said("price", 10)))
    paused = heard(hosted, line(said("total", pause_after=200), said("price", 10, pause_before=100)))
    assert paused.samples - without.samples == 0.3 * 24_000
    assert paused.marks[1].t0 - without.marks[1].t0 == 0.3 * 24_000
    begin = paused.marks[1].t0
    assert not samples_of(paused)[begin - 7000 : begin].any()
    before = heard(hosted, line(said("total", pause_before=500)))
    assert before.marks[0].t0 == 12_000 and not samples_of(before)[:12_000].any()


def test_sound_comes_window_by_window(hosted: HostedNaturalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[int, int]] = []
    sound = KokoroVoice.sound

    def watched(self: KokoroVoice, spoken: SpokenLine, begin: int, end: int, earliest: int) -> Floats:
        made.append((begin, end))
        return sound(self, spoken, begin, end, earliest)

    monkeypatch.setattr(KokoroVoice, "sound", watched)
    phrase = line(said("the total price is read from the table and returned to the caller of it"))
    heard(hosted, phrase)
    whole = list(made)
    assert len(whole) > 3 and all(end == after for (_, end), (after, _) in pairwise(whole))
    assert whole[0][1] - whole[0][0] == FIRST_WINDOW
    made.clear()
    hosted.speak([phrase] * 3, Listener(lambda one: len(one.chunks) < 2))
    assert len(made) < len(whole)  # nothing is computed for a listener who left


def test_windows_cover_everything_once() -> None:
    for size in (1, 7, 12, 19, 100, 517):
        ends = list(Timing(5, 5 + size, (5,), (0,)).window_ends())
        assert ends == sorted(set(ends)) and ends[-1] == 5 + size


def test_silence_around_a_line_is_not_computed() -> None:
    energy = np.full(60, -8, np.float32)
    energy[18:41] = 5
    zeros = np.zeros((1, 1, 60), np.float32)
    spoken = SpokenLine(np.array([10, 15, 20, 30]), energy, zeros, zeros, zeros, zeros, zeros)
    assert sounding_halves(spoken) == (16, 43)
    energy[:] = 5  # no silence: nothing is lost but what is long before the first phoneme
    assert sounding_halves(spoken) == (8, 60)
    energy[:] = -8  # silence: what there is is computed
    assert sounding_halves(spoken) == (8, 60)


def test_other_languages_are_said_by_the_fallback_engine(hosted: HostedNaturalEngine) -> None:
    listener = heard(hosted, line(said("total"), said("die Summe", 10, language="de"), said("price", 20)))
    assert listener.words == ["total", "die", "Summe", "price"]


def test_an_unknown_voice_is_refused_with_the_known_ones(hosted: HostedNaturalEngine) -> None:
    with pytest.raises(EngineError, match=r"no voice 'am_fenir'; known: .*mean 'am_fenrir'"):
        heard(hosted, line(said("total", voice=Voice("am_fenir"))))


# ---- voices ----------------------------------------------------------------------------------------------


def test_each_derived_voice_has_a_counterpart_of_its_own() -> None:
    names = [COUNTERPARTS[name] for name in DERIVED_VOICES]
    assert len(set(names)) == len(names) == 7 and set(names) <= set(VOICE_NAMES)
    assert kokoro_name("heart-bass") == COUNTERPARTS["heart-bass"] and kokoro_name("am_onyx") == "am_onyx"


def test_voices_are_described_by_their_names() -> None:
    voices = {voice.name: voice for voice in kokoro_voice_infos(VOICE_NAMES)}
    assert len(voices) == 28
    assert (voices["bm_george"].language, voices["bm_george"].description) == ("en-gb", "British, male")
    assert voices["af_heart"].language == "en-us"


def test_a_mixture_of_the_library_is_a_voice(
    engine: NaturalEngine, kokoro_pieces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODECHOIR_VOICES", str(tmp_path))
    assert engine.speaker("af_hart") is None
    parts = {name: engine.speaker(name) for name in ("af_heart", "bm_george")}
    assert main(["voices", "mix", "pair", "af_heart=0.75", "bm_george=0.25"]) == 0
    voice = KokoroVoice(kokoro_pieces)
    mixed = voice.speaker("pair")
    styles = [part.tensors["style"].astype(np.float32) for part in parts.values() if part is not None]
    assert np.allclose(mixed.style, 0.75 * styles[0] + 0.25 * styles[1], atol=1e-3)
    assert "pair" in {each.name for each in engine.voices()}
    pair, heart = (engine.cache_policy().identity()(name) for name in ("pair", "af_heart"))
    assert pair.rpartition(" ")[0] == heart.rpartition(" ")[0] and not pair.endswith("pair")
    assert heard(engine, line(said("total", voice=Voice("pair")))).words == ["total"]
    assert voice.speaker("pair") is mixed, "it is half a megabyte, and its tables are kept with it"
    assert main(["voices", "remove", "pair"]) == 0
    assert main(["voices", "mix", "pair", "af_heart=0.25", "bm_george=0.75"]) == 0
    assert not np.allclose(voice.speaker("pair").style, mixed.style, atol=1e-3)
    with pytest.raises(EngineError, match=r"no voice 'pare'; known: .*pair.*mean 'pair'"):
        voice.speaker("pare")


# ---- the engine that has it ------------------------------------------------------------------------------


def test_the_finest_installed_model_speaks(engine: NaturalEngine) -> None:
    assert ready_models().problems["kokoro"] == ""
    assert {"af_heart", "heart"} <= ready_models().voices
    assert "with Kokoro's voices" in engine.diagnose()
    assert {"af_heart", "heart-bass"} <= {voice.name for voice in engine.voices()}
    assert heard(engine, LINE).words == ["return", "total", "price", "plus", "one"]
    assert engine.child.supervisor.spec.options["kokoro"].endswith("pieces")
    assert engine.cache_policy().by_default


def test_another_model_may_be_asked_for(engine: NaturalEngine) -> None:
    engine.model = "hibari"
    assert engine.child.supervisor.spec.options == {}
    assert not engine.cache_policy().by_default
    assert {voice.name for voice in engine.voices()} == set(DERIVED_VOICES)


def test_without_kokoro_it_is_said_how_to_get_it() -> None:
    assert "codechoir install natural" in ready_models().problems["kokoro"]
    assert "codechoir install natural" in NaturalEngine().diagnose()
    assert "hibari" in NaturalEngine().cache_policy().identity()("heart")
