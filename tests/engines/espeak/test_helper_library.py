"""eSpeak NG may end at any moment: what was being said is said all the same, once, and nobody else ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from codechoir.engines.espeak import EspeakEngine, HelperLibrary, SynthParams, espeak_engine, helper_library
from codechoir.engines.espeak.espeak_library import LibraryData, PhraseLostError, WordEvent
from codechoir.model import AudioChunk, Category, Phrase, Utterance, Voice
from support.listening import Listener
from support.speech import LINE, line, of_utterances

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

SpeechListener = Callable[[bytes, list[WordEvent]], bool]

DEADLY = "iknn uqlq"
DEADLY_VOICE = Voice("en-us+Annie", pitch=0, range=78)
"""Ends the library's process when the range is not lowered."""


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[HelperLibrary]:
    """A library of the test's own, with a helper that stands by."""
    made = HelperLibrary(LibraryData())
    monkeypatch.setattr(espeak_engine, "library", lambda: made)
    made.say("ready", SynthParams("en-us", 175, 50, 50, 100), lambda pcm, words: True)
    assert made.wait_for_spare(30)
    yield made
    made.close()


@pytest.fixture
def unguarded(loaded: HelperLibrary, monkeypatch: pytest.MonkeyPatch) -> HelperLibrary:
    """The same, and what ends the process does end it."""
    monkeypatch.setattr(loaded, "guarded", lambda params: params)
    return loaded


class Notified(Listener):
    """Listens, keeps what it is told, and does `deed` once, when `after` samples were heard.

    `gap`: the longest time in seconds between two chunks since then.
    """

    def __init__(self, deed: Callable[[], object] = lambda: None, after: int = 1) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.gap = 0.0
        self._deed: Callable[[], object] | None = deed
        self._after = after
        self._written_at = 0.0

    def write(self, chunk: AudioChunk) -> bool:
        now = time.monotonic()
        if self._deed is None:
            self.gap = max(self.gap, now - self._written_at)
        goes_on = super().write(chunk)
        if self._deed is not None and self.samples >= self._after:
            self._deed()
            self._deed = None
        self._written_at = now
        return goes_on

    def notify(self, line: str) -> bool:
        self.lines.append(line)
        return True


def hear(phrases: list[Phrase], listener: Notified | None = None) -> Notified:
    heard = listener or Notified()
    EspeakEngine().speak(phrases, heard)
    return heard


def words(heard: Listener) -> list[str]:
    return [mark.text for mark in heard.marks]


def kill(pid: int | None, number: int = signal.SIGKILL) -> None:
    assert pid is not None
    os.kill(pid, number)


@pytest.mark.parametrize("after", [1, 3000, 30000])
def test_a_helper_killed_in_mid_line_is_replaced_and_each_word_is_heard_once(
    loaded: HelperLibrary, after: int
) -> None:
    phrases = [line(*LINE), line(*LINE)]
    expected = hear(phrases)
    before = loaded.pid
    heard = hear(phrases, Notified(lambda: kill(loaded.pid), after))
    assert words(heard) == words(expected)
    assert heard.samples == pytest.approx(expected.samples, rel=0.02)
    assert heard.lines == []
    assert heard.gap < 3, "0.3 s on a machine that has nothing else to do"
    assert loaded.pid != before


def test_the_gap_is_shorter_than_300_milliseconds(loaded: HelperLibrary) -> None:
    """The shortest of several: a busy machine may lend no processor for a while."""
    phrases = [line(*LINE), line(*LINE)]
    gaps = []
    for after in (1, 2000, 10000, 30000):
        assert loaded.wait_for_spare(30)
        gaps.append(hear(phrases, Notified(lambda: kill(loaded.pid), after)).gap)
        if gaps[-1] < 0.3:
            return
    pytest.fail(f"the gaps are {gaps}")


def test_the_death_of_both_helpers_is_survived(loaded: HelperLibrary) -> None:
    expected = hear([line(*LINE)])
    heard = hear([line(*LINE)], Notified(lambda: (kill(loaded.pid), kill(loaded.spare_pid))))
    assert words(heard) == words(expected)
    assert heard.lines == []


def test_a_helper_killed_between_two_texts_is_replaced(loaded: HelperLibrary) -> None:
    kill(loaded.pid)
    heard = hear([line(*LINE)])
    assert words(heard) == words(hear([line(*LINE)]))
    assert loaded.wait_for_spare(30)


def test_a_helper_that_stands_still_is_given_up(
    loaded: HelperLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper_library, "ANSWER_SECONDS", 0.5)
    expected = hear([line(*LINE)])
    heard = hear([line(*LINE)], Notified(lambda: kill(loaded.pid, signal.SIGSTOP)))
    assert words(heard) == words(expected)


def test_a_text_that_always_ends_its_helper_is_lost_after_some_tries(loaded: HelperLibrary) -> None:
    sent = []

    def end(pcm: bytes, words: object) -> bool:
        sent.append(loaded.pid)
        kill(loaded.pid)
        return True

    params = SynthParams("en-us", 175, 50, 50, 100)
    text = "a text of some length that is not finished when its process ends " * 20
    with pytest.raises(PhraseLostError, match="choose another voice"):
        loaded.say(text, params, end)
    assert 2 <= len(set(sent)) <= 3
    with pytest.raises(PhraseLostError):
        loaded.say(text, params, lambda pcm, words: pytest.fail("sent again"))


def deadly_line() -> Phrase:
    texts = (Category.KEYWORD, "return"), (Category.LITERAL, DEADLY)
    utterances = [Utterance(text, category, 0, 9) for category, text in texts]
    parts = [of_utterances(one).parts[0] for one in utterances]
    parts[1] = of_utterances(utterances[1], voice=DEADLY_VOICE).parts[0]
    return Phrase(tuple(parts), 0, 9)


