"""The program of a helper process, in which eSpeak NG speaks: started as `python -I -S helper_main.py`.

It imports nothing of Codechoir but `native_speech`, from its own folder, so that it starts in some 40 ms and
takes 9 MB. Arguments: the shared library, its folder of data, and `VOICES` to list the voices, `WARM` to say
a word to nobody, or `EXACT` to do that and then say each text in a copy of this process, so that no text
depends on the ones before. It ends when standard input does.

Standard input: requests, each a `REQUEST` and after it the voice's file and the text. A request ends the one
before. Standard output: replies, each a `REPLY`, then two numbers for each word, then the rest. The first
reply has the number 0 and holds what the arguments ask for, or an error as text.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal itself imports enum, which costs 5 ms
import os
import struct
import sys

REQUEST = struct.Struct("<IiiiiII")
"""Number from 1, rate, volume, pitch, range, bytes of the voice's file, bytes of the text."""

REPLY = struct.Struct("<Iiii")
"""Number of the request, kind, words (`SOUND`) or status (all others), bytes of the rest."""

WORD = struct.Struct("<ii")
"""Position in characters of the text, and sample."""

SOUND, DONE, READY, FAILED = range(4)
"""Kinds of reply. `READY`: the status is the sample rate. `FAILED`: the rest is a message."""

VOICES, WARM, EXACT = "voices", "warm", "exact"
"""What the last argument asks for."""

CPU_SECONDS = 1.0
"""Processor time that a text may take, which is a hundred times what it needs. A helper that is caught in a
loop ends itself, also when nobody is there any more to end it."""

_REQUESTS = 0


def main() -> None:
    """Answers requests until the input ends."""
    replies = _prepare()
    try:
        speech, content = _load(*sys.argv[1:4])
    except Exception as error:  # noqa: BLE001 - said to the parent, whatever it is
        _reply(replies, 0, FAILED, 0, str(error).encode())
        return
    _reply(replies, 0, READY, speech.sample_rate, content)
    while (head := _read(REQUEST.size)) is not None:
        number, rate, volume, pitch, range_, file_size, text_size = REQUEST.unpack(head)
        file, text = _read(file_size), _read(text_size)
        if file is None or text is None:
            return

        def send(pcm: bytes, words: list[tuple[int, int]], number: int = number) -> bool:
            rest = b"".join([WORD.pack(*word) for word in words]) + pcm
            _reply(replies, number, SOUND, len(words), rest)
            return not _has_request()

        copy = os.fork() if sys.argv[3] == EXACT else 0
        if copy:
            _follow(copy)
            continue
        _limit(CPU_SECONDS)
        status = speech.say(text, file, (rate, volume, pitch, range_), send)
        _limit(0)
        _reply(replies, number, DONE, status)
        if sys.argv[3] == EXACT:
            os._exit(0)


def _prepare() -> int:
    """Keeps standard output for replies: what the library prints must not get between them."""
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

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold words of the source
    return replies


def _load(path: str, data: str, task: str):  # type: ignore[no-untyped-def]  # typing costs 4 ms
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib costs 8 ms
    from native_speech import NativeSpeech  # type: ignore[import-not-found]

    sys.path.pop(0)
    speech = NativeSpeech(path, os.fsencode(data))
    if task == VOICES:
        lists = [speech.voices(), speech.voices(variants=True)]
        return speech, "\0".join("\n".join("\t".join(voice) for voice in voices) for voices in lists).encode()
    speech.say(b"ready", b"gmw/en-US", (175, 100, 50, 50), lambda pcm, words: True)
    return speech, b""


def _reply(file: int, number: int, kind: int, value: int, rest: bytes = b"") -> None:
    size = len(rest) - WORD.size * value if kind == SOUND else len(rest)
    frame = REPLY.pack(number, kind, value, size) + rest
    try:
        while frame:
            frame = frame[os.write(file, frame) :]
    except OSError:
        os._exit(0)  # the parent has gone


def _read(size: int) -> bytes | None:
    content = b""
    while len(content) < size:
        piece = os.read(_REQUESTS, size - len(content))
        if not piece:
            return None
        content += piece
    return content


def _follow(copy: int) -> None:
    """Waits until a copy of this process has said its text; ends as it did if that was a fault."""
    _, status = os.waitpid(copy, 0)
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    if status:
        os._exit(1)


def _limit(seconds: float) -> None:
    if sys.platform != "win32":
        _signal.setitimer(_signal.ITIMER_VIRTUAL, seconds)


def _has_request() -> bool:
    """Whether there is a request, or nobody any more to make one."""
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        waiting = ctypes.c_ulong()
        pipe = ctypes.c_void_p(msvcrt.get_osfhandle(_REQUESTS))
        peek = ctypes.windll.kernel32.PeekNamedPipe
        return not peek(pipe, None, 0, None, ctypes.byref(waiting), None) or waiting.value > 0
    import select

    return bool(select.select([_REQUESTS], [], [], 0)[0])


if __name__ == "__main__":
    main()
