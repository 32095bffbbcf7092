"""How well speech is understood: a speech recogniser hears lines of code, comments and single words.

Everything that is said here is held out: no voice, table or statistic of an engine may be chosen by it. Lines
are from the files that the benchmarks read, and from modules of ours. A word that sounds as another one, or
that is written as two, counts as heard. Peers speak as they come, in one voice. Piper and kokoro-onnx
need a voice: the variables `CODECHOIR_BENCH_PIPER` (a file) and `CODECHOIR_BENCH_KOKORO` (a folder) name it.

`python -m codechoir.bench.listener_figures OUT.png FIGURES.json` draws the words misheard at each rate, from
what `codechoir bench listener --json` printed. It needs matplotlib.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import numpy as np

import codechoir
from codechoir.bench.audio_metrics import synthesize, without_cues, words_of
from codechoir.bench.programs import ESPEAK_PROGRAM, espeak_is_installed, espeak_pcm
from codechoir.bench.recogniser import Floats, Recogniser, share_wrong, spoken_words, words_wrong
from codechoir.bench.runner import Figure, figure
from codechoir.bench.text_figures import phrases, source_files
from codechoir.engines import Engine, make_engine
from codechoir.engines.espeak import Phonemizer
from codechoir.engines.natural import HIBARI, KOKORO, NaturalEngine, ready_models
from codechoir.errors import InputError
from codechoir.model import CastUtterance, Category, Phrase, Utterance
from codechoir.settings import Settings
from codechoir.voices import Casting, load_profile

LINES = 300
NATURAL_RATE, FASTER = 175, 262
"""The rate of the natural voices, and 1.5 times of it: all lines are said at these."""

OTHER_RATES = (150, 200, 300, 400, 500)
"""A fifth of the lines is said at these."""

WORDS_A_LINE = range(5, 17)
OWN_PACKAGES = ("cli", "lsp", "playback", "sinks", "storage", "voices")
ESPEAK, NATURAL = "espeak", "natural"

MAX_WRONG = {
    HIBARI: {NATURAL_RATE: 0.08, FASTER: 0.10},
    KOKORO: {NATURAL_RATE: 0.07, FASTER: 0.10},
}
MIN_IDENTIFIED = {HIBARI: 0.87, KOKORO: 0.95}

Sound = tuple[Floats, int]
"""Samples from -1 to 1, and the sample rate."""

COMMENTS = tuple(
    """\
The caller has to hold the lock until the last reader has left.
Returns the number of rows that were skipped because they were empty.
This is slower than it looks, since every lookup walks the whole list.
Do not remove the second check, it protects against a race at startup.
A missing key means that nobody has asked for this page before.
The buffer grows by half of its size, and never shrinks again.
We cannot trust the length in the header, so we count the bytes ourselves.
Callers that need the old order should sort the result by its second field.
The cursor stays where it was unless the document became shorter.
Numbers below ten are written as words, larger ones as digits.
If the server does not answer within two seconds, the request is sent again.
Only the owner of the file may change its permissions.
The cache is cleared at midnight, when nobody is likely to notice.
Every event is handled exactly once, even if it arrives twice.
This used to be a list, but membership tests took too long.
The comparison ignores case and any space at the end of the name.
Closing the window while a download is running cancels the download.
An empty pattern matches everything, including the empty string.
The first argument is the directory in which all relative paths begin.
Remember to update the table below when you add another colour.
The order of these two lines matters, because the second one reads what the first one wrote.
A negative offset counts from the end of the sequence.
We keep the last hundred messages and throw older ones away.
The parser stops at the first error and reports its line and column.
Both threads may call this method, so the counter must be atomic.
The image is scaled down before it is compared with the original.
Temporary files are deleted when the process ends, unless it was killed.
There is no need to copy the array here, nobody else can see it yet.
The remaining digits are rounded, not cut off.
Whoever opens the connection is responsible for closing it.""".splitlines()
)

SINGLE_WORDS = tuple(
    """\
