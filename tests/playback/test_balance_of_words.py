"""Words that stand apart: where the voices stand comes from the phrases, and is added to the chunks."""

from __future__ import annotations

from codechoir.engines.base import CollectingListener
from codechoir.engines.silent import SilentEngine
from codechoir.model import AudioChunk, CastUtterance, Category, Mark, Phrase, Utterance, Voice
from codechoir.playback.position_tracker import PositionTracker, StereoPositioner

RATE = 1000


def phrase(*balances: float) -> Phrase:
    parts = [
        CastUtterance(Utterance(f"word{at}", Category.VARIABLE, at, at + 1), Voice("voice", balance=balance))
        for at, balance in enumerate(balances)
    ]
    return Phrase(tuple(parts), 0, len(parts))


def mark(t0: int, line: Phrase, part: int) -> Mark:
    said = line.parts[part].utterance
    return Mark.of(said, said.text, t0, t0 + 3, phrase=0, part=part, word=0)


def positioner_of(line: Phrase) -> StereoPositioner:
    tracker = PositionTracker([line])
    assert list(tracker) == [line]
    return StereoPositioner(tracker)


def test_chunks_tell_where_the_voices_of_their_words_stand() -> None:
    written: list[AudioChunk] = []
    tracker = PositionTracker([phrase(0, -50, -50, 25)])
    positioner = StereoPositioner(tracker)
    listener = CollectingListener()
    SilentEngine().speak(tracker, listener)
    written += map(positioner.placed, listener.chunks)
    words = {mark.t0: mark.text for chunk in written for mark in chunk.marks}
    told = [(words[at], balance) for chunk in written for at, balance in chunk.balances]
    assert told == [("word1", -50), ("word3", 25)]


def test_a_word_that_began_in_an_earlier_reading_stands_where_it_stood() -> None:
    line = phrase(-50, -50, 25)
    positioner = positioner_of(line)
    rest = AudioChunk(bytes(20), RATE, 0, (mark(-5, line, 0),))
    then = AudioChunk(bytes(20), RATE, 10, (mark(12, line, 2),))
    assert [positioner.placed(chunk).balances for chunk in (rest, then)] == [((0, -50),), ((12, 25),)]


def test_while_all_voices_stand_in_the_middle_nothing_is_told() -> None:
    line = phrase(0, 0)
    chunk = AudioChunk(b"", RATE, 0, (mark(0, line, 0),))
    assert positioner_of(line).placed(chunk) is chunk
