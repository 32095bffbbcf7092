"""Our own decoding loop: rows of different voices, texts and lengths in one batch.

Coqui decodes one utterance at a time by `generate()`, whose prefix is state of the module, so that two
streams disturb each other. Here a row is a slot of static tensors (`xtts_model.BatchState`). Rows join after
a prefill of their own, and leave when they are done, at any step.

A row's prefix is [conditioning latents][START text STOP, with text positions][start of audio, with audio
position 0]; audio token k takes audio position k + 1.

Tokens are drawn as coqui's `generate()` draws them: repetition penalty, temperature, top-k, top-p. A row
draws from its own stream of random numbers, so what it says depends on its seed and not on its neighbours.

On a GPU a step is hundreds of small kernels, and launching them takes longer than running them: 20 to 30 ms
against one. There `GraphSteps` captures the step once for each size (rows × positions, both rounded up) as a
CUDA graph, and replays it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from cachetools import LRUCache

from codechoir.engines.xtts.capabilities import find_language
from codechoir.engines.xtts.neural.xtts_model import (
    POSITION_SIZES,
    SLOT_SIZES,
    BatchState,
    Conditioning,
    XttsCore,
    round_up,
)
from codechoir.errors import InputError

CACHED_VOICES = 32
"""Voices whose keys and values are cached: 8 MB each in fp32 at full size."""


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


def apply_penalty(logits: torch.Tensor, seen: torch.Tensor, penalty: float) -> torch.Tensor:
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


def draw_tokens(
    logits: torch.Tensor, seen: torch.Tensor, uniform: torch.Tensor, sampling: Sampling
) -> tuple[torch.Tensor, torch.Tensor]:
    """The next token of each row (rows,) and its log probability in the unchanged distribution (rows,).

    `uniform`: (rows,) random numbers in [0, 1).
    """
    scores = apply_penalty(logits, seen, sampling.repetition_penalty)
    if sampling.greedy:
        token = scores.argmax(dim=-1, keepdim=True)
    else:
        probabilities, ids = shortlist(scores, sampling)
        passed = torch.cumsum(probabilities, dim=-1) <= uniform[:, None]
        kept = (probabilities > 0).sum(dim=-1, keepdim=True)
        token = ids.gather(1, torch.minimum(passed.sum(dim=-1, keepdim=True), kept - 1))
    log_probability = torch.log_softmax(logits, dim=-1).gather(1, token)
    return token[:, 0], log_probability[:, 0]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One utterance to decode.

    `tokens`: of the text, without start and stop. `seed`: of the row's random numbers. `expected_tokens`:
    audio tokens after which stopping becomes likelier. `max_tokens`: audio tokens after which the row is
    truncated.
    """

    tokens: tuple[int, ...]
    voice: Conditioning
    seed: int = 0
    expected_tokens: float = float("inf")
    max_tokens: int = 10_000

    @property
    def prefill_positions(self) -> int:
        """New positions of its prefill: text with start and stop, start of audio."""
        return len(self.tokens) + 3


def tokenize(core: XttsCore, text: str, tag: str) -> tuple[int, ...]:
    """Text tokens as coqui makes them: trimmed, lower case, numbers and symbols written out.

    `tag`: BCP 47 language tag. Raises `InputError` for a language that XTTS does not speak, or for a text
    beyond the model's limit.
    """
    code = find_language(tag).code
    tokens = tuple(core.coqui.tokenizer.encode(text.strip().lower(), lang=code))
    most = core.shape.max_text_tokens
    if len(tokens) > most:
        raise InputError(
            f"the text has {len(tokens)} tokens, XTTS takes at most {most} at once; split it into sentences"
        )
    return tokens


def embed_prompts(core: XttsCore, prompts: Sequence[Prompt]) -> tuple[torch.Tensor, torch.Tensor]:
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


@dataclass(slots=True, eq=False)
class Row:
    """An utterance being decoded.

    `slot`: where it is now. `positions`: how many are filled. `tokens`: audio tokens so far, the stop token
    included. `done`: no more tokens will follow.
    """

    prompt: Prompt
    slot: int
    positions: int
    tokens: list[int]
    done: bool = False


