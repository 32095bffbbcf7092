"""An editor with a language server, as pytest-lsp plays it, and what a listener at it hears."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.protocol import JsonRPCNotification, default_converter
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from pytest_lsp.client import register_lsp_features


def _converter() -> Converter:
    """pygls' converter, which leaves our notifications as JSON instead of making a class for each object."""
    converter = default_converter()
    converter.register_structure_hook(JsonRPCNotification, lambda message, form: form(**message))
    return converter


def _client() -> LanguageClient:
    client = LanguageClient(converter_factory=_converter)
    register_lsp_features(client)
    return client


SERVER = ClientServerConfig(server_command=[sys.executable, "-m", "codechoir.lsp"], client_factory=_client)
PATIENCE_SECONDS = 30


class Editor:
    """Opens and edits documents, runs commands, and keeps all audio and states in the order of arrival.

    What it receives is acknowledged only when the test says so with `hear`.
    """

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.audio: list[Any] = []
        self.states: list[Any] = []
        self.encoding = ""
        self.answer: types.InitializeResult | None = None
        self._received = asyncio.Event()
        self._documents = 0
        client.feature("codechoir/audio")(lambda params: self._keep(self.audio, params))
        client.feature("codechoir/state")(lambda params: self._keep(self.states, params))

    @classmethod
    async def start(cls, profile: str, **options: Any) -> Editor:
        """Start a server as the editor of a capability profile does, and shake hands."""
        editor = cls(await SERVER.start())
        answer = await editor.client.initialize_session(
            types.InitializeParams(
                capabilities=client_capabilities(profile), initialization_options=options, process_id=None
            )
        )
        editor.answer = answer
        editor.encoding = types.PositionEncodingKind(answer.capabilities.position_encoding).value
        return editor

    async def leave(self) -> None:
        """Shut the server down."""
        await self.client.shutdown_session()
        await self.client.stop()

    # ---- documents -----------------------------------------------------------------------------------

    def open(self, text: str, language: str = "python", uri: str = "") -> str:
        """Show a document; returns its URI, a new one for an untitled document where none is given."""
        self._documents += 1
        uri = uri or f"untitled:Untitled-{self._documents}"
        shown = types.TextDocumentItem(uri=uri, language_id=language, version=1, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=shown))
        return uri

    def edit(self, uri: str, *changes: types.TextDocumentContentChangeEvent) -> None:
        """Send changes."""
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(uri=uri, version=2),
                content_changes=list(changes),
            )
        )

    def close(self, uri: str) -> None:
        """Close a document."""
        identifier = types.TextDocumentIdentifier(uri=uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=identifier))

    def configure(self, **settings: Any) -> None:
        """Push settings."""
        self.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams(settings={"codechoir": settings})
        )

    # ---- commands ------------------------------------------------------------------------------------

    async def run(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Run a command; its result as a dictionary."""
        answer = await self.client.workspace_execute_command_async(
            types.ExecuteCommandParams(command=f"codechoir.server.{command}", arguments=[arguments])
        )
        return dict(answer)

    async def read(self, uri: str, unit: str, **place: Any) -> int:
        """Read, and forget what was heard before; returns the session."""
        answer = await self.run("read", uri=uri, unit=unit, **place)
        return int(answer["session"])

    def hear(self, session: int, samples: int = 10**12) -> None:
        """Acknowledge that so many samples of a session have sounded."""
        self.client.protocol.notify("codechoir/ack", {"session": session, "playedSamples": samples})

    # ---- what comes in -------------------------------------------------------------------------------

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until something that was received makes `condition` true."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self._received.clear()
                await self._received.wait()

    async def hear_all(self, session: int) -> None:
        """Wait for everything a session has to say, acknowledging all that comes, until it is finished."""
        heard = 0
        while not self.state_seen(session, "finished"):
            chunks = self.chunks(session)
            if len(chunks) > heard:
                heard = len(chunks)
                self.hear(session)
            await self.until(
                lambda known=heard: len(self.chunks(session)) > known or self.state_seen(session, "finished")
            )

    async def hear_until(self, session: int, word: str) -> None:
        """Acknowledge until `word` has begun to sound; the server is at most two seconds ahead."""
        while word not in self.words(session):
            known = len(self.chunks(session))
            if marks := self.marks(session):
                self.hear(session, marks[-1].sample)
            await self.until(lambda known=known: len(self.chunks(session)) > known)
        mark = next(mark for mark in self.marks(session) if mark.text == word)
        self.hear(session, mark.sample + 1)

    async def all_words(self, session: int) -> list[str]:
        """Hear a session to its end; returns its words."""
        await self.hear_all(session)
        return self.words(session)

    def state_seen(self, session: int, state: str) -> bool:
        """Whether a session was ever told to be in a state."""
        return any((one.session, one.state) == (session, state) for one in self.states)

    def states_of(self, session: int) -> list[str]:
        """The states of a session, in order."""
        return [one.state for one in self.states if one.session == session]

    def chunks(self, session: int) -> list[Any]:
        """The audio notifications of a session."""
        return [one for one in self.audio if one.session == session]

    def marks(self, session: int) -> list[Any]:
        """The marks of a session."""
        return [mark for chunk in self.chunks(session) for mark in chunk.marks]

    def words(self, session: int) -> list[str]:
        """The words of a session."""
        return [mark.text for mark in self.marks(session)]

    def _keep(self, kept: list[Any], params: Any) -> None:
        kept.append(_with_attributes(params))
        self._received.set()


def _with_attributes(value: Any) -> Any:
    """JSON whose objects have attributes."""
    if isinstance(value, dict):
        return SimpleNamespace(**{key: _with_attributes(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return [_with_attributes(inner) for inner in value]
    return value
