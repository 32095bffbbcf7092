"""The fused layers equal torch's with the same matrices, with any threads and any neighbours."""

from __future__ import annotations

import builtins
import gc
import sys
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from codechoir.engines.xtts.cpu_int8 import dot_products, kernels
from codechoir.engines.xtts.cpu_int8.fused_transformer import FusedTransformer, Int8Linear
from codechoir.engines.xtts.neural.decoder import Decoder, Sampling
from codechoir.engines.xtts.neural.gpt_layers import Layers, Transformer, TransformerBlock, make_plan
from codechoir.engines.xtts.neural.xtts_model import XttsCore, from_coqui
from support.xtts_decoding import GREEDY, decode, prompts, variants_here

VARIANTS = [pytest.param(variant, id=dot_products.VARIANTS[variant].feature) for variant in variants_here()]


@pytest.fixture(scope="module")
def fast(coqui: Any) -> XttsCore:
    core = from_coqui(coqui, make_plan("cpu", "int8"))
    assert isinstance(core.layers, FusedTransformer)
    return core


def with_layers(core: XttsCore, coqui: Any, **options: Any) -> XttsCore:
    """The core with compiled layers made otherwise."""
    return replace(core, layers=FusedTransformer(coqui.gpt.gpt, core.shape.heads, **options))


@pytest.fixture(scope="module")
def eager(coqui: Any, fast: XttsCore) -> XttsCore:
    """The same matrices in int8, all else by torch in fp32."""
    layers = Transformer(coqui.gpt.gpt, fast.shape.heads, make_plan("cpu", "fp32"))
    modules = coqui.gpt.gpt.h
    layers.blocks = [in_int8(block, module) for block, module in zip(layers.blocks, modules, strict=True)]
    return replace(fast, layers=layers)


def in_int8(block: TransformerBlock, module: Any) -> TransformerBlock:
    def linear(conv: Any) -> Int8Linear:
        return Int8Linear(conv.weight.detach().t(), conv.bias.detach())

    return replace(
        block,
        query_key_value=linear(module.attn.c_attn),
        attention_output=linear(module.attn.c_proj),
        mlp_up=linear(module.mlp.c_fc),
        mlp_down=linear(module.mlp.c_proj),
    )


def latents(core: XttsCore, voices: Any, count: int) -> torch.Tensor:
    """Latents (rows, tokens, width) of prefixes and of given tokens."""
    batch = prompts(core, voices, count)
    tokens = [[(7 * row + 3 * step) % 50 for step in range(6)] for row in range(count)]
    decoder = Decoder(core, GREEDY)
    decoder.join(batch)
    for column in zip(*tokens, strict=True):
        with torch.inference_mode():
            decoder.state.tokens[:count] = torch.tensor(column)
        decoder.step()
    return decoder.state.latents[:count, :7].clone()


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("count", [1, 2, 5, 11])
def test_fused_layers_equal_torch_layers(
    coqui: Any, fast: XttsCore, eager: XttsCore, voices: Any, variant: int, count: int
) -> None:
    theirs, ours = (
        latents(eager, voices, count),
        latents(with_layers(fast, coqui, variant=variant), voices, count),
    )
    assert float(theirs.norm()) > 1.0
    assert float((ours - theirs).norm() / theirs.norm()) < 0.02


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_results_do_not_depend_on_the_number_of_threads(
    coqui: Any, fast: XttsCore, voices: Any, threads: int
) -> None:
    alone = latents(with_layers(fast, coqui, threads=1), voices, 5)
    assert torch.equal(latents(with_layers(fast, coqui, threads=threads), voices, 5), alone)


def test_a_row_is_bit_equal_alone_and_in_a_batch(fast: XttsCore, voices: Any) -> None:
    batch = prompts(fast, voices, 6, max_tokens=12)
    together = decode(fast, batch, Sampling())
    for prompt, (tokens, states) in zip(batch, together, strict=True):
        lone_tokens, lone_states = decode(fast, [prompt], Sampling())[0]
        assert tokens == lone_tokens
        assert torch.equal(states, lone_states), "to the last bit"


def test_rows_are_not_disturbed_when_the_cache_grows(fast: XttsCore, voices: Any) -> None:
    """The arrays share memory with tensors that are then allocated anew."""
    first, *others = prompts(fast, voices, 12, max_tokens=10)
    decoder = Decoder(fast, GREEDY)
    row = decoder.join([first])[0]
    for _ in range(4):
        decoder.step()
    slots = decoder.state.slots
    decoder.join(others)
    assert decoder.state.slots > slots
    while not row.done:
        decoder.step()
    assert row.tokens == decode(fast, [first], GREEDY)[0][0]


