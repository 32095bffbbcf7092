"""How far a fast precision is from fp32: the same tokens through both (teacher forcing), then the sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from codechoir.engines.xtts.neural.coqui import import_torchaudio
from codechoir.engines.xtts.neural.decoder import Decoder
from codechoir.engines.xtts.neural.model import XttsCore, from_coqui
from codechoir.engines.xtts.neural.precision import make_plan
from codechoir.engines.xtts.neural.prompt import Prompt
from codechoir.engines.xtts.neural.sampling import Sampling


def deviation(coqui: Any, core: XttsCore, prompts: Sequence[Prompt]) -> list[dict[str, Any]]:
    """Figures of `core` against fp32 of the same weights, with the goals that the tests hold it to.

    `xtts.deviation.logits`: root mean square of the difference over that of the logits' spread.
    `xtts.deviation.same_token`: share of steps whose most probable token is the same.
    `xtts.deviation.mel`: mean difference of log-mel spectra of the vocoded latents, in dB.
    """
    exact = from_coqui(coqui, make_plan(str(core.plan.device), "fp32"))
    tokens = _greedy(exact, prompts)
    theirs, ours = _forced(exact, prompts, tokens), _forced(core, prompts, tokens)
    logits, fast_logits = _logits(exact, theirs), _logits(core, ours)
    spread = logits - logits.mean(dim=-1, keepdim=True)
    error = float((fast_logits - logits).square().mean().sqrt() / spread.square().mean().sqrt())
    same = float((fast_logits.argmax(-1) == logits.argmax(-1)).float().mean())
    mel = _mel_distance(_sound(exact, prompts, theirs), _sound(core, prompts, ours))
    name = core.plan.precision
    return [
        _figure("xtts.deviation.logits", error, f"relative, {name} against fp32", 0.1),
        _figure("xtts.deviation.other_token", 1.0 - same, f"share of steps, {name} against fp32", 0.1),
        _figure("xtts.deviation.mel", mel, f"dB, {name} against fp32", 1.5),
    ]


def _figure(name: str, ours: float, unit: str, goal: float) -> dict[str, Any]:
    nobody = {"peer": None, "peer_name": "", "ratio": None}
    return {"name": name, "ours": round(ours, 5), **nobody, "unit": unit, "goal": goal, "met": ours <= goal}


def _greedy(core: XttsCore, prompts: Sequence[Prompt]) -> list[list[int]]:
    decoder = Decoder(core, Sampling(greedy=True))
    rows = decoder.join(prompts)
    while not any(row.done for row in rows):
        decoder.step()
    return [row.tokens for row in rows]


def _forced(core: XttsCore, prompts: Sequence[Prompt], tokens: Sequence[Sequence[int]]) -> torch.Tensor:
    """Latents (rows, steps, width) when the given tokens are said, whatever the model would have said."""
    decoder = Decoder(core, Sampling(greedy=True))
    rows = decoder.join(prompts)
    given = torch.tensor(tokens, device=core.plan.device)
    for step in range(given.shape[1] - 1):
        with torch.inference_mode():
            decoder.state.tokens[: len(rows)] = given[:, step]
        decoder.step()
    return decoder.state.latents[: len(rows), : given.shape[1]].clone()


def _logits(core: XttsCore, latents: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return core.head(latents.to(core.plan.compute)).float()


def _sound(core: XttsCore, prompts: Sequence[Prompt], latents: torch.Tensor) -> torch.Tensor:
    clock = core.vocoder.clock
    with torch.inference_mode():
        frames = torch.stack([clock.interpolate(row, 0, clock.count(len(row))) for row in latents])
        voices = torch.cat([prompt.voice.embedding for prompt in prompts])
        return core.vocoder(frames, voices).cpu()


def _mel_distance(a: torch.Tensor, b: torch.Tensor) -> float:
    """Mean absolute difference in dB over 80 bands, where either is within 60 dB of the loudest."""
    spectrogram = import_torchaudio().transforms.MelSpectrogram(24_000, n_fft=1024, hop_length=256, n_mels=80)
    first, second = (spectrogram(x).clamp(min=1e-12).log10() * 10 for x in (a, b))
    heard = torch.maximum(first, second) > first.max() - 60.0
    return float((first - second).abs()[heard].mean())
