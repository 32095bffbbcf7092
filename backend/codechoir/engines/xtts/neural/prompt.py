"""From words to what the GPT is given: tokens, and embeddings of a batch of prefixes.

A row's prefix is [conditioning latents][START text STOP, with text positions][start of audio, with audio
position 0]; audio token k takes audio position k + 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from codechoir.engines.xtts.languages import language
from codechoir.engines.xtts.neural.conditioning import Conditioning
from codechoir.engines.xtts.neural.model import XttsCore
from codechoir.errors import InputError


@dataclass(frozen=True, slots=True)
class Prompt:
    """One utterance to decode.

    `tokens`: of the text, without start and stop. `seed`: of the row's own random numbers. `expected`: audio
    tokens after which stopping becomes likelier. `most`: audio tokens after which the row is cut.
    """

    tokens: tuple[int, ...]
    voice: Conditioning
    seed: int = 0
    expected: float = float("inf")
    most: int = 10_000


def tokenize(core: XttsCore, text: str, tag: str) -> tuple[int, ...]:
    """Text tokens as coqui makes them: trimmed, lower case, numbers and symbols written out.

    Raises `InputError` for a language that XTTS does not speak or a text beyond the model's limit.
    """
    code = language(tag).code
    tokens = tuple(core.coqui.tokenizer.encode(text.strip().lower(), lang=code))
    if len(tokens) > core.shape.most_text:
        raise InputError(
            f"{len(tokens)} text tokens are more than the {core.shape.most_text} that XTTS takes at once; "
            "split the text into sentences"
        )
    return tokens


def embed(core: XttsCore, prompts: Sequence[Prompt]) -> tuple[torch.Tensor, torch.Tensor]:
    """Prefixes after the conditioning latents: (rows, longest, width), padded at the right with zeros, and
    the number of positions of each (rows,)."""
    shape, device = core.shape, core.plan.device
    texts = [(shape.start_text, *prompt.tokens, shape.stop_text) for prompt in prompts]
    lengths = torch.tensor([len(text) + 1 for text in texts])
    longest = int(lengths.max())
    ids = torch.tensor([[*text, *[shape.stop_text] * (longest - len(text))] for text in texts]).to(device)
    embedded = core.text_embedding[ids] + core.text_position[:longest]
    lengths = lengths.to(device)
    rows = torch.arange(len(texts), device=device)
    embedded[rows, lengths - 1] = core.audio_embedding[shape.start_audio] + core.audio_position[0]
    return embedded, lengths
