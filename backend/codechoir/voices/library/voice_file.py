"""A cloned voice, and its file: safetensors with the voice's origin in its metadata.

A file is written whole, and used only after it passed every check. No pickle is ever loaded.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from codechoir.errors import InputError
from codechoir.storage import DamagedFileError, parse_json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_NAME_BYTES = 64
_ALLOWED = re.compile(r"\w(?:[\w .+'()-]*[\w+')])?")
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"}
)
"""Windows opens devices under these names, with any extension."""

Parameter = str | int | float | bool
"""The value of an engine's parameter for cloning, such as exaggeration."""

Tensors = Mapping[str, "NDArray[np.generic]"]
"""The tensors of a voice, by the engine's own names."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a voice comes from.

    `key`: hash of everything that determines the tensors, see `latent_key`. `fingerprint`: identifies the
    model that computed them. `parameters`: all that change the result, such as exaggeration. `recordings`:
    SHA-256 of each reference recording, in order. `recipe`: for a mixture, the weight of each voice by its
    name. `seconds`: how long the computation took. `created`: time in ISO 8601, UTC.
    """

    name: str
    engine: str
    fingerprint: str
    key: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    recordings: tuple[str, ...] = ()
    recipe: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    created: str = ""

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**values, "parameters": dict(self.parameters), "recipe": dict(self.recipe)}

    def as_metadata(self) -> dict[str, str]:
        """The fields as strings, which is all that a safetensors file can contain."""
        return {
            key: value if isinstance(value, str) else json.dumps(value, sort_keys=True)
            for key, value in self.as_json().items()
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Provenance:
        """The inverse of `as_metadata`. Raises `ValueError` if a field is missing or not valid.

        The metadata may come from a stranger, and the key becomes the name of a file.
        """
        try:
            values: dict[str, Any] = {name: metadata[name] for name in _TEXT_FIELDS}
            values |= {name: _parse_json(name, metadata[name]) for name in _JSON_FIELDS}
        except KeyError as error:
            raise ValueError(f"its metadata has no {error}") from error
        if not _KEY.fullmatch(values["key"]):
            raise ValueError(f"its key {values['key'][:80]!r} is not 64 hexadecimal digits")
        for name, is_valid in _JSON_FIELDS.items():
            if not is_valid(values[name]):
                raise ValueError(f"'{name}' in its metadata has another type than that of a voice")
        values["recordings"] = tuple(values["recordings"])
        return cls(**values)


_TEXT_FIELDS = ("name", "engine", "fingerprint", "key", "created")
_KEY = re.compile(r"[0-9a-f]{64}")
MAX_NUMBER = 1e15
"""Numbers in the metadata are smaller."""


def _parse_json(name: str, text: str) -> object:
    try:
        return parse_json(text)
    except ValueError as error:
        raise ValueError(f"'{name}' in its metadata is not JSON") from error


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) < MAX_NUMBER


def _are_parameters(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(v, str) or _is_number(v) for v in value.values())


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _are_weights(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


_JSON_FIELDS: Mapping[str, Callable[[object], bool]] = {
    "parameters": _are_parameters,
    "recordings": _are_texts,
    "recipe": _are_weights,
    "seconds": _is_number,
}
"""Fields that are stored as JSON, and whether a value is one of a voice."""


@dataclass(frozen=True, slots=True, eq=False)
class ClonedVoice:
    """A voice that was computed from recordings or mixed from other voices."""

    provenance: Provenance
    tensors: Tensors

    @property
    def size(self) -> int:
        """Bytes that the tensors occupy in memory."""
        return sum(tensor.nbytes for tensor in self.tensors.values())

    def renamed(self, name: str) -> ClonedVoice:
        """The same voice under another name."""
        return replace(self, provenance=replace(self.provenance, name=name))


def check_voice_name(name: str) -> str:
    """The name in its composed Unicode form.

    Raises `InputError` for a name that could lead out of the library's folder, or that is not a valid file
    name on Linux, macOS or Windows.
    """
    composed = unicodedata.normalize("NFC", name)
    if not _ALLOWED.fullmatch(composed):
        raise InputError(
            f"invalid voice name {name!r}; use letters, digits, spaces and . + - _ ' ( ), "
            "and begin with a letter or digit"
        )
    if len(composed.encode()) > MAX_NAME_BYTES:
        raise InputError(f"the voice name '{name[:20]}…' is too long; use at most {MAX_NAME_BYTES} bytes")
    if composed.split(".")[0].strip().casefold() in _RESERVED:
        raise InputError(f"invalid voice name '{name}': it is a device on Windows; choose another name")
    return composed


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are the same file on a system that ignores upper and lower case."""
    return unicodedata.normalize("NFC", one).casefold() == unicodedata.normalize("NFC", other).casefold()


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
    metadata["content"] = content_hash(metadata, voice.tensors)
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
    if metadata.get("content") != content_hash(metadata, tensors):
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
        header = parse_json(data[_LENGTH.size : _LENGTH.size + length])
    except ValueError as error:
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
        about = about if isinstance(about, dict) else {}
        shape, dtype = about.get("shape"), about.get("dtype")
        is_valid = isinstance(shape, list) and len(shape) <= MAX_DIMENSIONS
        if not is_valid or not isinstance(dtype, str) or dtype not in DTYPES:
            raise VoiceFileError(f"its tensor '{name[:40]}' has a shape or type that no voice has")


def content_hash(metadata: Mapping[str, str], tensors: Tensors) -> str:
    """SHA-256 over metadata and tensors, in an order that does not depend on the writer."""
    about = sorted((key, value) for key, value in metadata.items() if key != "content")
    digest = hashlib.sha256(json.dumps(about).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(json.dumps([name, tensor.dtype.str, list(tensor.shape)]).encode())
        digest.update(tensor.tobytes())
    return digest.hexdigest()
