"""How far the writing of a file has come, on a line of standard error.

Phrases that come from no source file, and the text that they say.

Phrases to the ear and into files: what `read`, `say` and `voices audition` have in common.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from codechoir.cli.terminal_view import pressed_keys
from codechoir.errors import CodechoirError, EngineError, InputError
from codechoir.model import CastUtterance, Mark, Phrase, Span, State
from codechoir.settings import Settings
from codechoir.sinks import Chapter, Content
from codechoir.sinks.html import PageText
from codechoir.stdio import report

if TYPE_CHECKING:
    from codechoir.engines import Engine
    from codechoir.engines.cache import PhraseCacheFactory
    from codechoir.pipeline import SpeechPipeline
    from codechoir.playback import Reader, Reading
    from codechoir.sinks import Content, Device, DeviceSink, FileSink, Sink
    from codechoir.voices import Casting

ERASE_LINE = "\x1b[K"


class WriteProgress:
    """A view that tells the share of the bytes `start` to `end` that was written to `path`, in per cent."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._path = path
        self._start = start
        self._length = max(1, end - start)
        self._shown = ""

    def show(self, mark: Mark | None) -> None:
        percent = 100 * (mark.start - self._start) // self._length if mark is not None else 0
        line = f"writing {self._path}  {percent} %"
        if line != self._shown:
            sys.stderr.write(f"\r{line}{ERASE_LINE}")
            sys.stderr.flush()
            self._shown = line

    def close(self, complete: bool) -> None:
        if self._shown:
            sys.stderr.write(f"\r{ERASE_LINE}")
            sys.stderr.flush()


def script(title: str, parts: Sequence[CastUtterance]) -> tuple[list[Phrase], Content]:
    """A phrase for each part, and a text with a line for each, which is a chapter."""
    phrases, spans, text = [], [], b""
    for part in parts:
        start = len(text)
        text += part.utterance.text.encode("utf-8", "replace")
        placed = replace(part, utterance=replace(part.utterance, start=start, end=len(text)))
        phrases.append(Phrase((placed,), start, len(text)))
        spans.append(Span(start, len(text), part.utterance.category, ""))
        text += b"\n"
    chapters = [Chapter(phrase.start, phrase.parts[0].utterance.text) for phrase in phrases]
    page = PageText(title, "spoken text", text, 0, len(text), 1, tuple(spans))
    return phrases, Content(title, lambda: chapters, lambda: page)


FRAME_SECONDS = 0.03
"""How often the screen follows the sound."""


class View(Protocol):
    """What is shown while a reading sounds."""

    def show(self, mark: Mark | None) -> None:
        """The word that is heard now."""

    def close(self, complete: bool) -> None:
        """The reading has ended; `complete` when it was heard to its end."""


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """Where the sound goes. `sound`: a sound file or a page. `marks`: a file. `play`: the device, too."""

    sound: Path | None
    marks: Path | None
    play: bool

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> OutputOptions:
        """What the options say. Raises `InputError` when nothing, or harm, would come of them."""
        output = cls(arguments.output, arguments.marks, arguments.play)
        if not (output.play or output.sound or output.marks):
            raise InputError("--no-play needs -o OUT or --marks OUT.json: nothing would be heard or written")
        targets = [path for path in (output.sound, output.marks) if path is not None]
        if len({os.path.realpath(path) for path in targets}) < len(targets):
            raise InputError(f"{targets[0]} cannot be both; give -o and --marks different names")
        source = getattr(arguments, "file", None)
        for path in targets:
            if source is not None and _is_same_file(path, source):
                raise InputError(f"{path} is the file that is read; write to another")
        return output

    def files(self, content: Content, channels: int = 1) -> list[FileSink]:
        """The sinks of the files, which tell of `content`. Raises `InputError` for one that cannot be."""
        from codechoir.sinks import MarksFile, output_file

        files: list[FileSink] = []
        if self.sound is not None:
            files.append(output_file(self.sound, content, channels))
        if self.marks is not None:
            files.append(MarksFile(self.marks))
        return files


def _is_same_file(path: Path, source: str) -> bool:
    """Whether both are there and one file, by whatever names."""
    try:
        return path.samefile(source)
    except OSError:
        return False


