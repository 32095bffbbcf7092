"""eSpeak NG as an engine. `synthesize.py` explains how a phrase is said."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import version

from codechoir import __version__
from codechoir.engines import AudioListener, CachePolicy, Engine
from codechoir.engines.espeak.helper_library import library
from codechoir.engines.espeak.joiner import AudioChunker, Cancelled, Joiner
from codechoir.engines.espeak.parameters import DEFAULT_FAMILY
from codechoir.engines.espeak.synthesize import PhraseSynthesizer
from codechoir.errors import EngineError
from codechoir.model import Capabilities, CastUtterance, Category, Phrase, Utterance, Voice, VoiceInfo

SAMPLE_RATE = 22050


class EspeakEngine(Engine):
    """eSpeak NG in a helper process. All instances share the one library, which stays loaded."""

    name = "espeak"
    capabilities = Capabilities(sample_rate=SAMPLE_RATE, inline_prosody=True, concurrent=True)

    def check(self) -> str | None:
        try:
            library()
        except EngineError as error:
            return str(error)
        return None

    def warm_up(self) -> None:
        """Loads the library and its dictionary, which takes 30 ms, by saying a word."""
        word = Utterance("ready", Category.NARRATION, 0, 0)
        self.speak([Phrase((CastUtterance(word, Voice(DEFAULT_FAMILY)),), 0, 0)], AudioListener())

    def voices(self) -> list[VoiceInfo]:
        """All languages, and all variants of American English; any `language+variant` of them is a voice."""
        loaded = library()
        variants = (
            VoiceInfo(f"{DEFAULT_FAMILY}+{variant}", DEFAULT_FAMILY, f"English (America), {title}")
            for variant, title in loaded.variants.items()
        )
        return [*loaded.languages.values(), *variants]

    def cache_policy(self) -> CachePolicy:
        """Whole phrases, since a phrase is one breath of all its voices; only on request, since a phrase is
        synthesized faster than a file is read."""
        return CachePolicy(lambda: lambda _: _identity(), by_default=False, first_differs=True)

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        loaded = library()
        if listener.needs_same_samples():
            loaded = loaded.reproducible()
        joiner = Joiner(AudioChunker(listener, loaded.sample_rate))
        try:
            for number, phrase in enumerate(phrases):
                PhraseSynthesizer(loaded, joiner, listener, number, phrase.parts).run()
                listener.phrase_done()
        except Cancelled:
            return


@cache
def _identity() -> str:
    """What every voice depends on: our version and the library's; and that it is said reproducibly."""
    return f"{__version__} {version('espeakng-loader')} reproducible"
