"""XTTS as plain parts: what the decoder and the vocoder need of a checkpoint, and its voices.

The only module that imports coqui-tts (`TTS`), whose own code loads the checkpoint. Coqui prints to standard
output, which carries the child process's protocol, so its output is redirected. Its dependency torchaudio
does not load beside a torch of another build, although only torchaudio's Python parts are used, so its native
library is left out there.

A voice (`Conditioning`) is conditioning latents for the GPT and a speaker embedding for the vocoder. Both
come from the checkpoint's studio speakers, or from recordings (cloning). Recordings are read by `soundfile`,
which needs no FFmpeg, and passed to coqui's encoders as tensors.

`BatchState` holds the tensors of the rows that decode together. Active rows are always the slots 0 … n-1, so
a step is one slice of each tensor. No tensor is reallocated between two steps unless the cache has to grow,
which is what a CUDA graph needs.
"""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from codechoir.engines.xtts.capabilities import INSTALL_HINT
from codechoir.engines.xtts.cpu_int8 import FusedTransformer
from codechoir.engines.xtts.neural.gpt_layers import (
    ComputePlan,
    Layers,
    Linear,
    Norm,
    Transformer,
    make_linear,
)
from codechoir.engines.xtts.neural.vocoder import Vocoder
from codechoir.errors import EngineError, InputError, did_you_mean
from codechoir.voices.library import read_recording


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Sizes and special tokens, all read from the checkpoint's configuration.

    `latent_positions`: positions that the conditioning latents take. `audio_vocabulary`: number of different
    audio tokens. `max_text_tokens`, `max_audio_tokens`: of one utterance. `tokens_per_second`: audio tokens
    per second of speech. `sample_rate`: of the vocoder's output, in hertz.
    """

    layers: int
    width: int
    heads: int
    latent_positions: int
    audio_vocabulary: int
    start_text: int
    stop_text: int
    start_audio: int
    stop_audio: int
    max_text_tokens: int
    max_audio_tokens: int
    tokens_per_second: float
    sample_rate: int

    @property
    def max_positions(self) -> int:
        """Of a row: latents, text with start and stop, start of audio, audio, two to spare."""
        return self.latent_positions + self.max_text_tokens + 2 + 1 + self.max_audio_tokens + 2


@dataclass(frozen=True, slots=True)
class XttsCore:
    """A loaded checkpoint. Embeddings are in the plan's compute type, on its device.

    `coqui` is what remains of coqui's model: tokenizer, configuration, studio speakers and the encoders that
    turn recordings into latents.
    """

    shape: ModelShape
    plan: ComputePlan
    layers: Layers
    final_norm: Norm
    head: Linear
    text_embedding: torch.Tensor
    text_position: torch.Tensor
    audio_embedding: torch.Tensor
    audio_position: torch.Tensor
    vocoder: Vocoder
    coqui: Any


def load_core(folder: Path, plan: ComputePlan) -> XttsCore:
    """Loads a checkpoint folder by coqui's own loading code. Raises `EngineError`."""
    core = from_coqui(load_coqui(folder), plan)
    _drop_unused(core.coqui)
    return core


def from_coqui(model: Any, plan: ComputePlan) -> XttsCore:
    """The parts of coqui's loaded model; in fp32 on the CPU they share its memory."""
    gpt = model.gpt

    def table(module: Any) -> torch.Tensor:
        weight: torch.Tensor = module.weight
        return weight.detach().to(plan.device, plan.compute)

    return XttsCore(
        shape=_shape_of(model),
        plan=plan,
        layers=_make_layers(gpt.gpt, gpt.heads, plan),
        final_norm=Norm.of(gpt.final_norm, plan),
        head=make_linear(gpt.mel_head.weight.detach(), gpt.mel_head.bias.detach(), plan),
        text_embedding=table(gpt.text_embedding),
        text_position=table(gpt.text_pos_embedding.emb),
        audio_embedding=table(gpt.mel_embedding),
        audio_position=table(gpt.mel_pos_embedding.emb),
        vocoder=Vocoder.of(model.hifigan_decoder, plan),
        coqui=model,
    )


def _make_layers(module: Any, heads: int, plan: ComputePlan) -> Layers:
    """The layers of transformers' GPT-2 `module`, in the plan's precision."""
    if plan.precision == "int8":
        return FusedTransformer(module, heads)
    return Transformer(module, heads, plan)


def _shape_of(model: Any) -> ModelShape:
    args, gpt = model.args, model.gpt
    return ModelShape(
        layers=args.gpt_layers,
        width=args.gpt_n_model_channels,
        heads=args.gpt_n_heads,
        latent_positions=gpt.conditioning_perceiver.latents.shape[0],
        audio_vocabulary=gpt.num_audio_tokens,
        start_text=gpt.start_text_token,
        stop_text=gpt.stop_text_token,
        start_audio=gpt.start_audio_token,
        stop_audio=gpt.stop_audio_token,
        max_text_tokens=args.gpt_max_text_tokens - 1,
        max_audio_tokens=gpt.max_gen_mel_tokens,
        tokens_per_second=args.input_sample_rate / args.gpt_code_stride_len,
        sample_rate=args.output_sample_rate,
    )


