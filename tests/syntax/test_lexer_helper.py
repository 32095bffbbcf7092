"""Pygments in a helper process: no text keeps it busy for long, and nothing is lost, whatever happens."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from codechoir.languages import detect_language
from codechoir.settings import WordingOptions
from codechoir.syntax import Document, Snapshot, lexer_helper
from codechoir.syntax.lexer_helper import HelperTokens, LexerHelper
from codechoir.syntax.lexer_main import COMPLETE, FIRST_BATCH, KEPT_TEXTS, TOO_MUCH_WORK
from codechoir.wording import Wording, decode_literal
from support.hostile import TESTS

SIZE = 10_000
HOSTILE = {
    "a.f90": ('x = "', "\\00"),
    "a.chpl": ("'", "\\\\"),
    "a.fish": ('echo "', "\\0"),
    "a.pwn": ("", "/**/"),
    "a.rst": (":", "\\\\"),
    "a.bat": ('for /f %%a in ("', "! 0!"),
}
"""Beginnings of texts on which an expression of the language's lexer backtracks by powers of two."""

RESTS = pytest.mark.parametrize("name", HOSTILE)


def hostile(name: str) -> str:
    first, part = HOSTILE[name]
    return (first + part * SIZE)[:SIZE]


def read(name: str, text: str) -> Snapshot:
    language = detect_language(name, text.encode())
    assert language.parser == "pygments"
    return Document(text, language).snapshot()


@pytest.fixture
def helper() -> Iterator[LexerHelper]:
    helper = LexerHelper()
    yield helper
    helper.close()


@pytest.fixture
def lexers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], LexerHelper]:
    """Makes a helper that knows a lexer called `strange`, which yields its tokens by the given lines."""

    def with_lexer(body: str) -> LexerHelper:
        lines = "".join(f"        {line}\n" for line in body.splitlines())
        (tmp_path / "strange.py").write_text(
            "from pygments.lexer import Lexer\n"
            "from pygments.token import Keyword, Name\n"
            "class StrangeLexer(Lexer):\n"
            "    name, aliases = 'Strange', ['strange']\n"
            f"    def get_tokens_unprocessed(self, text):\n{lines}"
        )
        info = tmp_path / "strange-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1\n")
        (info / "entry_points.txt").write_text("[pygments.lexers]\nstrange = strange:StrangeLexer\n")
        monkeypatch.syspath_prepend(tmp_path)
        return LexerHelper()

    return with_lexer


# ---- texts that take too much work -------------------------------------------------------------------------


@RESTS
def test_a_hostile_text_is_given_up_and_read_token_by_token(name: str) -> None:
    text = hostile(name)
    used = time.process_time()
    snapshot = read(name, text)
    covered = b"".join(snapshot.text[span.start : span.end] for span in snapshot.spans())
    assert covered == "".join(text.split()).encode() or covered == text.encode()
    assert [warning for warning in snapshot.warnings if "too much work" in warning] == list(snapshot.warnings)
    assert len(snapshot.warnings) == 1
    wording = Wording(WordingOptions(level="literal"))
    said = [
        (utterance.text, utterance.category.value) for line in wording.lines(snapshot) for utterance in line
    ]
    assert decode_literal(said) == snapshot.text
    assert time.process_time() - used < 5


def test_other_threads_run_while_a_hostile_text_is_lexed() -> None:
    """Before, none of them ran again: an expression of `re` keeps the interpreter to itself."""
    snapshot = read("a.chpl", hostile("a.chpl"))
    thread = threading.Thread(target=snapshot.spans, daemon=True)
    thread.start()
    turns = 0
    while thread.is_alive():
        time.sleep(0.001)
        turns += 1
    assert turns > 20  # of some hundreds


