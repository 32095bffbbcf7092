"""The base classes of every engine: `Engine`, and `AudioListener`, which receives what an engine says.

To add an engine, derive from `Engine`, set `name` and `capabilities`, and write `speak`; every other method
has a default. `docs/how-to/add-an-engine.md` shows a complete one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codechoir.errors import InputError
from codechoir.model import AudioChunk, Capabilities, Phrase, VoiceInfo

if TYPE_CHECKING:
    from codechoir.voices.library import ClonedVoice, Conditioner, Parameter


class AudioListener:
    """Receives the audio of one call of `Engine.speak`. This base class discards it.

    Engines call all methods from the thread that called `speak`.
    """

    def write(self, chunk: AudioChunk) -> bool:
        """Takes the next chunk; may block while playback is too far behind.

        Returns False once the reading is cancelled: the engine then stops and returns.
        """
        return True

    def is_cancelled(self) -> bool:
        """Whether the reading is cancelled. For engines that compute for a while before the next chunk."""
        return False

    def notify(self, line: str) -> bool:
        """Shows the user one line about something that is not a failure; False when nobody can see it."""
        return False

    def phrase_done(self) -> None:
        """The engine has said the next phrase to its end.

        Called once for each phrase, in the order in which phrases were pulled, also for phrases without
        sound. The phrase cache depends on it.
        """

    def has_output(self) -> bool:
        """Whether the reading had audio before this call of `speak`, so that the engine does not begin it."""
        return False

    def is_waiting(self) -> bool:
        """Whether somebody listens and has heard all that was written: silence until the next chunk."""
        return False

    def needs_same_samples(self) -> bool:
        """Whether a phrase must be the same samples each time, since some phrases come from a cache.

        For engines whose sound depends on what they have said before, and for which this costs time.
        """
        return False


class ForwardingListener(AudioListener):
    """Passes everything on to `inner`. The base class of listeners that change some of what they receive."""

    def __init__(self, inner: AudioListener) -> None:
        self.inner = inner

    def write(self, chunk: AudioChunk) -> bool:
        return self.inner.write(chunk)

    def is_cancelled(self) -> bool:
        return self.inner.is_cancelled()

    def notify(self, line: str) -> bool:
        return self.inner.notify(line)

    def phrase_done(self) -> None:
        self.inner.phrase_done()

    def has_output(self) -> bool:
        return self.inner.has_output()

    def is_waiting(self) -> bool:
        return self.inner.is_waiting()

    def needs_same_samples(self) -> bool:
        return self.inner.needs_same_samples()


class ReadingCancelledError(Exception):
    """The listener takes no more sound. Engines raise and catch it inside `speak`; it never leaves them."""


class CollectingListener(AudioListener):
    """Keeps all chunks."""

    def __init__(self) -> None:
        self.chunks: list[AudioChunk] = []

    def write(self, chunk: AudioChunk) -> bool:
        self.chunks.append(chunk)
        return True


VoiceIdentity = Callable[[str], str]
"""From the name of a voice family to everything that its sound depends on: model version, precision,
recordings. The words and the properties of the voice are not part of it."""


def _whole_phrase(phrase: Phrase) -> Iterable[tuple[int, Phrase]]:
    return ((0, phrase),)


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """How the phrase cache stores what an engine says. The same words in the same voice must sound the same.

    `identity`: called once a reading; see `VoiceIdentity`. Raises `EngineError` when the engine cannot speak.
    `by_default`: cache without being asked to, since the engine is slower than reading a file. `split`:
    divides a phrase into the smallest phrases that sound the same wherever they stand, each with the index
    that its first part has in the whole. `first_differs`: the first phrase of a reading sounds different from
    the same phrase later, for example because it has no pause before it.
    """

    identity: Callable[[], VoiceIdentity]
    by_default: bool = True
    split: Callable[[Phrase], Iterable[tuple[int, Phrase]]] = _whole_phrase
    first_differs: bool = False


DownloadProgress = Callable[[str, int, int], None]
"""Called with the name of a file, its bytes so far, and its size. Raising ends the download."""


class Installer(ABC):
    """Gets what an engine needs and Codechoir does not contain: weights under a licence of their own.

    `title`: what is installed. `terms`: its licence, in some lines. `agreement`: the words that accept it.
    `is_free`: the licence restricts no use, so that the option `--yes` is enough.
    """

    title: str
    terms: str
    agreement: str
    is_free: bool = False

    @abstractmethod
    def has_agreed(self) -> bool:
        """Whether the user has accepted the licence before."""

    @abstractmethod
    def agree(self, words: str) -> None:
        """Records that the user accepts the licence. Raises `InputError` when the words do not say so."""

    @abstractmethod
    def fetch(self, progress: DownloadProgress) -> Path:
        """Downloads what is missing; returns the folder.

        Raises `InputError` when the user has not accepted the licence, `CodechoirError` when it fails.
        """

    @abstractmethod
    def use(self, folder: Path) -> None:
        """Uses weights that the user has. Raises `InputError` when they are not complete."""

    def build(self, progress: DownloadProgress) -> None:
        """Makes of the weights what the engine needs, unless it is there; `progress` counts steps.

        Raises `CodechoirError` when something for it is missing.
        """
        return


class Engine(ABC):
    """A driver: phrases with voices in, audio out.

    Making an engine has no side effects; the first `speak` or `warm_up` loads what it needs. `name`: as in
    the entry-point group `codechoir.engines`. `patience`: seconds that `speak` waits for an engine that is
    loading, None for as long as it takes; only engines with the capability `can_be_lost` need it. `model`:
    which of its models speaks, for engines that have several; empty for the finest that is ready.
    """

    name: str
    capabilities: Capabilities
    patience: float | None = None
    model: str = ""

    @abstractmethod
    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """Says the phrases in order; writes chunks of at most 20 ms to `listener` as soon as they exist.

        Pulls a phrase only when it is needed, so that a long file costs nothing ahead. `first_sample` counts
        from 0 at the start of the call; `last` is never set. Called by one thread at a time unless the engine
        is `concurrent`. Raises `EngineError` with a line for the user, `EngineLostError` when the engine will
        be back and another one may continue until then.
        """

    # ---- loading -----------------------------------------------------------------------------------------

    def check(self) -> str | None:
        """None when the engine can speak here; else one line: what is missing and how to get it. Fast."""
        return None

    def diagnose(self) -> str:
        """One line about what the engine speaks with, such as versions and the device; may take a minute.

        Called after `check` has found nothing. Raises `EngineError` when the engine cannot speak after all.
        """
        return "can speak"

    def warm_up(self) -> None:
        """Loads everything, so that the next `speak` starts at once. May be called more than once.

        With `patience`, it only begins to load.
        """
        return

    def is_ready(self) -> bool:
        """Whether `speak` would start at once. Must not block."""
        return True

    def close(self) -> None:
        """Frees what was loaded. The engine may be used again afterwards."""
        return

    def installer(self) -> Installer | None:
        """What `codechoir install` uses; None when the engine needs no download."""
        return None

    # ---- voices ------------------------------------------------------------------------------------------

    def voices(self) -> list[VoiceInfo]:
        """The voice families that `Voice.family` may name; empty when the engine cannot tell."""
        return []

    def speaker(self, name: str) -> ClonedVoice | None:
        """A speaker of the engine's own as a voice that can be mixed with others; None when unknown."""
        return None

    def conditioner(self, parameters: Mapping[str, Parameter]) -> Conditioner:
        """What makes a voice from recordings. Engines with the capability `cloning` have one.

        Raises `InputError` for an unknown parameter, and for an engine that cannot clone voices.
        """
        raise InputError(f"engine '{self.name}' cannot clone voices")

    # ---- caches ------------------------------------------------------------------------------------------

    def cache_policy(self) -> CachePolicy | None:
        """How to cache its phrases; None when they cannot be cached."""
        return None

    def latents(self, clear_memory: bool = False, clear_disk: bool = False) -> Mapping[str, int] | None:
        """Clears conditioning latents as asked, then says what is cached; see `LatentCache.cleared`.

        None when the engine has no conditioning latents.
        """
        return None

    # ---- in a child process ------------------------------------------------------------------------------

    def handle_call(self, method: str, arguments: Mapping[str, Any], blob: bytes) -> tuple[Any, bytes]:
        """Answers a call from the parent process: a JSON value and raw bytes.

        Raises `InputError` for an unknown method or bad arguments.
        """
        raise InputError(f"engine '{self.name}' has no method '{method}'")


