"""Casting: which voice speaks each utterance, decided by a profile and the user's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Capabilities, CastUtterance, Category, Utterance, Voice, VoiceInfo
from codechoir.settings import FALLBACK_ENGINE, VOICE_PROPERTIES, Number, Settings, VoiceOverride, declared
from codechoir.voices.profile import Profile, check_change, load_profile

Value = TypeVar("Value")

_Properties = dict[str, str | float]
"""The properties of a voice that are decided so far."""


class Casting:
    """The voice of each utterance, by its category, capture, depth and balance.

    Later changes win:

    1. the profile's base;
    2. the profile's category, after the one that it inherits from;
    3. the user's change of the category, after the inherited one;
    4. the speaker that the user chose for the category with this engine;
    5. the profile's overlay on the longest prefix of the capture;
    6. the profile's steps for each level of depth, and for changes in a diff;
    7. the user's volume, which scales the voice's own.

    If the user has set a rate for all voices, the profile's rates do not count.
    """

    def __init__(self, profile: Profile, settings: Settings, fallback: Casting | None = None) -> None:
        """`fallback`: the casting for the fallback engine, if `profile` belongs to another one.

        Raises `InputError` if a value in the settings exceeds its limits.
        """
        for category, change in settings.voices.items():
            check_change(change, f"voice of {category.value}")
        self._profile = profile
        self._settings = settings
        self._fallback = fallback
        self._categories = {category: self._category_properties(category) for category in Category}
        self._voices: dict[tuple[Category, str, int, int, str], Voice] = {}

    @property
    def needs_stereo(self) -> bool:
        """Whether a word may be elsewhere than in the middle."""
        changes = [*self._profile.captures.values(), *self._settings.voices.values()]
        balances = [self._profile.depth.balance, *(change.balance for change in changes)]
        balances += [float(category["balance"]) for category in self._categories.values()]
        return self._settings.balance != "off" or any(balances)

    def cast(self, utterance: Utterance) -> CastUtterance:
        """The utterance with its voice, and with its voice of the fallback engine."""
        fallback = None if self._fallback is None else self._fallback.voice_for(utterance)
        return CastUtterance(utterance, self.voice_for(utterance), fallback)

    def voice_for(self, utterance: Utterance) -> Voice:
        """The voice that speaks an utterance. Equal kinds of utterances get the same object."""
        key = (
            utterance.category,
            utterance.capture,
            utterance.depth,
            utterance.balance,
            utterance.change,
        )
        voice = self._voices.get(key)
        if voice is None:
            voice = self._voices[key] = self._decide(*key)
        return voice

    def voice_of(self, category: Category) -> Voice:
        """The voice of a category, without overlays on captures."""
        return self.voice_for(Utterance("", category, 0, 0))

    def _category_properties(self, category: Category) -> _Properties:
        found: _Properties = {"family": "", "pitch": 50.0, "volume": 100.0, "balance": 0.0}
        if self._settings.rate is not None:
            found["rate"] = self._settings.rate
        for change in (self._profile.base, *_inherited(self._profile.categories, category)):
            self._apply_of_profile(found, change)
        for change in _inherited(self._settings.voices, category):
            _apply(found, change)
        for family in _inherited(self._settings.speakers.get(self._profile.engine, {}), category):
            found["family"] = family
        return found

    def _decide(self, category: Category, capture: str, depth: int, balance: int, change: str) -> Voice:
        found = dict(self._categories[category])
        if overlay := self._find_overlay(capture):
            self._apply_of_profile(found, overlay)
        step = self._profile.depth
        levels = min(max(depth, 0), step.deepest)
        of_change = [step for name, step in self._profile.changes.items() if name in change.split(".")]
        pitch, volume = sum(each.pitch for each in of_change), sum(each.volume for each in of_change)
        found["pitch"] = _limit("pitch", float(found["pitch"]) + step.pitch * levels + pitch)
        found["volume"] = _limit("volume", float(found["volume"]) + volume)
        found["balance"] = _limit("balance", float(found["balance"]) + step.balance * levels + balance)
        found["volume"] = _limit("volume", float(found["volume"]) * self._settings.volume / 100)
        return Voice(**found)  # type: ignore[arg-type]

    def _apply_of_profile(self, found: _Properties, change: VoiceOverride) -> None:
        """Applies a change of the profile; its rate counts only if the user has set none for all voices."""
        _apply(found, change if self._settings.rate is None else replace(change, rate=None))

    def _find_overlay(self, capture: str) -> VoiceOverride | None:
        """The profile's overlay on the capture or its longest prefix: `string.escape`, then `string`."""
        name = capture
        while name:
            if overlay := self._profile.captures.get(name):
                return overlay
            name = name.rpartition(".")[0]
        return None


