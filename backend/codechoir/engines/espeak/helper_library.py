"""eSpeak NG in a helper process, with a second one that stands by, so that no text can end this process.

    HelperLibrary ─▶ SpeechHelper ═ requests, replies ═▶ helper_main.py ─▶ NativeSpeech

If a helper ends, the one that stands by says the rest, from the first sample that the listener has not got. A
text that has ended a helper itself (by a fault, or by computing without end) is not sent to that voice again.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import logging
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

from codechoir.engines.espeak import helper_main
from codechoir.engines.espeak.espeak_library import (
    InProcessLibrary,
    Library,
    LibraryData,
    Listener,
    PhraseLostError,
    SynthParams,
    WordEvent,
    cannot_load,
)
from codechoir.engines.espeak.helper_main import (
    DONE,
    EXACT,
    FAILED,
    REPLY,
    REQUEST,
    SOUND,
    VOICES,
    WARM,
    WORD,
)
from codechoir.errors import EngineError

log = logging.getLogger(__name__)


ANSWER_SECONDS = 2.0
"""A helper that says nothing for so long is given up. A reply normally takes less than a millisecond."""

START_SECONDS = 20.0
"""The same while it starts, on a machine that is very busy."""

_PIPE_BYTES = 1 << 16

_FROM_OUTSIDE = frozenset(
    -getattr(signal, name)
    for name in ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")
    if hasattr(signal, name)
) | ({1} if os.name == "nt" else set())
"""Exit statuses of a process that somebody else has ended."""


class HelperEndedError(Exception):
    """The helper has ended, or was given up. `by_itself`: what it was saying is the reason."""

    def __init__(self, by_itself: bool) -> None:
        super().__init__("the process has ended")
        self.by_itself = by_itself


class SpeechHelper:
    """One helper process, used by one thread at a time. `task`: see `helper_main`."""

    def __init__(self, data: LibraryData, task: str) -> None:
        """Starts it; `wait_ready` waits for it. Raises `OSError` when no process can be started."""
        if not sys.executable:
            raise OSError("this Python does not know its own program")
        command = [sys.executable, "-I", "-S", helper_main.__file__, data.library, str(data.folder), task]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._requests = self.process.stdin.fileno()
        self._replies = self.process.stdout.fileno()
        self._poll = None if os.name == "nt" else select.poll()
        if self._poll is not None:
            self._poll.register(self._replies, select.POLLIN)
        self._buffer = b""
        self._number = 0

    def wait_ready(self) -> tuple[int, str]:
        """Its sample rate and what its task has brought. Raises `HelperEndedError`, `EngineError`."""
        kind, value, rest = self._reply(START_SECONDS)
        if kind == FAILED:
            raise EngineError(rest.decode())
        return value, rest.decode()

    def say(
        self, text: bytes, file: bytes, params: SynthParams
    ) -> Iterator[tuple[bytes, list[WordEvent]] | int]:
        """Sound and the words that begin in it, as it comes; at last the library's status.

        May be left at any time. Raises `HelperEndedError`.
        """
        self._number += 1
        parameters = (params.rate, params.volume, params.pitch, params.range)
        head = REQUEST.pack(self._number, *parameters, len(file), len(text))
        try:
            os.write(self._requests, head + file + text)
        except OSError:
            raise self._ended() from None
        while True:
            kind, value, rest = self._reply(ANSWER_SECONDS)
            if kind == DONE:
                yield value
                return
            begin = WORD.size * value
            yield rest[begin:], [WordEvent(*word) for word in WORD.iter_unpack(rest[:begin])]

    def close(self) -> None:
        """Ends it, and frees what it holds here."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _reply(self, seconds: float) -> tuple[int, int, bytes]:
        """Kind, value and rest of the next reply to the present request."""
        while True:
            number, kind, value, size = REPLY.unpack(self._take(REPLY.size, seconds))
            rest = self._take(size + (WORD.size * value if kind == SOUND else 0), seconds)
            if number == self._number:
                return kind, value, rest

    def _take(self, size: int, seconds: float) -> bytes:
        while len(self._buffer) < size:
            if self._poll is not None and not self._poll.poll(1000 * seconds):
                log.warning("eSpeak NG has not answered for %g s; its process is ended", seconds)
                raise self._ended()
            piece = os.read(self._replies, _PIPE_BYTES)
            if not piece:
                raise self._ended()
            self._buffer += piece
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _ended(self) -> HelperEndedError:
        """Makes sure that it has ended, and finds out why."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.05)
        self.close()
        return HelperEndedError(self.process.returncode not in _FROM_OUTSIDE)


SPARE_AFTER_SECONDS = 0.5
"""Seconds from the first text to the start of the second helper, which must not delay a first sound."""

_LEAST_FAULT = 256
"""Exit statuses from here on, and those below 0, are faults and signals."""

TRIES = 3
"""Helpers that may be ended from outside during one text before the text counts as the reason."""


class HelperLibrary(Library):
    """The library in a helper process. `pid`: that of the helper; `spare_pid`: of the one standing by."""

    _task = WARM

    def __init__(self, data: LibraryData) -> None:
        """Starts the first helper. Raises `EngineError` saying what is missing, `OSError` if none starts."""
        super().__init__(data)
        helper = SpeechHelper(data, VOICES)
        self._prepare(helper)
        try:
            sample_rate, content = helper.wait_ready()
        except EngineError as error:
            helper.close()
            raise cannot_load(data, str(error)) from error
        except HelperEndedError as error:
            if 0 <= helper.process.returncode < _LEAST_FAULT:  # Python could not run the program
                raise OSError(f"it ended with status {helper.process.returncode}") from error
            raise cannot_load(data, "it ended its process while it started") from error
        lists = [[line.split("\t") for line in part.splitlines()] for part in content.split("\0")]
        languages, variants = ([(tag, name, file) for tag, name, file in voices] for voices in lists)
        self._started(sample_rate, languages, variants)

    def _prepare(self, helper: SpeechHelper | None) -> None:
        self._owner = os.getpid()
        self._helper = helper
        self._spare: SpeechHelper | None = None
        self._changed = threading.Condition()
        self._timer: threading.Timer | None = None
        self._lost: set[tuple[str, str]] = set()
        self._exact: HelperLibrary | None = None
        atexit.register(self.close)

    def reproducible(self) -> Library:
        """See `Library.reproducible`. Takes another helper process."""
        with self._changed:
            if self._exact is None:
                self._exact = ExactLibrary(self) if hasattr(os, "fork") else self
            return self._exact

    @property
    def pid(self) -> int | None:
        """The helper's process number, None while there is none."""
        return None if self._helper is None else self._helper.process.pid

    @property
    def spare_pid(self) -> int | None:
        """The process number of the helper that stands by, None while there is none."""
        return None if self._spare is None else self._spare.process.pid

    def wait_for_spare(self, seconds: float) -> bool:
        """Waits until a helper stands by; False after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._spare is not None, seconds)

    def close(self) -> None:
        """Ends the helpers; the next text starts one again."""
        if self._owner != os.getpid():
            return
        with self._changed:
            helpers = self._helper, self._spare
            self._helper = self._spare = None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        for helper in helpers:
            if helper is not None:
                helper.close()
        if self._exact is not None and self._exact is not self:
            self._exact.close()

    def _speak(self, text: str, file: str, params: SynthParams, listener: Listener) -> int:
        if (params.family, text) in self._lost:
            raise PhraseLostError(params.family, text)
        resumed = _ResumedListener(listener)
        for attempt in range(1, TRIES + 1):
            helper = self._ready_helper()
            resumed.begin()
            try:
                for reply in helper.say(text.encode(), file.encode(), params):
                    if isinstance(reply, int):
                        return reply
                    if not resumed.take(*reply):
                        return 0
            except HelperEndedError as end:
                self._helper = None
                log.warning("eSpeak NG's process ended (status %s)", helper.process.returncode)
                if end.by_itself or attempt == TRIES:
                    break
            finally:
                self._prepare_spare()
        self._lost.add((params.family, text))
        raise PhraseLostError(params.family, text)

    def _ready_helper(self) -> SpeechHelper:
        """The helper, or the one standing by, or a new one."""
        if self._owner != os.getpid():  # a fork: the pipes are the parent's
            self._owner = os.getpid()
            self._helper = self._spare = self._timer = None
            self._changed = threading.Condition()
        with self._changed:
            if self._helper is None:
                self._helper, self._spare = self._spare, None
            if self._helper is not None:
                return self._helper
        try:
            self._helper = self._new_helper()
        except (OSError, HelperEndedError) as error:
            raise EngineError(
                f"eSpeak NG's process cannot be started: {error}; close other programs"
            ) from error
        return self._helper

    def _new_helper(self) -> SpeechHelper:
        helper = SpeechHelper(self._data, self._task)
        helper.wait_ready()
        return helper

    def _prepare_spare(self) -> None:
        """Starts the helper that stands by, in a while, unless there is one."""
        if self._spare is not None or self._timer is not None:
            return
        with self._changed:
            self._timer = threading.Timer(SPARE_AFTER_SECONDS, self._start_spare)
            self._timer.daemon = True
            self._timer.start()

    def _start_spare(self) -> None:
        try:
            spare = self._new_helper()
        except (OSError, EngineError, HelperEndedError) as error:
            log.warning("no second process can be started for eSpeak NG: %s", error)
            with self._changed:
                if self._timer is threading.current_thread():
                    self._timer = None
            return
        with self._changed:
            if self._timer is threading.current_thread():
                self._timer = None
                self._spare = spare
                self._changed.notify_all()
                return
        spare.close()


class ExactLibrary(HelperLibrary):
    """Says each text as if it was the first: in a copy of a helper. No second helper stands by."""

    _task = EXACT

    def __init__(self, original: HelperLibrary) -> None:
        Library.__init__(self, original._data)
        self._prepare(None)
        self._lost = original._lost
        self._files, self.sample_rate = original._files, original.sample_rate
        self.languages, self.variants = original.languages, original.variants

    def reproducible(self) -> Library:
        return self

    def _prepare_spare(self) -> None:
        return


class _ResumedListener:
    """Hands on what one helper after another says of the same text, each sample and each word once."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._samples = self._words = 0  # handed on
        self._said_samples = self._said_words = 0  # said by the present helper

    def begin(self) -> None:
        """Another helper begins the text."""
        self._said_samples = self._said_words = 0

    def take(self, pcm: bytes, words: list[WordEvent]) -> bool:
        """What the present helper says next; False when the listener wants no more."""
        old_samples = min(max(self._samples - self._said_samples, 0), len(pcm) // 2)
        old_words = min(max(self._words - self._said_words, 0), len(words))
        self._said_samples += len(pcm) // 2
        self._said_words += len(words)
        pcm, words = pcm[2 * old_samples :], words[old_words:]
        if not pcm and not words:
            return True
        self._samples += len(pcm) // 2
        self._words += len(words)
        return self._listener(pcm, words)


_LOADING = threading.Lock()


@functools.cache
def _loaded() -> Library:
    data = LibraryData()
    try:
        return HelperLibrary(data)
    except OSError as error:
        log.warning("no process can be started for eSpeak NG (%s); it speaks in this one", error)
        return InProcessLibrary(data)


def library() -> Library:
    """The process's only library, started by the first call. Raises `EngineError`."""
    with _LOADING:
        return _loaded()
