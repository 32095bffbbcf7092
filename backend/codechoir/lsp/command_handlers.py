"""The commands of `workspace/executeCommand`: picks the handler by name, checks arguments, answers.

Importing this loads parsers and word tables; the server does so after `initialize` was answered.
"""

from __future__ import annotations

import gc
import platform
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import asdict, replace
from itertools import chain
from typing import Any

from codechoir import __version__
from codechoir.engines import EarlyEngine
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
from codechoir.lsp.configuration import AudioMode, as_json, filters_as_json
from codechoir.lsp.documents import Documents, range_of
from codechoir.lsp.reading_controller import Answer, OnState, ReadingController
from codechoir.lsp.reading_plan import (
    MakeAbout,
    ReadingPlan,
    ReplayablePhrases,
    extents_of,
    extents_to_spell,
    offset,
)
from codechoir.lsp.speech_runtime import SpeechRuntime, Warn
from codechoir.model import Category, Phrase
from codechoir.settings import Settings
from codechoir.sinks import Send
from codechoir.syntax import Document, Snapshot, parse_encoding

CommandArguments = Mapping[str, Any]
"""The JSON object that a command gets; not checked yet."""

COLLECT_AFTER = 5_000
"""Allocations before Python looks for garbage, which takes a millisecond or two.

Python's default of 700 is reached within one line of code that is read.
"""

RunInBackground = Callable[[Hashable, Callable[[], None]], None]
"""Runs a job in another thread, instead of one with the same key that has not begun."""