class ForwardingEngine(Engine):
    """Passes everything on to `inner`. The base class of what stands between a reading and its engine."""

    def __init__(self, inner: Engine) -> None:
        self.inner = inner
        self.name = inner.name
        self.capabilities = inner.capabilities

    @property
    def patience(self) -> float | None:
        return self.inner.patience

    @patience.setter
    def patience(self, seconds: float | None) -> None:
        self.inner.patience = seconds

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        self.inner.speak(phrases, listener)

    def check(self) -> str | None:
        return self.inner.check()

    def diagnose(self) -> str:
        return self.inner.diagnose()

    def warm_up(self) -> None:
        self.inner.warm_up()

    def is_ready(self) -> bool:
        return self.inner.is_ready()

    def close(self) -> None:
        self.inner.close()

    def installer(self) -> Installer | None:
        return self.inner.installer()

    def voices(self) -> list[VoiceInfo]:
        return self.inner.voices()

    def speaker(self, name: str) -> ClonedVoice | None:
        return self.inner.speaker(name)

    def conditioner(self, parameters: Mapping[str, Parameter]) -> Conditioner:
        return self.inner.conditioner(parameters)

    def cache_policy(self) -> CachePolicy | None:
        return self.inner.cache_policy()

    def latents(self, clear_memory: bool = False, clear_disk: bool = False) -> Mapping[str, int] | None:
        return self.inner.latents(clear_memory, clear_disk)

    def handle_call(self, method: str, arguments: Mapping[str, Any], blob: bytes) -> tuple[Any, bytes]:
        return self.inner.handle_call(method, arguments, blob)
