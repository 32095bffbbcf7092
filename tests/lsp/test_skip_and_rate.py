"""Going on and back, faster and slower, and other voices, in the midst of a reading."""

from __future__ import annotations

import pytest
from codechoir.engines.silent import SAMPLE_RATE
from support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = "one two\nthree four\n\nfive six\n"


def at(line: int) -> dict[str, int]:
    return {"line": line, "character": 0}


@pytest.mark.parametrize(
    ("by", "count", "words"),
    [
        ("line", 1, ["five", "six"]),
        ("line", 0, ["three", "four", "five", "six"]),
        ("line", -1, ["one", "two", "three", "four", "five", "six"]),
        ("line", -9, ["one", "two", "three", "four", "five", "six"]),
        ("line", 9, ["end"]),
        ("span", 9, ["end"]),
    ],
)
async def test_skipping_in_a_file_reads_on_from_there(
    editor: Editor, by: str, count: int, words: list[str]
) -> None:
    session = await editor.read(editor.open(TEXT, "plaintext"), "file")
    await editor.hear_until(session, "three")
    answer = await editor.run("skip", by=by, count=count)
    assert answer["session"] > session and answer["state"] == "speaking"
    assert await editor.all_words(answer["session"]) == words
    assert editor.states_of(session)[-1] == "stopped"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, ["gets", "d", "e"]),
        (0, ["c", "gets", "d", "e"]),
        (-1, ["b", "c", "gets", "d", "e"]),
        (-2, ["gets", "b", "c", "gets", "d", "e"]),
    ],
)
async def test_skipping_by_spans(editor: Editor, count: int, words: list[str]) -> None:
    session = await editor.read(editor.open("a = b\nc = d\ne\n"), "file")
    await editor.hear_until(session, "c")
    answer = await editor.run("skip", by="span", count=count)
    assert await editor.all_words(answer["session"]) == words


async def test_skipping_out_of_a_line_reads_the_other_line_alone(editor: Editor) -> None:
    uri = editor.open(TEXT, "plaintext")
    session = await editor.read(uri, "line", position=at(0))
    assert await editor.all_words(session) == ["one", "two"]
    walked = []
    for count in (1, 1, -1):
        answer = await editor.run("skip", by="line", count=count)
        walked.append(await editor.all_words(answer["session"]))
    assert walked == [["three", "four"], ["five", "six"], ["three", "four"]]


async def test_beyond_the_last_line_the_place_is_kept(editor: Editor) -> None:
    session = await editor.read(editor.open(TEXT, "plaintext"), "line", position=at(3))
    assert await editor.all_words(session) == ["five", "six"]
    for count, words in ((1, ["end"]), (1, ["end"]), (-1, ["three", "four"])):
        answer = await editor.run("skip", by="line", count=count)
        assert await editor.all_words(answer["session"]) == words


async def test_back_from_the_end_of_a_file_the_file_is_read_on(editor: Editor) -> None:
    session = await editor.read(editor.open(TEXT, "plaintext"), "file")
    await editor.hear_until(session, "five")
    for count, words in ((1, ["end"]), (-1, ["three", "four", "five", "six"])):
        answer = await editor.run("skip", by="line", count=count)
        assert await editor.all_words(answer["session"]) == words


async def test_skipping_by_symbols(editor: Editor) -> None:
    uri = editor.open("def add():\n    pass\n\ndef drop():\n    pass\n\ndef keep():\n    pass\n")
    session = await editor.read(uri, "symbol", position=at(3))
    await editor.hear_all(session)
    names = []
    for count in (1, -1, -1):
        answer = await editor.run("skip", by="symbol", count=count)
        heard = await editor.all_words(answer["session"])
        names.append([name for name in ("add", "drop", "keep") if name in heard])
    assert names == [["keep"], ["drop"], ["add"]]


