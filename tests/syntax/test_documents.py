"""Documents under edits, and the snapshots of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from codechoir.languages import Language
from codechoir.languages.detection import detect_language, plain_text
from codechoir.model import Category
from codechoir.syntax.document import Document, Snapshot


def language(name: str) -> Language:
    return detect_language(None, b"", name)


def texts(snapshot: Snapshot) -> list[str]:
    return [snapshot.text[span.start : span.end].decode() for span in snapshot.spans()]


def test_a_snapshot_stays_as_it_was_while_the_document_changes() -> None:
    document = Document("x = 1\n", language("python"))
    before = document.snapshot()
    spans = before.spans()
    document.edit(4, 5, "'one'")
    after = document.snapshot()
    assert (before.text, before.spans()) == (b"x = 1\n", spans)
    assert texts(after) == ["x", "=", "'one'"]
    assert document.snapshot() is after


def test_edits_may_lie_outside_the_text_or_inside_a_character() -> None:
    document = Document("aé", plain_text())
    document.edit(99, 200, "!")
    assert document.snapshot().text == "aé!".encode()
    document.edit(2, 2, "-")
    assert document.snapshot().text == "a-é!".encode()
    document.edit(-5, 1, "")
    assert document.snapshot().text == "-é!".encode()
    document.edit(3, 1, "?")
    assert document.snapshot().text == "-é?!".encode()


def test_lines_end_with_lf_crlf_or_cr() -> None:
    snapshot = Document("a\nbc\r\nd\re", plain_text()).snapshot()
    assert snapshot.line_count == 4
    assert [snapshot.line_range(line) for line in range(4)] == [(0, 1), (2, 4), (6, 7), (8, 9)]
    assert [snapshot.line_of(byte) for byte in (0, 1, 2, 5, 6, 8, 9, 99, -1)] == [0, 0, 1, 1, 2, 3, 3, 3, 0]
    with pytest.raises(IndexError):
        snapshot.line_range(4)


@pytest.mark.parametrize("name", ["python", "text", "groovy", "markdown"])
def test_an_empty_document_has_one_line_and_no_spans(name: str) -> None:
    snapshot = Document("", language(name)).snapshot()
    assert (snapshot.line_count, snapshot.line_range(0), snapshot.spans(), snapshot.warnings) == (
        1,
        (0, 0),
        [],
        (),
    )


def test_a_window_costs_no_more_than_it_shows() -> None:
    """Windows before, in, after and beyond the text."""
    snapshot = Document("a = 1\nb = 2\n", language("python")).snapshot()
    assert snapshot.spans(-5, 0) == []
    assert snapshot.spans(5, 6) == []
    assert snapshot.spans(7, 3) == []
    assert [span.start for span in snapshot.spans(6, 7)] == [6]
    assert snapshot.spans(0, 10**9) == snapshot.spans()
    assert snapshot.spans(100, 200) == []


def test_bytes_that_are_no_utf8_are_replaced_with_one_warning() -> None:
    snapshot = Document(b"x = '\xff\xfe' # \xe9\n", language("python")).snapshot()
    assert snapshot.text == "x = '\ufffd\ufffd' # \ufffd\n".encode()
    assert len(snapshot.warnings) == 1
    assert "3 places" in snapshot.warnings[0]
    assert texts(snapshot) == ["x", "=", "'\ufffd\ufffd'", "# \ufffd"]


def test_a_lone_surrogate_of_a_str_is_replaced_too() -> None:
    snapshot = Document("a\ud800b", plain_text()).snapshot()
    assert snapshot.text == "a\ufffdb".encode()
    assert "1 place" in snapshot.warnings[0]


def test_a_replacement_character_of_the_authors_own_is_no_fault() -> None:
    assert Document("a\ufffdb", plain_text()).snapshot().warnings == ()
    assert "1 place" in Document("\ufffd".encode() + b"\xff", plain_text()).snapshot().warnings[0]


def test_an_edit_with_bad_text_warns_as_well() -> None:
    document = Document("ok", plain_text())
    document.edit(0, 0, b"\xff")
    assert len(document.snapshot().warnings) == 1


@pytest.mark.parametrize("name", ["python", "text", "groovy", "html", "php", "markdown"])
def test_a_byte_order_mark_is_a_token_of_its_own(name: str) -> None:
    first = Document("\ufeffabc", language(name)).snapshot().spans()[0]
    assert (first.start, first.end, first.role, first.category) == (0, 3, "bom", Category.PUNCTUATION)


def test_plain_text_is_prose_line_by_line() -> None:
    snapshot = Document("  Hello, world! \r\n\r\n\tBye.\n", plain_text()).snapshot()
    assert texts(snapshot) == ["Hello, world!", "Bye."]
    assert {span.category for span in snapshot.spans()} == {Category.COMMENT}


def test_crlf_and_tabs_are_white_space_between_spans() -> None:
    snapshot = Document("if x:\r\n\ty = 'a\tb'\r\n", language("python")).snapshot()
    assert texts(snapshot) == ["if", "x", ":", "y", "=", "'a\tb'"]


def test_columns_stay_right_after_edits_in_a_text_with_lone_carriage_returns() -> None:
    """Tree-sitter counts rows by LF alone; a scanner that asks for the column must get the true one."""
    document = Document("a:\r  - b\nc:\n  - d\n", language("yaml"))
    document.snapshot().spans()
    document.edit(0, 1, "long name")
    fresh = Document(document.snapshot().text, language("yaml")).snapshot()
    assert document.snapshot().spans() == fresh.spans()


def test_a_document_can_be_read_and_edited_from_several_threads() -> None:
    document = Document("def f(x):\n    return '''a\nb'''\n" * 50, language("python"))

    def read() -> int:
        wrong = 0
        for _ in range(50):
            snapshot = document.snapshot()
            whole = [span for span in snapshot.spans() if span.start < 400 and span.end > 100]
            wrong += snapshot.spans(100, 400) != whole
        return wrong

    with ThreadPoolExecutor(3) as pool:
        readings = [pool.submit(read) for _ in range(3)]
        for step in range(100):
            document.edit(step * 7, step * 7 + 1, "é\n")
        assert [reading.result(timeout=60) for reading in readings] == [0, 0, 0]
