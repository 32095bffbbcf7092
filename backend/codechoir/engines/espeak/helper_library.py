"""eSpeak NG in a helper process, with a second one that stands by, so that no text can end this process.

    HelperLibrary ─▶ SpeechHelper ═ requests, replies ═▶ helper_main.py ─▶ NativeSpeech

What a helper has not said when it ends is said by the one standing by, from the first sample not handed out.
A text that ended a helper itself (by a fault, or by computing without end) is not sent again to that voice.
"""

from __future__ import annotations

import atexit
import functools
import logging
import os
import threading

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
from codechoir.engines.espeak.helper_main import EXACT, VOICES, WARM
from codechoir.engines.espeak.speech_helper import HelperEndedError, SpeechHelper
from codechoir.errors import EngineError

log = logging.getLogger(__name__)

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
        """Start the first helper. Raises `EngineError` saying what is missing, `OSError` if none starts."""
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
        """Wait until a helper stands by; False after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._spare is not None, seconds)

    def close(self) -> None:
        """End the helpers; the next text starts one again."""
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
        """Start the helper that stands by, in a while, unless there is one."""
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
