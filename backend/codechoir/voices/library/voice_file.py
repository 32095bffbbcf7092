"""The file of one voice: safetensors with string metadata; every part of it is checked when it is read.

The format cannot carry code, so a stranger's voice is harmless; but it can be damaged, truncated, huge, or
another file altogether. Limits are checked on the header before memory is allocated. A hash over names,
shapes, bytes and metadata detects what the format itself does not.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from typing import Any

from codechoir.storage import DamagedFileError
from codechoir.voices.library.cloned_voice import ClonedVoice, Provenance, Tensors

FORMAT = "codechoir-voice-1"
SUFFIX = ".safetensors"
MAX_BYTES = 64 * 1024 * 1024
MAX_HEADER_BYTES = 256 * 1024
MAX_TENSORS = 64
MAX_DIMENSIONS = 8
DTYPES = frozenset({"F16", "F32", "F64", "I8", "I16", "I32", "I64", "U8", "BOOL"})

MAX_HALF = 65504.0
"""The largest 16-bit floating-point number."""

_LENGTH = struct.Struct("<Q")


class VoiceFileError(DamagedFileError):
    """The bytes are not a valid voice file; the message says why, as in "its header is not JSON"."""


def stored_form(tensors: Tensors) -> Tensors:
    """The tensors as the file contains them: floating-point numbers in 16 bits where they fit, which halves
    the file.

    A voice that was just computed is used in this form too, so that it sounds the same after the next start.
    """
    import numpy as np

    stored: dict[str, Any] = {}
    for name, tensor in tensors.items():
        array = np.ascontiguousarray(tensor)
        if array.dtype in (np.float32, np.float64) and np.abs(array).max(initial=0.0) <= MAX_HALF:
            array = array.astype(np.float16)
        stored[name] = array
    return stored


def to_bytes(voice: ClonedVoice) -> bytes:
    """The file's bytes. Raises `VoiceFileError` for tensors that `from_bytes` would refuse."""
    from safetensors.numpy import save

    metadata = {"format": FORMAT, **voice.provenance.as_metadata()}
    metadata["content"] = _content_hash(metadata, voice.tensors)
    try:
        data = save(dict(voice.tensors), metadata=metadata)
    except (KeyError, TypeError, ValueError) as error:
        raise VoiceFileError(f"it has a tensor that cannot be stored: {error}") from error
    read_header(data)
    return data


def from_bytes(data: bytes) -> ClonedVoice:
    """The voice in a file's bytes, with tensors that cannot be changed. Raises `VoiceFileError`."""
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load

    provenance, metadata = read_header(data)
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise VoiceFileError(f"its tensors cannot be read: {error}") from error
    if metadata.get("content") != _content_hash(metadata, tensors):
        raise VoiceFileError("its content does not match its hash")
    for name, tensor in tensors.items():
        if tensor.dtype.kind == "f" and not np.isfinite(tensor).all():
            raise VoiceFileError(f"its tensor '{name}' has values that are not numbers")
        tensor.flags.writeable = False
    return ClonedVoice(provenance, tensors)


def read_header(data: bytes) -> tuple[Provenance, Mapping[str, str]]:
    """The provenance and all metadata, without the tensors. Raises `VoiceFileError`.

    `data` may be just the beginning of the file, as long as it contains the header.
    """
    if len(data) > MAX_BYTES:
        raise VoiceFileError(f"it has {len(data)} bytes, more than the {MAX_BYTES} of the largest voice")
    if len(data) < _LENGTH.size:
        raise VoiceFileError("it is too short")
    (length,) = _LENGTH.unpack_from(data)
    if length > MAX_HEADER_BYTES or _LENGTH.size + length > len(data):
        raise VoiceFileError("it is not a safetensors file, or it is truncated")
    try:
        header = json.loads(data[_LENGTH.size : _LENGTH.size + length])
    except (ValueError, RecursionError) as error:
        raise VoiceFileError("its header is not JSON") from error
    if not isinstance(header, dict):
        raise VoiceFileError("its header is not a JSON object")
    metadata = header.pop("__metadata__", None)
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise VoiceFileError("it is a safetensors file, but not a Codechoir voice")
    if not all(isinstance(value, str) for value in metadata.values()):
        raise VoiceFileError("its metadata has values that are not text")
    _check_tensors(header)
    try:
        return Provenance.from_metadata(metadata), metadata
    except ValueError as error:
        raise VoiceFileError(str(error)) from error


def _check_tensors(header: Mapping[str, Any]) -> None:
    if not 0 < len(header) <= MAX_TENSORS:
        raise VoiceFileError(f"it has {len(header)} tensors; a voice has 1 to {MAX_TENSORS}")
    for name, about in header.items():
        shape = about.get("shape") if isinstance(about, dict) else None
        if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS or about.get("dtype") not in DTYPES:
            raise VoiceFileError(f"its tensor '{name[:40]}' has a shape or type that no voice has")


def _content_hash(metadata: Mapping[str, str], tensors: Tensors) -> str:
    """SHA-256 over metadata and tensors, in an order that does not depend on the writer."""
    about = sorted((key, value) for key, value in metadata.items() if key != "content")
    digest = hashlib.sha256(json.dumps(about).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(json.dumps([name, tensor.dtype.str, list(tensor.shape)]).encode())
        digest.update(tensor.tobytes())
    return digest.hexdigest()
