"""Pipeline and engine follow the settings; wrong settings are reported and leave what works."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from codechoir.engines import (
    AudioListener,
    CollectingListener,
    EarlyEngine,
    Engine,
    ReadyModels,
    SilentEngine,
    begin_loading,
    select_engine,
)
from codechoir.engines.natural import NaturalEngine, keep_speed, kept_speeds
from codechoir.errors import EngineError
from codechoir.lsp.speech_runtime import SpeechRuntime
from codechoir.model import AudioChunk, Category, Phrase
from codechoir.playback import FallbackEngine
from codechoir.settings import Settings, VoiceOverride


@pytest.fixture
def warnings() -> list[str]:
    return []


def runtime(warnings: list[str], **settings: object) -> SpeechRuntime:
    return SpeechRuntime(Settings(**{"engine": "silent", **settings}), "none", warnings.append)


def test_what_was_asked_for_is_made_once(warnings: list[str]) -> None:
    made = runtime(warnings)
    assert made.engine.name == "silent"
    assert made.engine is made.engine and made.pipeline is made.pipeline
    assert warnings == []


def test_an_unknown_engine_is_told_and_the_embedded_one_speaks(warnings: list[str]) -> None:
    made = runtime(warnings, engine="espeek")
    assert made.engine.name == made.settings.engine == "espeak"
    assert len(warnings) == 1 and "Did you mean 'espeak'?" in warnings[0]


def test_an_unknown_profile_is_told_and_the_default_one_is_used(warnings: list[str]) -> None:
    made = runtime(warnings, profile="defautl")
    assert made.pipeline.settings.profile == made.settings.profile == "default"
    assert len(warnings) == 1 and "Did you mean 'default'?" in warnings[0]


def test_a_change_retires_the_old_engine(warnings: list[str]) -> None:
    made = runtime(warnings)
    old = made.engine
    assert made.change(Settings(engine="espeak")) is old
    assert made.engine.name == made.pipeline.settings.engine == "espeak"


def test_a_change_before_anything_was_made_costs_nothing(warnings: list[str]) -> None:
    made = runtime(warnings, engine="espeak")
    assert made.change(Settings(engine="silent")) is None
    assert made.engine.name == "silent"


def test_a_change_to_what_does_not_exist_keeps_what_there_is(warnings: list[str]) -> None:
    made = runtime(warnings)
    engine, _ = made.engine, made.pipeline
    assert made.change(Settings(engine="silnt", profile="nothing", rate=300)) is None
    assert made.engine is engine
    assert (made.settings.engine, made.settings.profile, made.settings.rate) == ("silent", "default", 300)
    assert made.pipeline.settings == made.settings
    assert len(warnings) == 2


def test_a_voice_that_the_engine_does_not_have_is_told(warnings: list[str]) -> None:
    made = runtime(warnings, engine="espeak", voices={Category.COMMENT: VoiceOverride(family="en-us+f33")})
    made.check()
    assert len(warnings) == 1 and "en-us+f33" in warnings[0]


def test_a_word_table_that_is_saved_anew_is_followed(warnings: list[str], tmp_path: Path) -> None:
    table = tmp_path / "mine.toml"
    table.write_text('[words]\nx = "ex"\n')
    made = runtime(warnings, user_words=(table,))
    words = made.pipeline.wording
    made.follow_tables()
    assert made.pipeline.wording is words
    table.write_text('[words]\nx = "iks"\n\n')
    made.follow_tables()
    assert made.pipeline.wording is not words
    words = made.pipeline.wording
    table.write_text("[rolls]\n")
    made.follow_tables()
    assert made.pipeline.wording is words
    assert len(warnings) == 1 and f"{table}:1: unknown section 'rolls'" in warnings[0]
    table.unlink()
    made.follow_tables()
    assert len(warnings) == 2 and "cannot be read" in warnings[1]
    made.close()


def test_warming_up_does_not_raise(warnings: list[str]) -> None:
    made = runtime(warnings)
    made.warm_up()
    made.close()
    assert warnings == []


# ---- an engine that is left to us -------------------------------------------------------------------------


@pytest.fixture
def both_ready(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The natural voices can speak here; no child process is started before somebody reads."""
    monkeypatch.setenv("CODECHOIR_CACHE", str(tmp_path))
    monkeypatch.setattr("codechoir.engines.natural.readiness.packages_problem", lambda: "")
    monkeypatch.setattr("codechoir.engines.natural.readiness.physical_megabytes", lambda: None)


