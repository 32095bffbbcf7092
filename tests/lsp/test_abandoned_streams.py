"""An editor that stops reading and closes its side: the server ends, whatever it was about to send."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable

import pytest
from codechoir.bench.programs import LspClient
from support.wire import read, server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot wait for the end of a pipe")

END_SECONDS = 20.0
"""Two seconds are promised; a loaded machine gets more. Before, the server never ended."""


def fill_with_audio(client: LspClient) -> None:
    """Lets the thread that makes audio wait for the editor."""
    read(client, "word " * 20_000)


def fill_with_answers(client: LspClient) -> None:
    """Lets the thread that reads messages wait for the editor, with many of them unread."""
    assert client.process.stdin is not None
    descriptor = client.process.stdin.fileno()
    body = b'{"jsonrpc":"2.0","id":1,"method":"no/such"}'
    message = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    os.set_blocking(descriptor, True)
    written = 0
    while written < 1024 * 1024:  # more than both pipes hold
        _, writable, _ = select.select([], [descriptor], [], 1.0)
        if not writable:
            break
        written += os.write(descriptor, message)
    assert 0 < written < 1024 * 1024


@pytest.mark.parametrize("fill", [fill_with_audio, fill_with_answers])
@pytest.mark.parametrize("closes_output", [True, False], ids=["both sides", "input only"])
def test_the_server_ends(fill: Callable[[LspClient], None], closes_output: bool) -> None:
    with server() as client:
        client.start(audio="client", engine="silent")
        fill(client)
        assert client.process.stdin is not None and client.process.stdout is not None
        client.process.stdin.close()
        if closes_output:
            client.process.stdout.close()
        assert client.process.wait(END_SECONDS) == 1


def test_messages_before_the_end_of_the_input_are_still_handled() -> None:
    with server() as client:
        client.start(audio="client", engine="silent")
        numbers = [client.ask("no/such", None) for _ in range(50)]
        client.leave()
        for number in numbers:
            assert client.answer(number)["error"]
        assert client.process.wait(END_SECONDS) == 1
