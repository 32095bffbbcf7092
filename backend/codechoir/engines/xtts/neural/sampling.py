"""From logits to the next token, for all rows at once, as coqui's `generate` would.

The order is that of transformers: repetition penalty, temperature, top-k, top-p. A row draws from its own
stream of uniform numbers, so what it says depends on its seed and not on its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn. `greedy` takes the most probable token and ignores all but the penalty.

    `stop_slope`: added to the stop token's logit for each token beyond the row's expected length.
    """

    temperature: float = 0.75
    top_k: int = 50
    top_p: float = 0.85
    repetition_penalty: float = 5.0
    greedy: bool = False
    stop_slope: float = 0.5


def penalised(logits: torch.Tensor, seen: torch.Tensor, penalty: float) -> torch.Tensor:
    """Logits (rows, vocabulary) with those of the tokens `seen` (bool, same shape) made less likely."""
    return torch.where(seen, torch.where(logits < 0, logits * penalty, logits / penalty), logits)


def shortlist(scores: torch.Tensor, sampling: Sampling) -> tuple[torch.Tensor, torch.Tensor]:
    """Probabilities and ids of the tokens that may be drawn, most probable first: (rows, top_k) both.

    Those that top-p removes have probability zero; the rest sum to one.
    """
    top, ids = torch.topk(scores / sampling.temperature, min(sampling.top_k, scores.shape[-1]), dim=-1)
    probabilities = torch.softmax(top, dim=-1)
    before = torch.cumsum(probabilities, dim=-1) - probabilities
    kept = torch.where(before < sampling.top_p, probabilities, 0.0)
    return kept / kept.sum(dim=-1, keepdim=True), ids


def choose(
    logits: torch.Tensor, seen: torch.Tensor, uniform: torch.Tensor, sampling: Sampling
) -> tuple[torch.Tensor, torch.Tensor]:
    """The next token of each row (rows,) and its log probability in the unchanged distribution (rows,).

    `uniform`: (rows,) in [0, 1).
    """
    scores = penalised(logits, seen, sampling.repetition_penalty)
    if sampling.greedy:
        token = scores.argmax(dim=-1, keepdim=True)
    else:
        probabilities, ids = shortlist(scores, sampling)
        passed = torch.cumsum(probabilities, dim=-1) <= uniform[:, None]
        kept = (probabilities > 0).sum(dim=-1, keepdim=True)
        token = ids.gather(1, torch.minimum(passed.sum(dim=-1, keepdim=True), kept - 1))
    log_probability = torch.log_softmax(logits, dim=-1).gather(1, token)
    return token[:, 0], log_probability[:, 0]
