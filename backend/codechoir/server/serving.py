"""Listens, and serves until a signal: the only place that knows uvicorn."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from codechoir.errors import InputError
from codechoir.server.application import make_application
from codechoir.server.server_settings import ServerSettings
from codechoir.server.service import SpeechService
from codechoir.settings import Settings
from codechoir.storage import os_error_text

MAX_HEADER_BYTES = 32 * 1024

MAX_CONNECTIONS = 2000

SOCKET_MESSAGE_BYTES = 1024 * 1024


def serve(settings: Settings, server: ServerSettings, announce: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM. `announce` is called with lines about where, when it listens.

    Raises `CodechoirError` if the settings are wrong, the engine cannot speak, or the address is taken.
    """
    token = server.required_token()
    service = SpeechService(settings, server)
    listener = listen(server)
    host, port = listener.getsockname()[:2]

    def started() -> None:
        for line in announcement(service, f"http://{_bracketed(host)}:{port}", bool(token)):
            announce(line)

    with listener:
        http_server(service, token, started).run(sockets=[listener])


def http_server(service: SpeechService, token: str, started: Callable[[], None]) -> StoppableServer:
    """The server for a socket that listens. `started`: called when it accepts connections."""
    server = service.server
    config = uvicorn.Config(
        make_application(service, token),
        http=partial(TimedProtocol, head_seconds=server.receive_seconds),  # type: ignore[arg-type]
        ws="websockets-sansio",
        ws_max_size=SOCKET_MESSAGE_BYTES,
        ws_max_queue=16,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=bool(server.proxies),
        forwarded_allow_ips=list(server.proxies) or None,
        server_header=False,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=5,
    )
    return StoppableServer(config, service, started)


def announcement(service: SpeechService, url: str, needs_token: bool) -> Iterator[str]:
    """Where the server listens, with which engines and voices."""
    choice = service.choice
    first = f"{choice.engine} ({choice.model})" if choice.model else choice.engine
    engines = ", ".join((first, *service.served[1:]))
    yield f"listening on {url}{' (token needed)' if needs_token else ''}"
    yield f"engine {engines}; voices of profile '{service.settings.profile}'"
    yield f"documentation {url}/docs; stop with Ctrl-C"


def listen(server: ServerSettings) -> socket.socket:
    """A socket on the address of the settings. Raises `InputError` if that is impossible."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            server.host, server.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # asyncio switches Nagle's algorithm off only where the protocol is named: else audio comes 40 ms late
        listener = socket.socket(family, kind, protocol or socket.IPPROTO_TCP)
        if os.name != "nt":  # there, it would let another program take the port over
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise InputError(
            f"cannot listen on {server.host}, port {server.port}: {os_error_text(error)}; "
            "choose another --port or --host"
        ) from error
    listener.set_inheritable(False)
    return listener


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class StoppableServer(uvicorn.Server):
    """Lets readings end when it is told to stop, and refuses new ones; a second signal ends them."""

    def __init__(self, config: uvicorn.Config, service: SpeechService, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._service = service
        self._tell_started = started
        self._loop: asyncio.AbstractEventLoop | None = None
        self._draining: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            self._tell_started()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal is no failure: it is not raised again when the server has stopped."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by the signal, in the main thread between two instructions of the loop."""
        if self._loop is None or self._draining is not None:
            self.should_exit = True
            self.force_exit = self._draining is not None
        else:
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        async def drain() -> None:
            await self._service.drain(self._service.server.shutdown_seconds)
            self.should_exit = True

        if self._draining is None and self._loop is not None:
            self._draining = self._loop.create_task(drain())


class TimedProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose request does not begin, or whose head does not end, in time.

    uvicorn waits for it for ever, so a client could hold a connection with a byte a minute.
    """

    def __init__(self, *arguments: Any, head_seconds: float, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_seconds = head_seconds
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self._wait_for_head()
        else:
            self._stop_waiting()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def _wait_for_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self._head_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.conn.their_state is h11.IDLE:
            self.transport.close()
