"""Engines by name, from the entry-point group `codechoir.engines`."""

from __future__ import annotations

from codechoir.engines.base import Engine
from codechoir.errors import EngineError, InputError, did_you_mean
from codechoir.settings import AUTO_ENGINE, FALLBACK_ENGINE, FASTEST_ENGINE, FINEST_ENGINE

GROUP = "codechoir.engines"
AUTOMATIC_ENGINES = (AUTO_ENGINE, FINEST_ENGINE, FASTEST_ENGINE)
"""Names in settings that stand for one of the engines, see `engine_selection`; they name no engine here."""

CLONING_ENGINE = "xtts"
"""The engine of cloned voices, unless the user names another one."""


def engine_names() -> list[str]:
    """The names of all installed engines, sorted, with those of other packages."""
    from importlib.metadata import entry_points

    return sorted({point.name for point in entry_points(group=GROUP)})


def make_engine(name: str) -> Engine:
    """A new engine by name. Raises `InputError` for an unknown name, `EngineError` for a broken plug-in."""
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        if point.name == name:
            try:
                engine = point.load()()
            except (ImportError, AttributeError, TypeError) as error:
                raise EngineError(
                    f"engine '{name}' ({point.value}) cannot be loaded: {error}; reinstall its package"
                ) from error
            if not isinstance(engine, Engine):
                raise EngineError(
                    f"engine '{name}' ({point.value}) is not a codechoir.engines.Engine; update its package"
                )
            return engine
    known = engine_names()
    hint = did_you_mean(name, known)
    if name not in AUTOMATIC_ENGINES:
        hint = did_you_mean(name, [*known, *AUTOMATIC_ENGINES])
        known.append("and auto, finest, fastest, which choose one")
    raise InputError(f"unknown engine '{name}'; known: {', '.join(known)}.{hint}")


def make_fallback_engine() -> Engine:
    """The engine that speaks while another one cannot. Raises `EngineError` when it is broken."""
    return make_engine(FALLBACK_ENGINE)
