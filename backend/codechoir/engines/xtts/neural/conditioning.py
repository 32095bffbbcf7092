"""A voice: conditioning latents for the GPT and a speaker embedding for the vocoder.

Both come from the checkpoint's studio speakers, or from recordings (cloning). Recordings are read by
`soundfile`, which needs no FFmpeg, and passed to coqui's encoders as tensors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from codechoir.audio import read_recording
from codechoir.engines.xtts.neural.xtts_model import XttsCore, import_torchaudio
from codechoir.errors import InputError, did_you_mean

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
