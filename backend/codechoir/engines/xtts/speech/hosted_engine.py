"""Loads what the engine loads, but for the weights, and tells what it would compute with.

`examine(DEVICE, PRECISION)` prints one line. It ends with status 1 and the reason as its last line of errors
when the packages do not load, and with status 3 when they do, and what is asked for is not there.

The engine that the child hosts: a checkpoint, one pump, and readings that share them.
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

from codechoir.engines import AudioListener, Engine
from codechoir.engines.xtts.capabilities import CAPABILITIES, SAMPLE_RATE
from codechoir.errors import CodechoirError, EngineError
from codechoir.model import Phrase, VoiceInfo

if TYPE_CHECKING:
    from codechoir.engines.xtts.speech.checkpoint import LoadedCheckpoint
    from codechoir.engines.xtts.speech.segment_reading import EmbeddedVoice
    from codechoir.engines.xtts.speech.worker import Worker

log = logging.getLogger(__name__)

UNFIT = 3
"""The exit status when something else than the packages is at fault."""


def examine(device: str, precision: str) -> None:
    """See the module."""
    with contextlib.redirect_stdout(sys.stderr):
        import torch

        from codechoir.engines.xtts.neural.coqui import import_torchaudio
        from codechoir.engines.xtts.neural.precision import make_plan
        from codechoir.engines.xtts.speech.checkpoint import chosen_device

        import_torchaudio()
        importlib.import_module("TTS.tts.models.xtts")
    try:
        plan = make_plan(chosen_device(device), precision)
    except CodechoirError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(UNFIT)
    cards = [torch.cuda.get_device_name(each) for each in range(torch.cuda.device_count())]
    cards += ["Apple's graphics (mps)"] if torch.backends.mps.is_available() else []
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("torch", "coqui-tts")]
    found = ", ".join([*versions, *(cards or ["no graphics card"])])
    sys.stdout.write(f"{found}; computes in {plan.reason}\n")


@dataclass(frozen=True, slots=True)
class _Running:
    model: LoadedCheckpoint
    pump: Worker
    stand_in: EmbeddedVoice | None


class NeuralEngine(Engine):
    """XTTS v2. `checkpoint`: its folder; `device`, `precision`: see `loaded.py` and `precision.py`;
    `candidates`: how many a short text that is made ahead gets."""

    name = "xtts"
    capabilities = CAPABILITIES

    def __init__(
        self, checkpoint: str, device: str = "auto", precision: str = "auto", candidates: int = 1
    ) -> None:
        self._options = (Path(checkpoint), device, precision)
        self._candidates = candidates
        self._state: _Running | None = None

    def check(self) -> str | None:
        """See `Engine.check`."""
        try:
            self.warm_up()
        except EngineError as error:
            return str(error)
        return None

    def warm_up(self) -> None:
        """Load the checkpoint. Raises `EngineError`."""
        self._running()

    def voices(self) -> list[VoiceInfo]:
        """The checkpoint's own speakers."""
        return [VoiceInfo(name, "", "studio speaker") for name in self._running().model.speakers()]

    def close(self) -> None:
        """End the pump and forget the model."""
        state, self._state = self._state, None
        if state is not None:
            state.pump.close()

    def speak(self, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        """See `Engine.speak`; several threads may speak at once."""
        from codechoir.engines.xtts.speech.segment_reading import SegmentReading

        running = self._running()
        model = running.model
        embedded = running.stand_in is not None
        telling = SegmentReading(
            running.pump,
            lambda phrase: model.segments(phrase, embedded),
            model.prompts,
            running.stand_in,
            listener,
            model.sample_rate,
        )
        telling.tell(phrases)

    def handle_call(self, method: str, arguments: Mapping[str, Any], blob: bytes) -> tuple[Any, bytes]:
        """`condition`: tensors of the voice in `recordings`; `speaker`: those of the studio speaker `name`;
        `plan`: a line on what it computes with; `latents`: what memory and disk hold, after `memory`, `disk`,
        or both were cleared."""
        model = self._running().model
        match method:
            case "plan":
                return model.core.plan.reason, b""
            case "latents":
                return model.latents(bool(arguments["memory"]), bool(arguments["disk"])), b""
            case "speaker":
                from safetensors.numpy import save

                return None, save(dict(model.speaker(str(arguments["name"]))))
            case "condition":
                from safetensors.numpy import save

                recordings = [Path(each) for each in arguments["recordings"]]
                return None, save(dict(model.condition(recordings, arguments["parameters"])))
        return super().handle_call(method, arguments, blob)

    def _running(self) -> _Running:
        """Everything loaded; the host warms the engine up before it lets anybody else in."""
        if self._state is None:
            from codechoir.engines.xtts import short_text
            from codechoir.engines.xtts.neural.decoder import CACHED_VOICES
            from codechoir.engines.xtts.short_text import DurationEstimator
            from codechoir.engines.xtts.speech.checkpoint import LoadedCheckpoint
            from codechoir.engines.xtts.speech.segment_reading import EmbeddedVoice
            from codechoir.engines.xtts.speech.worker import Worker
            from codechoir.engines.xtts.xtts_engine import StandInVoices, make_embedded

            embedded = make_embedded()
            missing = embedded.check()
            if missing is not None:
                log.warning("XTTS says single letters itself, which it does badly: %s", missing)
            estimate = short_text.expected_seconds if missing else DurationEstimator(embedded)
            model = LoadedCheckpoint(*self._options, estimate, self._candidates)
            if model.sample_rate != SAMPLE_RATE:
                raise EngineError(
                    f"the checkpoint speaks at {model.sample_rate} Hz; XTTS v2 does at {SAMPLE_RATE}"
                )
            stand_in = None if missing else EmbeddedVoice(embedded, StandInVoices(), SAMPLE_RATE)
            pump = Worker(model.make_scheduler, _end_process)
            pump.prepare(model.likely_voices()[:CACHED_VOICES])
            self._state = _Running(model, pump, stand_in)
        return self._state


def _end_process(line: str) -> None:
    """Only a new process gets over what happened: this one ends, the parent reads on with the embedded engine
    and starts another. The line is what it tells."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
    os._exit(1)
