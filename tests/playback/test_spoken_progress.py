"""Where another engine goes on: nothing is missed, and at most one utterance is said twice."""

from __future__ import annotations

from codechoir.engines.base import ForwardingListener
from codechoir.engines.silent import CHUNK, SilentEngine
from codechoir.model import AudioChunk, Category, Mark, Phrase
from codechoir.playback.engine_setup import SpokenProgress
from hypothesis import given
from hypothesis import strategies as st
from support.listening import Listener, phrase

texts = st.lists(st.sampled_from(["one", "two three", "four five six", ""]), min_size=1, max_size=4)
documents = st.lists(texts, max_size=4).map(
    lambda lines: [phrase(*line, start=1 + 100 * number) for number, line in enumerate(lines)]
)


def said_until(phrases: list[Phrase], chunks: int) -> tuple[SpokenProgress, Listener]:
    progress = SpokenProgress(phrases)
    listener = Listener(lambda heard: len(heard.chunks) < chunks)
    SilentEngine().speak(progress.phrases(), Following(listener, progress))
    return progress, listener


class Following(ForwardingListener):
    """Tells the progress what was said."""

    def __init__(self, inner: Listener, progress: SpokenProgress) -> None:
        super().__init__(inner)
        self._progress = progress

    def write(self, chunk: AudioChunk) -> bool:
        go_on = self.inner.write(chunk)
        self._progress.heard(chunk)
        return go_on


def words(phrases: list[Phrase]) -> list[tuple[int, str]]:
    return [
        (p.utterance.start, word) for each in phrases for p in each.parts for word in p.utterance.text.split()
    ]


@given(documents, st.integers(1, 120))
def test_every_word_is_heard_and_at_most_one_utterance_twice(phrases: list[Phrase], chunks: int) -> None:
    progress, before = said_until(phrases, chunks)
    whole = [(mark.start, mark.text) for mark in before.marks if mark.t1 <= before.samples]
    rest = words(list(progress.phrases()))
    expected = words(phrases)
    twice = len(whole) + len(rest) - len(expected)
    assert twice >= 0
    assert rest == expected[len(expected) - len(rest) :]
    assert len({start for start, _ in expected[len(whole) - twice : len(whole)]}) <= 1


def test_nothing_said_leaves_everything() -> None:
    phrases = [phrase("one", "two"), phrase("three", start=50)]
    assert list(SpokenProgress(phrases).phrases()) == phrases


def test_a_line_is_gone_on_with_from_the_utterance_that_was_cut() -> None:
    phrases = [phrase("one", "two"), phrase("three", "four five", "six", start=50), phrase("seven", start=99)]
    word = SilentEngine.capabilities.sample_rate * 60 // 175
    progress, _ = said_until(phrases, 4 * word // CHUNK + 4)
    assert [[p.utterance.text for p in each.parts] for each in progress.phrases()] == [
        ["four five", "six"],
        ["seven"],
    ]


def test_words_that_the_engine_names_otherwise_are_said_again_rather_than_missed() -> None:
    phrases = [phrase("x2", "y")]
    progress = SpokenProgress(phrases)
    assert list(progress.phrases()) == phrases
    mark = Mark(0, 100, 1, 10, Category.VARIABLE, "ex two", 0, 0, 0)
    progress.heard(AudioChunk(bytes(400), 22050, 0, (mark,)))
    assert list(progress.phrases()) == phrases


def test_all_said_leaves_nothing() -> None:
    phrases = [phrase("one", "two")]
    progress, _ = said_until(phrases, 10**6)
    assert list(progress.phrases()) == []
