"""How good the sound of XTTS is: deviation of a fast precision from fp32, and outliers of very short texts.

Deviation: the same tokens through both precisions (teacher forcing), then the sound.

Outliers: an outlier never ends by itself within twice its expected length, or ends far too soon (see
`Outcome`). The weights are those that are installed; where there are none, random ones, whose sound means
nothing, which only shows that the figure can be measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from codechoir.bench.runner import Figure, figure
from codechoir.engines.xtts import (
    Installation,
    Outcome,
    expected_seconds,
    find_language,
    token_limits,
    with_sentence_end,
)
from codechoir.engines.xtts.neural import (
    Conditioning,
    Decoder,
    Prompt,
    Request,
    Sampling,
    Scheduler,
    Sound,
    XttsCore,
    from_coqui,
    import_torchaudio,
    load_coqui,
    make_decoder,
    make_plan,
    pacing_for,
    studio_speakers,
    studio_voice,
    tokenize,
)

# ---- deviation ------------------------------------------------------------------------------------------


def deviation(coqui: Any, core: XttsCore, prompts: Sequence[Prompt]) -> list[Figure]:
    """Figures of `core` against fp32 on the same weights, with the limits that the tests use.

    `xtts.deviation.logits`: root mean square of the difference over that of the logits' spread.
    `xtts.deviation.other_token`: share of steps whose most probable token is another one.
    `xtts.deviation.mel`: mean difference of log-mel spectra of the vocoded latents, in dB.
    """
    exact = from_coqui(coqui, make_plan(str(core.plan.device), "fp32"))
    tokens = _greedy_tokens(exact, prompts)
    theirs, ours = _forced_latents(exact, prompts, tokens), _forced_latents(core, prompts, tokens)
    logits, fast_logits = _logits(exact, theirs), _logits(core, ours)
    spread = logits - logits.mean(dim=-1, keepdim=True)
    error = float((fast_logits - logits).square().mean().sqrt() / spread.square().mean().sqrt())
    same = float((fast_logits.argmax(-1) == logits.argmax(-1)).float().mean())
    mel = _mel_distance(_sound(exact, prompts, theirs), _sound(core, prompts, ours))
    name = core.plan.precision
    return [
        figure("xtts.deviation.logits", error, f"relative, {name} against fp32", 0.1),
        figure("xtts.deviation.other_token", 1.0 - same, f"share of steps, {name} against fp32", 0.1),
        figure("xtts.deviation.mel", mel, f"dB, {name} against fp32", 1.5),
    ]


def _greedy_tokens(core: XttsCore, prompts: Sequence[Prompt]) -> list[list[int]]:
    decoder = Decoder(core, Sampling(greedy=True))
    rows = decoder.join(prompts)
    while not any(row.done for row in rows):
        decoder.step()
    return [row.tokens for row in rows]


def _forced_latents(
    core: XttsCore, prompts: Sequence[Prompt], tokens: Sequence[Sequence[int]]
) -> torch.Tensor:
    """Latents (rows, steps, width) of the given tokens, whatever the model would have said."""
    decoder = Decoder(core, Sampling(greedy=True))
    rows = decoder.join(prompts)
    given = torch.tensor(tokens, device=core.plan.device)
    for step in range(given.shape[1] - 1):
        with torch.inference_mode():
            decoder.state.tokens[: len(rows)] = given[:, step]
        decoder.step()
    return decoder.state.latents[: len(rows), : given.shape[1]].clone()


def _logits(core: XttsCore, latents: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return core.head(latents.to(core.plan.compute)).float()


def _sound(core: XttsCore, prompts: Sequence[Prompt], latents: torch.Tensor) -> torch.Tensor:
    timing = core.vocoder.timing
    with torch.inference_mode():
        frames = torch.stack([timing.interpolate(row, 0, timing.frame_count(len(row))) for row in latents])
        voices = torch.cat([prompt.voice.embedding for prompt in prompts])
        return core.vocoder(frames, voices).cpu()


def _mel_distance(a: torch.Tensor, b: torch.Tensor) -> float:
    """Mean absolute difference in dB over 80 bands, where either is within 60 dB of the loudest."""
    spectrogram = import_torchaudio().transforms.MelSpectrogram(24_000, n_fft=1024, hop_length=256, n_mels=80)
    first, second = (spectrogram(x).clamp(min=1e-12).log10() * 10 for x in (a, b))
    audible = torch.maximum(first, second) > first.max() - 60.0
    return float((first - second).abs()[audible].mean())


# ---- outliers -------------------------------------------------------------------------------------------

SHORT_TEXTS = ("if", "or", "not", "return", "equals", "plus", "user", "new line", "open paren", "self dot id")
VOICES = 4
CANDIDATES = 3
STOP_BIAS = 0.0
"""Added to the stop token's logit of random weights, so that utterances may end by themselves."""


