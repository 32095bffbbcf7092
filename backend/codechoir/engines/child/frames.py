"""Frames on a pipe: a JSON object and raw bytes, each with its length before it.

Sound travels as raw bytes behind the JSON, so that nothing is encoded twice. A frame that announces more
than the limits is not read: the other side is broken, and believing it would fill the memory.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

HEADER = struct.Struct("<II")
MOST_JSON = 16 * 1024 * 1024
MOST_BLOB = 256 * 1024 * 1024


class FrameError(Exception):
    """What arrived is no frame: a print that went astray, or an end in the middle."""


def pack(fields: Mapping[str, Any], blob: bytes = b"") -> bytes:
    """The bytes of one frame. Raises `FrameError` when it is larger than the other side would take."""
    text = json.dumps(fields, separators=(",", ":")).encode("ascii")
    if len(text) > MOST_JSON or len(blob) > MOST_BLOB:
        raise FrameError(f"a frame of {len(text)} and {len(blob)} bytes is too large")
    return HEADER.pack(len(text), len(blob)) + text + blob


def read(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None when the other side has closed the pipe between two frames.

    Raises `FrameError` for anything else than a whole frame.
    """
    header = stream.read(HEADER.size)
    if not header:
        return None
    if len(header) < HEADER.size:
        raise FrameError("the pipe ended inside a frame's header")
    text_size, blob_size = HEADER.unpack(header)
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
