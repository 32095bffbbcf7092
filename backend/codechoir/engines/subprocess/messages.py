"""The messages between parent and child, and the frames that carry them over a pipe.

A message is a small frozen dataclass. Its frame is a header with two lengths, then JSON with the name of the
class and its fields, then raw bytes: a field `blob`, so that audio is not encoded twice. A frame that
announces more than the limits is not read: something else was written to the pipe, and reading it would fill
the memory.

The parent numbers readings and calls; numbers only grow. Messages for a reading that has ended are dropped.
"""

from __future__ import annotations

import functools
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, get_args

from codechoir.errors import shown
from codechoir.model import Capabilities, Mark, Phrase
from codechoir.storage import parse_json

if TYPE_CHECKING:
    from cattrs import Converter

FRAME_HEADER = struct.Struct("<II")
MAX_JSON = 16 * 1024 * 1024
MAX_BLOB = 256 * 1024 * 1024


class FrameError(Exception):
    """What arrived is not a frame: output of a library, or the pipe ended in the middle."""


def pack_frame(fields: Mapping[str, Any], blob: bytes = b"") -> bytes:
    """The bytes of one frame. Raises `FrameError` if it is larger than the limits."""
    text = json.dumps(fields, separators=(",", ":")).encode("ascii")
    if len(text) > MAX_JSON or len(blob) > MAX_BLOB:
        raise FrameError(
            f"a frame of {len(text)} and {len(blob)} bytes is too large ({MAX_JSON}, {MAX_BLOB})"
        )
    return FRAME_HEADER.pack(len(text), len(blob)) + text + blob


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None if the other side closed the pipe after the last one.

    Raises `FrameError` for anything but a complete frame.
    """
    header = stream.read(FRAME_HEADER.size)
    if not header:
        return None
    if len(header) < FRAME_HEADER.size:
        raise FrameError("the pipe ended inside a frame's header")
    text_size, blob_size = FRAME_HEADER.unpack(header)
    if text_size > MAX_JSON or blob_size > MAX_BLOB:
        raise FrameError(f"a frame announces {text_size} and {blob_size} bytes")
    text, blob = stream.read(text_size), stream.read(blob_size)
    if len(text) < text_size or len(blob) < blob_size:
        raise FrameError("the pipe ended inside a frame")
    try:
        fields = parse_json(text)
    except ValueError as error:
        raise FrameError(f"a frame is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise FrameError("a frame is not a JSON object")
    return fields, blob


# ---- parent to child ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """The first message: load the engine `module:class`, instantiated with `options`.

    In seconds: `heartbeat_seconds` between two signs of life; a child that is stuck in C code ends itself
    after `stuck_seconds`, while it loads after `stuck_loading_seconds`.
    """

    engine: str
    options: Mapping[str, Any]
    heartbeat_seconds: float
    stuck_seconds: float
    stuck_loading_seconds: float


@dataclass(frozen=True, slots=True)
class Speak:
    """Begins a reading. At most `credit` samples of it may be sent and not yet acknowledged."""

    reading: int
    credit: int


@dataclass(frozen=True, slots=True)
class Phrases:
    """The next phrases of a reading. `last`: there are no more."""

    reading: int
    phrases: tuple[Phrase, ...]
    last: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The listener has taken `samples` samples of the reading so far."""

    reading: int
    samples: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stops the reading at once."""

    reading: int


@dataclass(frozen=True, slots=True)
class Call:
    """Calls a method of the engine outside a reading: `check`, `voices`, or one of `Engine.handle_call`."""

    call: int
    method: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    blob: bytes = b""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Ends the process."""


# ---- child to parent ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine is loaded and accepts readings and calls."""

    name: str
    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The process is alive, also while the engine computes."""


@dataclass(frozen=True, slots=True)
class PhraseWanted:
    """The engine has pulled a phrase of the reading: send one more."""

    reading: int


@dataclass(frozen=True, slots=True)
class Audio:
    """A chunk of audio. `blob`: PCM s16le."""

    reading: int
    first_sample: int
    sample_rate: int
    marks: tuple[Mark, ...]
    blob: bytes


@dataclass(frozen=True, slots=True)
class PhraseDone:
    """See `AudioListener.phrase_done`."""

    reading: int


@dataclass(frozen=True, slots=True)
class Notify:
    """See `AudioListener.notify`."""

    reading: int
    line: str


@dataclass(frozen=True, slots=True)
class ReadingFinished:
    """Everything was said, or the reading was cancelled."""

    reading: int


@dataclass(frozen=True, slots=True)
class ReadingFailed:
    """The reading cannot continue. Reading 0: the engine cannot be loaded."""

    reading: int
    line: str


@dataclass(frozen=True, slots=True)
class CallResult:
    """What the method of a call returned."""

    call: int
    value: Any = None
    blob: bytes = b""


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The method of a call raised an error. `bad_input`: because of its arguments."""

    call: int
    line: str
    bad_input: bool = False


ToChild: TypeAlias = Load | Speak | Phrases | Acknowledge | Cancel | Call | Shutdown
OfReading: TypeAlias = PhraseWanted | Audio | PhraseDone | Notify | ReadingFinished | ReadingFailed
OfCall: TypeAlias = CallResult | CallFailed
ToParent: TypeAlias = Ready | Heartbeat | OfReading | OfCall
Message: TypeAlias = ToChild | ToParent

_MESSAGES: Mapping[str, type[Message]] = {kind.__name__: kind for kind in get_args(Message)}

# ---- to frames and back ------------------------------------------------------------------------------


def encode(message: Message) -> bytes:
    """The frame of a message. Raises `FrameError` if it is larger than the limits."""
    fields = _converter().unstructure(message)
    blob = fields.pop("blob", b"")
    return pack_frame({"type": type(message).__name__, **fields}, blob)


def decode(fields: dict[str, Any], blob: bytes) -> Message:
    """The message of a frame. Raises `FrameError` for an unknown message, or wrong or missing fields."""
    from cattrs import BaseValidationError, ForbiddenExtraKeysError, StructureHandlerNotFoundError

    name = fields.pop("type", None)
    kind = _MESSAGES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise FrameError(f"unknown message {shown(name)}")
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