@pytest.mark.skipif(sys.platform == "win32", reason="no timer there: a batch is lost")
def test_what_was_lexed_before_the_hostile_place_stays() -> None:
    text = "! a comment\ninteger :: n\n" * 500
    snapshot = read("a.f90", text + hostile("a.f90"))
    spans = snapshot.spans()
    assert len(snapshot.warnings) == 1
    assert [span.capture for span in spans if span.end <= len(text)] == [
        span.capture for span in read("a.f90", text).spans()
    ]


def test_a_hopeless_text_is_lexed_ever_more_seldom_and_afresh_when_it_has_settled() -> None:
    document = Document(hostile("a.chpl"), detect_language("a.chpl", b""))
    lexed = []
    for _ in range(4):
        snapshot = document.snapshot()
        snapshot.spans()
        lexed.append("was stopped" in snapshot.warnings[0])
        document.edit(0, 0, " ")
    assert lexed == [True, False, True, False]
    document.edit(0, len(document.lines().text), "var x = 1;")
    snapshot = document.snapshot()
    assert len(snapshot.warnings) == 1
    snapshot.settle()
    assert snapshot.warnings == ()
    assert snapshot.spans()[0].capture == "keyword"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("yield 0, Keyword, 'val'\nraise RuntimeError('stumbled')", "stumbled"),
        ("yield 0, Keyword, 'val'\nwhile True:\n    pass", TOO_MUCH_WORK),
        ("yield 0, Keyword, 'val'\nwhile True:\n    yield 3, Name, ''", TOO_MUCH_WORK),
        (
            "import re\nyield 0, Keyword, 'val'\ntry:\n    re.match('(a|a)*b', 'a' * 99)\n"
            "except Exception:\n    pass",
            TOO_MUCH_WORK,
        ),
        ("yield 0, Keyword, 'val'\nnumber = 3 ** 20_000_000\nyield 3, Name, str(number)", ""),
        ("import os\nyield 0, Keyword, 'val'\nos._exit(3)", ""),
        ("print('to standard output')\nyield 0, Keyword, 'val'\nyield from [][0]", "IndexError"),
    ],
    ids=["error", "loop", "loop of tokens", "expression", "one step", "exit", "output"],
)
def test_a_lexer_that_fails_leaves_the_rest_to_the_tokens(
    body: str, found: str, lexers: Callable[[str], LexerHelper], caplog: pytest.LogCaptureFixture
) -> None:
    """Its own loops too, and one step that no signal interrupts: then the process ends."""
    helper = lexers(body)
    with caplog.at_level(logging.CRITICAL):
        tokens = helper.tokens(b"val x = 1", "strange")
        assert [token for token in tokens if token[0] < token[1]] in ([(0, 3, "Keyword")], [])
    assert found in tokens.end and tokens.warning
    assert [token[2] for token in helper.tokens(b"val x", "kotlin")][:1] == ["Keyword.Declaration"]
    helper.close()


# ---- the same tokens as Pygments ---------------------------------------------------------------------------


def in_process(text: bytes, alias: str) -> list[tuple[int, int, str]]:
    from pygments.lexers import get_lexer_by_name

    decoded, found = text.decode(), []
    for index, kind, value in get_lexer_by_name(alias).get_tokens_unprocessed(decoded):
        start = len(decoded[:index].encode())
        found.append((start, start + len(value.encode()), ".".join(kind)))
    return found


COMMON = (
    *("ada", "cobol", "emacs-lisp", "erlang", "fsharp", "html+jinja", "julia", "latex", "matlab", "nim"),
    *("objective-c", "ocaml", "perl", "prolog", "r", "restructuredtext", "terraform", "verilog", "vim"),
)


@pytest.mark.parametrize("alias", COMMON)
def test_the_helper_finds_the_tokens_that_pygments_finds(alias: str, helper: LexerHelper) -> None:
    for name in ("c", "javascript", "python"):
        text = (TESTS / "wording" / "golden" / f"{name}.source").read_bytes()
        assert list(helper.tokens(text, alias)) == in_process(text, alias)


