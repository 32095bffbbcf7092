"""Up to two seconds of sound are made ahead: after an edit, the new words are heard and not the old."""

from __future__ import annotations

import pytest
from lsprotocol import types
from support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = "one two\nthree four\nfive six\nseven\n"
"""All of it is made at once."""


def replace(
    text: str, start: tuple[int, int], end: tuple[int, int]
) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(
        range=types.Range(start=types.Position(*start), end=types.Position(*end)), text=text
    )


async def reading_at(editor: Editor, word: str, unit: str = "file", text: str = TEXT) -> tuple[str, int]:
    """A reading of a new document in which `word` sounds, and all of it has been received."""
    uri = editor.open(text, "plaintext")
    session = await editor.read(uri, unit, position={"line": 1, "character": 0})
    last = text.split()[-1] if unit == "file" else "four"
    await editor.hear_until(session, word)
    await editor.until(lambda: last in editor.words(session))
    return uri, session


async def words_from_now_on(editor: Editor, session: int) -> list[str]:
    """The words of the session that follows `session`, heard to its end."""
    await editor.until(lambda: editor.state_seen(session, "stopped"))
    await editor.until(lambda: newest(editor) > session)
    return await editor.all_words(newest(editor))


def newest(editor: Editor) -> int:
    return max(int(one.session) for one in editor.states)


AHEAD = {
    "words replaced": ([replace("new words", (2, 0), (2, 8))], ["four", "new", "words", "seven"]),
    "a word changed": ([replace("y", (2, 3), (2, 4))], ["four", "fivy", "six", "seven"]),
    "a line deleted": ([replace("", (2, 0), (3, 0))], ["four", "seven"]),
    "a line inserted": ([replace("new\n", (2, 0), (2, 0))], ["four", "new", "five", "six", "seven"]),
    "more in the current line": (
        [replace(" more", (1, 10), (1, 10))],
        ["four", "more", "five", "six", "seven"],
    ),
    "more at the end": ([replace(" more", (3, 5), (3, 5))], ["four", "five", "six", "seven", "more"]),
    "also above": (
        [replace("zero\n", (0, 0), (0, 0)), replace("new", (3, 0), (3, 8))],
        ["four", "new", "seven"],
    ),
    "the whole text": (
        [types.TextDocumentContentChangeWholeDocument(text=TEXT.replace("six", "new"))],
        ["four", "five", "new", "seven"],
    ),
}


@pytest.mark.parametrize("change", AHEAD)
async def test_the_old_words_ahead_are_not_heard_and_no_other_is_repeated(
    editor: Editor, change: str
) -> None:
    changes, expected = AHEAD[change]
    uri, session = await reading_at(editor, "four")
    editor.edit(uri, *changes)
    heard = await words_from_now_on(editor, session)
    assert heard == expected[1:], "the rest of 'four' sounds, and its mark was sent before"


async def test_the_word_that_sounds_goes_on_at_its_sample(editor: Editor) -> None:
    uri, session = await reading_at(editor, "four")
    four = next(mark for mark in editor.marks(session) if mark.text == "four")
    editor.hear(session, four.sample + 3 * four.length // 4)
    editor.edit(uri, replace("new", (2, 0), (2, 8)))
    await words_from_now_on(editor, session)
    first = editor.marks(newest(editor))[0]
    assert first.text == "new"
    assert first.sample <= four.length // 4 + 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([replace("x", (1, 0), (1, 1))], ["xhree", "four", "five", "six", "seven"]),
        ([replace("new", (1, 6), (1, 10))], ["three", "new", "five", "six", "seven"]),
        ([replace("", (1, 0), (2, 0))], ["five", "six", "seven"]),
        ([replace("", (1, 0), (4, 0))], ["blank"]),
    ],
    ids=["its beginning", "its end", "deleted", "and all after it"],
)
async def test_an_edit_of_what_sounds_is_spoken_at_once(
    editor: Editor, changes: list[types.TextDocumentContentChangePartial], expected: list[str]
) -> None:
    uri, session = await reading_at(editor, "four")
    editor.edit(uri, *changes)
    assert await words_from_now_on(editor, session) == expected


async def test_what_is_added_to_a_line_that_is_read_alone_is_heard(editor: Editor) -> None:
    uri, session = await reading_at(editor, "four", "line")
    editor.edit(uri, replace(" more", (1, 10), (1, 10)))
    assert await words_from_now_on(editor, session) == ["more"]


@pytest.mark.parametrize(
    "change",
    [
        replace("zero\n", (0, 0), (0, 0)),
        replace("", (0, 0), (1, 0)),
        replace("1", (0, 0), (0, 3)),
        replace("eight\n", (4, 0), (4, 0)),
    ],
    ids=["above", "above deleted", "above changed", "after the end"],
)
async def test_other_edits_leave_the_reading_alone(editor: Editor, change: object) -> None:
    uri, session = await reading_at(editor, "four", "line")
    other = editor.open(TEXT, "plaintext")
    editor.edit(other, replace("new", (1, 0), (1, 10)))
    editor.edit(uri, change)  # type: ignore[arg-type]
    await editor.hear_all(session)
    assert newest(editor) == session
    assert editor.states_of(session) == ["speaking", "finished"]


async def test_in_a_pause_the_edit_waits_for_the_reading_to_go_on(editor: Editor) -> None:
    uri, session = await reading_at(editor, "four")
    await editor.run("pause")
    editor.edit(uri, replace("new", (2, 0), (2, 8)))
    assert (await editor.run("status"))["state"] == "paused"
    assert newest(editor) == session
    answer = await editor.run("resume")
    assert (await editor.all_words(answer["session"]))[-2:] == ["new", "seven"]


async def test_edits_one_after_the_other(editor: Editor) -> None:
    """As they come from typing; each is followed, and none is heard twice."""
    uri, session = await reading_at(editor, "four")
    for number, letter in enumerate("new"):
        editor.edit(uri, replace(letter, (2, number), (2, number)))
    editor.edit(uri, replace("", (2, 3), (2, 11)))
    last = (await editor.run("status"))["session"]
    assert await editor.all_words(last) == ["new", "seven"]
    assert last > session


async def test_where_and_repeat_follow_an_edit_ahead(editor: Editor) -> None:
    uri, _ = await reading_at(editor, "four")
    editor.edit(uri, replace("zero\n", (0, 0), (0, 0)), replace("new", (3, 0), (3, 8)))
    assert (await editor.run("where"))["line"] == 3
    answer = await editor.run("repeat")
    assert await editor.all_words(answer["session"]) == ["three", "four", "new", "seven"]


async def test_an_edit_while_the_narrator_speaks(editor: Editor) -> None:
    uri, _ = await reading_at(editor, "four")
    answer = await editor.run("where")
    await editor.hear_until(answer["session"], answer["text"].split()[-1])
    await editor.until(lambda: "six" in editor.words(answer["session"]))
    editor.edit(uri, replace("zero\n", (0, 0), (0, 0)), replace("new", (3, 0), (3, 8)))
    heard = await words_from_now_on(editor, answer["session"])
    assert heard[-3:] == ["four", "new", "seven"]
    assert "line" not in heard
