"""What does the work of the commands: documents, voices and readings.

Importing this loads the parsers and the tables of words, so it happens after `initialize` was answered.

The commands of `workspace/executeCommand`, by name (design, §4.2).
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from codechoir import __version__
from codechoir.lsp.arguments import (
    MuteRequest,
    Position,
    SayRequest,
    cache_request,
    mute_request,
    only_request,
    outline_request,
    place_request,
    rate_request,
    read_request,
    repeat_slower,
    say_request,
    skip_request,
)
from codechoir.lsp.configuration import AudioMode, as_json, heard
from codechoir.lsp.documents import Documents, range_of
from codechoir.lsp.entry import tune_gc
from codechoir.lsp.runtime import Runtime, SinkFactory, Warn, latents_answer
from codechoir.lsp.session import Answer, OnState, Readings, ReadingScope, ReplayablePhrases
from codechoir.lsp.targets import extent_of, extent_to_spell, offset
from codechoir.model import Category
from codechoir.settings import Settings
from codechoir.sinks import Device, Send
from codechoir.syntax import Document, Snapshot, checked_encoding

if TYPE_CHECKING:
    from codechoir.lsp.language_server import Server

CommandArguments = Mapping[str, Any]
"""A command's one object of arguments, not checked yet."""

InBackground = Callable[[Callable[[], None]], None]
"""Runs a job in a thread of the pool."""


