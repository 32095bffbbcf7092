"""Interpolation of a stream: another sample rate, or another speed and pitch of recorded or neural speech.

Sample rate: a reading has one, but its engines may differ. A polyphase windowed sinc filter of our own holds
back 0.5 ms of audio at any pair of rates; see docs/decisions/0050-own-resampling.md.

Speed: overlapping windows are added where they are most similar (WSOLA, Verhelst and Roelands 1993). Pitch:
the speech is stretched, and then read faster or slower. The formants move along with the pitch, as if the
speaker were larger or smaller, so the range is small.

Importing this module loads numpy.
"""

from __future__ import annotations

from dataclasses import replace
from math import gcd

import numpy as np
from numpy.typing import NDArray

from codechoir.model import AudioChunk, Mark

Floats = NDArray[np.float32]
"""Samples of any scale, one channel."""

TAPS = 24
"""Input samples that one output sample is made of. A Kaiser window of this width keeps images 68 dB down."""


class Resampler:
    """Converts chunks from one sample rate to another; marks and `first_sample` move along.

    The chunks must follow each other without gaps, from sample 0. How the audio is divided into chunks does
    not change the result. With equal rates, chunks are returned as they are.
    """

    def __init__(self, source: int, target: int) -> None:
        shared = gcd(source, target)
        self._up, self._down = target // shared, source // shared
        self._target = target
        self._produced = 0  # output samples
        self._consumed = 0  # input samples
        self._waiting: Floats | None = None
        self._filters: Floats | None = None

    def feed(self, chunk: AudioChunk) -> AudioChunk:
        """The part of the output that this chunk completes; it may be empty."""
        marks = tuple(self._convert_mark(mark) for mark in chunk.marks)
        if self._up == self._down:
            return chunk
        samples = np.frombuffer(chunk.pcm, "<i2").astype(np.float32)
        self._consumed += len(samples)
        return replace(self._convert(samples, self._consumed - TAPS // 2), marks=marks)

    def flush(self) -> AudioChunk:
        """The end of the output."""
        if self._up == self._down:
            return AudioChunk(b"", self._target, 0)
        return self._convert(np.zeros(TAPS, np.float32), self._consumed)

    def _convert(self, samples: Floats, until: int) -> AudioChunk:
        """The output samples whose position in the input is before `until`."""
        if self._waiting is None:
            self._waiting = np.zeros(TAPS // 2 - 1, np.float32)
            self._filters = _filter_bank(self._up, TAPS, min(1.0, self._up / self._down) * 0.94, 6.0)
        assert self._filters is not None
        waiting = np.concatenate([self._waiting, samples])
        first = self._produced
        end = max(first, -(-until * self._up // self._down))
        positions = np.arange(first, end) * self._down
        # `waiting` begins TAPS/2 - 1 samples before the position of the next output sample.
        begin = first * self._down // self._up
        windows = (positions // self._up - begin)[:, None] + np.arange(TAPS)
        converted = np.einsum("ij,ij->i", waiting[windows], self._filters[positions % self._up])
        self._produced = end
        self._waiting = waiting[end * self._down // self._up - begin :]
        pcm = np.clip(np.rint(converted), -32768, 32767).astype("<i2").tobytes()
        return AudioChunk(pcm, self._target, first)

    def _convert_mark(self, mark: Mark) -> Mark:
        return replace(mark, t0=mark.t0 * self._up // self._down, t1=mark.t1 * self._up // self._down)


# ---- speed and pitch ---------------------------------------------------------------------------------------

WINDOW_SECONDS = 0.03
SEARCH_SECONDS = 0.008

SEMITONES = 6.0
"""How far the pitches 0 and 100 are from the speaker's own."""

READER_TAPS, PHASES = 32, 256
"""As `TAPS`; and positions between two input samples."""


def pitch_factor(pitch: float) -> float:
    """The factor of the fundamental frequency for a pitch from 0 to 100; 50 is the speaker's own."""
    return float(2.0 ** (SEMITONES / 12 * (pitch - 50.0) / 50.0))


class VoiceShaper:
    """Makes a stream of speech `speed` times as fast and `factor` times as high."""

    def __init__(self, speed: float, factor: float, sample_rate: int) -> None:
        self._stretcher = TimeStretcher(speed / factor, sample_rate)
        self._reader = _VariableSpeedReader(factor)

    def feed(self, samples: Floats) -> Floats:
        """Takes the next samples; returns the output that is ready."""
        return self._reader.feed(self._stretcher.feed(samples))

    def flush(self) -> Floats:
        """The output that is held back."""
        rest = self._reader.feed(self._stretcher.flush())
        return np.concatenate([rest, self._reader.flush()])


class TimeStretcher:
    """Makes a stream of speech `speed` times as fast, at the same pitch."""

    def __init__(self, speed: float, sample_rate: int) -> None:
        self._speed = speed
        self._window = 2 * round(sample_rate * WINDOW_SECONDS / 2)
        self._hop = self._window // 2
        self._reach = round(sample_rate * SEARCH_SECONDS)
        self._fade = np.hanning(self._window + 1)[:-1].astype(np.float32)
        self._waiting: Floats = np.zeros(0, np.float32)
        self._tail: Floats | None = None  # second half of the last window, to be overlapped
        self._continuation = 0  # where the input continues after the last window's first half
        self._position = 0.0  # where the next window begins at constant speed

    def feed(self, samples: Floats) -> Floats:
        """Takes the next samples; returns the output that is ready."""
        if self._speed == 1.0:
            return samples
        self._waiting = np.concatenate([self._waiting, samples])
        return self._stretch(len(self._waiting))

    def flush(self) -> Floats:
        """The output that is held back."""
        if self._speed == 1.0:
            return np.zeros(0, np.float32)
        size = len(self._waiting)
        wanted = max(0, round((size - self._position) / self._speed))
        self._waiting = np.concatenate([self._waiting, np.zeros(4 * self._window + self._reach, np.float32)])
        ready = self._stretch(len(self._waiting))
        rest = self._tail if self._tail is not None else np.zeros(0, np.float32)
        return np.concatenate([ready, rest])[:wanted]

    def _stretch(self, size: int) -> Floats:
        """Adds all windows whose samples have arrived; each begins where it best continues the one before."""
        ready: list[Floats] = []
        while self._continuation + self._hop <= size and (
            int(self._position) + self._reach + self._window <= size
        ):
            start = self._best_start(int(self._position))
            window = self._waiting[start : start + self._window] * self._fade
            if self._tail is None:
                window[: self._hop] = self._waiting[start : start + self._hop]
            else:
                window[: self._hop] += self._tail
            ready.append(window[: self._hop])
            self._tail = window[self._hop :]
            self._continuation = start + self._hop
            self._position += self._hop * self._speed
        self._forget()
        return np.concatenate(ready) if ready else np.zeros(0, np.float32)

    def _best_start(self, position: int) -> int:
        """The start near `position` whose samples are most similar to those that would have followed."""
        if self._tail is None:
            return position
        wanted = self._waiting[self._continuation : self._continuation + self._hop]
        low = max(0, position - self._reach)
        near = self._waiting[low : position + self._reach + self._hop]
        similarity = np.correlate(near, wanted)
        energy = np.convolve(np.square(near), np.ones(self._hop, np.float32), "valid")
        return low + int(np.argmax(similarity / np.sqrt(energy + 1e-6)))

    def _forget(self) -> None:
        """Drops samples that no later window can need."""
        dropped = max(0, min(self._continuation, int(self._position) - self._reach) - 1)
        self._waiting = self._waiting[dropped:]
        self._continuation -= dropped
        self._position -= dropped


class _VariableSpeedReader:
    """Reads a stream `factor` times as fast, which also makes it that much higher: windowed sinc
    interpolation.

    `Resampler` does not serve: its factor is a ratio of sample rates.
    """

    def __init__(self, factor: float) -> None:
        self._factor = factor
        cutoff = min(1.0, 1.0 / factor) * 0.95
        self._filters = None if factor == 1.0 else _filter_bank(PHASES, READER_TAPS, cutoff, 7.0)
        self._produced = 0
        self._consumed = 0
        self._waiting: Floats = np.zeros(READER_TAPS // 2 - 1, np.float32)
        self._begin = 1 - READER_TAPS // 2  # position of the first waiting sample

    def feed(self, samples: Floats) -> Floats:
        """Takes the next samples; returns the output that is ready."""
        if self._filters is None:
            return samples
        self._consumed += len(samples)
        return self._read(samples, self._filters, self._consumed - READER_TAPS // 2)

    def flush(self) -> Floats:
        """The output that is held back, with silence after the end."""
        if self._filters is None:
            return np.zeros(0, np.float32)
        return self._read(np.zeros(READER_TAPS, np.float32), self._filters, self._consumed)

    def _read(self, samples: Floats, filters: Floats, end: int) -> Floats:
        """The output samples whose position in the input is before `end`."""
        self._waiting = np.concatenate([self._waiting, samples])
        last = max(self._produced, int(np.ceil(end / self._factor)))
        positions = np.arange(self._produced, last) * self._factor
        self._produced = last
        whole = np.floor(positions).astype(int)
        phase = np.floor((positions - whole) * PHASES).astype(int)
        windows = (whole - self._begin - READER_TAPS // 2 + 1)[:, None] + np.arange(READER_TAPS)
        ready: Floats = np.einsum("ij,ij->i", self._waiting[windows], filters[phase]).astype(np.float32)
        self._forget(int(last * self._factor))
        return ready

    def _forget(self, position: int) -> None:
        """Drops samples that no output sample from `position` on needs."""
        dropped = max(0, min(position - READER_TAPS // 2 + 1 - self._begin, len(self._waiting)))
        self._waiting = self._waiting[dropped:]
        self._begin += dropped


def _filter_bank(phases: int, taps: int, cutoff: float, beta: float) -> Floats:
    """(phases, taps): for each position between two samples, the weights of the samples around it.

    The weights of a position sum to one. `cutoff`: of the low-pass filter, as a share of the bandwidth.
    `beta`: of the Kaiser window.
    """
    offset = np.arange(phases)[:, None] / phases + taps // 2 - 1 - np.arange(taps)
    window = np.i0(beta * np.sqrt(np.clip(1.0 - (offset / (taps / 2)) ** 2, 0.0, 1.0)))
    filters = np.sinc(offset * cutoff) * window
    rows: Floats = (filters / filters.sum(axis=1, keepdims=True)).astype(np.float32)
    return rows
