"""An engine without sound, with exact sample counts: for tests and for dry runs."""

from __future__ import annotations

from collections.abc import Iterable

from codechoir.engines.base import AudioListener, Engine
from codechoir.model import AudioChunk, Capabilities, CastUtterance, Mark, Phrase, VoiceInfo, chunk_samples

SAMPLE_RATE = 22050
CHUNK = chunk_samples(SAMPLE_RATE)


class SilentEngine(Engine):
    """Silence that lasts exactly 60 / rate seconds per word. Pauses are scaled by 175 / rate."""

    name = "silent"
    capabilities = Capabilities(sample_rate=SAMPLE_RATE, inline_prosody=True)

    def voices(self) -> list[VoiceInfo]:
        return [VoiceInfo("silence", "en", "no sound, exact timing")]

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        begin = 0
        for number, phrase in enumerate(phrases):
            for part, spoken in enumerate(phrase.parts):
                total, marks = _timing(spoken, begin, number, part)
                for offset in range(0, total, CHUNK):
                    size = min(CHUNK, total - offset)
                    here = tuple(m for m in marks if offset <= m.t0 - begin < offset + size)
                    if not listener.write(AudioChunk(bytes(2 * size), SAMPLE_RATE, begin + offset, here)):
                        return
                begin += total
            listener.phrase_done()


def _timing(spoken: CastUtterance, begin: int, phrase: int, part: int) -> tuple[int, list[Mark]]:
    """The number of samples of an utterance that begins at sample `begin`, and its marks.

    `phrase`, `part`: the indices of the utterance, for its marks.
    """
    utterance, voice = spoken.utterance, spoken.voice
    word = round(SAMPLE_RATE * 60 / voice.rate)
    t = begin + _samples(utterance.pause_before, voice.rate)
    marks = []
    for index, text in enumerate(utterance.text.split()):
        marks.append(Mark.of(utterance, text, t, t + word, phrase=phrase, part=part, word=index))
        t += word
    return t + _samples(utterance.pause_after, voice.rate) - begin, marks


def _samples(milliseconds: int, rate: float) -> int:
    return round(SAMPLE_RATE * milliseconds * 175 / rate / 1000)
