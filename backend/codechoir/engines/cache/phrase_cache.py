"""The phrase cache: audio of phrases in memory and on disk, with statistics by engine.

The key of a phrase is made of everything that determines its audio, and of nothing else. A phrase's file has
a fixed-size head with a checksum of the rest, then a header in JSON, then the audio.
"""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal

from codechoir.errors import InputError
from codechoir.model import CastUtterance, Phrase, Utterance, Voice
from codechoir.settings import MEGABYTE, Choice, Megabytes, cache_folder, read_environment, setting
from codechoir.storage import (
    CacheFigures,
    CacheStatistics,
    DamagedFileError,
    DiskCache,
    FileFormat,
    KeyLocks,
    MemoryCache,
    parse_json,
)

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
        about: Mapping[str, Any] = parse_json(header)
        marks = tuple(
            CachedMark(int(t0), int(t1), int(part), int(word), str(text))
            for t0, t1, part, word, text in about["marks"]
        )
        phrase = CachedPhrase(int(about["rate"]), pcm, marks, float(about["seconds"]))
        stored_key = about["key"]
    except (ValueError, TypeError, KeyError, OverflowError) as error:
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


# ---- the cache ---------------------------------------------------------------------------------------------

CacheMode = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True)
class PhraseSettings:
    """Where phrases are cached, and how many. `memory`, `disk`: limits in bytes."""

    folder: Path
    memory: int = setting(
        Megabytes(0),
        64 * MEGABYTE,
        en="Megabytes of phrases in memory. The least recently used are removed; 0 keeps none.",
        variable="CODECHOIR_PHRASE_MEMORY",
    )
    disk: int = setting(
        Megabytes(0),
        512 * MEGABYTE,
        en="Megabytes of phrases on disk. The least recently used are removed; 0 keeps none.",
        variable="CODECHOIR_PHRASE_DISK",
    )
    mode: CacheMode = setting(
        Choice(
            {
                "auto": ("Of the engines for which it pays: the neural ones.", ""),
                "on": ("Of all engines that can, eSpeak NG included.", ""),
                "off": ("Of none.", ""),
            }
        ),
        "auto",
        en="Which engines' phrases are cached.",
        variable="CODECHOIR_PHRASES",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> PhraseSettings:
        """The user's settings. Raises `InputError` naming a variable with a bad value."""
        return read_environment(cls, environment, folder=cache_folder(environment) / "phrases")


EVICT_TO = 0.9
"""Share of the disk limit that eviction leaves, so that not every new phrase evicts an old one."""

MAX_USED = 20_000
"""Keys whose use is remembered until `flush` writes it to the disk."""


class PhraseCache:
    """The phrases of this user, with statistics by engine. Thread-safe; processes share its folder."""

    def __init__(self, settings: PhraseSettings) -> None:
        self.settings = settings
        self.memory = MemoryCache[CachedPhrase](settings.memory)
        self.disk = DiskCache(settings.folder, PHRASE_FORMAT, settings.disk, EVICT_TO)
        locks = KeyLocks(settings.folder / ".locks", patience=1.0)
        self.statistics = CacheStatistics(settings.folder / "statistics.json", locks)
        self._lock = threading.Lock()
        self._used: set[str] = set()

    def find(self, key: str, engine: str) -> CachedPhrase | None:
        """The phrase with this key, or None. Counts a hit of `engine`."""
        if (phrase := self.memory.get(key)) is not None:
            self.statistics.count_hit(engine, "memory", phrase.seconds)
            self._use(key)
            return phrase
        if not self.settings.disk or (phrase := self.disk.load(key)) is None:
            return None
        self.memory.put(key, phrase)
        self.statistics.count_hit(engine, "disk", phrase.seconds)
        self._use(key)
        return phrase

    def put(self, key: str, phrase: CachedPhrase, engine: str) -> None:
        """Stores what an engine has synthesized, in memory and on disk. Counts a miss of `engine`."""
        self.memory.put(key, phrase)
        if self.settings.disk:
            self.disk.save(key, phrase)
        self.statistics.count_miss(engine, phrase.seconds)

    def clear(self, memory: bool = True, disk: bool = True) -> tuple[int, int]:
        """Clears memory, disk (with the statistics), or both; returns the entries and bytes removed.

        With both, these are the entries and bytes on disk. Raises `InputError` when a file cannot be removed.
        """
        removed = self.memory.clear() if memory else (0, 0)
        if not disk:
            return removed
        try:
            removed = self.disk.clear()
        except OSError as error:
            folder = self.settings.folder
            raise InputError(f"the cache {folder} cannot be cleared: {error.strerror}") from error
        self.statistics.clear()
        return removed

    def figures(self) -> CacheFigures:
        """Entries, bytes, hits, misses and seconds saved, by engine."""
        return self.statistics.figures(self.disk, self.memory)

    def flush(self) -> None:
        """Writes to the disk, for the other processes, which phrases were used and how often."""
        with self._lock:
            used, self._used = self._used, set()
        for key in used:
            self.disk.touch(key)
        self.statistics.flush()

    def _use(self, key: str) -> None:
        with self._lock:
            if len(self._used) < MAX_USED:
                self._used.add(key)
