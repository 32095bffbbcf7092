"""A checkpoint in memory, with the voices that have been used: here words become prompts."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from codechoir.engines.xtts import short_text
from codechoir.engines.xtts.capabilities import ENGINE_NAME, XttsLanguage, default_speaker, substitute_speaker
from codechoir.engines.xtts.neural import (
    CloningOptions,
    Conditioning,
    Prompt,
    Scheduler,
    XttsCore,
    clone,
    load_core,
    make_plan,
    make_scheduler,
    studio_speakers,
    studio_voice,
    tokenize,
    warm_vocoder,
)
from codechoir.engines.xtts.short_text import EstimateSeconds
from codechoir.engines.xtts.speech.segments import SpeechSegment, split_phrase
from codechoir.errors import EngineError, InputError
from codechoir.model import CastUtterance, Category, Phrase
from codechoir.voices.library import ClonedVoice, VoiceLibrary

log = logging.getLogger(__name__)

MAX_PIECE_TOKENS = 250
"""Text tokens of a piece; the model takes more, but was trained on sentences."""


class LoadedCheckpoint:
    """What all readings share. Its methods may be called from any thread.

    `device`: auto, cpu, cuda (or cuda:1), mps. `estimate_seconds`: how long a text should last. `candidates`:
    of a short text that nobody waits for. Raises `EngineError` when the checkpoint or the device does not
    exist.
    """

    def __init__(
        self,
        checkpoint: Path,
        device: str,
        precision: str,
        estimate_seconds: EstimateSeconds = short_text.expected_seconds,
        candidates: int = 1,
    ) -> None:
        self.core: XttsCore = load_core(checkpoint, make_plan(find_device(device), precision))
        self._estimate_seconds, self._candidates = estimate_seconds, candidates
        self._library = VoiceLibrary()
        self._conditionings: dict[str, tuple[ClonedVoice, Conditioning]] = {}
        self._load_library_voices()
        warm_vocoder(self.core)

    @property
    def sample_rate(self) -> int:
        """Of the sound, in hertz."""
        return self.core.shape.sample_rate

    def make_scheduler(self) -> Scheduler:
        """A scheduler with rows of its own, paced for the device."""
        return make_scheduler(self.core)

    def speakers(self) -> list[str]:
        """Names of the checkpoint's own speakers."""
        return studio_speakers(self.core)

    def voice(self, family: str) -> Conditioning:
        """A voice of the library, or a studio speaker.

        A speaker of the default casting that this checkpoint lacks is replaced by another one. Raises
        `InputError` for any other unknown name.
        """
        if family in self.speakers() or family not in self._library.names():
            return studio_voice(self.core, substitute_speaker(family, self.speakers()) or family)
        cloned = self._library.voice(family)
        known = self._conditionings.get(family)
        if known is None or known[0] is not cloned:
            known = self._conditionings[family] = (cloned, self._conditioning(cloned))
        return known[1]

    def likely_voices(self) -> list[Conditioning]:
        """Those that readings will use first: the default casting, and the user's own."""
        default = dict.fromkeys(default_speaker(category, self.speakers()) for category in Category)
        return [studio_voice(self.core, name) for name in default if name] + [
            voice for _, voice in self._conditionings.values()
        ]

    def segments(self, phrase: Phrase, has_fallback: bool) -> Iterator[SpeechSegment]:
        """The segments of a phrase. `has_fallback`: whether a fallback engine can say some of them."""
        most = min(MAX_PIECE_TOKENS, self.core.shape.max_text_tokens)

        def count_tokens(text: str, language: XttsLanguage) -> int:
            return len(self._tokens(text, language))

        return split_phrase(phrase, most, count_tokens, has_fallback)

    def prompts(self, segment: SpeechSegment, report: Callable[[str], object]) -> list[tuple[Prompt, ...]]:
        """The candidates of each piece of a segment; none where the fallback engine says it.

        `report`: called with a line for the listener where a voice is missing and another one speaks.
        """
        if segment.language is None:
            return []
        voice = self._voice_of(segment.parts[0], report)
        prompts = [self._prompt(piece, segment.language, voice) for piece in segment.pieces]
        return [self._candidates_of(*each) for each in zip(prompts, segment.pieces, strict=True)]

    def condition(self, recordings: Iterable[Path], parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """The tensors of the voice in recordings, as NumPy arrays. Raises `InputError`."""
        try:
            options = CloningOptions(**parameters)
        except TypeError as error:
            raise InputError(f"unknown parameter of XTTS among: {', '.join(parameters)}") from error
        return _as_arrays(clone(self.core, "new", list(recordings), options))

    def speaker(self, name: str) -> Mapping[str, Any]:
        """The tensors of a studio speaker, as NumPy arrays. Raises `InputError` for an unknown name."""
        return _as_arrays(studio_voice(self.core, name))

    def latents(self, memory: bool, disk: bool) -> dict[str, int]:
        """Clears latents as asked; see `LatentCache.cleared`. A voice that is used again is loaded again."""
        if memory:
            self._conditionings.clear()
        return self._library.latents.cleared(memory, disk)

    def _voice_of(self, part: CastUtterance, report: Callable[[str], object]) -> Conditioning:
        """The voice of a part, else the default one of its category.

        A voice that was removed or misspelt must not make a reading silent.
        """
        default = default_speaker(part.utterance.category, self.speakers())
        try:
            return self.voice(part.voice.family or default)
        except InputError as error:
            if not default:
                raise
            report(f"{error}; '{default}' speaks instead")
            return self.voice(default)

    def _load_library_voices(self) -> None:
        """Loads the user's voices before anybody waits for one; a broken one is reported when it is used."""
        for about in self._library.voices():
            if about.engine == ENGINE_NAME:
                try:
                    self.voice(about.name)
                except InputError as error:
                    log.warning("%s", error)

    def _candidates_of(self, prompt: Prompt, piece: str) -> tuple[Prompt, ...]:
        """The candidates of a piece: the same words with other random numbers."""
        count = short_text.candidate_count(piece, self._candidates)
        return tuple(replace(prompt, seed=prompt.seed + number) for number in range(count))

    def _prompt(self, piece: str, language: XttsLanguage, voice: Conditioning) -> Prompt:
        shape = self.core.shape
        seconds = self._estimate_seconds(piece, language)
        limits = short_text.token_limits(seconds, shape.tokens_per_second)
        # Seeded by the words and the voice, so that the same words always sound the same.
        digest = hashlib.sha256(f"{language.code}\0{voice.key}\0{piece}".encode()).digest()
        seed = int.from_bytes(digest[:6], "big")
        most = min(limits.most, shape.max_audio_tokens)
        return Prompt(tuple(self._tokens(piece, language)), voice, seed, limits.expected, most)

    def _tokens(self, text: str, language: XttsLanguage) -> tuple[int, ...] | range:
        """The text's tokens; for a text beyond the model's limit, more than the limit."""
        try:
            return tokenize(self.core, text, language.code)
        except InputError:
            return range(self.core.shape.max_text_tokens + 1)

    def _conditioning(self, cloned: ClonedVoice) -> Conditioning:
        about, tensors = cloned.provenance, cloned.tensors
        if about.engine != ENGINE_NAME:
            raise InputError(
                f"the voice '{about.name}' was made for {about.engine}; add it again for {ENGINE_NAME}"
            )
        width, positions = self.core.shape.width, self.core.shape.latent_positions
        latent, embedding = tensors.get("gpt_cond_latent"), tensors.get("speaker_embedding")
        if latent is None or embedding is None or latent.shape != (1, positions, width):
            raise InputError(f"the voice '{about.name}' does not fit this checkpoint; add it again")
        if embedding.ndim != 3 or embedding.shape[0] != 1 or embedding.shape[2] != 1:
            raise InputError(f"the voice '{about.name}' has a damaged speaker embedding; add it again")
        return Conditioning(about.key, torch.tensor(latent).float(), torch.tensor(embedding).float())


def _as_arrays(voice: Conditioning) -> Mapping[str, Any]:
    """The tensors of a voice by their names in a file, fp32."""
    tensors = {"gpt_cond_latent": voice.latent, "speaker_embedding": voice.embedding}
    return {name: tensor.float().cpu().numpy() for name, tensor in tensors.items()}


def find_device(wanted: str) -> str:
    """The device's name for torch. Raises `EngineError` when torch does not find it."""
    has = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return "cuda" if has["cuda"] else "cpu"
    kind, _, index = wanted.partition(":")
    count = torch.cuda.device_count() if kind == "cuda" else 1
    exists = has.get(kind, False) and (not index or (index.isdecimal() and int(index) < count))
    if not exists:
        found = ", ".join(name for name, there in has.items() if there)
        raise EngineError(f"torch finds no device '{wanted}' here; choose auto, {found}")
    return wanted
