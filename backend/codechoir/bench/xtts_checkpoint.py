"""XTTS with random weights, for benchmarks and tests.

Real weights cannot be shipped (CPML). Time does not depend on the values, and correctness is shown by
equality with coqui's own code on the same weights, whatever they are.
"""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from codechoir.engines.xtts import XTTS_LANGUAGES
from codechoir.engines.xtts.neural import import_coqui

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
