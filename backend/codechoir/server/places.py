"""Places that are given out fairly: each client in turn gets the next one, whoever has asked more often.

All of it runs in the event loop's thread.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque

from codechoir.errors import CodechoirError


class BusyError(CodechoirError):
    """There is no place, and the queue is full. `retry_after`: seconds."""

    code = "busy"

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Places:
    """`count` places. `longest_queue`, `per_client`: limits, None for none."""

    def __init__(self, count: int, longest_queue: int | None = None, per_client: int | None = None) -> None:
        self._free = count
        self._count = count
        self._longest_queue = longest_queue
        self._per_client = per_client
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}  # the client whose turn is next comes first
        self._waiting = 0
        self._of_client: Counter[str] = Counter()  # places held and asked for

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return self._waiting

    @property
    def taken(self) -> int:
        """How many places are taken."""
        return self._count - self._free

    async def take(self, client: str) -> None:
        """Waits for a place. Raises `BusyError` if the queue, or the client's share of it, is full."""
        if self._per_client is not None and self._of_client[client] >= self._per_client:
            raise BusyError(
                f"this client has {self._per_client} requests in progress, which is the limit; "
                "wait until one has ended"
            )
        if self._free and not self._waiting:
            self._free -= 1
            self._of_client[client] += 1
            return
        if self._longest_queue is not None and self._waiting >= self._longest_queue:
            raise BusyError(
                f"the server is busy: {self.taken} requests in progress, {self._waiting} waiting; "
                "try again later"
            )
        await self._wait(client)

    def give_back(self, client: str) -> None:
        """Frees a place of a client, for the next that waits."""
        self._forget(client)
        self._free += 1
        while self._waiting and self._free:
            future = self._next()
            if not future.done():
                self._free -= 1
                future.set_result(None)

    async def _wait(self, client: str) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, deque()).append(future)
        self._waiting += 1
        self._of_client[client] += 1
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # it was given the place at this moment
                self.give_back(client)
            else:
                self._remove(client, future)
                self._forget(client)
            raise

    def _next(self) -> asyncio.Future[None]:
        client = next(iter(self._queues))
        queue = self._queues.pop(client)
        future = queue.popleft()
        self._waiting -= 1
        if queue:
            self._queues[client] = queue  # behind all others
        return future

    def _remove(self, client: str, future: asyncio.Future[None]) -> None:
        queue = self._queues.get(client)
        if queue is not None and future in queue:
            queue.remove(future)
            self._waiting -= 1
            if not queue:
                del self._queues[client]

    def _forget(self, client: str) -> None:
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]