def test_what_ends_the_library_is_spelled_by_another_voice_and_named(unguarded: HelperLibrary) -> None:
    first = unguarded.pid
    heard = hear([deadly_line(), line(*LINE)])
    assert words(heard)[:3] == ["return", "iknn", "uqlq"]
    assert words(heard)[3:] == words(hear([line(*LINE)]))
    assert [(mark.part, mark.word) for mark in heard.marks[:3]] == [(0, 0), (1, 0), (1, 1)]
    spelled = heard.marks[1]
    assert spelled.t1 - spelled.t0 > 22050 // 2, "four letters by their names"
    assert len(heard.lines) == 1
    assert "en-us+Annie" in heard.lines[0]
    assert DEADLY in heard.lines[0]
    assert unguarded.pid != first


def test_what_ended_the_library_is_not_sent_again_to_that_voice(unguarded: HelperLibrary) -> None:
    hear([deadly_line()])
    survivor = unguarded.pid
    heard = hear([deadly_line()])
    assert unguarded.pid == survivor
    assert words(heard) == ["return", "iknn", "uqlq"]


def test_what_ends_a_copy_for_the_cache_is_sent_again_to_neither(
    unguarded: HelperLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = unguarded.reproducible()
    assert isinstance(exact, HelperLibrary)
    monkeypatch.setattr(exact, "guarded", lambda params: params)
    deadly = SynthParams("en-us+Annie", 175, 0, 78, 100)
    plain = deadly._replace(pitch=50, range=50)
    exact.say("one", plain, lambda pcm, words: True)
    first, survivor = exact.pid, unguarded.pid
    with pytest.raises(PhraseLostError):
        exact.say(DEADLY, deadly, lambda pcm, words: True)
    with pytest.raises(PhraseLostError):
        unguarded.say(DEADLY, deadly, lambda pcm, words: pytest.fail("sent again"))
    exact.say("one", plain, lambda pcm, words: True)
    assert exact.pid != first
    assert unguarded.pid == survivor


@pytest.mark.parametrize(
    ("spellers", "expected"),
    [
        (("en-us", "en-us+f3"), ["total", "iknn", "uqlq", "all", "of", "them"]),
        (("en-us+f3",), ["total", "iknn", "uqlq", "all", "of", "them"]),
        ((), ["total", "all", "of", "them"]),
    ],
)
def test_what_few_or_no_voices_can_say_is_named_and_the_line_goes_on(
    loaded: HelperLibrary, monkeypatch: pytest.MonkeyPatch, spellers: tuple[str, ...], expected: list[str]
) -> None:
    say = loaded.say

    def fail_at_some(
        text: str, params: SynthParams, listener: Callable[[bytes, list[WordEvent]], bool]
    ) -> None:
        if "Annie" in params.family or (text == "i k n n u q l q" and params.family not in spellers):
            raise PhraseLostError(params.family, text)
        say(text, params, listener)

    monkeypatch.setattr(loaded, "say", fail_at_some)
    heard = hear(
        [line((Category.VARIABLE, "total"), (Category.LITERAL, DEADLY), (Category.COMMENT, "all of them"))]
    )
    assert words(heard) == expected
    assert len(heard.lines) == 1
    assert DEADLY in heard.lines[0]
    assert [mark.t0 for mark in heard.marks] == sorted(mark.t0 for mark in heard.marks)


SPEAK_AND_SHOW = """
import sys, time
from codechoir.engines.espeak import SynthParams, library
loaded = library()
loaded.say("ready", SynthParams("en-us", 175, 50, 50, 100), lambda pcm, words: True)
loaded.wait_for_spare(30)
exact = loaded.reproducible()
exact.say("ready", SynthParams("en-us", 175, 50, 50, 100), lambda pcm, words: True)
print(loaded.pid, loaded.spare_pid, exact.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("number", [0, signal.SIGKILL, signal.SIGTERM])
def test_no_helper_outlives_its_parent(number: int) -> None:
    """Who holds the parent's standard error keeps `communicate` from returning."""
    pipe = subprocess.PIPE
    parent = subprocess.Popen(
        [sys.executable, "-c", SPEAK_AND_SHOW], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )
    assert parent.stdout is not None and parent.stderr is not None
    helpers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(helpers) == 3
    for pid in helpers if sys.platform == "linux" else ():
        assert os.path.samestat(Path(f"/proc/{pid}/fd/2").stat(), os.fstat(parent.stderr.fileno()))
    if number:
        parent.send_signal(number)
    parent.communicate(timeout=30)


@pytest.mark.parametrize(
    "obstacle",
    [
        "import sys; sys.executable = '/nowhere/python'",
        "import sys; sys.executable = ''",
        "from codechoir.engines.espeak import helper_main; helper_main.__file__ = '/nowhere/helper_main.py'",
    ],
)
def test_where_no_process_can_be_started_the_library_speaks_in_this_one(obstacle: str) -> None:
    code = (
        f"{obstacle}\n"
        "from codechoir.engines.espeak import SynthParams, library\n"
        "sound = []\n"
        "params = SynthParams('en-us', 175, 50, 50, 100)\n"
        "library().say('one', params, lambda pcm, words: not sound.append(pcm))\n"
        "print(type(library()).__name__, sum(map(len, sound)) > 1000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["InProcessLibrary", "True"], done.stderr


def test_a_helper_that_computes_without_end_ends_itself() -> None:
    folder = Path(helper_library.__file__).parent
    code = (
        f"import sys; sys.path.insert(0, {str(folder)!r})\n"
        "import helper_main\n"
        "helper_main._limit(0.05)\n"
        "while True: pass"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGVTALRM
