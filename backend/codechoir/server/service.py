"""The speech service: the engines, the readings in progress, and their limits. Routes talk to it alone."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from codechoir.engines import (
    AUTOMATIC_ENGINES,
    NATURAL_ENGINE,
    Engine,
    EngineSelection,
    engine_names,
    make_engine,
    make_fallback_engine,
    select_engine,
)
from codechoir.errors import CodechoirError, EngineError, InputError, did_you_mean
from codechoir.playback import PhraseCacheFactory, prepare_engine
from codechoir.server.http_errors import ClosingError, RequestError
from codechoir.server.metrics import ServerMetrics
from codechoir.server.places import Places
from codechoir.server.server_settings import ServerSettings
from codechoir.server.speech_session import EngineTurns, PhraseSource, SpeechSession
from codechoir.server.speech_texts import Pipelines, VoiceNames
from codechoir.settings import Settings
from codechoir.voices.library import VoiceLibrary

if TYPE_CHECKING:
    from codechoir.engines.cache import PhraseCache

log = logging.getLogger(__name__)

KEPT_SESSIONS = 256
"""Readings that have ended, whose state can still be asked for."""

OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
"""Names of models that stand for the server's engine."""


@dataclass(frozen=True, slots=True)
class SpeechPlan:
    """A reading that somebody wants. `source`: called in a thread, makes the phrases, or raises.

    `id`: of the session, empty for a new one. `first_phrase`: the index of its first phrase.
    """

    client: str
    engine: str
    source: Callable[[], PhraseSource]
    route: str = ""
    id: str = ""
    first_phrase: int = 0
    text_length: int = 0


