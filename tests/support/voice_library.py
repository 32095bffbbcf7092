"""Voices for tests: tensors in the shapes of XTTS, and an engine's way to make them that counts its calls."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from codechoir.errors import InputError
from codechoir.voices.library.latent_cache import LatentCache
from codechoir.voices.library.library import VoiceLibrary
from codechoir.voices.library.voice_file import SUFFIX, ClonedVoice, Parameter, Tensors
from codechoir.voices.library.voice_store import LibrarySettings


def tensors(seed: int) -> Tensors:
    """Latents in the shapes of XTTS, different for each seed."""
    random = np.random.default_rng(seed)
    return {
        "gpt_cond_latent": random.standard_normal((1, 32, 1024), dtype=np.float32),
        "speaker_embedding": random.standard_normal((1, 512, 1), dtype=np.float32),
    }


class FakeConditioner:
    """Makes latents that depend on the recordings' content and the parameters; notes each call."""

    def __init__(
        self,
        engine: str = "fake",
        fingerprint: str = "f" * 16,
        parameters: Mapping[str, Parameter] | None = None,
        on_call: Callable[[], object] = lambda: None,
    ) -> None:
        self.engine = engine
        self.fingerprint = fingerprint
        self.parameters = {"exaggeration": 0.5, **(parameters or {})}
        self.calls = 0
        self._on_call = on_call

    def warm_up(self) -> None:
        pass

    def condition(self, recordings: Sequence[Path]) -> Tensors:
        self.calls += 1
        self._on_call()
        content = b"".join(path.read_bytes() for path in recordings) + repr(self.parameters).encode()
        if not content:
            raise InputError("the recording is empty")
        return tensors(int.from_bytes(hashlib.sha256(content).digest()[:4], "little"))


def settings(folder: Path, **changes: object) -> LibrarySettings:
    """A library below `folder`."""
    return LibrarySettings(folder / "voices", folder / "cache", **changes)  # type: ignore[arg-type]


def recorder(folder: Path) -> Callable[..., Path]:
    """A function that writes a recording of some content into `folder`, as if a minute ago."""

    def record(name: str, content: str = "") -> Path:
        path = folder / name
        path.write_text(content or name)
        old = path.stat().st_mtime - 60
        os.utime(path, (old, old))
        return path

    return record


def files(cache: LatentCache) -> list[Path]:
    """The files of a cache's latents."""
    return sorted(cache.disk.folder.glob(f"*{SUFFIX}"))


def same(one: ClonedVoice, other: ClonedVoice) -> bool:
    """Whether two voices hold the same numbers."""
    return all(np.array_equal(one.tensors[name], other.tensors[name]) for name in one.tensors)


def vector(library: VoiceLibrary, name: str) -> np.ndarray:
    """The speaker embedding of a named voice."""
    return library.voice(name).tensors["speaker_embedding"].astype(np.float64).ravel()


def damage(path: Path, place: int = -5) -> None:
    """Change one byte of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 0x11
    path.write_bytes(data)


def compute_in_process(folder: Path, start: Any, results: Any) -> None:
    """In another process: condition `a.wav` twice, and tell how often that was computed."""
    engine = FakeConditioner(on_call=lambda: threading.Event().wait(0.2))
    cache = LatentCache(settings(folder))
    start.wait(20)
    for _ in range(2):
        cache.condition([folder / "a.wav"], engine, "ana")
    cache.statistics.flush()
    results.put(engine.calls)
