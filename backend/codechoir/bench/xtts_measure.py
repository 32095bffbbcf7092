"""Measures XTTS: `python -m codechoir.bench.xtts_measure SHAPE DEVICE` prints figures as one line of JSON.

Ours and coqui's run alternately on the same weights in the same process. The sizes are those of code read
aloud: utterances of 20 audio tokens (0.93 s of sound).
"""

from __future__ import annotations

import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from codechoir.bench.audio_metrics import Timing, middle
from codechoir.bench.xtts_checkpoint import SHAPES, random_model, random_speakers, write_vocabulary
from codechoir.bench.xtts_quality import deviation, outliers
from codechoir.engines.xtts.neural import (
    Conditioning,
    Prompt,
    Request,
    Sampling,
    Scheduler,
    Sound,
    from_coqui,
    make_decoder,
    make_plan,
    pacing_for,
    tokenize,
)

TOKENS = {"tiny": 6, "full": 20}
ROUNDS = {("tiny", "cpu"): 1, ("full", "cpu"): 3, ("tiny", "cuda"): 5, ("full", "cuda"): 15}
TEXTS = ("return the total price", "for user in users", "if not found", "self dot name", "a short comment")
PEER = "coqui-tts 0.28.0 inference_stream"


class Bench:
    """Ours and coqui's model on the same weights and device."""

    def __init__(self, shape: str, device: str) -> None:
        self.device, self.sync = device, torch.cuda.synchronize if device == "cuda" else lambda: None
        with tempfile.TemporaryDirectory() as name:
            write_vocabulary(Path(name) / "vocab.json", SHAPES[shape].text_tokens)
            self.coqui = random_model(SHAPES[shape], Path(name) / "vocab.json").to(device)
        speakers = random_speakers(SHAPES[shape])
        self.voices = [
            Conditioning(n, s["gpt_cond_latent"], s["speaker_embedding"]) for n, s in speakers.items()
        ]
        self.core = from_coqui(self.coqui, make_plan(device, "auto"))
        self.pacing, self.tokens = pacing_for(self.core.plan.device), TOKENS[shape]
        self.decoder = make_decoder(self.core, Sampling(), self.pacing.max_rows)
        self.rate = self.core.shape.sample_rate
        pacings = {True: self.pacing, False: replace(self.pacing, first_alone=False)}
        self.schedulers = {heard: Scheduler(self.decoder, pacing) for heard, pacing in pacings.items()}
        self.readings = itertools.count()

    def prompts(self, count: int, voices: int, tokens: int | None = None) -> list[Prompt]:
        """So many utterances in so many voices, each cut at so many audio tokens."""
        texts = [tokenize(self.core, TEXTS[i % len(TEXTS)], "en") for i in range(count)]
        return [
            Prompt(t, self.voices[i % voices], seed=i, max_tokens=tokens or self.tokens)
            for i, t in enumerate(texts)
        ]

    def ours(self, prompts: Sequence[Prompt], listening: bool = False) -> Timing:
        """Through the scheduler. `listening`: the first utterance has priority, as when somebody waits for
        it; otherwise all are made together, as what is looked ahead is."""
        scheduler, reading = self.schedulers[listening], next(self.readings)
        self.sync()
        began = time.perf_counter()
        given: list[tuple[int, float, float]] = []
        for i, prompt in enumerate(prompts):
            scheduler.submit(Request(i, (prompt,), i, reading))
        while not scheduler.idle:
            sounds = [event for event in scheduler.tick() if isinstance(event, Sound)]
            ready = time.perf_counter() - began
            given += [(sound.id, ready, len(sound.samples) / self.rate) for sound in sounds]
        return Timing.of(given, time.perf_counter() - began)

    def peer(self, count: int) -> Timing:
        """Coqui, one utterance after the other, in its own default chunks."""
        self.sync()
        began = time.perf_counter()
        given: list[tuple[int, float, float]] = []
        for i in range(count):
            for chunk in self._stream(i):
                heard = chunk.cpu()
                given.append((i, time.perf_counter() - began, len(heard) / self.rate))
        return Timing.of(given, time.perf_counter() - began)

    def _stream(self, i: int) -> Iterator[torch.Tensor]:
        voice = self.voices[i % 5]
        text = TEXTS[i % len(TEXTS)]
        options = {"repetition_penalty": 5.0, "max_new_tokens": self.tokens}
        return iter(self.coqui.inference_stream(text, "en", voice.latent, voice.embedding, **options))


