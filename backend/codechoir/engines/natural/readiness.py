"""Which of the natural models can speak on this machine: installed, enough memory, fast enough.

A model is measured when it is installed, when an editor has loaded it, and by `codechoir doctor`. Only the
figure of one that is too slow is kept, for a week, with the version and the processor: the next start then
does not try it again, and a machine that is fast enough has no file that nobody asked for.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import math
import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codechoir import __version__
from codechoir.engines import NATURAL_ENGINE, CollectingListener, Engine, ReadyModels, make_engine
from codechoir.engines.natural.derived_voices import voice_infos
from codechoir.engines.natural.kokoro_catalog import (
    kokoro_home,
    kokoro_voice_infos,
    pieces_folder,
    read_manifest,
)
from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice, VoiceInfo
from codechoir.settings import cache_folder
from codechoir.storage import read_json, write_atomically

log = logging.getLogger(__name__)

KOKORO, HIBARI = "kokoro", "hibari"

PACKAGES = {"onnxruntime": "onnxruntime", "hibari": "hibari-tts"}
"""Modules that the child imports, and the packages that they come from."""

TOO_SLOW = 0.5
"""Real-time factor above which a model is not used: at twice its natural rate it would not keep up."""

MEMORY_MEGABYTES = {KOKORO: 2000, HIBARI: 1000}
"""Physical memory below which a model is not used: five times what its process needs."""

SLOW_FILE = "slow-models.json"

KEPT_SECONDS = 7 * 24 * 3600
"""How long a model counts as too slow: the machine may only have been busy when it was measured."""

MEASURED_LINE = "for each item in items, total becomes total plus price times quantity"


def ready_models() -> ReadyModels:
    """What can speak here. Loads nothing; takes a fraction of a millisecond.

    The one place that decides this: who adds a model adds it here, the finest first.
    """
    problems = {KOKORO: kokoro_problem(), HIBARI: packages_problem()}
    slow = kept_speeds()
    for model, problem in problems.items():
        problems[model] = problem or _memory_problem(model) or _speed_problem(slow.get(model))
    voices = voice_infos()
    if not problems[KOKORO]:
        voices += kokoro_voices()
    return ReadyModels(problems, frozenset(voice.name for voice in voices), ("en",))


def kokoro_voices() -> list[VoiceInfo]:
    """Kokoro's voices on this machine; empty where it is not installed."""
    manifest = read_manifest(pieces_folder(kokoro_home()))
    return kokoro_voice_infos(manifest["voices"]) if manifest is not None else []


def packages_problem() -> str:
    """Which packages of all natural voices are missing; empty if none is."""
    missing = [package for module, package in PACKAGES.items() if not importlib.util.find_spec(module)]
    if not missing:
        return ""
    return f"the natural voices need the packages {' and '.join(missing)}, which are not installed"


def kokoro_problem() -> str:
    """Why Kokoro cannot speak here; empty if it can."""
    if packages := packages_problem():
        return packages
    if read_manifest(pieces_folder(kokoro_home())) is None:
        return (
            "not installed; 'codechoir install natural' downloads 107 MB, takes 240 MB of the disk, "
            "and builds the voices in a minute or two"
        )
    return ""


def _memory_problem(model: str) -> str:
    megabytes = physical_megabytes()
    if megabytes is None or megabytes >= MEMORY_MEGABYTES[model]:
        return ""
    return f"needs a computer with {MEMORY_MEGABYTES[model]} MB of memory; this one has {megabytes}"


def physical_megabytes() -> int | None:
    """The memory of this machine; None where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    except (AttributeError, OSError, ValueError):
        return None


# ---- speed -----------------------------------------------------------------------------------------------


def real_time_factor(engine: Engine, times: int = 3) -> float:
    """Seconds of computing for a second of sound, of a loaded engine.

    One time that is fast enough decides, and else the best of `times`: a computer may be busy. Raises
    `EngineError` when the engine cannot speak.
    """
    utterance = Utterance(MEASURED_LINE, Category.COMMENT, 0, len(MEASURED_LINE))
    voice = Voice(next((each.name for each in engine.voices()), ""))
    phrase = Phrase((CastUtterance(utterance, voice),), 0, len(MEASURED_LINE))
    best = math.inf
    for _ in range(times):
        listener = CollectingListener()
        began = time.perf_counter()
        engine.speak([phrase], listener)
        took = time.perf_counter() - began
        samples = sum(chunk.samples for chunk in listener.chunks)
        best = min(best, took * engine.capabilities.sample_rate / max(samples, 1))
        if best <= TOO_SLOW:
            break
    return best


def measure_model(model: str) -> tuple[float, str]:
    """Loads a model and measures it: its real-time factor, and what is wrong with that, empty if nothing is.

    For a computer that is not reading. Raises `EngineError` when the model cannot speak.
    """
    engine = make_engine(NATURAL_ENGINE)
    engine.model = model
    try:
        engine.warm_up()
        factor = real_time_factor(engine)
    finally:
        engine.close()
    return factor, keep_speed(model, factor)


def keep_speed(model: str, factor: float) -> str:
    """Keeps the real-time factor of a model if it is too slow, else forgets an older one that was.

    Returns what is wrong with it, empty if nothing is. A disk that cannot be written to is only logged.
    """
    kept = dict(kept_speeds())
    before = dict(kept)
    kept.pop(model, None)
    if factor > TOO_SLOW:
        kept[model] = factor
    if kept != before:
        text = json.dumps({"machine": machine(), "factors": kept})
        try:
            _path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(_path(), text.encode())
        except OSError as error:
            log.info("cannot keep that %s is too slow: %s", model, error)
    return _speed_problem(kept.get(model))


def kept_speeds() -> Mapping[str, float]:
    """Models that were too slow, with their real-time factors.

    Empty if version or processor are others, or if it was measured long ago, or in the future.
    """
    try:
        if not 0 <= time.time() - _path().stat().st_mtime < KEPT_SECONDS:
            return {}
        found: Any = read_json(_path())
        if found["machine"] != machine():
            return {}
        return {str(model): float(factor) for model, factor in found["factors"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def machine() -> str:
    """What a speed depends on: our version, the processor, and how many there are."""
    return f"{__version__} {_processor()} {os.cpu_count()}"


def _speed_problem(factor: float | None) -> str:
    if factor is None:
        return ""
    return (
        f"this computer is too slow for it: a second of sound takes {factor:.2f} s, "
        f"and {TOO_SLOW:g} s are the limit; 'codechoir doctor' measures again"
    )


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _path() -> Path:
    return cache_folder() / SLOW_FILE
