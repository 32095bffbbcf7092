"""The one place that imports coqui-tts (`TTS`).

Coqui prints to standard output, which is the child's protocol, and its dependency torchaudio refuses to
load beside a torch of another build, although only torchaudio's Python parts are used. Both are dealt with
here.

XTTS as plain parts: what the decoder and the vocoder need of a checkpoint, in the chosen precision.
"""

from __future__ import annotations

import contextlib
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from codechoir.engines.xtts.capabilities import INSTALL
from codechoir.engines.xtts.cpu_int8.fused_transformer import CompiledTransformer
from codechoir.engines.xtts.neural.precision import Linear, Plan, make_linear
from codechoir.engines.xtts.neural.transformer import Layers, Norm, Transformer
from codechoir.engines.xtts.neural.vocoder import Vocoder
from codechoir.errors import EngineError

FILES = ("config.json", "model.pth", "vocab.json", "speakers_xtts.pth")


def import_torchaudio() -> Any:
    """torchaudio, without its native library where that does not fit the installed torch.

    PyPI's torchaudio is linked against CUDA: beside a torch for the CPU its import fails, and with it that
    of coqui-tts, which only uses the parts written in Python (mel spectrogram, resampling).
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
    """What `torchaudio._extension` says where torchaudio was built without native code."""
    module: Any = types.ModuleType("torchaudio._extension")
    module._IS_TORCHAUDIO_EXT_AVAILABLE = False
    module._IS_ALIGN_AVAILABLE = False
    module._check_cuda_version = lambda: None
    module.fail_if_no_align = lambda function: function
    return module  # type: ignore[no-any-return]


def import_coqui() -> tuple[type[Any], type[Any]]:
    """Coqui's `(XttsConfig, Xtts)`. Raises `EngineError` with the command that mends it."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            import_torchaudio()
            from TTS.tts.configs.xtts_config import XttsConfig
            from TTS.tts.models.xtts import Xtts
    except ImportError as error:
        reason = next(iter(str(error).strip().splitlines()), "unknown reason")
        raise EngineError(f"coqui-tts cannot be imported ({reason}); install it anew: {INSTALL}") from error
    return XttsConfig, Xtts


def load_coqui(folder: Path) -> Any:
    """Coqui's own model from a checkpoint folder, through its own loading code, on the CPU, in fp32.

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


def effective_weight(module: Any) -> torch.Tensor:
    """A layer's weight with its weight normalisation folded in (`remove_weight_norm` raises for XTTS)."""
    weight: torch.Tensor = module.weight
    return weight.detach().clone()


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes and special tokens, all read from the checkpoint's configuration.

    `voice`: positions that the conditioning latents take. `most_text`, `most_audio`: largest number of text
    and audio tokens of one utterance. `tokens_per_second`: audio tokens a second of speech.
    """

    layers: int
    width: int
    heads: int
    voice: int
    audio_tokens: int
    start_text: int
    stop_text: int
    start_audio: int
    stop_audio: int
    most_text: int
    most_audio: int
    tokens_per_second: float
    sample_rate: int

    @property
    def positions(self) -> int:
        """Most positions of a row: voice, text with its two marks, start of audio, audio, two to spare."""
        return self.voice + self.most_text + 2 + 1 + self.most_audio + 2


@dataclass(frozen=True, slots=True)
class XttsCore:
    """A loaded checkpoint. Embeddings are in the plan's compute type, on its device.

    `coqui` is what is left of coqui's model: tokenizer, configuration, studio speakers and the encoders that
    turn recordings into latents.
    """

    shape: Shape
    plan: Plan
    layers: Layers
    final_norm: Norm
    head: Linear
    text_embedding: torch.Tensor
    text_position: torch.Tensor
    audio_embedding: torch.Tensor
    audio_position: torch.Tensor
    vocoder: Vocoder
    coqui: Any


def load(folder: Path, plan: Plan) -> XttsCore:
    """Load a checkpoint folder through coqui's own loading code. Raises `EngineError`."""
    core = from_coqui(load_coqui(folder), plan)
    _drop_decoder(core.coqui)
    return core


def from_coqui(model: Any, plan: Plan) -> XttsCore:
    """The parts of coqui's loaded model; in fp32 on the CPU they share its memory."""
    gpt = model.gpt

    def table(module: Any) -> torch.Tensor:
        weight: torch.Tensor = module.weight
        return weight.detach().to(plan.device, plan.compute)

    return XttsCore(
        shape=_shape(model),
        plan=plan,
        layers=make_layers(gpt.gpt, gpt.heads, plan),
        final_norm=Norm.of(gpt.final_norm, plan),
        head=make_linear(gpt.mel_head.weight.detach(), gpt.mel_head.bias.detach(), plan),
        text_embedding=table(gpt.text_embedding),
        text_position=table(gpt.text_pos_embedding.emb),
        audio_embedding=table(gpt.mel_embedding),
        audio_position=table(gpt.mel_pos_embedding.emb),
        vocoder=Vocoder.of(model.hifigan_decoder, plan),
        coqui=model,
    )


def make_layers(module: Any, heads: int, plan: Plan) -> Layers:
    """The layers of transformers' GPT-2 `module`, as the plan's precision wants them."""
    kind = CompiledTransformer if plan.precision == "int8" else Transformer
    return kind(module, heads, plan)


def _shape(model: Any) -> Shape:
    args, gpt = model.args, model.gpt
    return Shape(
        layers=args.gpt_layers,
        width=args.gpt_n_model_channels,
        heads=args.gpt_n_heads,
        voice=gpt.conditioning_perceiver.latents.shape[0],
        audio_tokens=gpt.num_audio_tokens,
        start_text=gpt.start_text_token,
        stop_text=gpt.stop_text_token,
        start_audio=gpt.start_audio_token,
        stop_audio=gpt.stop_audio_token,
        most_text=args.gpt_max_text_tokens - 1,
        most_audio=gpt.max_gen_mel_tokens,
        tokens_per_second=args.input_sample_rate / args.gpt_code_stride_len,
        sample_rate=args.output_sample_rate,
    )


def _drop_decoder(model: Any) -> None:
    """Free coqui's own GPT layers and vocoder: only its encoders are still needed."""
    for name in ("gpt", "gpt_inference", "mel_head", "text_head", "mel_embedding", "text_embedding"):
        setattr(model.gpt, name, None)
    model.hifigan_decoder.waveform_decoder = None