def _drop_unused(model: Any) -> None:
    """Frees coqui's own GPT layers and vocoder: only its encoders are still needed."""
    for name in ("gpt", "gpt_inference", "mel_head", "text_head", "mel_embedding", "text_embedding"):
        setattr(model.gpt, name, None)
    model.hifigan_decoder.waveform_decoder = None


# ---- coqui-tts ---------------------------------------------------------------------------------------------

FILES = ("config.json", "model.pth", "vocab.json", "speakers_xtts.pth")


def import_torchaudio() -> Any:
    """torchaudio, without its native library where that does not fit the installed torch.

    PyPI's torchaudio is linked against CUDA. Beside a torch for the CPU its import fails, and with it that of
    coqui-tts, which only uses the parts written in Python (mel spectrogram, resampling).
    """
    try:
        import torchaudio
    except OSError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
            del sys.modules[name]
        sys.modules["torchaudio._extension"] = _no_native_library()
        import torchaudio
    return torchaudio


def _no_native_library() -> types.ModuleType:
    """`torchaudio._extension` as it is where torchaudio was built without native code."""
    module: Any = types.ModuleType("torchaudio._extension")
    module._IS_TORCHAUDIO_EXT_AVAILABLE = False
    module._IS_ALIGN_AVAILABLE = False
    module._check_cuda_version = lambda: None
    module.fail_if_no_align = lambda function: function
    return module  # type: ignore[no-any-return]


def import_coqui() -> tuple[type[Any], type[Any]]:
    """Coqui's `(XttsConfig, Xtts)`. Raises `EngineError` with the command that installs it."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            import_torchaudio()
            from TTS.tts.configs.xtts_config import XttsConfig
            from TTS.tts.models.xtts import Xtts
    except ImportError as error:
        reason = next(iter(str(error).strip().splitlines()), "unknown reason")
        raise EngineError(f"coqui-tts cannot be imported ({reason}); reinstall it: {INSTALL_HINT}") from error
    return XttsConfig, Xtts


def load_coqui(folder: Path) -> Any:
    """Coqui's own model from a checkpoint folder, by its own loading code, on the CPU, in fp32.

    Raises `EngineError` when a file is missing or does not fit the configuration.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise EngineError(f"{folder} is no XTTS checkpoint: {', '.join(missing)} missing; download it again")
    config_type, model_type = import_coqui()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            config = config_type()
            config.load_json(str(folder / "config.json"))
            model = model_type(config)
            model.load_checkpoint(config, checkpoint_dir=str(folder), eval=True)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, EOFError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise EngineError(
            f"the checkpoint in {folder} cannot be loaded ({reason}); download it again"
        ) from error
    return model.requires_grad_(False)


LOAD_RATE = 22_050
"""Sample rate of coqui's encoders, in hertz."""


@dataclass(frozen=True, slots=True, eq=False)
class Conditioning:
    """A voice as the model takes it. `key` identifies the content: equal keys, equal voices.

    `latent`: (1, 32, width), `embedding`: (1, 512, 1), both fp32 on the CPU.
    """

    key: str
    latent: torch.Tensor
    embedding: torch.Tensor


@dataclass(frozen=True, slots=True)
class CloningOptions:
    """Parameters that change the result, so they are part of the cache key.

    `seconds`: how much of all recordings together goes into the latents. `chunk_seconds`: length of the
    chunks that are averaged. `reference_seconds`: how much of each recording goes into the speaker embedding.
    `normalise`: scale each recording's peak to 0.75 first.
    """

    seconds: int = 30
    chunk_seconds: int = 4
    reference_seconds: int = 30
    normalise: bool = False


def studio_speakers(core: XttsCore) -> list[str]:
    """Names of the checkpoint's own speakers."""
    manager = core.coqui.speaker_manager
    return [] if manager is None else list(manager.speakers)


def studio_voice(core: XttsCore, name: str) -> Conditioning:
    """One of the checkpoint's own speakers. Raises `InputError` for an unknown name."""
    names = studio_speakers(core)
    if name not in names:
        hint = did_you_mean(name, names)
        raise InputError(
            f"the checkpoint has no studio speaker '{name}'.{hint} List them: codechoir voices list"
        )
    speaker = core.coqui.speaker_manager.speakers[name]
    latent, embedding = speaker["gpt_cond_latent"], speaker["speaker_embedding"]
    return Conditioning(f"studio/{name}", latent.float(), embedding.float().reshape(1, -1, 1))


def clone(
    core: XttsCore, key: str, recordings: Sequence[Path], cloning: CloningOptions | None = None
) -> Conditioning:
    """The voice of one or several recordings of one speaker.

    Raises `InputError` naming a recording that is too short, too long, silent, clipped or unreadable.
    """
    settings = cloning or CloningOptions()
    if not recordings:
        raise InputError("a voice needs at least one recording")
    audios = [load_recording(path, settings) for path in recordings]
    with torch.inference_mode():
        embeddings = [core.coqui.get_speaker_embedding(audio, LOAD_RATE) for audio in audios]
        latent = core.coqui.get_gpt_cond_latents(
            torch.cat(audios, dim=-1), LOAD_RATE, length=settings.seconds, chunk_length=settings.chunk_seconds
        )
    return Conditioning(key, latent.clone(), torch.stack(embeddings).mean(dim=0))


