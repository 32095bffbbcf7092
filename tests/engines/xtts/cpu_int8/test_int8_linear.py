"""Products in int8: close to fp32, exact sums, and no row depends on another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from codechoir.engines.xtts.cpu_int8 import dot_products, fused_transformer, kernels
from codechoir.engines.xtts.cpu_int8.fused_transformer import Int8Linear
from codechoir.engines.xtts.cpu_int8.matrices import pack_matrices
from support.xtts_decoding import variants_here

VARIANTS = [pytest.param(variant, id=dot_products.VARIANTS[variant].feature) for variant in variants_here()]


@pytest.fixture
def matrix() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    # Neither sum fills whole blocks, and it is not contiguous, as GPT-2's are not.
    return (torch.randn(70, 99) * torch.rand(1, 99)).t(), torch.randn(99)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("rows", [1, 2, 7, 8, 9, 30])
def test_a_product_is_near_to_fp32(matrix: Any, variant: int, rows: int) -> None:
    weight, bias = matrix
    x = torch.randn(rows, 70)
    exact = torch.nn.functional.linear(x.double(), weight.double(), bias.double())
    ours = Int8Linear(weight, bias, variant)(x)
    assert ours.shape == exact.shape
    assert float((ours - exact).norm() / exact.norm()) < 2e-2


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_row_does_not_depend_on_its_neighbours(matrix: Any, variant: int) -> None:
    """The usual dynamic scale of a whole batch would make what a voice says depend on who else speaks."""
    product = Int8Linear(*matrix, variant)
    row, loud = torch.randn(1, 70), 50 * torch.randn(10, 70)
    assert torch.equal(product(torch.cat([loud, row]))[-1:], product(row))


@pytest.mark.parametrize("variant", VARIANTS)
def test_sums_are_exact_at_their_largest(variant: int) -> None:
    """Sixteen bits would not hold two products of the largest bytes."""
    sign = torch.tensor([1.0, 1.0, -1.0, -1.0]).repeat(1024)
    product = Int8Linear(torch.stack([torch.ones(4096), sign]), torch.zeros(2), variant)
    assert product(torch.stack([torch.ones(4096), sign])).tolist() == [[4096.0, 0.0], [0.0, 4096.0]]


def test_inputs_may_have_any_shape(matrix: Any) -> None:
    x = torch.randn(2, 3, 70)
    assert torch.equal(Int8Linear(*matrix)(x)[1, 2], Int8Linear(*matrix)(x[1, 2]))


def test_packed_matrices_are_aligned_to_cache_lines(matrix: Any) -> None:
    weight, bias = matrix
    stacks = pack_matrices([weight, weight * 2], [bias, bias])
    assert stacks.packed.shape == (2, 4, 18, 128)
    assert np.array_equal(stacks.packed[0], stacks.packed[1])
    assert stacks.scales[1] == pytest.approx(stacks.scales[0] * 2)
    assert all(stack.ctypes.data % 64 == 0 for stack in stacks)


@pytest.mark.parametrize(
    ("machine", "features", "name"),
    [
        ("x86_64", {"avx512vnni": True, "avx2": True}, "avx512vnni"),
        ("AMD64", {"avxvnni": True, "avx2": True}, "avxvnni"),
        ("x86_64", {"avx512vnni": False, "avx2": True}, "avx2"),
        ("x86_64", {"sse2": True}, ""),
        ("arm64", {"avx2": True}, ""),
    ],
)
def test_the_fastest_variant_of_the_processor_is_named(
    monkeypatch: pytest.MonkeyPatch, machine: str, features: dict[str, bool], name: str
) -> None:
    monkeypatch.setattr(fused_transformer.platform, "machine", lambda: machine)
    monkeypatch.setattr(dot_products.llvmlite.binding, "get_host_cpu_features", lambda: features)
    assert fused_transformer.int8_variant() == name


def test_a_processor_without_a_variant_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dot_products.llvmlite.binding, "get_host_cpu_features", dict)
    with pytest.raises(RuntimeError, match="has none of the features"):
        dot_products.supported_variants()


def test_where_numba_cannot_compile_the_log_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(kernels, "linear", full)
    assert fused_transformer.int8_variant() == ""
    assert "slower: no space left" in caplog.text
