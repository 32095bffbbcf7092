"""A language server and an editor made of plain JSON, for what a well-behaved client never sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from codechoir.bench.programs import LspClient, Message


@contextmanager
def server(environment: dict[str, str] | None = None) -> Iterator[LspClient]:
    """A server that has not been spoken to; killed at the end if it still lives."""
    client = LspClient(environment=environment)
    try:
        yield client
    finally:
        client.kill()


def works(client: LspClient) -> bool:
    """Whether the server still answers."""
    return "result" in client.command("status")


def line_of(answer: Message) -> str:
    """The one line of an error, checked to be one."""
    message: str = answer["error"]["message"]
    assert "\n" not in message and "Traceback" not in message
    assert answer["error"].get("data") is None
    return message


def read(client: LspClient, text: str, unit: str = "file", **place: Any) -> int:
    """Show a text as a document and read it; returns the session."""
    client.open("untitled:text", text, "plaintext")
    return int(client.result("read", uri="untitled:text", unit=unit, **place)["session"])
