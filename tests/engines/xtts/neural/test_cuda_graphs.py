"""A captured step equals an eager one, for any number of rows, however they join and leave."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from codechoir.engines.xtts.neural.decoder import Decoder, GraphSteps, Sampling
from support.emulated_capture import emulated_recorder
from support.xtts_decoding import GREEDY, collect, decode, prompts


@pytest.mark.parametrize("count", [1, 3, 5])
def test_replayed_steps_equal_eager_ones(core: Any, voices: Any, count: int) -> None:
    batch = prompts(core, voices, count, max_tokens=40)
    for sampling in (GREEDY, Sampling(temperature=0.9)):
        steps = GraphSteps(emulated_recorder)
        graphed = [tokens for tokens, _ in decode(core, batch, sampling, steps)]
        assert graphed == [tokens for tokens, _ in decode(core, batch, sampling)]
        assert steps.captured


def test_rows_join_and_leave_between_replays(core: Any, voices: Any) -> None:
    batch = prompts(core, voices, 5, max_tokens=12)
    alone = [decode(core, [prompt])[0][0] for prompt in batch]
    decoder = Decoder(core, GREEDY, GraphSteps(emulated_recorder))
    early = decoder.join(batch[:3])
    for _ in range(3):
        decoder.step()
    decoder.leave(early[1])
    late = decoder.join(batch[3:])
    assert collect(decoder, [early[0], early[2], *late]) == [alone[i] for i in (0, 2, 3, 4)]


def test_sizes_captured_at_start_are_not_captured_again(core: Any, voices: Any) -> None:
    captures = []

    def counting(work: Any) -> Any:
        captures.append(1)
        return emulated_recorder(work)

    steps = GraphSteps(counting)
    decoder = Decoder(core, GREEDY, steps)
    steps.capture(decoder, 4, 128)
    assert steps.captured == [(rows, span) for rows in (1, 2, 4) for span in (96, 128)]
    collect(decoder, decoder.join(prompts(core, voices, 3, max_tokens=20)))
    assert len(captures) == 6


def test_reading_a_value_during_a_capture_raises() -> None:
    with pytest.raises(RuntimeError, match="needs a value"):
        emulated_recorder(lambda: float(torch.ones(1).item()))  # type: ignore[arg-type, return-value]
