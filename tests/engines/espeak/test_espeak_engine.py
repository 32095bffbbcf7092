"""The driver as the reader sees it: chunks, marks, cancelling, voices."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import replace

import numpy as np
import pytest
from codechoir.bench.audio_metrics import SynthesizedAudio, pitches, synthesize, words_of
from codechoir.engines import AudioListener, make_engine
from codechoir.engines.espeak import EspeakEngine
from codechoir.errors import EngineError
from codechoir.model import Category, Phrase, Utterance, Voice
from support.listening import Listener
from support.speech import LINE, PLAIN, engine, line, of_utterances, said


def test_the_engine_is_found_by_name_and_works_here() -> None:
    made = make_engine("espeak")
    assert isinstance(made, EspeakEngine)
    assert made.check() is None


@pytest.mark.parametrize("rate", [175, 600])
def test_chunks_are_short_and_without_a_hole(rate: float) -> None:
    listener = Listener()
    engine().speak([line(*LINE, rate=rate)] * 2, listener)
    at = 0
    for chunk in listener.chunks:
        assert chunk.first_sample == at
        assert 0 < chunk.samples <= chunk.sample_rate // 50
        assert chunk.sample_rate == engine().capabilities.sample_rate
        assert not chunk.last
        at += chunk.samples


@pytest.mark.parametrize("rate", [80, 175, 300, 449, 450, 900])
def test_every_word_has_a_mark_in_the_chunk_that_it_begins_in(rate: float) -> None:
    listener = Listener()
    phrase = line(*LINE, rate=rate)
    engine().speak([phrase, phrase], listener)
    assert listener.words == 2 * words_of(phrase).split()
    for chunk in listener.chunks:
        for mark in chunk.marks:
            assert chunk.first_sample <= mark.t0 < chunk.first_sample + chunk.samples
    ends = [0, *(mark.t1 for mark in listener.marks)]
    for mark, end_before in zip(listener.marks, ends, strict=False):
        assert end_before <= mark.t0 < mark.t1 <= listener.samples


def test_a_mark_carries_source_and_category_of_its_utterance() -> None:
    marks = synthesize(engine(), line(*LINE)).marks
    assert [(mark.start, mark.end, mark.category) for mark in marks[:3]] == [
        (0, 9, Category.KEYWORD),
        (10, 19, Category.VARIABLE),
        (20, 29, Category.KEYWORD),
    ]
    assert [mark.text for mark in marks if mark.start == 50] == ["list", "all"]


@pytest.mark.parametrize("after", [1, 2, 30])
def test_nothing_is_emitted_after_the_listener_said_no(after: int) -> None:
    listener = Listener(lambda one: len(one.chunks) < after)
    engine().speak([line(*LINE)] * 3, listener)
    assert len(listener.chunks) == after


def test_a_listener_who_left_is_noticed_while_the_library_speaks() -> None:
    """Only the beginning of a reading is emitted while the library speaks; later it has to be asked."""
    listener = Listener()
    pulled = 0

    def phrases() -> object:
        nonlocal pulled
        for _ in range(3):
            pulled += 1
            yield line(*LINE)
            listener.ended = True

    engine().speak(phrases(), listener)  # type: ignore[arg-type]
    assert pulled == 2
    assert listener.words[: len(LINE)] == words_of(line(*LINE)).split()[: len(LINE)]
    assert len(listener.words) < 2 * len(words_of(line(*LINE)).split())


def test_what_was_said_to_a_listener_who_left_is_freed_at_once() -> None:
    """The error that ends the saying held its own frame: 120 objects a reading, until the collector came.

    It came for 7 ms, in the way of the next sound.
    """

    class Leaves(AudioListener):
        def write(self, chunk: object) -> bool:
            return False

    listener = Leaves()
    gone = weakref.ref(listener)
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        engine().speak([line(*LINE)], listener)
        del listener
        assert gone() is None
    finally:
        if was_enabled:
            gc.enable()


def test_an_error_of_the_listener_comes_out_and_the_engine_can_be_used_again() -> None:
    def fail(_: Listener) -> bool:
        raise RuntimeError("the ear hurts")

    with pytest.raises(RuntimeError, match="the ear hurts"):
        engine().speak([line(*LINE)], Listener(fail))
    assert synthesize(engine(), said("again")).marks


def test_phrases_are_pulled_only_when_they_are_needed() -> None:
    pulled: list[int] = []
    heard_before: list[int] = []
    listener = Listener()

    def phrases() -> object:
        for index in range(3):
            pulled.append(index)
            heard_before.append(len(listener.marks))
            yield said("one two")

    engine().speak(phrases(), listener)  # type: ignore[arg-type]
    assert pulled == [0, 1, 2]
    assert heard_before == [0, 2, 4]


def test_several_engines_may_speak_at_once() -> None:
    """The library keeps its state in C globals: each reading must come out as if it were alone."""
    lines = [line(*LINE[index:], rate=150 + 50 * index) for index in range(4)]
    together: dict[int, SynthesizedAudio] = {}

    def speak(index: int) -> None:
        together[index] = synthesize(EspeakEngine(), lines[index])

    threads = [threading.Thread(target=speak, args=[index]) for index in range(len(lines))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for index, one in enumerate(lines):
        alone = synthesize(engine(), one)
        assert [mark.text for mark in together[index].marks] == [mark.text for mark in alone.marks]
        assert together[index].seconds == pytest.approx(alone.seconds, rel=0.01)


def test_a_slow_listener_does_not_keep_others_from_speaking() -> None:
    """A reading that waits for credit must not hold the library (another reading may be a client's)."""
    waiting, go_on = threading.Event(), threading.Event()

    def wait_in_the_third_second(one: Listener) -> bool:
        if one.samples > 2 * 22050 and not go_on.is_set():
            waiting.set()
            go_on.wait(60)
        return True

    long = said("one two three four five six seven eight nine ten " * 4)
    thread = threading.Thread(target=engine().speak, args=([long], Listener(wait_in_the_third_second)))
    thread.start()
    assert waiting.wait(60)
    assert synthesize(EspeakEngine(), said("meanwhile")).marks
    go_on.set()
    thread.join(60)
    assert not thread.is_alive()


def test_an_unknown_family_is_told_with_the_near_one() -> None:
    with pytest.raises(EngineError, match=r"no voice 'en-us\+f33'.*Did you mean 'en-us\+f3'\?"):
        synthesize(engine(), said("word", Voice("en-us+f33")))


def test_families_are_listed_with_variants_and_each_can_speak() -> None:
    names = [voice.name for voice in engine().voices()]
    assert {"en-us", "en-gb", "de", "en-us+f3", "en-us+croak"} <= set(names)
    assert len(names) == len(set(names))
    for name in ["en-gb", "fr-fr", "de", "ru", "cmn", "en-us+Mr serious", *names[-5:]]:
        assert synthesize(engine(), said("test", Voice(name))).marks, name


def test_no_family_means_the_engines_own() -> None:
    own, named = (
        synthesize(engine(), said("word", Voice(""))),
        synthesize(engine(), said("word", Voice("en-us"))),
    )
    assert own.seconds == pytest.approx(named.seconds, rel=0.01)


def test_words_of_another_language_are_said_in_it() -> None:
    """Neunundneunzigtausend has more syllables than ninety nine thousand."""
    seconds = {
        tag: synthesize(engine(), said("99000", language=tag)).seconds for tag in ("en", "de", "de-AT", "xx")
    }
    assert seconds["de"] > 1.15 * seconds["en"]
    assert seconds["de-AT"] == pytest.approx(seconds["de"], rel=0.01)
    assert seconds["xx"] == pytest.approx(seconds["en"], rel=0.01)


def test_a_letter_alone_is_said_by_its_name_and_an_article_is_not() -> None:
    def length(phrase: Phrase, word: str) -> int:
        return next(mark.t1 - mark.t0 for mark in synthesize(engine(), phrase).marks if mark.text == word)

    variable = line((Category.KEYWORD, "for"), (Category.VARIABLE, "a"), (Category.KEYWORD, "in"))
    article = said("for a in")
    spelled = said("for a in", spell=True)
    assert length(variable, "a") > 1.5 * length(article, "a")
    assert length(spelled, "a") > 1.5 * length(article, "a")


def test_pitch_and_range_are_heard() -> None:
    text = "read the list of all users and close the file"
    pitch, higher, livelier = (
        pitches(synthesize(engine(), said(text, voice)).samples, 22050)
        for voice in (PLAIN, replace(PLAIN, pitch=80), replace(PLAIN, range=95))
    )
    assert np.median(higher) > 1.2 * np.median(pitch)
    assert np.percentile(livelier, 90) - np.percentile(livelier, 10) > 1.3 * (
        np.percentile(pitch, 90) - np.percentile(pitch, 10)
    )


def test_half_the_volume_is_half_the_sound() -> None:
    loud, soft = (
        synthesize(engine(), said("read the list", Voice("en-us", volume=volume))).samples.astype(float).std()
        for volume in (100, 50)
    )
    assert soft / loud == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("rates", [(80, 120, 175, 250, 300, 400, 449, 450, 500, 700, 900)])
def test_a_higher_rate_takes_less_time_up_to_900_words_a_minute(rates: tuple[float, ...]) -> None:
    seconds = [synthesize(engine(), line(*LINE, rate=rate)).seconds for rate in rates]
    assert seconds == sorted(seconds, reverse=True)
    assert seconds[-1] == pytest.approx(seconds[2] * 175 / 900, rel=0.1)


def test_an_empty_phrase_and_no_phrase_say_nothing() -> None:
    listener = Listener()
    engine().speak([Phrase((), 0, 0), said(""), said("   "), said("\u0301")], listener)
    engine().speak([], listener)
    assert listener.marks == []
    assert listener.samples < 22050


def test_a_long_phrase_is_said_in_several_breaths_without_losing_a_word() -> None:
    words = [f"word{index}" if index % 7 else f"word{index}," for index in range(200)]
    assert [
        mark.text for mark in synthesize(engine(), said(" ".join(words), Voice("en-us", rate=449))).marks
    ] == words


def test_closing_an_engine_leaves_others_alone_and_it_can_be_used_again() -> None:
    one = EspeakEngine()
    one.warm_up()
    one.close()
    assert synthesize(one, said("still here")).marks
    assert synthesize(engine(), said("and here")).marks


def test_a_reading_does_not_begin_with_a_pause() -> None:
    phrase = of_utterances(Utterance("late", Category.VARIABLE, 0, 4, pause_before=500), voice=PLAIN)
    heard = synthesize(engine(), phrase)
    assert heard.bounds[0] < 22050 // 50
