"""Equal to coqui: greedy tokens, latents, waveform, and the distribution that is sampled from."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from codechoir.engines.xtts.neural.decoder import Sampling, apply_penalty, draw_tokens, shortlist
from support.xtts_decoding import decode, prompts
from transformers import LogitsProcessorList, RepetitionPenaltyLogitsProcessor
from transformers.generation import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

STEPS = 12


@pytest.fixture(scope="module")
def cases(coqui: Any, core: Any, voices: Any) -> list[tuple[Any, ...]]:
    """(prompt, coqui's tokens, coqui's latents, our tokens, our latents) for five voices and texts."""
    batch = prompts(core, voices, 5, max_tokens=STEPS)
    ours = decode(core, batch)
    result = []
    for prompt, (tokens, latents) in zip(batch, ours, strict=True):
        text = torch.IntTensor(prompt.tokens)[None]
        with torch.inference_mode():
            codes = coqui.gpt.generate(
                cond_latents=prompt.voice.latent,
                text_inputs=text,
                do_sample=False,
                num_beams=1,
                repetition_penalty=5.0,
                max_new_tokens=STEPS,
                output_attentions=False,
            )
            lengths = (
                torch.tensor([text.shape[-1]]),
                torch.tensor([codes.shape[-1] * coqui.gpt.code_stride_len]),
            )
            second = coqui.gpt(
                text, lengths[0], codes, lengths[1], cond_latents=prompt.voice.latent, return_latent=True
            )
        result.append((prompt, codes[0].tolist(), second[0], tokens, latents))
    return result


def test_greedy_tokens_equal_coquis_generate(cases: Any) -> None:
    assert [ours for *_, ours, _ in cases] == [theirs for _, theirs, *_ in cases]
    assert len({tuple(ours) for *_, ours, _ in cases}) == 5, "the rows must differ for this to show anything"


def test_latents_equal_coquis_second_pass(cases: Any) -> None:
    for _, _, theirs, _, ours in cases:
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


def test_waveform_equals_coquis_inference_on_the_same_tokens(coqui: Any, core: Any, cases: Any) -> None:
    prompt, _, theirs, _, ours = cases[0]
    with torch.inference_mode():
        expected = coqui.hifigan_decoder(theirs[None], g=prompt.voice.embedding)[0, 0]
        frames = core.vocoder.timing.interpolate(ours, 0, core.vocoder.timing.frame_count(len(ours)))
        heard = core.vocoder(frames[None], prompt.voice.embedding)[0]
    assert expected.abs().max() > 0.01
    torch.testing.assert_close(heard, expected, atol=1e-4, rtol=0)


def test_the_whole_of_inference_is_reproduced(coqui: Any, core: Any, voices: Any) -> None:
    """From text to sound, greedy, through coqui's public door: its text front end and ours agree too."""
    batch = prompts(core, voices, 1, max_tokens=8)
    ((_, latents),) = decode(core, batch)
    theirs = coqui.inference(
        "The quick brown fox",
        "en",
        voices[0].latent,
        voices[0].embedding,
        do_sample=False,
        repetition_penalty=5.0,
        max_new_tokens=8,
    )
    with torch.inference_mode():
        frames = core.vocoder.timing.interpolate(latents, 0, core.vocoder.timing.frame_count(len(latents)))
        ours = core.vocoder(frames[None], voices[0].embedding)[0]
    torch.testing.assert_close(ours, torch.from_numpy(theirs["wav"]), atol=1e-3, rtol=0)


def test_the_sampled_distribution_is_transformers_one_with_the_fake_prefix() -> None:
    sampling = Sampling(temperature=0.7, top_k=40, top_p=0.8, repetition_penalty=5.0)
    torch.manual_seed(3)
    logits = torch.randn(3, 1026) * 3
    prefix = torch.cat(
        [torch.full((3, 40), 1), torch.full((3, 1), 1024), torch.randint(0, 1024, (3, 9))], dim=1
    )
    theirs = LogitsProcessorList(
        [
            RepetitionPenaltyLogitsProcessor(5.0),
            TemperatureLogitsWarper(0.7),
            TopKLogitsWarper(40),
            TopPLogitsWarper(0.8),
        ]
    )(prefix, logits.clone())
    seen = torch.zeros(3, 1026, dtype=torch.bool).scatter_(1, prefix, True)
    kept, ids = shortlist(apply_penalty(logits, seen, 5.0), sampling)
    ours = torch.zeros(3, 1026).scatter_(1, ids, kept)
    torch.testing.assert_close(ours, torch.softmax(theirs, dim=-1), atol=1e-6, rtol=0)


def test_uniform_numbers_draw_from_that_distribution() -> None:
    torch.manual_seed(4)
    logits = torch.randn(1, 64).repeat(4000, 1)
    seen = torch.zeros_like(logits, dtype=torch.bool)
    sampling = Sampling(temperature=0.8, top_k=10, top_p=0.9, repetition_penalty=2.0)
    tokens, _ = draw_tokens(logits, seen, torch.rand(4000), sampling)
    kept, ids = shortlist(logits[:1], sampling)
    expected = torch.zeros(64).scatter_(0, ids[0], kept[0])
    found = torch.bincount(tokens, minlength=64) / 4000
    assert float((found - expected).abs().max()) < 0.03
    assert set(tokens.tolist()) == set(ids[0][kept[0] > 0].tolist())


@pytest.mark.parametrize("uniform", [0.0, 0.9999999])
def test_the_extreme_draws_stay_inside_the_shortlist(uniform: float) -> None:
    logits = torch.randn(1, 64, generator=torch.Generator().manual_seed(5))
    sampling = Sampling(top_k=10, top_p=0.5)
    token, _ = draw_tokens(
        logits, torch.zeros_like(logits, dtype=torch.bool), torch.tensor([uniform]), sampling
    )
    kept, ids = shortlist(logits, sampling)
    assert int(token) in ids[0][kept[0] > 0].tolist()
