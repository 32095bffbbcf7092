"""Precisions: close to fp32, and chosen by what the processor has."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from codechoir.bench.xtts_quality import deviation
from codechoir.engines.xtts.neural import gpt_layers
from codechoir.engines.xtts.neural.gpt_layers import make_linear, make_plan
from codechoir.engines.xtts.neural.xtts_model import from_coqui
from codechoir.errors import InputError
from support.xtts_decoding import prompts


@pytest.fixture
def matrix() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return (torch.randn(64, 96) * torch.rand(1, 96)).t(), torch.randn(96)  # not contiguous, as GPT-2's are


@pytest.mark.parametrize(("wanted", "bound"), [("fp32", 1e-6), ("bf16", 1e-2), ("int8", 2e-2)])
def test_a_product_is_as_near_to_fp32_as_its_precision(matrix: Any, wanted: str, bound: float) -> None:
    weight, bias = matrix
    plan = make_plan("cpu", wanted)
    x = torch.randn(5, 64)
    ours = make_linear(weight, bias, plan)(x.to(plan.compute)).float()
    exact = torch.nn.functional.linear(x.double(), weight.double(), bias.double())
    assert float((ours - exact).norm() / exact.norm()) < bound


@pytest.mark.parametrize("wanted", ["int8", "bf16"])
def test_the_deviation_from_fp32_is_bounded(coqui: Any, core: Any, voices: Any, wanted: str) -> None:
    fast = from_coqui(coqui, make_plan("cpu", wanted))
    found = deviation(coqui, fast, prompts(core, voices, 3, max_tokens=16))
    assert [f["name"].rpartition(".")[2] for f in found] == ["logits", "other_token", "mel"]
    assert all(f["met"] for f in found), found


@pytest.mark.parametrize(
    ("int8", "bf16", "wanted", "chosen"),
    [
        (True, True, "auto", "int8"),
        (False, True, "auto", "bf16"),
        (False, False, "auto", "fp32"),
        (False, True, "int8", "bf16"),
        (True, True, "fp16", "bf16"),
        (True, False, "fp32", "fp32"),
    ],
)
def test_the_next_best_precision_is_used_and_named(
    monkeypatch: pytest.MonkeyPatch, int8: bool, bf16: bool, wanted: str, chosen: str
) -> None:
    monkeypatch.setattr(gpt_layers, "int8_variant", lambda: "avx2" if int8 else "")
    monkeypatch.setattr(gpt_layers, "has_bf16", lambda: bf16)
    plan = make_plan("cpu", wanted)
    assert plan.precision == chosen
    assert plan.reason.startswith(chosen)
    assert (f"instead of {wanted}" in plan.reason) is (wanted not in ("auto", chosen))
    assert ("by avx2" in plan.reason) is (chosen == "int8")


def test_fp32_is_exact_throughout() -> None:
    plan = make_plan("cpu", "fp32")
    assert (plan.compute, plan.vocoder) == (torch.float32, torch.float32)


def test_an_unknown_precision_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="Did you mean 'int8'"):
        make_plan("cpu", "int4")
