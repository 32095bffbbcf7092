"""The natural voices as the rest of Codechoir sees them: an engine in a child process."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from codechoir import __version__
from codechoir.engines import AudioListener, CachePolicy, Engine, VoiceIdentity
from codechoir.engines.natural.derived_voices import CAPABILITIES, ENGINE_NAME, voice_infos
from codechoir.engines.natural.kokoro_catalog import (
    kokoro_home,
    pieces_folder,
    read_manifest,
)
from codechoir.engines.natural.readiness import (
    HIBARI,
    KOKORO,
    PACKAGES,
    kokoro_problem,
    kokoro_voices,
    packages_problem,
    ready_models,
)
from codechoir.engines.subprocess import ChildEngine, ChildSpec
from codechoir.errors import EngineError
from codechoir.model import Phrase, VoiceInfo

if TYPE_CHECKING:
    from codechoir.engines.natural.kokoro_install import KokoroInstallation
    from codechoir.voices.library import ClonedVoice

HOSTED = "codechoir.engines.natural.hosted_natural:HostedNaturalEngine"
ENVIRONMENT = {
    "ORT_DISABLE_TELEMETRY": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 20),
}
"""onnxruntime has telemetry from 1.29 on, which writes files; only the first one stops it. By the last three,
glibc gives back what a line needed: 304 instead of 358 MB at the peak."""


class NaturalEngine(Engine):
    """Kokoro's voices, or hibari's voice and those derived from it, in a child process.

    The model that speaks is decided when the child is first needed.
    """

    name = ENGINE_NAME
    capabilities = CAPABILITIES

    @cached_property
    def child(self) -> ChildEngine:
        """The engine in its child process, which is started when it is first needed."""
        options = {"kokoro": str(pieces_folder(kokoro_home()))} if self._speaking_model == KOKORO else {}
        return ChildEngine(self.name, CAPABILITIES, ChildSpec(HOSTED, options, environment=ENVIRONMENT))

    @cached_property
    def _speaking_model(self) -> str:
        if self.model:
            return self.model
        return next((name for name, problem in ready_models().problems.items() if not problem), HIBARI)

    def check(self) -> str | None:
        """What is missing; loads nothing."""
        return packages_problem() or None

    def diagnose(self) -> str:
        """See `Engine.diagnose`."""
        found = ", ".join(f"{package} {version(package)}" for package in PACKAGES.values())
        can = f"can speak with {found} on one of {os.cpu_count()} processors"
        if problem := kokoro_problem():
            return f"{can}; Kokoro's voices, which sound better: {problem}"
        return f"{can}, and with Kokoro's voices"

    def installer(self) -> KokoroInstallation:
        """See `Engine.installer`: hibari comes with Codechoir, Kokoro does not."""
        from codechoir.engines.natural.kokoro_install import KokoroInstallation

        return KokoroInstallation.of_user()

    def cache_policy(self) -> CachePolicy:
        """Whole phrases, since all their voices are said at once; hibari's, which is fast, only on demand."""
        model = self._speaking_model
        return CachePolicy(lambda: _identity(model), by_default=model == KOKORO)

    def warm_up(self) -> None:
        """Loads the network; with some `patience` only begins to."""
        self._patient_child().warm_up()

    def is_ready(self) -> bool:
        return "child" in self.__dict__ and self.child.is_ready()

    def voices(self) -> list[VoiceInfo]:
        """See `Engine.voices`."""
        if self._speaking_model != KOKORO:
            return voice_infos()
        from codechoir.voices.library import VoiceLibrary

        with VoiceLibrary() as library:
            mixed = [about.name for about in library.voices() if about.engine == self.name]
        return [*kokoro_voices(), *(VoiceInfo(name, "", "your voice") for name in mixed), *voice_infos()]

    def speaker(self, name: str) -> ClonedVoice | None:
        """See `Engine.speaker`: a voice of Kokoro."""
        folder = pieces_folder(kokoro_home())
        manifest = read_manifest(folder)
        if manifest is None or name not in manifest["voices"]:
            return None
        from codechoir.engines.natural.kokoro_voice import speaker_tensors
        from codechoir.voices.library import ClonedVoice, Provenance, latent_key, stored_form

        key = latent_key(self.name, manifest["key"], (f"voice {name}",), {})
        tensors = speaker_tensors(folder, name)
        return ClonedVoice(Provenance(name, self.name, manifest["key"], key), stored_form(tensors))

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`."""
        self._patient_child().speak(phrases, listener)

    def close(self) -> None:
        """Ends the child process."""
        if "child" in self.__dict__:
            self.child.close()

    def _patient_child(self) -> ChildEngine:
        problem = self.check()
        if problem is not None:
            raise EngineError(problem)
        self.child.patience = self.patience
        return self.child


def _identity(model: str) -> VoiceIdentity:
    """Everything that the sound of a voice depends on besides words and properties."""
    parts = [__version__, model, *(version(package) for package in PACKAGES.values())]
    manifest = read_manifest(pieces_folder(kokoro_home())) if model == KOKORO else None
    mixed: dict[str, str] = {}
    if manifest is not None:
        parts += [manifest["key"], *manifest["files"].values()]
        from codechoir.voices.library import VoiceLibrary

        with VoiceLibrary() as library:
            mixed = library.content_hashes(ENGINE_NAME)
    common = " ".join(parts)
    return lambda family: f"{common} {mixed.get(family, family)}"
