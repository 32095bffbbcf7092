"""Frames of a source and a filter become sound, window by window, each frame with the pitch and the size of
its speaker.

The method is hibari's: a train of pulses at the fundamental frequency, filtered by the harmonic spectrum, and
noise, filtered by two others, are added and turned back into samples. What is new here is that speakers can
be changed (`derived_voices`), and that a window needs no other but what is carried over from the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Complexes = NDArray[np.complex64]

SAMPLE_RATE = 24_000
FRAME = 300
"""Samples from one frame to the next."""

SPAN = 4 * FRAME
"""Samples that a frame's spectrum is taken over."""

LAG = 2
"""Frames that must follow a frame before its samples are complete."""

BINS = SPAN // 2 + 1
BIN_HERTZ = SAMPLE_RATE / SPAN
"""A spectrum has 601 frequencies from 0 on, 20 Hz apart."""

VOICED = 40.0
"""Hertz; a frame with a lower fundamental frequency has no voice."""

HIGHEST_HARMONIC = 11_000.0
"""Hertz."""

LOUDEST = 7.0
"""Upper limit of the logarithm of a magnitude."""

BLOCK = 24
"""Frames that are computed at once: their spectra stay in the processor's cache."""

NOISE_FRAMES = 512
"""Frames after which the noise repeats itself."""

_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SPAN) / SPAN)).astype(np.float32)
_ANALYSIS = (_WINDOW / FRAME).astype(np.float32)
_SYNTHESIS = (_WINDOW / 1.5).astype(np.float32)
"""1.5 is the sum of the squared windows over each sample."""

_POINTS = ((np.arange(FRAME) + 0.5) / FRAME - 0.5).astype(np.float32)
"""Where each sample of a frame is between the frames before and after it, from -0.5 to 0.5."""


@dataclass(frozen=True, slots=True)
class FrameShape:
    """How each frame of the sound is made: [N] each.

    `source`: index of the frame of the network, ascending; negative for silence. `pitch`: factor of the
    fundamental frequency. `melody`: factor of its movement around its mean. `formants`: factor of all
    frequencies of the spectrum; above 1 the speaker is smaller. `level`: factor of the amplitude.
    """

    source: Indices
    pitch: Floats
    melody: Floats
    formants: Floats
    level: Floats

    @property
    def count(self) -> int:
        """Number of frames of the sound."""
        return len(self.source)


