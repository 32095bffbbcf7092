"""The engine in the child process: a checkpoint, one worker, and readings that share them.

`probe` is run in a process of its own, to find out whether the packages load and what they compute with.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codechoir.engines import AudioListener, make_fallback_engine
from codechoir.engines.subprocess import HostedEngine
from codechoir.engines.xtts.capabilities import CAPABILITIES, ENGINE_NAME, SAMPLE_RATE
from codechoir.errors import CodechoirError, EngineError
from codechoir.model import Phrase, VoiceInfo

if TYPE_CHECKING:
    from codechoir.engines.neural_output import FallbackSpeech
    from codechoir.engines.xtts.speech.checkpoint import LoadedCheckpoint
    from codechoir.engines.xtts.speech.worker import Worker

log = logging.getLogger(__name__)

BAD_OPTIONS = 3
"""The exit status of `probe` when the packages load, but the device or the precision is not available."""


def probe(device: str, precision: str) -> None:
    """Loads what the engine loads except the weights, and prints one line on what it would compute with.

    Ends with status 1 and the reason as the last line on standard error when the packages do not load, and
    with status `BAD_OPTIONS` when they do but `device` or `precision` is not available.
    """
    with contextlib.redirect_stdout(sys.stderr):
        import torch

        from codechoir.engines.xtts.neural import import_torchaudio, make_plan
        from codechoir.engines.xtts.speech.checkpoint import find_device

        import_torchaudio()
        importlib.import_module("TTS.tts.models.xtts")
    try:
        plan = make_plan(find_device(device), precision)
    except CodechoirError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(BAD_OPTIONS)
    cards = [torch.cuda.get_device_name(each) for each in range(torch.cuda.device_count())]
    cards += ["Apple GPU (mps)"] if torch.backends.mps.is_available() else []
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("torch", "coqui-tts")]
    found = ", ".join([*versions, *(cards or ["no GPU"])])
    sys.stdout.write(f"{found}; computes in {plan.reason}\n")


@dataclass(frozen=True, slots=True)
class _LoadedEngine:
    checkpoint: LoadedCheckpoint
    worker: Worker
    fallback: FallbackSpeech | None


class HostedXttsEngine(HostedEngine):
    """XTTS v2.

    `checkpoint`: its folder. `device`: see `LoadedCheckpoint`. `precision`: see `neural.make_plan`.
    `candidates`: how many are tried of a short text that is synthesized ahead of playback.
    """

    name = ENGINE_NAME
    capabilities = CAPABILITIES

    def __init__(
        self, checkpoint: str, device: str = "auto", precision: str = "auto", candidates: int = 1
    ) -> None:
        self._options = (Path(checkpoint), device, precision)
        self._candidates = candidates
        self._loaded: _LoadedEngine | None = None

    def warm_up(self) -> None:
        """Loads the checkpoint. Raises `EngineError`."""
        self._load()

    def voices(self) -> list[VoiceInfo]:
        """The checkpoint's own speakers."""
        return [VoiceInfo(name, "", "studio speaker") for name in self._load().checkpoint.speakers()]

    def close(self) -> None:
        """Ends the worker and forgets the checkpoint."""
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded.worker.close()

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`; several threads may speak at once."""
        from codechoir.engines.xtts.speech.segment_reading import SegmentReading

        loaded = self._load()
        checkpoint, has_fallback = loaded.checkpoint, loaded.fallback is not None
        reading = SegmentReading(
            loaded.worker,
            lambda phrase: checkpoint.segments(phrase, has_fallback),
            checkpoint.prompts,
            loaded.fallback,
            listener,
            checkpoint.sample_rate,
        )
        reading.run(phrases)

    def handle_call(self, method: str, arguments: Mapping[str, Any], blob: bytes) -> tuple[Any, bytes]:
        """Answers a call of `XttsEngine`.

        `condition`: the tensors of the voice in `recordings`. `speaker`: those of the studio speaker `name`.
        `latents`: what memory and disk hold, after `memory`, `disk`, or both were cleared.
        """
        checkpoint = self._load().checkpoint
        match method:
            case "latents":
                return checkpoint.latents(bool(arguments["memory"]), bool(arguments["disk"])), b""
            case "speaker":
                from safetensors.numpy import save

                return None, save(dict(checkpoint.speaker(str(arguments["name"]))))
            case "condition":
                from safetensors.numpy import save

                recordings = [Path(each) for each in arguments["recordings"]]
                return None, save(dict(checkpoint.condition(recordings, arguments["parameters"])))
        return super().handle_call(method, arguments, blob)

    def _load(self) -> _LoadedEngine:
        """Loads everything once; the host warms the engine up before it accepts calls."""
        if self._loaded is None:
            from codechoir.engines.neural_output import FallbackSpeech
            from codechoir.engines.xtts import short_text
            from codechoir.engines.xtts.neural import CACHED_VOICES
            from codechoir.engines.xtts.short_text import DurationEstimator
            from codechoir.engines.xtts.speech.checkpoint import LoadedCheckpoint
            from codechoir.engines.xtts.speech.worker import Worker
            from codechoir.voices import FallbackVoices

            fallback = make_fallback_engine()
            missing = fallback.check()
            if missing is not None:
                log.warning("XTTS says single letters itself, which sounds bad: %s", missing)
            estimate = short_text.expected_seconds if missing else DurationEstimator(fallback)
            checkpoint = LoadedCheckpoint(*self._options, estimate, self._candidates)
            if checkpoint.sample_rate != SAMPLE_RATE:
                raise EngineError(
                    f"the checkpoint has a sample rate of {checkpoint.sample_rate} Hz; use one of XTTS v2, "
                    f"which has {SAMPLE_RATE} Hz"
                )
            speech = None if missing else FallbackSpeech(fallback, FallbackVoices(), SAMPLE_RATE)
            worker = Worker(checkpoint.make_scheduler, _end_process)
            worker.prepare_voices(checkpoint.likely_voices()[:CACHED_VOICES])
            self._loaded = _LoadedEngine(checkpoint, worker, speech)
        return self._loaded


def _end_process(line: str) -> None:
    """Ends this process with `line` as its message: only a new one recovers from what happened.

    The parent starts it, and continues with the fallback engine until then.
    """
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
    os._exit(1)
