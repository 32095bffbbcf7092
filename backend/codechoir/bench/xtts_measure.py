"""Measures XTTS in the process that has torch: ours and coqui's, alternating, on the same weights.

`python -m codechoir.bench.xtts_measure SHAPE DEVICE` prints figures as one line of JSON. The sizes are those
of code read aloud: utterances of 20 audio tokens (0.93 s of sound).

`python -m codechoir.bench.xtts_measure --memory FOLDER PRECISION` prints the memory of this process in MiB,
with the checkpoint in FOLDER: `peak` while it is loaded, `resident` while it says five utterances.

The weights are random (`random_model`): real weights cannot be shipped (CPML). Time does not depend on the
values, and correctness is shown by equality with coqui's own code on the same weights, whatever they are.
"""

from __future__ import annotations

import ctypes
import gc
import itertools
import json
import re
import statistics
import string
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from codechoir.bench.audio_metrics import StreamTiming, median_timing
from codechoir.bench.runner import Figure, figure
from codechoir.bench.xtts_quality import deviation, outliers
from codechoir.engines.xtts import XTTS_LANGUAGES
from codechoir.engines.xtts.neural import (
    CPU_PACING,
    Conditioning,
    Decoder,
    Prompt,
    Request,
    Sampling,
    Scheduler,
    Sound,
    from_coqui,
    import_coqui,
    load_core,
    make_decoder,
    make_plan,
    pacing_for,
    studio_speakers,
    studio_voice,
    tokenize,
)

TOKENS = {"tiny": 6, "full": 20}
ROUNDS = {("tiny", "cpu"): 1, ("full", "cpu"): 3, ("tiny", "cuda"): 5, ("full", "cuda"): 15}
TEXTS = ("return the total price", "for user in users", "if not found", "self dot name", "a short comment")
PEER = "coqui-tts 0.28.0 inference_stream"


class Contest:
    """Our and coqui's model on the same weights and device."""

    def __init__(self, shape: str, device: str) -> None:
        self.device, self.synchronize = device, torch.cuda.synchronize if device == "cuda" else lambda: None
        with tempfile.TemporaryDirectory() as name:
            write_vocabulary(Path(name) / "vocab.json", SHAPES[shape].text_tokens)
            self.coqui = random_model(SHAPES[shape], Path(name) / "vocab.json").to(device)
        speakers = random_speakers(SHAPES[shape])
        self.voices = [
            Conditioning(n, s["gpt_cond_latent"], s["speaker_embedding"]) for n, s in speakers.items()
        ]
        self.core = from_coqui(self.coqui, make_plan(device, "auto"))
        pacing, self.tokens = pacing_for(self.core.plan.device), TOKENS[shape]
        self.decoder = make_decoder(self.core, Sampling(), pacing.max_rows)
        self.sample_rate = self.core.shape.sample_rate
        self.playback_scheduler = Scheduler(self.decoder, pacing)
        self.batch_scheduler = Scheduler(self.decoder, replace(pacing, first_alone=False))
        self.readings = itertools.count()

    def prompts(self, count: int, voices: int, tokens: int | None = None) -> list[Prompt]:
        """So many utterances in so many voices, each truncated at so many audio tokens."""
        texts = [tokenize(self.core, TEXTS[i % len(TEXTS)], "en") for i in range(count)]
        return [
            Prompt(t, self.voices[i % voices], seed=i, max_tokens=tokens or self.tokens)
            for i, t in enumerate(texts)
        ]

    def ours(self, prompts: Sequence[Prompt], playback: bool = False) -> StreamTiming:
        """Through the scheduler.

        `playback`: the first utterance has priority, as when somebody waits for it; otherwise all are made
        together, as in look-ahead.
        """
        scheduler = self.playback_scheduler if playback else self.batch_scheduler
        reading = next(self.readings)
        self.synchronize()
        began = time.perf_counter()
        pieces: list[tuple[int, float, float]] = []
        for i, prompt in enumerate(prompts):
            scheduler.submit(Request(i, (prompt,), i, reading))
        while not scheduler.idle:
            sounds = [event for event in scheduler.tick() if isinstance(event, Sound)]
            arrival = time.perf_counter() - began
            pieces += [(sound.id, arrival, len(sound.samples) / self.sample_rate) for sound in sounds]
        return StreamTiming.of(pieces, time.perf_counter() - began)

    def peer(self, count: int) -> StreamTiming:
        """Coqui, one utterance after the other, in its own default chunks."""
        self.synchronize()
        began = time.perf_counter()
        pieces: list[tuple[int, float, float]] = []
        for i in range(count):
            for chunk in self._stream(i):
                samples = chunk.cpu()
                pieces.append((i, time.perf_counter() - began, len(samples) / self.sample_rate))
        return StreamTiming.of(pieces, time.perf_counter() - began)

    def _stream(self, i: int) -> Iterator[torch.Tensor]:
        voice = self.voices[i % 5]
        text = TEXTS[i % len(TEXTS)]
        options = {"repetition_penalty": 5.0, "max_new_tokens": self.tokens}
        return iter(self.coqui.inference_stream(text, "en", voice.latent, voice.embedding, **options))


