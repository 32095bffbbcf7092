"""NAME=VALUE on the command line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from codechoir.errors import InputError

if TYPE_CHECKING:
    from codechoir.voices.library.provenance import Parameter


def parameters(texts: Sequence[str]) -> dict[str, Parameter]:
    """`["a=0.5", "b=yes"]` as values: numbers where they are numbers. Raises `InputError`."""
    found: dict[str, Parameter] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise InputError(f"'{text}' is no parameter; write NAME=VALUE")
        found[name] = _value(value)
    return found


def shares(texts: Sequence[str]) -> dict[str, float]:
    """`["anna=0.7", "ben=0.3"]` as weights by name. Raises `InputError`."""
    found: dict[str, float] = {}
    for text in texts:
        name, _, weight = text.rpartition("=")
        try:
            number = float(weight)
        except ValueError:
            number = None
        if not name or number is None:
            raise InputError(f"'{text}' is no share of a voice; write VOICE=WEIGHT, such as anna=0.7")
        if name in found:
            raise InputError(f"'{name}' is named twice; give its whole weight once")
        found[name] = number
    return found


def _value(text: str) -> Parameter:
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if math.isfinite(number):
            return number
    return {"true": True, "false": False}.get(text, text)
