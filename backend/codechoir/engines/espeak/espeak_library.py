"""eSpeak NG as the driver sees it: voices by name, text in, samples and words out.

`Library` is the same wherever the C library runs: in a helper process (`HelperLibrary`, the rule), which may
end without harm, or in this one (`InProcessLibrary`, where no process can be started).
"""

from __future__ import annotations

import os
import tempfile
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from codechoir.engines.espeak.native_speech import NO_VOICE, NativeSpeech
from codechoir.engines.espeak.pitch_guard import DEFAULT_SPAN, PitchSpan, read_span, safe_range
from codechoir.errors import EngineError, did_you_mean
from codechoir.model import VoiceInfo

INSTALL = "install it with: pip install espeakng-loader"

_LONGEST_PATH = 120  # the library cuts a longer data path off without a word (its N_PATH_HOME is 160)

_BROKEN = frozenset({"kl"})
"""Languages that end the process: Greenlandic numbers overrun a buffer (found by fuzzing 1.52)."""


class WordEvent(NamedTuple):
    """The library begins a word: `position` in characters of the text, from 0, at sample `sample`."""

    position: int
    sample: int


class SynthParams(NamedTuple):
    """How the library is told to speak: its own units, whole numbers.

    `family`: `language` or `language+variant`. `rate`: words a minute, 80 to 449. `pitch`, `range`: 0 to 99.
    `volume`: 0 to 200, 100 is normal.
    """

    family: str
    rate: int
    pitch: int
    range: int
    volume: int


Listener = Callable[[bytes, list[WordEvent]], bool]
"""Called with the next samples (s16le mono) and the words that begin in them; False ends the speech."""

VoiceFiles = Iterable[tuple[str, str, str]]
"""Tag, name and file of each voice, as `NativeSpeech.voices` gives them."""


class PhraseLostError(EngineError):
    """The library ended its process while it said `text` with the voice `family`; it is not sent again."""

    def __init__(self, family: str, text: str) -> None:
        super().__init__(f"eSpeak NG ended while the voice '{family}' said '{text}'; choose another voice")
        self.family = family
        self.text = text


class Library(ABC):
    """`say` may be called from any thread; calls wait for each other. `sample_rate`: in hertz.

    `languages`: by tag. `variants`: names by file.
    """

    sample_rate: int
    languages: dict[str, VoiceInfo]
    variants: dict[str, str]

    def __init__(self, data: LibraryData) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._spans: dict[str, PitchSpan] = {}
        self._files: dict[str, str] = {}

    def say(self, text: str, params: SynthParams, listener: Listener) -> None:
        """Speak `text`, which holds no control characters, handing sound to `listener` as it is made.

        Returns when all was said or `listener` returned False; what `listener` raises comes out of here.
        Raises `EngineError` for an unknown family, `PhraseLostError` when the library cannot say this.
        """
        params = self.guarded(params)
        with self._lock:
            status = self._speak(text, self._file(params.family), params, listener)
        if status == NO_VOICE:
            raise EngineError(f"eSpeak NG cannot load the voice '{params.family}'; choose another one")
        if status != 0:
            raise EngineError(
                f"eSpeak NG failed with status {status}; try another voice than '{params.family}'"
            )

    def reproducible(self) -> Library:
        """The same library, whose samples depend on text and parameters alone; itself where it cannot be had.

        Otherwise they also depend on what was said before: the library continues the flutter of its voices.
        """
        return self

    def guarded(self, params: SynthParams) -> SynthParams:
        """The same with a range that cannot end the process; see `pitch_guard`."""
        span = self._spans.get(params.family)
        if span is None:
            span = self._spans[params.family] = self.pitch_span(params.family)
        return params._replace(range=safe_range(span, params.pitch, params.range))

    def pitch_span(self, family: str) -> PitchSpan:
        """From the variant's file alone where there is one: it resets what the language's file has set."""
        language, _, variant = family.partition("+")
        file = Path("voices", "!v", variant) if variant else Path("lang", self._files.get(language, ""))
        try:
            with (self._data.folder / file).open(encoding="utf-8", errors="replace") as lines:
                return read_span(lines)
        except OSError:
            return DEFAULT_SPAN

    @abstractmethod
    def _speak(self, text: str, file: str, params: SynthParams, listener: Listener) -> int:
        """With the lock held: say it with the voice of a file; returns the library's status."""

    def _started(self, sample_rate: int, languages: VoiceFiles, variants: VoiceFiles) -> None:
        """What the library says of itself. Raises `EngineError` when it cannot speak."""
        listed = [voice for voice in languages if voice[0] not in _BROKEN]
        if sample_rate <= 0:
            raise EngineError(f"eSpeak NG cannot start with the data in {self._data.folder}; {INSTALL}")
        if not listed:
            raise EngineError(f"eSpeak NG finds no voices in {self._data.folder}; {INSTALL}")
        self.sample_rate = sample_rate
        self.languages = {tag: VoiceInfo(tag, tag, name) for tag, name, _ in listed}
        self._files = {tag: file for tag, _, file in listed}
        self.variants = {file.rpartition("/")[2]: name for _, name, file in variants}

    def _file(self, family: str) -> str:
        """By file: some languages cannot be selected by the tag they are listed with (1.52: en-gb, fr-fr)."""
        language, _, variant = family.partition("+")
        if language not in self.languages or (variant and variant not in self.variants):
            known = [*self.languages, *(f"en-us+{name}" for name in self.variants)]
            raise EngineError(f"eSpeak NG has no voice '{family}'.{did_you_mean(family, known)}")
        return self._files[language] + (f"+{variant}" if variant else "")


class InProcessLibrary(Library):
    """The library in this process, which it may end. There may be only one."""

    def __init__(self, data: LibraryData) -> None:
        """Loads and initialises. Raises `EngineError` saying what is missing."""
        super().__init__(data)
        try:
            self._speech = NativeSpeech(data.library, os.fsencode(data.folder))
        except OSError as error:
            raise cannot_load(data, str(error)) from error
        self._started(self._speech.sample_rate, self._speech.voices(), self._speech.voices(variants=True))

    def _speak(self, text: str, file: str, params: SynthParams, listener: Listener) -> int:
        def hand_on(pcm: bytes, words: list[tuple[int, int]]) -> bool:
            return listener(pcm, [WordEvent(*word) for word in words])

        parameters = (params.rate, params.volume, params.pitch, params.range)
        return self._speech.say(text.encode(), file.encode(), parameters, hand_on)


class LibraryData:
    """Where the wheel `espeakng-loader` keeps the shared library (`library`) and its data (`folder`)."""

    def __init__(self) -> None:
        """Raises `EngineError` when the wheel is missing."""
        try:
            import espeakng_loader
        except ImportError as error:
            raise EngineError(f"eSpeak NG is missing ({error}); {INSTALL}") from error
        self.library = str(espeakng_loader.get_library_path())
        try:
            self.folder = Path(espeakng_loader.get_data_path())
        except RuntimeError as error:
            raise cannot_load(self, str(error)) from error
        self._home: tempfile.TemporaryDirectory[str] | None = None
        if len(os.fsencode(self.folder)) > _LONGEST_PATH and os.name != "nt":
            self._home = tempfile.TemporaryDirectory(prefix="codechoir-")
            short = Path(self._home.name) / "espeak-ng-data"
            short.symlink_to(self.folder, target_is_directory=True)
            self.folder = short


def cannot_load(data: LibraryData, reason: str) -> EngineError:
    """The error when the shared library is broken."""
    return EngineError(f"eSpeak NG cannot be loaded from {data.library}: {reason}; {INSTALL}")
