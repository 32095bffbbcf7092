"""Casting: who says it? Profile and settings decide the voice of each utterance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Capabilities, CastUtterance, Category, Utterance, Voice, VoiceInfo
from codechoir.settings import VOICE_PROPERTIES, Number, Settings, VoiceChange, declared
from codechoir.voices.profile import Profile, check_change, load_profile

EMBEDDED = "espeak"
"""The engine that stands in for the others."""

T = TypeVar("T")

_Properties = dict[str, str | float]
"""Properties of a voice that were decided so far."""


class Casting:
    """The voice of each utterance, by category, capture and depth.

    From weak to strong: the profile's base, its category (with what that inherits from), the user's change
    of the category, the profile's overlay on the longest prefix of the capture, the step for depth, the
    user's volume. Where the user chose a rate for all voices, the profile's rates do not count; where they
    chose a speaker for this engine, no family of the profile's category or of `voices` does.
    """

    def __init__(self, profile: Profile, settings: Settings, stand_in: Casting | None = None) -> None:
        """`stand_in`: the casting of the embedded engine, where `profile` belongs to another one.

        Raises `InputError` when a value in the settings is out of its limits.
        """
        for category, change in settings.voices.items():
            check_change(change, f"voice of {category.value}")
        self._profile = profile
        self._settings = settings
        self._categories = {category: self._of_category(category) for category in Category}
        self._cast: dict[tuple[Category, str, int, int], Voice] = {}
        self._stand_in = stand_in

    @property
    def needs_stereo(self) -> bool:
        """Whether words may stand elsewhere than in the middle, so that their sound has to be stereo."""
        named = [*self._profile.captures.values(), *self._settings.voices.values()]
        moved = [self._profile.depth.balance, *(change.balance for change in named)]
        moved += [float(category["balance"]) for category in self._categories.values()]
        return self._settings.balance != "off" or any(moved)

    def spoken(self, utterance: Utterance) -> CastUtterance:
        """The utterance with its voice, and with the one that stands in for it."""
        stand_in = None if self._stand_in is None else self._stand_in.cast(utterance)
        return CastUtterance(utterance, self.cast(utterance), stand_in)

    def cast(self, utterance: Utterance) -> Voice:
        """The voice that says `utterance`."""
        key = (utterance.category, utterance.capture, utterance.depth, utterance.balance)
        voice = self._cast.get(key)
        if voice is None:
            voice = self._cast[key] = self._decide(*key)
        return voice

    def voice_of(self, category: Category) -> Voice:
        """The voice of a category, without what a profile lays over single captures."""
        return self.cast(Utterance("", category, 0, 0))

    def _of_category(self, category: Category) -> _Properties:
        found: _Properties = {"family": "", "pitch": 50.0, "volume": 100.0, "balance": 0.0}
        if self._settings.rate is not None:
            found["rate"] = self._settings.rate
        for change in (self._profile.base, *_inheritance(self._profile.categories, category)):
            self._lay_profile(found, change)
        for change in _inheritance(self._settings.voices, category):
            _lay(found, change)
        for family in _inheritance(self._settings.speakers.get(self._profile.engine, {}), category):
            found["family"] = family
        return found

    def _decide(self, category: Category, capture: str, depth: int, moved: int) -> Voice:
        found = dict(self._categories[category])
        if overlay := self._overlay(capture):
            self._lay_profile(found, overlay)
        step = self._profile.depth
        levels = min(max(depth, 0), step.deepest)
        found["pitch"] = _bounded("pitch", float(found["pitch"]) + step.pitch * levels)
        found["balance"] = _bounded("balance", float(found["balance"]) + step.balance * levels + moved)
        found["volume"] = _bounded("volume", float(found["volume"]) * self._settings.volume / 100)
        return Voice(**found)  # type: ignore[arg-type]

    def _lay_profile(self, found: _Properties, change: VoiceChange) -> None:
        """Lay what the profile sets over `found`; its rates count only when the user chose none for all."""
        _lay(found, change if self._settings.rate is None else replace(change, rate=None))

    def _overlay(self, capture: str) -> VoiceChange | None:
        name = capture
        while name:
            if overlay := self._profile.captures.get(name):
                return overlay
            name = name.rpartition(".")[0]
        return None


def full_casting(profile: Profile, settings: Settings) -> Casting:
    """Casting for the settings' engine, with the voices of the same profile that stand in for its own.

    A profile that says nothing about an engine leaves it the casting of the default profile. A family of
    `settings.voices` belongs to the settings' engine; the others get what `speakers` says. Raises
    `InputError` where the settings or the profile are wrong.
    """
    profile = _telling(profile)
    if profile.engine == EMBEDDED:
        return Casting(profile, settings)
    nameless = {category: replace(change, family=None) for category, change in settings.voices.items()}
    embedded = _telling(load_profile(settings.profile, EMBEDDED))
    return Casting(profile, settings, Casting(embedded, replace(settings, voices=nameless)))


def _telling(profile: Profile) -> Profile:
    """The profile, or the default one where it says nothing about its engine."""
    if profile.base != VoiceChange():
        return profile
    return load_profile(Settings().profile, profile.engine)


def check_families(profile: Profile, voices: Sequence[VoiceInfo], settings: Settings | None = None) -> None:
    """Raises `InputError`, naming the nearest, for a voice in profile or settings that `voices` lacks.

    `voices`: those of the profile's engine; when there are none, the engine cannot tell and nothing is
    checked. A family is one of them, or `voice+variant` of two of them (`de+f3`).
    """
    known = [voice.name for voice in voices]
    if not known:
        return
    variants = {name.partition("+")[2] for name in known} - {""}
    for where, family in _families(profile, settings):
        voice, _, variant = family.partition("+")
        if family not in known and (voice not in known or variant not in variants):
            near = did_you_mean(family, known)
            raise InputError(
                f"{where}: the engine '{profile.engine}' has no voice '{family}';"
                f" 'codechoir voices list' names all.{near}"
            )


def ignored_properties(profile: Profile, settings: Settings, capabilities: Capabilities) -> str | None:
    """A line about the voice properties in profile or settings that the profile's engine ignores, if any."""
    found = dict.fromkeys(
        name
        for _, change in _places(profile, settings)
        for name in capabilities.ignores
        if getattr(change, name) is not None
    )
    if not found:
        return None
    names = " and ".join(f"'{name}'" for name in found)
    plural = "y" if len(found) == 1 else "ies"
    return f"engine '{profile.engine}' ignores the voice propert{plural} {names}"


