"""What caches save, and what they cost: of phrases, and of cloned voices.

Phrases: beside the engine that synthesizes them. A cached unit of a neural engine is an utterance or a few;
one of eSpeak NG is a line.

Voices: how long a start waits for seven of the library, beside NumPy's own files of the same. Each sample is
a process of its own, as a start is. Before the clock runs the process has loaded what a child process with an
engine has loaded: its host, NumPy, and the modules of the standard library that torch imports. The library
and safetensors are loaded while the clock runs, from bytecode, as those of an installed package are.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from codechoir.bench.runner import Figure, figure
from codechoir.bench.text_figures import python_source
from codechoir.engines import AudioListener, CachePolicy, Engine, SilentEngine
from codechoir.engines.cache import CachingEngine, PhraseCache, PhraseSettings, phrase_key
from codechoir.engines.espeak import EspeakEngine
from codechoir.engines.xtts import cacheable_units
from codechoir.errors import CodechoirError
from codechoir.languages import detect_language, language_named
from codechoir.model import AudioChunk, Phrase
from codechoir.pipeline import SpeechPipeline
from codechoir.settings import MEGABYTE, Settings
from codechoir.sinks import Sink
from codechoir.syntax import Document

POLICY = CachePolicy(lambda: lambda _: "bench", split=cacheable_units)
LINES = 20_000
FILE_LINES = 400
MAX_GROWTH = 80.0
"""Megabytes by which an hour of reading may grow a process: the memory limit of 64 and some spare."""


def phrase_figures() -> list[Figure]:
    """`cache.second_reading`, `cache.misses…`, `cache.hour`, `cache.espeak…`."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_second_reading(Path(folder) / "a"), *_misses(), _hour(), *_espeak(Path(folder) / "b")]


# ---- a neural engine ------------------------------------------------------------------------------------


class _CallCounter(SilentEngine):
    """Counts calls of `speak`, and the units in them."""

    calls = units = 0

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        self.calls += 1
        super().speak(self._counted(phrases), listener)

    def _counted(self, phrases: Iterable[Phrase]) -> Iterable[Phrase]:
        for phrase in phrases:
            self.units += 1
            yield phrase


def _second_reading(folder: Path) -> list[Figure]:
    """Calls of the engine, and units in them, when a file is read again by another process."""
    lines = _phrases(python_source(FILE_LINES))
    counts = []
    for _ in range(2):
        engine = _CallCounter()
        cache = PhraseCache(PhraseSettings(folder, disk=4000 * MEGABYTE))
        CachingEngine(engine, cache, POLICY).speak(lines, AudioListener())
        counts.append((engine.calls, engine.units))
    (first_calls, first_units), (calls, units) = counts
    return [
        figure("cache.second_reading.calls", calls, "calls", 0, first_calls, "first reading"),
        figure("cache.second_reading.units", units, "units", 0, first_units, "first reading"),
    ]


