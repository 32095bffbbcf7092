"""Work that nobody waits for any more stops, and never keeps others waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from codechoir.bench.programs import LspClient
from codechoir.cancellation import Cancellation, CancelledError, check_cancelled
from codechoir.languages import language_named
from codechoir.lsp.language_server import Preparations, RunningRequests
from codechoir.lsp.protocol import request_handler
from codechoir.syntax import Document, Snapshot, tree_analysis
from codechoir.wording import Wording
from pygls.exceptions import JsonRpcException
from support.wire import line_of, server, works

MANY = "".join(
    f"def name_{number}(first, second):\n    return first + {number}\n\n" for number in range(7000)
)
START = {"line": 0, "character": 0}


@pytest.fixture
def client() -> Iterator[LspClient]:
    with server() as client:
        client.start(audio="client", engine="silent")
        yield client


def python(text: str) -> Snapshot:
    language = language_named("python")
    assert language is not None
    return Document(text, language).snapshot()


def ask(client: LspClient, command: str, **arguments: object) -> int:
    return client.ask(
        "workspace/executeCommand", {"command": f"codechoir.server.{command}", "arguments": [arguments]}
    )


# ---- at the server ---------------------------------------------------------------------------------------


def test_cancelled_outlines_are_answered_and_keep_nobody_waiting(client: LspClient) -> None:
    client.open("untitled:small", "x = 1\n")
    numbers = []
    for index in range(10):
        client.open(f"untitled:{index}", MANY)
        numbers.append(ask(client, "outline", uri=f"untitled:{index}"))
    for number in numbers:
        client.notify("$/cancelRequest", {"id": number})
    assert client.result("describe", uri="untitled:small", position=START)["text"] == "x"
    for number in numbers:
        answer = client.answer(number)
        assert "result" in answer or answer["error"]["code"] == -32800
    assert works(client)


def test_a_newer_request_replaces_an_older_one_about_the_same_document(client: LspClient) -> None:
    client.open("untitled:large", MANY)
    first = ask(client, "outline", uri="untitled:large")
    second = ask(client, "outline", uri="untitled:large")
    error = client.answer(first)
    assert error["error"]["code"] == -32802 and "a newer request" in line_of(error)
    assert len(client.answer(second)["result"]["symbols"]) == 7000


# ---- its parts -------------------------------------------------------------------------------------------


def test_an_outline_stops_when_it_is_cancelled() -> None:
    snapshot = python("def a():\n    pass\n\ndef b():\n    pass\n")
    cancellation = Cancellation()
    with cancellation.active():
        phrases = Wording().outline(snapshot).phrases()
        next(phrases)
        next(phrases)
        cancellation.cancel()
        with pytest.raises(CancelledError):
            next(phrases)
    check_cancelled()
    assert len(list(Wording().outline(snapshot).phrases())) == 3


@pytest.mark.parametrize("is_replaced, code", [(False, -32800), (True, -32802)])
def test_the_error_says_whether_the_client_has_cancelled_or_a_newer_request_came(
    is_replaced: bool, code: int
) -> None:
    cancellation = Cancellation()
    cancellation.cancel(is_replaced=is_replaced)
    cancellation.cancel(is_replaced=not is_replaced)  # the first reason counts

    def work() -> None:
        with cancellation.active():
            pytest.fail("the work must not begin")

    with pytest.raises(JsonRpcException) as refused:
        request_handler(work)()
    assert refused.value.code == code


def test_finding_symbols_stops_when_it_is_cancelled_and_can_be_done_later() -> None:
    snapshot = python("def a():\n    pass\n")
    cancellation = Cancellation()
    with pytest.raises(CancelledError), cancellation.active():
        cancellation.cancel()
        snapshot.symbols()
    assert [symbol.name for symbol in snapshot.symbols()] == ["a"]


def test_the_symbols_of_one_document_do_not_wait_for_those_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow, quick = python("def slow():\n    pass\n"), python("def quick():\n    pass\n")
    began, may_end = threading.Event(), threading.Event()
    find = tree_analysis.tree_symbols

    def blocked(grammar: str, tree: object, text: bytes) -> object:
        if b"slow" in text:
            began.set()
            may_end.wait(30)
        return find(grammar, tree, text)  # type: ignore[arg-type]

    monkeypatch.setattr(tree_analysis, "tree_symbols", blocked)
    other = threading.Thread(target=slow.symbols)
    other.start()
    assert began.wait(30)
    found: list[str] = []
    mine = threading.Thread(target=lambda: found.extend(symbol.name for symbol in quick.symbols()))
    mine.start()
    mine.join(20)
    may_end.set()
    other.join(30)
    mine.join(30)
    assert found == ["quick"]


def test_requests_are_cancelled_by_number_and_by_topic() -> None:
    running = RunningRequests()
    one, other = running.begin(1, ("outline", "a")), running.begin(2, ("outline", "b"))
    newer, without = running.begin(3, ("outline", "a")), running.begin(4, None)
    running.cancel(4)
    running.cancel(99)
    cancelled = [request.cancellation.is_cancelled for request in (one, other, newer, without)]
    assert cancelled == [True, False, False, True]
    running.end(newer)
    running.end(newer)
    running.begin(5, ("outline", "a"))
    assert not newer.cancellation.is_cancelled


def test_of_several_preparations_that_wait_only_the_newest_is_made() -> None:
    preparations, blocked, done = Preparations(), threading.Event(), threading.Event()
    made: list[str] = []

    def wait() -> None:
        blocked.wait(30)

    def make(name: str) -> None:
        made.append(name)
        done.set()

    for key in ("first", "second"):  # keeps both threads busy
        preparations.add(key, wait)
    for name in ("old", "newer", "newest"):
        preparations.add("document", partial(make, name))
    blocked.set()
    assert done.wait(30) and made == ["newest"]