def measure(shape: str, device: str) -> list[Figure]:
    """All figures: medians of alternating rounds, after each kind of round has run once to warm up."""
    contest = Contest(shape, device)
    for count in (1, 5, 10):
        contest.ours(contest.prompts(count, min(count, 5)))
    contest.peer(1)
    five, played, one_voice, peer, one, ten = [], [], [], [], [], []
    for turn in range(ROUNDS[shape, device]):
        five.append(contest.ours(contest.prompts(5, 5)))
        played.append(contest.ours(contest.prompts(5, 5), playback=True))
        one_voice.append(contest.ours(contest.prompts(5, 1)))
        if turn < ROUNDS[shape, "cpu"]:
            peer.append(contest.peer(5))
        one.append(contest.ours(contest.prompts(1, 1)))
        ten.append(contest.ours(contest.prompts(10, 6)))
    mine, theirs, listening = median_timing(five), median_timing(peer), median_timing(played)
    speed, their_speed = mine.sound / mine.total, theirs.sound / theirs.total
    played_speed = listening.sound / listening.total
    unit = "seconds of sound a second"
    first_goal = 0.05 if device == "cuda" else theirs.first / 6
    ten_goal = 1.3 if device == "cuda" else 4.0
    voices = statistics.median(a.total / b.total for a, b in zip(five, one_voice, strict=True))
    spans = statistics.median(a.total / b.total for a, b in zip(ten, one, strict=True))
    silence_unit = "s within five utterances during playback"
    return [
        figure("xtts.throughput", speed, unit, 10 * their_speed, their_speed, PEER, at_least=True),
        figure("xtts.throughput_listening", played_speed, unit, None, their_speed, PEER),
        figure("xtts.silence", listening.silence, silence_unit, None, theirs.silence, PEER),
        figure("xtts.first_audio", listening.first, "s", first_goal, theirs.first, PEER),
        figure("xtts.first_audio_alone", median_timing(one).first, "s", first_goal, theirs.first, PEER),
        figure("xtts.rtf", 1 / speed, "s per second of sound", 0.5, 1 / their_speed, PEER),
        figure("xtts.voices", voices, "five voices over one", 1.02, 1.0, "one voice, same run"),
        figure(
            "xtts.ten_spans",
            spans,
            "ten spans in six voices over one",
            ten_goal,
            10.0,
            "one after another",
        ),
        *step_figures(contest, 1 if device == "cpu" else 5),
        parity(contest),
        *(
            deviation(contest.coqui, contest.core, contest.prompts(3, 3))
            if contest.core.plan.precision != "fp32"
            else ()
        ),
        *outliers(contest.coqui, contest.voices, device),
    ]


def step_figures(contest: Contest, rounds: int) -> list[Figure]:
    """What a step costs, by number of rows and by length."""
    found = []
    for rows in (1, 2, 4, 8, 16):
        milliseconds = step_time(contest, rows, contest.tokens, rounds)
        found.append(figure(f"xtts.step.rows_{rows}", milliseconds, "ms", None))
    for tokens in (40, 80, 160):
        found.append(figure(f"xtts.step.tokens_{tokens}", step_time(contest, 4, tokens, 1), "ms", None))
    return found


