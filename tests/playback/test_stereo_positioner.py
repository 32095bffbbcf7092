"""Words in stereo: the balance of a voice comes from the phrases and is added to the chunks."""

from __future__ import annotations

from codechoir.engines.base import CollectingListener
from codechoir.engines.silent import SilentEngine
from codechoir.model import AudioChunk, CastUtterance, Category, Mark, Phrase, Utterance, Voice
from codechoir.playback.navigation import PositionTracker, StereoPositioner

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


def test_chunks_carry_the_balance_of_their_words_where_it_changes() -> None:
    written: list[AudioChunk] = []
    tracker = PositionTracker([phrase(0, -50, -50, 25)])
    positioner = StereoPositioner(tracker)
    listener = CollectingListener()
    SilentEngine().speak(tracker, listener)
    written += map(positioner.placed, listener.chunks)
    words = {mark.t0: mark.text for chunk in written for mark in chunk.marks}
    balances = [(words[at], balance) for chunk in written for at, balance in chunk.balances]
    assert balances == [("word1", -50), ("word3", 25)]


def test_a_word_that_an_earlier_reading_began_keeps_its_balance() -> None:
    line = phrase(-50, -50, 25)
    positioner = positioner_of(line)
    rest = AudioChunk(bytes(20), RATE, 0, (mark(-5, line, 0),))
    then = AudioChunk(bytes(20), RATE, 10, (mark(12, line, 2),))
    assert [positioner.placed(chunk).balances for chunk in (rest, then)] == [((0, -50),), ((12, 25),)]


def test_if_all_voices_are_in_the_middle_nothing_is_added() -> None:
    line = phrase(0, 0)
    chunk = AudioChunk(b"", RATE, 0, (mark(0, line, 0),))
    assert positioner_of(line).placed(chunk) is chunk