def test_more_texts_than_the_helper_keeps_are_lexed_in_turns(helper: LexerHelper) -> None:
    source = "val é = 1 // one\n"
    texts = [f"// {number}\n{source * 60}".encode() for number in range(KEPT_TEXTS + 3)]
    tokens = [helper.tokens(text, "kotlin") for text in texts]
    found: list[list[tuple[int, int, str]]] = [[] for _ in texts]
    while any(each.end != COMPLETE for each in tokens):
        for each, known in zip(tokens, found, strict=True):
            known += [token for _, token in zip(range(5 * FIRST_BATCH), each, strict=False)]
    for each, known in zip(tokens, found, strict=True):
        known += each
    assert found == [in_process(text, "kotlin") for text in texts]


def test_fixed_form_fortran_is_in_order_and_has_its_categories() -> None:
    """Its lexer counts anew in each line, so that most tokens seem to lie before the ones before."""
    source = "C     a comment\n      INTEGER total\n      total = 1 + 2\n      END\n" * 20
    snapshot = Document(source, detect_language("a.f", source.encode())).snapshot()
    spans = snapshot.spans()
    found = [(snapshot.text[span.start : span.end].decode(), span.category.value) for span in spans]
    assert found[:5] == [
        ("C     a comment", "comment"),
        ("INTEGER", "type"),
        ("total", "variable"),
        ("total", "variable"),
        ("=", "operator"),
    ]
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert len(spans) == 20 * 9


# ---- the process -------------------------------------------------------------------------------------------

TEXT = b"val x = 1 // one\n" * 2000


def test_a_helper_that_somebody_ends_is_replaced(helper: LexerHelper) -> None:
    tokens = helper.tokens(TEXT, "kotlin")
    found = [next(tokens)]
    first = helper.pid
    assert first is not None
    psutil.Process(first).kill()
    found += tokens
    assert helper.pid != first
    assert tokens.end == COMPLETE and found == in_process(TEXT, "kotlin")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes there cannot be waited for with a time limit")
def test_a_helper_without_work_ends_and_is_started_again() -> None:
    helper = LexerHelper(idle_seconds=0.05)
    tokens = helper.tokens(TEXT, "kotlin")
    found = [next(tokens)]
    assert helper.pid is not None
    process = psutil.Process(helper.pid)
    deadline = time.monotonic() + 20
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    found += tokens
    assert tokens.end == COMPLETE and found == in_process(TEXT, "kotlin")
    helper.close()


def test_a_lexer_is_loaded_before_its_first_text(
    lexers: Callable[[str], LexerHelper], tmp_path: Path
) -> None:
    helper = lexers("yield 0, Keyword, text")
    module = tmp_path / "strange.py"
    module.write_text(f"open({str(tmp_path / 'loaded')!r}, 'w').close()\n{module.read_text()}")
    helper.start("strange")
    deadline = time.monotonic() + 20
    while not (tmp_path / "loaded").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert list(helper.tokens(b"val", "strange")) == [(0, 3, "Keyword")]
    helper.start("no such lexer")
    assert list(helper.tokens(b"val", "strange")) == [(0, 3, "Keyword")]
    helper.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a helper without work does not end there")
def test_a_helper_that_has_ended_is_started_by_the_next_edit(
    helper: LexerHelper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexer_helper, "lexer_helper", lambda: helper)
    document = Document("var x = 1;", detect_language("a.chpl", b""))
    assert document.snapshot().spans()
    first = helper.pid
    assert first is not None
    psutil.Process(first).kill()
    psutil.Process(first).wait(20)
    document.edit(0, 0, " ")
    assert document.snapshot().warnings == ()
    assert helper.pid not in (None, first)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process")
