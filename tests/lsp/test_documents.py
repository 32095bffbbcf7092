"""Documents in step with an editor, in every position encoding, and files from the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.errors import InputError
from codechoir.lsp.documents import Documents, language_of
from codechoir.syntax.document import Document
from codechoir.syntax.positions import ENCODINGS, Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

URI = "untitled:Untitled-1"


def partial(
    start: tuple[int, int], end: tuple[int, int], text: str
) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(
        range=types.Range(start=types.Position(*start), end=types.Position(*end)), text=text
    )


def documents(encoding: Encoding = "utf-16") -> Documents:
    return Documents(encoding, lambda _: None)


def text_of(known: Documents) -> str:
    return known.snapshot(URI).text.decode()


def test_what_the_editor_shows_is_what_is_read() -> None:
    known = documents()
    known.open(URI, "python", "a = 1\n")
    known.change(URI, [partial((0, 4), (0, 5), "2"), partial((1, 0), (1, 0), "b = 3\n")])
    assert text_of(known) == "a = 2\nb = 3\n"
    known.change(URI, [types.TextDocumentContentChangeWholeDocument(text="c")])
    assert text_of(known) == "c"


def test_each_change_is_on_the_result_of_the_one_before() -> None:
    known = documents()
    known.open(URI, "python", "x")
    known.change(URI, [partial((0, 1), (0, 1), "\ny"), partial((1, 1), (1, 1), "z")])
    assert text_of(known) == "x\nyz"


def test_many_changes_at_once_are_applied_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise each of them copies the whole document."""
    changes = [
        partial((0, 0), (0, 3), "ten"),
        types.TextDocumentContentChangeWholeDocument(text="a\nb\n"),
        partial((1, 0), (1, 1), "🎧"),
        partial((1, 2), (1, 2), "!"),
    ]
    for limit in (10_000, 1):
        monkeypatch.setattr("codechoir.lsp.documents.MAX_COPIED_BYTES", limit)
        known = documents()
        known.open(URI, "python", "one\ntwo")
        known.change(URI, changes)
        assert text_of(known) == "a\n🎧!\n"


def test_a_snapshot_does_not_change_with_its_document() -> None:
    known = documents()
    known.open(URI, "python", "before")
    snapshot = known.snapshot(URI)
    known.change(URI, [partial((0, 0), (0, 6), "after")])
    known.close(URI)
    assert snapshot.text == b"before"


def test_somebody_is_told_of_each_change() -> None:
    told: list[Document] = []
    known = Documents("utf-16", told.append)
    known.open(URI, "python", "")
    known.change(URI, [partial((0, 0), (0, 0), "x")])
    assert len(told) == 2


def test_opening_twice_replaces() -> None:
    known = documents()
    known.open(URI, "python", "one")
    known.open(URI, "rust", "two")
    assert text_of(known) == "two"
    assert known.snapshot(URI).language.name == "rust"


def test_changes_to_what_is_not_open_are_refused() -> None:
    with pytest.raises(InputError, match="is not open"):
        documents().change(URI, [])


UNITS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
WIDTH = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


@settings(deadline=None)
@given(st.data(), st.sampled_from(ENCODINGS))
def test_edits_land_where_the_editor_made_them(data: st.DataObject, encoding: Encoding) -> None:
    """An editor that holds the text as a string, counting as it negotiated, and a server that holds bytes."""
    letters = st.text(alphabet="ab é😀\u0301\n\t", max_size=12)
    text = data.draw(letters)
    known = documents(encoding)
    known.open(URI, "text", text)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        new = data.draw(letters)
        known.change(URI, [partial(place(text, start, encoding), place(text, end, encoding), new)])
        text = text[:start] + new + text[end:]
        assert text_of(known) == text


def place(text: str, index: int, encoding: Encoding) -> tuple[int, int]:
    before = text[:index].split("\n")
    return len(before) - 1, len(before[-1].encode(UNITS[encoding])) // WIDTH[encoding]


@pytest.mark.parametrize(
    ("uri", "language_id", "text", "name"),
    [
        ("file:///a.rs", "python", "", "python"),
        ("file:///a.rs", "", "", "rust"),
        ("file:///a.rs", "plaintext", "", "rust"),
        ("file:///a.rs", "no-such-language", "", "rust"),
        ("untitled:Untitled-1", "typescriptreact", "", "tsx"),
        ("untitled:Untitled-1", "plaintext", "#!/usr/bin/env python3\n", "python"),
        ("untitled:Untitled-1", "plaintext", "hello", "text"),
        ("vscode-notebook-cell:/n.ipynb#W0s", "python", "", "python"),
        ("vscode-notebook-cell:/n.ipynb#W0s", "plaintext", "", "text"),
        ("git:/a%20b.go?ref", "", "", "go"),
        ("a.js", "", "", "javascript"),
    ],
)
def test_the_language_is_the_editors_word_or_else_the_files_name(
    uri: str, language_id: str, text: str, name: str
) -> None:
    assert language_of(uri, language_id, text).name == name


def test_a_file_that_is_not_open_is_read_from_the_disk(tmp_path: Path) -> None:
    file = tmp_path / "a b.py"
    file.write_bytes(b"x = 1\n")
    snapshot = documents().snapshot(file.as_uri())
    assert (snapshot.text, snapshot.language.name) == (b"x = 1\n", "python")


@pytest.mark.parametrize(
    ("uri", "line"),
    [
        ("untitled:nothing", "is not open in the editor; open it first"),
        ("no uri", "is not open in the editor"),
        ("http://example.invalid/a.py", "is not open in the editor"),
        ("{folder}", "is a folder; name a file"),
        ("{folder}/missing.py", "cannot be read: no such file"),
        ("file:///a%00b.py", "invalid file URI"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(uri: str, line: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=line) as refused:
        documents().snapshot(uri.format(folder=tmp_path.as_uri()))
    assert "\n" not in str(refused.value)
