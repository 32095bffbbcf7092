"""What the settings ask for: the pipeline, the engine and the audio output, made when first needed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from codechoir.engines import Engine, make_engine
from codechoir.errors import CodechoirError, EngineError, InputError
from codechoir.lsp.configuration import AudioMode
from codechoir.pipeline import SpeechPipeline, word_table
from codechoir.playback import PhraseCacheFactory, prepare_engine
from codechoir.settings import Settings
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

ENGINE_WAIT_SECONDS = 1.0
"""How long a reading waits for an engine that is loading, before the fallback engine starts instead."""

Warn = Callable[[str], None]
"""Takes one line for the user."""


class SpeechRuntime:
    """Follows the settings. A wrong engine or profile is reported, and the one before stays in use.

    May be used by several threads: the first that needs pipeline or engine makes them.
    """

    def __init__(self, settings: Settings, audio: AudioMode, warn: Warn) -> None:
        self._settings = settings
        self._warn = warn
        self._lock = threading.RLock()
        self.audio = audio
        self.phrase_cache = PhraseCacheFactory()
        self._device = Device()
        self._pipeline: SpeechPipeline | None = None
        self._engine: Engine | None = None
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

    def make_sink(self, notifier: AudioNotifier, sample_rate: int, is_stereo: bool) -> Sink:
        """The sink of one reading for the audio mode of the client; `sample_rate` in hertz."""
        if self.audio == "client":
            return ClientPlaybackSink(notifier)
        if self.audio == "none":
            return NoPlaybackSink(notifier)
        device = self._device.sink(sample_rate, 2 if is_stereo else 1)
        return ServerPlaybackSink(device, notifier)

    def change(self, settings: Settings) -> Engine | None:
        """Follows new settings from the next phrase on; returns an engine that is no longer needed.

        The caller closes it when it has stopped speaking.
        """
        with self._lock:
            before, self._settings = self._settings, settings
            self._table_stamps.changed(settings.tables)
            if self._pipeline is None or self._engine is None:
                return None
            retired = self._engine
            if settings.engine != before.engine:
                self._engine = self._make_engine_or(before.engine)
            try:
                self._pipeline.change(self._settings)
            except InputError as error:
                self._warn(str(error))
                self._settings = replace(self._settings, profile=before.profile)
                self._pipeline.change(self._settings)
            return None if retired is self._engine else retired

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
                self._engine = self._make_engine_or(Settings().engine)
            if self._pipeline is None:
                self._pipeline = self._make_pipeline_or(Settings().profile)
            return self._pipeline, self._engine

    def _make_engine_or(self, fallback: str) -> Engine:
        """The engine of the settings, or the engine `fallback`, which the settings then name."""
        try:
            engine = make_engine(self._settings.engine)
            return self._prepared(engine)
        except (InputError, EngineError) as error:
            if self._settings.engine == fallback:
                raise
            self._warn(f"using engine '{fallback}' instead: {error}")
            self._settings = replace(self._settings, engine=fallback)
            return self._engine or make_engine(fallback)

    def _prepared(self, engine: Engine) -> Engine:
        try:
            return prepare_engine(engine, self.phrase_cache, ENGINE_WAIT_SECONDS)
        except InputError as error:
            self._warn(f"the phrase cache is off: {error}")
            return prepare_engine(engine, patience=ENGINE_WAIT_SECONDS)

    def _make_pipeline_or(self, fallback: str) -> SpeechPipeline:
        try:
            return SpeechPipeline(self._settings)
        except InputError as error:
            if self._settings.profile == fallback:
                raise
            self._warn(f"using voice profile '{fallback}' instead: {error}")
            self._settings = replace(self._settings, profile=fallback)
            return SpeechPipeline(self._settings)


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
