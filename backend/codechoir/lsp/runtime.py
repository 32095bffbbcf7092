"""The conditioning latents that an engine keeps, for the command `cache`.

Where a reading sounds, by the audio mode that the client chose.

The choir and the engine that the settings ask for, made when they are first needed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from codechoir.engines import Engine, Patient, make_engine
from codechoir.engines.cache import PhraseCacheFactory
from codechoir.errors import CodechoirError, EngineError, InputError
from codechoir.lsp.configuration import AudioMode
from codechoir.lsp.documents import FileStamps
from codechoir.pipeline import SpeechPipeline, word_table
from codechoir.settings import Settings
from codechoir.sinks import ChunkStream, Device, MarkStream, PlaybackMarkSink, Sink, Wire

log = logging.getLogger(__name__)


def latents_answer(engine: Engine, clear_memory: bool, clear_disk: bool) -> dict[str, Any]:
    """`{"latents": …}` of an engine that keeps some, after what is asked for was cleared; else nothing."""
    from codechoir.voices.library import LatentKeeping

    if not isinstance(engine, LatentKeeping):
        return {}
    told = engine.latents(clear_memory, clear_disk)
    return {
        "latents": {
            "removed": {"entries": told["removed"], "bytes": told["freed"]},
            "entries": told["entries"],
            "bytes": told["bytes"],
            "memory": {"entries": told["memory_entries"], "bytes": told["memory_bytes"]},
        }
    }


class SinkFactory:
    """Makes the sink of each reading. `device` is opened only where the server plays."""

    def __init__(self, audio: AudioMode, device: Device) -> None:
        self._audio = audio
        self._device = device
        self._make: Mapping[AudioMode, Callable[[Wire, int, int], Sink]] = {
            "client": lambda wire, _, __: ChunkStream(wire),
            "none": lambda wire, _, __: MarkStream(wire),
            "server": lambda wire, rate, channels: PlaybackMarkSink(device.sink(rate, channels), wire),
        }

    def sink(self, wire: Wire, sample_rate: int, is_wide: bool = False) -> Sink:
        """The sink of one reading, for sound of `sample_rate` hertz; `is_wide`: its voices stand apart."""
        return self._make[self._audio](wire, sample_rate, 2 if is_wide else 1)

    def warm_up(self) -> None:
        """Open the device in the background, where the server plays."""
        if self._audio == "server":
            self._device.warm_up()

    def close(self) -> None:
        """Give the device back."""
        self._device.close()


PATIENCE = 1.0
"""Seconds that a listener at an editor waits for an engine that loads, before the embedded one begins."""

Warn = Callable[[str], None]
"""Takes one line for the user."""


class Runtime:
    """Follows the settings; an engine or profile that does not exist is told, and the one before stays.

    May be used from several threads: whoever needs the choir first makes it.
    """

    def __init__(self, settings: Settings, warn: Warn) -> None:
        self._wanted = settings
        self._warn = warn
        self._lock = threading.RLock()
        self.phrases = PhraseCacheFactory()
        self._choir: SpeechPipeline | None = None
        self._engine: Engine | None = None
        self._tables = FileStamps()
        self._tables.changed(settings.tables)

    @property
    def settings(self) -> Settings:
        """The settings in force, or those that will be when the choir is made."""
        return self._wanted

    @property
    def choir(self) -> SpeechPipeline:
        """Who says what. Raises `CodechoirError` when not even the default can be had."""
        return self._ready()[0]

    @property
    def engine(self) -> Engine:
        """Who makes the sound. Raises `CodechoirError` when not even the default can be had."""
        return self._ready()[1]

    def change(self, settings: Settings) -> Engine | None:
        """Follow new settings from the next phrase on; returns an engine that is not needed any more.

        Close it when it does not speak any more.
        """
        with self._lock:
            before, self._wanted = self._wanted, settings
            self._tables.changed(settings.tables)
            if self._choir is None or self._engine is None:
                return None
            retired = self._engine
            if settings.engine != before.engine:
                self._engine = self._engine_or(before.engine)
            try:
                self._choir.change(self._wanted)
            except InputError as error:
                self._warn(str(error))
                self._wanted = replace(self._wanted, profile=before.profile)
                self._choir.change(self._wanted)
            return None if retired is self._engine else retired

    def follow_tables(self) -> None:
        """Use the word tables as they were saved last; one with a mistake is told, and the words stay."""
        changed = self._tables.changed(self._wanted.tables)
        if not changed:
            return
        try:
            for path in changed:
                word_table(str(path))
        except InputError as error:
            self._warn(str(error))
        else:
            self.choir.reword()

    def warm_up(self) -> None:
        """Load everything; what goes wrong is told, not raised: a reading that needs it will say so too."""
        try:
            choir, engine = self._ready()
            choir.warm_up()
            engine.warm_up()
        except CodechoirError as error:
            log.info("not ready yet: %s", error)

    def check(self) -> None:
        """Warn of voices that the engine does not have, and of properties that it ignores."""
        try:
            choir, engine = self._ready()
            choir.check(engine)
            if line := choir.unheard(engine):
                self._warn(line)
        except CodechoirError as error:
            self._warn(str(error))

    def close(self) -> None:
        """Free the engine."""
        with self._lock:
            if self._engine is not None:
                self._engine.close()

    def _ready(self) -> tuple[SpeechPipeline, Engine]:
        choir, engine = self._choir, self._engine
        if choir is not None and engine is not None:
            return choir, engine
        with self._lock:
            if self._engine is None:
                self._engine = self._engine_or(Settings().engine)
            if self._choir is None:
                self._choir = self._choir_or(Settings().profile)
            return self._choir, self._engine

    def _engine_or(self, fallback: str) -> Engine:
        """The wanted engine, or the one called `fallback`, which is wanted from then on."""
        try:
            engine = make_engine(self._wanted.engine)
            if isinstance(engine, Patient):
                engine.patience = PATIENCE
            return self._with_phrases(engine)
        except (InputError, EngineError) as error:
            if self._wanted.engine == fallback:
                raise
            self._warn(f"{error} '{fallback}' speaks instead.")
            self._wanted = replace(self._wanted, engine=fallback)
            return self._engine or make_engine(fallback)

    def _with_phrases(self, engine: Engine) -> Engine:
        try:
            return self.phrases.in_front_of(engine)
        except InputError as error:
            self._warn(f"{error} No phrases are kept.")
            return engine

    def _choir_or(self, fallback: str) -> SpeechPipeline:
        try:
            return SpeechPipeline(self._wanted)
        except InputError as error:
            if self._wanted.profile == fallback:
                raise
            self._warn(f"{error} The profile '{fallback}' is used instead.")
            self._wanted = replace(self._wanted, profile=fallback)
            return SpeechPipeline(self._wanted)
