"""Recordings of a speaker: files of any format that libsndfile reads, refused before they take memory.

A few hundred bytes can announce hours of sound in a thousand channels, so what a header says is checked
before a sample is read, and samples are mixed to mono as they are read.
"""

from __future__ import annotations

from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING

from codechoir.errors import InputError
from codechoir.storage import check_regular_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_SECONDS = 1.0
MAX_SECONDS = 600.0

MAX_FILE_BYTES = 512 * 1024 * 1024

MAX_CHANNELS = 8

MAX_VALUES = 64_000_000
"""Samples times channels: ten minutes of stereo at 48,000 Hz, and a little more."""

MIN_RATE, MAX_RATE = 8_000, 192_000
"""Sample rates in hertz."""

MAX_FILTER = 1_000_000
"""Coefficients of the filter that resamples: rates without a large common divisor need gigabytes."""

_MIN_LOUDNESS = 0.003
"""RMS below which a recording counts as silent."""

_MAX_CLIPPED = 0.01
"""Share of samples at the peak above which a recording counts as clipped."""

_BLOCK = 65_536
"""Frames that are read at once."""


def check_recording_file(path: Path) -> None:
    """Raises `InputError` for what is no regular file, or too large a file to be a recording."""
    check_regular_file(path, MAX_FILE_BYTES, "cut out 6 to 30 seconds of clear speech")


def read_recording(path: Path, target_rate: int) -> tuple[NDArray[np.float32], int]:
    """The samples of a recording, mono, and its sample rate, from which it can be resampled to `target_rate`.

    Raises `InputError` naming a recording that is too short, too long, silent, clipped, of an odd sample rate
    or unreadable.
    """
    import numpy as np
    import soundfile

    check_recording_file(path)
    try:
        with soundfile.SoundFile(path) as file, np.errstate(invalid="ignore"):
            _check_header(path.name, file.frames, file.samplerate, file.channels, target_rate)
            blocks = [
                block.mean(axis=1, dtype=np.float32)
                for block in file.blocks(_BLOCK, dtype="float32", always_2d=True)
            ]
            rate = int(file.samplerate)
    except (soundfile.LibsndfileError, OSError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).rstrip(".")
        raise InputError(
            f"{path.name} cannot be read as sound ({reason}); use a WAV, FLAC, Ogg or MP3 file"
        ) from error
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    _check_samples(path.name, samples, rate)
    return samples, rate


def _check_header(name: str, frames: int, rate: int, channels: int, target_rate: int) -> None:
    if rate > 0 and frames / rate > MAX_SECONDS:
        minutes = frames / rate / 60
        raise InputError(f"{name} lasts {minutes:.0f} minutes; cut out 6 to 30 seconds of clear speech")
    if channels > MAX_CHANNELS:
        raise InputError(f"{name} has {channels} channels; mix it to mono or stereo")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise InputError(
            f"{name} has {rate} samples per second; convert it to a sample rate between {MIN_RATE:,} "
            f"and {MAX_RATE:,} Hz"
        )
    common = gcd(rate, target_rate)
    if (rate // common) * (target_rate // common) > MAX_FILTER:
        raise InputError(f"{name} has the unusual sample rate of {rate} Hz; convert it to 48,000 Hz")
    if frames * channels > MAX_VALUES:
        raise InputError(
            f"{name} has {frames * channels:,} samples in {channels} channels; mix it to mono, "
            "or cut out 6 to 30 seconds of clear speech"
        )


def _check_samples(name: str, samples: NDArray[np.float32], rate: int) -> None:
    import numpy as np

    seconds = len(samples) / rate
    if seconds < MIN_SECONDS:
        raise InputError(
            f"{name} lasts {seconds:.1f} seconds; a voice needs at least {MIN_SECONDS:g}, better 6"
        )
    if not np.isfinite(samples).all():
        raise InputError(f"{name} has samples that are not finite numbers; record it again")
    loudness = float(np.sqrt(np.square(samples, dtype=np.float64).mean()))
    if loudness < _MIN_LOUDNESS:
        raise InputError(f"{name} is silent or nearly silent; record it louder")
    peak = float(np.abs(samples).max())
    if peak > 0.98 and float((np.abs(samples) > 0.995 * peak).mean()) > _MAX_CLIPPED:
        raise InputError(f"{name} is clipped: its peaks are cut off; record it with less gain")
