"""The program of a helper process, in which Pygments lexes: started as `python -I -S lexer_main.py`.

The regular expressions of several hundred lexers are not bounded: a line of a hostile text may keep one busy
for hours, and with it every thread of the process. So lexers run here, where their work is limited. The
program imports nothing of Codechoir. It ends when standard input
does, or when nothing was asked for a while.

Standard input and output: frames, each a `SIZE` and so many bytes written by `marshal`. The first frame has
the path that modules are found on, and the seconds to wait for work. Each later one is a request `(number,
alias, text, skipped)`: the next tokens of the text with that number. `text` is given when the helper may not
know it, else None; `skipped` tokens at its beginning are known already. The reply is `(tokens, end)`, or None
if the text is needed. `tokens` are `(start, end, type)`, in order, with offsets in bytes; `end` is `MORE`,
`COMPLETE`, `TOO_MUCH_WORK`, or what went wrong. The request with the number `PREPARE` loads a lexer and has
no reply.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal itself imports enum, which costs 5 ms
import marshal
import os
import struct
import sys
import time

TYPE_CHECKING = False  # typing costs 4 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

SIZE = struct.Struct("<I")

MORE, COMPLETE, TOO_MUCH_WORK = "", "complete", "too much work"
"""What may be at the end of a reply's tokens: an end that is none of these is the message of an error."""

PREPARE = 0
"""The number of no text."""

CPU_SECONDS, CPU_SECONDS_PER_MEGABYTE = 0.5, 20.0
"""Processor time that a text may take, without that for compiling lexers. Code takes up to 5 s a megabyte."""

SPARE_SECONDS = 0.5
"""Processor time after which a helper ends that nothing else has stopped."""

BATCH_SECONDS = 0.02
"""Processor time after which the tokens found so far are sent."""

FIRST_BATCH, LONGEST_BATCH = 32, 8192
"""Tokens: a window at the beginning of a text must not wait for all of it."""

KEPT_TEXTS = 8
"""Texts that are lexed bit by bit at the same time."""

MEMORY_BYTES = 1 << 30
"""A lexer that is caught in a loop may fill the memory."""

_REQUESTS = 0


class OutOfTimeError(BaseException):
    """The text has used up its processor time. No `Exception`, which a lexer may catch."""


class LexedText:
    """A text that is lexed as far as somebody asks for its tokens."""

    def __init__(
        self, text: bytes, tokens: Iterable[tuple[int, Any, str]], skipped: int, now: Callable[[], float]
    ) -> None:
        """`tokens`: what the lexer yields. `skipped`: tokens not to send. `now`: the clock of the limit."""
        self._now = now
        self._decoded = text.decode("utf-8", "replace")
        self._tokens = tokens
        self._seconds = CPU_SECONDS + CPU_SECONDS_PER_MEGABYTE * len(text) / 1e6
        self._skipped = skipped
        self._batch = FIRST_BATCH
        self._at_byte = self._at_character = 0
        self._types: dict[object, str] = {}

    def next_tokens(self) -> tuple[list[tuple[int, int, str]], str]:
        """The reply to a request."""
        found: list[tuple[int, int, str]] = []
        started = self._now()
        try:
            limit_work(self._seconds)
            end = COMPLETE if self._lex(found, started) else MORE
        except OutOfTimeError:
            end = TOO_MUCH_WORK
        except Exception as error:  # noqa: BLE001 - a defect in a lexer
            end = f"{type(error).__name__}: {error}"
        finally:
            limit_work(0)
        self._seconds -= self._now() - started
        return found, end

    def _lex(self, found: list[tuple[int, int, str]], started: float) -> bool:
        """Adds tokens to `found`; whether these were the last ones."""
        for count, (index, kind, value) in enumerate(self._tokens):
            self._add(found, index, kind, value)
            if count % 16 == 15 and found and self._now() - started > BATCH_SECONDS:
                return False
            if len(found) >= self._batch:
                self._batch = min(4 * self._batch, LONGEST_BATCH)
                return False
        return True

    def _add(self, found: list[tuple[int, int, str]], index: int, kind: tuple[str, ...], value: str) -> None:
        start = self._at_byte
        if index < self._at_character:
            if not self._decoded.startswith(value, self._at_character):
                return
            index = self._at_character  # a lexer inside another one, as of fixed-form Fortran, counts anew
        elif index > self._at_character:
            start += len(self._decoded[self._at_character : index].encode())
        self._at_byte, self._at_character = start + len(value.encode()), index + len(value)
        if self._skipped:
            self._skipped -= 1
            return
        name = self._types.get(kind)
        if name is None:
            name = self._types[kind] = ".".join(kind)
        found.append((start, self._at_byte, name))


