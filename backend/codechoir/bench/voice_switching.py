"""What changing voices costs the ear, beside the other ways to change them, on lines in six languages.

Listening times are shares of the time that the same words take as one utterance in one voice: 1 is no cost.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from codechoir.audio import lufs
from codechoir.bench.audio_metrics import (
    HeardAudio,
    hear,
    in_one_voice,
    level_spread,
    mark_error,
    share_mistaken,
    without_cues,
    words_of,
)
from codechoir.bench.corpora import phrases
from codechoir.bench.runner import figure
from codechoir.engines import Engine
from codechoir.engines.espeak import (
    DEFAULT_FAMILY,
    EVERYTHING,
    EspeakEngine,
    library,
    safe,
    synth_params,
    synthesize_samples,
)
from codechoir.model import Category, Phrase, Voice
from codechoir.settings import Settings
from codechoir.voices import Casting, load_profile

RATES = (175, 300, 450)
MOST_TIME = 1.02
MOST_MARK_ERROR = 30.0
MOST_SPREAD = 1.0
MOST_MISTAKEN = 0.05

_PROGRAM = "espeak-ng"
_WAV_HEADER = 44

_SPARSE = 2
"""Of so many lines of the corpus one is said: 336."""

_EVERY = 8
"""Of so many of these lines one is said by ways that start a process each time."""


def figures() -> list[dict[str, Any]]:
    """`seams.listening_time`, the worst of three rates; the same by rate and peer; what else a seam does."""
    engine = EspeakEngine()
    shares, found = [], []
    for rate in RATES:
        sounding = list(phrases(Settings(rate=rate)))[::_SPARSE]
        lines = [without_cues(phrase) for phrase in sounding]
        one = [hear(engine, in_one_voice(line, Voice(DEFAULT_FAMILY, rate=rate))) for line in lines]
        ours = [hear(engine, line) for line in lines]
        shares.append(_share([heard.seconds for heard in ours], one))
        found += _beside_peers(rate, shares[-1], lines, one)
        found.append(_slowest(rate, ours, one))
        if rate == RATES[0]:
            found += _at_seams(engine, lines, ours, one)
            with_cues = _share([hear(engine, line).seconds for line in sounding], one)
            found.append(dict(figure("seams.listening_time.cues", with_cues, "of one voice", None)))
    worst = figure(
        "seams.listening_time", max(shares), "of one voice", MOST_TIME, 1.0, "one voice, one utterance"
    )
    return [dict(worst), *found, *_voices(engine)]


def _beside_peers(
    rate: int, share: float, lines: Sequence[Phrase], one: Sequence[HeardAudio]
) -> list[dict[str, Any]]:
    """Our share of the listening time beside those of other ways to say a line in its voices."""
    raw, trimmed = zip(*map(_separately, lines), strict=True)
    few, few_one = lines[::_EVERY], one[::_EVERY]
    peers: dict[str, tuple[float | None, str]] = {
        "": (_share(trimmed, one), "an utterance a voice, silence trimmed"),
        ".separate": (_share(raw, one), "an utterance a voice"),
        ".ssml": (_by_process(_ssml, rate, few, few_one), f"{_PROGRAM}, SSML <voice>"),
        ".plain": (_by_process(_plain, rate, few, few_one), f"{_PROGRAM} as it comes, one voice"),
    }
    name = f"seams.listening_time.{rate}"
    return [
        dict(figure(name + suffix, share, "of one voice", MOST_TIME, time, peer))
        for suffix, (time, peer) in peers.items()
    ]


def _slowest(rate: int, ours: Sequence[HeardAudio], one: Sequence[HeardAudio]) -> dict[str, Any]:
    """The share of the listening time that only one line in twenty exceeds, and that of the worst line."""
    shares = sorted(mine.seconds / other.seconds for mine, other in zip(ours, one, strict=True))
    p95 = shares[round(0.95 * (len(shares) - 1))]
    name = f"seams.listening_time.{rate}.p95"
    return dict(figure(name, p95, "of one voice", MOST_TIME, shares[-1], "our worst single line"))


def _at_seams(
    engine: Engine, lines: Sequence[Phrase], ours: Sequence[HeardAudio], one: Sequence[HeardAudio]
) -> list[dict[str, Any]]:
    """What could be heard at a seam: a gap, a click; and whether the marks are true."""
    gap, natural = (1000 * max(heard.longest_gap for heard in all_lines) for all_lines in (ours, one))
    step = max(heard.largest_step for heard in ours[::_EVERY])
    alone = (
        hear(engine, in_one_voice(line, part.voice)).largest_step
        for line in lines[::_EVERY]
        for part in line.parts
        if part.utterance.text
    )
    natural_step = max(alone)
    error = max(1000 * mark_error(heard) for heard in ours)
    return [
        dict(figure("seams.gap", gap, "ms", natural * 1.02, natural, "longest gap of one voice")),
        dict(figure("seams.step", step, "of 32767", natural_step, natural_step, "largest step of one voice")),
        dict(figure("seams.marks", error, "ms", MOST_MARK_ERROR)),
    ]


def _voices(engine: Engine) -> list[dict[str, Any]]:
    """How equally loud the seven voices are, and how surely they are told apart."""
    casting = Casting(load_profile("default", engine.name), Settings())
    voices = [casting.voice_of(category) for category in Category if category.inherits is None]
    return [
        dict(figure("seams.levels", level_spread(engine, voices), "dB RMS", MOST_SPREAD)),
        dict(figure("seams.levels.lufs", level_spread(engine, voices, lufs), "LU, estimated", None)),
        dict(figure("seams.mistaken", share_mistaken(engine, voices), "of held-out words", MOST_MISTAKEN)),
    ]


def _share(seconds: Sequence[float], one: Sequence[HeardAudio]) -> float:
    return sum(seconds) / sum(heard.seconds for heard in one)


def _separately(line: Phrase) -> tuple[float, float]:
    """Seconds of a line whose utterances are said one by one, as they come and with silence trimmed."""
    loaded = library()
    raw = trimmed = 0.0
    for part in line.parts:
        text = " ".join(filter(None, (safe(word, EVERYTHING) for word in part.utterance.text.split())))
        if not text:
            continue
        manner = synth_params(part.voice, part.utterance.language, loaded)
        samples = synthesize_samples(loaded, text, manner._replace(rate=round(part.voice.rate)))
        heard = HeardAudio(samples, (), loaded.sample_rate)
        raw += len(heard.samples) / loaded.sample_rate
        trimmed += heard.seconds
    return raw, trimmed


def _by_process(
    arguments: Callable[[Phrase], list[str]], rate: int, lines: Sequence[Phrase], one: Sequence[HeardAudio]
) -> float | None:
    """Share of the listening time with the program of eSpeak NG; None where it is not installed."""
    if shutil.which(_PROGRAM) is None:
        return None
    seconds = []
    for line in lines:
        command = [_PROGRAM, "--stdout", "-v", DEFAULT_FAMILY, "-s", str(rate), *arguments(line)]
        sound = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        seconds.append((len(sound) - _WAV_HEADER) / 2 / library().sample_rate)
    return _share(seconds, one)


def _ssml(line: Phrase) -> list[str]:
    said = (
        f"<voice name={quoteattr(part.voice.family)}>{escape(part.utterance.text)}</voice>"
        for part in line.parts
        if part.utterance.text
    )
    return ["-m", f"<speak>{' '.join(said)}</speak>"]


def _plain(line: Phrase) -> list[str]:
    return ["--", words_of(line)]
