"""Readings over the wire: what is sent, in which order, and how far ahead."""

from __future__ import annotations

from base64 import b64decode

import pytest
from codechoir.engines.silent import SAMPLE_RATE
from lsprotocol import types
from support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORD = SAMPLE_RATE * 60 // 300
"""Samples of a word at 300 words a minute, with the silent engine."""


def at(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


def span(start: dict[str, int], end: dict[str, int]) -> dict[str, dict[str, int]]:
    return {"start": start, "end": end}


async def test_the_server_says_what_it_can_do(editor: Editor) -> None:
    able = editor.answer.capabilities
    assert able.text_document_sync.change == types.TextDocumentSyncKind.Incremental
    assert able.text_document_sync.open_close
    promised = ("read", "stop", "pause", "resume", "skip", "repeat", "where", "rate")
    promised += ("outline", "describe", "voices", "cache", "status")
    assert {f"codechoir.server.{name}" for name in promised} <= set(able.execute_command_provider.commands)
    assert editor.answer.server_info.name == "codechoir"


async def test_a_line_is_read_from_its_first_word_to_its_last(editor: Editor) -> None:
    uri = editor.open("first = 1\nsecond = third\n")
    session = await editor.read(uri, "line", position=at(1, 3))
    await editor.hear_all(session)
    assert editor.words(session)[0] == "second" and editor.words(session)[-1] == "third"
    assert editor.states_of(session) == ["speaking", "finished"]
    chunks = editor.chunks(session)
    assert [chunk.seq for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert {chunk.sampleRate for chunk in chunks} == {SAMPLE_RATE}
    at_sample = 0
    for chunk in chunks:
        assert chunk.firstSample == at_sample
        at_sample += len(b64decode(chunk.pcm)) // 2


async def test_marks_say_what_sounds_when_and_where_it_stands(editor: Editor) -> None:
    """In the characters that the editor counts: an emoji is 1, 2 or 4 of them."""
    line = "name = '😀é' # twice"
    uri = editor.open(f"\n{line}\n")
    session = await editor.read(uri, "line", position=at(1, 0))
    await editor.hear_all(session)
    coded, width = {
        "utf-8": (line.encode(), 1),
        "utf-16": (line.encode("utf-16-le"), 2),
        "utf-32": (line.encode("utf-32-le"), 4),
    }[editor.encoding]
    found = {}
    for mark in editor.marks(session):
        assert mark.range.start.line == mark.range.end.line == 1
        piece = coded[mark.range.start.character * width : mark.range.end.character * width]
        found[piece.decode("utf-8" if width == 1 else f"utf-{8 * width}-le")] = mark.category
    assert found["name"] == "variable"
    assert found["="] == "operator"
    assert found["# twice"] == "comment"
    assert "literal" in found.values()
    samples = [mark.sample for mark in editor.marks(session)]
    assert samples == sorted(samples) and all(mark.length > 0 for mark in editor.marks(session))


@pytest.mark.parametrize(
    ("unit", "place", "words"),
    [
        ("selection", {"range": span(at(0, 4), at(1, 3))}, ["two", "six"]),
        ("line", {"position": at(1, 99)}, ["six", "seven"]),
        ("from-cursor", {"position": at(1, 5)}, ["seven", "eight"]),
        ("file", {}, ["one", "two", "six", "seven", "eight"]),
    ],
)
async def test_units(editor: Editor, unit: str, place: dict[str, object], words: list[str]) -> None:
    uri = editor.open("one two\nsix seven\neight", "plaintext")
    session = await editor.read(uri, unit, **place)
    await editor.hear_all(session)
    assert editor.words(session) == words


async def test_the_symbol_around_the_cursor(editor: Editor) -> None:
    uri = editor.open("def add():\n    return total\n\ndef drop():\n    pass\n")
    session = await editor.read(uri, "symbol", position=at(1, 6))
    await editor.hear_all(session)
    assert "add" in editor.words(session) and "total" in editor.words(session)
    assert "drop" not in editor.words(session)


async def test_an_edit_that_was_not_saved_is_what_is_read(editor: Editor) -> None:
    uri = editor.open("old words\nstay", "plaintext")
    editor.edit(
        uri,
        types.TextDocumentContentChangePartial(
            range=types.Range(start=types.Position(0, 0), end=types.Position(0, 3)), text="new\nmore"
        ),
        types.TextDocumentContentChangePartial(
            range=types.Range(start=types.Position(1, 4), end=types.Position(1, 10)), text=" lines"
        ),
    )
    session = await editor.read(uri, "file")
    await editor.hear_all(session)
    assert editor.words(session) == ["new", "more", "lines", "stay"]
    editor.edit(uri, types.TextDocumentContentChangeWholeDocument(text="all else"))
    session = await editor.read(uri, "file")
    await editor.hear_all(session)
    assert editor.words(session) == ["all", "else"]


async def test_a_line_without_words_is_said_to_be_blank(editor: Editor) -> None:
    uri = editor.open("a = 1\n\n")
    session = await editor.read(uri, "line", position=at(1, 0))
    await editor.hear_all(session)
    assert editor.words(session) == ["blank"]


async def test_the_server_is_never_more_than_two_seconds_ahead(editor: Editor) -> None:
    uri = editor.open("word\n" * 1000, "plaintext")
    session = await editor.read(uri, "file")

    def ahead() -> int:
        return sum(len(b64decode(chunk.pcm)) // 2 for chunk in editor.chunks(session))

    await editor.until(lambda: ahead() > 1.9 * SAMPLE_RATE)
    editor.hear(session, SAMPLE_RATE)
    await editor.until(lambda: ahead() > 2.9 * SAMPLE_RATE)
    await editor.run("stop")
    assert ahead() <= 3 * SAMPLE_RATE


async def test_after_the_answer_to_stop_nothing_is_sent(editor: Editor) -> None:
    uri = editor.open("word\n" * 1000, "plaintext")
    session = await editor.read(uri, "file")
    await editor.until(lambda: editor.chunks(session))
    assert await editor.run("stop") == {"session": session, "state": "stopped"}
    sent = len(editor.chunks(session))
    editor.hear(session)
    assert await editor.run("stop") == {"session": session, "state": "stopped"}
    assert len(editor.chunks(session)) == sent
    assert editor.states_of(session) == ["speaking", "stopped"]


async def test_a_new_reading_replaces_the_old_one(editor: Editor) -> None:
    uri = editor.open("word\n" * 1000, "plaintext")
    first = await editor.read(uri, "file")
    await editor.until(lambda: editor.chunks(first))
    second = await editor.read(uri, "line", position=at(0, 0))
    assert second > first
    await editor.hear_all(second)
    assert editor.states_of(first)[-1] == "stopped"
    sessions = [chunk.session for chunk in editor.audio]
    assert sessions == sorted(sessions)


async def test_acknowledgements_of_an_older_session_do_not_count(editor: Editor) -> None:
    uri = editor.open("word\n" * 1000, "plaintext")
    first = await editor.read(uri, "file")
    second = await editor.read(uri, "file")
    await editor.until(lambda: editor.chunks(second))
    editor.hear(first)
    editor.hear(second + 5)
    status = await editor.run("status")
    assert (status["session"], status["state"]) == (second, "speaking")
    await editor.run("stop")
    assert sum(len(b64decode(chunk.pcm)) // 2 for chunk in editor.chunks(second)) <= 2 * SAMPLE_RATE


async def test_pause_and_resume(editor: Editor) -> None:
    uri = editor.open("word\n" * 1000, "plaintext")
    session = await editor.read(uri, "file")
    await editor.until(lambda: editor.state_seen(session, "speaking"))
    assert await editor.run("pause") == {"session": session, "state": "paused"}
    assert await editor.run("pause") == {"session": session, "state": "paused"}
    assert await editor.run("resume") == {"session": session, "state": "speaking"}
    assert await editor.run("stop") == {"session": session, "state": "stopped"}
    assert await editor.run("pause") == {"session": session, "state": "stopped"}
    assert await editor.run("resume") == {"session": session, "state": "stopped"}
    assert editor.states_of(session) == ["speaking", "paused", "speaking", "stopped"]


async def test_a_document_that_is_closed_is_read_to_its_end(editor: Editor) -> None:
    uri = editor.open("word\n" * 50, "plaintext")
    session = await editor.read(uri, "file")
    editor.close(uri)
    await editor.hear_all(session)
    assert editor.words(session) == ["word"] * 50


async def test_a_cell_of_a_notebook_is_a_document(editor: Editor) -> None:
    cell = types.TextDocumentItem(
        uri="vscode-notebook-cell:/n.ipynb#a", language_id="plaintext", version=1, text="one"
    )
    notebook = types.NotebookDocument(
        uri="file:///n.ipynb",
        notebook_type="jupyter-notebook",
        version=1,
        cells=[types.NotebookCell(kind=types.NotebookCellKind.Code, document=cell.uri)],
    )
    editor.client.notebook_document_did_open(
        types.DidOpenNotebookDocumentParams(notebook_document=notebook, cell_text_documents=[cell])
    )
    change = types.TextDocumentContentChangePartial(
        range=types.Range(start=types.Position(0, 3), end=types.Position(0, 3)), text=" two"
    )
    content = types.NotebookDocumentCellContentChanges(
        document=types.VersionedTextDocumentIdentifier(uri=cell.uri, version=2), changes=[change]
    )
    editor.client.notebook_document_did_change(
        types.DidChangeNotebookDocumentParams(
            notebook_document=types.VersionedNotebookDocumentIdentifier(uri=notebook.uri, version=2),
            change=types.NotebookDocumentChangeEvent(
                cells=types.NotebookDocumentCellChanges(text_content=[content])
            ),
        )
    )
    session = await editor.read(cell.uri, "file")
    await editor.hear_all(session)
    assert editor.words(session) == ["one", "two"]


# ---- stereo ---------------------------------------------------------------------------------------------

INDENTED = "a = 1\n" + " " * 40 + "b = 2\n"


async def balances(editor: Editor) -> list[tuple[int, float]]:
    session = await editor.read(editor.open(INDENTED), "file")
    await editor.hear_all(session)
    return [
        tuple(move) for chunk in editor.chunks(session) for move in getattr(chunk, "balances", None) or ()
    ]


async def test_by_default_nothing_is_told_of_it(editor: Editor) -> None:
    assert await balances(editor) == []


async def test_by_column_words_move_from_left_to_right(editor: Editor) -> None:
    editor.configure(balance="column")
    places = [balance for _, balance in await balances(editor)]
    assert places[0] == -80
    assert places[-1] > 0
    samples = [sample for sample, _ in await balances(editor)]
    assert samples == sorted(samples)
