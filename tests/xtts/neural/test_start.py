"""What is made ahead, so that the first reading does not wait for it."""

from __future__ import annotations

from typing import Any

from codechoir.engines.xtts.neural.requests import CPU_PACE, Request, Sound
from codechoir.engines.xtts.neural.start import make_decoder, make_scheduler, warm_vocoder
from xtts.neural.decoding import GREEDY, collect, prompts


def test_a_decoder_has_room_before_the_first_row_joins(core: Any, voices: Any) -> None:
    decoder = make_decoder(core, GREEDY, 4)
    cache = decoder.state.cache
    collect(decoder, decoder.join(prompts(core, voices, 4, most=6)))
    assert decoder.state.cache is cache


def test_the_scheduler_suits_the_device_and_speaks(core: Any, voices: Any) -> None:
    scheduler = make_scheduler(core, GREEDY)
    assert scheduler.pace == CPU_PACE
    (prompt,) = prompts(core, voices, 1, most=3)
    scheduler.submit(Request(1, (prompt,)))
    sounds = []
    while not scheduler.idle:
        sounds += [event for event in scheduler.tick() if isinstance(event, Sound)]
    assert sum(len(sound.samples) for sound in sounds) == core.vocoder.clock.count(3) * 256


def test_the_vocoder_can_be_warmed_up_without_a_voice(core: Any) -> None:
    warm_vocoder(core)