@pytest.mark.usefixtures("both_ready")
def test_another_rate_changes_the_engine_with_the_next_reading_only(warnings: list[str]) -> None:
    made = runtime(warnings, engine="auto")
    natural = made.engine
    assert (natural.name, made.pipeline.settings.engine) == ("natural", "natural")

    assert made.change(Settings(engine="auto", rate=500), is_reading=True) is None
    assert made.engine is natural
    assert made.pipeline.settings == Settings(engine="natural", rate=500)
    assert made.change(Settings(engine="auto", rate=500, indentation="off"), is_reading=True) is None
    assert made.engine is natural
    assert made.settings.engine == "auto"

    assert made.settle() is natural
    assert (made.engine.name, made.pipeline.settings.engine) == ("espeak", "espeak")
    assert "words a minute" in made.choice.reason
    assert made.settle() is None

    assert made.change(Settings(engine="auto", rate=200)) is not None  # nothing is being read
    assert made.engine.name == "natural"
    assert warnings == []


@pytest.mark.usefixtures("both_ready")
def test_voices_that_are_chosen_by_name_change_the_engine_at_once(warnings: list[str]) -> None:
    made = runtime(warnings, engine="auto")
    natural, _ = made.engine, made.pipeline
    changed = Settings(engine="auto", voices={Category.COMMENT: VoiceOverride(family="en-us+f3")})
    assert made.change(changed, is_reading=True) is natural
    assert made.engine.name == "espeak"
    assert made.pipeline.voice_of(Category.COMMENT).family == "en-us+f3"


@pytest.mark.usefixtures("both_ready")
def test_a_model_that_fails_is_replaced_before_the_next_reading(warnings: list[str]) -> None:
    made = runtime(warnings, engine="auto")
    natural, _ = made.engine, made.pipeline
    assert isinstance(natural, FallbackEngine) and isinstance(natural.inner, Engine)

    def fail(phrases: Iterable[Phrase], listener: AudioListener) -> None:
        raise EngineError("onnxruntime is broken")

    natural.inner.speak = fail  # type: ignore[method-assign]
    heard = CollectingListener()
    natural.speak([made.pipeline.narration("end", 0)], heard)
    assert sum(chunk.samples for chunk in heard.chunks) > 0  # by the fallback engine
    assert made.engine is natural
    assert made.settle() is natural
    assert made.engine.name == "espeak"
    assert "onnxruntime is broken" in made.choice.reason
    natural.close()


