"""The programs that benchmarks and tests talk to: the language server, and the peer `espeak-ng`.

`LspClient` is a minimal client. `espeak-ng` is called as a reader without a server calls it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import IO, Any

SERVER = (sys.executable, "-m", "codechoir.lsp")

Message = dict[str, Any]


class ServerGone(Exception):
    """The server closed its output."""


class LspClient:
    """A language server in a child process, used by one thread.

    `inbox`: messages that arrived while another one was waited for, oldest first.
    """

    def __init__(
        self,
        command: Sequence[str] = SERVER,
        environment: Mapping[str, str] | None = None,
        errors: IO[bytes] | int | None = None,
    ) -> None:
        """`errors`: where the server's standard error goes; ours by default."""
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment
        )
        self.inbox: list[Message] = []
        self._ids = count(1)

    def start(self, capabilities: Mapping[str, Any] | None = None, **options: Any) -> Message:
        """The handshake; `options` are the `initializationOptions`. Returns the answer to `initialize`."""
        answer = self.request("initialize", self.initialize_params(capabilities, **options))
        self.notify("initialized", {})
        return answer

    @staticmethod
    def initialize_params(capabilities: Mapping[str, Any] | None = None, **options: Any) -> Message:
        """The parameters of `initialize`."""
        return {
            "processId": None,
            "rootUri": None,
            "capabilities": capabilities or {},
            "initializationOptions": options,
        }

    def open(self, uri: str, text: str, language_id: str = "python") -> None:
        """Opens a document."""
        document = {"uri": uri, "languageId": language_id, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def command(self, name: str, **arguments: Any) -> Message:
        """Runs `codechoir.server.<name>` and waits for the whole answer, result or error."""
        return self.request(
            "workspace/executeCommand", {"command": f"codechoir.server.{name}", "arguments": [arguments]}
        )

    def result(self, name: str, **arguments: Any) -> Any:
        """Runs a command that must succeed; returns its result."""
        answer = self.command(name, **arguments)
        if "error" in answer:
            raise AssertionError(answer["error"]["message"])
        return answer["result"]

    def request(self, method: str, params: Any) -> Message:
        """Sends a request and waits for its answer."""
        return self.answer(self.ask(method, params))

    def ask(self, method: str, params: Any) -> int:
        """Sends a request; returns its number."""
        number = next(self._ids)
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def answer(self, number: int) -> Message:
        """Waits for the answer to a request."""
        return self.wait(lambda message: message.get("id") == number and "method" not in message)

    def notify(self, method: str, params: Any) -> None:
        """Sends a notification."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, message: Any) -> None:
        """Sends any JSON."""
        self.send_raw(json.dumps(message).encode())

    def send_raw(self, body: bytes) -> None:
        """Sends any body."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def wait(self, wanted: Callable[[Message], bool]) -> Message:
        """The first message that is wanted, from the inbox or a later one. Raises `ServerGone`."""
        for index, message in enumerate(self.inbox):
            if wanted(message):
                return self.inbox.pop(index)
        while not wanted(message := self.receive()):
            self.inbox.append(message)
        return message

    def wait_for(self, method: str, **params: Any) -> Message:
        """The parameters of the first notification of a method whose parameters hold all of `params`."""

        def matches(message: Message) -> bool:
            given = message.get("params") or {}
            return message.get("method") == method and all(
                given.get(key) == value for key, value in params.items()
            )

        found: Message = self.wait(matches)["params"]
        return found

    def receive(self) -> Message:
        """The next message. Raises `ServerGone` at the end."""
        assert self.process.stdout is not None
        length = 0
        while (line := self.process.stdout.readline()) != b"\r\n":
            if not line:
                raise ServerGone
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: Message = json.loads(self.process.stdout.read(length))
        return message

    def stop(self) -> int:
        """Shuts the server down as the protocol says; returns its exit status."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(10)

    def leave(self) -> None:
        """Closes the server's input without shutting it down."""
        if self.process.stdin is not None:
            self.process.stdin.close()

    def kill(self) -> None:
        """Kills the server."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


# ---- espeak-ng ---------------------------------------------------------------------------------------------

ESPEAK_PROGRAM = "espeak-ng"
ESPEAK_COMMAND = f"{ESPEAK_PROGRAM} --stdout"
_WAV_HEADER = 44
"""Bytes before the first sample; bytes 24 to 28 are the sample rate."""


def espeak_is_installed() -> bool:
    """Whether the program is on the path; without it the functions below return None."""
    return shutil.which(ESPEAK_PROGRAM) is not None


def espeak_first_audio(texts: Iterable[str]) -> list[float] | None:
    """Milliseconds from the call to the first samples, for each text."""
    return [_first_audio(text) for text in texts] if espeak_is_installed() else None


def espeak_time_to_kill(texts: Iterable[str]) -> list[float] | None:
    """Milliseconds that it takes to end the program while it speaks, for each text."""
    return [_kill(text) for text in texts] if espeak_is_installed() else None


def espeak_listening_times(argument_lists: Iterable[Sequence[str]]) -> list[float] | None:
    """Seconds of audio that the program writes, for each list of arguments."""
    if not espeak_is_installed():
        return None
    seconds = []
    for arguments in argument_lists:
        command = [ESPEAK_PROGRAM, "--stdout", *arguments]
        wav = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        sample_rate = int.from_bytes(wav[24:28], "little")
        seconds.append((len(wav) - _WAV_HEADER) / 2 / sample_rate)
    return seconds


def _start(text: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([ESPEAK_PROGRAM, "--stdout", "--", text], stdout=subprocess.PIPE)


def _first_audio(text: str) -> float:
    began = time.perf_counter()
    with _start(text) as process:
        assert process.stdout is not None
        process.stdout.read(_WAV_HEADER + 2)
        took = time.perf_counter() - began
        process.stdout.read()
    return took * 1000


def _kill(text: str) -> float:
    with _start(text) as process:
        assert process.stdout is not None
        process.stdout.read(_WAV_HEADER + 2)
        began = time.perf_counter()
        process.kill()
        process.wait()
        return (time.perf_counter() - began) * 1000
