"""Chunks with a balance, and the two sides of what becomes of them."""

from __future__ import annotations

from array import array

from codechoir.model import AudioChunk

RATE = 1000


def tone(first: int, samples: int, *balances: tuple[int, float]) -> AudioChunk:
    return AudioChunk(array("h", [1000] * samples).tobytes(), RATE, first, balances=balances)


def sides(pcm: bytes) -> tuple[list[int], list[int]]:
    values = list(array("h", pcm))
    return values[::2], values[1::2]
