"""The engine in the child process, and `XttsEngine` in front of it, on the small checkpoint."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codechoir.engines.cache.phrase_cache import PhraseSettings
from codechoir.engines.silent import SilentEngine
from codechoir.engines.subprocess.client import BackOff
from codechoir.engines.xtts import xtts_engine as driver_module
from codechoir.engines.xtts.capabilities import CLONING_DEFAULTS, DEFAULT_SPEAKERS, INSTALL_HINT
from codechoir.engines.xtts.install import Installation
from codechoir.engines.xtts.neural.xtts_model import CloningOptions
from codechoir.engines.xtts.speech.hosted_engine import HostedXttsEngine
from codechoir.engines.xtts.speech.worker import Worker
from codechoir.engines.xtts.xtts_engine import XttsEngine, XttsSettings
from codechoir.errors import EngineError, InputError
from codechoir.model import CastUtterance, Category, Phrase, Voice
from codechoir.playback.engine_setup import FallbackEngine, PhraseCacheFactory, prepare_engine
from codechoir.voices.library.library import VoiceLibrary
from support.listening import Listener, in_thread, phrase
from support.mark_indices import all_words, check_marks, index_of
from support.recordings import recording_path

ANA, BEN = "Ana One", "Ben Two"


def by(family: str, *texts: str, start: int = 1, **about: float) -> Phrase:
    """A phrase whose utterances are said by a speaker."""
    plain = phrase(*texts, start=start)
    parts = tuple(replace(part, voice=Voice(family, **about)) for part in plain.parts)
    return replace(plain, parts=parts)


def heard(engine: Any, *phrases: Phrase) -> Listener:
    listener = Listener()
    engine.speak(phrases, listener)
    return listener


def sound(listener: Listener) -> bytes:
    return b"".join(chunk.pcm for chunk in listener.chunks)


@pytest.fixture(autouse=True)
def no_voices(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of this test's own."""
    folder = tmp_path_factory.mktemp("library")
    monkeypatch.setenv("CODECHOIR_VOICES", str(folder / "voices"))
    monkeypatch.setenv("CODECHOIR_CACHE", str(folder / "cache"))
    return folder


@pytest.fixture(scope="module")
def engine(checkpoint: Path) -> Iterator[HostedXttsEngine]:
    made = HostedXttsEngine(str(checkpoint), "cpu", "fp32")
    made.warm_up()
    yield made
    made.close()


def test_everything_is_synthesized_in_order_with_marks(engine: HostedXttsEngine) -> None:
    phrases = [by(ANA, "do", "it all", "x"), by(BEN, "or not", start=50)]
    listener = heard(engine, *phrases)
    assert listener.words == ["do", "it", "all", "x", "or", "not"]
    check_marks(phrases, listener.marks)
    assert list(map(index_of, listener.marks)) == all_words(phrases)
    at = 0
    for chunk in listener.chunks:
        assert chunk.first_sample == at
        assert chunk.samples <= 480
        at += chunk.samples
        assert all(chunk.first_sample <= mark.t0 < at for mark in chunk.marks)
    assert np.abs(np.frombuffer(sound(listener), "<i2")).max() > 0


def pcm(listener: Listener) -> np.ndarray:
    return np.frombuffer(sound(listener), "<i2").astype(int)


def test_the_same_words_by_the_same_voice_always_sound_the_same(engine: HostedXttsEngine) -> None:
    alone = pcm(heard(engine, by(ANA, "or")))
    again = pcm(heard(engine, by(BEN, "if"), by(ANA, "or", start=50)))
    np.testing.assert_allclose(again[-len(alone) :], alone, atol=4)
    other = pcm(heard(engine, by(BEN, "or")))
    assert len(other) != len(alone) or np.abs(other - alone).max() > 100


def test_two_readings_at_once_do_not_disturb_each_other(engine: HostedXttsEngine) -> None:
    """The failure of every server built on coqui's own decoding."""
    readings = [[by(ANA, "or"), by(BEN, "if", start=40)], [by(BEN, "do")]]
    alone = [pcm(heard(engine, *reading)) for reading in readings]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda reading: pcm(heard(engine, *reading)), readings))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(other, one, atol=4)