def step_time(contest: Contest, rows: int, tokens: int, rounds: int) -> float:
    """Median milliseconds of one step of so many rows, over the last tokens of utterances of that length."""
    seconds = []
    for _ in range(rounds):
        joined = contest.decoder.join(contest.prompts(rows, 5, tokens + 1))
        for _ in range(tokens - 1):
            contest.synchronize()
            began = time.perf_counter()
            contest.decoder.step()
            seconds.append(time.perf_counter() - began)
        for row in joined:
            contest.decoder.leave(row)
    return statistics.median(seconds[-contest.tokens * rounds :]) * 1000


def parity(contest: Contest) -> Figure:
    """Share of greedy tokens that differ from those of coqui's `generate`; ours in fp32, rows together."""
    core = from_coqui(contest.coqui, make_plan(contest.device, "fp32"))
    decoder = make_decoder(core, Sampling(greedy=True), 4)
    rows = decoder.join(contest.prompts(3, 3))
    while not all(row.done for row in rows):
        decoder.step()
    different = 0
    for row in rows:
        codes = contest.coqui.gpt.generate(
            cond_latents=row.prompt.voice.latent.to(contest.device),
            text_inputs=torch.tensor([row.prompt.tokens], dtype=torch.int32, device=contest.device),
            do_sample=False,
            num_beams=1,
            repetition_penalty=5.0,
            max_new_tokens=contest.tokens,
            output_attentions=False,
        )
        different += sum(a != b for a, b in zip(codes[0].tolist(), row.tokens, strict=True))
    share = different / (contest.tokens * len(rows))
    return figure("xtts.parity", share, "share of greedy tokens unlike coqui's", 0.0)


def measure_memory(folder: Path, precision: str) -> dict[str, float]:
    """See the module."""
    core = load_core(folder, make_plan("cpu", precision))
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    scheduler = Scheduler(Decoder(core, Sampling()), CPU_PACING)
    tokens = tokenize(core, "return the total price", "en")
    for i, name in enumerate(studio_speakers(core)[:5]):
        scheduler.submit(Request(i, (Prompt(tokens, studio_voice(core, name), max_tokens=20),)))
    while not scheduler.idle:
        scheduler.tick()
    return {"peak": _process_status("VmHWM"), "resident": _process_status("VmRSS")}


