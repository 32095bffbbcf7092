"""The engine in the child process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codechoir.engines import AudioListener, ReadingCancelledError, make_fallback_engine
from codechoir.engines.natural.derived_voices import CAPABILITIES, ENGINE_NAME, SAMPLE_RATE
from codechoir.engines.subprocess import HostedEngine
from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice

if TYPE_CHECKING:
    from codechoir.engines.natural.line_passes import LinePass
    from codechoir.engines.natural.pronunciation import Pronunciation
    from codechoir.engines.neural_output import SayParts, SpeechChunker

    SayPass = Callable[[LinePass, SpeechChunker, int], None]
    """Writes a pass with words; the number is the index of its phrase."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    say: SayPass
    pronunciation: Pronunciation
    stand_in: SayParts


class HostedNaturalEngine(HostedEngine):
    """Says English with a natural voice, and leaves the rest to the fallback engine.

    `kokoro`: the folder of Kokoro's pieces; empty for hibari's voice.
    """

    name = ENGINE_NAME
    capabilities = CAPABILITIES

    def __init__(self, kokoro: str = "") -> None:
        self._kokoro = kokoro
        self._loaded: _Loaded | None = None

    def warm_up(self) -> None:
        """Loads everything and says a word, after which the next is said at full speed."""
        utterance = Utterance("ready", Category.NARRATION, 0, 0)
        self.speak([Phrase((CastUtterance(utterance, Voice("heart")),), 0, 0)], AudioListener())

    def close(self) -> None:
        """Forgets the network."""
        self._loaded = None

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`; several threads may speak at once."""
        from codechoir.engines.natural.line_passes import passes_of
        from codechoir.engines.neural_output import SpeechChunker

        loaded = self._load()
        chunker = SpeechChunker(listener, SAMPLE_RATE)
        try:
            for number, phrase in enumerate(phrases):
                for line_pass in passes_of(phrase, loaded.pronunciation):
                    if listener.is_cancelled():
                        return
                    _say(line_pass, number, loaded, chunker, listener)
                listener.phrase_done()
        except ReadingCancelledError:
            return

    def _load(self) -> _Loaded:
        if self._loaded is None:
            say, pronunciation = _kokoro(Path(self._kokoro)) if self._kokoro else _hibari()
            self._loaded = _Loaded(say, pronunciation, _stand_in())
        return self._loaded


def _stand_in() -> SayParts:
    """The fallback engine, which is loaded when it is first needed: the first line does not wait for it."""
    loaded: list[SayParts] = []

    def say(parts: tuple[CastUtterance, ...], listener: AudioListener) -> None:
        if not loaded:
            from codechoir.engines.neural_output import FallbackSpeech
            from codechoir.voices import FallbackVoices

            loaded.append(FallbackSpeech(make_fallback_engine(), FallbackVoices(), SAMPLE_RATE))
        loaded[0](parts, listener)

    return say


def _hibari() -> tuple[SayPass, Pronunciation]:
    from codechoir.engines.espeak import Phonemizer
    from codechoir.engines.natural.hibari_speech import say_pass
    from codechoir.engines.natural.hibari_voice import HibariVoice
    from codechoir.engines.natural.pronunciation import Pronunciation

    voice = HibariVoice()

    def say(line_pass: LinePass, chunker: SpeechChunker, phrase: int) -> None:
        say_pass(line_pass, voice, chunker, phrase)

    return say, Pronunciation(Phonemizer(), voice.alphabet)


def _kokoro(pieces: Path) -> tuple[SayPass, Pronunciation]:
    from codechoir.engines.natural.kokoro_speech import say_kokoro_pass
    from codechoir.engines.natural.kokoro_voice import KokoroVoice, kokoro_alphabet

    voice = KokoroVoice(pieces)
    tokens, pronunciation = kokoro_alphabet()

    def say(line_pass: LinePass, chunker: SpeechChunker, phrase: int) -> None:
        say_kokoro_pass(line_pass, voice, tokens, chunker, phrase)

    return say, pronunciation


def _say(
    line_pass: LinePass, phrase: int, loaded: _Loaded, chunker: SpeechChunker, listener: AudioListener
) -> None:
    from codechoir.engines.natural.line_passes import NATURAL_RATE
    from codechoir.engines.neural_output import PartsListener, words_only

    first, last = line_pass.parts[0], line_pass.parts[-1]
    chunker.write_silence(first.utterance.pause_before * NATURAL_RATE / first.voice.rate)
    chunker.write_cue(first)
    if line_pass.words:
        loaded.say(line_pass, chunker, phrase)
    elif first.utterance.text:
        loaded.stand_in(
            words_only(line_pass.parts), PartsListener(chunker, listener, phrase, line_pass.first)
        )
    chunker.write_silence(last.utterance.pause_after * NATURAL_RATE / last.voice.rate)
