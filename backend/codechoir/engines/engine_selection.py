"""The engine that a setting stands for.

`auto`, `finest` and `fastest` stand for the engine that `select_engine` finds, by what is ready on this
machine and by what the user has chosen besides. `decide_engine` decides; nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codechoir.engines.base import Engine
from codechoir.engines.registry import AUTOMATIC_ENGINES, make_engine
from codechoir.errors import CodechoirError, InputError
from codechoir.settings import AUTO_ENGINE, FALLBACK_ENGINE, FASTEST_ENGINE, Settings

if TYPE_CHECKING:
    from codechoir.voices import ProfileEngines

NATURAL_ENGINE = "natural"
"""The engine whose models are chosen from."""

INSTANT_MODEL = "hibari"
"""The model whose first sound takes at most 50 ms, so that it also spells; see decision 0054."""

FAST_RATE = 350.0
"""Words a minute above which `auto` stays with eSpeak NG.

Who listens faster is used to formant speech, which has no breath and no reverberation to be squeezed: 450 to
800 words a minute are common. Natural voices are sped up by time compression, and at twice their own rate of
175 a recogniser mishears three times as many words of them.
"""


@dataclass(frozen=True, slots=True)
class ReadyModels:
    """The models of `NATURAL_ENGINE` on this machine.

    `problems`: from the name of each model, the finest first, to the reason why it cannot speak here, empty
    if it can. `voices`: the names of their voices. `languages`: the natural languages that they speak.
    """

    problems: Mapping[str, str]
    voices: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class EngineSelection:
    """The engine that speaks, which of its models, and why, in words that follow "because".

    `foreign`: families in the settings that are voices of another engine, and do not count with this one.
    """

    engine: str
    model: str = ""
    reason: str = ""
    foreign: frozenset[str] = frozenset()

    @property
    def is_instant(self) -> bool:
        """Whether a key that spells a word may wait for it; the user's own choice of an engine counts."""
        return self.model in ("", INSTANT_MODEL)

    def applied_to(self, settings: Settings) -> Settings:
        """The settings with this engine."""
        voices = settings.voices
        if self.foreign:
            voices = {
                category: replace(change, family=None) if change.family in self.foreign else change
                for category, change in voices.items()
            }
        return replace(settings, engine=self.engine, voices=voices)


def decide_engine(settings: Settings, ready: ReadyModels, profile: ProfileEngines) -> EngineSelection:
    """The engine that settings stand for. Depends on nothing but its arguments."""
    asked = settings.engine
    if asked not in AUTOMATIC_ENGINES:
        return EngineSelection(asked, "", "the setting names it")
    if asked == AUTO_ENGINE:
        if profile.meant:
            return EngineSelection(profile.meant, "", f"the profile '{settings.profile}' is for it")
        if reason := _reason_for_fallback(settings, ready, profile):
            return EngineSelection(FALLBACK_ENGINE, "", reason)
    order = list(ready.problems) if asked != FASTEST_ENGINE else list(ready.problems)[-1:]
    for model in order:
        if not ready.problems[model]:
            finer = [f"{name}: {ready.problems[name]}" for name in order[: order.index(model)]]
            quality = "fastest" if asked == FASTEST_ENGINE else "finest"
            reason = "; ".join([f"{model} is the {quality} that is ready", *finer])
            return EngineSelection(NATURAL_ENGINE, model, reason, _families(settings) - ready.voices)
    why = "; ".join(f"{name}: {ready.problems[name]}" for name in order)
    return EngineSelection(FALLBACK_ENGINE, "", f"no natural voice can speak here ({why})")


def _reason_for_fallback(settings: Settings, ready: ReadyModels, profile: ProfileEngines) -> str:
    """Why `auto` stays with eSpeak NG although natural voices may be ready; empty if it does not."""
    rates = [change.rate for change in settings.voices.values() if change.rate is not None]
    rate = settings.rate if settings.rate is not None else max(rates, default=0)
    speakers = {engine for engine, chosen in settings.speakers.items() if chosen}
    if rate > FAST_RATE:
        return f"it is understood better at more than {FAST_RATE:g} words a minute"
    if settings.natural_language not in ready.languages:
        return f"there are no natural voices for the language '{settings.natural_language}'"
    if _families(settings) - ready.voices:
        return "the setting 'voices' names voices of it"
    if FALLBACK_ENGINE in speakers and NATURAL_ENGINE not in speakers:
        return "the setting 'speakers' names voices of it"
    if FALLBACK_ENGINE in profile.voiced and NATURAL_ENGINE not in profile.voiced:
        return f"the profile '{settings.profile}' has voices of it, and none of the natural ones"
    return ""


def _families(settings: Settings) -> frozenset[str]:
    return frozenset(change.family for change in settings.voices.values() if change.family)


def select_engine(settings: Settings, broken: Mapping[str, str] | None = None) -> EngineSelection:
    """The engine that settings stand for here. `broken`: models that have failed in this process, and why.

    Loads no engine. A profile with a mistake counts as one that names no engine; who loads it reports it.
    """
    if settings.engine not in AUTOMATIC_ENGINES:
        return EngineSelection(settings.engine, "", "the setting names it")
    from codechoir.engines.natural import ready_models
    from codechoir.voices import ProfileEngines, engines_of_profile

    ready = ready_models()
    ready = replace(ready, problems={**ready.problems, **(broken or {})})
    profile = ProfileEngines()
    with suppress(InputError):
        profile = engines_of_profile(settings.profile)
    return decide_engine(settings, ready, profile)


@dataclass(frozen=True, slots=True)
class EarlyEngine:
    """An engine that was chosen and has begun to load."""

    choice: EngineSelection
    engine: Engine


def begin_loading(settings: Settings) -> EarlyEngine | None:
    """Starts the process of the engine that we choose for these settings, where it has one.

    For a process that is about to load other modules, which takes as long. None if there is nothing to wait
    for, or if it fails: who needs the engine makes it then, and reports what is wrong.
    """
    try:
        choice = select_engine(settings)
        if not choice.model:
            return None
        engine = make_engine(choice.engine)
        engine.model, engine.patience = choice.model, 0.0
        engine.warm_up()
    except CodechoirError:
        return None
    return EarlyEngine(choice, engine)