def test_a_cancelled_reading_frees_everything(engine: HostedXttsEngine) -> None:
    listener = Listener(lambda _: False)
    engine.speak([by(ANA, "one two", start=n) for n in range(1, 9)], listener)
    assert len(listener.chunks) == 1
    assert heard(engine, by(ANA, "or")).words == ["or"]


def test_a_reading_cancelled_before_its_first_sound_ends(engine: HostedXttsEngine) -> None:
    listener = Listener()
    listener.ended = True
    engine.speak([by(ANA, "one")], listener)
    assert listener.chunks == []


def test_short_texts_that_nobody_waits_for_get_several_candidates(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = HostedXttsEngine(str(checkpoint), "cpu", "fp32", candidates=3)
    made.warm_up()
    asked: list[tuple[Any, ...]] = []
    submit = Worker.submit
    monkeypatch.setattr(
        Worker,
        "submit",
        lambda worker, prompts, *more: asked.append(prompts) or submit(worker, prompts, *more),
    )
    long = "none of these words is short"
    listener = heard(made, by(ANA, "or"), by(BEN, "if", start=40), by(ANA, long, start=90))
    made.close()
    assert listener.words == ["or", "if", *long.split()]
    assert [len(prompts) for prompts in asked] == [1, 3, 1]
    assert len({prompt.seed for prompt in asked[1]}) == 3


def test_a_faster_voice_takes_less_time(engine: HostedXttsEngine) -> None:
    normal = heard(engine, by(ANA, "do")).samples
    assert heard(engine, by(ANA, "do", rate=350.0)).samples == pytest.approx(normal / 2, rel=0.05)


def test_volume_scales_the_samples(engine: HostedXttsEngine) -> None:
    loud, quiet = (
        np.frombuffer(sound(heard(engine, by(ANA, "or", volume=volume))), "<i2").astype(float)
        for volume in (100.0, 50.0)
    )
    assert np.abs(quiet - loud / 2).max() <= 1


def test_an_unknown_voice_is_reported_once_and_replaced(engine: HostedXttsEngine) -> None:
    """A family of another engine, or one that was removed, must not make the reader mute."""
    listener = heard(engine, by("Ana Onne", "or"), by("Ana Onne", "if"))
    assert listener.words == ["or", "if"]
    assert len(listener.notices) == 1
    assert "no studio speaker 'Ana Onne'" in listener.notices[0]
    assert "Did you mean 'Ana One'" in listener.notices[0]
    assert listener.notices[0].endswith("speaks instead")


def test_without_a_family_the_category_s_default_speaker_speaks(engine: HostedXttsEngine) -> None:
    listener = heard(engine, by("", "or"))
    category = listener.marks[0].category
    assert listener.notices == []
    assert sound(heard(engine, by(DEFAULT_SPEAKERS[category], "or"))) == sound(listener)


def test_a_missing_device_is_an_error(checkpoint: Path) -> None:
    assert "finds no device 'quantum'" in str(HostedXttsEngine(str(checkpoint), "quantum").check())


def test_a_folder_without_a_checkpoint_is_an_error(tmp_path: Path) -> None:
    assert "is no XTTS checkpoint" in str(HostedXttsEngine(str(tmp_path)).check())


def test_the_parent_has_the_child_s_cloning_defaults() -> None:
    assert CloningOptions(**CLONING_DEFAULTS) == CloningOptions()  # type: ignore[arg-type]


# ---- through the driver ---------------------------------------------------------------------------------


@pytest.fixture
def xtts(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[XttsEngine]:
    settings = XttsSettings(Path(sys.executable), "cpu", "fp32")
    made = XttsEngine(
        settings, Installation(tmp_path / "xtts", checkpoint), BackOff(first=3600, longest=3600)
    )
    yield made
    made.close()


def recast(spoken: CastUtterance) -> CastUtterance:
    return replace(spoken, voice=Voice("silence", rate=900))


def test_recordings_become_a_voice_or_a_named_error(xtts: XttsEngine, tmp_path: Path) -> None:
    assert xtts.check() is None
    with VoiceLibrary() as library:
        recordings = [recording_path(category) for category in (Category.COMMENT, Category.TYPE)]
        made = library.add("anna", recordings, xtts.conditioner({"seconds": 6}))
        assert made.provenance.parameters == {**CLONING_DEFAULTS, "seconds": 6}
        assert made.tensors["speaker_embedding"].shape == (1, 512, 1)
        noise = tmp_path / "noise.wav"
        noise.write_bytes(b"no sound at all")
        with pytest.raises(InputError, match=r"noise\.wav cannot be read as sound"):
            library.add("noise", [noise], xtts.conditioner({}))
    with pytest.raises(InputError, match="no parameter 'exaggeration'; known: seconds"):
        xtts.conditioner({"exaggeration": 0.5})
    assert {"anna", ANA} <= {voice.name for voice in xtts.voices()}
    speaker = xtts.speaker(ANA)
    assert speaker is not None
    assert speaker.tensors["gpt_cond_latent"].shape == made.tensors["gpt_cond_latent"].shape
    assert xtts.speaker("nobody") is None
    assert heard(xtts, by("anna", "or")).words == ["or"]
    assert sound(heard(xtts, by("anna", "or"))) != sound(heard(xtts, by(ANA, "or")))


def test_cached_phrases_need_no_child(xtts: XttsEngine, checkpoint: Path, tmp_path: Path) -> None:
    """Not even in another process and another line; what is new is said by the child, and sounds as ever."""
    lines = by(ANA, "return", "it all"), by(BEN, "or not", start=50)
    plain = heard(xtts, *lines)
    caches = [PhraseCacheFactory(PhraseSettings(tmp_path / "phrases")) for _ in range(2)]
    kept = [XttsEngine(xtts.settings, xtts.installation) for _ in range(2)]
    engines = [prepare_engine(engine, cache) for engine, cache in zip(kept, caches, strict=True)]
    try:
        first, second = (heard(engine, *lines) for engine in engines)
        assert first.words == second.words == plain.words
        assert first.samples == pytest.approx(plain.samples, rel=0.01)
        assert sound(second) == sound(first) and second.marks == first.marks
        assert kept[0].child.supervisor.pid is not None
        assert kept[1].child.supervisor.pid is None
        assert heard(engines[1], by(BEN, "or not", start=7)).marks[0].start == 7
        assert kept[1].child.supervisor.pid is None
    finally:
        for engine in engines:
            engine.close()


def test_the_fallback_engine_continues_when_the_child_is_killed(xtts: XttsEngine) -> None:
    def kill(listener: Listener) -> bool:
        supervisor = xtts.child.supervisor
        if len(listener.chunks) == 3 and supervisor.pid is not None:
            os.kill(supervisor.pid, signal.SIGKILL)
            assert supervisor.wait_until(lambda it: it.losses == 1, 20)
        return True

    listener = Listener(kill)
    engine = FallbackEngine(xtts, SilentEngine, recast)
    engine.speak([by(ANA, "the first", "words"), by(BEN, "and then", start=60)], listener)
    spoken = ["the", "first", "words", "and", "then"]
    assert listener.words[-2:] == spoken[-2:]
    assert set(listener.words) == set(spoken)
    assert "was ended by SIGKILL; reading on with the fallback voices" in listener.notices[-1]


def test_the_parent_never_loads_torch(checkpoint: Path, tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from codechoir.engines.xtts.xtts_engine import XttsEngine\n"
        "XttsEngine().check()\n"
        "assert not {'torch', 'TTS', 'numpy'} & set(sys.modules), 'loaded'\n"
    )
    environment = {**os.environ, "CODECHOIR_XTTS_CHECKPOINT": str(checkpoint)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_packages_the_check_names_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(driver_module, "missing_packages", lambda _: ["torch"])
    engine = XttsEngine(XttsSettings(), Installation(tmp_path))
    assert engine.check() == f"XTTS needs the packages torch: {INSTALL_HINT}"
    with pytest.raises(EngineError, match="pip install"):
        heard(engine, by(ANA, "or"))


def test_stopping_while_the_model_loads_ends_the_reading(xtts: XttsEngine) -> None:
    listener = Listener()
    reading = in_thread(lambda: xtts.speak([by(ANA, "or")], listener))
    listener.ended = True
    reading.join(20)
    assert not reading.is_alive()
