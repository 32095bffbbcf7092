"""The one way out: whole messages, whoever writes them."""

from __future__ import annotations

import os
import threading

from codechoir.stdio import MessageWriter


def test_messages_of_many_threads_do_not_mix() -> None:
    incoming, outgoing = os.pipe()
    output = MessageWriter(outgoing)
    bodies = [bytes([65 + number]) * 50_000 for number in range(8)]
    writers = [threading.Thread(target=output.send, args=(body,)) for body in bodies]
    for writer in writers:
        writer.start()
    received = []
    with os.fdopen(incoming, "rb") as stream:
        for _ in bodies:
            assert stream.readline() == b"Content-Length: 50000\r\n"
            assert stream.readline() == b"\r\n"
            received.append(stream.read(50_000))
        for writer in writers:
            writer.join(10)
        os.close(outgoing)
    assert sorted(received) == bodies


def test_what_is_sent_to_a_client_that_has_gone_is_dropped() -> None:
    incoming, outgoing = os.pipe()
    os.close(incoming)
    output = MessageWriter(outgoing)
    output.send(b"one")
    os.close(outgoing)
    output.send(b"two")