class CommandHandlers:
    """Runs commands by name. Owns the documents, the runtime and the readings of one editor."""

    def __init__(
        self,
        audio: AudioMode,
        encoding: str,
        settings: Settings,
        send: Send,
        on_state: OnState,
        warn: Warn,
        warnings: Collection[str],
        run_in_background: RunInBackground,
        early: EarlyEngine | None = None,
    ) -> None:
        self._warnings = warnings
        self._run_in_background = run_in_background
        self.documents = Documents(parse_encoding(encoding), self._document_changed)
        self.runtime = SpeechRuntime(settings, audio, warn, early)
        self.readings = ReadingController(self.runtime, self.documents, send, on_state)
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
            "mute": lambda given: self._toggle("mute", mute_request(given)),
            "solo": lambda given: self._toggle("solo", mute_request(given)),
            "only": lambda given: self._change_settings(only=only_request(given)),
            "unmute": lambda _: self._change_settings(mute=frozenset(), solo=frozenset(), only="everything"),
            "outline": self._outline,
            "describe": self._describe,
            "voices": self._voices,
            "cache": self._cache,
            "status": self._status,
        }

    def run(self, command: str, given: CommandArguments) -> Any:
        """Runs a command and returns its result. Raises `InputError` for wrong arguments."""
        return self._commands[command](given)

    def warm_up(self) -> None:
        """Loads voices, engine and sound device in the background, before the first reading needs them."""
        self.readings.warm_up()
        self.runtime.warm_up_device()
        self.readings.run_before_next(tune_gc)
        self._run_in_background("check", self.runtime.check)

    def acknowledge(self, session: int, samples: int) -> None:
        """The client has played so many samples; ignored if the server plays, since it knows better."""
        if self.runtime.audio == "client":
            self.readings.acknowledge(session, samples)

    def close(self) -> None:
        """Stops for good, the sound first. May be called from any thread, more than once."""
        self.runtime.close()
        self.readings.close()

    # ---- commands ------------------------------------------------------------------------------------

    def _read(self, given: CommandArguments) -> Answer:
        request = read_request(given)
        self.runtime.follow_tables()
        snapshot = self.documents.snapshot(request.uri)
        extents = extents_of(request, snapshot, self.documents.encoding)
        begin, end = extents[0][0], extents[-1][1]
        start = 0 if request.unit == "from-cursor" else begin
        selections = extents if len(extents) > 1 else ()
        plan = ReadingPlan(snapshot, start, end, begin, extents=selections, uri=request.uri)
        return {"session": self.readings.begin(plan)["session"]}

    def _say(self, given: CommandArguments) -> Answer:
        """Says an outline, a description or a spelling, which is computed in the reader's thread."""
        request = say_request(given)
        self.runtime.follow_tables()
        snapshot = self.documents.snapshot(request.uri)
        start, make = self._phrases_about(request, snapshot)
        about = ReplayablePhrases(lambda: make(snapshot))
        plan = ReadingPlan(snapshot, start, start, start, about=about, uri=request.uri, make_about=make)
        plan = replace(plan, spells=request.what == "spell")
        return {"session": self.readings.begin(plan)["session"]}

    def _phrases_about(self, request: SayRequest, snapshot: Snapshot) -> tuple[int, MakeAbout]:
        """The byte that the request is about, and what makes the phrases to say, also from a later text."""
        pipeline = self.runtime.pipeline
        at = None if request.position is None else self._offset(snapshot, request.position)
        if request.what == "outline":
            if at is None:
                return 0, pipeline.outline
            return at, lambda now: pipeline.outline(now, now.moved(snapshot, at, at).start)
        if request.what == "describe":
            byte = at or 0
            return byte, lambda now: pipeline.description(now, now.moved(snapshot, byte, byte).start)
        extents = extents_to_spell(request, snapshot, self.documents.encoding)

        def spelling(now: Snapshot) -> Iterable[Phrase]:
            places = [now.moved(snapshot, start, end) for start, end in extents]
            return chain.from_iterable(pipeline.spelling(now, place.start, place.end) for place in places)

        return extents[0][0], spelling

    def _toggle(self, setting: str, request: MuteRequest) -> dict[str, Any]:
        """Adds a category to the setting `mute` or `solo`, or removes it."""
        chosen = frozenset(getattr(self.runtime.settings, setting))
        on = request.category not in chosen if request.on is None else request.on
        changed = chosen | {request.category} if on else chosen - {request.category}
        return self._change_settings(**{setting: changed})

    def _change_settings(self, **changes: Any) -> dict[str, Any]:
        """Changes settings from the next phrase on, in a reading in progress too."""
        self.readings.configure(replace(self.runtime.settings, **changes))
        return {**self.readings.answer(), **filters_as_json(self.runtime.settings)}

    def _outline(self, given: CommandArguments) -> dict[str, Any]:
        request = outline_request(given)
        snapshot = self.documents.snapshot(request.uri)
        at = None if request.position is None else self._offset(snapshot, request.position)
        outline: dict[str, Any] = self.runtime.pipeline.wording.outline(snapshot, at).as_json()
        for symbol in outline["symbols"]:
            symbol["range"] = self._range(snapshot, symbol)
        return outline

    def _describe(self, given: CommandArguments) -> dict[str, Any]:
        request = place_request(given)
        snapshot = self.documents.snapshot(request.uri)
        at = self._offset(snapshot, request.position)
        described: dict[str, Any] = self.runtime.pipeline.wording.describe(snapshot, at).as_json()
        return {**described, "range": self._range(snapshot, described)}

    def _voices(self, given: CommandArguments) -> dict[str, Any]:
        pipeline, engine = self.runtime.pipeline, self.runtime.engine
        return {
            "engine": engine.name,
            "profile": self.runtime.settings.profile,
            "families": [asdict(voice) for voice in engine.voices()],
            "casting": {category.value: asdict(pipeline.voice_of(category)) for category in Category},
        }

    def _cache(self, given: CommandArguments) -> dict[str, Any]:
        """What the caches hold and have saved, after clearing them if the command asks for that."""
        memory, disk = cache_request(given)
        cache = self.runtime.phrase_cache.cache
        removed, freed = cache.clear(memory, disk) if memory or disk else (0, 0)
        figures = cache.figures()
        total = figures.total
        return {
            **self.runtime.latents(memory, disk),
            "removed": {"entries": removed, "bytes": freed},
            "entries": figures.entries,
            "bytes": figures.bytes,
            "memory": {"entries": figures.memory_entries, "bytes": figures.memory_bytes},
            "hits": total.hits,
            "misses": total.misses,
            "secondsSaved": round(total.seconds_saved, 6),
        }

    def _status(self, given: CommandArguments) -> dict[str, Any]:
        engine = self.runtime.engine
        return {
            **self.readings.answer(),
            "audio": self.runtime.audio,
            "engine": engine.name,
            "engineModel": self.runtime.choice.model,
            "engineReason": self.runtime.choice.reason,
            "engineCheck": engine.check() or "ready",
            "engineLoaded": engine.is_ready(),
            "profile": self.runtime.settings.profile,
            "silent": [each.value for each in Category if self.runtime.pipeline.voice_of(each).volume == 0],
            "settings": as_json(self.runtime.settings),
            "warnings": list(self._warnings),
            "versions": {"codechoir": __version__, "python": platform.python_version()},
        }

    # ---- documents -----------------------------------------------------------------------------------

    def _document_changed(self, document: Document) -> None:
        """Parses in the background, so that a reading that comes later only pays for its own lines."""

        def parse() -> None:
            snapshot = document.snapshot()
            snapshot.spans(0, 1)
            self.runtime.pipeline.warm_up(snapshot.language.name)
            snapshot.settle()

        self._run_in_background(document, parse)

    def _offset(self, snapshot: Snapshot, position: Position) -> int:
        return offset(snapshot, position, self.documents.encoding)

    def _range(self, snapshot: Snapshot, item: Mapping[str, Any]) -> Any:
        """The LSP range of an item with byte offsets `start` and `end`."""
        return range_of(snapshot, self.documents.encoding, item["start"], item["end"])


def tune_gc() -> None:
    """Tunes garbage collection so that it does not delay audio: it skips what is loaded now."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 50, 50)
    gc.enable()