def _families(profile: Profile, settings: Settings | None) -> Iterator[tuple[str, str]]:
    """Every family that is named, and where."""
    yield from ((where, change.family) for where, change in _places(profile, settings) if change.family)


def _places(profile: Profile, settings: Settings | None) -> Iterator[tuple[str, VoiceChange]]:
    """Every change of a voice that counts, and where it is written."""
    yield f"profile '{profile.name}'", profile.base
    yield from ((f"profile '{profile.name}', {key}", each) for key, each in profile.categories.items())
    yield from ((f"profile '{profile.name}', {key}", each) for key, each in profile.captures.items())
    if settings is not None:
        speakers = settings.speakers.get(profile.engine, {})
        for key, change in settings.voices.items():
            yield f"voice of {key.value}", replace(change, family=None) if key in speakers else change
        yield from ((f"speaker of {key.value}", VoiceChange(name)) for key, name in speakers.items())


def _inheritance(changes: Mapping[Category, T], category: Category) -> list[T]:
    """The changes that hold for a category, the inherited one first."""
    chain = [category.inherits, category]
    return [changes[one] for one in chain if one is not None and one in changes]


def _lay(found: _Properties, change: VoiceChange) -> None:
    """Lay the properties that `change` sets over those found so far."""
    for name in VOICE_PROPERTIES:
        value = getattr(change, name)
        if value is not None:
            found[name] = value


def _bounded(name: str, value: float) -> float:
    limits = declared(VoiceChange)[name].type
    return limits.clamp(value) if isinstance(limits, Number) else value
