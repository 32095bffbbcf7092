"""Ways to decode in one line, shared by the tests."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from codechoir.engines.xtts.cpu_int8 import dot_products
from codechoir.engines.xtts.neural.decoder import Decoder, Prompt, Row, Sampling, StepRunner, tokenize
from codechoir.engines.xtts.neural.xtts_model import Conditioning, XttsCore

GREEDY = Sampling(greedy=True)
TEXTS = (
    "the quick brown fox",
    "if",
    "return value",
    "a",
    "hello there my friend how are you",
)


def prompts(core: XttsCore, voices: Sequence[Conditioning], count: int, max_tokens: int = 10) -> list[Prompt]:
    """Prompts of different lengths and voices, each with a seed of its own."""
    tokens = [tokenize(core, TEXTS[i % len(TEXTS)] + " x" * (i // len(TEXTS)), "en") for i in range(count)]
    return [Prompt(t, voices[i % len(voices)], seed=i, max_tokens=max_tokens) for i, t in enumerate(tokens)]


def variants_here() -> list[int]:
    """Kernels for products in int8 that this processor has; none elsewhere than on x86."""
    try:
        return dot_products.supported_variants()
    except RuntimeError:
        return []


def decode(
    core: XttsCore, batch: Sequence[Prompt], sampling: Sampling = GREEDY, steps: StepRunner | None = None
) -> list[tuple[list[int], torch.Tensor]]:
    """Decode all rows together; (tokens, latents) of each in the order of the prompts."""
    decoder = Decoder(core, sampling, steps)
    rows = decoder.join(batch)
    finished: dict[int, tuple[list[int], torch.Tensor]] = {}
    while decoder.rows:
        take_finished(decoder, finished)
        decoder.step()
    return [finished[id(row)] for row in rows]


def take_finished(decoder: Decoder, finished: dict[int, tuple[list[int], torch.Tensor]]) -> None:
    for row in [row for row in decoder.rows if row.done]:
        finished[id(row)] = (row.tokens, decoder.latents(row).clone())
        decoder.leave(row)


def collect(decoder: Decoder, rows: Sequence[Row]) -> list[list[int]]:
    """Run to the end and give the tokens of `rows`."""
    finished: dict[int, tuple[list[int], torch.Tensor]] = {}
    while decoder.rows:
        take_finished(decoder, finished)
        decoder.step()
    return [row.tokens for row in rows]
