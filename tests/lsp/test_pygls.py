"""What the server relies on in pygls. If one of these fails, a release of pygls has changed it."""

from __future__ import annotations

import ast
import inspect
import json
from contextlib import suppress
from typing import Any

import codechoir.lsp.language_server
import codechoir.lsp.protocol
import pytest
from codechoir.errors import CodechoirError, InputError
from codechoir.lsp.language_server import BACKGROUND_COMMANDS, IMMEDIATE_COMMANDS, CodechoirLanguageServer
from codechoir.lsp.protocol import Protocol
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

OVERRIDDEN = {"get_message_type", "structure_message", "handle_message"}
"""Methods of pygls' protocol that ours replaces."""


class RecordingWriter:
    """Keeps messages instead of sending them."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def send(self, body: bytes) -> None:
        self.messages.append(json.loads(body))

    def write(self, message: bytes) -> None:
        self.send(message.partition(b"\r\n\r\n")[2])

    def close(self) -> None:
        pass


@pytest.fixture
def writer() -> RecordingWriter:
    return RecordingWriter()


@pytest.fixture
def server(writer: RecordingWriter) -> CodechoirLanguageServer:
    server = CodechoirLanguageServer(writer, lambda process: None)
    server.protocol.set_writer(writer)
    return server


def receive(server: CodechoirLanguageServer, **message: Any) -> None:
    text = json.dumps({"jsonrpc": "2.0", **message})
    server.protocol.handle_message(json.loads(text, object_hook=server.protocol.structure_message))


def initialize(server: CodechoirLanguageServer) -> None:
    receive(
        server, id=0, method="initialize", params={"processId": None, "capabilities": {}, "rootUri": None}
    )


def test_only_public_methods_are_overridden() -> None:
    own = {name for name in vars(Protocol) if callable(getattr(Protocol, name)) and not name.startswith("__")}
    assert own & set(dir(LanguageServerProtocol)) == OVERRIDDEN
    private = {name for name in dir(LanguageServer) if name.startswith("_") and not name.startswith("__")}
    assert not private & set(vars(CodechoirLanguageServer))


@pytest.mark.parametrize(
    ("module", "base", "own"),
    [
        (codechoir.lsp.protocol, LanguageServerProtocol, Protocol),
        (codechoir.lsp.language_server, LanguageServer, CodechoirLanguageServer),
    ],
)
def test_no_private_member_of_pygls_is_used(module: Any, base: type, own: type) -> None:
    """Attributes that begin with an underscore are our own, set or defined in the module itself."""
    tree = ast.parse(inspect.getsource(module))
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    private = [node for node in attributes if node.attr.startswith("_") and not node.attr.startswith("__")]
    ours = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    ours |= set(vars(own)) | {node.attr for node in private if isinstance(node.ctx, ast.Store)}
    assert {node.attr for node in private} <= ours
    instance = base("x", "0") if base is LanguageServer else LanguageServer("x", "0").protocol
    assert not {name for name in vars(instance) if name.startswith("_")} & ours


def test_our_documents_replace_those_of_pygls(server: CodechoirLanguageServer) -> None:
    initialize(server)
    item = {"uri": "untitled:a", "languageId": "plaintext", "version": 1, "text": "one"}
    receive(server, method="textDocument/didOpen", params={"textDocument": item})
    assert server.handlers.documents.snapshot("untitled:a").text == b"one"
    assert not server.workspace.text_documents


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (InputError("one\ntwo"), -32602, "one two"),
        (CodechoirError("no device"), -32803, "no device"),
        (
            ZeroDivisionError("x"),
            -32603,
            "ZeroDivisionError: x; this is a bug in Codechoir; please report it",
        ),
    ],
)
def test_what_a_command_raises_is_an_error_of_one_line(
    server: CodechoirLanguageServer,
    writer: RecordingWriter,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: int,
    says: str,
) -> None:
    def fail(command: str, given: object) -> None:
        raise error

    initialize(server)
    monkeypatch.setattr(server.handlers, "run", fail)
    params = {"command": "codechoir.server.stop", "arguments": [{}]}
    receive(server, id=1, method="workspace/executeCommand", params=params)
    answer = writer.messages[-1]
    assert answer["id"] == 1 and answer["error"]["code"] == code
    assert answer["error"]["message"].endswith(says) and answer["error"].get("data") is None


def test_every_command_that_is_registered_can_be_run(
    server: CodechoirLanguageServer, writer: RecordingWriter
) -> None:
    initialize(server)
    names = {f"codechoir.server.{name}" for name in (*IMMEDIATE_COMMANDS, *BACKGROUND_COMMANDS)}
    capabilities = writer.messages[-1]["result"]["capabilities"]
    assert set(capabilities["executeCommandProvider"]["commands"]) == names
    for name in (*IMMEDIATE_COMMANDS, *BACKGROUND_COMMANDS):
        with suppress(CodechoirError):  # arguments are missing, or nothing has been read yet
            server.handlers.run(name, {})
