"""Encoders of audio that is sent while it is made: each turns samples into the next bytes of the stream.

A WAV stream says that its length is unknown (0xFFFFFFFF). In the other formats, what an encoder corrects at
the end of a file stays as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from codechoir.errors import InputError, did_you_mean
from codechoir.model import AudioChunk

if TYPE_CHECKING:
    from codechoir.audio import Resampler

OPENAI_RATE = 24_000
"""Hertz of `pcm`, which has no header that tells."""

UNKNOWN_LENGTH = 0xFFFFFFFF


def wav_header(sample_rate: int, data_bytes: int = UNKNOWN_LENGTH) -> bytes:
    """The header of s16le mono. `data_bytes`: of the samples that follow, or unknown."""
    is_known = data_bytes != UNKNOWN_LENGTH
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        data_bytes + 36 if is_known else UNKNOWN_LENGTH,
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        sample_rate,
        2 * sample_rate,
        2,
        16,
        b"data",
        data_bytes,
    )


class StreamEncoder:
    """Encodes one stream of s16le mono samples. This base class passes them on as they are."""

    def begin(self) -> bytes:
        """What comes before all samples."""
        return b""

    def feed(self, pcm: bytes) -> bytes:
        """The bytes that these samples complete; may be empty."""
        return pcm

    def finish(self) -> bytes:
        """The end of the stream."""
        return b""


class WavStream(StreamEncoder):
    """A header without a length, then the samples."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate

    def begin(self) -> bytes:
        return wav_header(self._sample_rate)


class GrowingFile:
    """A file for an encoder that only appends; corrections of what was sent are dropped."""

    def __init__(self) -> None:
        self._new = bytearray()
        self._position = 0
        self._end = 0

    def write(self, data: Any) -> int:
        """Appends data at the end; ignores it elsewhere."""
        size = len(data)
        if self._position == self._end:
            self._new += data
            self._end += size
        self._position += size
        return size

    def seek(self, offset: int, whence: int = 0) -> int:
        """Moves to a position, like a file."""
        self._position = offset + (0, self._position, self._end)[whence]
        return self._position

    def tell(self) -> int:
        """The position."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Nothing can be read back."""
        return b""

    def take(self) -> bytes:
        """What was written since the last call."""
        taken = bytes(self._new)
        self._new.clear()
        return taken


class SndfileStream(StreamEncoder):
    """FLAC and MP3 by libsndfile. `options`: those of `sinks.SndfileEncoder`."""

    def __init__(self, sample_rate: int, **options: Any) -> None:
        from codechoir.sinks import SndfileEncoder

        self._file = GrowingFile()
        self._encoder = SndfileEncoder(self._file, sample_rate, **options)  # type: ignore[arg-type]

    def feed(self, pcm: bytes) -> bytes:
        self._encoder.write(pcm)
        return self._file.take()

    def finish(self) -> bytes:
        self._encoder.close()
        return self._file.take()


class FfmpegStream(StreamEncoder):
    """AAC and Opus by FFmpeg, whose containers send each packet as it is complete."""

    def __init__(
        self, sample_rate: int, container: str, codec: str, bit_rate: int, options: Mapping[str, str]
    ) -> None:
        import av

        self._sample_rate = sample_rate
        self._file = GrowingFile()
        self._container = av.open(self._file, "w", format=container, options=dict(options))
        self._stream = cast(Any, self._container.add_stream(codec, rate=sample_rate, layout="mono"))
        self._stream.bit_rate = bit_rate
        self._resampler = av.AudioResampler("fltp" if codec == "aac" else "s16", "mono", sample_rate)
        self._fifo = av.AudioFifo()
        self._stream.codec_context.open()
        self._frame_size = self._stream.codec_context.frame_size or 1024
        self._fed = 0

    def feed(self, pcm: bytes) -> bytes:
        if pcm:
            self._write(pcm)
            while (frame := self._fifo.read(self._frame_size)) is not None:
                self._encode(frame)
        return self._file.take()

    def finish(self) -> bytes:
        if not self._fed:
            self._write(bytes(2 * self._frame_size))
        rest = self._fifo.read(0, partial=True)
        if rest is not None:
            self._encode(rest)
        self._encode(None)
        self._container.close()
        return self._file.take()

    def _write(self, pcm: bytes) -> None:
        import av
        import numpy as np

        frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2")[None, :], format="s16", layout="mono")
        frame.sample_rate = self._sample_rate
        frame.pts = self._fed
        self._fed += len(pcm) // 2
        for converted in self._resampler.resample(frame):
            self._fifo.write(converted)

    def _encode(self, frame: Any) -> None:
        for packet in self._stream.encode(frame):
            self._container.mux(packet)


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """A format by its media type. `rate`: the sample rate that it needs; None takes that of the engine.

    `is_cheap`: encoding costs nothing, so no thread is needed for it.
    """

    media_type: str
    make: Callable[[int], StreamEncoder]
    rate: int | None = None
    is_cheap: bool = False


STREAM_FORMATS: Mapping[str, StreamFormat] = {
    "mp3": StreamFormat(
        "audio/mpeg",
        partial(
            SndfileStream,
            format="MP3",
            subtype="MPEG_LAYER_III",
            bitrate_mode="CONSTANT",
            compression_level=0.6,
        ),
    ),
    "opus": StreamFormat(
        "audio/ogg",
        partial(
            FfmpegStream,
            container="ogg",
            codec="libopus",
            bit_rate=32_000,
            options={"page_duration": "20000", "flush_packets": "1"},
        ),
        OPENAI_RATE,
    ),
    "aac": StreamFormat(
        "audio/aac",
        partial(FfmpegStream, container="adts", codec="aac", bit_rate=64_000, options={"flush_packets": "1"}),
        OPENAI_RATE,
    ),
    "flac": StreamFormat("audio/flac", partial(SndfileStream, format="FLAC", subtype="PCM_16")),
    "wav": StreamFormat("audio/wav", WavStream, is_cheap=True),
    "pcm": StreamFormat("audio/pcm", lambda rate: StreamEncoder(), OPENAI_RATE),
}
"""By the name that the client of OpenAI gives them."""


def stream_format(name: str) -> StreamFormat:
    """The format with this name. Raises `InputError` naming the known ones."""
    found = STREAM_FORMATS.get(name)
    if found is None:
        near = did_you_mean(name, STREAM_FORMATS)
        raise InputError(f"unknown format '{name}'; use one of {', '.join(STREAM_FORMATS)}.{near}")
    return found


class StreamOutput:
    """Turns the chunks of a reading into the bytes of a format. `target`: sample rate, or the format's."""

    def __init__(self, format: StreamFormat, source_rate: int, target: int | None = None) -> None:
        rate = target or format.rate or source_rate
        self._resampler: Resampler | None = None
        if rate != source_rate:
            from codechoir.audio import Resampler  # loads numpy

            self._resampler = Resampler(source_rate, rate)
        self._encoder = format.make(rate)

    def begin(self) -> bytes:
        """What comes before all samples."""
        return self._encoder.begin()

    def feed(self, chunks: list[AudioChunk]) -> bytes:
        """The bytes that these chunks complete."""
        if self._resampler is not None:
            chunks = [self._resampler.feed(chunk) for chunk in chunks]
        return self._encoder.feed(b"".join(chunk.pcm for chunk in chunks))

    def finish(self) -> bytes:
        """The end of the stream."""
        rest = b"" if self._resampler is None else self._encoder.feed(self._resampler.flush().pcm)
        return rest + self._encoder.finish()
