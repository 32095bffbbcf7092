"""Many listeners at one engine: turns, limits, leaving, failing, stopping."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from codechoir.server.places import BusyError, Places
from support.speech_server import WORD, RunningServer, wait_for

LONG = " ".join(f"sentence {number}." for number in range(200))


def bytes_of(server: RunningServer, text: str) -> int:
    answer = server.speak(text, response_format="wav")
    assert answer.status_code == 200
    return (len(answer.content) - 44) // 2 // WORD


def test_a_new_listener_does_not_wait_for_the_end_of_another(start: Any) -> None:
    """One instance of an engine that speaks one reading at a time; a long reading has begun."""
    server = start(instances=1)
    state = server.state
    state.gate.clear()
    state.gate.allow(1)
    with ThreadPoolExecutor() as pool:
        with (
            server.client() as client,
            client.stream(
                "POST", "/v1/audio/speech", json={"model": "", "input": LONG, "response_format": "wav"}
            ) as long_one,
        ):
            parts = long_one.iter_raw()
            next(parts)
            short_one = pool.submit(bytes_of, server, "short")
            wait_for(lambda: waiting_turns(server) > 0)
            state.gate.allow(2)
            assert short_one.result(30) == 1
        assert state.texts().index("short") <= 2
        assert state.most == 1


def waiting_turns(server: RunningServer) -> int:
    return server.service.turns("silent").places.waiting


def test_every_listener_hears_all_of_its_text(start: Any) -> None:
    server = start(instances=3, max_requests=20)
    with ThreadPoolExecutor(20) as pool:
        texts = [" ".join(f"word{n}x{i}." for i in range(n + 1)) for n in range(20)]
        counts = list(pool.map(lambda text: bytes_of(server, text), texts))
    assert counts == [n + 1 for n in range(20)]
    assert server.state.most <= 3
    wait_for(lambda: server.service.in_progress == 0)
    assert server.metric('codechoir_readings_total{engine="silent",state="finished"}') == 20


def test_marks_go_on_across_turns(start: Any) -> None:
    """Two readings take turns; the samples and phrases of each are those of a reading alone."""
    server = start(instances=1)
    code = "alpha = 1\nbeta = 2\ngamma = 3\n"
    alone = server.read(code, language="python")
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: server.read(code, language="python"), range(2)))
    for records in both:
        assert marks_of(records) == marks_of(alone)
    assert [mark["t0"] for mark in marks_of(alone)] == [WORD * n for n in range(len(marks_of(alone)))]


def marks_of(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [mark for record in records for mark in record["marks"]]


def test_a_client_that_leaves_frees_the_engine(start: Any) -> None:
    server = start(instances=1)
    server.state.gate.clear()
    server.state.gate.allow(1)
    with (
        server.client() as client,
        client.stream("POST", "/v1/audio/speech", json={"input": LONG, "response_format": "wav"}) as answer,
    ):
        next(answer.iter_raw())
    server.state.wait_until_idle()
    wait_for(lambda: server.metric('codechoir_readings_total{engine="silent",state="cancelled"}') == 1)
    assert server.state.texts() == ["sentence 0."]
    assert server.service.in_progress == 0


def test_a_client_that_leaves_while_it_waits_frees_its_place(start: Any) -> None:
    server = start(max_requests=1, queue=1)
    server.state.gate.clear()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(bytes_of, server, "first")
        wait_for(lambda: server.service.in_progress == 1)
        with server.client() as client, pytest.raises(Exception, match="timed out"):
            client.post("/v1/audio/speech", json={"input": "second"}, timeout=0.5)
        wait_for(lambda: server.service.queue_length == 0)
        server.state.gate.set()
        assert first.result(30) == 1
    assert "second" not in server.state.texts()


def test_a_full_queue_is_429(start: Any) -> None:
    server = start(max_requests=1, queue=1)
    server.state.gate.clear()
    with ThreadPoolExecutor() as pool:
        first, second = (pool.submit(bytes_of, server, text) for text in ("first", "second"))
        wait_for(lambda: (server.service.in_progress, server.service.queue_length) == (1, 1))
        refused = server.speak("third")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.json()["error"]["code"] == "busy"
        assert refused.json()["error"]["type"] == "rate_limit_error"
        server.state.gate.set()
        assert (first.result(30), second.result(30)) == (1, 1)
    assert bytes_of(server, "fourth") == 1


def test_one_client_has_a_limit(start: Any) -> None:
    server = start(per_client=1)
    server.state.gate.clear()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(bytes_of, server, "first")
        wait_for(lambda: server.service.in_progress == 1)
        refused = server.speak("second")
        assert refused.status_code == 429 and "this client" in refused.json()["error"]["message"]
        server.state.gate.set()
        assert first.result(30) == 1


def test_a_slow_reader_is_not_buffered_without_end(start: Any) -> None:
    """The engine stops a few seconds ahead of a client that takes nothing, and others go on."""
    server = start(instances=1)
    text = " ".join("word." for _ in range(3000))
    with (
        server.client() as client,
        client.stream("POST", "/v1/audio/speech", json={"input": text, "response_format": "wav"}) as slow,
    ):
        parts = slow.iter_raw()
        next(parts)
        server.state.wait_until_idle()
        assert bytes_of(server, "other") == 1
        assert len(server.state.said) < 2900


def test_an_engine_that_fails_later_breaks_the_stream(server: RunningServer) -> None:
    """Not a 200 that looks complete."""
    with pytest.raises(Exception, match="incomplete chunked read"):
        server.speak("good. fail", response_format="wav")


def test_an_engine_that_fails_later_ends_the_records_with_the_error(server: RunningServer) -> None:
    records = server.read("good = 1\nfail = 2\nmore = 3\n", language="python")
    assert records[-1]["last"] is True
    assert records[-1]["error"]["code"] == "engine"
    assert "/secret" not in json.dumps(records)
    assert [record["last"] for record in records[:-1]] == [False] * (len(records) - 1)


def test_events_end_with_the_error(server: RunningServer) -> None:
    answer = server.speak("good. crash", stream_format="sse", response_format="wav")
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line]
    assert events[-1]["type"] == "error" and events[-1]["error"]["code"] == "internal"


def test_stopping_lets_readings_end_and_refuses_new_ones(start: Any) -> None:
    server = start()
    server.state.gate.clear()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(bytes_of, server, "first")
        wait_for(lambda: server.service.in_progress == 1)
        server.server.handle_exit(2, None)
        wait_for(lambda: server.service.is_closing)
        assert server.get("/ready").status_code == 503
        refused = server.speak("second")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "closing")
        server.state.gate.set()
        assert first.result(30) == 1
        server.thread.join(20)
        assert not server.thread.is_alive()


# ---- places ------------------------------------------------------------------------------------------------


async def test_places_are_given_to_each_client_in_turn() -> None:
    places = Places(1)
    order: list[str] = []

    async def use(client: str) -> None:
        await places.take(client)
        order.append(client)
        await asyncio.sleep(0)
        places.give_back(client)

    await places.take("first")
    tasks = [asyncio.create_task(use(client)) for client in ("a", "a", "a", "b", "b", "c")]
    await asyncio.sleep(0)
    places.give_back("first")
    await asyncio.gather(*tasks)
    assert order == ["a", "b", "c", "a", "b", "a"]
    assert (places.taken, places.waiting) == (0, 0)


async def test_who_stops_waiting_takes_no_place() -> None:
    places = Places(1, longest_queue=2)
    await places.take("a")
    waiting = [asyncio.create_task(places.take(client)) for client in ("b", "c")]
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await places.take("d")
    waiting[0].cancel()
    await asyncio.gather(waiting[0], return_exceptions=True)
    assert places.waiting == 1
    places.give_back("a")
    waiting[1].cancel()  # it has the place already, and does not know yet
    await asyncio.gather(waiting[1], return_exceptions=True)
    assert (places.taken, places.waiting) == (0, 0)
    await places.take("e")