def outliers(model: Any, random_voices: Sequence[Conditioning], device: str) -> list[Figure]:
    """`xtts.outliers`: share of short texts, one candidate each, beside coqui's own decoding of the same.

    `xtts.outliers_of_three`: the same with the best of three candidates. `model`: coqui's, with random
    weights; it is used and changed where no checkpoint is installed.
    """
    installed = Installation.from_environment()
    if installed.check() is None:
        model, weights = load_coqui(installed.folder).to(device), "installed weights"
    else:
        with torch.no_grad():
            model.gpt.mel_head.bias[model.gpt.stop_audio_token] = STOP_BIAS
        weights = "random weights"
    core = from_coqui(model, make_plan(device, "auto"))
    voices = list(random_voices)
    if weights == "installed weights":
        voices = [studio_voice(core, name) for name in studio_speakers(core)]
    groups = [_candidates(core, text, voice) for text in SHORT_TEXTS for voice in voices[:VOICES]]
    one = _outlier_share(core, [candidates[:1] for candidates in groups])
    three = _outlier_share(core, groups)
    theirs = _peer_outlier_share(model, [candidates[0] for candidates in groups], device)
    unit = f"share of {len(groups)} short utterances, {weights}"
    return [
        figure("xtts.outliers", one, unit, None, theirs, "coqui-tts generate"),
        figure("xtts.outliers_of_three", three, unit, None, one, "one candidate, same run"),
    ]


def _candidates(core: XttsCore, text: str, voice: Conditioning) -> tuple[Prompt, ...]:
    """The candidates of a short text, with the limits that they have in a reading."""
    english = find_language("en")
    ended = with_sentence_end(text, english)
    limits = token_limits(expected_seconds(ended, english), core.shape.tokens_per_second)
    first = Prompt(tokenize(core, ended, "en"), voice, 0, limits.expected, limits.most)
    return tuple(replace(first, seed=seed) for seed in range(CANDIDATES))


def _outlier_share(core: XttsCore, groups: Sequence[tuple[Prompt, ...]]) -> float:
    """Share of outliers among requests of one or several candidates, through the scheduler."""
    pacing = pacing_for(core.plan.device)
    scheduler = Scheduler(make_decoder(core, Sampling(), pacing.max_rows), pacing)
    for number, candidates in enumerate(groups):
        scheduler.submit(Request(number, candidates, priority=number))
    found = 0
    while not scheduler.idle:
        for event in scheduler.tick():
            if isinstance(event, Sound) and event.last:
                expected = groups[event.id][0].expected_tokens
                outcome = Outcome(event.tokens, event.log_probability, expected, event.truncated)
                found += outcome.outlier
    return found / len(groups)


def _peer_outlier_share(model: Any, prompts: Sequence[Prompt], device: str) -> float:
    """The same share for coqui's decoding, which has no limits of its own: truncated where ours would be."""
    found = 0
    for prompt in prompts:
        torch.manual_seed(prompt.seed)
        codes = model.gpt.generate(
            cond_latents=prompt.voice.latent.to(device),
            text_inputs=torch.tensor([prompt.tokens], dtype=torch.int32, device=device),
            do_sample=True,
            temperature=0.75,
            top_k=50,
            top_p=0.85,
            num_beams=1,
            repetition_penalty=5.0,
            max_new_tokens=prompt.max_tokens,
            output_attentions=False,
        )[0].tolist()
        stop = model.gpt.stop_audio_token
        tokens = codes.index(stop) if stop in codes else len(codes)
        found += Outcome(tokens, 0.0, prompt.expected_tokens, stop not in codes).outlier
    return found / len(prompts)