class SoundWindows:
    """Makes the sound of shaped frames, one window after the other.

    `pitch`: of the network's frames. `seed`: where in the noise of fricatives and breath the sound begins.
    """

    def __init__(self, pitch: Floats, shape: FrameShape, seed: int) -> None:
        self._shape = shape
        silent = shape.source < 0
        source = np.maximum(shape.source, 0)
        self._own = pitch[source]
        moved = _with_melody(pitch, shape.melody, source) * shape.pitch
        voiced = ~silent & (self._own >= VOICED)
        self._pitch = np.where(voiced, np.maximum(moved, VOICED), 0).astype(np.float32)
        with np.errstate(divide="ignore"):
            self._level = np.where(silent, -np.inf, np.log(shape.level)).astype(np.float32)
        changed = np.abs(shape.formants - 1) > 0.001
        self._is_moved = ~silent & (changed | (np.abs(moved - self._own) > 0.01 * self._own))
        self._seed = seed
        self._done = 0  # frames
        self._phase = 0.0  # of the pulses, in periods
        self._pulses = np.zeros(SPAN, np.float32)  # LAG frames before and after the next frame
        self._pulses[LAG * FRAME :] = self._pulses_of(0, LAG)
        self._overlap = np.zeros(SPAN - FRAME, np.float32)  # what finished frames add to later samples

    def sources(self, end: int) -> tuple[int, int]:
        """The frames of the network that the frames up to `end` are made of: first, and after the last."""
        wanted = self._shape.source[self._done : end]
        wanted = wanted[wanted >= 0]
        return (int(wanted[0]), int(wanted[-1]) + 1) if len(wanted) else (0, 1)

    def sound(self, end: int, spectra: Floats, first: int) -> Floats:
        """The next samples, complete up to frame `end - LAG`, or to the last one when `end` is the end.

        `spectra`: of the network's frames from `first` on.
        """
        done = [
            self._block(begin, min(begin + BLOCK, end), spectra, first)
            for begin in range(self._done, end, BLOCK)
        ]
        lead = max(LAG - self._done, 0) * FRAME  # before the middle of the first frame there is nothing
        self._done = end
        if end == self._shape.count:
            done.append(self._overlap[: LAG * FRAME])
        return np.concatenate(done)[lead:] if done else np.zeros(0, np.float32)

    def _block(self, begin: int, end: int, spectra: Floats, first: int) -> Floats:
        """The samples that the frames `begin` to `end` complete."""
        rows = spectra[np.maximum(self._shape.source[begin:end] - first, 0)]
        harmonic, phase, noise, free, free_phase = (rows[:, at * BINS : (at + 1) * BINS] for at in range(5))
        moved = np.flatnonzero(self._is_moved[begin:end])
        if len(moved):
            harmonic, phase, noise, free, free_phase = self._moved(
                moved, begin, (harmonic, phase, noise, free, free_phase)
            )
        level = self._level[begin:end, None]
        spectrum = _turned(free + level, free_phase)
        spectrum += _noise(self._seed + begin, end - begin) * _magnitudes(noise + level)
        pulses = self._next_pulses(begin, end)
        if pulses.any():
            frames = np.lib.stride_tricks.sliding_window_view(pulses, SPAN)[::FRAME] * _ANALYSIS
            source = np.fft.rfft(frames, axis=1)
            source *= _turned(harmonic + level, np.tanh(phase) * np.float32(np.pi))
            spectrum += source
        return self._added(np.asarray(np.fft.irfft(spectrum, SPAN, axis=1), np.float32))

    def _moved(self, moved: Indices, begin: int, spectra: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """The spectra with those of the frames `moved` as another speaker has them.

        Between the harmonics the network says anything, since nothing there can be heard at its own pitch. At
        another pitch only its values at the harmonics count. Where there is no voice, neighbouring bins do.
        """
        at = np.arange(BINS, dtype=np.float32) / self._shape.formants[begin + moved][:, None]
        np.minimum(at, BINS - 1, out=at)
        own = self._own[begin + moved][:, None]
        spacing = np.where(own >= VOICED, own / np.float32(BIN_HERTZ), np.float32(1))
        number = np.maximum(np.floor(at / spacing), 1)
        low = np.minimum(np.rint(number * spacing), BINS - 1)
        high = np.minimum(np.rint((number + 1) * spacing), BINS - 1)
        share = np.clip((at - low) / np.maximum(high - low, 1), 0, 1)
        nearest = _places(np.where(share > 0.5, high, low), moved)
        lower, upper, bins = (_places(each, moved) for each in (low, high, np.rint(at)))
        harmonic, phase, noise, free, free_phase = (np.ascontiguousarray(each) for each in spectra)
        found = [
            harmonic.take(lower) * (1 - share) + harmonic.take(upper) * share,
            phase.take(nearest),
            *(each.take(bins) for each in (noise, free, free_phase)),
        ]
        for spectrum, changed in zip((harmonic, phase, noise, free, free_phase), found, strict=True):
            spectrum[moved] = changed
        return harmonic, phase, noise, free, free_phase

    def _next_pulses(self, begin: int, end: int) -> Floats:
        """The pulses that the frames `begin` to `end` are taken from, half a span on both sides included."""
        size = (end - begin - 1) * FRAME
        later = self._pulses_of(begin + LAG, end - 1 + LAG)
        pulses = np.concatenate([self._pulses, later])
        self._pulses = np.concatenate([pulses[size + FRAME :], self._pulses_of(end - 1 + LAG, end + LAG)])
        return pulses

    def _pulses_of(self, begin: int, end: int) -> Floats:
        """Samples of all harmonics, one after the other, of the frames `begin` to `end`.

        sum of cos(h t) for h from 1 to H = sin((H + 1/2) t) / (2 sin(t / 2)) - 1/2.
        """
        hertz = self._hertz(begin, end)
        voiced = hertz > VOICED
        if not voiced.any():
            self._phase = (self._phase + len(hertz) * VOICED / SAMPLE_RATE) % 1.0
            return np.zeros(len(hertz), np.float32)
        np.maximum(hertz, VOICED, out=hertz)
        periods = np.cumsum(hertz, dtype=np.float64)
        periods *= 1 / SAMPLE_RATE
        periods += self._phase
        periods -= np.floor(periods)
        self._phase = float(periods[-1])
        half = (periods * np.pi).astype(np.float32)
        count = np.floor(HIGHEST_HARMONIC / hertz) + np.float32(0.5)
        below = 2 * np.sin(half)
        above = np.sin(2 * count * half)
        is_peak = below <= 2e-3
        below[is_peak] = 1
        above[is_peak] = count[is_peak]
        pulses: Floats = above / below - np.float32(0.5)
        pulses[~voiced] = 0
        return pulses

    def _hertz(self, begin: int, end: int) -> Floats:
        """The fundamental frequency of each sample, between those of the frames around it."""
        places = np.clip(np.arange(begin - 1, end + 1), 0, self._shape.count - 1)
        pitch = self._pitch[places]
        before, here, after = (pitch[at : len(pitch) - 2 + at, None] for at in range(3))
        half = FRAME // 2
        hertz = np.empty((end - begin, FRAME), np.float32)
        hertz[:, :half] = here + (here - before) * _POINTS[:half]
        hertz[:, half:] = here + (after - here) * _POINTS[half:]
        return hertz.reshape(-1)

    def _added(self, frames: Floats) -> Floats:
        """Adds the frames where they overlap; returns the samples to which no later frame adds."""
        frames *= _SYNTHESIS
        count = len(frames)
        quarters = frames.reshape(count, 4, FRAME)
        added = np.zeros((count + 3, FRAME), np.float32)
        added[:3] = self._overlap.reshape(3, FRAME)
        for quarter in range(4):
            added[quarter : quarter + count] += quarters[:, quarter]
        self._overlap = added[count:].reshape(-1)
        return added[:count].reshape(-1)


def _with_melody(pitch: Floats, melody: Floats, source: Indices) -> Floats:
    """The pitch of the frames `source`, its distance from the median of all voiced frames changed."""
    voiced = pitch >= VOICED
    if not voiced.any():
        return pitch[source]
    middle = np.median(pitch[voiced])
    changed = middle * (np.maximum(pitch[source], 1e-3) / middle) ** melody
    return np.where(voiced[source], changed, pitch[source]).astype(np.float32)


def _places(bins: Floats, rows: Indices) -> NDArray[np.int32]:
    """Where the bins [len(rows), BINS] of some rows are in a block of spectra."""
    return bins.astype(np.int32) + (rows.astype(np.int32) * BINS)[:, None]


def _magnitudes(logarithms: Floats) -> Floats:
    return np.asarray(np.exp(np.minimum(logarithms, LOUDEST)), np.float32)


def _turned(logarithms: Floats, phase: Floats) -> Complexes:
    """Complex numbers of these magnitudes and phases."""
    magnitudes = _magnitudes(logarithms)
    found = np.empty(magnitudes.shape, np.complex64)
    np.multiply(np.cos(phase), magnitudes, out=found.real)
    np.multiply(np.sin(phase), magnitudes, out=found.imag)
    return found


def _noise(first: int, count: int) -> Complexes:
    begin = first % NOISE_FRAMES
    return _noise_table()[begin : begin + count]


@cache
def _noise_table() -> Complexes:
    """White noise as spectra; its beginning is repeated at the end, so that any block is one piece."""
    numbers = np.random.default_rng(1).standard_normal((NOISE_FRAMES, 2 * BINS), dtype=np.float32)
    once: Complexes = numbers.view(np.complex64)
    return np.concatenate([once, once[:BLOCK]])
