"""What a phrase is known by: everything that its sound depends on, and nothing else.

One phrase that was said: its sound, its marks, and the file that holds both.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from codechoir.model import CastUtterance, Phrase, Utterance, Voice
from codechoir.storage import DamagedFileError, FileFormat

FORMAT = 2
"""Changes when the same key would stand for other sound or marks."""


def phrase_key(
    engine: str, identity: Callable[[str], str], phrase: Phrase, sample_rate: int, begins: bool
) -> str:
    """The key of a phrase, a hexadecimal string.

    `identity`: what the sound of a voice family depends on besides the words, such as the model's fingerprint
    and the recording that the voice was made from. `begins`: whether the reading begins with it, and
    that changes the sound. Where in a document the words stand does not count.
    """
    families = sorted({part.voice.family for part in phrase.parts})
    asked = (
        FORMAT,
        engine,
        sample_rate,
        begins,
        [(family, identity(family)) for family in families],
        [_asked(part) for part in phrase.parts],
    )
    return hashlib.sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest()


def _asked(part: CastUtterance) -> tuple[object, ...]:
    fallback = () if part.fallback_voice is None else _VOICE(part.fallback_voice)
    return *_UTTERANCE(part.utterance), *_VOICE(part.voice), fallback


_PLACE = ("start", "end", "balance", "capture", "depth")
"""Where words stand, in the document, in its structure, and between left and right: their sound does not
depend on it, since casting has made a voice of it."""

_UTTERANCE = attrgetter(*(each.name for each in fields(Utterance) if each.name not in _PLACE))
_VOICE = attrgetter(*(each.name for each in fields(Voice) if each.name not in _PLACE))


MAGIC = b"CCP1"
_HEAD = struct.Struct("<4s16sI")
MOST_BYTES = 256 * 1024 * 1024
"""A file larger than an hour and a half of sound is none of ours."""

_PER_MARK = 200
"""Bytes that a mark takes in memory, about."""


@dataclass(frozen=True, slots=True)
class CachedMark:
    """Samples `t0` to `t1` of the entry say `text`, which begins with word `word` of part `part`."""

    t0: int
    t1: int
    part: int
    word: int
    text: str


@dataclass(frozen=True, slots=True)
class CachedPhrase:
    """PCM s16le mono at `sample_rate`, the words in it, and the `seconds` that making it has taken."""

    sample_rate: int
    pcm: bytes
    marks: tuple[CachedMark, ...]
    seconds: float

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        return len(self.pcm) + _PER_MARK * (1 + len(self.marks))


def phrase_to_bytes(key: str, entry: CachedPhrase) -> bytes:
    """The file of an entry: a head with a checksum of all that follows, a header in JSON, the sound."""
    about = {
        "key": key,
        "rate": entry.sample_rate,
        "seconds": entry.seconds,
        "marks": [[mark.t0, mark.t1, mark.part, mark.word, mark.text] for mark in entry.marks],
    }
    header = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    return _HEAD.pack(MAGIC, _checksum(header, entry.pcm), len(header)) + header + entry.pcm


def phrase_from_bytes(key: str, data: bytes) -> CachedPhrase:
    """The entry in a file. Raises `DamagedFileError` for one that is damaged, foreign, or of another key."""
    if len(data) < _HEAD.size:
        raise DamagedFileError("it is too short")
    magic, checksum, length = _HEAD.unpack_from(data)
    if magic != MAGIC:
        raise DamagedFileError("it is not a Codechoir phrase file")
    header, pcm = data[_HEAD.size : _HEAD.size + length], data[_HEAD.size + length :]
    if _checksum(header, pcm) != checksum:
        raise DamagedFileError("its checksum is wrong")
    try:
        about: Mapping[str, Any] = json.loads(header)
        marks = tuple(
            CachedMark(int(t0), int(t1), int(part), int(word), str(text))
            for t0, t1, part, word, text in about["marks"]
        )
        entry = CachedPhrase(int(about["rate"]), pcm, marks, float(about["seconds"]))
        kept = about["key"]
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedFileError("its header is not valid") from error
    if kept != key:
        raise DamagedFileError("it holds another phrase")
    return entry


def _checksum(header: bytes, pcm: bytes) -> bytes:
    digest = hashlib.blake2b(header, digest_size=16)
    digest.update(pcm)
    return digest.digest()


PHRASE_FORMAT = FileFormat(
    "phrases", ".phrase", phrase_to_bytes, phrase_from_bytes, max_bytes=MOST_BYTES, durable=False
)
"""How a `DiskCache` stores phrases. They are not durable: a phrase that a power failure damages is spoken
again."""