def main() -> None:
    """Answers requests until the input ends."""
    replies = _prepare()
    settings = _read(60)
    if settings is None:
        return
    sys.path[:], idle_seconds = settings
    from pygments.lexers import get_lexer_by_name

    now = _time_without_compiling()
    texts: dict[int, LexedText] = {}
    while (request := _read(idle_seconds)) is not None:
        number, alias, text, skipped = request
        if number == PREPARE:
            _prepare_lexer(get_lexer_by_name, alias)
            continue
        if text is not None:
            while len(texts) >= KEPT_TEXTS:
                del texts[next(iter(texts))]
            texts[number] = LexedText(text, _tokens_of(get_lexer_by_name, alias, text), skipped, now)
        reply = None
        if number in texts:
            reply = texts[number].next_tokens()
            if reply[1] != MORE:
                del texts[number]
        _write(replies, marshal.dumps(reply))


def _tokens_of(find_lexer: Callable[[str], Any], alias: str, text: bytes) -> Iterator[tuple[int, Any, str]]:
    """The lexer is made when its first token is asked for, since that may fail, too."""
    yield from find_lexer(alias).get_tokens_unprocessed(text.decode("utf-8", "replace"))


def _prepare_lexer(find_lexer: Callable[[str], Any], alias: str) -> None:
    """Loads and compiles a lexer. Who asks for its tokens gets to know why it fails."""
    import contextlib

    with contextlib.suppress(Exception):
        find_lexer(alias)


def _prepare() -> int:
    """Keeps standard output for replies: what a lexer prints must not get between them."""
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)  # Ctrl-C in a terminal is for the parent
    replies = os.dup(1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(_REQUESTS, os.O_BINARY)
        msvcrt.setmode(replies, os.O_BINARY)
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the source
        if resource.getrlimit(resource.RLIMIT_DATA)[1] == resource.RLIM_INFINITY:
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        _signal.signal(_signal.SIGVTALRM, _out_of_time)
    return replies


def _out_of_time(*_: object) -> None:
    raise OutOfTimeError


def limit_work(seconds: float) -> float:
    """From now on, this process may compute for so long; 0: for ever. Returns what was left of the limit.

    A signal interrupts also an expression. Windows has none: the process ends, by the clock on the wall.
    """
    if sys.platform == "win32":
        import faulthandler

        if seconds != 0:
            wait = max(seconds, 0) + SPARE_SECONDS
            faulthandler.dump_traceback_later(wait, exit=True, file=_REQUESTS + 1)
        else:
            faulthandler.cancel_dump_traceback_later()
        return SPARE_SECONDS
    _signal.setitimer(_signal.ITIMER_PROF, max(seconds, 0) + SPARE_SECONDS if seconds else 0)
    left: float = _signal.setitimer(_signal.ITIMER_VIRTUAL, max(seconds, 1e-6) if seconds else 0)[0]
    return left


def _time_without_compiling() -> Callable[[], float]:
    """Processor time, except for compiling: a lexer does that when it is first used, also inside a text."""
    from pygments.lexer import RegexLexerMeta

    compiled = RegexLexerMeta.process_tokendef
    compiling = 0.0

    def process_tokendef(lexer: Any, name: str, tokendefs: Any = None) -> Any:
        nonlocal compiling
        started, left = time.process_time(), limit_work(0)
        try:
            return compiled(lexer, name, tokendefs)
        finally:
            compiling += time.process_time() - started
            limit_work(left)

    RegexLexerMeta.process_tokendef = process_tokendef
    return lambda: time.process_time() - compiling


def _read(seconds: float) -> Any:
    """The next frame; None when there is no more, or none for so long (not on Windows)."""
    if sys.platform != "win32":
        import select

        if not select.select([_REQUESTS], [], [], seconds)[0]:
            return None
    head = _take(SIZE.size)
    content = None if head is None else _take(SIZE.unpack(head)[0])
    return None if content is None else marshal.loads(content)


def _take(size: int) -> bytes | None:
    content = bytearray()
    while len(content) < size:
        piece = os.read(_REQUESTS, min(size - len(content), 1 << 20))
        if not piece:
            return None
        content += piece
    return bytes(content)


def _write(file: int, content: bytes) -> None:
    frame = memoryview(SIZE.pack(len(content)) + content)
    try:
        while frame:
            frame = frame[os.write(file, frame) :]
    except OSError:
        os._exit(0)  # the parent has gone


if __name__ == "__main__":
    main()
