"""A phrase in the cache: its key, its audio and marks, and the file that contains them.

The key is made of everything that determines the audio, and of nothing else. The file has a fixed-size head
with a checksum of the rest, then a header in JSON, then the audio.
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

# ---- the key -----------------------------------------------------------------------------------------------

FORMAT = 2
"""Part of the key. Increase it when the same key would stand for other audio or marks."""

_POSITION = ("start", "end", "balance", "capture", "depth")
"""Fields that say where words are: in the document, in its structure, between left and right. They do not
determine the audio: casting has already turned them into a voice."""

_UTTERANCE = attrgetter(*(each.name for each in fields(Utterance) if each.name not in _POSITION))
_VOICE = attrgetter(*(each.name for each in fields(Voice) if each.name not in _POSITION))


def phrase_key(
    engine: str, identity: Callable[[str], str], phrase: Phrase, sample_rate: int, begins: bool
) -> str:
    """The key of a phrase, a hexadecimal string.

    `identity`: returns what the audio of a voice family depends on besides the words, such as the model's
    fingerprint and the recording that the voice was cloned from. `begins`: whether the phrase is the first of
    a reading and sounds different there.
    """
    families = sorted({part.voice.family for part in phrase.parts})
    determinants = (
        FORMAT,
        engine,
        sample_rate,
        begins,
        [(family, identity(family)) for family in families],
        [_determinants(part) for part in phrase.parts],
    )
    return hashlib.sha256(repr(determinants).encode("utf-8", "surrogatepass")).hexdigest()


def _determinants(part: CastUtterance) -> tuple[object, ...]:
    fallback = () if part.fallback_voice is None else _VOICE(part.fallback_voice)
    return *_UTTERANCE(part.utterance), *_VOICE(part.voice), fallback


# ---- the value ---------------------------------------------------------------------------------------------

_BYTES_PER_MARK = 200
"""What a mark occupies in memory, about."""


@dataclass(frozen=True, slots=True)
class CachedMark:
    """Samples `t0` to `t1` of the phrase say `text`, which begins with word `word` of part `part`."""

    t0: int
    t1: int
    part: int
    word: int
    text: str


@dataclass(frozen=True, slots=True)
class CachedPhrase:
    """PCM s16le mono, its marks, and how many seconds the engine took to synthesize it."""

    sample_rate: int
    pcm: bytes
    marks: tuple[CachedMark, ...]
    seconds: float

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        return len(self.pcm) + _BYTES_PER_MARK * (1 + len(self.marks))


# ---- the file ----------------------------------------------------------------------------------------------

MAGIC = b"CCP1"
MAX_BYTES = 256 * 1024 * 1024
"""More than an hour and a half of audio."""

_HEAD = struct.Struct("<4s16sI")
"""Magic number, checksum of all that follows, length of the header."""


def phrase_to_bytes(key: str, phrase: CachedPhrase) -> bytes:
    """The content of a phrase's file."""
    about = {
        "key": key,
        "rate": phrase.sample_rate,
        "seconds": phrase.seconds,
        "marks": [[mark.t0, mark.t1, mark.part, mark.word, mark.text] for mark in phrase.marks],
    }
    header = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    return _HEAD.pack(MAGIC, _checksum(header, phrase.pcm), len(header)) + header + phrase.pcm


def phrase_from_bytes(key: str, data: bytes) -> CachedPhrase:
    """The phrase in a file. Raises `DamagedFileError` if the file is damaged, or of another format or key."""
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
        phrase = CachedPhrase(int(about["rate"]), pcm, marks, float(about["seconds"]))
        stored_key = about["key"]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise DamagedFileError("its header is not valid") from error
    if stored_key != key:
        raise DamagedFileError("it contains another phrase")
    return phrase


def _checksum(header: bytes, pcm: bytes) -> bytes:
    digest = hashlib.blake2b(header, digest_size=16)
    digest.update(pcm)
    return digest.digest()


PHRASE_FORMAT = FileFormat(
    "phrases", ".phrase", phrase_to_bytes, phrase_from_bytes, max_bytes=MAX_BYTES, durable=False
)
"""How a `DiskCache` stores phrases. They are not durable: a phrase that a power failure damages is
synthesized again."""