class FallbackVoices:
    """Gives an utterance its voice for the fallback engine.

    An utterance that was cast without one gets the default profile's, at the same rate and volume. That
    profile is read on first use.
    """

    def __init__(self) -> None:
        self._casting: Casting | None = None

    def __call__(self, spoken: CastUtterance) -> CastUtterance:
        if spoken.fallback_voice is not None:
            return replace(spoken, voice=spoken.fallback_voice)
        voice = self._default().voice_for(spoken.utterance)
        return replace(spoken, voice=replace(voice, rate=spoken.voice.rate, volume=spoken.voice.volume))

    def _default(self) -> Casting:
        if self._casting is None:
            self._casting = Casting(load_profile(Settings().profile, FALLBACK_ENGINE), Settings())
        return self._casting


def full_casting(profile: Profile, settings: Settings) -> Casting:
    """The casting for the settings' engine, with that for the fallback engine from the same profile.

    A profile without a section for an engine gets the one of the default profile. The families in
    `settings.voices` belong to the settings' engine; the fallback engine has those in `settings.speakers`.
    Raises `InputError` for errors in the settings or in the profile.
    """
    profile = _profile_or_default(profile)
    if profile.engine == FALLBACK_ENGINE:
        return Casting(profile, settings)
    without_families = {
        category: replace(change, family=None) for category, change in settings.voices.items()
    }
    fallback_profile = _profile_or_default(load_profile(settings.profile, FALLBACK_ENGINE))
    fallback = Casting(fallback_profile, replace(settings, voices=without_families))
    return Casting(profile, settings, fallback)


def _profile_or_default(profile: Profile) -> Profile:
    """The profile, or the default one if it has no section for its engine."""
    if profile.base != VoiceOverride():
        return profile
    return load_profile(Settings().profile, profile.engine)


def check_families(profile: Profile, voices: Sequence[VoiceInfo], settings: Settings | None = None) -> None:
    """Raises `InputError`, with the most similar name, for a family in profile or settings without a voice.

    `voices`: those of the profile's engine. If there are none, the engine does not know them yet, and nothing
    is checked. A family is the name of a voice, or `voice+variant` from two names (`de+f3`).
    """
    known = [voice.name for voice in voices]
    if not known:
        return
    variants = {name.partition("+")[2] for name in known} - {""}
    for where, change in _changes(profile, settings):
        family = change.family
        if not family or family in known:
            continue
        voice, _, variant = family.partition("+")
        if voice not in known or variant not in variants:
            near = did_you_mean(family, known)
            raise InputError(
                f"{where}: the engine '{profile.engine}' has no voice '{family}';"
                f" 'codechoir voices list' lists all.{near}"
            )


def ignored_properties(profile: Profile, settings: Settings, capabilities: Capabilities) -> str | None:
    """A line about the voice properties in profile or settings that the profile's engine ignores, if any."""
    found = dict.fromkeys(
        name
        for _, change in _changes(profile, settings)
        for name in capabilities.ignores
        if getattr(change, name) is not None
    )
    if not found:
        return None
    names = " and ".join(f"'{name}'" for name in found)
    plural = "y" if len(found) == 1 else "ies"
    return f"engine '{profile.engine}' ignores the voice propert{plural} {names}"


def _changes(profile: Profile, settings: Settings | None) -> Iterator[tuple[str, VoiceOverride]]:
    """Every change of a voice that counts, after the place where it is written."""
    yield f"profile '{profile.name}'", profile.base
    yield from ((f"profile '{profile.name}', {key}", each) for key, each in profile.categories.items())
    yield from ((f"profile '{profile.name}', {key}", each) for key, each in profile.captures.items())
    if settings is not None:
        speakers = settings.speakers.get(profile.engine, {})
        for key, change in settings.voices.items():
            yield f"voice of {key.value}", replace(change, family=None) if key in speakers else change
        yield from ((f"speaker of {key.value}", VoiceOverride(name)) for key, name in speakers.items())


def _inherited(values: Mapping[Category, Value], category: Category) -> list[Value]:
    """The values for a category, after that of the category that it inherits from."""
    chain = [category.inherits, category]
    return [values[one] for one in chain if one is not None and one in values]


def _apply(found: _Properties, change: VoiceOverride) -> None:
    """Overwrites the properties that `change` sets."""
    for name in VOICE_PROPERTIES:
        value = getattr(change, name)
        if value is not None:
            found[name] = value


def _limit(name: str, value: float) -> float:
    limits = declared(VoiceOverride)[name].type
    return limits.clamp(value) if isinstance(limits, Number) else value
