"""eSpeak NG as the driver sees it: voices by name; text in, samples and words out, or phonemes.

A `Library` works the same wherever the C library runs: in a helper process (`HelperLibrary`, the default),
which may end without harm, or in this one (`InProcessLibrary`, where no process can be started).
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from codechoir.engines.espeak.native_speech import NO_VOICE, NativeSpeech
from codechoir.engines.espeak.safe_text import alphabet_of, safe
from codechoir.errors import EngineError, did_you_mean
from codechoir.model import VoiceInfo

INSTALL = "install it with: pip install espeakng-loader"

_LONGEST_PATH = 120
"""The library cuts off a longer path of its data, without an error (its N_PATH_HOME is 160)."""

_BROKEN = frozenset({"kl"})
"""Languages that end the process: Greenlandic numbers overrun a buffer (found by fuzzing 1.52)."""


class WordEvent(NamedTuple):
    """The library begins a word: `position` in characters of the text, from 0, at sample `sample`."""

    position: int
    sample: int


class SynthParams(NamedTuple):
    """The parameters of speech, in the library's own units, as whole numbers.

    `family`: `language` or `language+variant`. `rate`: words per minute, 80 to 449. `pitch`, `range`: 0 to
    99. `volume`: 0 to 200, 100 is normal.
    """

    family: str
    rate: int
    pitch: int
    range: int
    volume: int


Listener = Callable[[bytes, list[WordEvent]], bool]
"""Called with the next samples (s16le mono) and the words that begin in them; False ends the speech."""

VoiceFiles = Iterable[tuple[str, str, str]]
"""Tag, name and file of each voice, as `NativeSpeech.voices` returns them."""


class PhraseLostError(EngineError):
    """The library ended its process while it said `text` in the voice `family`: never sent again."""

    def __init__(self, family: str, text: str) -> None:
        super().__init__(f"eSpeak NG ended while the voice '{family}' said '{text}'; choose another voice")
        self.family = family
        self.text = text


class Library(ABC):
    """The library in some process. Any thread may call `say`; calls wait for each other.

    `sample_rate`: in hertz. `languages`: voices by tag. `variants`: names by file.
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
        """Speaks `text`, which contains no control characters; `listener` gets the sound as it is made.

        Returns when everything is said or `listener` has returned False. Raises `EngineError` for an unknown
        family, `PhraseLostError` if the library cannot say this text, and what `listener` raises.
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
        """The parameters with a range that cannot end the process; see `safe_range`."""
        span = self._spans.get(params.family)
        if span is None:
            span = self._spans[params.family] = self.pitch_span(params.family)
        return params._replace(range=safe_range(span, params.pitch, params.range))

    def pitch_span(self, family: str) -> PitchSpan:
        """The pitch of a family, from its voice file.

        A variant's file resets what the language's file sets, so only the variant's file counts.
        """
        language, _, variant = family.partition("+")
        file = Path("voices", "!v", variant) if variant else Path("lang", self._files.get(language, ""))
        try:
            with (self._data.folder / file).open(encoding="utf-8", errors="replace") as lines:
                return read_span(lines)
        except OSError:
            return DEFAULT_SPAN

    @abstractmethod
    def _speak(self, text: str, file: str, params: SynthParams, listener: Listener) -> int:
        """Says the text with the voice of a file; returns the library's status. Called with the lock held."""

    def _started(self, sample_rate: int, languages: VoiceFiles, variants: VoiceFiles) -> None:
        """Stores what the library has reported at its start. Raises `EngineError` if it cannot speak."""
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
        """The voice file of a family.

        The library selects some languages only by their file, not by the tag that it lists (1.52: en-gb,
        fr-fr).
        """
        language, _, variant = family.partition("+")
        if language not in self.languages or (variant and variant not in self.variants):
            known = [*self.languages, *(f"en-us+{name}" for name in self.variants)]
            raise EngineError(f"eSpeak NG has no voice '{family}'.{did_you_mean(family, known)}")
        return self._files[language] + (f"+{variant}" if variant else "")