def test_several_decoders_share_the_layers(fast: XttsCore, voices: Any) -> None:
    """Their threads take turns; see `speech.worker`, where each reading has a thread of its own."""
    batch = prompts(fast, voices, 4, max_tokens=12)
    alone = [decode(fast, [prompt])[0][0] for prompt in batch]
    found: dict[int, list[int]] = {}

    def work(number: int) -> None:
        found[number] = decode(fast, [batch[number]])[0][0]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(batch))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(len(batch))] == alone


def random_layers(heads: int) -> Any:
    """Two layers like GPT-2's with heads of 64, as XTTS has them."""
    width, random = 64 * heads, torch.Generator().manual_seed(3)

    def numbers(*size: int) -> torch.Tensor:
        return torch.randn(*size, generator=random)

    def matrix(inputs: int, outputs: int) -> SimpleNamespace:
        return SimpleNamespace(weight=numbers(inputs, outputs) / inputs**0.5, bias=numbers(outputs) / 10)

    def norm() -> SimpleNamespace:
        return SimpleNamespace(weight=1 + numbers(width) / 10, bias=numbers(width) / 10)

    def layer() -> SimpleNamespace:
        attention = SimpleNamespace(c_attn=matrix(width, 3 * width), c_proj=matrix(width, width))
        inner = SimpleNamespace(c_fc=matrix(width, 4 * width), c_proj=matrix(4 * width, width))
        return SimpleNamespace(ln_1=norm(), attn=attention, ln_2=norm(), mlp=inner)

    return SimpleNamespace(h=[layer(), layer()], ln_f=norm())


def driven(layers: Layers, heads: int, x: torch.Tensor, lengths: list[int]) -> torch.Tensor:
    """Hidden states (1 + steps, rows, width) of prefixes of those lengths and three steps."""
    rows, longest, width = x.shape
    cache, filled = torch.zeros(2, rows, longest + 4, 2 * width), torch.tensor(lengths)
    with torch.inference_mode():
        found = [layers.extend(x.clone(), filled, cache, 0, 0)]
        for step in range(3):
            found.append(layers.step(x[:, step].clone(), cache, filled + step, longest + step + 1))
    return torch.stack(found)


@pytest.mark.parametrize("heads", [1, 4, 6, 16])
def test_heads_of_the_full_size_and_long_prefixes(heads: int) -> None:
    """The small checkpoint has four heads of sixteen."""
    exact, module = make_plan("cpu", "fp32"), random_layers(heads)
    lengths = [7, 3, 200 if heads == 4 else 20, 13]
    x = torch.randn(4, max(lengths), 64 * heads, generator=torch.Generator().manual_seed(4))
    many, one = (FusedTransformer(module, heads, threads=threads) for threads in (5, 1))
    ours, theirs = (
        driven(many, heads, x, lengths),
        driven(Transformer(module, heads, exact), heads, x, lengths),
    )
    assert float((ours - theirs).norm() / theirs.norm()) < 0.03
    assert torch.equal(driven(one, heads, x, lengths), ours)
    alone = driven(many, heads, x[3:, :13], [13])
    assert torch.equal(alone[:, 0], ours[:, 3])


def test_nan_and_infinity_stay_in_their_row(voices: Any) -> None:
    module = random_layers(4)
    layers = FusedTransformer(module, 4)
    x = torch.randn(3, 9, 256, generator=torch.Generator().manual_seed(5))
    broken = x.clone()
    broken[1] = torch.nan
    broken[2, :, 5] = torch.inf
    assert torch.equal(driven(layers, 4, broken, [9, 8, 7])[:, 0], driven(layers, 4, x, [9, 8, 7])[:, 0])


def test_helper_threads_end_with_the_layers(coqui: Any, fast: XttsCore) -> None:
    before = set(threading.enumerate())
    core = with_layers(fast, coqui, threads=3)
    helpers = set(threading.enumerate()) - before
    assert len(helpers) == 2
    del core
    gc.collect()
    for helper in helpers:
        helper.join(timeout=60)
    assert not any(helper.is_alive() for helper in helpers)


def test_sizes_that_do_not_fill_blocks_raise(coqui: Any, fast: XttsCore) -> None:
    import transformers

    odd = transformers.GPT2Model(transformers.GPT2Config(n_embd=48, n_layer=1, n_head=4))
    with pytest.raises(RuntimeError, match="48 and 192 are not multiples of 32"):
        FusedTransformer(odd, 4)


def test_without_numba_another_precision_is_used_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = builtins.__import__

    def without_numba(name: str, *rest: Any) -> Any:
        if name == "numba":
            raise ImportError("no numba here")
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, kernels.__name__)
    monkeypatch.delattr("codechoir.engines.xtts.cpu_int8.kernels")
    monkeypatch.setattr(builtins, "__import__", without_numba)
    plan = make_plan("cpu", "int8")
    assert plan.precision in ("bf16", "fp32")
    assert "instead of int8" in plan.reason
    assert "slower: no numba here" in caplog.text
