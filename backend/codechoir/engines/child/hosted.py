"""One reading inside the child: phrases that arrive, sound that leaves, credit and cancellation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

from codechoir.engines.child.messages import Audio, Note, Told, ToParent, Want
from codechoir.model import AudioChunk, Phrase
from codechoir.reading.reading import shifted

Send = Callable[[ToParent], None]


class HostedReading:
    """A reading that the parent asked for. It is also the `Emit` that the engine is handed.

    `hurry`: asked while the reading has no credit left; when it says True the chunk leaves on credit that
    was not given. An engine that speaks for one reading at a time uses it to come to the phrase's end, since
    a reading that is paused must not hold up the others.
    """

    def __init__(self, number: int, credit: int, send: Send, hurry: Callable[[], bool]) -> None:
        self.number = number
        self.sent = 0
        self.offset = 0
        self._send = send
        self._hurry = hurry
        self._credit = credit
        self._taken = 0
        self._cancelled = False
        self._over = False
        self._changed = threading.Condition()
        self._phrases: SimpleQueue[Phrase | None] = SimpleQueue()

    # ---- the engine's thread ---------------------------------------------------------------------------

    def __call__(self, chunk: AudioChunk) -> bool:
        if not self._wait_for_credit(chunk.samples):
            return False
        first = chunk.first_sample + self.offset
        marks = chunk.marks
        if self.offset:
            marks = shifted(chunk, self.offset).marks
        self.sent = first + chunk.samples
        self._send(Audio(self.number, first, chunk.sample_rate, marks, chunk.pcm))
        return True

    def cancelled(self) -> bool:
        """See `engines.protocol.cancelled`."""
        return self._cancelled

    def notice(self, line: str) -> None:
        """See `engines.protocol.notice`."""
        self._send(Note(self.number, line))

    def told(self) -> None:
        """See `engines.protocol.told`."""
        self._send(Told(self.number))

    def phrases(self) -> Iterator[Phrase]:
        """The phrases in order, waiting for each; ends early when the reading is cancelled."""
        while (phrase := self.next_phrase()) is not None:
            yield phrase

    def next_phrase(self, wait: bool = True) -> Phrase | None:
        """The next phrase; None at the end, and without `wait` also when none has arrived yet."""
        if self._over:
            return None
        try:
            phrase = self._phrases.get(block=wait)
        except Empty:
            return None
        if phrase is None or self._cancelled:
            self._over = True
            return None
        self._send(Want(self.number))
        return phrase

    def _wait_for_credit(self, samples: int) -> bool:
        with self._changed:
            while not self._cancelled and not self._fits(samples) and not self._hurry():
                # Woken by credit and by cancellation; `hurry` is polled, since it changes elsewhere.
                self._changed.wait(0.05)
            return not self._cancelled

    def _fits(self, samples: int) -> bool:
        under_way = self.sent - self._taken
        return under_way <= 0 or under_way + samples <= self._credit

    # ---- the thread that hears the parent --------------------------------------------------------------

    def add(self, phrases: tuple[Phrase, ...], last: bool) -> None:
        """More phrases have arrived."""
        for phrase in phrases:
            self._phrases.put(phrase)
        if last:
            self._phrases.put(None)

    def taken(self, samples: int) -> None:
        """The parent's listener has taken this many samples so far."""
        with self._changed:
            self._taken = max(self._taken, samples)
            self._changed.notify_all()

    def cancel(self) -> None:
        """End every wait; the next chunk is refused."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()
        self._phrases.put(None)