def _process_status(field: str) -> float:
    """A field of this process's memory in MiB, as Linux counts it; NaN elsewhere."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return round(int(found.group(1)) / 1024) if found else float("nan")


def main(arguments: Sequence[str]) -> Any:
    """See the module; returns what is printed."""
    if arguments[0] == "--memory":
        return measure_memory(Path(arguments[1]), arguments[2])
    return measure(arguments[0], arguments[1])


# ---- models with random weights ----------------------------------------------------------------------------

SPECIAL = ("[STOP]", "[UNK]", "[SPACE]", "[START]")
TAGS = tuple("zh-cn" if code == "zh" else code for code in XTTS_LANGUAGES)
STUDIO_SPEAKERS = ("Ana One", "Ben Two", "Cleo Three", "Dan Four", "Eve Five", "Finn Six", "Gil Seven")


@dataclass(frozen=True, slots=True)
class CheckpointShape:
    """Sizes that coqui's configuration leaves open; the vocoder always has its full size.

    `text_tokens`: entries of the vocabulary. `width` and `heads` belong to the GPT.
    """

    layers: int
    width: int
    heads: int
    text_tokens: int


SHAPES = {"tiny": CheckpointShape(2, 64, 4, 160), "full": CheckpointShape(30, 1024, 16, 6681)}


def random_model(shape: CheckpointShape, vocabulary: Path, seed: int = 0, stop_bias: float = -20.0) -> Any:
    """Coqui's model with seeded random weights, ready for inference.

    Weights are scaled so that the output depends on every input: with the usual small initial values the
    text would hardly matter and a wrong mask would go unnoticed. `stop_bias` is added to the stop token's
    logit: very low for benchmarks of a fixed length, near zero for utterances that end by themselves.
    """
    _, model_type = import_coqui()
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

    torch.manual_seed(seed)
    model = model_type(config_of(shape))
    model.tokenizer = VoiceBpeTokenizer(vocab_file=str(vocabulary))
    model.init_models()
    gpt = model.gpt
    with torch.no_grad():
        for name, weight in gpt.named_parameters():
            if "emb" in name:
                weight.normal_(0.0, 0.7)
            elif weight.dim() == 2:
                weight.normal_(0.0, weight.shape[0 if "gpt.h" in name else 1] ** -0.5)
        gpt.mel_head.weight.mul_(2.5)
        gpt.mel_head.bias[gpt.stop_audio_token] = stop_bias
    model.hifigan_decoder.eval()
    gpt.init_gpt_for_inference(kv_cache=True)
    gpt.eval()
    return model.requires_grad_(False)


def random_speakers(shape: CheckpointShape, seed: int = 0) -> dict[str, dict[str, torch.Tensor]]:
    """Studio speakers as coqui stores them: latents (1, 32, width) and an embedding (1, 512, 1)."""
    generator = torch.Generator().manual_seed(seed + 1)
    speakers = {}
    for name in STUDIO_SPEAKERS:
        embedding = torch.nn.functional.normalize(torch.randn(1, 512, 1, generator=generator), dim=1)
        latent = torch.randn(1, 32, shape.width, generator=generator)
        speakers[name] = {"gpt_cond_latent": latent, "speaker_embedding": embedding}
    return speakers


def write_vocabulary(path: Path, size: int) -> None:
    """A byte-pair vocabulary like XTTS's: special tokens, language tags, characters, some merges."""
    vocabulary = [*SPECIAL, *(f"[{tag}]" for tag in TAGS), *string.ascii_lowercase, *string.digits]
    vocabulary += list(".,;:!?'-()") + list(
        "éèàùçäöüßñõãåøæłśżźćěščřžýíáúőűğışабвгдежзиклмнопрстуфхцчшщыьэюя"
    )
    merges = [("t", "h"), ("e", "r"), ("i", "n"), ("th", "e"), ("o", "r"), ("r", "e")]
    vocabulary += ["".join(pair) for pair in merges]
    vocabulary = list(dict.fromkeys(vocabulary))[:size]
    vocabulary += [f"[unused{i}]" for i in range(size - len(vocabulary))]
    added = [
        {"id": i, "special": True, "content": word, "single_word": False, "lstrip": False, "rstrip": False}
        | {"normalized": False}
        for i, word in enumerate(vocabulary)
        if word in SPECIAL or word[1:-1] in TAGS
    ]
    model = {
        "type": "BPE",
        "dropout": None,
        "unk_token": "[UNK]",
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "vocab": {word: i for i, word in enumerate(vocabulary)},
        "merges": [" ".join(pair) for pair in merges if "".join(pair) in vocabulary],
    }
    content: dict[str, Any] = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added}
    content |= {"normalizer": None, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None}
    path.write_text(json.dumps(content | {"decoder": None, "model": model}), encoding="utf-8")


def config_of(shape: CheckpointShape) -> Any:
    """The configuration of a checkpoint as coqui has it."""
    config_type, _ = import_coqui()
    config = config_type()
    config.model_args.gpt_layers = shape.layers
    config.model_args.gpt_n_model_channels = shape.width
    config.model_args.gpt_n_heads = shape.heads
    config.model_args.decoder_input_dim = shape.width
    config.model_args.gpt_num_audio_tokens = 1026
    config.model_args.gpt_start_audio_token = 1024
    config.model_args.gpt_stop_audio_token = 1025
    config.model_args.gpt_use_perceiver_resampler = True
    config.temperature, config.repetition_penalty, config.top_k, config.top_p = 0.75, 5.0, 50, 0.85
    return config


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))  # noqa: T201
