"""Says a pass in Kokoro's voices: which word sounds when, in which voice; sound as soon as it is ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from codechoir.audio import VoiceShaper, pitch_factor
from codechoir.engines.natural.kokoro_catalog import COUNTERPARTS, kokoro_name
from codechoir.engines.natural.kokoro_voice import HALF, SAMPLE_RATE, Cast, Floats, KokoroVoice, SpokenLine
from codechoir.engines.natural.line_passes import NATURAL_RATE, LinePass, PassWord, pause_between
from codechoir.engines.neural_output import SpeechChunker
from codechoir.model import CastUtterance, Mark

NATURAL_RANGE = 50
"""The melody as a voice has it. Derived voices need a narrower one to be told apart; real ones do not."""

LEAD, MARGIN = 12, 2
"""Half frames: so long before the end of the pad around a line its sound may begin, and so much is added to
what the predicted energy calls sound."""

EARLY = 4
"""Half frames by which the sound of a word comes before the frames of its phonemes."""

AUDIBLE = 0.004
"""Amplitude below which a half frame at the beginning is silent: some 40 dB below the loudest one."""

FIRST_WINDOW, LARGEST_WINDOW = 10, 80
"""Half frames: the first window is ready soon; the next ones are larger, since each has its context."""

FADE = 120
"""Samples of a fade before and after a pause, and of the step between two levels: 5 ms."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When the words of a pass sound, in half frames of the line. `begin`, `end`: of all sound.

    `starts`: of each word. `pauses`: samples of silence before each word.
    """

    begin: int
    end: int
    starts: tuple[int, ...]
    pauses: tuple[int, ...]

    def window_ends(self) -> Iterator[int]:
        """After which half frames the windows end."""
        end, size = self.begin + FIRST_WINDOW, FIRST_WINDOW
        while end < self.end - FIRST_WINDOW // 2:
            yield end
            size = min(2 * size, LARGEST_WINDOW)
            end += size
        yield self.end

    def sample_of(self, half: int) -> int:
        """Where a half frame sounds, in samples from `begin` on, with the pauses up to it."""
        paused = sum(pause for start, pause in zip(self.starts, self.pauses, strict=True) if start <= half)
        return (half - self.begin) * HALF + paused


def say_kokoro_pass(
    line_pass: LinePass, voice: KokoroVoice, tokens: Mapping[str, int], chunker: SpeechChunker, phrase: int
) -> None:
    """Writes the sound of a pass that has words, with their marks. `phrase`: index of the phrase."""
    parts = [line_pass.parts[word.part - line_pass.first] for word in line_pass.words]
    ids, cast = cast_of(line_pass.words, parts, voice, tokens)
    line = voice.line(ids, cast)
    timing = timing_of(line_pass, parts, line)
    writer = _PassWriter(line_pass, parts, timing, chunker, phrase)
    levels = [voice.speaker(kokoro_name(part.voice.family)).level for part in parts]
    loudness = [
        10 ** (level / 20) * part.voice.volume / 100 for level, part in zip(levels, parts, strict=True)
    ]
    gains = _gains(loudness, timing)
    at = timing.begin
    for end in timing.window_ends():
        samples = slice((at - timing.begin) * HALF, (end - timing.begin) * HALF)
        writer.write(at, voice.sound(line, at, end, timing.begin) * gains[samples], is_last=end == timing.end)
        at = end


class _PassWriter:
    """Trims the silence before a pass, adds its pauses, changes its speed, and writes it with its marks."""

    def __init__(
        self,
        line_pass: LinePass,
        parts: Sequence[CastUtterance],
        timing: Timing,
        chunker: SpeechChunker,
        phrase: int,
    ) -> None:
        self._words = line_pass.words
        self._parts = parts
        self._timing = timing
        self._chunker = chunker
        self._phrase = phrase
        self._speed = parts[0].voice.rate / NATURAL_RATE
        self._shaper = VoiceShaper(self._speed, 1.0, SAMPLE_RATE)
        self._began = chunker.samples
        self._first: int | None = None  # the first half frame that is heard
        self._marked = 0

    def write(self, at: int, sound: Floats, is_last: bool) -> None:
        """Writes the next samples, from half frame `at` on."""
        if self._first is None:
            latest = self._timing.starts[1] if len(self._words) > 1 else self._timing.end
            silent = _silent_halves(sound, latest - 1 - at)
            sound, at = sound[silent * HALF :], at + silent
            self._first = at if len(sound) else None
        sound = self._shaper.feed(_with_pauses(sound, at, self._timing))
        if is_last:
            sound = np.concatenate([sound, self._shaper.flush()])
        self._chunker.write(sound, self._marks(self._chunker.samples + len(sound), is_last))

    def _marks(self, until: int, is_last: bool) -> list[Mark]:
        """The marks of the words that begin before sample `until` of the reading, where the sound ends."""
        timing = self._timing
        trimmed = ((self._first or timing.begin) - timing.begin) * HALF
        starts = [
            self._began + int(max(timing.sample_of(each) - trimmed, 0) / self._speed)
            for each in (*timing.starts, timing.end)
        ]
        starts[0] = self._began
        if is_last:
            starts = [*(min(each, until - 1) for each in starts[:-1]), until]
        marks = []
        while self._marked < len(self._words) and starts[self._marked] < until:
            number, word = self._marked, self._words[self._marked]
            utterance, about = self._parts[number].utterance, {"part": word.part, "word": word.word}
            marks.append(
                Mark.of(
                    utterance, word.text, starts[number], starts[number + 1], phrase=self._phrase, **about
                )
            )
            self._marked += 1
        return marks


def sounding_halves(line: SpokenLine) -> tuple[int, int]:
    """From which half frame to which a line can be heard: the pads around it are silent for the most part."""
    earliest, count = max(2 * int(line.ends[0]) - LEAD, 0), line.x.shape[2]
    sounding = np.flatnonzero(line.energy[earliest:] > 0)
    if not len(sounding):
        return earliest, count
    begin, end = earliest + int(sounding[0]) - MARGIN, earliest + int(sounding[-1]) + 1 + MARGIN
    return max(min(begin, 2 * int(line.ends[0])), earliest), min(end, count)


def timing_of(line_pass: LinePass, parts: Sequence[CastUtterance], line: SpokenLine) -> Timing:
    """When the words sound."""
    begin, end = sounding_halves(line)
    starts, pauses, token = [begin], [0], 0
    by_index = {line_pass.first + number: part for number, part in enumerate(line_pass.parts)}
    for before, word in pairwise(line_pass.words):
        token += len(before.phonemes) + 1
        starts.append(max(2 * int(line.ends[token]) - EARLY, starts[-1] + 1))
        pause = 0.0 if before.part == word.part else pause_between(by_index, before.part, word.part)
        pauses.append(round(pause / 1000 * SAMPLE_RATE))
    return Timing(begin, max(end, starts[-1] + 1), tuple(starts), tuple(pauses))


def cast_of(
    words: Sequence[PassWord],
    parts: Sequence[CastUtterance],
    voice: KokoroVoice,
    tokens: Mapping[str, int],
) -> tuple[list[int], Cast]:
    """The tokens of some words, each with the part that it belongs to, and who says each token."""
    names = [kokoro_name(part.voice.family) for part in parts]
    speakers = list(dict.fromkeys(names))
    ids: list[int] = []
    owners = [0]  # the word of each token; the pads belong to the first and to the last one
    for number, word in enumerate(words):
        text = word.phonemes + (" " if number < len(words) - 1 else "")
        ids += [tokens[each] for each in text]
        owners += [number] * len(text)
    owners.append(len(words) - 1)
    whose = np.array([speakers.index(name) for name in names], np.int64)
    pitch = np.array([pitch_factor(part.voice.pitch) for part in parts], np.float32)
    melody = np.array([_range_of(part) / NATURAL_RANGE for part in parts], np.float32)
    cast = Cast([voice.speaker(name) for name in speakers], whose[owners], pitch[owners], melody[owners])
    return ids, cast


def _range_of(part: CastUtterance) -> float:
    return NATURAL_RANGE if part.voice.family in COUNTERPARTS else part.voice.range


def _gains(levels: Sequence[float], timing: Timing) -> Floats:
    """The factor of each sample of a pass: the level of each word, and fades around pauses."""
    places, values = [0.0], [levels[0]]
    for start, pause, before, level in zip(
        timing.starts[1:], timing.pauses[1:], levels, levels[1:], strict=False
    ):
        place = (start - timing.begin) * HALF
        places += [place - FADE, place, place, place + FADE] if pause else [place - FADE, place + FADE]
        values += [before, 0, 0, level] if pause else [before, level]
    samples = np.arange((timing.end - timing.begin) * HALF)
    return np.interp(samples, places, values).astype(np.float32)


def _silent_halves(sound: Floats, most: int) -> int:
    """How many half frames at the beginning are silent but one, at most `most`."""
    energies = np.sqrt(np.square(sound.reshape(-1, HALF)).mean(axis=1))
    loud = np.flatnonzero(energies > AUDIBLE)
    return max(min(int(loud[0]) - 1 if len(loud) else len(energies), most), 0)


def _with_pauses(sound: Floats, first: int, timing: Timing) -> Floats:
    """Samples from half frame `first` on, with silence at the pauses among them."""
    pieces, at = [], 0
    for start, pause in zip(timing.starts, timing.pauses, strict=True):
        place = (start - first) * HALF
        if pause and 0 <= place < len(sound):
            pieces += [sound[at:place], np.zeros(pause, np.float32)]
            at = place
    return np.concatenate([*pieces, sound[at:]]) if pieces else sound
