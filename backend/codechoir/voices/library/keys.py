"""What a computed latent is known by: the content of its recordings, the model, and every parameter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from codechoir.voices.library.provenance import Parameter


def latent_key(
    engine: str, fingerprint: str, recordings: Sequence[str], parameters: Mapping[str, Parameter]
) -> str:
    """The key of latents made from recordings, given by their hashes; their order counts."""
    return _hash({"made": [engine, fingerprint, list(recordings), dict(parameters)]})


def mixture_key(shares: Mapping[str, float]) -> str:
    """The key of a mixture, from the weight of each ingredient by the ingredient's key."""
    return _hash({"mixed": dict(shares)})


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, allow_nan=False).encode()).hexdigest()
