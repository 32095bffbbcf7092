"""What is read is the current text: repeat, skip, where, resume and the ranges of marks follow edits."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = "one two three\nfour five six\nseven eight\nnine ten\n"
GONE = ["this", "line", "is", "gone"]


def replace(
    text: str, start: tuple[int, int], end: tuple[int, int]
) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(
        range=types.Range(start=types.Position(*start), end=types.Position(*end)), text=text
    )


NEW_LINE_ABOVE = replace("zero\n", (0, 0), (0, 0))
OTHER_SECOND_LINE = replace("4 5", (1, 0), (1, 13))
WITHOUT_SECOND_LINE = replace("", (1, 0), (2, 0))
EMPTY_SECOND_LINE = replace("", (1, 0), (1, 13))


async def read_until(editor: Editor, word: str, text: str = TEXT) -> tuple[str, int]:
    """Read a document as far as `word`; returns its URI and the session."""
    uri = editor.open(text, "plaintext")
    session = await editor.read(uri, "file")
    await editor.hear_until(session, word)
    return uri, session


async def stopped_at(editor: Editor, word: str) -> str:
    uri, _ = await read_until(editor, word)
    await editor.run("stop")
    return uri


async def words_after(editor: Editor, command: str, **arguments: object) -> list[str]:
    answer = await editor.run(command, **arguments)
    return await editor.all_words(answer["session"])


# ---- repeat ----------------------------------------------------------------------------------------------


async def test_a_line_that_was_edited_is_repeated_with_its_new_words(editor: Editor) -> None:
    uri = await stopped_at(editor, "five")
    editor.edit(uri, OTHER_SECOND_LINE)
    assert await words_after(editor, "repeat") == ["four", "five"]


async def test_in_a_reading_the_new_words_come_and_it_goes_on(editor: Editor) -> None:
    uri, _ = await read_until(editor, "five")
    editor.edit(uri, OTHER_SECOND_LINE)
    assert await words_after(editor, "repeat") == ["four", "five", "seven", "eight", "nine", "ten"]


async def test_what_was_added_to_the_end_of_the_line_is_repeated(editor: Editor) -> None:
    uri = editor.open(TEXT, "plaintext")
    session = await editor.read(uri, "line", position={"line": 1, "character": 0})
    await editor.hear_until(session, "five")
    editor.edit(uri, replace(" more", (1, 13), (1, 13)))
    assert await words_after(editor, "repeat") == ["four", "five", "six", "more"]


async def test_an_edit_above_does_not_change_which_line_is_repeated(editor: Editor) -> None:
    uri = await stopped_at(editor, "five")
    editor.edit(uri, NEW_LINE_ABOVE)
    assert await words_after(editor, "repeat") == ["four", "five", "six"]


@pytest.mark.parametrize("change", [WITHOUT_SECOND_LINE, EMPTY_SECOND_LINE])
async def test_a_line_that_was_deleted_is_said_to_be_gone(
    editor: Editor, change: types.TextDocumentContentChangePartial
) -> None:
    uri = await stopped_at(editor, "five")
    editor.edit(uri, change)
    assert await words_after(editor, "repeat") == GONE


async def test_in_a_reading_it_goes_on_after_the_line_that_is_gone(editor: Editor) -> None:
    uri, _ = await read_until(editor, "five")
    editor.edit(uri, WITHOUT_SECOND_LINE)
    assert await words_after(editor, "repeat") == [*GONE, "seven", "eight", "nine", "ten"]


async def test_a_line_that_was_emptied_and_typed_again_is_there(editor: Editor) -> None:
    uri = await stopped_at(editor, "five")
    editor.edit(uri, EMPTY_SECOND_LINE)
    editor.edit(uri, replace("fresh", (1, 0), (1, 0)))
    assert await words_after(editor, "repeat") == ["fresh"]


async def test_an_editor_that_always_sends_the_whole_text(editor: Editor) -> None:
    uri = await stopped_at(editor, "five")
    whole = types.TextDocumentContentChangeWholeDocument(text="zero\n" + TEXT.replace("six", "new"))
    editor.edit(uri, whole)
    assert await words_after(editor, "repeat") == ["four", "five", "new"]


async def test_a_document_that_was_opened_again(editor: Editor) -> None:
    uri = await stopped_at(editor, "five")
    editor.close(uri)
    editor.open("zero\n" + TEXT.replace("six", "new"), "plaintext", uri)
    assert await words_after(editor, "repeat") == ["four", "five", "new"]


async def test_a_file_that_was_opened_since(editor: Editor, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(TEXT, encoding="utf-8")
    session = await editor.read(file.as_uri(), "file")
    await editor.hear_until(session, "five")
    await editor.run("stop")
    editor.open(TEXT.replace("six", "new"), "plaintext", file.as_uri())
    assert await words_after(editor, "repeat") == ["four", "five", "new"]


async def test_a_spelling_is_repeated_as_the_word_is_now(editor: Editor) -> None:
    uri = editor.open("ab cd\n", "plaintext")
    place = {"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 5}}
    answer = await editor.run("say", what="spell", uri=uri, range=place)
    first = await editor.all_words(answer["session"])
    assert first[0] == "c"
    editor.edit(uri, replace("x", (0, 3), (0, 5)), replace("up\n", (0, 0), (0, 0)))
    assert (await words_after(editor, "repeat"))[0] == "x"


async def test_an_outline_is_repeated_as_the_code_is_now(editor: Editor) -> None:
    uri = editor.open("def one():\n    pass\n\ndef two():\n    pass\n")
    answer = await editor.run("say", what="outline", uri=uri)
    await editor.hear_until(answer["session"], "two,")
    editor.edit(uri, replace("other", (3, 4), (3, 7)))
    heard = await words_after(editor, "repeat")
    assert heard[:2] == ["function", "other,"] and "one," not in heard


# ---- skip and where --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "first"), [(1, "seven"), (2, "nine"), (-1, "one")], ids=["next", "second next", "back"]
)
async def test_a_skip_from_a_line_that_is_gone(editor: Editor, count: int, first: str) -> None:
    uri = await stopped_at(editor, "five")
    editor.edit(uri, WITHOUT_SECOND_LINE)
    assert (await words_after(editor, "skip", by="line", count=count))[0] == first


async def test_a_skip_from_the_first_line_that_is_gone(editor: Editor) -> None:
    uri = await stopped_at(editor, "two")
    editor.edit(uri, replace("", (0, 0), (1, 0)))
    assert (await words_after(editor, "skip", by="line", count=1))[0] == "four"


async def test_a_skip_leads_to_the_new_words(editor: Editor) -> None:
    uri, _ = await read_until(editor, "two")
    editor.edit(uri, NEW_LINE_ABOVE, replace("new", (2, 0), (2, 13)))
    assert await words_after(editor, "skip", by="line") == ["new", "seven", "eight", "nine", "ten"]


async def test_where_tells_the_line_of_now(editor: Editor) -> None:
    uri = await stopped_at(editor, "five")
    editor.edit(uri, NEW_LINE_ABOVE)
    answer = await editor.run("where")
    assert (answer["line"], answer["lines"], answer["gone"]) == (3, 5, False)


async def test_where_tells_that_the_line_is_gone(editor: Editor) -> None:
    uri, _ = await read_until(editor, "five")
    editor.edit(uri, WITHOUT_SECOND_LINE)
    answer = await editor.run("where")
    assert (answer["line"], answer["lines"], answer["gone"]) == (2, 3, True)
    heard = await editor.all_words(answer["session"])
    assert heard == [*GONE, *answer["text"].split(), "seven", "eight", "nine", "ten"]


# ---- the reading itself ----------------------------------------------------------------------------------


async def test_a_pause_in_which_the_line_was_edited_goes_on_with_the_new_words(editor: Editor) -> None:
    uri, session = await read_until(editor, "five")
    await editor.run("pause")
    editor.edit(uri, OTHER_SECOND_LINE)
    answer = await editor.run("resume")
    assert answer["session"] > session
    assert await editor.all_words(answer["session"]) == ["four", "five", "seven", "eight", "nine", "ten"]


async def test_lines_that_are_not_made_yet_are_read_as_they_are_then(editor: Editor) -> None:
    """At most two seconds are made ahead; the rest is made from the text of its moment."""
    text = "".join(f"line {number} says something\n" for number in range(1, 101))
    uri, session = await read_until(editor, "something", text)
    editor.edit(uri, replace("the last word\n", (99, 0), (100, 0)), NEW_LINE_ABOVE)
    heard = await editor.all_words(session)
    assert heard[-3:] == ["the", "last", "word"]
    assert heard.count("something") == 99 and "zero" not in heard


async def test_the_ranges_of_marks_follow_edits(editor: Editor) -> None:
    text = "".join(f"so{first}{second}\n" for first in "abcdef" for second in "abcdefghij")
    uri, session = await read_until(editor, "soac", text)
    known = len(editor.marks(session))
    editor.edit(uri, NEW_LINE_ABOVE, NEW_LINE_ABOVE)
    await editor.hear_all(session)
    marks = editor.marks(session)
    lines = [mark.range.start.line for mark in marks]
    assert lines[:known] == list(range(known))
    assert known < len(marks)
    assert lines[-1] == 61 and lines[known + 20 :] == list(range(known + 22, 62))
