"""What an engine is: declared capabilities, a check in words, and one job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from codechoir.model import AudioChunk, Phrase


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a driver can do, as data.

    `sample_rate`: native, in hertz. `inline_prosody`: pitch, rate and volume may change inside an utterance
    without a seam. `cloning`: voices can be made from recordings. `batching`: several utterances cost little
    more than one, so the driver should be given look-ahead. `concurrent`: several threads may `speak` at
    once. `languages`: BCP 47 tags it can speak. `ignores`: properties of a voice that change nothing.
    """

    sample_rate: int
    inline_prosody: bool = False
    cloning: bool = False
    batching: bool = False
    concurrent: bool = False
    languages: tuple[str, ...] = ("en",)
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """One voice family that an engine offers: its name, its natural language, a line of description."""

    name: str
    language: str
    description: str = ""


class AudioListener(Protocol):
    """Takes the next chunk; may block while the listener is too far behind.

    Returns False when the reading was cancelled: the engine then stops at once and returns.
    """

    def __call__(self, chunk: AudioChunk) -> bool: ...


def cancelled(emit: AudioListener) -> bool:
    """Whether the reading behind `emit` has ended, asked without a chunk in hand.

    For engines that compute for a while before the next chunk exists. An `emit` that cannot tell says so
    only when it is called.
    """
    ask = getattr(emit, "cancelled", None)
    return bool(ask()) if callable(ask) else False


def notice(emit: AudioListener, line: str) -> bool:
    """Tell the listener of the reading behind `emit` something that is no failure, in one line.

    False when there is no way to tell this listener anything.
    """
    tell = getattr(emit, "notice", None)
    if callable(tell):
        tell(line)
        return True
    return False


def told(emit: AudioListener) -> None:
    """Tell who listens that the next phrase that was pulled has been said to its end.

    Phrases are told in the order in which they were pulled, each once, those without sound too. An engine
    whose phrases may be kept has to do this.
    """
    tell = getattr(emit, "told", None)
    if callable(tell):
        tell()


def continues(emit: AudioListener) -> bool:
    """Whether the reading has sound already that this call of `speak` goes on after."""
    ask = getattr(emit, "continues", None)
    return bool(ask()) if callable(ask) else False


@runtime_checkable
class Patient(Protocol):
    """An engine that may load for long, with another one to begin in its place.

    `patience`: seconds that a listener waits for it; None as long as it takes.
    """

    patience: float | None


@runtime_checkable
class Examinable(Protocol):
    """An engine of which more can be found out than `check` does, when somebody has a while to wait."""

    def examine(self) -> str:
        """One line about what it will speak with. Raises `EngineError` when it cannot, after all."""


class Engine(Protocol):
    """A driver. Made without side effects; the first `speak` or `warm_up` loads what it needs."""

    name: str
    capabilities: Capabilities

    def check(self) -> str | None:
        """None when the engine can speak here; else one line: what is missing and how to mend it."""

    def warm_up(self) -> None:
        """Load everything, so that the next `speak` starts at once. May be called more than once."""

    def voices(self) -> list[VoiceInfo]:
        """The voice families that `Voice.family` may name."""

    def speak(self, phrases: Iterable[Phrase], emit: AudioListener) -> None:
        """Say the phrases in order, handing chunks of at most 20 ms to `emit` as soon as they exist.

        Phrases are pulled from the iterable only as they are needed, so that a long file costs nothing ahead.
        `first_sample` counts from 0 at the start of the call; the driver never sets `last`. Called by one
        thread at a time unless the engine is `concurrent`. Raises `EngineError` with a line for the user.
        """

    def close(self) -> None:
        """Free what was loaded. The engine may be used again afterwards."""