def measure(shape: str, device: str) -> list[dict[str, Any]]:
    """All figures. What ran first is warmed up first; medians of alternating rounds."""
    bench = Bench(shape, device)
    rounds = ROUNDS[shape, device]
    for count in (1, 5, 10):
        bench.ours(bench.prompts(count, min(count, 5)))
    bench.peer(1)
    five, heard, one_voice, peer, one, ten = [], [], [], [], [], []
    for turn in range(rounds):
        five.append(bench.ours(bench.prompts(5, 5)))
        heard.append(bench.ours(bench.prompts(5, 5), listening=True))
        one_voice.append(bench.ours(bench.prompts(5, 1)))
        if turn < ROUNDS[shape, "cpu"]:
            peer.append(bench.peer(5))
        one.append(bench.ours(bench.prompts(1, 1)))
        ten.append(bench.ours(bench.prompts(10, 6)))
    mine, theirs, listening = middle(five), middle(peer), middle(heard)
    speed, their_speed = mine.sound / mine.total, theirs.sound / theirs.total
    heard_speed = listening.sound / listening.total
    unit = "seconds of sound a second"
    goal_first = 0.05 if device == "cuda" else theirs.first / 6
    goal_ten = 1.3 if device == "cuda" else 4.0
    voices_ratio = statistics.median(a.total / b.total for a, b in zip(five, one_voice, strict=True))
    ten_ratio = statistics.median(a.total / b.total for a, b in zip(ten, one, strict=True))
    return [
        figure(
            "xtts.throughput",
            speed,
            unit,
            10 * their_speed,
            their_speed,
            at_least=True,
        ),
        figure("xtts.throughput_listening", heard_speed, unit, None, their_speed),
        figure(
            "xtts.silence", listening.silence, "s within five utterances that are heard", None, theirs.silence
        ),
        figure("xtts.first_audio", listening.first, "s", goal_first, theirs.first),
        figure("xtts.first_audio_alone", middle(one).first, "s", goal_first, theirs.first),
        figure("xtts.rtf", 1 / speed, "s per second of sound", 0.5, 1 / their_speed),
        figure("xtts.voices", voices_ratio, "five voices over one", 1.02, 1.0, "one voice, same run"),
        figure(
            "xtts.ten_spans",
            ten_ratio,
            "ten spans in six voices over one",
            goal_ten,
            10.0,
            "one after another",
        ),
        *row_figures(bench, 1 if device == "cpu" else 5),
        *parity(bench),
        *(
            deviation(bench.coqui, bench.core, bench.prompts(3, 3))
            if bench.core.plan.precision != "fp32"
            else ()
        ),
        *outliers(bench.coqui, bench.voices, device),
    ]


def row_figures(bench: Bench, rounds: int) -> list[dict[str, Any]]:
    """What a step costs against the number of rows and the length."""
    found = []
    for rows in (1, 2, 4, 8, 16):
        found.append(
            figure(f"xtts.step.rows_{rows}", step_time(bench, rows, bench.tokens, rounds), "ms", None)
        )
    for tokens in (40, 80, 160):
        found.append(figure(f"xtts.step.tokens_{tokens}", step_time(bench, 4, tokens, 1), "ms", None))
    return found


def step_time(bench: Bench, rows: int, tokens: int, rounds: int) -> float:
    """Median milliseconds of one step of so many rows, over the last tokens of utterances of that length."""
    seconds = []
    for _ in range(rounds):
        joined = bench.decoder.join(bench.prompts(rows, 5, tokens + 1))
        for _ in range(tokens - 1):
            bench.sync()
            began = time.perf_counter()
            bench.decoder.step()
            seconds.append(time.perf_counter() - began)
        for row in joined:
            bench.decoder.leave(row)
    return statistics.median(seconds[-bench.tokens * rounds :]) * 1000


def parity(bench: Bench) -> list[dict[str, Any]]:
    """Share of greedy tokens that differ from those of coqui's `generate`, ours in fp32, rows together."""
    core = from_coqui(bench.coqui, make_plan(bench.device, "fp32"))
    decoder = make_decoder(core, Sampling(greedy=True), 4)
    rows = decoder.join(bench.prompts(3, 3))
    while not all(row.done for row in rows):
        decoder.step()
    other = 0
    for row in rows:
        codes = bench.coqui.gpt.generate(
            cond_latents=row.prompt.voice.latent.to(bench.device),
            text_inputs=torch.tensor([row.prompt.tokens], dtype=torch.int32, device=bench.device),
            do_sample=False,
            num_beams=1,
            repetition_penalty=5.0,
            max_new_tokens=bench.tokens,
            output_attentions=False,
        )
        other += sum(a != b for a, b in zip(codes[0].tolist(), row.tokens, strict=True))
    return [
        figure(
            "xtts.parity", other / (bench.tokens * len(rows)), "share of greedy tokens unlike coqui's", 0.0
        )
    ]


def figure(
    name: str,
    ours: float,
    unit: str,
    goal: float | None,
    peer: float | None = None,
    peer_name: str = PEER,
    at_least: bool = False,
) -> dict[str, Any]:
    """`ratio` is ours over the peer's; the goal is an upper limit, or a lower one with `at_least`."""
    met = None if goal is None else ours >= goal if at_least else ours <= goal
    return {
        "name": name,
        "ours": round(ours, 5),
        "peer": None if peer is None else round(peer, 5),
        "peer_name": "" if peer is None else peer_name,
        "ratio": None if not peer else round(ours / peer, 4),
        "unit": unit,
        "goal": None if goal is None else round(goal, 5),
        "met": met,
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2])))  # noqa: T201
