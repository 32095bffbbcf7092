"""Rows of one batch do not disturb each other, whoever joins or leaves (coqui-ai/TTS#3299)."""

from __future__ import annotations

from typing import Any

from codechoir.engines.xtts.neural.decoder import Decoder, Prompt, Sampling
from support.xtts_decoding import GREEDY, collect, decode, prompts, take_finished

SAMPLED = Sampling(temperature=0.9)


def test_a_row_is_the_same_alone_and_with_fifteen_others(core: Any, voices: Any) -> None:
    batch = prompts(core, voices, 16, max_tokens=12)
    for sampling in (GREEDY, SAMPLED):
        together = [tokens for tokens, _ in decode(core, batch, sampling)]
        alone = [decode(core, [prompt], sampling)[0][0] for prompt in batch]
        assert together == alone


def test_the_seed_decides_the_tokens_of_a_row(core: Any, voices: Any) -> None:
    (prompt,) = prompts(core, voices, 1)
    seeds = [Prompt(prompt.tokens, prompt.voice, seed=seed, max_tokens=10) for seed in (1, 2, 1)]
    first, second, again = (tokens for tokens, _ in decode(core, seeds, SAMPLED))
    assert first == again
    assert first != second


def test_rows_join_and_leave_at_any_step(core: Any, voices: Any) -> None:
    batch = prompts(core, voices, 6, max_tokens=9)
    alone = [decode(core, [prompt])[0][0] for prompt in batch]
    decoder = Decoder(core, GREEDY)
    early = decoder.join(batch[:3])
    for _ in range(4):
        decoder.step()
    late = decoder.join(batch[3:5])
    decoder.leave(early[0])
    decoder.step()
    last = decoder.join(batch[5:])
    tokens = collect(decoder, [*early[1:], *late, *last])
    assert tokens == alone[1:]
    assert early[0].tokens == alone[0][: len(early[0].tokens)]


def test_a_cancelled_row_is_gone_before_the_next_step(core: Any, voices: Any) -> None:
    decoder = Decoder(core, GREEDY)
    rows = decoder.join(prompts(core, voices, 3))
    decoder.leave(rows[1])
    assert [row.slot for row in decoder.rows] == [0, 1]
    stepped = decoder.step()
    assert stepped == [rows[0], rows[2]]
    assert len(rows[1].tokens) == 1


def test_two_decoders_on_the_same_weights_do_not_disturb_each_other(core: Any, voices: Any) -> None:
    batch = prompts(core, voices, 2)
    alone = [decode(core, [prompt])[0][0] for prompt in batch]
    first, second = Decoder(core, GREEDY), Decoder(core, GREEDY)
    rows = [*first.join(batch[:1]), *second.join(batch[1:])]
    finished: Any = {}
    while first.rows or second.rows:
        for decoder in (first, second):
            take_finished(decoder, finished)
            decoder.step()
    assert [row.tokens for row in rows] == alone


def test_a_row_longer_than_the_cache_makes_it_grow(core: Any, voices: Any) -> None:
    (prompt,) = prompts(core, voices, 1, max_tokens=90)
    decoder = Decoder(core, GREEDY)
    before = decoder.state.positions
    (tokens,) = collect(decoder, decoder.join([prompt]))
    assert decoder.state.positions > before
    roomy = Decoder(core, GREEDY)
    roomy.reserve(4, 512)
    assert collect(roomy, roomy.join([prompt])) == [tokens]


def test_the_longest_utterance_ends_at_the_models_limit(core: Any, voices: Any) -> None:
    (prompt,) = prompts(core, voices, 1, max_tokens=10_000)
    decoder = Decoder(core, GREEDY)
    (tokens,) = collect(decoder, decoder.join([prompt]))
    assert len(tokens) == core.shape.max_audio_tokens == 602


def test_a_voice_is_prepared_once(core: Any, voices: Any) -> None:
    decoder = Decoder(core, GREEDY)
    assert decoder.prepare_voice(voices[0]) is decoder.prepare_voice(voices[0])


def test_stopping_becomes_likelier_beyond_the_expected_length(core: Any, voices: Any) -> None:
    """A single word can run on into babble (coqui-ai/TTS#3516); the bias grows until the row stops."""
    (prompt,) = prompts(core, voices, 1)
    pushed = Prompt(prompt.tokens, prompt.voice, expected_tokens=5.0, max_tokens=300)
    free = Prompt(prompt.tokens, prompt.voice, max_tokens=300)
    sampling = Sampling(greedy=True, stop_slope=0.5)
    (short, _), (long, _) = decode(core, [pushed, free], sampling)
    assert short[-1] == core.shape.stop_audio
    assert 5 < len(short) < len(long)