def load_recording(path: Path, settings: CloningOptions) -> torch.Tensor:
    """A recording as (1, samples) mono at 22,050 Hz, checked and cut to the reference length."""
    samples, rate = read_recording(path, LOAD_RATE)
    audio = torch.from_numpy(samples)[None]
    if rate != LOAD_RATE:
        audio = import_torchaudio().functional.resample(audio, rate, LOAD_RATE)
    audio = audio.clamp_(-1.0, 1.0)[:, : LOAD_RATE * settings.reference_seconds]
    return audio / audio.abs().max() * 0.75 if settings.normalise else audio


SLOT_SIZES = (1, 2, 4, 8, 16, 32)
POSITION_SIZES = (96, 128, 192, 256, 384, 512, 768, 1042)


def round_up(value: int, sizes: tuple[int, ...], most: int) -> int:
    """The smallest of `sizes` that holds `value`, but not more than `most`."""
    return min(next((size for size in sizes if size >= value), most), most)


class BatchState:
    """Tensors of all slots.

    `cache` (layers, slots, positions, 2 × width): keys and values. Per slot: `lengths` positions filled,
    `steps` audio tokens made, `tokens` the newest one, `expected` length after which stopping becomes
    likelier, `log_probability` sum over the row. `seen` (slots, vocabulary): tokens that the row has.
    `uniforms` (slots, most audio tokens): the row's random numbers. `latents` (slots, most audio tokens,
    width) for the vocoder, fp32.
    """

    cache: torch.Tensor
    lengths: torch.Tensor
    steps: torch.Tensor
    tokens: torch.Tensor
    expected: torch.Tensor
    log_probability: torch.Tensor
    seen: torch.Tensor
    uniforms: torch.Tensor
    latents: torch.Tensor

    def __init__(
        self, shape: ModelShape, plan: ComputePlan, slots: int = 1, positions: int = POSITION_SIZES[0]
    ) -> None:
        self.shape, self.plan = shape, plan
        vars(self).update(self._allocate(slots, positions))

    @property
    def slots(self) -> int:
        """How many rows there is room for."""
        return len(self.lengths)

    @property
    def positions(self) -> int:
        """How many positions of each row there is room for."""
        return int(self.cache.shape[2])

    def grow(self, slots: int, positions: int) -> bool:
        """Makes room for at least so many; the content is kept.

        Returns whether tensors moved: captured graphs are then stale. When memory runs out nothing has
        changed.
        """
        if slots <= self.slots and positions <= self.positions:
            return False
        slots = max(self.slots, round_up(slots, SLOT_SIZES, max(SLOT_SIZES)))
        positions = max(self.positions, round_up(positions, POSITION_SIZES, self.shape.max_positions))
        larger = self._allocate(slots, positions)
        larger["cache"][:, : self.slots, : self.positions] = self.cache
        for name, tensor in larger.items():
            if name != "cache":
                tensor[: self.slots] = vars(self)[name]
        vars(self).update(larger)
        return True

    def copy_slot(self, source: int, target: int, filled: int) -> None:
        """Copies one slot, of which so many positions are filled, over another: active rows stay together."""
        self.cache[:, target, :filled] = self.cache[:, source, :filled]
        for name, tensor in vars(self).items():
            if isinstance(tensor, torch.Tensor) and name != "cache":
                tensor[target] = tensor[source]

    def snapshot(self, slots: int) -> dict[str, torch.Tensor]:
        """What a step changes in the first slots, except the cache and the latents: a step only writes those
        where nothing has been written yet."""
        changed = ("lengths", "steps", "tokens", "log_probability", "seen")
        return {name: vars(self)[name][:slots].clone() for name in changed}

    def restore(self, snapshot: dict[str, torch.Tensor]) -> None:
        """Undoes steps that were only run in order to be captured."""
        for name, tensor in snapshot.items():
            vars(self)[name][: len(tensor)] = tensor

    def _allocate(self, slots: int, positions: int) -> dict[str, torch.Tensor]:
        shape, device = self.shape, self.plan.device

        def zeros(*size: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
            return torch.zeros(size, dtype=dtype, device=device)

        return {
            "cache": zeros(shape.layers, slots, positions, 2 * shape.width, dtype=self.plan.compute),
            "lengths": zeros(slots, dtype=torch.int64),
            "steps": zeros(slots, dtype=torch.int64),
            "tokens": zeros(slots, dtype=torch.int64),
            "expected": zeros(slots),
            "log_probability": zeros(slots),
            "seen": zeros(slots, shape.audio_vocabulary, dtype=torch.bool),
            "uniforms": zeros(slots, shape.max_audio_tokens),
            "latents": zeros(slots, shape.max_audio_tokens, shape.width),
        }
