"""XTTS as the rest of Codechoir sees it: an engine in a child process. This process never loads torch."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from codechoir import __version__
from codechoir.engines import AudioListener, CachePolicy, Engine, VoiceIdentity
from codechoir.engines.subprocess import BackOff, ChildEngine, ChildSpec, package_folders
from codechoir.engines.xtts.capabilities import (
    CAPABILITIES,
    CLONING_DEFAULTS,
    DEFAULT_SPEAKERS,
    ENGINE_NAME,
    INSTALL_HINT,
    child_environment,
    substitute_speaker,
)
from codechoir.engines.xtts.install import Installation
from codechoir.engines.xtts.speech.hosted_engine import BAD_OPTIONS
from codechoir.errors import EngineError, InputError, did_you_mean
from codechoir.model import Phrase, VoiceInfo
from codechoir.settings import AnyText, FilePath, Number, Seconds, read_environment, setting
from codechoir.storage import read_json
from codechoir.voices.library import (
    ClonedVoice,
    Parameter,
    Provenance,
    Tensors,
    VoiceLibrary,
    latent_key,
    stored_form,
)

HOSTED = "codechoir.engines.xtts.speech.hosted_engine:HostedXttsEngine"
PACKAGES = ("torch", "TTS")
MAX_CANDIDATES = 8
"""As many rows decode at once on a CPU."""

PROBE = (
    "import sys; sys.path += sys.argv[3:]; "
    "from codechoir.engines.xtts.speech.hosted_engine import probe; probe(*sys.argv[1:3])"
)


@dataclass(frozen=True, slots=True)
class XttsSettings:
    """How to run XTTS. `interpreter`: None for this Python. `idle`: None for never."""

    interpreter: Path | None = setting(
        FilePath(),
        None,
        en="A Python interpreter that has torch and coqui-tts, if they are not installed beside Codechoir.",
        variable="CODECHOIR_XTTS_PYTHON",
        default_text="the same Python",
    )
    device: str = setting(
        AnyText(),
        "auto",
        en="Where the model runs: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.",
        variable="CODECHOIR_XTTS_DEVICE",
    )
    precision: str = setting(
        AnyText(),
        "auto",
        en="Number format of the model: `auto`, `fp32`, `bf16`, `fp16`, `int8`. "
        "`codechoir doctor` shows which one is used and why.",
        variable="CODECHOIR_XTTS_PRECISION",
    )
    idle: float | None = setting(
        Seconds(),
        600.0,
        en="Seconds without a reading after which the memory is released. 0 never releases it.",
        variable="CODECHOIR_XTTS_IDLE",
    )
    candidates: int = setting(
        Number(1, MAX_CANDIDATES, is_whole=True),
        1,
        en="Number of candidates of a short text that is synthesized ahead of playback, 1 to "
        f"{MAX_CANDIDATES}. The best one is used.",
        variable="CODECHOIR_XTTS_CANDIDATES",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> XttsSettings:
        """The user's settings. Raises `InputError` naming a variable with a bad value."""
        return read_environment(cls, environment)


