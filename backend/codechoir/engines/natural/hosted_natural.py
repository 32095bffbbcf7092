"""The engine in the child process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codechoir.engines import AudioListener, Engine, make_fallback_engine
from codechoir.engines.natural.derived_voices import voice_infos
from codechoir.engines.natural.natural_engine import CAPABILITIES, ENGINE_NAME, SAMPLE_RATE
from codechoir.errors import EngineError
from codechoir.model import Phrase, VoiceInfo

if TYPE_CHECKING:
    from codechoir.engines.natural.hibari_voice import HibariVoice
    from codechoir.engines.natural.line_passes import LinePass
    from codechoir.engines.natural.pronunciation import Pronunciation
    from codechoir.engines.neural_output import SayParts, SpeechChunker


@dataclass(frozen=True, slots=True)
class _Loaded:
    voice: HibariVoice
    pronunciation: Pronunciation
    stand_in: SayParts


class HostedNaturalEngine(Engine):
    """Says English with hibari's voice, and leaves the rest to the fallback engine."""

    name = ENGINE_NAME
    capabilities = CAPABILITIES

    def __init__(self) -> None:
        self._loaded: _Loaded | None = None

    def check(self) -> str | None:
        """See `Engine.check`."""
        try:
            self.warm_up()
        except EngineError as error:
            return str(error)
        return None

    def warm_up(self) -> None:
        """Loads everything and says a word, after which the next is said at full speed."""
        loaded = self._load()
        loaded.voice.frames("".join(loaded.pronunciation.words(["ready"], letters=False)))

    def voices(self) -> list[VoiceInfo]:
        """See `Engine.voices`."""
        return voice_infos()

    def close(self) -> None:
        """Forgets the network."""
        self._loaded = None

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`; several threads may speak at once."""
        from codechoir.engines.natural.line_passes import passes_of
        from codechoir.engines.neural_output import ReadingCancelled, SpeechChunker

        loaded = self._load()
        chunker = SpeechChunker(listener, SAMPLE_RATE)
        try:
            for number, phrase in enumerate(phrases):
                for line_pass in passes_of(phrase, loaded.pronunciation):
                    if listener.is_cancelled():
                        return
                    _say(line_pass, number, loaded, chunker, listener)
                listener.phrase_done()
        except ReadingCancelled:
            return

    def _load(self) -> _Loaded:
        if self._loaded is None:
            from codechoir.engines.espeak import Phonemizer
            from codechoir.engines.natural.hibari_voice import HibariVoice
            from codechoir.engines.natural.pronunciation import Pronunciation
            from codechoir.engines.neural_output import FallbackSpeech
            from codechoir.voices import FallbackVoices

            voice = HibariVoice()
            stand_in = FallbackSpeech(make_fallback_engine(), FallbackVoices(), SAMPLE_RATE)
            self._loaded = _Loaded(voice, Pronunciation(Phonemizer(), voice.alphabet), stand_in)
        return self._loaded


def _say(
    line_pass: LinePass, phrase: int, loaded: _Loaded, chunker: SpeechChunker, listener: AudioListener
) -> None:
    import numpy as np

    from codechoir.audio import VoiceShaper
    from codechoir.engines.natural.hibari_voice import FRAME
    from codechoir.engines.natural.line_passes import NATURAL_RATE, layout, phonemes_of
    from codechoir.engines.neural_output import PartsListener, words_only

    first, last = line_pass.parts[0], line_pass.parts[-1]
    chunker.write_silence(first.utterance.pause_before * NATURAL_RATE / first.voice.rate)
    chunker.write_cue(first)
    if line_pass.words:
        phonemes = phonemes_of(line_pass)
        frames = loaded.voice.frames(phonemes)
        laid_out = layout(line_pass, frames)
        sound = loaded.voice.sound(frames, laid_out.shape, seed=len(phonemes))
        begin, end = laid_out.audible(sound)
        shaper = VoiceShaper(first.voice.rate / NATURAL_RATE, 1.0, SAMPLE_RATE)
        sound = np.concatenate([shaper.feed(sound[begin * FRAME : end * FRAME]), shaper.flush()])
        marks = laid_out.marks(line_pass, (begin, end), chunker.samples, len(sound), phrase)
        chunker.write(sound, marks)
    elif first.utterance.text:
        loaded.stand_in(
            words_only(line_pass.parts), PartsListener(chunker, listener, phrase, line_pass.first)
        )
    chunker.write_silence(last.utterance.pause_after * NATURAL_RATE / last.voice.rate)
