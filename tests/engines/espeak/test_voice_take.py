"""Where the words of a take begin and end, also when the library announces them beyond its sound."""

from __future__ import annotations

from codechoir.engines import CollectingListener
from codechoir.engines.espeak.espeak_engine import VoiceTake
from codechoir.engines.espeak.espeak_library import WordEvent
from codechoir.engines.espeak.safe_text import Script
from codechoir.model import Voice
from support.speech import engine, said

SCRIPT = Script("one two six", (0, 4, 8), (3, 3, 3))


def silence(samples: int) -> bytes:
    return bytes(2 * samples)


def test_a_word_announced_beyond_the_sound_so_far_has_no_onset_yet() -> None:
    take = VoiceTake(SCRIPT, 100)
    take.feed(silence(100), [WordEvent(0, 0), WordEvent(4, 900)])
    assert take.onset() is None


def test_words_announced_beyond_the_end_of_the_sound_end_with_it() -> None:
    take = VoiceTake(SCRIPT, 100)
    take.feed(silence(100), [WordEvent(0, 0), WordEvent(4, 900), WordEvent(8, 500)])
    take.finish()
    assert [take.start(index) for index in range(4)] == [0, 100, 100, 100]
    assert [take.sounding(index) for index in range(3)] == [(0, 100), (100, 100), (100, 100)]


def test_the_variant_fast_says_everything() -> None:
    for volume in (0.0, 100.0):
        for text in ("sh to equals pst to pst", "z b.", "3 sh . the hello q?"):
            for rate in (400.0, 449.0):
                listener = CollectingListener()
                engine().speak([said(text, Voice("en-us+fast", rate, 50, 0, volume))], listener)
                marks = [mark.text for chunk in listener.chunks for mark in chunk.marks]
                assert marks == [word for word in text.split() if word != "."]
