"""What values the properties of a voice may have, wherever they are written."""

from __future__ import annotations

from codechoir.errors import InputError
from codechoir.settings import FASTEST, SLOWEST, VOICE_PROPERTIES, VoiceChange

LIMITS: dict[str, tuple[float, float]] = {
    "rate": (SLOWEST, FASTEST),
    "pitch": (0, 100),
    "range": (0, 100),
    "volume": (0, 100),
    "balance": (-100, 100),
}
"""Lowest and highest value of each property that is a number (units as in `model.Voice`)."""


def property_error(name: str, value: object) -> str | None:
    """What is wrong with the value of one property of a voice, in words; None when it is right."""
    if name == "family":
        right = isinstance(value, str) and bool(value.strip())
        return None if right else f"family is {value!r}; it is the name of a voice, in quotes"
    low, high = LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return f"{name} is {value!r}; it is a number from {low:g} to {high:g}"
    return None


def check_change(change: VoiceChange, where: str) -> None:
    """Raises `InputError`, naming `where`, when a property of `change` is out of its limits."""
    for name in VOICE_PROPERTIES:
        value = getattr(change, name)
        if value is not None and (wrong := property_error(name, value)):
            raise InputError(f"{where}: {wrong}")
