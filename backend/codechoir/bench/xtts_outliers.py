"""How often very short texts go wrong: XTTS's known weakness, and the whole of our load.

An outlier never ends by itself within twice its expected length, or ends far too soon (`policy.Outcome`). The
weights are those that are installed; where there are none, random ones whose sound means nothing, which only
shows that the figure can be taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from codechoir.engines.xtts import policy
from codechoir.engines.xtts.install import Installation
from codechoir.engines.xtts.languages import language
from codechoir.engines.xtts.neural.conditioning import Conditioning, studio_speakers, studio_voice
from codechoir.engines.xtts.neural.coqui import load_coqui
from codechoir.engines.xtts.neural.model import XttsCore, from_coqui
from codechoir.engines.xtts.neural.precision import make_plan
from codechoir.engines.xtts.neural.prompt import Prompt, tokenize
from codechoir.engines.xtts.neural.requests import Request, Sound
from codechoir.engines.xtts.neural.sampling import Sampling
from codechoir.engines.xtts.neural.scheduler import Scheduler
from codechoir.engines.xtts.neural.start import make_decoder, pace_for

SHORT_TEXTS = ("if", "or", "not", "return", "equals", "plus", "user", "new line", "open paren", "self dot id")
VOICES = 4
CANDIDATES = 3
NEAR_ZERO = 0.0
"""What is added to the stop token's logit of random weights, so that utterances may end by themselves."""


def outliers(model: Any, random_voices: Sequence[Conditioning], device: str) -> list[dict[str, Any]]:
    """`xtts.outliers`: share of short texts, one candidate each, beside coqui's own decoding of the same;
    `xtts.outliers_of_three`: the same with the best of three candidates. `model`: coqui's, of random weights,
    which is used and changed where no checkpoint is installed."""
    installed = Installation.from_environment()
    if installed.check() is None:
        model, weights = load_coqui(installed.folder).to(device), "installed weights"
    else:
        with torch.no_grad():
            model.gpt.mel_head.bias[model.gpt.stop_audio_token] = NEAR_ZERO
        weights = "random weights"
    core = from_coqui(model, make_plan(device, "auto"))
    voices = list(random_voices)
    if weights == "installed weights":
        voices = [studio_voice(core, name) for name in studio_speakers(core)]
    asked = [prompts(core, text, voice) for text in SHORT_TEXTS for voice in voices[:VOICES]]
    one = share(core, [each[:1] for each in asked])
    unit = f"share of {len(asked)} short utterances, {weights}"
    theirs = peer_share(model, [each[0] for each in asked], device)
    return [
        _figure("xtts.outliers", one, theirs, "coqui-tts generate", unit),
        _figure("xtts.outliers_of_three", share(core, asked), one, "one candidate, same run", unit),
    ]


def prompts(core: XttsCore, text: str, voice: Conditioning) -> tuple[Prompt, ...]:
    """The candidates of a short text, with the limits that a reading gives them."""
    english = language("en")
    ended = policy.ended(text, english)
    bounds = policy.limits(policy.expected_seconds(ended, english), core.shape.tokens_per_second)
    first = Prompt(tokenize(core, ended, "en"), voice, 0, bounds.expected, bounds.most)
    return tuple(replace(first, seed=seed) for seed in range(CANDIDATES))


def share(core: XttsCore, asked: Sequence[tuple[Prompt, ...]]) -> float:
    """Share of outliers among requests of one or several candidates, through the scheduler."""
    pace = pace_for(core.plan.device)
    scheduler = Scheduler(make_decoder(core, Sampling(), pace.rows), pace)
    for number, candidates in enumerate(asked):
        scheduler.submit(Request(number, candidates, urgency=number))
    found = 0
    while not scheduler.idle:
        for event in scheduler.tick():
            if isinstance(event, Sound) and event.last:
                expected = asked[event.id][0].expected
                found += policy.Outcome(event.tokens, event.log_probability, expected, event.cut).outlier
    return found / len(asked)


def peer_share(model: Any, asked: Sequence[Prompt], device: str) -> float:
    """The same share for coqui's decoding, which has no limits of its own: cut where ours would be."""
    found = 0
    for prompt in asked:
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
            max_new_tokens=prompt.most,
            output_attentions=False,
        )[0].tolist()
        stop = model.gpt.stop_audio_token
        tokens = codes.index(stop) if stop in codes else len(codes)
        found += policy.Outcome(tokens, 0.0, prompt.expected, stop not in codes).outlier
    return found / len(asked)


def _figure(name: str, ours: float, peer: float, peer_name: str, unit: str) -> dict[str, Any]:
    return {
        "name": name,
        "ours": round(ours, 5),
        "peer": round(peer, 5),
        "peer_name": peer_name,
        "ratio": round(ours / peer, 4) if peer else None,
        "unit": unit,
        "goal": None,
        "met": None,
    }
