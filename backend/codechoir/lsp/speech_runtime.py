"""What the settings ask for: the pipeline, the engine and the audio output, made when first needed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from codechoir.engines import (
    EarlyEngine,
    Engine,
    EngineSelection,
    ForwardingEngine,
    make_engine,
    select_engine,
)
from codechoir.errors import CodechoirError, EngineError, InputError
from codechoir.lsp.configuration import AudioMode
from codechoir.pipeline import SpeechPipeline, word_table
from codechoir.playback import PATIENCE_SECONDS, FallbackEngine, PhraseCacheFactory, prepare_engine
from codechoir.settings import FALLBACK_ENGINE, Settings
from codechoir.sinks import (
    AudioNotifier,
    ClientPlaybackSink,
    Device,
    NoPlaybackSink,
    ServerPlaybackSink,
    Sink,
)
from codechoir.storage import ask_disk

log = logging.getLogger(__name__)

MEASURE_AFTER_SECONDS = 3.0
"""After loading, before the speed is measured: a first line that somebody waits for goes first."""

MEASURE_WITHIN_SECONDS = 60.0
MEASURE_POLL_SECONDS = 0.1
"""How long, and how often, the measuring of a model's speed looks whether it is loaded."""

Warn = Callable[[str], None]
"""Takes one line for the user."""