append argument assert async await binary boolean branch callback cancel capture character checksum clone
closure column commit compare compile component connect constant container context convert counter cursor
database debug decode decorator delegate dependency deploy dictionary directory dispatch document domain
download element encode endpoint enumerate environment exception execute export factory feature filter flag
folder framework function gateway generate handler initialize inject instance invoke iterate iterator join
kernel keyword layout library listener literal logger macro mapping memory merge middleware migrate module
monitor namespace network observe operator optional output parameter payload pointer property protocol query
random recursive reduce""".split()  # noqa: SIM905 - a page of words is easier to read
)


class Hearing(Protocol):
    """A speech recogniser; see `recogniser.Recogniser`."""

    def hear(self, samples: Floats, sample_rate: int) -> str: ...

    def identify(self, samples: Floats, sample_rate: int, words: Sequence[str]) -> str: ...


@dataclass(frozen=True, slots=True)
class MeasuredEngine:
    """`say`: says a phrase, at so many words a minute. `engine`: for whose voices the phrase is cast."""

    name: str
    say: Callable[[Phrase, int], Sound]
    engine: str = ESPEAK


def figures(lines: str = str(LINES)) -> list[Figure]:
    """For each engine: `listener.NAME.RATE`, the share of words misheard, `.comments`, the same, and
    `.words`, the share of single words that are recognised. `lines`: how many are said."""
    if not lines.isdecimal() or int(lines) < 1:
        raise InputError(f"lines must be a whole number from 1 on, got '{lines}'")
    hearing = Recogniser()
    engines = [*our_engines(), *_peers()]
    found = {measured.name: heard(measured, hearing, int(lines)) for measured in engines}
    return [one for name in found for one in _figures_of(name, found[name], found[ESPEAK])]


def heard(measured: MeasuredEngine, hearing: Hearing, lines: int) -> dict[str, list[tuple[int, int]]]:
    """What was misheard, as (words wrong, words said) for each text. Keys: rates, "comments" and "words"."""
    found: dict[str, list[tuple[int, int]]] = {}
    said = held_out_lines(measured.engine, lines)
    for rate in sorted({NATURAL_RATE, FASTER, *OTHER_RATES}):
        some = said if rate in (NATURAL_RATE, FASTER) else said[::5]
        found[str(rate)] = _misheard(measured, hearing, (at_rate(line, rate) for line in some), rate)
    comments = [_one_utterance(text, Category.COMMENT, measured.engine) for text in COMMENTS[:lines]]
    found["comments"] = _misheard(measured, hearing, comments, NATURAL_RATE)
    found["words"] = [
        (
            hearing.identify(
                *measured.say(_one_utterance(word, Category.VARIABLE, measured.engine), NATURAL_RATE),
                SINGLE_WORDS,
            )
            != word,
            1,
        )
        for word in SINGLE_WORDS[:lines]
    ]
    return found


def held_out_lines(engine: str, count: int) -> list[Phrase]:
    """So many lines of code, in the voices of an engine, spread over all files.

    Lines of common words only: nobody knows what to write when `len` or `mu` is said. hibari's dictionary
    says what is one.
    """
    every = _all_lines(engine)
    count = min(count, len(every))
    return [every[at * len(every) // count] for at in range(count)]


@cache
def _all_lines(engine: str) -> tuple[Phrase, ...]:
    common, settings = _common_words(), Settings(engine=engine, rate=NATURAL_RATE)
    return tuple(
        without_cues(line)
        for line in phrases(settings, [*source_files(), *_own_modules()])
        if len(words_of(line).split()) in WORDS_A_LINE
        and all(word == "a" or (len(word) > 1 and word in common) for word in spoken_words(words_of(line)))
    )


def at_rate(line: Phrase, rate: int) -> Phrase:
    """The same line at another rate."""
    factor = rate / NATURAL_RATE
    parts = (replace(part, voice=replace(part.voice, rate=part.voice.rate * factor)) for part in line.parts)
    return replace(line, parts=tuple(parts))


def _own_modules() -> list[Path]:
    """Modules of ours; most of their names are words."""
    package = Path(codechoir.__file__).parent
    return [path for folder in OWN_PACKAGES for path in sorted((package / folder).rglob("*.py"))]


def _common_words() -> frozenset[str]:
    lexicon = files("hibari") / "assets" / "lexicon_us_gold.json.gz"
    return frozenset(json.loads(gzip.decompress(lexicon.read_bytes())))


def _misheard(
    measured: MeasuredEngine, hearing: Hearing, texts: Iterable[Phrase], rate: int
) -> list[tuple[int, int]]:
    return [words_wrong(words_of(text), hearing.hear(*measured.say(text, rate)), sounds) for text in texts]


@cache
def sounds(word: str) -> str:
    """How a word sounds: its phonemes without stress and length."""
    phonemes = _phonemizer().phonemes(word, "en-us")
    return "".join(each for each in phonemes if each.isalpha() and each not in "ˈˌː")


@cache
def _phonemizer() -> Phonemizer:
    return Phonemizer()


def _one_utterance(text: str, category: Category, engine: str) -> Phrase:
    settings = Settings(engine=engine, rate=NATURAL_RATE)
    voice = Casting(load_profile(settings.profile, engine), settings).voice_of(category)
    return Phrase((CastUtterance(Utterance(text, category, 0, 1), voice),), 0, 1)


def _figures_of(
    name: str, found: Mapping[str, Sequence[tuple[int, int]]], peer: Mapping[str, Sequence[tuple[int, int]]]
) -> Iterator[Figure]:
    for what, counts in found.items():
        share, low, high = share_wrong(counts)
        theirs = share_wrong(peer[what])[0]
        kind = f"of {sum(of for _, of in counts)} words"
        goal = MAX_WRONG.get(name, {}).get(int(what)) if what.isdigit() else None
        if what == "words":
            share, low, high, theirs = 1 - share, 1 - high, 1 - low, 1 - theirs
            goal = MIN_IDENTIFIED.get(name)
        unit = f"{kind} (95 %: {low:.3f} to {high:.3f})"
        beside = (None, "") if found is peer else (theirs, ESPEAK)
        yield figure(f"listener.{name}.{what}", share, unit, goal, *beside, at_least=what == "words")


# ---- engines ----------------------------------------------------------------------------------------------


def our_engines() -> Iterator[MeasuredEngine]:
    """eSpeak NG, and the natural voices that can speak here, each in the voices of its profile."""
    yield MeasuredEngine(ESPEAK, _saying(make_engine(ESPEAK)))
    problems = ready_models().problems
    for model in (HIBARI, KOKORO):
        if not problems[model]:
            engine = NaturalEngine()
            engine.model = model
            yield MeasuredEngine(model, _saying(engine), NATURAL)


def _saying(engine: Engine) -> Callable[[Phrase, int], Sound]:
    def say(phrase: Phrase, rate: int) -> Sound:  # the phrase was cast for the rate
        audio = synthesize(engine, phrase)
        return audio.samples.astype(np.float32) / np.float32(32768), audio.sample_rate

    return say


def _peers() -> Iterator[MeasuredEngine]:
    if espeak_is_installed():
        yield MeasuredEngine(ESPEAK_PROGRAM, _by_program)
    for name, make in (("hibari-tts", _hibari), ("piper-tts", _piper), ("kokoro-onnx", _kokoro)):
        say = make()
        if say is not None:
            yield MeasuredEngine(name, _with_text(say))


def _with_text(say: Callable[[str, float], Sound]) -> Callable[[Phrase, int], Sound]:
    return lambda phrase, rate: say(words_of(phrase), rate / NATURAL_RATE)


def _by_program(phrase: Phrase, rate: int) -> Sound:
    pcm, sample_rate = espeak_pcm(["-s", str(rate), "--", words_of(phrase)])
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768), sample_rate


def _hibari() -> Callable[[str, float], Sound] | None:
    try:
        from hibari import Hibari
    except ImportError:
        return None
    voice = Hibari(threads=1)
    return lambda text, speed: (voice(text, speed=speed, seed=1), 24_000)


def _piper() -> Callable[[str, float], Sound] | None:
    path = os.environ.get("CODECHOIR_BENCH_PIPER")
    if path is None:
        return None
    from piper import PiperVoice, SynthesisConfig

    voice = PiperVoice.load(path)

    def say(text: str, speed: float) -> Sound:
        chunks = list(voice.synthesize(text, SynthesisConfig(length_scale=1 / speed)))
        return np.concatenate([each.audio_float_array for each in chunks]), chunks[0].sample_rate

    return say


def _kokoro() -> Callable[[str, float], Sound] | None:
    folder = os.environ.get("CODECHOIR_BENCH_KOKORO")
    if folder is None:
        return None
    from kokoro_onnx import Kokoro

    model = next(Path(folder).glob("kokoro*.onnx"))
    voice = Kokoro(str(model), str(next(Path(folder).glob("voices*"))))
    return lambda text, speed: voice.create(text, voice="af_heart", speed=speed)


# ---- plot --------------------------------------------------------------------------------------------------


def draw(path: Path, found: Sequence[Mapping[str, Any]]) -> None:
    """Draws the share of words misheard at each rate, a line for each engine."""
    from matplotlib.figure import Figure as Plot

    plot = Plot(figsize=(7, 4.2), dpi=100, layout="tight")
    axes = plot.subplots()
    lines: dict[str, list[tuple[int, float]]] = {}
    for one in found:
        _, name, what = one["name"].split(".", 2)
        if what.isdigit():
            lines.setdefault(name, []).append((int(what), 100 * one["ours"]))
    for name, points in lines.items():
        axes.plot(*zip(*sorted(points), strict=True), marker="o", label=name)
    axes.set(xlabel="words a minute", ylabel="words misheard, %", ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend()
    plot.savefig(path)


def main(arguments: Sequence[str]) -> None:
    """See the module."""
    path, source = arguments
    draw(Path(path), json.loads(Path(source).read_text(encoding="utf-8"))["figures"])


if __name__ == "__main__":
    main(sys.argv[1:])