async def test_a_new_rate_is_heard_at_once_and_no_word_twice(editor: Editor) -> None:
    """The word that sounds goes on where it is, at the new rate; it was told when it began."""
    uri = editor.open("one two three four five\nsix seven\n", "plaintext")
    session = await editor.read(uri, "file")
    await editor.hear_until(session, "three")
    answer = await editor.run("rate", wpm=600)
    assert answer["session"] > session
    assert (answer["state"], answer["wpm"]) == ("speaking", 600)
    assert await editor.all_words(answer["session"]) == ["four", "five", "six", "seven"]
    marks = editor.marks(answer["session"])
    assert {mark.length for mark in marks} == {SAMPLE_RATE // 10}
    rest_of_three = marks[0].sample
    assert 0 < rest_of_three < SAMPLE_RATE // 10


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75])
async def test_what_was_heard_of_a_word_is_not_heard_again(editor: Editor, share: float) -> None:
    session = await editor.read(editor.open("one two three\n", "plaintext"), "file")
    await editor.hear_until(session, "two")
    mark = next(mark for mark in editor.marks(session) if mark.text == "two")
    await editor.run("pause")  # while it sounds, the ear goes on between two acknowledgements
    editor.hear(session, mark.sample + round(share * mark.length))
    answer = await editor.run("rate", wpm=600)
    await editor.run("resume")
    assert await editor.all_words(answer["session"]) == ["three"]
    rest = editor.marks(answer["session"])[0].sample / (SAMPLE_RATE // 10)
    assert rest == pytest.approx(1 - share, abs=0.01)


async def test_one_change_after_another_loses_no_place(editor: Editor) -> None:
    """A key that is held down sends the next change before any word of the last one has sounded."""
    session = await editor.read(editor.open("# one two three four\nfive\n"), "file")
    await editor.hear_until(session, "three")
    for wpm in (400, 500, 600):
        answer = await editor.run("rate", wpm=wpm)
    assert await editor.all_words(answer["session"]) == ["four", "five"]


async def test_a_change_while_the_end_is_told_does_not_read_on(editor: Editor) -> None:
    session = await editor.read(editor.open(TEXT, "plaintext"), "file")
    await editor.hear_until(session, "three")
    answer = await editor.run("skip", by="line", count=9)
    await editor.hear_until(answer["session"], "end")
    answer = await editor.run("rate", wpm=600)
    assert await editor.all_words(answer["session"]) == []
    assert sum(len(chunk.pcm) for chunk in editor.chunks(answer["session"])) > 0


async def test_rates_by_difference_stay_within_their_limits(editor: Editor) -> None:
    await editor.run("rate", wpm=300)
    assert (await editor.run("rate", delta=-20))["wpm"] == 280
    assert (await editor.run("rate", delta=10_000))["wpm"] == 900
    assert (await editor.run("rate", delta=-10_000))["wpm"] == 80


async def test_a_rate_by_command_stays_until_the_editors_rate_changes(editor: Editor) -> None:
    editor.configure(engine="silent", rate=200)
    await editor.run("rate", wpm=450)
    editor.configure(engine="silent", rate=200, volume=50)
    assert (await editor.run("status"))["settings"]["rate"] == 450
    editor.configure(engine="silent", rate=250, volume=50)
    assert (await editor.run("status"))["settings"]["rate"] == 250


async def test_new_settings_are_heard_at_once(editor: Editor) -> None:
    session = await editor.read(editor.open("one two three\nfour\n", "plaintext"), "file")
    await editor.hear_until(session, "two")
    editor.configure(engine="silent", rate=300)
    await editor.until(lambda: editor.states_of(session)[-1:] == ["stopped"])
    newest = (await editor.run("status"))["session"]
    assert newest > session
    assert await editor.all_words(newest) == ["three", "four"]
    assert {mark.length for mark in editor.marks(newest)} == {SAMPLE_RATE // 5}


async def test_the_same_settings_again_disturb_nothing(editor: Editor) -> None:
    session = await editor.read(editor.open("word\n" * 100, "plaintext"), "file")
    await editor.until(lambda: editor.chunks(session))
    editor.configure(engine="silent")
    assert (await editor.run("status"))["session"] == session


async def test_a_reading_that_is_paused_stays_so_through_new_settings(editor: Editor) -> None:
    session = await editor.read(editor.open("one two three\n", "plaintext"), "file")
    await editor.hear_until(session, "two")
    await editor.run("pause")
    answer = await editor.run("rate", wpm=300)
    assert answer["session"] > session and answer["state"] == "paused"
    assert (await editor.run("resume"))["state"] == "speaking"
    assert await editor.all_words(answer["session"]) == ["three"]


async def test_another_level_changes_what_is_said_of_the_rest(editor: Editor) -> None:
    uri = editor.open("a\n(b)\n")
    session = await editor.read(uri, "file")
    await editor.hear_until(session, "a")
    editor.configure(engine="silent", level="all")
    await editor.until(lambda: editor.states_of(session)[-1:] == ["stopped"])
    newest = (await editor.run("status"))["session"]
    heard = await editor.all_words(newest)
    assert "paren" in " ".join(heard) and "b" in heard
