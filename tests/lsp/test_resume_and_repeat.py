"""Resume after a long pause, repeat, where am I, blocks."""

from __future__ import annotations

import pytest
from codechoir.engines.silent import SAMPLE_RATE
from support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = "one two three\nfour five six\n\nseven eight\n"

CODE = """\
def add(a, b):
    total = a
    return total


def drop(c):
    if c:
        pass
    return c
"""


def at(line: int) -> dict[str, int]:
    return {"line": line, "character": 0}


# ---- resume ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        (1, ["four", "five", "six", "seven", "eight"]),
        (2, ["three", "four", "five", "six", "seven", "eight"]),
        (30, ["one", "two", "three", "four", "five", "six", "seven", "eight"]),
    ],
)
async def test_after_a_long_pause_the_last_words_are_repeated(
    editor: Editor, words: int, heard: list[str]
) -> None:
    editor.configure(engine="silent", resumeAfter=0.000001, resumeWords=words)
    session = await editor.read(editor.open(TEXT, "plaintext"), "file")
    await editor.hear_until(session, "five")
    await editor.run("pause")
    answer = await editor.run("resume")
    assert answer["session"] > session and answer["state"] == "speaking"
    assert await editor.all_words(answer["session"]) == heard


@pytest.mark.parametrize("settings", [{"resumeAfter": 0}, {"resumeAfter": 0.000001, "resumeWords": 0}, {}])
async def test_else_a_pause_repeats_nothing(editor: Editor, settings: dict[str, float]) -> None:
    editor.configure(engine="silent", **settings)
    session = await editor.read(editor.open(TEXT, "plaintext"), "file")
    await editor.hear_until(session, "five")
    await editor.run("pause")
    assert await editor.run("resume") == {"session": session, "state": "speaking"}


async def test_resume_without_a_pause_changes_nothing(editor: Editor) -> None:
    editor.configure(engine="silent", resumeAfter=0.000001)
    session = await editor.read(editor.open(TEXT, "plaintext"), "file")
    await editor.hear_until(session, "five")
    assert (await editor.run("resume"))["session"] == session


# ---- repeat ---------------------------------------------------------------------------------------------


async def test_the_line_is_repeated_and_the_reading_goes_on(editor: Editor) -> None:
    session = await editor.read(editor.open(TEXT, "plaintext"), "file")
    await editor.hear_until(session, "five")
    answer = await editor.run("repeat")
    assert answer["session"] > session
    assert await editor.all_words(answer["session"]) == ["four", "five", "six", "seven", "eight"]


async def test_slower_is_for_the_line_alone(editor: Editor) -> None:
    session = await editor.read(editor.open(TEXT, "plaintext"), "file")
    await editor.hear_until(session, "five")
    answer = await editor.run("repeat", slower=True)
    assert await editor.all_words(answer["session"]) == ["four", "five", "six", "seven", "eight"]
    usual, slow = round(SAMPLE_RATE * 60 / 175), round(SAMPLE_RATE * 60 / (175 * 0.7))
    lengths = [mark.length for mark in editor.marks(answer["session"])]
    assert lengths == [slow, slow, slow, usual, usual]


async def test_after_the_end_the_last_line_alone_is_repeated(editor: Editor) -> None:
    session = await editor.read(editor.open(TEXT, "plaintext"), "file")
    await editor.hear_all(session)
    answer = await editor.run("repeat")
    assert await editor.all_words(answer["session"]) == ["seven", "eight"]


async def test_after_stop_the_line_that_was_heard_is_repeated(editor: Editor) -> None:
    session = await editor.read(editor.open(TEXT, "plaintext"), "file")
    await editor.hear_until(session, "two")
    await editor.run("stop")
    answer = await editor.run("repeat")
    assert await editor.all_words(answer["session"]) == ["one", "two", "three"]


async def test_what_is_no_switch_is_refused(editor: Editor) -> None:
    await editor.read(editor.open(TEXT, "plaintext"), "file")
    with pytest.raises(Exception, match="'slower' must be true or false, got 'very'"):
        await editor.run("repeat", slower="very")


# ---- where ----------------------------------------------------------------------------------------------


async def test_the_place_is_told_and_the_reading_goes_on(editor: Editor) -> None:
    session = await editor.read(editor.open(CODE), "file")
    await editor.hear_until(session, "return")
    answer = await editor.run("where")
    assert answer["session"] > session
    assert (answer["line"], answer["lines"], answer["percent"]) == (3, 9, 34)
    assert [(one["kind"], one["name"]) for one in answer["symbols"]] == [("function", "add")]
    assert answer["text"] == "line three of nine, in function add, thirty four percent of the file"
    heard = await editor.all_words(answer["session"])
    told = answer["text"].split()
    assert heard[: len(told)] == told
    assert heard[len(told) :][:2] == ["return", "total"]
    assert heard[-2:] == ["return", "c"]


async def test_in_a_pause_the_place_is_told_and_resume_goes_on(editor: Editor) -> None:
    session = await editor.read(editor.open(CODE), "file")
    await editor.hear_until(session, "return")
    await editor.run("pause")
    answer = await editor.run("where")
    assert await editor.all_words(answer["session"]) == answer["text"].split()
    resumed = await editor.run("resume")
    assert resumed["session"] > answer["session"]
    assert (await editor.all_words(resumed["session"]))[:2] == ["return", "total"]


async def test_the_place_can_be_asked_for_twice_and_after_the_end(editor: Editor) -> None:
    session = await editor.read(editor.open(CODE), "line", position=at(1))
    await editor.hear_all(session)
    for _ in range(2):
        answer = await editor.run("where")
        assert answer["line"] == 2
        assert await editor.all_words(answer["session"]) == answer["text"].split()


async def test_a_rate_that_comes_while_the_place_is_told_loses_nothing(editor: Editor) -> None:
    session = await editor.read(editor.open(CODE), "file")
    await editor.hear_until(session, "return")
    told = await editor.run("where")
    await editor.hear_until(told["session"], "three")
    answer = await editor.run("rate", wpm=300)
    heard = await editor.all_words(answer["session"])
    rest = told["text"].split()[2:]
    assert heard[: len(rest)] == rest
    assert heard[len(rest) :][:2] == ["return", "total"]


async def test_a_german_listener_is_told_in_german(editor: Editor) -> None:
    editor.configure(engine="silent", naturalLanguage="de")
    session = await editor.read(editor.open(CODE), "file")
    await editor.until(lambda: editor.chunks(session))
    assert (await editor.run("where"))["text"].startswith("Zeile eins von neun")


# ---- blocks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "count", "first"),
    [
        ("add", 1, "total"),
        ("total", 1, "def"),
        ("drop", 2, "pass"),
        ("pass", -1, "if"),
        ("if", -1, "def"),
    ],
)
async def test_skipping_by_blocks(editor: Editor, word: str, count: int, first: str) -> None:
    session = await editor.read(editor.open(CODE), "file")
    await editor.hear_until(session, word)
    answer = await editor.run("skip", by="block", count=count)
    heard = await editor.all_words(answer["session"])
    assert heard[0] == first
