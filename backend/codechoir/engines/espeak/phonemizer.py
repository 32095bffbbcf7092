"""Words to phonemes (IPA) by eSpeak NG, for engines that speak with other voices."""

from __future__ import annotations

from codechoir.engines.espeak.espeak_library import InProcessLibrary, LibraryData
from codechoir.engines.espeak.safe_text import alphabet_of, safe


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
