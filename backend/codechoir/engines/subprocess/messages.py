"""Frames on a pipe: a JSON object and raw bytes, each with its length before it.

Sound travels as raw bytes behind the JSON, so that nothing is encoded twice. A frame that announces more
than the limits is not read: the other side is broken, and believing it would fill the memory.

What parent and child say to each other: small frozen dataclasses, one a message.

A message becomes a frame by its class's name and its fields; a field `blob` travels as raw bytes. Readings
are numbered by the parent, and numbers only grow: whatever belongs to one that ended is dropped.
"""

from __future__ import annotations

import functools
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from codechoir.model import Capabilities, Mark, Phrase

if TYPE_CHECKING:
    from cattrs import Converter

FRAME_HEADER = struct.Struct("<II")
MOST_JSON = 16 * 1024 * 1024
MOST_BLOB = 256 * 1024 * 1024


class FrameError(Exception):
    """What arrived is no frame: a print that went astray, or an end in the middle."""


def pack_frame(fields: Mapping[str, Any], blob: bytes = b"") -> bytes:
    """The bytes of one frame. Raises `FrameError` when it is larger than the other side would take."""
    text = json.dumps(fields, separators=(",", ":")).encode("ascii")
    if len(text) > MOST_JSON or len(blob) > MOST_BLOB:
        raise FrameError(f"a frame of {len(text)} and {len(blob)} bytes is too large")
    return FRAME_HEADER.pack(len(text), len(blob)) + text + blob


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None when the other side has closed the pipe between two frames.

    Raises `FrameError` for anything else than a whole frame.
    """
    header = stream.read(FRAME_HEADER.size)
    if not header:
        return None
    if len(header) < FRAME_HEADER.size:
        raise FrameError("the pipe ended inside a frame's header")
    text_size, blob_size = FRAME_HEADER.unpack(header)
    if text_size > MOST_JSON or blob_size > MOST_BLOB:
        raise FrameError(f"a frame announces {text_size} and {blob_size} bytes")
    text, blob = stream.read(text_size), stream.read(blob_size)
    if len(text) < text_size or len(blob) < blob_size:
        raise FrameError("the pipe ended inside a frame")
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise FrameError(f"a frame is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise FrameError("a frame is not a JSON object")
    return fields, blob


# ---- parent to child ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begin:
    """The first message: host the engine `module:attribute`, made with `options`; beat every so often."""

    engine: str
    options: Mapping[str, Any]
    beat_seconds: float


@dataclass(frozen=True, slots=True)
class Speak:
    """Begin a reading; at most `credit` samples of it may be under way, sent and not yet taken."""

    reading: int
    credit: int


@dataclass(frozen=True, slots=True)
class Phrases:
    """The next phrases of a reading; with `last`, there are no more."""

    reading: int
    phrases: tuple[Phrase, ...]
    last: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The listener has taken `samples` samples of the reading so far, so more may come."""

    reading: int
    samples: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the reading at once; nothing of it is wanted any more."""

    reading: int


@dataclass(frozen=True, slots=True)
class Call:
    """Call a method of the engine outside a reading: `check`, `voices`, or one of `Engine.handle_call`."""

    call: int
    method: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    blob: bytes = b""


@dataclass(frozen=True, slots=True)
class Leave:
    """End the process, politely."""


# ---- child to parent ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine is loaded and takes readings."""

    name: str
    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class Beat:
    """Still alive."""


@dataclass(frozen=True, slots=True)
class Want:
    """The engine has begun another phrase of the reading: send one more."""

    reading: int


@dataclass(frozen=True, slots=True)
class Audio:
    """A chunk of sound; `blob` is PCM s16le."""

    reading: int
    first_sample: int
    sample_rate: int
    marks: tuple[Mark, ...]
    blob: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """The next phrase of the reading was said to its end."""

    reading: int


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the listener of the reading."""

    reading: int
    line: str


@dataclass(frozen=True, slots=True)
class Finished:
    """All of the reading was said, or it was cancelled."""

    reading: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The reading cannot go on; reading 0 stands for the engine itself, which cannot be made or loaded."""

    reading: int
    line: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine answers to a call."""

    call: int
    value: Any = None
    blob: bytes = b""


@dataclass(frozen=True, slots=True)
class Refused:
    """The call failed; `bad_input` when its arguments were to blame."""

    call: int
    line: str
    bad_input: bool = False


ToChild: TypeAlias = Begin | Speak | Phrases | Taken | Cancel | Call | Leave
ToParent: TypeAlias = Ready | Beat | Want | Audio | Told | Note | Finished | Failed | Answer | Refused
Message: TypeAlias = ToChild | ToParent

# ---- to frames and back ------------------------------------------------------------------------------

_KINDS: Mapping[str, Any] = {
    kind.__name__: kind
    for kind in (
        *(Begin, Speak, Phrases, Taken, Cancel, Call, Leave),
        *(Ready, Beat, Want, Audio, Told, Note, Finished, Failed, Answer, Refused),
    )
}


def encode(message: Message) -> bytes:
    """The frame of a message. Raises `FrameError` when it is larger than the other side would take."""
    fields = _converter().unstructure(message)
    blob = fields.pop("blob", b"")
    return pack_frame({"is": type(message).__name__, **fields}, blob)


def decode(fields: dict[str, Any], blob: bytes) -> Message:
    """The message of a frame. Raises `FrameError` for an unknown message, or wrong or missing fields."""
    from cattrs import BaseValidationError, ForbiddenExtraKeysError, StructureHandlerNotFoundError

    name = fields.pop("is", None)
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise FrameError(f"unknown message {name!r}")
    if "blob" in kind.__dataclass_fields__:
        fields["blob"] = blob
    malformed = TypeError, ValueError, KeyError, AttributeError
    invalid = BaseValidationError, ForbiddenExtraKeysError, StructureHandlerNotFoundError
    try:
        message: Message = _converter().structure(fields, kind)
    except (*malformed, *invalid) as error:
        raise FrameError(f"malformed message {name}: {error}") from error
    return message


@functools.cache
def _converter() -> Converter:
    """Converts messages, and everything in them, to JSON values and back, by the types of their fields."""
    from cattrs import Converter

    return Converter(forbid_extra_keys=True, detailed_validation=False)
