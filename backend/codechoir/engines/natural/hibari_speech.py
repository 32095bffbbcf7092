"""Says a pass in hibari's voice: which word sounds when, in which voice, and sound as soon as it is ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from codechoir.audio import VoiceShaper, pitch_factor
from codechoir.engines.natural.derived_voices import DERIVED_VOICES
from codechoir.engines.natural.hibari_voice import HibariVoice, Prosody
from codechoir.engines.natural.line_passes import NATURAL_RATE, LinePass, pause_between, phonemes_of
from codechoir.engines.natural.pronunciation import PUNCTUATION
from codechoir.engines.natural.source_filter import (
    FRAME,
    SAMPLE_RATE,
    Floats,
    FrameShape,
    Indices,
    SoundWindows,
)
from codechoir.engines.neural_output import SpeechChunker
from codechoir.errors import EngineError, did_you_mean
from codechoir.model import CastUtterance, Mark

FRAMES_A_SECOND = SAMPLE_RATE / FRAME

MARGIN_FRAMES = 12
"""Frames of the pads around a pass that may have sound: it begins up to so much before the first phoneme."""

LEAD_FRAMES = 4
"""Frames by which the sound of a word is ahead of its durations."""

UNFINISHED = ":"
"""Said after a last word without a sign, so that the voice does not fade away in it."""

AUDIBLE = 0.0004
"""Amplitude, for a voice at full level, below which a frame at the edge of a pass is silent: some 50 dB below
the loudest one."""

FIRST_WINDOW, SECOND_WINDOW, LARGEST_WINDOW = 20, 96, 192
"""Frames of a window: the first is ready soon and lasts a tenth of a second; each has frames around it that
only it needs, so the next ones are larger."""


@dataclass(frozen=True, slots=True)
class PassLayout:
    """The frames of a pass. `starts`: at which of them each word begins, and where the last one ends."""

    shape: FrameShape
    starts: tuple[int, ...]

    def window_ends(self) -> Iterator[int]:
        """After which frames the windows end. The one in which the last word begins is the last one, since
        the mark of a word says when it ends."""
        end, size = FIRST_WINDOW, SECOND_WINDOW
        while end <= self.starts[-2]:
            yield end
            end, size = end + size, min(2 * size, LARGEST_WINDOW)
        yield self.shape.count


def layout(line_pass: LinePass, prosody: Prosody) -> PassLayout:
    """Where each frame of the pass comes from, at the natural rate, with the pauses between the words."""
    builder = _LayoutBuilder()
    position = 0  # of the word's first phoneme; the network has a pad before the first
    ends = [0, *prosody.ends]
    parts = {line_pass.first + offset: part for offset, part in enumerate(line_pass.parts)}
    said: int | None = None
    for number, word in enumerate(line_pass.words):
        part = parts[word.part]
        begin, end = ends[position + 1], ends[position + 2 + len(word.phonemes)]  # with the blank after it
        begin, end = begin - LEAD_FRAMES, end - LEAD_FRAMES
        if number == 0:
            begin = max(begin + LEAD_FRAMES - MARGIN_FRAMES, 0)
        if number == len(line_pass.words) - 1:
            end = min(ends[position + 1 + len(word.phonemes)] + MARGIN_FRAMES, prosody.count)
        if said is not None and said != word.part:
            builder.pause(pause_between(parts, said, word.part))
        builder.begin_word()
        builder.add(begin, end, part)
        position += len(word.phonemes) + 1
        said = word.part
    return builder.finished()


def say_pass(line_pass: LinePass, voice: HibariVoice, chunker: SpeechChunker, phrase: int) -> None:
    """Writes the sound of a pass that has words, with their marks. `phrase`: index of the phrase."""
    phonemes = phonemes_of(line_pass)
    prosody = voice.prosody(phonemes if phonemes.endswith(tuple(PUNCTUATION)) else phonemes + UNFINISHED)
    laid_out = layout(line_pass, prosody)
    windows = SoundWindows(prosody.pitch, laid_out.shape, seed=len(phonemes))
    trimmer = _Trimmer(laid_out)
    speed = line_pass.parts[0].voice.rate / NATURAL_RATE
    shaper = VoiceShaper(speed, 1.0, SAMPLE_RATE)
    began, said = chunker.samples, 0
    for end in laid_out.window_ends():
        first, last = windows.sources(end)
        sound = windows.sound(end, voice.spectra(prosody, first, last), first)
        is_last = end == laid_out.shape.count
        sound = shaper.feed(trimmer.without_edges(sound, is_last))
        if is_last:
            sound = np.concatenate([sound, shaper.flush()])
        until = chunker.samples + len(sound)
        starts = [began + int(max(each - trimmer.begin, 0) * FRAME / speed) for each in laid_out.starts]
        if is_last:
            starts = [*(min(each, until) for each in starts[:-1]), until]
        marks = []
        while said < len(line_pass.words) and (is_last or starts[said] < until):
            marks.append(_mark(line_pass, said, (starts[said], starts[said + 1]), phrase))
            said += 1
        chunker.write(sound, marks)


def _mark(line_pass: LinePass, number: int, samples: tuple[int, int], phrase: int) -> Mark:
    word = line_pass.words[number]
    utterance = line_pass.parts[word.part - line_pass.first].utterance
    return Mark.of(utterance, word.text, *samples, phrase=phrase, part=word.part, word=word.word)


class _Trimmer:
    """Removes the silence around a pass, up to a frame. Only the first and the last word are shortened, and
    not to nothing. `begin`: the first frame that is left, once it is known."""

    def __init__(self, laid_out: PassLayout) -> None:
        self.begin = 0
        self._starts = laid_out.starts
        self._audible = AUDIBLE * float(laid_out.shape.level.max())
        self._has_begun = False
        self._seen = 0  # frames

    def without_edges(self, sound: Floats, is_last: bool) -> Floats:
        """The next samples, whole frames, without the silence at the edges."""
        energies = np.sqrt(np.square(sound.reshape(-1, FRAME)).mean(axis=1))
        loud = np.flatnonzero(energies > self._audible)
        first, end = 0, len(energies)
        if not self._has_begun:
            latest = self._starts[1] - 1 - self._seen
            first = min(int(loud[0]) - 1 if len(loud) else end, latest)
            first = max(first, 0)
            self._has_begun = first < end
            self.begin = self._seen + first
        if is_last:
            least = self._starts[-2] + 1 - self._seen
            end = min(max(int(loud[-1]) + 2 if len(loud) else 0, least), end)
        self._seen += len(energies)
        return sound[first * FRAME : end * FRAME]


class _LayoutBuilder:
    def __init__(self) -> None:
        self._source: list[Indices] = []
        self._values: list[tuple[int, float, float, float, float]] = []
        self._starts: list[int] = []
        self._count = 0

    def begin_word(self) -> None:
        self._starts.append(self._count)

    def add(self, begin: int, end: int, part: CastUtterance) -> None:
        """The frames `begin` to `end` of the network, in the voice of the part."""
        voice = part.voice
        derived = DERIVED_VOICES.get(voice.family)
        if derived is None:
            raise EngineError(
                f"there is no natural voice '{voice.family}'; known: {', '.join(DERIVED_VOICES)}."
                f"{did_you_mean(voice.family, DERIVED_VOICES)}"
            )
        pitch = derived.pitch * pitch_factor(voice.pitch)
        level = derived.level * voice.volume / 100
        self._append(np.arange(begin, end), pitch, voice.range / 50, derived.formants, level)

    def pause(self, milliseconds: float) -> None:
        size = round(milliseconds / 1000 * FRAMES_A_SECOND)
        if size:
            self._append(np.full(size, -1, np.int64), 1.0, 1.0, 1.0, 1.0)

    def finished(self) -> PassLayout:
        source = np.concatenate(self._source)
        columns = [
            np.repeat(
                np.array([row[column] for row in self._values], np.float32),
                [row[0] for row in self._values],
            )
            for column in range(1, 5)
        ]
        return PassLayout(FrameShape(source, *map(_smoothed, columns)), (*self._starts, self._count))

    def _append(self, source: Indices, pitch: float, melody: float, formants: float, level: float) -> None:
        self._source.append(source)
        self._values.append((len(source), pitch, melody, formants, level))
        self._count += len(source)


def _smoothed(values: Floats) -> Floats:
    """The mean of each frame and its neighbours, so that a voice does not begin with a step."""
    padded = np.pad(values, 1, mode="edge")
    return ((padded[:-2] + padded[1:-1] + padded[2:]) / 3).astype(np.float32)
