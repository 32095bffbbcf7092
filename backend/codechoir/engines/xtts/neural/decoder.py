"""Our own decoding loop: rows of different voices, texts and lengths in one batch.

Coqui decodes one utterance at a time through `generate()`, whose prefix is state on the module, so that two
streams disturb each other. Here a row is a slot of static tensors (`rows.RowState`); rows join after a
prefill of their own and leave when they are done, at any step.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from codechoir.engines.xtts.neural.conditioning import Conditioning
from codechoir.engines.xtts.neural.graphs import EagerSteps, Steps
from codechoir.engines.xtts.neural.model import XttsCore
from codechoir.engines.xtts.neural.prompt import Prompt, embed
from codechoir.engines.xtts.neural.rows import RowState
from codechoir.engines.xtts.neural.sampling import Sampling, choose

REMEMBERED_VOICES = 32
"""Voices whose keys and values are kept: 8 MB each in fp32 at full size."""


@dataclass(slots=True, eq=False)
class Row:
    """An utterance being decoded. `slot`: where it is now. `tokens`: audio tokens so far, the stop token
    included; `done`: nothing more will come."""

    prompt: Prompt
    slot: int
    positions: int
    tokens: list[int]
    done: bool = False


class Decoder:
    """Rows that decode together. Not thread-safe: one thread calls it."""

    def __init__(self, core: XttsCore, sampling: Sampling, steps: Steps | None = None) -> None:
        self.core, self.sampling = core, sampling
        self.state = RowState(core.shape, core.plan)
        self.rows: list[Row] = []
        self.steps = steps or EagerSteps()
        self._voices: OrderedDict[str, torch.Tensor] = OrderedDict()

    def reserve(self, slots: int, positions: int) -> None:
        """Make room at once for what will be needed, so that nothing is copied later."""
        if self.state.ensure(slots, positions):
            self.steps.forget()

    def prepare(self, voice: Conditioning) -> torch.Tensor:
        """Keys and values of a voice's conditioning latents, (layers, 32, 2 × width).

        They are the same in every prefix, so they are computed once a voice and not once an utterance: two
        thirds of the prefill of a short text.
        """
        if voice.key in self._voices:
            self._voices.move_to_end(voice.key)
            return self._voices[voice.key]
        shape, plan = self.core.shape, self.core.plan
        with torch.inference_mode():
            latent = voice.latent.to(plan.device, plan.compute)
            cache = torch.zeros(
                shape.layers, 1, shape.voice, 2 * shape.width, dtype=plan.compute, device=plan.device
            )
            filled = torch.tensor([shape.voice], device=plan.device)
            self.core.layers.extend(latent, filled, cache, 0, 0)
        self._voices[voice.key] = cache[:, 0]
        if len(self._voices) > REMEMBERED_VOICES:
            self._voices.popitem(last=False)
        return self._voices[voice.key]

    def join(self, prompts: Sequence[Prompt]) -> list[Row]:
        """Prefill new rows together and make the first token of each."""
        shape = self.core.shape
        voices = [self.prepare(prompt.voice) for prompt in prompts]
        first, count = len(self.rows), len(prompts)
        with torch.inference_mode():
            embedded, lengths = embed(self.core, prompts)
            longest = embedded.shape[1]
            self.reserve(first + count, shape.voice + longest + 2)
            state, slots = self.state, slice(first, first + count)
            for slot, voice in enumerate(voices, first):
                state.cache[:, slot, : shape.voice] = voice
            last = self.core.layers.extend(embedded, lengths, state.cache, first, shape.voice)
            self._begin(prompts, slots, lengths)
            self.emit(slots, last)
        filled = [shape.voice + len(prompt.tokens) + 3 for prompt in prompts]
        joined = [Row(prompt, first + i, filled[i], []) for i, prompt in enumerate(prompts)]
        self.rows += joined
        self._collect(joined)
        return joined

    def step(self) -> list[Row]:
        """One token more for every row that is not done; returns those rows. Done rows must have left."""
        if not self.rows:
            return []
        longest = max(row.positions for row in self.rows) + 1
        self.reserve(len(self.rows), longest + 1)
        with torch.inference_mode():
            self.steps.run(self, len(self.rows), longest)
        for row in self.rows:
            row.positions += 1
        self._collect(self.rows)
        return list(self.rows)

    def leave(self, row: Row) -> None:
        """Free a row's slot at once, done or cancelled; the last row takes its place."""
        last = self.rows.pop()
        if last is not row:
            with torch.inference_mode():
                self.state.move(last.slot, row.slot, last.positions)
            self.rows[row.slot] = last
            last.slot = row.slot
        row.done = True

    def latents(self, row: Row) -> torch.Tensor:
        """The row's latents so far, (tokens, width); a view that the next `leave` may overwrite."""
        return self.state.latents[row.slot, : len(row.tokens)]

    def log_probability(self, row: Row) -> float:
        """Mean log probability of the row's tokens."""
        return float(self.state.log_probability[row.slot]) / max(len(row.tokens), 1)

    def advance(self, rows: int, span: int) -> None:
        """The work of one step on the first `rows` slots, in place, without looking at any value: what a
        CUDA graph captures. `span`: positions that attention looks at."""
        core, state = self.core, self.state
        slots = slice(0, rows)
        lengths = state.lengths[slots]
        x = core.audio_embedding[state.tokens[slots]] + core.audio_position[state.steps[slots]]
        hidden = core.layers.step(x, state.cache, lengths, span)
        lengths.add_(1).clamp_(max=state.positions - 1)
        self.emit(slots, hidden)

    def emit(self, slots: slice, hidden: torch.Tensor) -> None:
        """From last hidden states (rows, width): store the latent, draw the token."""
        core, state = self.core, self.state
        latent = core.final_norm(hidden)
        logits = core.head(latent).float()
        steps, seen = state.steps[slots], state.seen[slots]
        late = (steps - state.expected[slots]).clamp_(min=0.0) * self.sampling.stop_slope
        logits[:, core.shape.stop_audio] += late
        uniform = state.uniforms[slots].gather(1, steps[:, None])[:, 0]
        token, log_probability = choose(logits, seen, uniform, self.sampling)
        state.latents[slots].scatter_(
            1, steps[:, None, None].expand(-1, 1, latent.shape[-1]), latent[:, None].float()
        )
        seen.scatter_(1, token[:, None], True)
        state.tokens[slots] = token
        state.log_probability[slots] += log_probability
        steps.add_(1).clamp_(max=core.shape.most_audio - 1)

    def _begin(self, prompts: Sequence[Prompt], slots: slice, lengths: torch.Tensor) -> None:
        state, shape = self.state, self.core.shape
        state.lengths[slots] = lengths + shape.voice
        state.steps[slots] = 0
        state.log_probability[slots] = 0.0
        state.expected[slots] = torch.tensor([prompt.expected for prompt in prompts]).to(state.expected)
        # As coqui's generate() sees it: the prefix is a run of tokens 1, and the start token follows.
        state.seen[slots] = False
        state.seen[slots, 1] = True
        state.seen[slots, shape.start_audio] = True
        draws = [_uniforms(prompt.seed, shape.most_audio) for prompt in prompts]
        state.uniforms[slots] = torch.stack(draws).to(state.uniforms)

    def _collect(self, rows: Sequence[Row]) -> None:
        """Read the newest tokens: the one moment of a step when the processor waits for the device."""
        newest = self.state.tokens[: len(self.rows)].tolist()
        for row in rows:
            token = newest[row.slot]
            row.tokens.append(token)
            most = min(row.prompt.most, self.core.shape.most_audio)
            row.done = token == self.core.shape.stop_audio or len(row.tokens) >= most


def _uniforms(seed: int, count: int) -> torch.Tensor:
    return torch.rand(count, generator=torch.Generator().manual_seed(seed))