class CommandHandlers:
    """All parts of the server that know about code and sound."""

    def __init__(
        self,
        audio: AudioMode,
        encoding: str,
        settings: Settings,
        send: Send,
        on_state: OnState,
        warn: Warn,
        warnings: Collection[str],
        in_background: InBackground,
    ) -> None:
        self._audio = audio
        self._warnings = warnings
        self._in_background = in_background
        self.documents = Documents(checked_encoding(encoding), self._changed)
        self.ensemble = Runtime(settings, warn)
        self._outlets = SinkFactory(audio, Device())
        self.readings = Readings(self.ensemble, self.documents.encoding, self._outlets.sink, send, on_state)
        self._commands: Mapping[str, Callable[[CommandArguments], Any]] = {
            "read": self._read,
            "stop": lambda _: self.readings.stop(),
            "pause": lambda _: self.readings.pause(),
            "resume": lambda _: self.readings.resume(),
            "skip": lambda given: self.readings.skip(skip_request(given)),
            "repeat": lambda given: self.readings.repeat(repeat_slower(given)),
            "where": lambda _: self.readings.where(),
            "rate": lambda given: self.readings.rate(rate_request(given)),
            "say": self._say,
            "mute": lambda given: self._hear("mute", mute_request(given)),
            "solo": lambda given: self._hear("solo", mute_request(given)),
            "only": lambda given: self._listen(only=only_request(given)),
            "unmute": lambda _: self._listen(mute=frozenset(), solo=frozenset(), only="everything"),
            "outline": self._outline,
            "describe": self._describe,
            "voices": self._voices,
            "cache": self._cache,
            "status": self._status,
        }

    def run(self, command: str, given: CommandArguments) -> Any:
        """Do what a command asks for. Raises `InputError` for wrong arguments."""
        return self._commands[command](given)

    def warm_up(self) -> None:
        """Load voices, engine and sound device in the background, before the first reading needs them."""
        self.readings.warm_up()
        self._outlets.warm_up()
        self.readings.prepare(tune_gc)
        self._in_background(self.ensemble.check)

    def heard(self, session: int, samples: int) -> None:
        """The client has played so many samples; where it does not play, it cannot know."""
        if self._audio == "client":
            self.readings.heard(session, samples)

    def close(self) -> None:
        """Fall silent for good, the device first; may be called from any thread, more than once."""
        self._outlets.close()
        self.ensemble.close()
        self.readings.close()

    # ---- commands ------------------------------------------------------------------------------------

    def _read(self, given: CommandArguments) -> Answer:
        request = read_request(given)
        self.ensemble.follow_tables()
        snapshot = self.documents.snapshot(request.uri)
        begin, end = extent_of(request, snapshot, self.documents.encoding)
        start = 0 if request.unit == "from-cursor" else begin
        return {"session": self.readings.read(ReadingScope(snapshot, start, end, begin))["session"]}

    def _say(self, given: CommandArguments) -> Answer:
        """Tell about code aloud. What has to be told is found out in the readings' thread, as it is told."""
        request = say_request(given)
        self.ensemble.follow_tables()
        snapshot = self.documents.snapshot(request.uri)
        start, telling = self._telling(request, snapshot)
        scope = ReadingScope(snapshot, start, start, start, telling=telling)
        return {"session": self.readings.read(scope)["session"]}

    def _telling(self, request: SayRequest, snapshot: Snapshot) -> tuple[int, ReplayablePhrases]:
        """Where it is about, and what is told."""
        choir = self.ensemble.choir
        at = None if request.position is None else self._offset(snapshot, request.position)
        if request.what == "outline":
            return at or 0, ReplayablePhrases(lambda: choir.outline(snapshot, at))
        if request.what == "describe":
            return at or 0, ReplayablePhrases(lambda: choir.description(snapshot, at or 0))
        start, end = extent_to_spell(request, snapshot, self.documents.encoding)
        return start, ReplayablePhrases(lambda: choir.spelling(snapshot, start, end))

    def _hear(self, what: str, request: MuteRequest) -> dict[str, Any]:
        """Mute a category or hear it alone, or no longer."""
        chosen = frozenset(getattr(self.ensemble.settings, what))
        on = request.category not in chosen if request.on is None else request.on
        return self._listen(**{what: chosen | {request.category} if on else chosen - {request.category}})

    def _listen(self, **change: Any) -> dict[str, Any]:
        """Hear something else from the next phrase on, also in the midst of a reading."""
        self.readings.configure(replace(self.ensemble.settings, **change))
        return {**self.readings.answer(), **heard(self.ensemble.settings)}

    def _outline(self, given: CommandArguments) -> dict[str, Any]:
        request = outline_request(given)
        snapshot = self.documents.snapshot(request.uri)
        at = None if request.position is None else self._offset(snapshot, request.position)
        outline: dict[str, Any] = self.ensemble.choir.wording.outline(snapshot, at).as_json()
        for symbol in outline["symbols"]:
            symbol["range"] = self._range(snapshot, symbol)
        return outline

    def _describe(self, given: CommandArguments) -> dict[str, Any]:
        request = place_request(given)
        snapshot = self.documents.snapshot(request.uri)
        at = self._offset(snapshot, request.position)
        described: dict[str, Any] = self.ensemble.choir.wording.describe(snapshot, at).as_json()
        return {**described, "range": self._range(snapshot, described)}

    def _voices(self, given: CommandArguments) -> dict[str, Any]:
        choir, engine = self.ensemble.choir, self.ensemble.engine
        return {
            "engine": engine.name,
            "profile": self.ensemble.settings.profile,
            "families": [asdict(voice) for voice in engine.voices()],
            "casting": {category.value: asdict(choir.voice_of(category)) for category in Category},
        }

    def _cache(self, given: CommandArguments) -> dict[str, Any]:
        """What the caches hold and have saved, after they were cleared if that is asked for."""
        memory, disk = cache_request(given)
        cache = self.ensemble.phrases.cache
        removed, freed = cache.clear(memory, disk) if memory or disk else (0, 0)
        figures = cache.figures()
        total = figures.total
        return {
            **latents_answer(self.ensemble.engine, memory, disk),
            "removed": {"entries": removed, "bytes": freed},
            "entries": figures.entries,
            "bytes": figures.bytes,
            "memory": {"entries": figures.memory_entries, "bytes": figures.memory_bytes},
            "hits": total.hits,
            "misses": total.misses,
            "secondsSaved": round(total.seconds_saved, 6),
        }

    def _status(self, given: CommandArguments) -> dict[str, Any]:
        engine = self.ensemble.engine
        return {
            **self.readings.answer(),
            "audio": self._audio,
            "engine": engine.name,
            "engineCheck": engine.check() or "ready",
            "profile": self.ensemble.settings.profile,
            "settings": as_json(self.ensemble.settings),
            "warnings": list(self._warnings),
            "versions": {"codechoir": __version__, "python": platform.python_version()},
        }

    def _offset(self, snapshot: Snapshot, position: Position) -> int:
        return offset(snapshot, position, self.documents.encoding)

    def _range(self, snapshot: Snapshot, piece: Mapping[str, Any]) -> Any:
        """The LSP range of a piece with byte offsets `start` and `end`."""
        return range_of(snapshot, self.documents.encoding, piece["start"], piece["end"])

    # ---- background ----------------------------------------------------------------------------------

    def _changed(self, document: Document) -> None:
        """Parse at leisure, so that a reading that comes later pays for its own lines only."""

        def prepare() -> None:
            snapshot = document.snapshot()
            snapshot.spans(0, 1)
            self.ensemble.choir.warm_up(snapshot.language.name)

        self._in_background(prepare)


PREFIX = "codechoir.server."

AT_ONCE = (
    *("read", "stop", "pause", "resume", "skip", "repeat", "where", "rate"),
    *("say", "mute", "solo", "only", "unmute"),
)
"""Answered by the thread that reads messages, and therefore quick."""

IN_THE_BACKGROUND = ("outline", "describe", "voices", "cache", "status")
"""Answered by a thread of the pool: they may take a while, and Stop must not wait for them."""


def register(server: Server) -> None:
    """Make the commands known to pygls, which tells the client their names."""
    for name in AT_ONCE:
        server.command(PREFIX + name)(_handler(server, name))
    for name in IN_THE_BACKGROUND:
        server.command(PREFIX + name)(server.thread()(_handler(server, name)))


def _handler(server: Server, name: str) -> Callable[[Mapping[str, Any]], Any]:
    def handler(arguments: Mapping[str, Any]) -> Any:
        return server.workshop.run(name, arguments)

    return handler
