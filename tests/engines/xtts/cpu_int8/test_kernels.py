"""The compiled kernels, each against torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from codechoir.engines.xtts.cpu_int8 import kernels
from torch.nn import functional as F

RNG = np.random.default_rng(5)


def numbers(*size: int) -> Any:
    return RNG.standard_normal(size).astype(np.float32)


def test_layer_norm() -> None:
    x, weight, bias, out = numbers(64), numbers(64), numbers(64), numbers(64)
    kernels.layer_norm(x, weight, bias, out)
    exact = F.layer_norm(torch.tensor(x), (64,), torch.tensor(weight), torch.tensor(bias))
    torch.testing.assert_close(torch.tensor(out), exact, atol=1e-5, rtol=1e-5)


def test_gelu_over_its_whole_range() -> None:
    values = np.linspace(-24, 24, 4000, dtype=np.float32)
    exact = F.gelu(torch.tensor(values), approximate="tanh")
    kernels.gelu(values)
    torch.testing.assert_close(torch.tensor(values), exact, atol=5e-5, rtol=1e-5)


def test_softmax_over_a_wide_range() -> None:
    scores = np.concatenate([numbers(50) * 5, [-500.0, 30.0]]).astype(np.float32)
    exact = torch.softmax(torch.tensor(scores), 0)
    kernels.softmax(scores)
    torch.testing.assert_close(torch.tensor(scores), exact, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("size", [8, 64])
@pytest.mark.parametrize("length", [1, 4, 7, 20])
def test_attention_of_some_heads(size: int, length: int) -> None:
    heads = 5
    query, past, out = numbers(heads, size), numbers(20, 2, heads, size), numbers(heads, size)
    before = out.copy()
    attend(query, past, length, 1, 3, size, out, numbers(4, 25))
    keys, values = torch.tensor(past[:length]).permute(1, 2, 0, 3)
    exact = F.scaled_dot_product_attention(torch.tensor(query)[:, None], keys, values)[:, 0]
    torch.testing.assert_close(torch.tensor(out)[1:4], exact[1:4], atol=1e-5, rtol=1e-4)
    assert np.array_equal(out[[0, 4]], before[[0, 4]]), "other heads are left alone"


@kernels.compiled
def attend(
    query: Any, past: Any, length: int, head: int, heads: int, size: int, out: Any, scores: Any
) -> None:
    """The kernel is a part of others and does not stand alone."""
    kernels.attention(query, past, length, head, heads, size, out, scores)


def test_quantised_rows_are_rounded_and_return_their_scale() -> None:
    given = np.linspace(-3, 3, 1001, dtype=np.float32)
    whole = np.empty(given.shape, np.uint8)
    assert kernels.quantise_row(given, whole) == pytest.approx(3.0)
    assert np.abs(whole - (given / 3 * 127.0 + 128.0)).max() <= 0.5 + 1e-4
    assert (whole.min(), whole.max()) == (1, 255)


def test_a_row_of_zeros_is_quantised_to_the_zero_point() -> None:
    whole = np.empty(8, np.uint8)
    assert kernels.quantise_row(np.zeros(8, np.float32), whole) > 0
    assert (whole == 128).all()
