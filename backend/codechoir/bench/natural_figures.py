"""The natural voices: time to first audio, speed, what changing voices costs, and how well voices differ.

The peer is the same model as it comes, which says a line at once, in one voice.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

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
from codechoir.engines.natural import HIBARI, KOKORO, NaturalEngine, published_kokoro, ready_models
from codechoir.errors import EngineError
from codechoir.model import AudioChunk, Category, Phrase, Voice
from codechoir.settings import Settings
from codechoir.voices import Casting, load_profile

WORDS_A_LINE = range(8, 13)
PLAIN = Voice("heart")


class Peer(Protocol):
    """What a model is compared with, loaded in this process with one thread. `load`: milliseconds it took."""

    name: str
    load: float

    def say(self, text: str) -> float:
        """Says a text; returns the seconds of sound."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A model: the beginning of its figures' names, its peer, and its goals.

    `first_audio`: p50 and p99 in milliseconds. `rtf`: real-time factor. `memory`: megabytes. `lines`: how
    many it says.
    """

    prefix: str
    make_peer: Callable[[], Peer]
    first_audio: tuple[float, float]
    rtf: float
    memory: float
    lines: int


def figures() -> list[Figure]:
    """`natural.load`, `natural.first_audio`, `natural.rtf`, `natural.memory`, `natural.listening_time`, and
    how voices differ; the same as `natural.kokoro.…` where Kokoro is installed.

    Raises `EngineError` where no model can speak.
    """
    problems = ready_models().problems
    models = [model for model in (HIBARI, KOKORO) if not problems[model]]
    if not models:
        raise EngineError(problems[HIBARI])
    return [each for model in models for each in _figures_of(model, MEASURED[model])]


def _figures_of(model: str, about: Measured) -> list[Figure]:
    settings = Settings(engine="natural")
    long_enough = (line for line in phrases(settings) if len(words_of(line).split()) in WORDS_A_LINE)
    lines = [without_cues(line) for line in list(long_enough)[: about.lines]]
    engine = NaturalEngine()
    engine.model = model
    load, peer = _milliseconds(engine.warm_up), about.make_peer()
    try:
        found = [
            figure(f"{about.prefix}.load", load, "ms", 1000.0, peer.load, f"{peer.name}, import and load"),
            *_first_audio(engine, peer, lines, about),
            *_speed(engine, peer, lines, about),
        ]
        memory = resident_megabytes(engine.child.supervisor.child().pid)
        if memory is not None:
            found.append(figure(f"{about.prefix}.memory", memory, "MB", about.memory))
        return [*found, *_voices(engine, settings, about.prefix)]
    finally:
        engine.close()


class _HibariPackage:
    """hibari's own package: a line in one voice, with its own pronunciation."""

    name = "hibari-tts"

    def __init__(self) -> None:
        began = time.perf_counter()
        from hibari import Hibari

        self._voice = Hibari(threads=1)
        self._voice("ready")
        self.load = 1000 * (time.perf_counter() - began)

    def say(self, text: str) -> float:
        return len(self._voice(text)) / 24_000


class _PublishedModel:
    """Kokoro's published model, as kokoro-onnx runs it: a whole line in one voice, with our pronunciation."""

    name = "Kokoro's published model"

    def __init__(self) -> None:
        began = time.perf_counter()
        self._say = published_kokoro()
        self._say("ready")
        self.load = 1000 * (time.perf_counter() - began)

    def say(self, text: str) -> float:
        return self._say(text)


MEASURED = {
    HIBARI: Measured("natural", _HibariPackage, (20.0, 50.0), 0.01, 200.0, 100),
    KOKORO: Measured("natural.kokoro", _PublishedModel, (70.0, 150.0), 0.2, 350.0, 40),
}


class _FirstChunk(AudioListener):
    """Notes when the first chunk comes, and ends the reading."""

    came_at = 0.0

    def write(self, chunk: AudioChunk) -> bool:
        self.came_at = time.perf_counter()
        return False


def _first_audio(engine: NaturalEngine, peer: Peer, lines: Sequence[Phrase], about: Measured) -> list[Figure]:
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
            f"{about.prefix}.first_audio.{name}",
            _quantile(ours, share),
            "ms",
            goal,
            _quantile(theirs, share),
            peer.name,
        )
        for name, share, goal in zip(("p50", "p99"), (0.5, 0.99), about.first_audio, strict=True)
    ]


def _speed(engine: NaturalEngine, peer: Peer, lines: Sequence[Phrase], about: Measured) -> list[Figure]:
    """The time that a second of sound takes, and the time that voices cost the listener."""
    began = time.perf_counter()
    in_voices = [synthesize(engine, line).seconds for line in lines]
    ours = (time.perf_counter() - began) / sum(in_voices)
    began = time.perf_counter()
    seconds = sum(peer.say(words_of(line)) for line in lines)
    theirs = (time.perf_counter() - began) / seconds
    one = [synthesize(engine, in_one_voice(line, PLAIN)).seconds for line in lines]
    return [
        figure(f"{about.prefix}.rtf", ours, "s per s", about.rtf, theirs, peer.name),
        figure(
            f"{about.prefix}.listening_time",
            statistics.mean(mine / other for mine, other in zip(in_voices, one, strict=True)),
            "of one voice",
            1.05,
            1.0,
            "one voice, one utterance",
        ),
    ]


def _voices(engine: NaturalEngine, settings: Settings, prefix: str) -> list[Figure]:
    casting = Casting(load_profile(settings.profile, engine.name), settings)
    voices = [casting.voice_of(category) for category in Category if category.inherits is None]
    return [
        figure(f"{prefix}.levels", level_spread(engine, voices, lufs), "LU, estimated", 1.0),
        figure(f"{prefix}.mistaken", share_mistaken(engine, voices, 1), "of held-out single words", 0.02),
        figure(f"{prefix}.mistaken.in_lines", share_mistaken(engine, voices), "of held-out words", None),
    ]


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]
