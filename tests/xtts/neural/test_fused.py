"""Steps by compiled kernels: what eager steps in int8 say, to within the rounding of int8."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import numpy as np
import pytest
import torch
from codechoir.bench.xtts_deviation import deviation
from codechoir.engines.xtts.neural import kernels, quantised
from codechoir.engines.xtts.neural.decoder import Decoder
from codechoir.engines.xtts.neural.fused import FusedSteps, fused_steps
from codechoir.engines.xtts.neural.graphs import EagerSteps, Steps
from codechoir.engines.xtts.neural.model import XttsCore, from_coqui
from codechoir.engines.xtts.neural.precision import make_plan
from codechoir.engines.xtts.neural.prompt import Prompt
from codechoir.engines.xtts.neural.quantised import FbgemmLinear, OneDnnLinear
from codechoir.engines.xtts.neural.sampling import Sampling
from codechoir.engines.xtts.neural.start import make_decoder
from torch.nn import functional as F
from xtts.neural.decoding import GREEDY, decode, prompts


@pytest.fixture(scope="module", params=[OneDnnLinear, FbgemmLinear])
def fast(coqui: Any, request: pytest.FixtureRequest) -> XttsCore:
    """A core in int8, by each library, whichever is the faster one on this processor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quantised, "has_onednn", lambda: request.param is OneDnnLinear)
        core = from_coqui(coqui, make_plan("cpu", "int8"))
    assert isinstance(core.transformer.blocks[0].expand, request.param)
    return core


def latents(core: XttsCore, batch: list[Prompt], steps: Steps, tokens: list[list[int]]) -> torch.Tensor:
    """Latents (rows, tokens, width) when the given tokens are said."""
    decoder = Decoder(core, GREEDY, steps)
    decoder.join(batch)
    for column in zip(*tokens, strict=True):
        with torch.inference_mode():
            decoder.state.tokens[: len(batch)] = torch.tensor(column)
        decoder.step()
    return decoder.state.latents[: len(batch), 1 : len(tokens[0]) + 1].clone()


@pytest.mark.parametrize("count", [1, 2, 5, 11])
def test_steps_give_what_eager_steps_give(fast: XttsCore, voices: Any, count: int) -> None:
    batch = prompts(fast, voices, count)
    tokens = [[(7 * row + 3 * step) % 50 for step in range(6)] for row in range(count)]
    eager, fused = (latents(fast, batch, steps, tokens) for steps in (EagerSteps(), FusedSteps(fast)))
    assert float(eager.norm()) > 1.0
    assert float((fused - eager).norm() / eager.norm()) < 0.02


def test_a_row_says_the_same_alone_and_with_others(fast: XttsCore, voices: Any) -> None:
    batch = prompts(fast, voices, 6, most=12)
    together = [tokens for tokens, _ in decode(fast, batch, Sampling(), FusedSteps(fast))]
    assert together == [decode(fast, [prompt], Sampling(), FusedSteps(fast))[0][0] for prompt in batch]


def test_rows_that_join_when_the_cache_has_to_grow_are_not_disturbed(fast: XttsCore, voices: Any) -> None:
    """The arrays share memory with tensors that are then allocated anew."""
    first, *others = prompts(fast, voices, 12, most=10)
    decoder = Decoder(fast, GREEDY, FusedSteps(fast))
    row = decoder.join([first])[0]
    for _ in range(4):
        decoder.step()
    slots = decoder.state.slots
    decoder.join(others)
    assert decoder.state.slots > slots
    while not row.done:
        decoder.step()
    assert row.tokens == decode(fast, [first], GREEDY, FusedSteps(fast))[0][0]


def test_the_deviation_from_fp32_is_bounded(coqui: Any, fast: XttsCore, voices: Any) -> None:
    found = deviation(coqui, fast, prompts(fast, voices, 3, most=16), FusedSteps(fast))
    assert all(figure["met"] for figure in found), found


def test_they_are_taken_for_int8_and_for_nothing_else(fast: XttsCore, core: XttsCore) -> None:
    assert isinstance(make_decoder(fast, GREEDY, 2).steps, FusedSteps)
    assert fused_steps(core) is None
    assert isinstance(make_decoder(core, GREEDY, 2).steps, EagerSteps)