def test_a_helper_that_stands_still_is_given_up(helper: LexerHelper, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = helper.tokens(TEXT, "kotlin")
    next(tokens)
    assert helper.pid is not None
    monkeypatch.setattr(lexer_helper, "ANSWER_SECONDS", 0.1)
    os.kill(helper.pid, signal.SIGSTOP)
    list(tokens)
    assert tokens.end == TOO_MUCH_WORK
    monkeypatch.undo()
    assert list(helper.tokens(TEXT, "kotlin")) == in_process(TEXT, "kotlin")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process")
def test_a_helper_that_stands_still_and_takes_no_text_is_given_up(
    helper: LexerHelper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, a text that is longer than a pipe holds was written for ever."""
    next(helper.tokens(b"val", "kotlin"))
    assert helper.pid is not None
    monkeypatch.setattr(lexer_helper, "ANSWER_SECONDS", 0.1)
    os.kill(helper.pid, signal.SIGSTOP)
    tokens = helper.tokens(TEXT * 10, "kotlin")
    thread = threading.Thread(target=list, args=(tokens,), daemon=True)
    thread.start()
    thread.join(30)
    assert not thread.is_alive() and tokens.end == TOO_MUCH_WORK


def test_a_reply_that_was_not_awaited_is_not_that_of_the_next_text(
    helper: LexerHelper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    next(helper.tokens(b"val", "kotlin"))
    monkeypatch.setattr(lexer_helper._Process, "_take", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(helper.tokens(b"one two three", "kotlin"))
    monkeypatch.undo()
    assert list(helper.tokens(TEXT, "kotlin")) == in_process(TEXT, "kotlin")


def test_without_a_process_texts_are_read_token_by_token(
    helper: LexerHelper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(lexer_helper, "lexer_helper", lambda: helper)
    snapshot = read("a.chpl", "var x = 1;")
    assert [span.capture for span in snapshot.spans()][:2] == ["variable", "variable"]
    assert "no process can be started" in snapshot.warnings[0]


PARENT = """
import sys
from codechoir.syntax.lexer_helper import lexer_helper
tokens = lexer_helper().tokens(b"val", "kotlin")
next(tokens)
print(lexer_helper().pid, flush=True)
list(lexer_helper().tokens(sys.argv[1].encode(), "chapel"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the helper is ended by the clock there")
def test_no_helper_outlives_its_parent() -> None:
    """Not even in the middle of an expression that would go on for hours."""
    command = [sys.executable, "-c", PARENT, hostile("a.chpl")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        helper = psutil.Process(int(parent.stdout.readline()))
        before = helper.cpu_times().user
        while helper.is_running() and helper.cpu_times().user < before + 0.05:
            time.sleep(0.005)
        parent.kill()
    psutil.wait_procs([helper], timeout=30)
    assert not helper.is_running() or helper.status() == psutil.STATUS_ZOMBIE


LEAVING = """
import sys, threading
from codechoir.syntax.lexer_helper import lexer_helper
next(lexer_helper().tokens(b"val", "kotlin"))
tokens = lexer_helper().tokens(sys.stdin.buffer.read(), "chapel")
threading.Thread(target=list, args=(tokens,), daemon=True).start()
while not lexer_helper()._lock.locked():
    pass
print(lexer_helper().pid, flush=True)
"""


def test_the_end_of_the_process_does_not_wait_for_a_text() -> None:
    """Before, it waited for the text's limit of work, here 20 s."""
    command = [sys.executable, "-c", LEAVING]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None and parent.stdout is not None
        parent.stdin.write(hostile("a.chpl").encode() * 100)
        parent.stdin.close()
        written = parent.stdout.readline()
        began = time.monotonic()
        parent.wait(60)
        assert time.monotonic() - began < lexer_helper.ANSWER_SECONDS / 2
    deadline = time.monotonic() + lexer_helper.ANSWER_SECONDS / 2
    with contextlib.suppress(psutil.NoSuchProcess):
        helper = psutil.Process(int(written))
        while helper.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_the_tokens_of_a_text_come_in_batches(helper: LexerHelper) -> None:
    """The first window does not wait for the rest."""
    tokens: HelperTokens = helper.tokens(TEXT, "kotlin")
    next(tokens)
    assert tokens._received <= FIRST_BATCH
