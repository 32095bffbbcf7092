"""A checkpoint in memory, with the voices that have been asked for: words become prompts here."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from codechoir.engines.xtts import short_text
from codechoir.engines.xtts.capabilities import XttsLanguage, default_speaker, substitute_speaker
from codechoir.engines.xtts.neural.conditioning import (
    CloningOptions,
    Conditioning,
    clone,
    studio_speakers,
    studio_voice,
)
from codechoir.engines.xtts.neural.decoder import Prompt, tokenize
from codechoir.engines.xtts.neural.precision import make_plan
from codechoir.engines.xtts.neural.scheduler import Scheduler, make_scheduler, warm_vocoder
from codechoir.engines.xtts.neural.xtts_model import XttsCore, load_core
from codechoir.engines.xtts.short_text import EstimateSeconds
from codechoir.engines.xtts.speech.segments import SpeechSegment, segments
from codechoir.errors import EngineError, InputError
from codechoir.model import CastUtterance, Category, Phrase
from codechoir.voices.library import ClonedVoice, VoiceLibrary

log = logging.getLogger(__name__)

LONGEST_PIECE = 250
"""Text tokens of a piece; the model takes more, but was trained on sentences."""


class LoadedCheckpoint:
    """Everything that readings share. Its methods may be called from any thread.

    `device`: auto, cpu, cuda (or cuda:1), mps. `estimate`: how long a text should last. Raises `EngineError`
    when the checkpoint or the device is not there.
    """

    def __init__(
        self,
        checkpoint: Path,
        device: str,
        precision: str,
        estimate: EstimateSeconds = short_text.expected_seconds,
        candidates: int = 1,
    ) -> None:
        self.core: XttsCore = load_core(checkpoint, make_plan(chosen_device(device), precision))
        self._estimate, self._candidates = estimate, candidates
        self._library = VoiceLibrary()
        self._conditionings: dict[str, tuple[ClonedVoice, Conditioning]] = {}
        self._preload()
        warm_vocoder(self.core)

    @property
    def sample_rate(self) -> int:
        """Of the sound, in hertz."""
        return self.core.shape.sample_rate

    def make_scheduler(self) -> Scheduler:
        """A scheduler of its own rows, paced for the device."""
        return make_scheduler(self.core)

    def speakers(self) -> list[str]:
        """Names of the checkpoint's own speakers."""
        return studio_speakers(self.core)

    def voice(self, family: str) -> Conditioning:
        """A voice of the library, or a studio speaker; for one of the default casting that this checkpoint
        lacks, the speaker who has its place.

        Raises `InputError` for a name that is neither.
        """
        if family in self.speakers() or family not in self._library.names():
            return studio_voice(self.core, substitute_speaker(family, self.speakers()) or family)
        cloned = self._library.voice(family)
        known = self._conditionings.get(family)
        if known is None or known[0] is not cloned:
            known = self._conditionings[family] = (cloned, self._conditioning(cloned))
        return known[1]

    def likely_voices(self) -> list[Conditioning]:
        """Those that readings will ask for first: the default casting, and the user's own."""
        default = dict.fromkeys(default_speaker(category, self.speakers()) for category in Category)
        return [studio_voice(self.core, name) for name in default if name] + [
            voice for _, voice in self._conditionings.values()
        ]

    def segments(self, phrase: Phrase, embedded: bool) -> Iterator[SpeechSegment]:
        """The segments of a phrase; `embedded`: whether there is an embedded engine to say some of them."""
        most = min(LONGEST_PIECE, self.core.shape.max_text_tokens)
        return segments(phrase, most, lambda text, spoken: len(self._tokens(text, spoken)), embedded)

    def prompts(self, segment: SpeechSegment, complain: Callable[[str], object]) -> list[tuple[Prompt, ...]]:
        """What to decode for a segment: the candidates of each piece; none for what the embedded engine says.

        `complain`: takes a line for the listener where a voice is not there and another one speaks.
        """
        if segment.language is None:
            return []
        voice = self._voice_of(segment.parts[0], complain)
        return [self._group(self._prompt(piece, segment.language, voice), piece) for piece in segment.pieces]

    def condition(self, recordings: Iterable[Path], parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """The tensors of the voice in recordings, as numpy arrays. Raises `InputError`."""
        try:
            settings = CloningOptions(**parameters)
        except TypeError as error:
            raise InputError(f"XTTS does not know these parameters: {', '.join(parameters)}") from error
        return _as_arrays(clone(self.core, "new", list(recordings), settings))

    def speaker(self, name: str) -> Mapping[str, Any]:
        """The tensors of a studio speaker, as numpy arrays. Raises `InputError` for an unknown name."""
        return _as_arrays(studio_voice(self.core, name))

    def latents(self, memory: bool, disk: bool) -> dict[str, int]:
        """Clear what is asked for; see `LatentCache.cleared`. A voice that is used again is read anew."""
        if memory:
            self._conditionings.clear()
        return self._library.latents.cleared(memory, disk)

    def _voice_of(self, part: CastUtterance, complain: Callable[[str], object]) -> Conditioning:
        """The voice that a part asks for, else the default one of its category: a voice that was removed or
        misspelt must not make a reading mute."""
        default = default_speaker(part.utterance.category, self.speakers())
        try:
            return self.voice(part.voice.family or default)
        except InputError as error:
            if not default:
                raise
            complain(f"{error}; '{default}' speaks instead")
            return self.voice(default)

    def _preload(self) -> None:
        """Have the user's voices in memory before anybody waits for one; an unfit one is told when used."""
        for about in self._library.voices():
            if about.engine == "xtts":
                try:
                    self.voice(about.name)
                except InputError as error:
                    log.warning("%s", error)

    def _group(self, prompt: Prompt, piece: str) -> tuple[Prompt, ...]:
        """The candidates of a piece: the same words from other random numbers."""
        count = short_text.candidate_count(piece, self._candidates)
        return tuple(replace(prompt, seed=prompt.seed + number) for number in range(count))

    def _prompt(self, piece: str, spoken: XttsLanguage, voice: Conditioning) -> Prompt:
        shape = self.core.shape
        bounds = short_text.token_limits(self._estimate(piece, spoken), shape.tokens_per_second)
        # Seeded by what is said and by whom, so that the same words always sound the same.
        digest = hashlib.sha256(f"{spoken.code}\0{voice.key}\0{piece}".encode()).digest()
        seed = int.from_bytes(digest[:6], "big")
        most = min(bounds.most, shape.max_audio_tokens)
        return Prompt(tuple(self._tokens(piece, spoken)), voice, seed, bounds.expected, most)

    def _tokens(self, text: str, spoken: XttsLanguage) -> tuple[int, ...] | range:
        """The text's tokens; for one beyond the model's limit, something longer than the limit."""
        try:
            return tokenize(self.core, text, spoken.code)
        except InputError:
            return range(self.core.shape.max_text_tokens + 1)

    def _conditioning(self, cloned: ClonedVoice) -> Conditioning:
        about, tensors = cloned.provenance, cloned.tensors
        if about.engine != "xtts":
            raise InputError(f"the voice '{about.name}' was made for {about.engine}; add it again for xtts")
        width, voice = self.core.shape.width, self.core.shape.latent_positions
        latent, embedding = tensors.get("gpt_cond_latent"), tensors.get("speaker_embedding")
        if latent is None or embedding is None or latent.shape != (1, voice, width):
            raise InputError(f"the voice '{about.name}' does not fit this checkpoint; add it again")
        if embedding.ndim != 3 or embedding.shape[0] != 1 or embedding.shape[2] != 1:
            raise InputError(f"the voice '{about.name}' has no sound speaker embedding; add it again")
        return Conditioning(about.key, torch.tensor(latent).float(), torch.tensor(embedding).float())


def _as_arrays(voice: Conditioning) -> Mapping[str, Any]:
    """The tensors of a voice by their names in a file, fp32."""
    tensors = {"gpt_cond_latent": voice.latent, "speaker_embedding": voice.embedding}
    return {name: tensor.float().cpu().numpy() for name, tensor in tensors.items()}


def chosen_device(wanted: str) -> str:
    """The device's name for torch. Raises `EngineError` when torch does not find it."""
    has = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return "cuda" if has["cuda"] else "cpu"
    kind, _, index = wanted.partition(":")
    count = torch.cuda.device_count() if kind == "cuda" else 1
    is_there = has.get(kind, False) and (not index or (index.isdecimal() and int(index) < count))
    if not is_there:
        found = ", ".join(name for name, there in has.items() if there)
        raise EngineError(f"torch finds no device '{wanted}' here; choose auto, {found}")
    return wanted
