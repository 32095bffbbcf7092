"""What a sink is: it takes chunks, and tells how far the ear has heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from codechoir.model import AudioChunk

Played = Callable[[int], None]
"""Called with the number of samples of the reading that have sounded so far."""


class Sink(Protocol):
    """Where one reading sounds. A new reading gets a new sink."""

    def open(self, played: Played) -> None:
        """Get ready; call `played` from any thread as sound is heard.

        A file calls `played` with all samples at once, so that writing never waits. Raises `CodechoirError`.
        """

    def write(self, chunk: AudioChunk) -> None:
        """Take the next chunk; returns at once (the reading keeps the sink from running too far ahead).

        Raises `CodechoirError` when that is impossible: the disk is full, the device is gone.
        """

    def pause(self) -> None:
        """Be silent within 100 ms and keep what is queued."""

    def resume(self) -> None:
        """Sound again from where `pause` stopped."""

    def finish(self) -> None:
        """The last chunk has been written: let it sound, complete a file. Does not block."""

    def abort(self) -> None:
        """Be silent within 100 ms and drop what is queued; a half-written file is removed."""