@pytest.mark.usefixtures("both_ready")
def test_a_model_that_is_too_slow_is_told_and_replaced(
    warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = runtime(warnings, engine="auto")
    told = threading.Event()
    made._warn = lambda line: (warnings.append(line), told.set())[0]  # type: ignore[method-assign]
    monkeypatch.setattr("codechoir.lsp.speech_runtime.MEASURE_AFTER_SECONDS", 0.0)
    monkeypatch.setattr("codechoir.engines.natural.real_time_factor", lambda _: 0.9)
    monkeypatch.setattr("codechoir.engines.natural.NaturalEngine.is_ready", lambda _: True)
    monkeypatch.setattr("codechoir.engines.natural.NaturalEngine.warm_up", lambda _: None)
    made.warm_up()
    assert told.wait(30)
    assert "takes 0.90 s" in warnings[0]
    assert made.settle() is not None
    assert made.engine.name == "espeak"
    assert runtime([], engine="auto").choice.engine == "espeak"  # the next start does not try again


@pytest.mark.usefixtures("both_ready")
def test_what_is_measured_is_the_model_and_not_the_phrase_cache(
    warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, the second of three measurements came from the cache, so that no model was too slow."""

    def speak(engine: NaturalEngine, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        for _ in phrases:
            time.sleep(0.09)
            listener.write(AudioChunk(bytes(2 * 2400), 24_000, 0))
            listener.phrase_done()

    monkeypatch.setenv("CODECHOIR_PHRASES", "on")
    monkeypatch.setattr("codechoir.lsp.speech_runtime.MEASURE_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(NaturalEngine, "is_ready", lambda _: True)
    monkeypatch.setattr(NaturalEngine, "warm_up", lambda _: None)
    monkeypatch.setattr(NaturalEngine, "speak", speak)
    made = runtime(warnings, engine="auto")
    measured = threading.Event()
    kept = keep_speed

    def keep(model: str, factor: float) -> str:
        problem = kept(model, factor)
        measured.set()
        return problem

    monkeypatch.setattr("codechoir.engines.natural.keep_speed", keep)
    made.warm_up()
    assert measured.wait(30)
    assert kept_speeds()


@pytest.mark.usefixtures("both_ready")
def test_an_engine_that_was_closed_meanwhile_is_not_measured(
    warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process would be started again, and nobody would end it."""
    made = runtime(warnings, engine="auto")
    natural, measured = made.engine, []
    is_open = iter([True])
    monkeypatch.setattr("codechoir.lsp.speech_runtime.MEASURE_AFTER_SECONDS", 0.0)
    monkeypatch.setattr("codechoir.engines.natural.real_time_factor", lambda _: measured.append(1) or 0.1)
    monkeypatch.setattr(NaturalEngine, "is_ready", lambda _: next(is_open, False))
    made._measure_speed(natural)
    for thread in threading.enumerate():
        if thread.name == "codechoir-speed":
            thread.join(30)
    assert next(is_open, None) is None and measured == []


@pytest.mark.usefixtures("both_ready")
@pytest.mark.parametrize(("asked", "is_used"), [("auto", True), ("fastest", True), ("espeak", False)])
def test_an_engine_that_is_loading_already_is_used_or_closed(
    warnings: list[str], asked: str, is_used: bool
) -> None:
    closed = []

    class Loading(SilentEngine):
        __module__ = "codechoir"  # an engine of ours, which nothing needs to watch

        def close(self) -> None:
            closed.append(self)

    early = EarlyEngine(select_engine(Settings(engine="auto")), Loading())
    made = SpeechRuntime(Settings(engine=asked), "none", warnings.append, early)
    assert (made.engine is early.engine) == is_used
    assert closed == ([] if is_used else [early.engine])
    made.close()
    assert early.engine in closed


@pytest.mark.usefixtures("both_ready")
def test_only_an_engine_that_we_choose_is_loaded_early(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    monkeypatch.setattr("codechoir.engines.natural.NaturalEngine.warm_up", lambda it: begun.append(it))
    for engine in ("espeak", "natural", "silent", "unknown"):
        assert begin_loading(Settings(engine=engine)) is None
    assert begun == []
    early = begin_loading(Settings(engine="auto"))
    assert early is not None and begun == [early.engine]
    assert early.engine.patience is not None  # it only begins to load
    monkeypatch.setattr("codechoir.engines.natural.NaturalEngine.warm_up", raising)
    assert begin_loading(Settings(engine="auto")) is None


def raising(_: Engine) -> None:
    raise EngineError("cannot be started")


@pytest.mark.usefixtures("both_ready")
@pytest.mark.parametrize(("model", "speller"), [("hibari", "natural"), ("kokoro", "espeak")])
def test_a_model_that_is_slow_to_begin_does_not_spell(
    warnings: list[str], monkeypatch: pytest.MonkeyPatch, model: str, speller: str
) -> None:
    ready = ReadyModels({model: ""}, frozenset({"heart"}))
    monkeypatch.setattr("codechoir.engines.natural.ready_models", lambda: ready)
    made = runtime(warnings, engine="auto")
    assert made.choice.model == model
    assert made.engine_for(spells=False) is made.engine
    engine = made.engine_for(spells=True)
    assert engine.name == speller
    if speller == "espeak":
        heard = CollectingListener()
        engine.speak([made.pipeline.narration("end", 0)], heard)
        assert {chunk.sample_rate for chunk in heard.chunks} == {engine.capabilities.sample_rate}
        assert [mark.text for chunk in heard.chunks for mark in chunk.marks]
