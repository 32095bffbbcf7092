"""The engine in the child process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codechoir.engines import AudioListener, make_fallback_engine
from codechoir.engines.natural.derived_voices import voice_infos
from codechoir.engines.natural.natural_engine import CAPABILITIES, ENGINE_NAME, SAMPLE_RATE
from codechoir.engines.subprocess import HostedEngine
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


class HostedNaturalEngine(HostedEngine):
    """Says English with hibari's voice, and leaves the rest to the fallback engine."""

    name = ENGINE_NAME
    capabilities = CAPABILITIES

    def __init__(self) -> None:
        self._loaded: _Loaded | None = None

    def warm_up(self) -> None:
        """Loads everything and says a word, after which the next is said at full speed."""
        loaded = self._load()
        loaded.voice.prosody("".join(loaded.pronunciation.words(["ready"], letters=False)))

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
    from codechoir.engines.natural.hibari_speech import say_pass
    from codechoir.engines.natural.line_passes import NATURAL_RATE
    from codechoir.engines.neural_output import PartsListener, words_only

    first, last = line_pass.parts[0], line_pass.parts[-1]
    chunker.write_silence(first.utterance.pause_before * NATURAL_RATE / first.voice.rate)
    chunker.write_cue(first)
    if line_pass.words:
        say_pass(line_pass, loaded.voice, chunker, phrase)
    elif first.utterance.text:
        loaded.stand_in(
            words_only(line_pass.parts), PartsListener(chunker, listener, phrase, line_pass.first)
        )
    chunker.write_silence(last.utterance.pause_after * NATURAL_RATE / last.voice.rate)
