"""Several selections: all are read, in document order, and skips stay among them."""

from __future__ import annotations

import pytest
from support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = "one two\nthree four\nfive six\nseven eight\nnine ten\n"


def selected(line: int, start: int, end: int) -> dict[str, dict[str, int]]:
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}


SECOND, FOURTH, FIFTH = selected(1, 0, 5), selected(3, 0, 11), selected(4, 5, 8)
THREE = [FIFTH, SECOND, FOURTH]
WORDS = ["three", "seven", "eight", "ten"]


async def read(editor: Editor) -> int:
    return await editor.read(editor.open(TEXT, "plaintext"), "selection", ranges=THREE)


async def test_all_are_read_in_document_order(editor: Editor) -> None:
    assert await editor.all_words(await read(editor)) == WORDS


async def test_each_word_has_its_place(editor: Editor) -> None:
    session = await read(editor)
    await editor.hear_all(session)
    marks = [mark for chunk in editor.chunks(session) for mark in chunk.marks]
    assert [mark.range.start.line for mark in marks] == [1, 3, 3, 4]


async def test_an_edit_of_the_settings_continues_with_the_rest(editor: Editor) -> None:
    session = await read(editor)
    await editor.hear_until(session, "seven")
    answer = await editor.run("mute", category="keyword")
    assert await editor.all_words(answer["session"]) == ["seven", "eight", "ten"]


@pytest.mark.parametrize(
    ("heard", "by", "count", "words"),
    [
        ("seven", "line", -1, WORDS),
        ("three", "line", 1, ["seven", "eight", "ten"]),
        ("seven", "line", 0, ["seven", "eight", "ten"]),
        ("ten", "line", -1, ["seven", "eight", "ten"]),
        ("seven", "line", 9, ["end"]),
    ],
)
async def test_skips_go_to_what_is_selected(
    editor: Editor, heard: str, by: str, count: int, words: list[str]
) -> None:
    session = await read(editor)
    await editor.hear_until(session, heard)
    answer = await editor.run("skip", by=by, count=count)
    assert await editor.all_words(answer["session"]) == words


async def test_repeating_a_line_goes_on_with_the_other_selections(editor: Editor) -> None:
    session = await read(editor)
    await editor.hear_until(session, "eight")
    answer = await editor.run("repeat")
    assert await editor.all_words(answer["session"]) == ["seven", "eight", "ten"]


async def test_all_are_spelled(editor: Editor) -> None:
    uri = editor.open("ab cd ef\n", "plaintext")
    ranges = [selected(0, 6, 8), selected(0, 0, 2)]
    answer = await editor.run("say", what="spell", uri=uri, ranges=ranges)
    words = await editor.all_words(answer["session"])
    assert [word for word in words if len(word) == 1] == ["a", "b", "e", "f"]


async def test_empty_ones_alone_are_an_error(editor: Editor) -> None:
    uri = editor.open(TEXT, "plaintext")
    with pytest.raises(Exception, match="all selections are empty"):
        await editor.run("read", uri=uri, unit="selection", ranges=[selected(0, 1, 1)])