class SpeechRuntime:
    """Follows the settings. A wrong engine or profile is reported, and the one before stays in use.

    Settings that leave the engine to us (`auto`) get one when pipeline and engine are made, and again after a
    change. If another rate alone, or a failure, asks for another engine, `settle` changes it, so that a
    reading keeps the one that it has.

    May be used by several threads: the first that needs pipeline or engine makes them.
    """

    def __init__(
        self, settings: Settings, audio: AudioMode, warn: Warn, early: EarlyEngine | None = None
    ) -> None:
        """`early`: an engine that is loading already, and is used if the settings still want it."""
        self._settings = settings
        self._early = early
        self._warn = warn
        self._lock = threading.RLock()
        self.audio = audio
        self.phrase_cache = PhraseCacheFactory()
        self._device = Device()
        self._pipeline: SpeechPipeline | None = None
        self._engine: Engine | None = None
        self._choice = EngineSelection(FALLBACK_ENGINE)
        self._is_settled = True
        self._broken: dict[str, str] = {}  # models that have failed, and why
        self._measured: set[str] = set()  # models whose speed was measured, or will be
        self._table_stamps = FileStamps()
        self._table_stamps.changed(settings.tables)

    @property
    def settings(self) -> Settings:
        """The settings in force, or those that will be when pipeline and engine are made."""
        return self._settings

    @property
    def pipeline(self) -> SpeechPipeline:
        """Makes phrases with voices. Raises `CodechoirError` when not even the default can be made."""
        return self._ready()[0]

    @property
    def engine(self) -> Engine:
        """Makes the audio. Raises `CodechoirError` when not even the default can be made."""
        return self._ready()[1]

    def engine_for(self, spells: bool) -> Engine:
        """The engine of a reading; that of a spelled word must sound at once, whatever its voice."""
        engine = self.engine
        if spells and not self._choice.is_instant and isinstance(engine, FallbackEngine):
            return engine.stand_in()
        return engine

    @property
    def choice(self) -> EngineSelection:
        """The engine that speaks, and why this one."""
        self._ready()
        return self._choice

    def make_sink(self, notifier: AudioNotifier, sample_rate: int, is_stereo: bool) -> Sink:
        """The sink of one reading for the audio mode of the client; `sample_rate` in hertz."""
        if self.audio == "client":
            return ClientPlaybackSink(notifier)
        if self.audio == "none":
            return NoPlaybackSink(notifier)
        device = self._device.sink(sample_rate, 2 if is_stereo else 1)
        return ServerPlaybackSink(device, notifier)

    def change(self, settings: Settings, is_reading: bool = False) -> Engine | None:
        """Follows new settings from the next phrase on; returns an engine that is no longer needed.

        The caller closes it when it has stopped speaking. `is_reading`: a reading will go on with them, whose
        engine does not change for another rate alone.
        """
        with self._lock:
            before, self._settings = self._settings, settings
            self._table_stamps.changed(settings.tables)
            if self._pipeline is None or self._engine is None:
                return None
            at_old_rate = replace(settings, rate=before.rate)
            keeps = is_reading and _is_same(self._chosen(at_old_rate), self._chosen(before))
            return self._follow(before, keeps_engine=keeps)

    def settle(self) -> Engine | None:
        """Changes the engine if the settings want another one now, before a reading begins.

        Returns an engine that is no longer needed, like `change`.
        """
        if self._is_settled:
            return None
        with self._lock:
            self._is_settled = True
            if self._pipeline is None or self._engine is None:
                return None
            return self._follow(self._settings, keeps_engine=False)

    def _follow(self, before: Settings, keeps_engine: bool) -> Engine | None:
        """Engine and pipeline as the settings want them; returns the engine that was replaced, if it was."""
        assert self._pipeline is not None
        retired, wanted = self._engine, self._chosen(self._settings)
        is_other = not _is_same(wanted, self._choice)
        self._is_settled = not (is_other and keeps_engine)
        if is_other and not keeps_engine:
            self._engine = self._make_engine_or(before.engine)
        elif not is_other:
            self._choice = wanted
        try:
            self._pipeline.change(self._choice.applied_to(self._settings))
        except InputError as error:
            self._warn(str(error))
            self._settings = replace(self._settings, profile=before.profile)
            self._pipeline.change(self._choice.applied_to(self._settings))
        return None if retired is self._engine else retired

    def _chosen(self, settings: Settings) -> EngineSelection:
        return select_engine(settings, self._broken)

    def follow_tables(self) -> None:
        """Loads word tables that were saved since; a mistake is reported, and the words stay as they are."""
        changed = self._table_stamps.changed(self._settings.tables)
        if not changed:
            return
        try:
            for path in changed:
                word_table(str(path))
        except InputError as error:
            self._warn(str(error))
        else:
            self.pipeline.reload_words()

    def warm_up(self) -> None:
        """Loads pipeline and engine. A failure is only logged: the reading that needs them reports it."""
        try:
            pipeline, engine = self._ready()
            pipeline.warm_up()
            engine.warm_up()
        except CodechoirError as error:
            log.info("cannot load the engine yet: %s", error)
        else:
            self._measure_speed(engine)

    def _measure_speed(self, engine: Engine) -> None:
        """Measures a model that we have chosen, once it is loaded: one that is too slow is used no more."""
        model = self._choice.model
        if not model or model in self._measured:
            return
        self._measured.add(model)
        while isinstance(engine, ForwardingEngine):
            engine = engine.inner  # the phrase cache would answer, or the fallback engine

        def measure() -> None:
            from codechoir.engines.natural import keep_speed, real_time_factor

            give_up = time.monotonic() + MEASURE_WITHIN_SECONDS
            while not engine.is_ready():
                if time.monotonic() > give_up:
                    return
                time.sleep(MEASURE_POLL_SECONDS)
            time.sleep(MEASURE_AFTER_SECONDS)
            if not engine.is_ready():  # closed meanwhile: speaking would start its process again
                return
            try:
                problem = keep_speed(model, real_time_factor(engine))
            except CodechoirError as error:
                log.info("cannot measure %s: %s", model, error)
                return
            if problem:
                self._model_failed(model, problem)
                self._warn(f"voices of '{model}' are not used: {problem}")

        threading.Thread(target=measure, name="codechoir-speed", daemon=True).start()

    def warm_up_device(self) -> None:
        """Opens the sound device in the background, if the server plays."""
        if self.audio == "server":
            self._device.warm_up()

    def check(self) -> None:
        """Warns of voices that the engine does not have, and of voice properties that it ignores."""
        try:
            pipeline, engine = self._ready()
            pipeline.check(engine)
            if line := pipeline.ignored_properties(engine):
                self._warn(line)
        except CodechoirError as error:
            self._warn(str(error))

    def close(self) -> None:
        """Closes the sound device and the engine."""
        self._device.close()
        with self._lock:
            if self._engine is not None:
                self._engine.close()
            if self._early is not None:
                self._early.engine.close()

    def latents(self, clear_memory: bool, clear_disk: bool) -> dict[str, Any]:
        """`{"latents": …}`: the cached conditioning latents, after clearing; empty if the engine has none."""
        found = self.engine.latents(clear_memory, clear_disk)
        if found is None:
            return {}
        return {
            "latents": {
                "removed": {"entries": found["removed"], "bytes": found["freed"]},
                "entries": found["entries"],
                "bytes": found["bytes"],
                "memory": {"entries": found["memory_entries"], "bytes": found["memory_bytes"]},
            }
        }

    def _ready(self) -> tuple[SpeechPipeline, Engine]:
        pipeline, engine = self._pipeline, self._engine
        if pipeline is not None and engine is not None:
            return pipeline, engine
        with self._lock:
            if self._engine is None:
                self._engine = self._make_engine_or(FALLBACK_ENGINE)
            if self._pipeline is None:
                self._pipeline = self._make_pipeline_or(Settings().profile)
            return self._pipeline, self._engine

    def _make_engine_or(self, fallback: str) -> Engine:
        """The engine of the settings, or the engine `fallback`, which the settings then name."""
        choice = self._chosen(self._settings)
        try:
            engine = self._made(choice)
        except (InputError, EngineError) as error:
            if choice.model:
                self._broken[choice.model] = str(error)
                return self._make_engine_or(fallback)
            if self._engine is None and choice.engine == fallback:
                raise
            self._settings = replace(self._settings, engine=fallback)
            choice = self._chosen(self._settings) if self._engine is None else self._choice
            self._warn(f"using engine '{choice.engine}' instead: {error}")
            engine = self._engine or self._made(choice)
        self._choice = choice
        return engine

    def _made(self, choice: EngineSelection) -> Engine:
        early, self._early = self._early, None
        if early is not None and _is_same(early.choice, choice):
            engine = early.engine
        else:
            if early is not None:
                early.engine.close()
            engine = make_engine(choice.engine)
            engine.model = choice.model
        on_broken = partial(self._model_failed, choice.model) if choice.model else None
        try:
            return prepare_engine(engine, self.phrase_cache, PATIENCE_SECONDS, on_broken)
        except InputError as error:
            self._warn(f"the phrase cache is off: {error}")
            return prepare_engine(engine, None, PATIENCE_SECONDS, on_broken)

    def _model_failed(self, model: str, problem: str) -> None:
        """A model that we have chosen cannot speak: the next reading has another one."""
        self._broken[model] = problem
        self._is_settled = False

    def _make_pipeline_or(self, fallback: str) -> SpeechPipeline:
        try:
            return SpeechPipeline(self._choice.applied_to(self._settings))
        except InputError as error:
            if self._settings.profile == fallback:
                raise
            self._warn(f"using voice profile '{fallback}' instead: {error}")
            self._settings = replace(self._settings, profile=fallback)
            return SpeechPipeline(self._choice.applied_to(self._settings))


def _is_same(choice: EngineSelection, other: EngineSelection) -> bool:
    return (choice.engine, choice.model) == (other.engine, other.model)


class FileStamps:
    """Remembers the times and sizes of files, to find out which have changed; microseconds per file."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[int, int] | None] = {}

    def changed(self, paths: Iterable[Path]) -> list[Path]:
        """The files that have changed since the last call; a file seen for the first time has not.

        One on a disk that does not answer counts as unchanged.
        """
        found = []
        for path in paths:
            try:
                stamp = ask_disk(path, partial(_stamp, path))
            except InputError:
                continue
            if self._seen.setdefault(path, stamp) != stamp:
                self._seen[path] = stamp
                found.append(path)
        return found


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None  # deleting a file is a change
    return status.st_mtime_ns, status.st_size
