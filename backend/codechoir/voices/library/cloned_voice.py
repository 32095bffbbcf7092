"""A cloned voice: its tensors, its provenance (where it comes from), and names that are safe as file
names."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from codechoir.errors import InputError

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
        """The inverse of `as_metadata`. Raises `ValueError` if a field is missing or has another type."""
        try:
            values: dict[str, Any] = {name: metadata[name] for name in _TEXT_FIELDS}
            values |= {name: json.loads(metadata[name]) for name in _JSON_FIELDS}
        except KeyError as error:
            raise ValueError(f"its metadata has no {error}") from error
        for name, kind in _JSON_FIELDS.items():
            if not isinstance(values[name], kind):
                raise ValueError(f"'{name}' in its metadata is {values[name]!r}, which has another type")
        values["recordings"] = tuple(map(str, values["recordings"]))
        return cls(**values)


_TEXT_FIELDS = ("name", "engine", "fingerprint", "key", "created")
_JSON_FIELDS: Mapping[str, Any] = {
    "parameters": dict,
    "recordings": list,
    "recipe": dict,
    "seconds": (int, float),
}


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
