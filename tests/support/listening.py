"""Phrases to say, and a listener that remembers what it heard."""

from __future__ import annotations

import threading
from collections.abc import Callable

from codechoir.engines.base import AudioListener
from codechoir.model import AudioChunk, CastUtterance, Category, Mark, Phrase, Utterance, Voice


def phrase(*texts: str, start: int = 1) -> Phrase:
    """A phrase of one utterance a text; utterance number n covers the bytes from `start` + 10 n."""
    parts = []
    for index, text in enumerate(texts):
        at = start + 10 * index
        parts.append(CastUtterance(Utterance(text, Category.VARIABLE, at, at + 9), Voice("one")))
    return Phrase(tuple(parts), start, start + 10 * len(texts))


class Listener(AudioListener):
    """Keeps everything, and can act on the way."""

    def __init__(self, act: Callable[[Listener], bool] = lambda _: True) -> None:
        self.chunks: list[AudioChunk] = []
        self.notices: list[str] = []
        self.done = 0
        self.ended = False
        self._act = act

    def write(self, chunk: AudioChunk) -> bool:
        self.chunks.append(chunk)
        return self._act(self)

    def is_cancelled(self) -> bool:
        return self.ended

    def notify(self, line: str) -> bool:
        self.notices.append(line)
        return True

    def phrase_done(self) -> None:
        self.done += 1

    @property
    def samples(self) -> int:
        return sum(chunk.samples for chunk in self.chunks)

    @property
    def marks(self) -> list[Mark]:
        return [mark for chunk in self.chunks for mark in chunk.marks]

    @property
    def words(self) -> list[str]:
        return [mark.text for mark in self.marks]


def in_thread(work: Callable[[], object]) -> threading.Thread:
    """A started thread that runs `work`."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