class XttsEngine(Engine):
    """XTTS in a child process."""

    name = ENGINE_NAME
    capabilities = CAPABILITIES

    def __init__(
        self,
        settings: XttsSettings | None = None,
        installation: Installation | None = None,
        back_off: BackOff | None = None,
    ) -> None:
        self._given_settings = settings
        self._given_installation = installation
        self._back_off = back_off
        self._is_complete = False

    @cached_property
    def settings(self) -> XttsSettings:
        """How to run it. Raises `InputError` for a bad variable."""
        return self._given_settings or XttsSettings.from_environment()

    @cached_property
    def installation(self) -> Installation:
        """Where the checkpoint is."""
        return self._given_installation or Installation.from_environment()

    def installer(self) -> Installation:
        """See `Engine`."""
        return self.installation

    @cached_property
    def child(self) -> ChildEngine:
        """The engine in its child process, which is started when it is first needed."""
        settings = self.settings
        options = {
            "checkpoint": str(self.installation.folder),
            "device": settings.device,
            "precision": settings.precision,
            "candidates": settings.candidates,
        }
        spec = ChildSpec(HOSTED, options, settings.interpreter, child_environment(), idle_after=settings.idle)
        return ChildEngine(self.name, CAPABILITIES, spec, self._back_off)

    def cache_policy(self) -> CachePolicy:
        """See `Engine.cache_policy`. What XTTS says as one utterance is cached as one."""
        return CachePolicy(self._identity, split=_split)

    def _identity(self) -> VoiceIdentity:
        """What the sound of a voice depends on: the model, how it computes, and what the voice was made of.

        A row's random numbers come from the words and the voice, so no seed is needed here.
        Raises `EngineError` when XTTS cannot speak here.
        """
        self._require_complete()
        settings = self.settings
        model = (self.installation.fingerprint(), __version__)
        how = (*model, settings.device, settings.precision, settings.candidates)
        with VoiceLibrary() as library:
            own = library.content_hashes(self.name)
        return lambda family: repr((*how, own.get(family, family)))

    def check(self) -> str | None:
        """What is missing and the command that installs it; loads nothing."""
        missing = missing_packages(self.settings.interpreter)
        if missing:
            where = f" in {self.settings.interpreter}" if self.settings.interpreter else ""
            return f"XTTS needs the packages {' and '.join(missing)}{where}: {INSTALL_HINT}"
        return self.installation.check()

    def diagnose(self) -> str:
        """See `Engine.diagnose`. Imports the packages in a process of its own."""
        self._require_complete()
        settings = self.settings
        python = str(settings.interpreter or sys.executable)
        command = [python, "-P", "-c", PROBE, settings.device, settings.precision, *package_folders()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineError(f"{python} cannot be run: {error}") from error
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            if done.returncode == BAD_OPTIONS:
                raise EngineError(reason)
            raise EngineError(
                f"the packages of XTTS do not load ({reason}); install them again: {INSTALL_HINT}"
            )
        own = "your checkpoint" if self.installation.given else "the published weights"
        return f"can speak with {own}: {done.stdout.strip().splitlines()[-1]}"

    def warm_up(self) -> None:
        """Loads the model; with some `patience`, only begins to load it. Raises `EngineError`."""
        self._patient_child().warm_up()

    def is_ready(self) -> bool:
        return "child" in self.__dict__ and self.child.is_ready()

    def voices(self) -> list[VoiceInfo]:
        """The checkpoint's studio speakers, and the user's own voices for XTTS.

        Empty while the speakers are not known and `patience` does not allow to wait for the model.
        """
        speakers = self._speakers()
        if speakers is None:
            return []
        with VoiceLibrary() as library:
            own = [about for about in library.voices() if about.engine == self.name]
        substitutes = (
            (name, substitute_speaker(name, speakers))
            for name in DEFAULT_SPEAKERS.values()
            if name not in speakers
        )
        return [
            *(VoiceInfo(name, "", "studio speaker") for name in speakers),
            *(VoiceInfo(name, "", f"said by '{other}' in this checkpoint") for name, other in substitutes),
            *(VoiceInfo(about.name, "", "your voice") for about in own),
        ]

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`."""
        self._patient_child().speak(phrases, listener)

    def close(self) -> None:
        """Ends the child process."""
        if "child" in self.__dict__:
            self.child.close()

    def conditioner(self, parameters: Mapping[str, Parameter]) -> XttsConditioner:
        """See `Engine.conditioner`."""
        for name in parameters:
            if name not in CLONING_DEFAULTS:
                known = ", ".join(CLONING_DEFAULTS)
                raise InputError(
                    f"XTTS has no parameter '{name}'; known: {known}.{did_you_mean(name, CLONING_DEFAULTS)}"
                )
        self._require_complete()
        return XttsConditioner(
            self.child, self.installation.fingerprint(), {**CLONING_DEFAULTS, **parameters}
        )

    def speaker(self, name: str) -> ClonedVoice | None:
        """See `Engine.speaker`: a studio speaker of the checkpoint."""
        from safetensors.numpy import load

        if name not in (self._speakers() or ()):
            return None
        tensors = load(self.child.call("speaker", {"name": name}).blob)
        fingerprint = self.installation.fingerprint()
        key = latent_key(self.name, fingerprint, (f"studio speaker {name}",), {})
        return ClonedVoice(Provenance(name, self.name, fingerprint, key), stored_form(tensors))

    def latents(self, clear_memory: bool = False, clear_disk: bool = False) -> dict[str, int]:
        """See `Engine.latents`. Only a running child has any in memory; none is started for this."""
        if self.is_ready():
            what = {"memory": clear_memory, "disk": clear_disk}
            counts: dict[str, int] = self.child.call("latents", what).value
            return counts
        with VoiceLibrary() as library:
            return library.latents.cleared(clear_memory, clear_disk)

    def _patient_child(self) -> ChildEngine:
        self._require_complete()
        self.child.patience = self.patience
        return self.child

    def _require_complete(self) -> None:
        """Raises `EngineError` when something is missing; checked until nothing is."""
        if self._is_complete:
            return
        problem = self.check()
        if problem is not None:
            raise EngineError(problem)
        self._is_complete = True

    def _speakers(self) -> list[str] | None:
        """The studio speakers. Only the child can read their file, so their names are stored by model.

        None while they are not known and the child, which is started, is still loading.
        """
        self._require_complete()
        stored = self.installation.home / f"speakers-{self.installation.fingerprint()[:16]}.json"
        try:
            names = read_json(stored)
            if isinstance(names, list):
                return [str(name) for name in names]
        except (OSError, ValueError):
            pass
        if self.patience is not None and not self.is_ready():
            self.child.supervisor.child()
            return None
        names = [voice.name for voice in self.child.voices()]
        self.installation.store(stored.name, names)
        return names


def _split(phrase: Phrase) -> Iterable[tuple[int, Phrase]]:
    """See `CachePolicy.split`. Loads NumPy."""
    from codechoir.engines.xtts.speech.segments import cacheable_units

    return cacheable_units(phrase)


@dataclass(frozen=True, slots=True)
class XttsConditioner:
    """Makes voices from recordings, in the child process. See `Conditioner`."""

    child: ChildEngine
    fingerprint: str
    parameters: Mapping[str, Parameter]
    engine: str = ENGINE_NAME

    def warm_up(self) -> None:
        """Loads the model."""
        self.child.warm_up()

    def condition(self, recordings: Sequence[Path]) -> Tensors:
        """The tensors `gpt_cond_latent` and `speaker_embedding`, fp32."""
        from safetensors.numpy import load

        paths = [str(path.resolve()) for path in recordings]
        answer = self.child.call("condition", {"recordings": paths, "parameters": dict(self.parameters)})
        tensors: Tensors = load(answer.blob)
        return tensors


def missing_packages(interpreter: Path | None) -> list[str]:
    """Which of the packages that XTTS needs are not installed for an interpreter. Imports none of them.

    Raises `EngineError` when the interpreter cannot be run.
    """
    # Paths are not resolved: the Pythons of different environments may be links to the same file.
    if interpreter is None or interpreter.absolute() == Path(sys.executable).absolute():
        return [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    program = (
        "import importlib.util, sys; print(*(n for n in sys.argv[1:] if importlib.util.find_spec(n) is None))"
    )
    try:
        done = subprocess.run(
            [str(interpreter), "-P", "-c", program, *PACKAGES],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(
            f"the interpreter {interpreter} (CODECHOIR_XTTS_PYTHON) cannot be run: {error}"
        ) from error
    return done.stdout.split()
