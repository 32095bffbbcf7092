"""One voice as a safetensors file: written whole, and believed only after it has passed every check.

The format has no room for code, so that a voice from a stranger can do no harm; what it can be is damaged,
truncated, huge or something else altogether. Limits are checked on the header before anything is allocated,
and a hash over names, shapes, bytes and metadata finds what the format itself does not.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from typing import Any

from codechoir.voices.library.cloned_voice import ClonedVoice, Provenance, Tensors

FORMAT = "codechoir-voice-1"
SUFFIX = ".safetensors"
MOST_BYTES = 64 * 1024 * 1024
MOST_HEADER = 256 * 1024
MOST_TENSORS = 64
MOST_DIMENSIONS = 8
DTYPES = frozenset({"F16", "F32", "F64", "I8", "I16", "I32", "I64", "U8", "BOOL"})

LARGEST_HALF = 65504.0
_LENGTH = struct.Struct("<Q")


class VoiceFileError(Exception):
    """The bytes are not a sound voice file. The text says why, for a message that names the file."""


def stored_form(tensors: Tensors) -> Tensors:
    """The tensors as a file keeps them: floats in 16 bits where they fit, which halves the file.

    A voice that was just computed is used in this form too, so that it sounds the same after the next start.
    """
    import numpy as np

    kept: dict[str, Any] = {}
    for name, tensor in tensors.items():
        array = np.ascontiguousarray(tensor)
        if array.dtype in (np.float32, np.float64) and np.abs(array).max(initial=0.0) <= LARGEST_HALF:
            array = array.astype(np.float16)
        kept[name] = array
    return kept


def to_bytes(voice: ClonedVoice) -> bytes:
    """The file of a voice. Raises `VoiceFileError` for tensors that no reader would take."""
    from safetensors.numpy import save

    metadata = {"format": FORMAT, **voice.provenance.as_metadata()}
    metadata["content"] = _content(metadata, voice.tensors)
    try:
        data = save(dict(voice.tensors), metadata=metadata)
    except (KeyError, TypeError, ValueError) as error:
        raise VoiceFileError(f"a tensor cannot be stored: {error}") from error
    read_header(data)
    return data


def from_bytes(data: bytes) -> ClonedVoice:
    """The voice in the file's bytes. Raises `VoiceFileError` unless everything about it is right."""
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load

    provenance, metadata = read_header(data)
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise VoiceFileError(f"its tensors cannot be read: {error}") from error
    if metadata.get("content") != _content(metadata, tensors):
        raise VoiceFileError("its content does not match its hash")
    for name, tensor in tensors.items():
        if tensor.dtype.kind == "f" and not np.isfinite(tensor).all():
            raise VoiceFileError(f"the tensor '{name}' holds values that are no numbers")
        tensor.flags.writeable = False
    return ClonedVoice(provenance, tensors)


def read_header(data: bytes) -> tuple[Provenance, Mapping[str, str]]:
    """What the file says about itself, without a look at the tensors. Raises `VoiceFileError`.

    `data` may be the beginning of the file, as long as the header is in it.
    """
    if len(data) > MOST_BYTES:
        raise VoiceFileError(f"it has {len(data)} bytes, more than any voice")
    if len(data) < _LENGTH.size:
        raise VoiceFileError("it is too short to be a voice")
    (length,) = _LENGTH.unpack_from(data)
    if length > MOST_HEADER or _LENGTH.size + length > len(data):
        raise VoiceFileError("it is no safetensors file, or was cut off")
    try:
        header = json.loads(data[_LENGTH.size : _LENGTH.size + length])
    except (ValueError, RecursionError) as error:
        raise VoiceFileError("its header is not JSON") from error
    if not isinstance(header, dict):
        raise VoiceFileError("its header is not a JSON object")
    metadata = header.pop("__metadata__", None)
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise VoiceFileError("it is a safetensors file, but no voice of Codechoir")
    if not all(isinstance(value, str) for value in metadata.values()):
        raise VoiceFileError("its metadata holds something else than text")
    _check_tensors(header)
    try:
        return Provenance.from_metadata(metadata), metadata
    except ValueError as error:
        raise VoiceFileError(str(error)) from error


def _check_tensors(header: Mapping[str, Any]) -> None:
    if not 0 < len(header) <= MOST_TENSORS:
        raise VoiceFileError(f"it has {len(header)} tensors; a voice has from 1 to {MOST_TENSORS}")
    for name, about in header.items():
        shape = about.get("shape") if isinstance(about, dict) else None
        if not isinstance(shape, list) or len(shape) > MOST_DIMENSIONS or about.get("dtype") not in DTYPES:
            raise VoiceFileError(f"the tensor '{name[:40]}' has a shape or type that no voice has")


def _content(metadata: Mapping[str, str], tensors: Tensors) -> str:
    """SHA-256 over metadata and tensors, in an order that does not depend on the writer."""
    about = sorted((key, value) for key, value in metadata.items() if key != "content")
    digest = hashlib.sha256(json.dumps(about).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(json.dumps([name, tensor.dtype.str, list(tensor.shape)]).encode())
        digest.update(tensor.tobytes())
    return digest.hexdigest()
