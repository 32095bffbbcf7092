"""The commands of `workspace/executeCommand`, by name (design, §4.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codechoir.lsp.language_server import Server

PREFIX = "codechoir.server."

AT_ONCE = (
    *("read", "stop", "pause", "resume", "skip", "repeat", "where", "rate"),
    *("say", "mute", "solo", "only", "unmute"),
)
"""Answered by the thread that reads messages, and therefore quick."""

IN_THE_BACKGROUND = ("outline", "describe", "voices", "cache", "status")
"""Answered by a thread of the pool: they may take a while, and Stop must not wait for them."""


def register(server: Server) -> None:
    """Make the commands known to pygls, which tells the client their names."""
    for name in AT_ONCE:
        server.command(PREFIX + name)(_handler(server, name))
    for name in IN_THE_BACKGROUND:
        server.command(PREFIX + name)(server.thread()(_handler(server, name)))


def _handler(server: Server, name: str) -> Callable[[Mapping[str, Any]], Any]:
    def handler(arguments: Mapping[str, Any]) -> Any:
        return server.workshop.run(name, arguments)

    return handler