def test_without_numba_steps_are_eager_and_the_log_says_so(
    fast: XttsCore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = builtins.__import__

    def without_numba(name: str, *rest: Any) -> Any:
        if name == "numba":
            raise ImportError("no numba here")
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, kernels.__name__)
    monkeypatch.delattr("codechoir.engines.xtts.neural.kernels")
    monkeypatch.setattr(builtins, "__import__", without_numba)
    assert fused_steps(fast) is None
    assert "slower: no numba here" in caplog.text


# ---- the kernels themselves --------------------------------------------------------------------------

RNG = np.random.default_rng(5)


def numbers(*size: int) -> Any:
    return RNG.standard_normal(size).astype(np.float32)


def whole(scaled: Any, largest: Any) -> torch.Tensor:
    """What a kernel computed, before it was brought to -1 … 1."""
    assert np.abs(scaled).max(axis=1) == pytest.approx(1.0, abs=1e-6)
    return torch.tensor(scaled) * torch.tensor(largest)[:, None]


def test_normalise() -> None:
    x, weight, bias, out, largest = numbers(3, 64), numbers(64), numbers(64), numbers(3, 64), numbers(3)
    kernels.normalise(x, weight, bias, out, largest)
    exact = F.layer_norm(torch.tensor(x), (64,), torch.tensor(weight), torch.tensor(bias))
    torch.testing.assert_close(whole(out, largest), exact, atol=1e-5, rtol=1e-5)


def test_add_and_normalise() -> None:
    x, product, weight, bias = numbers(3, 64), numbers(3, 64), numbers(64), numbers(64)
    out, largest, scales, offset = numbers(3, 64), np.abs(numbers(3)), numbers(64), numbers(64)
    total = torch.tensor(x + product * largest[:, None] * scales + offset)
    kernels.add_and_normalise(x, product, largest, scales, offset, weight, bias, out)
    exact = F.layer_norm(total, (64,), torch.tensor(weight), torch.tensor(bias))
    torch.testing.assert_close(torch.tensor(x), total, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(whole(out, largest), exact, atol=1e-5, rtol=1e-5)


def test_gelu_over_its_whole_range() -> None:
    product = np.linspace(-12, 12, 4000, dtype=np.float32)[None]
    largest, scales = np.array([0.5], np.float32), np.full(4000, 2, np.float32)
    offset, out = numbers(4000) / 100, np.empty_like(product)
    exact = F.gelu(torch.tensor(product + offset), approximate="tanh")
    kernels.gelu(product, largest, scales, offset, out)
    torch.testing.assert_close(whole(out, largest), exact, atol=5e-5, rtol=1e-5)


@pytest.mark.parametrize("size", [8, 64])
def test_attention(size: int) -> None:
    rows, heads, positions = 3, 4, 20
    width = size * heads
    product, largest = numbers(rows, 3 * width), np.abs(numbers(rows))
    scales, offset = numbers(3 * width), numbers(3 * width)
    cache, lengths = numbers(5, positions, 2 * width), np.array([0, 7, 19, 3, 3])
    given, before = product * largest[:, None] * scales + offset, cache.copy()
    out = np.empty((rows, width), np.float32)
    kernels.attention(size)(product, largest, scales, offset, cache, lengths, numbers(positions), out)
    for row in range(rows):
        before[row, lengths[row]] = given[row, width:]
        past = torch.tensor(before[row, : lengths[row] + 1]).view(-1, 2, heads, size).permute(1, 2, 0, 3)
        query = torch.tensor(given[row, :width]).view(heads, 1, size)
        exact = F.scaled_dot_product_attention(query, past[0], past[1]).reshape(width)
        torch.testing.assert_close(whole(out, largest)[row], exact, atol=1e-5, rtol=1e-4)
    assert cache == pytest.approx(before, abs=1e-5), "only the newest position is written"


def test_add() -> None:
    x, product, largest, scales, offset = numbers(3, 64), numbers(3, 64), numbers(3), numbers(64), numbers(64)
    total = x + product * largest[:, None] * scales + offset
    kernels.add(x, product, largest, scales, offset)
    assert x == pytest.approx(total, abs=1e-5)


def test_bytes_are_rounded() -> None:
    given = np.linspace(-1, 1, 1001, dtype=np.float32)[None]
    whole = np.empty(given.shape, np.uint8)
    kernels.to_bytes(given, whole)
    assert np.abs(whole - (given * 127.0 + 128.0)).max() <= 0.5 + 1e-4
    assert (whole.min(), whole.max()) == (1, 255)