def ready_engine(name: str, phrases: PhraseCacheFactory | None = None) -> Engine:
    """The engine, able to speak, with the phrase cache where it is wanted.

    Raises `InputError` for an unknown name, `EngineError` when it cannot speak.
    """
    from codechoir.engines import make_engine
    from codechoir.engines.cache import PhraseCacheFactory

    engine = make_engine(name)
    missing = engine.check()
    if missing is not None:
        raise EngineError(missing)
    return (phrases or PhraseCacheFactory()).in_front_of(engine)


def checked_casting(settings: Settings, engine: Engine) -> Casting:
    """Casting by the settings. Raises `InputError` for an unknown profile, or a voice the engine lacks."""
    from codechoir.voices import check_families, full_casting, ignored_properties, load_profile

    profile = load_profile(settings.profile, settings.engine)
    check_families(profile, engine.voices(), settings)
    if line := ignored_properties(profile, settings, engine.capabilities):
        report(line)
    return full_casting(profile, settings)


def check_voices(pipeline: SpeechPipeline, engine: Engine) -> None:
    """Raises `InputError` for a voice the engine lacks; tells of properties that it ignores."""
    pipeline.check(engine)
    if line := pipeline.unheard(engine):
        report(line)


class Player:
    """Plays one lot of phrases, which say `content`. Raises `InputError` for files that cannot be.

    `is_wide`: their voices stand apart, so that the sound has to be stereo.
    """

    def __init__(
        self, engine: Engine, output: OutputOptions, content: Content, is_wide: bool = False
    ) -> None:
        self._engine = engine
        self._channels = 2 if is_wide else 1
        self._rate = engine.capabilities.sample_rate
        self._files = output.files(content, self._channels)
        self._wanted = output.play
        self._device: Device | None = None

    def open(self) -> bool:
        """Open the sound device, if it is wanted: whether there is one to hear.

        Raises `CodechoirError` when there is none and nothing else is wanted.
        """
        from codechoir.sinks import Device

        if self._wanted and self._device is None:
            device = Device()
            try:
                device.open(self._rate, self._channels)
            except CodechoirError as error:
                if not self._files:
                    raise CodechoirError(f"{error}; add '-o out.wav' to write a file instead") from error
                report(f"{error}; only {self._names()} will be written")
                self._wanted = False
            else:
                self._device = device
        return self._device is not None

    def play(self, phrases: Iterable[Phrase], view: View | None = None) -> None:
        """Say everything, and return when it was heard or written. Raises `CodechoirError`."""
        from codechoir.playback import Reader
        from codechoir.sinks import MultiSink

        errors: list[str] = []

        def on_state(_: Reading, state: State, message: str) -> None:
            if state == "error":
                errors.append(message)
            elif message:
                report(message)

        reader = Reader(on_state)
        device = self._device if self.open() else None
        ear = device.sink(self._rate, self._channels) if device is not None else None
        try:
            sink: Sink = ear if ear is not None and not self._files else MultiSink(ear, [*self._files])
            reading = reader.start(phrases, self._engine, sink)
            _follow(reader, reading, view)
            if errors:
                raise CodechoirError(errors[0])
            if reading.state == "stopped" and self._files:
                raise CodechoirError(f"stopped before the end; {self._names()} was not written")
            if ear is not None:
                self._leave(ear)
        finally:
            if self._device is not None:
                self._device.close()
            self._engine.close()
        for file in self._files:
            report(f"wrote {file.path} ({file.summary})")

    def _leave(self, ear: DeviceSink) -> None:
        """Let the last words sound; a device that was lost is an error unless files were wanted, too."""
        if ear.failure is None and self._device is not None:
            self._device.drain()
        elif ear.failure is not None and self._files:
            report(f"{ear.failure}; {self._names()} is complete")
        elif ear.failure is not None:
            raise ear.failure

    def _names(self) -> str:
        return " and ".join(str(file.path) for file in self._files)


def _follow(reader: Reader, reading: Reading, view: View | None) -> None:
    """Show what sounds until the reading has ended; an interruption ends it at once."""
    acts = {" ": lambda: reading.resume() or reading.pause(), "q": reading.stop}
    try:
        with pressed_keys() as keys:
            while not reading.wait(FRAME_SECONDS):
                if view is not None:
                    view.show(reading.sounding)
                act = acts.get(next(keys))
                if act is not None:
                    act()
    finally:
        reader.close()
        if view is not None:
            view.close(reading.state == "finished")
