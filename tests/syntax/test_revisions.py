"""Where a place in an older text of a document is now."""

from __future__ import annotations

import threading

import pytest
from codechoir.languages import language_named
from codechoir.syntax import Change, Document, MovedRange, parsing, safe_parsing
from hypothesis import given
from hypothesis import strategies as st

TEXT = "one = 1\ntwo = 2\nthree = 3\n"
EDITS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9), st.text("ab\né", max_size=6)), max_size=6)


def document(text: str = TEXT, language: str = "plaintext") -> Document:
    known = language_named(language)
    assert known is not None
    return Document(text, known)


def moved(edits: list[tuple[int, int, str]], word: str) -> tuple[str, bool]:
    """The text where `word` was, and whether it is gone, after edits of `TEXT`."""
    edited = document()
    before = edited.lines()
    for edit in edits:
        edited.edit(*edit)
    now = edited.lines()
    start = TEXT.index(word)
    place = now.moved(before, start, start + len(word))
    return now.text[place.start : place.end].decode(), place.is_gone


@pytest.mark.parametrize(
    ("edits", "word", "found"),
    [
        ([], "two", ("two", False)),
        ([(0, 0, "zero = 0\n")], "two", ("two", False)),
        ([(8, 8, "new = 0\n")], "two", ("two", False)),
        ([(11, 11, "x")], "two", ("two", False)),
        ([(16, 26, "")], "two", ("two", False)),
        ([(8, 11, "second")], "two", ("second", False)),
        ([(9, 10, "xx")], "two", ("txxo", False)),
        ([(8, 16, "")], "two", ("", True)),
        ([(8, 15, "")], "two", ("", True)),
        ([(8, 16, ""), (0, 0, "zero\n"), (13, 13, "again\n")], "two", ("", True)),
        ([(0, 26, "one = 1\nthree = 3\n")], "two", ("", True)),
        ([(0, 26, "one = 1\nthree = 3\n")], "three", ("three", False)),
        ([(0, 26, "a\nb\nc\n")], "two", ("b", False)),
        ([(0, 26, "just this")], "three", ("", False)),
        ([(0, 26, "")], "two", ("", True)),
        ([(0, 26, "zero\none = 1\ntwo = 5\nthree\n")], "two", ("two = 5", False)),
        ([(0, 26, "0\n1\n2\nthree = 3\nfour\n")], "two", ("2", False)),
        ([(10, 20, "")], "two", ("tw", False)),
        ([(4, 9, "")], "two", ("wo", False)),
    ],
)
def test_a_range_follows_edits(edits: list[tuple[int, int, str]], word: str, found: tuple[str, bool]) -> None:
    assert moved(edits, word) == found


@given(EDITS)
def test_what_no_edit_touches_is_found_again(edits: list[tuple[int, int, str]]) -> None:
    edited = document("aé\nb" * 5 + "KEPT" + "\nab" * 5)
    before = edited.lines()
    for start, length, text in edits:
        at = edited.lines().text.index(b"KEPT")
        if start + length <= at:
            edited.edit(start, start + length, text)
        else:
            edited.edit(at + 4 + start, at + 4 + start + length, text)
    now = edited.lines()
    kept = before.text.index(b"KEPT")
    place = now.moved(before, kept, kept + 4)
    assert (now.text[place.start : place.end], place.is_gone) == (b"KEPT", False)


@given(st.text("ab\né"), st.text("ab\né"))
def test_a_change_is_as_short_as_it_can_be(old: str, new: str) -> None:
    before, after = old.encode(), new.encode()
    change = Change.between(0, before, after)
    end = change.start + len(change.removed)
    assert before[: change.start] + change.inserted + before[end:] == after
    removed, inserted = change.removed.decode(), change.inserted.decode()
    assert not removed or not inserted or (removed[0] != inserted[0] and removed[-1] != inserted[-1])
    for start in range(len(before) + 1):
        place = change.moved(MovedRange(start, min(start + 2, len(before))))
        assert 0 <= place.start <= place.end <= len(after)


def test_the_text_of_another_document_is_compared() -> None:
    before, now = document().lines(), document("zero\n" + TEXT).lines()
    assert now.moved(before, 8, 11) == MovedRange(13, 16)


def test_a_text_is_parsed_when_it_is_needed_and_an_older_one_as_it_was() -> None:
    edited = document("def f():\n    pass\n", "python")
    first = edited.snapshot()
    edited.edit(4, 5, "g")
    edited.edit(0, 0, "x = 1\n")
    last = edited.snapshot()
    assert [symbol.name for symbol in last.symbols()] == ["g"]
    assert [symbol.name for symbol in first.symbols()] == ["f"]
    edited.edit(0, 6, "")
    fresh = document("def g():\n    pass\n", "python").snapshot()
    assert edited.snapshot().spans() == fresh.spans()


def test_an_edit_does_not_wait_for_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    edited = document("a = 1\n", "python")
    began, may_end = threading.Event(), threading.Event()
    parse = safe_parsing.parse

    def slow(*arguments: object) -> object:
        began.set()
        may_end.wait(30)
        return parse(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(safe_parsing, "parse", slow)
    reader = threading.Thread(target=edited.snapshot().spans)
    reader.start()
    assert began.wait(30)
    typist = threading.Thread(target=lambda: (edited.edit(0, 1, "b"), edited.snapshot(), edited.lines()))
    typist.start()
    typist.join(20)
    was_waiting = typist.is_alive()
    may_end.set()
    reader.join(30)
    typist.join(30)
    assert not was_waiting and edited.lines().text == b"b = 1\n"


@pytest.mark.parametrize("language", ["python", "fortran"])
def test_a_text_that_is_too_long_is_read_token_by_token(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(parsing, "MAX_PARSED_BYTES", 10)
    edited = document("a = 1\n", language)
    assert edited.warnings == ()
    edited.edit(0, 0, "b = 2\n")
    assert "token by token" in edited.warnings[0] and "longer than" in edited.warnings[0]
    assert len(edited.snapshot().spans()) == 6
    edited.edit(0, 6, "")
    assert edited.warnings == ()


@given(st.text("ab\né", max_size=30), st.text("ab\né", max_size=30), st.integers(1, 7))
def test_long_texts_are_compared_piece_by_piece(before: str, after: str, piece: int) -> None:
    whole = Change.between(3, before.encode(), after.encode())
    with pytest.MonkeyPatch.context() as short:
        short.setattr("codechoir.syntax.revisions._PIECE", piece)
        assert Change.between(3, before.encode(), after.encode()) == whole