class StepRunner(Protocol):
    """Runs `Decoder.advance`."""

    def run(self, decoder: Decoder, rows: int, span: int) -> None:
        """One step of the first `rows` slots over `span` positions, or over more of either."""

    def invalidate(self) -> None:
        """The decoder's tensors have moved."""


class EagerSteps:
    """Launches each operation by itself."""

    def run(self, decoder: Decoder, rows: int, span: int) -> None:
        """See `StepRunner`."""
        decoder.advance(rows, span)

    def invalidate(self) -> None:
        """See `StepRunner`."""


class Decoder:
    """Rows that decode together. Not thread-safe: one thread calls it."""

    def __init__(self, core: XttsCore, sampling: Sampling, steps: StepRunner | None = None) -> None:
        self.core, self.sampling = core, sampling
        self.state = BatchState(core.shape, core.plan)
        self.rows: list[Row] = []
        self.steps = steps or EagerSteps()
        self._voices: LRUCache[str, torch.Tensor] = LRUCache(CACHED_VOICES)

    def reserve(self, slots: int, positions: int) -> None:
        """Makes room now for what will be needed, so that nothing is copied later."""
        if self.state.grow(slots, positions):
            self.steps.invalidate()

    def prepare_voice(self, voice: Conditioning) -> torch.Tensor:
        """Keys and values of a voice's conditioning latents, (layers, 32, 2 × width).

        They are the same in every prefix, so they are computed once per voice and not once per utterance: two
        thirds of the prefill of a short text.
        """
        if (known := self._voices.get(voice.key)) is not None:
            return known
        shape, plan = self.core.shape, self.core.plan
        with torch.inference_mode():
            latent = voice.latent.to(plan.device, plan.compute)
            size = (shape.layers, 1, shape.latent_positions, 2 * shape.width)
            cache = torch.zeros(size, dtype=plan.compute, device=plan.device)
            filled = torch.tensor([shape.latent_positions], device=plan.device)
            self.core.layers.extend(latent, filled, cache, 0, 0)
        prepared = self._voices[voice.key] = cache[:, 0]
        return prepared

    def join(self, prompts: Sequence[Prompt]) -> list[Row]:
        """Prefill new rows together and make the first token of each."""
        shape = self.core.shape
        voices = [self.prepare_voice(prompt.voice) for prompt in prompts]
        first, count = len(self.rows), len(prompts)
        with torch.inference_mode():
            embedded, lengths = embed_prompts(self.core, prompts)
            longest = embedded.shape[1]
            self.reserve(first + count, shape.latent_positions + longest + 2)
            state, slots = self.state, slice(first, first + count)
            for slot, voice in enumerate(voices, first):
                state.cache[:, slot, : shape.latent_positions] = voice
            last = self.core.layers.extend(embedded, lengths, state.cache, first, shape.latent_positions)
            self._reset_slots(prompts, slots, lengths)
            self._append_tokens(slots, last)
        joined = [
            Row(prompt, slot, shape.latent_positions + prompt.prefill_positions, [])
            for slot, prompt in enumerate(prompts, first)
        ]
        self.rows += joined
        self._read_tokens(joined)
        return joined

    def step(self) -> list[Row]:
        """One more token for every row; returns the rows. Rows that are done must have left."""
        if not self.rows:
            return []
        longest = max(row.positions for row in self.rows) + 1
        self.reserve(len(self.rows), longest + 1)
        with torch.inference_mode():
            self.steps.run(self, len(self.rows), longest)
        for row in self.rows:
            row.positions += 1
        self._read_tokens(self.rows)
        return list(self.rows)

    def leave(self, row: Row) -> None:
        """Frees a row's slot at once, done or cancelled; the last row takes its place."""
        last = self.rows.pop()
        if last is not row:
            with torch.inference_mode():
                self.state.copy_slot(last.slot, row.slot, last.positions)
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
        self._append_tokens(slots, hidden)

    def _append_tokens(self, slots: slice, hidden: torch.Tensor) -> None:
        """From last hidden states (rows, width): store the latent, draw the token."""
        core, state = self.core, self.state
        latent = core.final_norm(hidden)
        logits = core.head(latent).float()
        steps, seen = state.steps[slots], state.seen[slots]
        late = (steps - state.expected[slots]).clamp_(min=0.0) * self.sampling.stop_slope
        logits[:, core.shape.stop_audio] += late
        uniform = state.uniforms[slots].gather(1, steps[:, None])[:, 0]
        token, log_probability = draw_tokens(logits, seen, uniform, self.sampling)
        state.latents[slots].scatter_(
            1, steps[:, None, None].expand(-1, 1, latent.shape[-1]), latent[:, None].float()
        )
        seen.scatter_(1, token[:, None], True)
        state.tokens[slots] = token
        state.log_probability[slots] += log_probability
        steps.add_(1).clamp_(max=core.shape.max_audio_tokens - 1)

    def _reset_slots(self, prompts: Sequence[Prompt], slots: slice, lengths: torch.Tensor) -> None:
        state, shape = self.state, self.core.shape
        state.lengths[slots] = lengths + shape.latent_positions
        state.steps[slots] = 0
        state.log_probability[slots] = 0.0
        state.expected[slots] = torch.tensor([prompt.expected_tokens for prompt in prompts]).to(
            state.expected
        )
        # As coqui's generate() sees it: the prefix is a run of tokens 1, and the start token follows.
        state.seen[slots] = False
        state.seen[slots, 1] = True
        state.seen[slots, shape.start_audio] = True
        draws = [_random_numbers(prompt.seed, shape.max_audio_tokens) for prompt in prompts]
        state.uniforms[slots] = torch.stack(draws).to(state.uniforms)

    def _read_tokens(self, rows: Sequence[Row]) -> None:
        """Reads the newest tokens: the only moment of a step when the processor waits for the device."""
        newest = self.state.tokens[: len(self.rows)].tolist()
        for row in rows:
            token = newest[row.slot]
            row.tokens.append(token)
            most = min(row.prompt.max_tokens, self.core.shape.max_audio_tokens)
            row.done = token == self.core.shape.stop_audio or len(row.tokens) >= most


