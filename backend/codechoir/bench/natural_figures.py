"""The natural voices: time to first audio, speed, what changing voices costs, and how well voices differ.

The peer is hibari's own package, as it comes: it says a line in one voice, with its own pronunciation.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

from codechoir.audio import lufs
from codechoir.bench.audio_metrics import (
    in_one_voice,
    level_spread,
    share_mistaken,
    synthesize,
    without_cues,
    words_of,
)
from codechoir.bench.runner import Figure, figure
from codechoir.bench.server_figures import resident_megabytes
from codechoir.bench.text_figures import phrases
from codechoir.engines import AudioListener
from codechoir.engines.natural import NaturalEngine
from codechoir.errors import EngineError
from codechoir.model import AudioChunk, Category, Phrase, Voice
from codechoir.settings import Settings
from codechoir.voices import Casting, load_profile

PEER = "hibari-tts"
LINES = 100
WORDS_A_LINE = range(8, 13)
PLAIN = Voice("heart")


def figures() -> list[Figure]:
    """`natural.load`, `natural.first_audio`, `natural.rtf`, `natural.memory`, `natural.listening_time`, and
    how voices differ. Raises `EngineError` where the packages are not installed."""
    engine = NaturalEngine()
    if problem := engine.check():
        raise EngineError(problem)
    settings = Settings(engine="natural")
    long_enough = (line for line in phrases(settings) if len(words_of(line).split()) in WORDS_A_LINE)
    lines = [without_cues(line) for line in list(long_enough)[:LINES]]
    load, peer = _milliseconds(engine.warm_up), _Peer()
    try:
        found = [
            figure("natural.load", load, "ms", 1000.0, peer.load, f"{PEER}, import and load"),
            *_first_audio(engine, peer, lines),
            *_speed(engine, peer, lines),
        ]
        memory = resident_megabytes(engine.child.supervisor.child().pid)
        if memory is not None:
            found.append(figure("natural.memory", memory, "MB", 200.0))
        return [*found, *_voices(engine, settings)]
    finally:
        engine.close()


class _Peer:
    """hibari's own package in this process, with one thread as ours has."""

    def __init__(self) -> None:
        began = time.perf_counter()
        from hibari import Hibari

        self._voice = Hibari(threads=1)
        self._voice("ready")
        self.load = 1000 * (time.perf_counter() - began)

    def say(self, text: str) -> float:
        """Says a text; returns the seconds of sound."""
        return len(self._voice(text)) / 24_000


class _FirstChunk(AudioListener):
    """Notes when the first chunk comes, and ends the reading."""

    came_at = 0.0

    def write(self, chunk: AudioChunk) -> bool:
        self.came_at = time.perf_counter()
        return False


def _first_audio(engine: NaturalEngine, peer: _Peer, lines: Sequence[Phrase]) -> list[Figure]:
    """From the request to the first chunk of a line in its voices; the peer's sound comes all at once."""
    ours, theirs = [], []
    for line in lines:
        listener = _FirstChunk()
        began = time.perf_counter()
        engine.speak([line], listener)
        ours.append(1000 * (listener.came_at - began))
        theirs.append(_milliseconds(partial(peer.say, words_of(line))))
    return [
        figure(
            f"natural.first_audio.{name}", _quantile(ours, share), "ms", goal, _quantile(theirs, share), PEER
        )
        for name, share, goal in (("p50", 0.5, 20.0), ("p99", 0.99, 50.0))
    ]


def _speed(engine: NaturalEngine, peer: _Peer, lines: Sequence[Phrase]) -> list[Figure]:
    """The time that a second of sound takes, and the time that voices cost the listener."""
    began = time.perf_counter()
    in_voices = [synthesize(engine, line).seconds for line in lines]
    ours = (time.perf_counter() - began) / sum(in_voices)
    began = time.perf_counter()
    seconds = sum(peer.say(words_of(line)) for line in lines)
    theirs = (time.perf_counter() - began) / seconds
    one = [synthesize(engine, in_one_voice(line, PLAIN)).seconds for line in lines]
    return [
        figure("natural.rtf", ours, "s per s", 0.01, theirs, PEER),
        figure(
            "natural.listening_time",
            statistics.mean(mine / other for mine, other in zip(in_voices, one, strict=True)),
            "of one voice",
            1.05,
            1.0,
            "one voice, one utterance",
        ),
    ]


def _voices(engine: NaturalEngine, settings: Settings) -> list[Figure]:
    casting = Casting(load_profile(settings.profile, engine.name), settings)
    voices = [casting.voice_of(category) for category in Category if category.inherits is None]
    return [
        figure("natural.levels", level_spread(engine, voices, lufs), "LU, estimated", 1.0),
        figure("natural.mistaken", share_mistaken(engine, voices), "of held-out words", 0.02),
    ]


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]