class InProcessLibrary(Library):
    """The library in this process, which it may end. A process can have only one."""

    def __init__(self, data: LibraryData) -> None:
        """Loads and initialises the library. Raises `EngineError` that says what is missing."""
        super().__init__(data)
        try:
            self._speech = NativeSpeech(data.library, os.fsencode(data.folder))
        except OSError as error:
            raise cannot_load(data, str(error)) from error
        self._started(self._speech.sample_rate, self._speech.voices(), self._speech.voices(variants=True))

    def _speak(self, text: str, file: str, params: SynthParams, listener: Listener) -> int:
        def forward(pcm: bytes, words: list[tuple[int, int]]) -> bool:
            return listener(pcm, [WordEvent(*word) for word in words])

        parameters = (params.rate, params.volume, params.pitch, params.range)
        return self._speech.say(text.encode(), file.encode(), parameters, forward)

    def phonemes(self, text: str, family: str) -> str:
        """The IPA of `text`; see `NativeSpeech.phonemes`. Raises `EngineError` for an unknown family."""
        with self._lock:
            found = self._speech.phonemes(text.encode(), self._file(family).encode())
        if found is None:
            raise EngineError(f"eSpeak NG cannot load the voice '{family}'; choose another one")
        return found


class LibraryData:
    """The files of the wheel `espeakng-loader`: the shared library (`library`) and its data (`folder`)."""

    def __init__(self) -> None:
        """Raises `EngineError` if the wheel is missing."""
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
    """The error for a shared library that cannot be loaded."""
    return EngineError(f"eSpeak NG cannot be loaded from {data.library}: {reason}; {INSTALL}")


# ---- the pitch guard ---------------------------------------------------------------------------------------
#
# A voice whose pitch starts too low overruns a buffer and ends the process. `SetPitch` in eSpeak NG's
# wavegen.c sets the first pitch of a syllable without the minimum of 25 Hz that it applies everywhere else.
# Below (highest formant) / 400, which is 12 to 14 Hz, `PeaksToHarmspect` then writes beyond its array of 400
# harmonics, and the process ends with SIGSEGV (1.52.0, and unchanged in August 2026). A low pitch with a
# range above 50 gets there. `Library.say` therefore lowers the range until the start is high enough.
#
# The figures are facts about the library: `SetPitch2` and `pitch_adjust_tab` in src/libespeak-ng/wavegen.c,
# `VoiceReset` and `V_PITCH` in voices.c of https://github.com/espeak-ng/espeak-ng, version 1.52.0.

LOWEST_START_HZ = 35.0
"""The library's own minimum of 25 Hz is not enough for every variant (it is not for `Lee`)."""

NORMAL_RANGE = 50
"""A range up to this one does not lower the start."""

_PITCH_LINE = re.compile(r"pitch\s+(-?\d{1,6})\s+(-?\d{1,6})")

_LOWEST_TONE = 9
"""Subtracted from the lower pitch of a voice file to give hertz."""


class PitchSpan(NamedTuple):
    """The line `pitch` of a voice file: the lowest and highest pitch of normal speech, in about hertz."""

    low: int
    high: int


DEFAULT_SPAN = PitchSpan(80, 118)
"""For a voice file without such a line: what `VoiceReset` sets (the comment on `V_PITCH` says 82)."""


def pitch_adjustment(pitch: int) -> int:
    """The library's factor for a pitch of 0 to 99, in 128ths: an octave for 50 steps."""
    return round(128 * 2 ** ((pitch - 50) / 50))


def lowest_start(span: PitchSpan, pitch: int, range_: int) -> float:
    """The lowest pitch in hertz at which a syllable may start."""
    base = (span.low - _LOWEST_TONE) * pitch_adjustment(pitch) / 128
    return base - (span.high - span.low) * 108 * (range_ / 50 - 1) * 18 / 4096


def safe_range(span: PitchSpan, pitch: int, range_: int) -> int:
    """`range_`, lowered to 50 at most until every syllable starts at 35 Hz or above."""
    while range_ > NORMAL_RANGE and lowest_start(span, pitch, range_) < LOWEST_START_HZ:
        range_ -= 1
    return range_


def read_span(lines: Iterable[str]) -> PitchSpan:
    """The last line `pitch` of a voice file, as the library reads it; the default if there is none."""
    span = DEFAULT_SPAN
    for line in lines:
        match = _PITCH_LINE.match(line)
        if match:
            span = PitchSpan(int(match[1]), int(match[2]))
    return span


class Phonemizer:
    """The library in this process, which it may end, so only engines that have a process of their own use it.

    May be used by several threads.
    """

    def __init__(self) -> None:
        """Raises `EngineError` when the library does not load."""
        self._library = InProcessLibrary(LibraryData())

    def phonemes(self, text: str, language: str) -> str:
        """The IPA of some words with stress, words separated by blanks, parts of one sound tied with `^`.

        The library runs some words together. Raises `EngineError` for an unknown language.
        """
        words = (safe(word, alphabet_of(language)) for word in text.split())
        return self._library.phonemes(" ".join(filter(None, words)), language)
