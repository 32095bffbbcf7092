"""A phrase heard before needs no engine; what is heard is the same either way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from codechoir.engines.base import AudioListener, ForwardingListener
from codechoir.engines.cache.caching_engine import CachingEngine
from codechoir.engines.cache.phrase_cache import PhraseCache, PhraseSettings
from codechoir.engines.espeak import EspeakEngine
from codechoir.engines.silent import SilentEngine
from codechoir.engines.xtts import cacheable_units
from codechoir.errors import EngineError
from codechoir.languages.detection import plain_text
from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice
from codechoir.pipeline import SpeechPipeline
from codechoir.settings import Settings
from codechoir.syntax.document import Document
from hypothesis import given
from hypothesis import strategies as st
from support.cached_engine import CountingEngine, cached, each_part
from support.listening import Listener, phrase


def pcm(heard: Listener) -> bytes:
    return b"".join(chunk.pcm for chunk in heard.chunks)


def hear(engine: CachingEngine | SilentEngine | EspeakEngine, *phrases: Phrase) -> Listener:
    heard = Listener()
    engine.speak(phrases, heard)
    at = 0
    for chunk in heard.chunks:
        assert chunk.first_sample == at and chunk.samples <= engine.capabilities.sample_rate // 50
        assert all(at <= mark.t0 < at + chunk.samples for mark in chunk.marks)
        at += chunk.samples
    return heard


def test_a_second_reading_of_a_file_makes_no_engine_call(engine: CountingEngine, cache: PhraseCache) -> None:
    snapshot = Document(Path(__file__).read_bytes()[:1500], plain_text()).snapshot()
    pipeline = SpeechPipeline(Settings(engine="silent"))
    speaker = cached(engine, cache)
    first = hear(speaker, *pipeline.phrases(snapshot))
    calls = engine.calls
    assert calls >= 1
    second = hear(speaker, *pipeline.phrases(snapshot))
    assert engine.calls == calls
    assert second.marks == first.marks and second.samples == first.samples


def test_a_second_process_finds_what_the_first_has_made(
    engine: CountingEngine, settings: PhraseSettings
) -> None:
    line = phrase("for", "user name", "in")
    first = hear(cached(engine, PhraseCache(settings)), line)
    again = CountingEngine()
    second = hear(cached(again, PhraseCache(settings)), line)
    assert again.calls == 0
    assert second.marks == first.marks


def test_only_new_units_reach_the_engine_and_in_one_call(engine: CountingEngine, cache: PhraseCache) -> None:
    speaker = cached(engine, cache)
    hear(speaker, phrase("for", "in"))
    engine.asked.clear()
    lines = phrase("for", "user", "in", "users"), phrase("in", "cart", "for", start=100)
    heard = hear(speaker, *lines)
    assert heard.words == ["for", "user", "in", "users", "in", "cart", "for"]
    assert engine.asked == ["user", "users", "cart"]
    assert engine.calls == 2
    assert heard.marks == hear(SilentEngine(), *lines).marks


@given(
    st.lists(st.lists(st.sampled_from(["for", "user name", "", "in"]), min_size=1, max_size=5), max_size=8)
)
def test_what_is_heard_does_not_depend_on_what_is_kept(
    tmp_path_factory: pytest.TempPathFactory, lines: list[list[str]]
) -> None:
    cache = PhraseCache(PhraseSettings(tmp_path_factory.mktemp("cache"), 10**6, 0))
    phrases = [phrase(*texts, start=1 + 100 * number) for number, texts in enumerate(lines)]
    plain = hear(SilentEngine(), *phrases)
    speaker = cached(CountingEngine(), cache)
    for _ in range(2):
        heard = hear(speaker, *phrases)
        assert heard.marks == plain.marks and pcm(heard) == pcm(plain)


def test_marks_tell_where_the_words_stand_now(engine: CountingEngine, cache: PhraseCache) -> None:
    speaker = cached(engine, cache)
    hear(speaker, phrase("add to cart", start=10))
    marks = hear(speaker, phrase("add to cart", start=500)).marks
    assert engine.calls == 1
    assert [(mark.start, mark.end, mark.text) for mark in marks] == [
        (500, 509, "add"),
        (500, 509, "to"),
        (500, 509, "cart"),
    ]


UTTERANCE = Utterance("user name", Category.VARIABLE, 0, 9)
VOICE = Voice("one")
PART = CastUtterance(UTTERANCE, VOICE)


@pytest.mark.parametrize(
    "changed",
    [
        replace(PART, utterance=replace(UTTERANCE, text="user")),
        replace(PART, utterance=replace(UTTERANCE, category=Category.TYPE)),
        replace(PART, utterance=replace(UTTERANCE, pause_before=40)),
        replace(PART, utterance=replace(UTTERANCE, pause_after=40)),
        replace(PART, utterance=replace(UTTERANCE, cue="tick")),
        replace(PART, utterance=replace(UTTERANCE, spell=True)),
        replace(PART, utterance=replace(UTTERANCE, language="de")),
        replace(PART, voice=replace(VOICE, family="two")),
        replace(PART, voice=replace(VOICE, rate=300.0)),
        replace(PART, voice=replace(VOICE, pitch=40.0)),
        replace(PART, voice=replace(VOICE, range=40.0)),
        replace(PART, voice=replace(VOICE, volume=40.0)),
        replace(PART, fallback_voice=VOICE),
    ],
)
def test_whatever_changes_the_sound_makes_another_phrase(
    engine: CountingEngine, cache: PhraseCache, changed: CastUtterance
) -> None:
    speaker = cached(engine, cache)
    hear(speaker, Phrase((PART,), 0, 9))
    hear(speaker, Phrase((changed,), 0, 9))
    assert engine.calls == 2


def test_another_model_makes_other_phrases(engine: CountingEngine, cache: PhraseCache) -> None:
    hear(cached(engine, cache, "one"), phrase("user"))
    hear(cached(engine, cache, "two"), phrase("user"))
    assert engine.calls == 2


def test_a_unit_that_was_not_heard_to_its_end_is_not_kept(engine: CountingEngine, cache: PhraseCache) -> None:
    speaker = cached(engine, cache)
    line = phrase("for", "user name")
    impatient = Listener(lambda heard: "name" not in heard.words)
    speaker.speak([line], impatient)
    assert impatient.words == ["for", "user", "name"]
    engine.asked.clear()
    assert hear(speaker, line).words == ["for", "user", "name"]
    assert engine.asked == ["user name"]


def test_after_the_listener_has_left_nothing_more_is_told(engine: CountingEngine, cache: PhraseCache) -> None:
    speaker = cached(engine, cache)
    line = phrase("for", "user", "in")
    hear(speaker, line)
    impatient = Listener(lambda heard: "user" not in heard.words)
    speaker.speak([line], impatient)
    assert impatient.words == ["for", "user"]


def test_a_long_stretch_of_kept_phrases_is_pulled_no_faster_than_it_is_heard(
    engine: CountingEngine, cache: PhraseCache
) -> None:
    speaker = cached(engine, cache)
    hear(speaker, phrase("for"))
    pulled = []

    def endless() -> object:
        yield phrase("new")
        while True:
            pulled.append(1)
            yield phrase("for")

    impatient = Listener(lambda heard: len(heard.words) < 10)
    speaker.speak(endless(), impatient)  # type: ignore[arg-type]
    assert len(impatient.words) == 10
    assert len(pulled) <= 80


def test_an_engine_that_fails_leaves_nothing_half_kept(cache: PhraseCache) -> None:
    class Failing(CountingEngine):
        def speak(self, phrases: object, listener: AudioListener) -> None:
            super().speak(phrases, Interrupted(listener))  # type: ignore[arg-type]

    class Interrupted(ForwardingListener):
        def write(self, chunk: object) -> bool:
            raise EngineError("the voice has gone")

    with pytest.raises(EngineError):
        hear(cached(Failing(), cache), phrase("user"))
    again = CountingEngine()
    assert hear(cached(again, cache), phrase("user")).words == ["user"]
    assert again.calls == 1


def test_espeak_sounds_the_same_from_the_cache(cache: PhraseCache) -> None:
    pipeline = SpeechPipeline(Settings(engine="espeak"))
    snapshot = Document("one, two three\nfour five\nsix\n", plain_text()).snapshot()
    lines = list(pipeline.phrases(snapshot))
    plain = hear(EspeakEngine(), *lines)
    speaker = CachingEngine(EspeakEngine(), cache, EspeakEngine().cache_policy())
    first, second = (hear(speaker, *lines) for _ in range(2))
    assert pcm(second) == pcm(first) and second.marks == first.marks
    assert first.words == plain.words
    assert first.samples == pytest.approx(plain.samples, rel=0.02)  # the library's breath is never the same
    assert cache.figures().total.hits == len(lines)


def test_units_of_a_neural_engine_are_what_it_says_at_once() -> None:
    voices = [Voice("a"), Voice("a"), Voice("b"), Voice("a")]
    texts = ["if", "x", "user name", "is set to"]
    parts = tuple(
        CastUtterance(Utterance(text, Category.VARIABLE, at, at + 1), voice)
        for at, (text, voice) in enumerate(zip(texts, voices, strict=True))
    )
    found = [[part.utterance.text for part in unit.parts] for _, unit in cacheable_units(Phrase(parts, 0, 4))]
    assert found == [["if"], ["x"], ["user name"], ["is set to"]]


def test_pauses_and_cues_are_units_of_their_own() -> None:
    """So a word sounds from the cache wherever it stands, and all together sounds as it did."""
    said = Utterance("return", Category.KEYWORD, 4, 10, pause_before=80, pause_after=40, cue="tick")
    part = CastUtterance(said, Voice("a"))
    found = [[part.utterance for part in unit.parts] for _, unit in cacheable_units(Phrase((part,), 4, 10))]
    empty = replace(said, text="")
    assert found == [
        [replace(empty, pause_after=0)],
        [replace(said, pause_before=0, pause_after=0, cue="")],
        [replace(empty, pause_before=0, cue="")],
    ]


def test_neighbours_that_a_neural_engine_joins_stay_together() -> None:
    texts = ["user name", "is set to"]
    parts = tuple(
        CastUtterance(Utterance(text, Category.VARIABLE, at, at + 1), Voice("b"))
        for at, text in enumerate(texts)
    )
    assert [(first, unit.parts) for first, unit in cacheable_units(Phrase(parts, 0, 2))] == [(0, parts)]


def test_the_rest_of_a_phrase_after_a_kept_one_has_its_pause(cache: PhraseCache) -> None:
    """The engine is called in the midst of a reading, and must not take that for its beginning."""
    lines = list(
        SpeechPipeline(Settings(engine="espeak")).phrases(Document("one\ntwo\n", plain_text()).snapshot())
    )
    speaker = CachingEngine(EspeakEngine(), cache, EspeakEngine().cache_policy())
    whole = hear(EspeakEngine(), *lines)
    hear(speaker, lines[0])
    heard = hear(speaker, *lines)
    between, usual = (marks[1].t0 - marks[0].t1 for marks in (heard.marks, whole.marks))
    assert between == pytest.approx(usual, rel=0.2)


def test_parts_alone_make_the_phrase() -> None:
    line = phrase("a", "b")
    assert [(first, unit.parts) for first, unit in each_part(line)] == [
        (0, (line.parts[0],)),
        (1, (line.parts[1],)),
    ]