class SpeechService:
    """Made before the event loop runs; `start` and everything else run in it."""

    def __init__(self, settings: Settings, server: ServerSettings) -> None:
        """Raises `CodechoirError` if the engine cannot be used, or the settings are wrong."""
        self.server = server
        self.choice = select_engine(settings)
        self.settings = self.choice.applied_to(settings)
        self.pipelines = Pipelines(self.settings)
        self.metrics = ServerMetrics()
        self.served = tuple(dict.fromkeys((self.choice.engine, *server.engines)))
        self._check_names()
        self.executor = ThreadPoolExecutor(
            (server.turns + server.instances) * len(self.served) + 4, "codechoir-speak"
        )
        self._phrase_cache = PhraseCacheFactory()
        self._turns = {self.choice.engine: self._make_turns(self.choice.engine)}
        self._names: dict[str, VoiceNames] = {}
        self.pipelines.get().check(self._turns[self.choice.engine].engine)
        self._admitted = Places(server.max_requests, server.queue, server.per_client)
        self.cloning = Places(1, longest_queue=4)
        self._sessions: dict[str, SpeechSession] = {}
        self._ended: OrderedDict[str, SpeechSession] = OrderedDict()
        self._routes: dict[str, str] = {}
        self._finished = asyncio.Event()
        self.is_closing = False
        self.sockets = 0  # that are open
        self.is_warm = False

    def _check_names(self) -> None:
        for name in self.served:
            if name in AUTOMATIC_ENGINES or name not in engine_names():
                known = ", ".join(engine_names())
                raise InputError(
                    f"unknown engine '{name}'; known: {known}.{did_you_mean(name, engine_names())}"
                )

    # ---- engines ------------------------------------------------------------------------------------------

    def engine_name(self, name: str | None, param: str = "engine") -> str:
        """The engine that a client names; the server's for None, and for OpenAI's names of models.

        Raises `RequestError` for one that the server does not offer.
        """
        if not name or name in OPENAI_MODELS or name in AUTOMATIC_ENGINES:
            return self.choice.engine
        if name not in self.served:
            known = ", ".join(self.served)
            raise RequestError(
                f"the server has no engine '{name[:100]}'; it has {known}.{did_you_mean(name, self.served)}",
                404 if param == "model" else 400,
                "model_not_found" if param == "model" else "unknown-engine",
                param,
            )
        return name

    def turns(self, engine: str) -> EngineTurns:
        """The engine with this name, made on first use. Raises `EngineError`."""
        found = self._turns.get(engine)
        if found is None:
            found = self._turns[engine] = self._make_turns(engine)
        return found

    def names(self, engine: str) -> VoiceNames:
        """The voices of an engine. May take a moment, in which the engine loads."""
        found = self._names.get(engine)
        if found is None or self.turns(engine).engine.capabilities.cloning:
            stand_in = make_fallback_engine() if engine == NATURAL_ENGINE else None
            found = self._names[engine] = VoiceNames(self.turns(engine).engine, stand_in)
        return found

    def _make_turns(self, name: str) -> EngineTurns:
        engine = self._make_engine(name)
        server = self.server
        return EngineTurns(
            engine, lambda: self._make_engine(name), self.executor, server.turns, server.instances
        )

    def _make_engine(self, name: str) -> Engine:
        choice = self.choice if name == self.choice.engine else EngineSelection(name)
        engine = make_engine(name)
        engine.model = choice.model
        missing = engine.check()
        if missing is not None:
            raise EngineError(missing)
        # a model that the user has not asked for may be replaced by the fallback engine
        return prepare_engine(engine, self._phrase_cache, on_broken=_report_broken if choice.model else None)

    def engines(self) -> list[Engine]:
        """The engines that were made."""
        return [turns.engine for turns in self._turns.values()]

    def cloning_engine(self) -> Engine:
        """The first engine that can make voices from recordings. Raises `RequestError` if there is none."""
        for name in self.served:
            if (engine := self.turns(name).engine).capabilities.cloning:
                return engine
        raise RequestError(
            f"no engine of this server can clone voices; it has {', '.join(self.served)}", code="cannot-clone"
        )

    @property
    def phrase_cache(self) -> PhraseCache:
        """The phrases that engines have spoken."""
        return self._phrase_cache.cache

    @cached_property
    def library(self) -> VoiceLibrary:
        """The library of voices."""
        return VoiceLibrary()

    # ---- life ---------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Loads the engine in the background."""
        self._warming = asyncio.get_running_loop().run_in_executor(self.executor, self._warm_up)

    def _warm_up(self) -> None:
        try:
            pipeline = self.pipelines.get()
            self._turns[self.choice.engine].engine.warm_up()
            self.names(self.choice.engine)
            pipeline.warm_up()
            _warm_up_imports()
        except CodechoirError as error:
            log.error("the engine '%s' cannot be loaded: %s", self.choice.engine, error)
            self.problem = str(error)
        else:
            self.is_warm = True

    problem = ""
    """Why the engine could not be loaded."""

    @property
    def is_ready(self) -> bool:
        """Whether a reading would start at once."""
        return self.is_warm and not self.is_closing and self._turns[self.choice.engine].engine.is_ready()

    async def drain(self, seconds: float) -> None:
        """Refuses new readings, and waits until those in progress have ended, `seconds` at most."""
        self.is_closing = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._sessions:
                    self._finished.clear()
                    await self._finished.wait()

    async def close(self) -> None:
        """Ends all readings and closes the engines."""
        self.is_closing = True
        for session in list(self._sessions.values()):
            session.cancel()
        for turns in self._turns.values():
            await asyncio.get_running_loop().run_in_executor(None, turns.close)
        self.executor.shutdown(wait=False, cancel_futures=True)

    # ---- readings -----------------------------------------------------------------------------------------

    @property
    def queue_length(self) -> int:
        """Readings that wait for a place."""
        return self._admitted.waiting

    @property
    def in_progress(self) -> int:
        """Readings that have a place."""
        return len(self._sessions)

    def session(self, id: str) -> SpeechSession:
        """A reading in progress, or one of the last that have ended. Raises `RequestError`."""
        found = self._sessions.get(id) or self._ended.get(id)
        if found is None:
            raise RequestError(f"there is no session '{id[:64]}'", 404, "unknown-session", "session")
        return found

    async def open(self, plan: SpeechPlan) -> SpeechSession:
        """Begins a reading as soon as there is a place. Who calls it calls `release` at the end.

        Raises `BusyError`, `ClosingError`, and what `plan.source` and the engine raise.
        """
        if self.is_closing:
            raise ClosingError("the server is being stopped; try again later")
        asked = time.perf_counter()
        await self._admitted.take(plan.client)
        try:
            loop = asyncio.get_running_loop()
            turns = await loop.run_in_executor(None, self.turns, plan.engine)
            source = await loop.run_in_executor(None, plan.source)
            session = SpeechSession(self._new_id(plan.id), plan.client, source, turns, plan.first_phrase)
        except BaseException as error:
            self._admitted.give_back(plan.client)
            if isinstance(error, CodechoirError):
                self.metrics.refused(plan.engine, error)
            raise
        session.times.began = asked
        session.notice = self._noticed(session)
        self._sessions[session.id] = session
        self._routes[session.id] = plan.route
        session.start()
        return session

    def release(self, session: SpeechSession) -> None:
        """Ends a reading, and frees its place when the engine has let go of it."""
        session.cancel()
        self._sessions.pop(session.id, None)
        self._ended[session.id] = session
        if len(self._ended) > KEPT_SESSIONS:
            self._ended.popitem(last=False)
        session.when_free(lambda: self._freed(session))

    def _freed(self, session: SpeechSession) -> None:
        self._admitted.give_back(session.client)
        self.metrics.ended(session)
        times, route = session.times, self._routes.pop(session.id, "")
        log.info(
            "session=%s route=%s engine=%s state=%s first_audio_ms=%.1f audio_s=%.2f engine_s=%.3f",
            session.id,
            route,
            session.engine,
            session.state,
            1000 * max(times.first_audio - times.began, 0.0),
            session.produced / session.sample_rate,
            times.speaking,
        )
        self._finished.set()

    def _new_id(self, wanted: str) -> str:
        """The id for a session: the wanted one, whose earlier reading ends, or a new one."""
        if not wanted:
            return secrets.token_hex(8)
        earlier = self._sessions.get(wanted)
        if earlier is not None:
            earlier.cancel()
            return secrets.token_hex(8)
        return wanted

    def _noticed(self, session: SpeechSession) -> Callable[[str], None]:
        return lambda line: log.warning("session=%s %s", session.id, line)


def _report_broken(problem: str) -> None:
    log.warning("reading with the fallback engine: %s", problem)


def _warm_up_imports() -> None:
    """Loads what the first request would wait for."""
    from codechoir.languages import plain_text
    from codechoir.server.stream_encoders import STREAM_FORMATS, StreamOutput
    from codechoir.syntax import Document

    StreamOutput(STREAM_FORMATS["mp3"], 22_050)
    StreamOutput(STREAM_FORMATS["pcm"], 22_050)
    list(Document(b"warm", plain_text()).snapshot().spans(0, 4))