def _misses() -> list[Figure]:
    """The share of new units while the standard library is read for the first time."""
    lines = _phrases(python_source(LINES))
    units = [
        unit
        for line in lines
        for _, unit in cacheable_units(line)
        if any(part.utterance.text for part in unit.parts)
    ]
    language = language_named("python")
    assert language is not None
    preloaded = [unit for phrase in _pipeline().common_words(language) for _, unit in cacheable_units(phrase)]
    share, whole = _new_share(units), _new_share(lines)
    some = units[len(units) // 2 :][:FILE_LINES]
    after, before = _new_share(some, preloaded), _new_share(some)
    return [
        figure("cache.misses.library", share, "of units", None, whole, "whole lines cached"),
        figure("cache.misses.first_units", after, "of units", None, before, "without preloading"),
    ]


def _new_share(phrases: Sequence[Phrase], known: Iterable[Phrase] = ()) -> float:
    seen = {_key(phrase) for phrase in known}
    new = 0
    for key in map(_key, phrases):
        new += key not in seen
        seen.add(key)
    return new / len(phrases)


def _key(phrase: Phrase) -> str:
    return phrase_key("bench", lambda family: family, phrase, 24000, False)


def _pipeline() -> SpeechPipeline:
    return SpeechPipeline(Settings(engine="xtts"))


def _phrases(source: str, pipeline: SpeechPipeline | None = None) -> list[Phrase]:
    text = source.encode()
    return list((pipeline or _pipeline()).phrases(Document(text, detect_language("a.py", text)).snapshot()))


# ---- an hour --------------------------------------------------------------------------------------------

_HOUR = """
import resource, sys
from codechoir.bench.cache_figures import read_for
read_for(300)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_for(3600)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) / (1024 if sys.platform == "linux" else 1024 * 1024))
"""


def _hour() -> Figure:
    """Megabytes by which a process grows in an hour of reading, after its first five minutes."""
    done = subprocess.run([sys.executable, "-c", _HOUR], capture_output=True, text=True, check=True)
    return figure("cache.hour", max(float(done.stdout), 0.0), "MB", MAX_GROWTH)


def read_for(seconds: float) -> None:
    """Reads for so many seconds of audio, as fast as possible, with the cache in memory only."""
    from codechoir.playback import Reader, Reading

    engine = SilentEngine()
    cache = PhraseCache(PhraseSettings(Path("nowhere"), disk=0))
    speaker = CachingEngine(engine, cache, POLICY)
    reader = Reader(lambda *_: None)
    sink = _InstantSink(round(seconds * engine.capabilities.sample_rate))
    phrases = _phrases(python_source(LINES // 2))
    reading: Reading = reader.start(phrases, speaker, sink)
    sink.reading = reading
    reading.wait()
    reader.close()
    if sink.played < sink.limit:
        raise CodechoirError(f"only {sink.played} of {sink.limit} samples were played")


class _InstantSink(Sink):
    """Plays everything at once, and stops the reading after `limit` samples."""

    def __init__(self, limit: int) -> None:
        from codechoir.playback import Reading

        super().__init__()
        self.reading: Reading | None = None
        self.limit = limit
        self.played = 0

    def write(self, chunk: AudioChunk) -> None:
        """See `Sink`."""
        self.played = chunk.first_sample + chunk.samples
        self.on_played(self.played)
        if self.played >= self.limit and self.reading is not None:
            self.reading.stop()


# ---- eSpeak NG ------------------------------------------------------------------------------------------


def _espeak(folder: Path) -> list[Figure]:
    """Whether caching pays: milliseconds of a line from the cache, beside synthesizing it."""
    lines = list(islice(_phrases(python_source(FILE_LINES), SpeechPipeline(Settings(engine="espeak"))), 150))
    engine = EspeakEngine()
    engine.warm_up()
    policy = engine.cache_policy()
    settings = PhraseSettings(folder)
    _timed(CachingEngine(engine, PhraseCache(settings), policy), lines)
    synthesized = _timed(engine, lines)
    warm = CachingEngine(engine, cache := PhraseCache(settings), policy)
    disk = _timed(warm, lines)
    memory = _timed(warm, lines)
    _, size = cache.disk.usage
    seconds = sum(line.samples for line in synthesized) / engine.capabilities.sample_rate
    found = []
    for where, took in (("memory", memory), ("disk", disk)):
        for what in ("first", "whole"):
            ours, peer = (
                statistics.median(getattr(line, what) for line in each) for each in (took, synthesized)
            )
            name = f"cache.espeak.{where}.{'first_audio' if what == 'first' else 'line'}"
            found.append(figure(name, ours, "ms", None, peer, "eSpeak NG synthesizes it"))
    return [*found, figure("cache.espeak.bytes", size / 1e6 / seconds * 3600, "MB an hour", None)]


class _LineTimer(AudioListener):
    """Milliseconds to the first chunk of a line and to its end; number of samples."""

    def __init__(self) -> None:
        self.first = self.whole = 0.0
        self.samples = 0
        self._began = time.perf_counter()

    def write(self, chunk: AudioChunk) -> bool:
        self.first = self.first or (time.perf_counter() - self._began) * 1000
        self.samples += chunk.samples
        return True

    def stop(self) -> None:
        """The line is complete."""
        self.whole = (time.perf_counter() - self._began) * 1000


def _timed(engine: Engine, lines: Iterable[Phrase]) -> list[_LineTimer]:
    found = []
    for phrase in lines:
        line = _LineTimer()
        engine.speak([phrase], line)
        line.stop()
        found.append(line)
    return found


# ---- voices ------------------------------------------------------------------------------------------------

VOICES = 7
RUNS = 9
GOAL_MILLISECONDS = 50.0

_TIMED_START = """
import hashlib, json, pathlib, sys, time, numpy, codechoir.engines.subprocess.host
began = time.perf_counter()
{work}
print((time.perf_counter() - began) * 1000)
"""
_OUR_START = """
from pathlib import Path
from codechoir.voices.library import LibrarySettings, VoiceLibrary
folder = Path(sys.argv[1])
loaded = VoiceLibrary(LibrarySettings(folder / "voices", folder / "cache")).preload()
assert len(loaded) == {count}
"""
_PEER_START = """
from pathlib import Path
loaded = []
for file in sorted((Path(sys.argv[1]) / "numpy").glob("*.npz")):
    with numpy.load(file) as tensors:
        loaded.append({{name: tensors[name] for name in tensors.files}})
assert len(loaded) == {count}
"""


def library_figures(runs: int = RUNS) -> list[Figure]:
    """`library.start`: milliseconds until seven voices are loaded and checked, the median of `runs`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_voices(folder)
        ours, peer = [], []
        for work in (_OUR_START, _PEER_START):
            _start_milliseconds(work, folder)  # writes the bytecode
        for _ in range(runs):
            ours.append(_start_milliseconds(_OUR_START, folder))
            peer.append(_start_milliseconds(_PEER_START, folder))
    return [
        figure(
            "library.start",
            statistics.median(ours),
            "ms",
            GOAL_MILLISECONDS,
            statistics.median(peer),
            "numpy.load of .npz files, nothing checked",
        )
    ]


def _start_milliseconds(work: str, folder: Path) -> float:
    program = _TIMED_START.format(work=work.format(count=VOICES))
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _write_voices(folder: Path) -> None:
    """Seven voices in the shapes of XTTS, in both formats."""
    import numpy as np

    from codechoir.voices.library import LibrarySettings, VoiceLibrary

    library = VoiceLibrary(LibrarySettings(folder / "voices", folder / "cache"))
    (folder / "numpy").mkdir()
    recording = folder / "recording.wav"
    recording.write_bytes(b"stands for a recording")
    for number in range(VOICES):
        voice = library.add(f"voice {number}", [recording], _RandomConditioner(number))
        np.savez(folder / "numpy" / f"{number}.npz", **voice.tensors)  # type: ignore[arg-type]


class _RandomConditioner:
    """Makes random latents; see `Conditioner`."""

    engine = "xtts"
    fingerprint = "benchmark"

    def __init__(self, number: int) -> None:
        self.parameters: Mapping[str, Any] = {"number": number}

    def warm_up(self) -> None:
        """Nothing to load."""

    def condition(self, _: object) -> Mapping[str, Any]:
        import numpy as np

        random = np.random.default_rng(self.parameters["number"])
        return {
            "gpt_cond_latent": random.standard_normal((1, 32, 1024), dtype=np.float32),
            "speaker_embedding": random.standard_normal((1, 512, 1), dtype=np.float32),
        }
