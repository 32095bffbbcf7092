"""What is wrong is answered in one line, and the next request works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT = {"line": 0, "character": 0}
BEYOND, FARTHER = {"line": 70, "character": 1}, {"line": 80, "character": 0}


async def works(editor: Editor) -> bool:
    """Whether the server still reads."""
    session = await editor.read(editor.open("fine", "plaintext"), "file")
    await editor.hear_all(session)
    return editor.words(session) == ["fine"]


async def refused(editor: Editor, command: str, **arguments: Any) -> str:
    """The one line with which the server refuses a command."""
    with pytest.raises(JsonRpcInvalidParams) as error:
        await editor.run(command, **arguments)
    assert error.value.data is None
    line = error.value.message
    assert "\n" not in line and "Traceback" not in line
    assert await works(editor)
    return line


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({}, "'unit' is missing"),
        ({"unit": "lines"}, "Did you mean 'line'?"),
        ({"unit": "selection", "range": {"start": AT, "end": AT}}, "the selection is empty"),
        ({"unit": "line"}, "'position' is missing"),
        ({"unit": "line", "position": {"line": "two", "character": 0}}, "must be a number"),
        ({"unit": "file", "uri": "untitled:never-opened"}, "open it first"),
        ({"unit": "file", "uri": 5}, "'uri' is missing"),
        ({"unit": "selection", "range": {"start": BEYOND, "end": FARTHER}}, "contains no text"),
        ({"unit": "symbol", "position": AT}, "no function or class here"),
    ],
)
async def test_readings(editor: Editor, arguments: dict[str, Any], line: str) -> None:
    uri = editor.open("a = 1\n")
    assert line in await refused(editor, "read", **{"uri": uri, **arguments})


@pytest.mark.parametrize(
    ("command", "arguments", "line"),
    [
        ("skip", {"by": "word"}, "known: span, line, block, symbol"),
        ("skip", {"by": "line", "count": "x"}, "must be a number"),
        ("rate", {}, "give either 'wpm'"),
        ("rate", {"wpm": 5000}, "'wpm' must be a number between 80 and 900, got 5000"),
        ("describe", {"uri": "untitled:x"}, "'position' is missing"),
        ("outline", {}, "'uri' is missing"),
        ("sing", {}, "Command name 'codechoir.server.sing' is not defined"),
    ],
)
async def test_other_commands(editor: Editor, command: str, arguments: dict[str, Any], line: str) -> None:
    assert line in await refused(editor, command, **arguments)


async def test_a_file_that_is_not_open_is_read_from_the_disk(editor: Editor, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("on disk", encoding="utf-8")
    session = await editor.read(file.as_uri(), "file")
    await editor.hear_all(session)
    assert editor.words(session) == ["on", "disk"]
    assert "is a folder" in await refused(editor, "read", uri=tmp_path.as_uri(), unit="file")
    assert "cannot be read" in await refused(editor, "read", uri=f"{file.as_uri()}x", unit="file")


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"engine": "espeek"}, "unknown engine 'espeek'"),
        ({"engine": "silent", "profile": "defualt"}, "Did you mean 'default'?"),
        ({"engine": "silent", "level": "mots"}, "Did you mean 'most'?"),
        ({"engine": "silent", "voices": {"coment": {}}}, "Did you mean 'comment'?"),
        ({"engine": "silent", "wolume": 3}, "Did you mean 'volume'?"),
    ],
)
async def test_settings_that_are_wrong_are_told_and_the_rest_holds(
    editor: Editor, settings: dict[str, Any], line: str
) -> None:
    editor.configure(**{**settings, "rate": 333})
    status = await editor.run("status")
    assert any(line in warning for warning in status["warnings"])
    assert any(line in message.message for message in editor.client.log_messages)
    assert status["settings"]["rate"] == 333
    assert await works(editor)


async def test_odd_documents_are_read_to_their_end(editor: Editor) -> None:
    for text in ("", "\ud800 x", "\x00\x01", "\ufeffx = 1", "a\r\nb\rc\n", "((((", "x" * 100_000):
        session = await editor.read(editor.open(text), "file")
        if len(text) < 1000:
            await editor.hear_all(session)
    assert await works(editor)


async def test_a_document_that_shrinks_under_a_request(editor: Editor) -> None:
    uri = editor.open("one\ntwo\nthree", "plaintext")
    editor.edit(uri, types.TextDocumentContentChangeWholeDocument(text="one"))
    session = await editor.read(uri, "line", position={"line": 2, "character": 3})
    await editor.hear_all(session)
    assert editor.words(session) == ["one"]
