"""eSpeak NG's C library, as little of it as the driver needs. The only module that knows ctypes.

The library keeps its voice, its parameters and its callback in C globals, so there is one `Library` in the
process and one lock around every call. The C code runs without the GIL.
"""

from __future__ import annotations

import ctypes
import functools
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from codechoir.engines.espeak.pitch_guard import DEFAULT_SPAN, PitchSpan, read_span, safe_range
from codechoir.errors import EngineError, did_you_mean
from codechoir.model import VoiceInfo

INSTALL = "install it with: pip install espeakng-loader"

_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: samples go to the callback, in the caller's thread
_BUFFER_MS = 60  # the library takes no less; the first samples come when one buffer is full
_DONT_EXIT = 1 << 15  # espeakINITIALIZE_DONT_EXIT
_UTF8 = 1  # espeakCHARS_UTF8; without the SSML and phoneme flags, `<` and `[[` are plain characters
_WORD = 1  # espeakEVENT_WORD
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4  # espeak_PARAMETER
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


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


class _Voice(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Library:
    """The loaded library. `say` may be called from any thread; calls wait for each other."""

    def __init__(self) -> None:
        """Loads and initialises. Raises `EngineError` saying what is missing."""
        self._c, data = _load()
        self._home: tempfile.TemporaryDirectory[str] | None = None
        if len(os.fsencode(data)) > _LONGEST_PATH and os.name != "nt":
            self._home = tempfile.TemporaryDirectory(prefix="codechoir-")
            short = Path(self._home.name) / "espeak-ng-data"
            short.symlink_to(data, target_is_directory=True)
            data = str(short)
        self._declare()
        self.sample_rate: int = self._c.espeak_Initialize(
            _SYNCHRONOUS, _BUFFER_MS, os.fsencode(data), _DONT_EXIT
        )
        if self.sample_rate <= 0:
            raise EngineError(f"eSpeak NG cannot start with the data in {data}; {INSTALL}")
        self._lock = threading.Lock()
        self._listener: Listener | None = None
        self._raised: BaseException | None = None
        self._selected = ""
        self._data = Path(data)
        self._spans: dict[str, PitchSpan] = {}
        self._callback = _Callback(self._heard)  # kept, since C holds only its address
        self._c.espeak_SetSynthCallback(self._callback)
        listed = [voice for voice in self._listed(None) if _tag(voice) not in _BROKEN]
        self.languages = {
            _tag(voice): VoiceInfo(_tag(voice), _tag(voice), voice.name.decode()) for voice in listed
        }
        self._files = {_tag(voice): voice.identifier.decode() for voice in listed}
        self.variants = {_file(voice): voice.name.decode() for voice in self._listed(b"variant")}
        if not self.languages:
            raise EngineError(f"eSpeak NG finds no voices in {data}; {INSTALL}")

    def say(self, text: str, manner: SynthParams, listener: Listener) -> None:
        """Speak `text`, which holds no control characters, handing sound to `listener` as it is made.

        Returns when all was said or `listener` returned False; what `listener` raises comes out of here.
        Raises `EngineError` for an unknown family.
        """
        encoded = text.encode("utf-8")
        manner = self.guarded(manner)
        with self._lock:
            self._select(manner.family)
            for parameter, value in (
                (_RATE, manner.rate),
                (_VOLUME, manner.volume),
                (_PITCH, manner.pitch),
                (_RANGE, manner.range),
            ):
                self._c.espeak_SetParameter(parameter, value, 0)
            self._listener, self._raised = listener, None
            try:
                status = self._c.espeak_Synth(encoded, len(encoded) + 1, 0, 0, 0, _UTF8, None, None)
            finally:
                self._listener = None
            raised, self._raised = self._raised, None
        if raised is not None:
            try:
                raise raised
            finally:
                del raised  # its traceback holds this frame: a cycle, and in it all that was being said
        if status != 0:
            raise EngineError(
                f"eSpeak NG failed with status {status}; try another voice than '{manner.family}'"
            )

    def guarded(self, manner: SynthParams) -> SynthParams:
        """The same with a range that cannot end the process; see `pitch_guard`."""
        span = self._spans.get(manner.family)
        if span is None:
            span = self._spans[manner.family] = self.pitch_span(manner.family)
        return manner._replace(range=safe_range(span, manner.pitch, manner.range))

    def pitch_span(self, family: str) -> PitchSpan:
        """From the variant's file alone where there is one: it resets what the language's file has set."""
        language, _, variant = family.partition("+")
        file = Path("voices", "!v", variant) if variant else Path("lang", self._files.get(language, ""))
        try:
            with (self._data / file).open(encoding="utf-8", errors="replace") as lines:
                return read_span(lines)
        except OSError:
            return DEFAULT_SPAN

    def _select(self, family: str) -> None:
        if family == self._selected:
            return
        language, _, variant = family.partition("+")
        if language not in self.languages or (variant and variant not in self.variants):
            known = [*self.languages, *(f"en-us+{name}" for name in self.variants)]
            raise EngineError(f"eSpeak NG has no voice '{family}'.{did_you_mean(family, known)}")
        self._selected = ""
        # by file: some languages cannot be selected by the tag that they are listed with (1.52: en-gb, fr-fr)
        file = self._files[language] + (f"+{variant}" if variant else "")
        if self._c.espeak_SetVoiceByName(file.encode()) != 0:
            raise EngineError(f"eSpeak NG cannot load the voice '{family}'; choose another one")
        self._selected = family

    def _heard(self, wav: object, samples: int, events: object) -> int:
        """The library's callback: 0 to go on, 1 to stop. Must not raise, since C is the caller."""
        if self._listener is None:
            return 1
        try:
            words = []
            index = 0
            while (event := events[index]).type:  # type: ignore[index]
                if event.type == _WORD:
                    words.append(WordEvent(event.text_position - 1, event.sample))
                index += 1
            pcm = ctypes.string_at(wav, 2 * samples) if wav and samples > 0 else b""  # type: ignore[arg-type]
            return 0 if self._listener(pcm, words) else 1
        except BaseException as error:  # noqa: BLE001 - handed to the caller of `say`
            self._raised = error
            return 1

    def _declare(self) -> None:
        c = self._c
        c.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
        c.espeak_SetSynthCallback.argtypes = [_Callback]
        c.espeak_SetSynthCallback.restype = None
        c.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
        c.espeak_SetParameter.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int]
        c.espeak_ListVoices.argtypes = [ctypes.POINTER(_Voice)]
        c.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        c.espeak_Synth.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.POINTER(ctypes.c_uint),
            ctypes.c_void_p,
        ]

    def _listed(self, languages: bytes | None) -> list[_Voice]:
        wanted = _Voice(languages=languages)
        with self._lock:
            pointers = self._c.espeak_ListVoices(ctypes.byref(wanted) if languages else None)
            found: list[_Voice] = []
            while pointers[len(found)]:
                found.append(pointers[len(found)].contents)
            return found


def _tag(voice: _Voice) -> str:
    """The language of a voice: one byte of priority, then the tag."""
    languages: bytes = voice.languages
    return languages[1:].decode()


def _file(voice: _Voice) -> str:
    """The name of a voice's file, which is what a variant is called by."""
    identifier: bytes = voice.identifier
    return identifier.decode().rpartition("/")[2]


def _load() -> tuple[ctypes.CDLL, str]:
    """The shared library and the path of its data, from the wheel `espeakng-loader`."""
    try:
        import espeakng_loader
    except ImportError as error:
        raise EngineError(f"eSpeak NG is missing ({error}); {INSTALL}") from error
    path = espeakng_loader.get_library_path()
    try:
        return ctypes.CDLL(path), str(espeakng_loader.get_data_path())
    except (OSError, RuntimeError) as error:
        raise EngineError(f"eSpeak NG cannot be loaded from {path}: {error}; {INSTALL}") from error


_LOADING = threading.Lock()


@functools.cache
def _loaded() -> Library:
    return Library()


def library() -> Library:
    """The process's only library, loaded by the first call. Raises `EngineError`."""
    with _LOADING:
        return _loaded()
