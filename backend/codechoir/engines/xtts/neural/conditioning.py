"""What makes a voice: conditioning latents for the GPT and an embedding for the vocoder.

Recordings are read with `soundfile`, which needs no FFmpeg, and handed to coqui's encoders as tensors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from codechoir.engines.xtts.neural.xtts_model import XttsCore, import_torchaudio
from codechoir.errors import InputError, did_you_mean

LOAD_RATE = 22_050
LEAST_SECONDS = 1.0
MOST_SECONDS = 600.0
_QUIETEST = 0.003
_CLIPPED_SHARE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Conditioning:
    """A voice as the model hears it. `key` names the content: equal keys, equal voices.

    `latent`: (1, 32, width), `embedding`: (1, 512, 1), both fp32 on the CPU.
    """

    key: str
    latent: torch.Tensor
    embedding: torch.Tensor


@dataclass(frozen=True, slots=True)
class CloningOptions:
    """Parameters that change the result, so they belong into the cache's key.

    `seconds`: of all recordings together that the GPT hears; `chunk_seconds`: averaged over chunks of that
    length; `reference_seconds`: of each recording that the vocoder's encoder hears; `normalise`: bring each
    recording's peak to 0.75 first.
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

    Raises `InputError` that names the recording which is too short, silent, clipped, hour-long or unreadable.
    """
    settings = cloning or CloningOptions()
    if not recordings:
        raise InputError("a voice needs at least one recording")
    audios = [prepared(path, settings) for path in recordings]
    with torch.inference_mode():
        embeddings = [core.coqui.get_speaker_embedding(audio, LOAD_RATE) for audio in audios]
        latent = core.coqui.get_gpt_cond_latents(
            torch.cat(audios, dim=-1), LOAD_RATE, length=settings.seconds, chunk_length=settings.chunk_seconds
        )
    return Conditioning(key, latent.clone(), torch.stack(embeddings).mean(dim=0))


def prepared(path: Path, settings: CloningOptions) -> torch.Tensor:
    """A recording as (1, samples) mono at 22,050 Hz, checked and cut to the reference length."""
    audio, rate = _read(path)
    _check(path, audio, rate)
    if rate != LOAD_RATE:
        audio = import_torchaudio().functional.resample(audio, rate, LOAD_RATE)
    audio = audio.clamp_(-1.0, 1.0)[:, : LOAD_RATE * settings.reference_seconds]
    return audio / audio.abs().max() * 0.75 if settings.normalise else audio


def mix(key: str, voices: Sequence[Conditioning], weights: Sequence[float]) -> Conditioning:
    """Several voices as one: linear in the latents, spherical in the embedding with its norm restored.

    Raises `InputError` unless there is a weight above zero for each voice and they sum to one.
    """
    if len(voices) != len(weights) or not voices or any(weight <= 0 for weight in weights):
        raise InputError("a mix needs a weight above zero for each voice")
    if abs(sum(weights) - 1.0) > 1e-3:
        raise InputError(f"the weights of a mix must sum to 1, not {sum(weights):g}")
    latent = sum((w * voice.latent for w, voice in zip(weights, voices, strict=True)), torch.zeros(()))
    embedding, share = voices[0].embedding, weights[0]
    for weight, voice in zip(weights[1:], voices[1:], strict=True):
        share += weight
        embedding = _slerp(embedding, voice.embedding, weight / share)
    return Conditioning(key, latent, embedding)


def _slerp(start: torch.Tensor, end: torch.Tensor, share: float) -> torch.Tensor:
    """Along the great circle, with the norm interpolated."""
    lengths = start.norm(), end.norm()
    a, b = start / lengths[0], end / lengths[1]
    angle = torch.arccos((a * b).sum().clamp(-1.0, 1.0))
    if float(angle) < 1e-4:
        direction = a
    else:
        direction = (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)
    return direction / direction.norm() * ((1 - share) * lengths[0] + share * lengths[1])


def _read(path: Path) -> tuple[torch.Tensor, int]:
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            seconds = file.frames / file.samplerate
            if seconds > MOST_SECONDS:
                raise InputError(
                    f"{path.name} lasts {seconds / 60:.0f} minutes; cut out 6 to 30 seconds of clear speech"
                )
            samples = file.read(dtype="float32", always_2d=True)
            return torch.from_numpy(samples.mean(axis=1))[None], file.samplerate
    except (soundfile.LibsndfileError, OSError) as error:
        raise InputError(
            f"{path.name} cannot be read as sound ({error}); use a WAV, FLAC, Ogg or MP3 file"
        ) from error


def _check(path: Path, audio: torch.Tensor, rate: int) -> None:
    seconds = audio.shape[-1] / rate
    if seconds < LEAST_SECONDS:
        raise InputError(
            f"{path.name} lasts {seconds:.1f} seconds; a voice needs at least {LEAST_SECONDS:g}, better 6"
        )
    if not torch.isfinite(audio).all():
        raise InputError(f"{path.name} holds samples that are no numbers; record it again")
    loudness = float(audio.square().mean().sqrt())
    if loudness < _QUIETEST:
        raise InputError(f"{path.name} is silent, or nearly so; record it louder")
    peak = float(audio.abs().max())
    if peak > 0.98 and float((audio.abs() > 0.995 * peak).float().mean()) > _CLIPPED_SHARE:
        raise InputError(f"{path.name} is clipped: its loudest parts are cut off; record it with less gain")
