"""Plays phrases and writes them to files: shared by `read`, `say`, `outline` and `voices audition`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from codechoir.cli.process_signals import pressed_keys
from codechoir.errors import CodechoirError, EngineError, InputError, escape_invisible
from codechoir.model import CastUtterance, Mark, Phrase, Span, State
from codechoir.settings import Settings
from codechoir.stdio import report

if TYPE_CHECKING:
    from codechoir.engines import Engine, EngineSelection
    from codechoir.pipeline import SpeechPipeline
    from codechoir.playback import PhraseCacheFactory, Reader, Reading
    from codechoir.sinks import Content, Device, DeviceSink, FileSink, Sink
    from codechoir.voices import Casting

ERASE_LINE = "\x1b[K"

FRAME_SECONDS = 0.03
"""How often the view is updated."""

FADE_OUT_SECONDS = 0.2
"""How long a reading that was stopped may take to fade out, also where the sound server does not answer."""


class View(Protocol):
    """What is shown during a reading. `hides_cursor`: that of the terminal, until `close`."""

    hides_cursor: bool

    def show(self, mark: Mark | None) -> None:
        """Shows the current word."""

    def close(self, complete: bool) -> None:
        """Ends the view; `complete` if everything was played."""


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """Where audio goes. `sound`: an audio file or HTML page. `marks`: a file. `play`: the sound device."""

    sound: Path | None
    marks: Path | None
    play: bool

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> OutputOptions:
        """From the options. Raises `InputError` if there is no output, or it would overwrite the source."""
        output = cls(arguments.output, arguments.marks, arguments.play)
        if not (output.play or output.sound or output.marks):
            raise InputError("--no-play needs -o OUT or --marks OUT.json: otherwise there is no output")
        targets = [path for path in (output.sound, output.marks) if path is not None]
        if len({os.path.realpath(path) for path in targets}) < len(targets):
            raise InputError(f"-o and --marks both name {targets[0]}; give them different names")
        source = getattr(arguments, "file", None)
        for path in targets:
            if source is not None and _is_same_file(path, source):
                raise InputError(f"{path} is the source file; write to another file")
        return output

    @property
    def is_live(self) -> bool:
        """Whether somebody listens, and nothing is kept."""
        return self.play and not (self.sound or self.marks)

    def files(self, content: Content, channels: int = 1) -> list[FileSink]:
        """A sink for each file. Raises `InputError` for a file that cannot be written."""
        from codechoir.sinks import MarksFile, output_file

        files: list[FileSink] = []
        if self.sound is not None:
            files.append(output_file(self.sound, content, channels))
        if self.marks is not None:
            files.append(MarksFile(self.marks))
        return files


def _is_same_file(path: Path, source: str) -> bool:
    """Whether both names lead to one file that exists."""
    try:
        return path.samefile(source)
    except OSError:
        return False


def ready_engine(
    choice: EngineSelection, phrases: PhraseCacheFactory | None = None, is_live: bool = False
) -> Engine:
    """The engine that was chosen, prepared for reading.

    `is_live`: somebody waits for the first sound. An engine that we have chosen then begins to load at once,
    and the fallback engine begins the reading if that takes long. Raises `InputError` if the engine is
    unknown, `EngineError` if it cannot speak.
    """
    from codechoir.engines import make_engine
    from codechoir.playback import PATIENCE_SECONDS, PhraseCacheFactory, prepare_engine

    engine = make_engine(choice.engine)
    engine.model = choice.model
    missing = engine.check()
    if missing is not None:
        raise EngineError(missing)
    if not choice.model:
        return prepare_engine(engine, phrases or PhraseCacheFactory())
    if is_live:
        engine.patience = PATIENCE_SECONDS
        engine.warm_up()
    # the reader is told by a message, so there is nothing left to do
    return prepare_engine(engine, phrases or PhraseCacheFactory(), engine.patience, on_broken=lambda _: None)


def checked_casting(settings: Settings, engine: Engine) -> Casting:
    """The casting of the settings, without a pipeline. Checks and reports like `check_voices`."""
    from codechoir.voices import check_families, full_casting, ignored_properties, load_profile

    profile = load_profile(settings.profile, settings.engine)
    check_families(profile, engine.voices(), settings)
    if line := ignored_properties(profile, settings, engine.capabilities):
        report(line)
    return full_casting(profile, settings)


def check_voices(pipeline: SpeechPipeline, engine: Engine) -> None:
    """Raises `InputError` if the engine lacks a voice; reports voice properties that it ignores."""
    pipeline.check(engine)
    if line := pipeline.ignored_properties(engine):
        report(line)


class Player:
    """Plays phrases and writes them to files. Raises `InputError` for a file that cannot be written.

    `content`: what files contain besides audio. `is_stereo`: voices are placed between left and right.
    """

    def __init__(
        self, engine: Engine, output: OutputOptions, content: Content, is_stereo: bool = False
    ) -> None:
        self._engine = engine
        self._channels = 2 if is_stereo else 1
        self._rate = engine.capabilities.sample_rate
        self._files = output.files(content, self._channels)
        self._uses_device = output.play
        self._device: Device | None = None

    def open(self) -> bool:
        """Opens the sound device if the output includes it; returns whether it is open.

        Raises `CodechoirError` if there is none and no file is written either.
        """
        from codechoir.sinks import Device

        if self._uses_device and self._device is None:
            device = Device()
            try:
                device.open(self._rate, self._channels)
            except CodechoirError as error:
                if not self._files:
                    raise CodechoirError(f"{error}; add '-o out.wav' to write a file instead") from error
                report(f"{error}; only {self._names()} will be written")
                self._uses_device = False
            else:
                self._device = device
        return self._device is not None

    def play(self, phrases: Iterable[Phrase], view: View | None = None) -> None:
        """Returns when everything was played or written. Raises `CodechoirError`."""
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
        device_sink = device.sink(self._rate, self._channels) if device is not None else None
        try:
            sink: Sink = (
                device_sink
                if device_sink is not None and not self._files
                else MultiSink(device_sink, [*self._files])
            )
            reading = reader.start(phrases, self._engine, sink)
            _follow(reader, reading, view)
            if errors:
                raise CodechoirError(errors[0])
            if reading.state == "stopped" and self._files:
                raise CodechoirError(f"stopped before the end; {self._names()} not written")
            if device_sink is not None:
                self._drain(device_sink, None if reading.state == "finished" else FADE_OUT_SECONDS)
        finally:
            if self._device is not None:
                self._device.close()
            self._engine.close()
        for file in self._files:
            report(f"wrote {file.path} ({file.summary})")

    def _drain(self, sink: DeviceSink, seconds: float | None) -> None:
        """Waits for the last words, or for `seconds`. A lost device is an error unless files were written."""
        if sink.failure is None and self._device is not None:
            self._device.drain(seconds)
        elif sink.failure is not None and self._files:
            report(f"{sink.failure}; {self._names()} is complete")
        elif sink.failure is not None:
            raise sink.failure

    def _names(self) -> str:
        return " and ".join(str(file.path) for file in self._files)


def _follow(reader: Reader, reading: Reading, view: View | None) -> None:
    """Updates the view and handles keys until the reading ends; Ctrl-C ends it at once."""
    actions = {" ": lambda: reading.resume() or reading.pause(), "q": reading.stop}
    try:
        with pressed_keys(view is not None and view.hides_cursor) as keys:
            while not reading.wait(FRAME_SECONDS):
                if view is not None:
                    view.show(reading.sounding)
                action = actions.get(next(keys))
                if action is not None:
                    action()
    finally:
        reader.close()
        if view is not None:
            view.close(reading.state == "finished")


class WriteProgress:
    """A view that shows how much of bytes `start` to `end` was written to `path`, in per cent."""

    hides_cursor = False

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._path = path
        self._start = start
        self._length = max(1, end - start)
        self._shown = ""

    def show(self, mark: Mark | None) -> None:
        percent = 100 * (mark.start - self._start) // self._length if mark is not None else 0
        line = f"writing {escape_invisible(str(self._path))}  {percent} %"
        if line != self._shown:
            sys.stderr.write(f"\r{line}{ERASE_LINE}")
            sys.stderr.flush()
            self._shown = line

    def close(self, complete: bool) -> None:
        if self._shown:
            sys.stderr.write(f"\r{ERASE_LINE}")
            sys.stderr.flush()


def phrases_of_texts(title: str, parts: Sequence[CastUtterance]) -> tuple[list[Phrase], Content]:
    """A phrase for each part; for files, a text with a line and a chapter for each."""
    from codechoir.sinks import Chapter, Content, PageText

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
