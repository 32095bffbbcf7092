"""What does the work of the commands: documents, voices and readings.

Importing this loads the parsers and the tables of words, so it happens after `initialize` was answered.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from typing import Any

from codechoir import __version__
from codechoir.lsp.arguments import (
    Position,
    outline_request,
    place_request,
    rate_request,
    read_request,
    skip_request,
)
from codechoir.lsp.collector import spare_the_collector
from codechoir.lsp.configuration import AudioMode
from codechoir.lsp.documents import Documents
from codechoir.lsp.ensemble import Ensemble, Warn
from codechoir.lsp.outlets import Outlets
from codechoir.lsp.readings import Answer, OnState, Readings, Scope, range_of
from codechoir.lsp.units import extent_of, offset
from codechoir.model import Category
from codechoir.settings import Settings
from codechoir.sinks.device import Device
from codechoir.sinks.stream import Send
from codechoir.syntax.document import Document, Snapshot
from codechoir.syntax.positions import checked_encoding

Given = Mapping[str, Any]
"""A command's one object of arguments, not checked yet."""

InBackground = Callable[[Callable[[], None]], None]
"""Runs a job in a thread of the pool."""


class Workshop:
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
        self.ensemble = Ensemble(settings, warn)
        self._outlets = Outlets(audio, Device())
        self.readings = Readings(self.ensemble, self.documents.encoding, self._outlets.sink, send, on_state)
        self._commands: Mapping[str, Callable[[Given], Any]] = {
            "read": self._read,
            "stop": lambda _: self.readings.stop(),
            "pause": lambda _: self.readings.pause(),
            "resume": lambda _: self.readings.resume(),
            "skip": lambda given: self.readings.skip(skip_request(given)),
            "rate": lambda given: self.readings.rate(rate_request(given)),
            "outline": self._outline,
            "describe": self._describe,
            "voices": self._voices,
            "status": self._status,
        }

    def run(self, command: str, given: Given) -> Any:
        """Do what a command asks for. Raises `InputError` for wrong arguments."""
        return self._commands[command](given)

    def warm_up(self) -> None:
        """Load voices, engine and sound device in the background, before the first reading needs them."""
        self.readings.warm_up()
        self._outlets.warm_up()
        self.readings.prepare(spare_the_collector)
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

    def _read(self, given: Given) -> Answer:
        request = read_request(given)
        snapshot = self.documents.snapshot(request.uri)
        begin, end = extent_of(request, snapshot, self.documents.encoding)
        start = 0 if request.unit == "from-cursor" else begin
        return {"session": self.readings.read(Scope(snapshot, start, end, begin))["session"]}

    def _outline(self, given: Given) -> dict[str, Any]:
        request = outline_request(given)
        snapshot = self.documents.snapshot(request.uri)
        at = None if request.position is None else self._offset(snapshot, request.position)
        outline: dict[str, Any] = self.ensemble.choir.wording.outline(snapshot, at).as_json()
        for symbol in outline["symbols"]:
            symbol["range"] = self._range(snapshot, symbol)
        return outline

    def _describe(self, given: Given) -> dict[str, Any]:
        request = place_request(given)
        snapshot = self.documents.snapshot(request.uri)
        at = self._offset(snapshot, request.position)
        described: dict[str, Any] = self.ensemble.choir.wording.describe(snapshot, at).as_json()
        return {**described, "range": self._range(snapshot, described)}

    def _voices(self, given: Given) -> dict[str, Any]:
        choir, engine = self.ensemble.choir, self.ensemble.engine
        return {
            "engine": engine.name,
            "profile": self.ensemble.settings.profile,
            "families": [asdict(voice) for voice in engine.voices()],
            "casting": {category.value: asdict(choir.voice_of(category)) for category in Category},
        }

    def _status(self, given: Given) -> dict[str, Any]:
        engine = self.ensemble.engine
        settings = asdict(self.ensemble.settings)
        settings["voices"] = {category.value: change for category, change in settings["voices"].items()}
        return {
            **self.readings.answer(),
            "audio": self._audio,
            "engine": engine.name,
            "engineCheck": engine.check() or "ready",
            "profile": self.ensemble.settings.profile,
            "settings": settings,
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
