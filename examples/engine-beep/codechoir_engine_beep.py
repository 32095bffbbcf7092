"""An example engine: each word is a tone, as high as its voice's pitch and as long as its rate says."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable

from codechoir.engines import AudioListener, Engine
from codechoir.model import AudioChunk, Capabilities, Mark, Phrase, Voice, VoiceInfo

SAMPLE_RATE = 22050
CHUNK_BYTES = 2 * (SAMPLE_RATE // 50)  # 20 ms of 16-bit samples


class BeepEngine(Engine):
    name = "beep"
    capabilities = Capabilities(SAMPLE_RATE, inline_prosody=True, concurrent=True, ignores=("range",))

    def voices(self) -> list[VoiceInfo]:
        return [VoiceInfo("sine", "", "a pure tone")]

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        sample = 0
        for phrase_number, phrase in enumerate(phrases):
            for part_number, part in enumerate(phrase.parts):
                for word_number, text in enumerate(part.utterance.text.split()):
                    pcm = tone(part.voice) + silence(part.voice)
                    place = {"phrase": phrase_number, "part": part_number, "word": word_number}
                    mark = Mark.of(part.utterance, text, sample, sample + len(pcm) // 2, **place)
                    for start in range(0, len(pcm), CHUNK_BYTES):
                        piece = pcm[start : start + CHUNK_BYTES]
                        marks = (mark,) if start == 0 else ()  # a mark travels with the chunk it begins in
                        if not listener.write(AudioChunk(piece, SAMPLE_RATE, sample, marks)):
                            return  # the reading was cancelled
                        sample += len(piece) // 2
            listener.phrase_done()


def tone(voice: Voice) -> bytes:
    """A word: `rate` is words per minute; `pitch` and `volume` run from 0 to 100."""
    length = round(SAMPLE_RATE * 50 / voice.rate)
    hertz = 110 * 2 ** (voice.pitch / 25)
    loudest = 200 * voice.volume
    wave = (math.sin(2 * math.pi * hertz * i / SAMPLE_RATE) for i in range(length))
    fade = (min(1.0, i / 200, (length - i) / 200) for i in range(length))
    return array("h", (round(loudest * f * w) for f, w in zip(fade, wave, strict=True))).tobytes()


def silence(voice: Voice) -> bytes:
    """The gap after a word."""
    return bytes(2 * round(SAMPLE_RATE * 10 / voice.rate))
