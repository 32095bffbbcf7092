"""What changing voices costs the listener, beside other ways to do it, on lines in six languages.

Listening times are relative to the same words as one utterance in one voice: 1 is no cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from codechoir.audio import lufs
from codechoir.bench.audio_metrics import (
    SynthesizedAudio,
    in_one_voice,
    level_spread,
    mark_error,
    share_mistaken,
    synthesize,
    without_cues,
    words_of,
)
from codechoir.bench.programs import ESPEAK_PROGRAM, espeak_listening_times
from codechoir.bench.runner import Figure, figure
from codechoir.bench.text_figures import phrases
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
MAX_LISTENING_TIME = 1.02
MAX_MARK_ERROR = 30.0
"""Milliseconds."""
MAX_LEVEL_SPREAD = 1.0
"""Decibels."""
MAX_MISTAKEN = 0.05

_LINE_STEP = 2
"""Every second line of the corpus is said: 336 lines."""

_FEW_STEP = 8
"""Every eighth of these lines is said by ways that start a process for each."""


def figures() -> list[Figure]:
    """`seams.listening_time`, the worst of three rates; the same by rate and peer; what is audible at a
    seam."""
    engine = EspeakEngine()
    times, found = [], []
    for rate in RATES:
        with_cues = list(phrases(Settings(engine="espeak", rate=rate)))[::_LINE_STEP]
        lines = [without_cues(phrase) for phrase in with_cues]
        one = [synthesize(engine, in_one_voice(line, Voice(DEFAULT_FAMILY, rate=rate))) for line in lines]
        ours = [synthesize(engine, line) for line in lines]
        times.append(_relative([audio.seconds for audio in ours], one))
        found += _beside_peers(rate, times[-1], lines, one)
        found.append(_slowest_lines(rate, ours, one))
        if rate == RATES[0]:
            found += _at_seams(engine, lines, ours, one)
            time = _relative([synthesize(engine, line).seconds for line in with_cues], one)
            found.append(figure("seams.listening_time.cues", time, "of one voice", None))
    worst = figure(
        "seams.listening_time",
        max(times),
        "of one voice",
        MAX_LISTENING_TIME,
        1.0,
        "one voice, one utterance",
    )
    return [worst, *found, *_voices(engine)]


def _beside_peers(
    rate: int, time: float, lines: Sequence[Phrase], one: Sequence[SynthesizedAudio]
) -> list[Figure]:
    """Our listening time beside those of other ways to say a line in its voices."""
    raw, trimmed = zip(*map(_utterance_by_utterance, lines), strict=True)
    few, few_one = lines[::_FEW_STEP], one[::_FEW_STEP]
    program = ESPEAK_PROGRAM
    peers: dict[str, tuple[float | None, str]] = {
        "": (_relative(trimmed, one), "an utterance a voice, silence trimmed"),
        ".separate": (_relative(raw, one), "an utterance a voice"),
        ".ssml": (_by_program(rate, map(_ssml, few), few_one), f"{program}, SSML <voice>"),
        ".plain": (_by_program(rate, map(_plain, few), few_one), f"{program} as it comes, one voice"),
    }
    name = f"seams.listening_time.{rate}"
    return [
        figure(name + suffix, time, "of one voice", MAX_LISTENING_TIME, peer_time, peer)
        for suffix, (peer_time, peer) in peers.items()
    ]


def _slowest_lines(rate: int, ours: Sequence[SynthesizedAudio], one: Sequence[SynthesizedAudio]) -> Figure:
    """The listening time that only one line in twenty exceeds, and that of the worst line."""
    times = sorted(mine.seconds / other.seconds for mine, other in zip(ours, one, strict=True))
    p95 = times[round(0.95 * (len(times) - 1))]
    name = f"seams.listening_time.{rate}.p95"
    return figure(name, p95, "of one voice", MAX_LISTENING_TIME, times[-1], "our worst single line")


def _at_seams(
    engine: Engine,
    lines: Sequence[Phrase],
    ours: Sequence[SynthesizedAudio],
    one: Sequence[SynthesizedAudio],
) -> list[Figure]:
    """What could be audible at a seam: a gap, a click; and whether the marks are accurate."""
    gap, natural_gap = (1000 * max(audio.longest_gap for audio in all_lines) for all_lines in (ours, one))
    step = max(audio.largest_step for audio in ours[::_FEW_STEP])
    natural_step = max(
        synthesize(engine, in_one_voice(line, part.voice)).largest_step
        for line in lines[::_FEW_STEP]
        for part in line.parts
        if part.utterance.text
    )
    error = max(1000 * mark_error(audio) for audio in ours)
    return [
        figure("seams.gap", gap, "ms", natural_gap * 1.02, natural_gap, "longest gap of one voice"),
        figure("seams.step", step, "of 32767", natural_step, natural_step, "largest step of one voice"),
        figure("seams.marks", error, "ms", MAX_MARK_ERROR),
    ]


def _voices(engine: Engine) -> list[Figure]:
    """How equally loud the seven voices are, and how reliably they are told apart."""
    casting = Casting(load_profile("default", engine.name), Settings())
    voices = [casting.voice_of(category) for category in Category if category.inherits is None]
    return [
        figure("seams.levels", level_spread(engine, voices), "dB RMS", MAX_LEVEL_SPREAD),
        figure("seams.levels.lufs", level_spread(engine, voices, lufs), "LU, estimated", None),
        figure("seams.mistaken", share_mistaken(engine, voices), "of held-out words", MAX_MISTAKEN),
    ]


def _relative(seconds: Sequence[float], one: Sequence[SynthesizedAudio]) -> float:
    """Listening time relative to one voice."""
    return sum(seconds) / sum(audio.seconds for audio in one)


def _utterance_by_utterance(line: Phrase) -> tuple[float, float]:
    """Seconds of a line whose utterances are said one by one, as they come and with silence trimmed."""
    loaded = library()
    raw = trimmed = 0.0
    for part in line.parts:
        text = " ".join(filter(None, (safe(word, EVERYTHING) for word in part.utterance.text.split())))
        if not text:
            continue
        parameters = synth_params(part.voice, part.utterance.language, loaded)
        samples = synthesize_samples(loaded, text, parameters._replace(rate=round(part.voice.rate)))
        audio = SynthesizedAudio(samples, (), loaded.sample_rate)
        raw += len(audio.samples) / loaded.sample_rate
        trimmed += audio.seconds
    return raw, trimmed


def _by_program(
    rate: int, argument_lists: Iterable[list[str]], one: Sequence[SynthesizedAudio]
) -> float | None:
    """Listening time with the program of eSpeak NG; None where it is not installed."""
    options = ["-v", DEFAULT_FAMILY, "-s", str(rate)]
    seconds = espeak_listening_times([*options, *arguments] for arguments in argument_lists)
    return None if seconds is None else _relative(seconds, one)


def _ssml(line: Phrase) -> list[str]:
    voices = (
        f"<voice name={quoteattr(part.voice.family)}>{escape(part.utterance.text)}</voice>"
        for part in line.parts
        if part.utterance.text
    )
    return ["-m", f"<speak>{' '.join(voices)}</speak>"]


def _plain(line: Phrase) -> list[str]:
    return ["--", words_of(line)]
