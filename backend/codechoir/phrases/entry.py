"""One phrase that was said: its sound, its marks, and the file that holds both."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAGIC = b"CCP1"
_HEAD = struct.Struct("<4s16sI")
MOST_BYTES = 256 * 1024 * 1024
"""A file larger than an hour and a half of sound is none of ours."""

_PER_MARK = 200
"""Bytes that a mark takes in memory, about."""


@dataclass(frozen=True, slots=True)
class KeptMark:
    """Samples `t0` to `t1` of the entry say `text`, which belongs to part `part` of the phrase."""

    t0: int
    t1: int
    part: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """PCM s16le mono at `sample_rate`, the words in it, and the `seconds` that making it has taken."""

    sample_rate: int
    pcm: bytes
    marks: tuple[KeptMark, ...]
    seconds: float

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        return len(self.pcm) + _PER_MARK * (1 + len(self.marks))


class EntryError(ValueError):
    """A file that holds no sound entry of that key; the message says why."""


def to_bytes(key: str, entry: Entry) -> bytes:
    """The file of an entry: a head with a checksum of all that follows, a header in JSON, the sound."""
    about = {
        "key": key,
        "rate": entry.sample_rate,
        "seconds": entry.seconds,
        "marks": [[mark.t0, mark.t1, mark.part, mark.text] for mark in entry.marks],
    }
    header = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    return _HEAD.pack(MAGIC, _checksum(header, entry.pcm), len(header)) + header + entry.pcm


def from_bytes(key: str, data: bytes) -> Entry:
    """The entry in a file. Raises `EntryError` for one that is damaged, foreign, or of another key."""
    if len(data) < _HEAD.size:
        raise EntryError("it is too short")
    magic, checksum, length = _HEAD.unpack_from(data)
    if magic != MAGIC:
        raise EntryError("it is no phrase of ours")
    header, pcm = data[_HEAD.size : _HEAD.size + length], data[_HEAD.size + length :]
    if _checksum(header, pcm) != checksum:
        raise EntryError("it is damaged")
    try:
        about: Mapping[str, Any] = json.loads(header)
        marks = tuple(
            KeptMark(int(t0), int(t1), int(part), str(text)) for t0, t1, part, text in about["marks"]
        )
        entry = Entry(int(about["rate"]), pcm, marks, float(about["seconds"]))
        kept = about["key"]
    except (ValueError, TypeError, KeyError) as error:
        raise EntryError("it is of another version") from error
    if kept != key:
        raise EntryError("it holds another phrase")
    return entry


def _checksum(header: bytes, pcm: bytes) -> bytes:
    digest = hashlib.blake2b(header, digest_size=16)
    digest.update(pcm)
    return digest.digest()
