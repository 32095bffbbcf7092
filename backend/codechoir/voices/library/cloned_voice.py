"""Names of voices: words for people that are also safe names of files on every system.

Where a voice comes from: what is known of it besides its tensors, as strings in the voice's file.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from codechoir.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 64
_ALLOWED = re.compile(r"\w(?:[\w .+'()-]*[\w+')])?")
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"}
)
"""Windows opens devices under these names, with any ending."""


def checked_name(name: str) -> str:
    """The name in its composed form. Raises `InputError` for one that could leave the library's folder, or
    that some system does not take as the name of a file."""
    composed = unicodedata.normalize("NFC", name)
    if not _ALLOWED.fullmatch(composed):
        raise InputError(
            f"{name!r} cannot be the name of a voice; use letters, digits, spaces and . + - _ ' ( ), "
            "beginning with a letter or digit"
        )
    if len(composed.encode()) > LONGEST:
        raise InputError(f"the name '{name[:20]}…' is too long; use at most {LONGEST} bytes")
    if composed.split(".")[0].strip().casefold() in _RESERVED:
        raise InputError(f"'{name}' is the name of a device on Windows; choose another name for the voice")
    return composed


def same_name(one: str, other: str) -> bool:
    """Whether two names would be one file on a system that does not tell capitals from small letters."""
    return unicodedata.normalize("NFC", one).casefold() == unicodedata.normalize("NFC", other).casefold()


Parameter = str | int | float | bool
Tensors = Mapping[str, "NDArray[np.generic]"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """The origin of a voice.

    `key`: hash of everything that determines the tensors (see keys.py). `fingerprint`: of the model that made
    them. `parameters`: all that change the result, such as exaggeration. `recordings`: SHA-256 of each
    reference recording, in order. `recipe`: for a mixture, the weight of each voice by its name.
    `seconds`: how long the computing took. `created`: ISO 8601, UTC.
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
        """The fields as the strings that a safetensors file can carry."""
        return {
            key: value if isinstance(value, str) else json.dumps(value, sort_keys=True)
            for key, value in self.as_json().items()
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Provenance:
        """The way back. Raises `ValueError` when a field is missing or is not what it should be."""
        try:
            values: dict[str, Any] = {name: metadata[name] for name in _TEXTS}
            values |= {name: json.loads(metadata[name]) for name in _SHAPES}
        except KeyError as error:
            raise ValueError(f"the metadata has no {error}") from error
        for name, shape in _SHAPES.items():
            if not isinstance(values[name], shape):
                raise ValueError(f"'{name}' is not what it should be")
        values["recordings"] = tuple(map(str, values["recordings"]))
        return cls(**values)


_TEXTS = ("name", "engine", "fingerprint", "key", "created")
_SHAPES: Mapping[str, Any] = {
    "parameters": dict,
    "recordings": list,
    "recipe": dict,
    "seconds": (int, float),
}


@dataclass(frozen=True, slots=True, eq=False)
class ClonedVoice:
    """A voice: its tensors by the engine's own names, and where they come from."""

    provenance: Provenance
    tensors: Tensors

    @property
    def size(self) -> int:
        """Bytes that the tensors take in memory."""
        return sum(tensor.nbytes for tensor in self.tensors.values())