def _random_numbers(seed: int, count: int) -> torch.Tensor:
    return torch.rand(count, generator=torch.Generator().manual_seed(seed))


Replay = Callable[[], None]
Recorder = Callable[[Callable[[], None]], Replay]
"""Runs the work, records it, and returns what runs it again on the same tensors."""


class GraphSteps:
    """Replays graphs, captured by `capture` at start or when a size first occurs.

    Slots beyond the active rows are computed too; nobody reads their results.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._replays: dict[tuple[int, int], Replay] = {}

    @property
    def captured(self) -> list[tuple[int, int]]:
        """Sizes (rows, positions) that are ready."""
        return sorted(self._replays)

    def capture(self, decoder: Decoder, rows: int, span: int) -> None:
        """Captures every size up to so many rows and positions; no row may be active."""
        decoder.reserve(rows, span)
        with torch.inference_mode():
            for slots in (size for size in SLOT_SIZES if size <= decoder.state.slots):
                for positions in (size for size in POSITION_SIZES if size <= decoder.state.positions):
                    self._replay(decoder, slots, positions)

    def run(self, decoder: Decoder, rows: int, span: int) -> None:
        """See `StepRunner`."""
        state = decoder.state
        slots = round_up(rows, SLOT_SIZES, state.slots)
        self._replay(decoder, slots, round_up(span, POSITION_SIZES, state.positions))()

    def invalidate(self) -> None:
        """See `StepRunner`."""
        self._replays.clear()

    def _replay(self, decoder: Decoder, slots: int, positions: int) -> Replay:
        key = (slots, positions)
        if key not in self._replays:
            snapshot = decoder.state.snapshot(slots)
            self._replays[key] = self._recorder(lambda: decoder.advance(slots, positions))
            decoder.state.restore(snapshot)
        return self._replays[key]


class CudaGraphRecorder:
    """Captures the work as a CUDA graph; all graphs share one pool, since only one runs at a time."""

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, work: Callable[[], None]) -> Replay:
        """The work first runs twice on a stream of its own, so that libraries initialise outside the
        capture."""
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(2):
                work()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            work()
        replay: Replay = graph.replay
        return replay
