"""eSpeak NG's C library, as little of it as the driver needs. The only module that knows ctypes.

Imports nothing of Codechoir, and of the standard library only what is cheap: the helper process loads this
file alone (see `helper_main`). The library keeps its voice, its parameters and its callback in C globals, so
there may be one `NativeSpeech` in a process, used by one thread at a time. The C code runs without the GIL.
"""

from __future__ import annotations

import ctypes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    NativeListener = Callable[[bytes, list[tuple[int, int]]], bool]
    """Called with the next samples (s16le mono) and the words that begin in them, each as its position in
    characters of the text, from 0, and its sample; False ends the speech."""

NO_VOICE = -1
"""What `say` returns when the voice cannot be loaded."""

_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: samples go to the callback, in the caller's thread
_BUFFER_MS = 60  # the library takes no less; the first samples come when one buffer is full
_DONT_EXIT = 1 << 15  # espeakINITIALIZE_DONT_EXIT
_UTF8 = 1  # espeakCHARS_UTF8; without the SSML and phoneme flags, `<` and `[[` are plain characters
_WORD = 1  # espeakEVENT_WORD
_IPA, _TIE = 0x02, 0x80  # phoneme mode: IPA; the sign in the bits from 8 on ties what is one sound
_TIE_SIGN = ord("^")
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4  # espeak_PARAMETER


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


class NativeSpeech:
    """The loaded library. `sample_rate`: 0 or less when it cannot start with its data."""

    def __init__(self, path: str, data: bytes) -> None:
        """Loads the shared library at `path`, with its folder of data. Raises `OSError`."""
        self._c = ctypes.CDLL(path)
        self._declare()
        self.sample_rate: int = self._c.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, data, _DONT_EXIT)
        if hasattr(self._c, "espeak_ng_SetRandSeed"):  # else the breath of voices depends on the time of day
            self._c.espeak_ng_SetRandSeed(1)
        self._listener: NativeListener | None = None
        self._raised: BaseException | None = None
        self._file = b""
        self._callback = _Callback(self._heard)  # kept, since C holds only its address
        self._c.espeak_SetSynthCallback(self._callback)

    def voices(self, variants: bool = False) -> list[tuple[str, str, str]]:
        """Tag, name and file of every language, or of every variant."""
        wanted = _Voice(languages=b"variant")
        pointers = self._c.espeak_ListVoices(ctypes.byref(wanted) if variants else None)
        found: list[tuple[str, str, str]] = []
        while pointers[len(found)]:
            voice = pointers[len(found)].contents
            # before a tag stands one byte of priority
            found.append((voice.languages[1:].decode(), voice.name.decode(), voice.identifier.decode()))
        return found

    def say(
        self, text: bytes, file: bytes, parameters: tuple[int, int, int, int], listener: NativeListener
    ) -> int:
        """Speaks UTF-8 text without control characters with the voice of a file.

        `parameters`: rate, volume, pitch, range. Returns the library's status, 0 for success. Raises
        what `listener` raises.
        """
        if not self._select(file):
            return NO_VOICE
        for parameter, value in zip((_RATE, _VOLUME, _PITCH, _RANGE), parameters, strict=True):
            self._c.espeak_SetParameter(parameter, value, 0)
        self._listener, self._raised = listener, None
        try:
            status: int = self._c.espeak_Synth(text, len(text) + 1, 0, 0, 0, _UTF8, None, None)
        finally:
            self._listener = None
        raised, self._raised = self._raised, None
        if raised is not None:
            try:
                raise raised
            finally:
                del raised  # its traceback holds this frame: a cycle, and in it all that was being said
        return status

    def phonemes(self, text: bytes, file: bytes) -> str | None:
        """The IPA of UTF-8 text without control characters, by the rules of a voice file; None without it.

        Words are separated by blanks, if the library keeps them apart; `^` ties what is one sound.
        """
        if not self._select(file):
            return None
        buffer = ctypes.create_string_buffer(text)
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses = []
        while rest.value:
            clause = self._c.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA | _TIE | _TIE_SIGN << 8)
            clauses.append((clause or b"").decode().strip())
        return " ".join(filter(None, clauses))

    def _select(self, file: bytes) -> bool:
        """Makes a voice the current one; False if it cannot be loaded."""
        if file != self._file:
            self._file = b""
            if self._c.espeak_SetVoiceByName(file) != 0:
                return False
            self._file = file
        return True

    def _heard(self, wav: object, samples: int, events: object) -> int:
        """The library's callback: 0 to go on, 1 to stop. Must not raise, since C is the caller."""
        if self._listener is None:
            return 1
        try:
            words = []
            index = 0
            while (event := events[index]).type:  # type: ignore[index]
                if event.type == _WORD:
                    words.append((event.text_position - 1, event.sample))
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
        c.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int]
        c.espeak_TextToPhonemes.restype = ctypes.c_char_p
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
