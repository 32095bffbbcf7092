"""The language server: pygls, wired to settings, documents and readings."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.io_ import run
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from codechoir import __version__
from codechoir.errors import InputError
from codechoir.lsp.commands import register
from codechoir.lsp.configuration import SECTION, AudioMode, audio_mode, configuration, open_folder, section
from codechoir.lsp.entry import when_gone
from codechoir.lsp.greeting import Greeting, Replayed
from codechoir.lsp.protocol import ACK, Protocol
from codechoir.settings import Settings
from codechoir.stdio import MessageWriter

if TYPE_CHECKING:
    from codechoir.lsp.commands import CommandHandlers

log = logging.getLogger(__name__)

CLOSING_SECONDS = 1.0
"""How long the end may take; the sound ends first."""

BY_COMMAND = ("rate", "mute", "solo", "only")
"""Settings that commands change, too."""

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook="*", cells=[types.NotebookCellLanguage(language="*")]
        )
    ]
)


class Server(LanguageServer):
    """One editor's server.

    Messages are handled, in order, by the thread that reads them, and nothing it does may take long, since
    Stop comes the same way: sound is made by the reader's thread, slow commands are computed by the pool's.
    """

    protocol: Protocol

    def __init__(
        self, output: MessageWriter, on_orphaned: Callable[[], None], greeted: Greeting | None = None
    ) -> None:
        """`on_orphaned`: called, in a thread of its own, when the editor's process is gone.

        `greeted`: the `initialize` that comes first and is answered already.
        """
        super().__init__(
            "codechoir",
            __version__,
            notebook_document_sync=NOTEBOOKS,
            protocol_cls=Protocol,
            converter_factory=default_converter,
            max_workers=2,
        )
        self.protocol.greeted = greeted
        self._output = output
        self._on_orphaned = on_orphaned
        self._audio: AudioMode = "server"
        self._configured = Settings()
        self._folder: Path | None = None
        self._mistakes: tuple[str, ...] = ()
        self._asks_for_settings = False
        self.warnings: deque[str] = deque(maxlen=20)
        self._workshop: CommandHandlers | None = None
        register(self)
        handlers: Mapping[str, Callable[[Any], None]] = {
            types.INITIALIZE: self._initialize,
            types.INITIALIZED: self._initialized,
            types.SHUTDOWN: self._shut_down,
            types.WORKSPACE_DID_CHANGE_CONFIGURATION: self._configuration_changed,
            ACK: self._acknowledged,
        }
        for method, handler in handlers.items():
            self.feature(method)(partial(handler))  # a bound method cannot be given pygls' attributes

    @property
    def workshop(self) -> CommandHandlers:
        """What knows about code and sound; made on first need, which is after `initialize` was answered."""
        if self._workshop is None:
            from codechoir.lsp.commands import CommandHandlers

            self._workshop = CommandHandlers(
                self._audio,
                types.PositionEncodingKind(self.workspace.position_encoding).value,
                self._configured,
                self._output.send,
                self._tell_state,
                self._warn,
                self.warnings,
                self._in_background,
            )
        return self._workshop

    def serve(self, incoming: Replayed) -> int:
        """Handle messages until the editor says `exit` or closes the stream; returns the exit status.

        With pygls' own loop, the one without a hop between threads for each line of a header, which takes a
        third of a millisecond off the way to the first sound.
        """
        self.protocol.set_writer(self._output)
        try:
            run(
                stop_event=Event(),
                reader=incoming,
                protocol=self.protocol,
                logger=log,
                error_handler=self.report_server_error,
            )
            status = 1  # the editor went away without a word
        except SystemExit as end:
            status = int(end.code or 0)
        self.close()
        return status

    def close(self) -> None:
        """Fall silent for good; may be called from any thread, more than once.

        Waits no longer than a moment: an editor that hangs does not take its messages, and a thread that
        sends one to it would be waited for in vain.
        """
        if self._workshop is not None:
            closing = Thread(target=self._workshop.close, name="codechoir-closing", daemon=True)
            closing.start()
            closing.join(CLOSING_SECONDS)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Into the log: a listener who is spoken to needs no pop-ups."""
        log.warning("%s", " ".join(str(error).split()))

    # ---- the life of a connection --------------------------------------------------------------------

    def _initialize(self, params: types.InitializeParams) -> None:
        options = params.initialization_options
        options = options if isinstance(options, dict) else {}
        try:
            self._audio = audio_mode(options)
        except InputError as error:
            self._warn(str(error))
        self._folder = open_folder(params)
        given = {key: value for key, value in options.items() if key != "audio"}
        self._asks_for_settings = not given
        self._configured = self._understood(section(given))
        if params.process_id is not None:
            when_gone(params.process_id, self._on_orphaned)

    def _initialized(self, params: types.InitializedParams) -> None:
        self.workshop.warm_up()
        if self._asks_for_settings:
            self._ask_for_settings()

    def _shut_down(self, params: None) -> None:
        self.workshop.run("stop", {})

    def _acknowledged(self, params: dict[str, Any]) -> None:
        session, samples = params.get("session"), params.get("playedSamples")
        if not isinstance(session, int) or not isinstance(samples, int):
            raise InputError("codechoir/ack has to carry two whole numbers, session and playedSamples")
        self.workshop.heard(session, samples)

    def _tell_state(self, session: int, state: str, message: str) -> None:
        said = {"message": message} if message else {}
        self.protocol.notify("codechoir/state", {"session": session, "state": state, **said})

    # ---- settings ------------------------------------------------------------------------------------

    def _configuration_changed(self, params: types.DidChangeConfigurationParams) -> None:
        """Editors either push the settings or say that they have changed, to be asked for them."""
        given = section(params.settings)
        if given:
            self._apply(given)
        else:
            self._ask_for_settings()

    def _ask_for_settings(self) -> None:
        workspace = self.client_capabilities.workspace
        if workspace is None or not workspace.configuration:
            return
        params = types.ConfigurationParams(items=[types.ConfigurationItem(section=SECTION)])
        self.workspace_configuration(params).add_done_callback(self._settings_came)

    def _settings_came(self, answer: Future[Any]) -> None:
        if answer.exception() is None and answer.result() and isinstance(answer.result()[0], dict):
            self._apply(answer.result()[0])

    def _apply(self, given: Any) -> None:
        """Follow the editor's settings; what was chosen by command stays until the editor's value changes."""
        before, self._configured = self._configured, self._understood(given)
        now, settings = self.workshop.ensemble.settings, self._configured
        same = [name for name in BY_COMMAND if getattr(settings, name) == getattr(before, name)]
        self.workshop.readings.configure(replace(settings, **{name: getattr(now, name) for name in same}))

    def _understood(self, given: Any) -> Settings:
        """The settings; a mistake in them is shown once, since who has just made it looks for the effect."""
        understood = configuration(given, self._folder)
        for line in understood.warnings:
            self._warn(line)
            if line not in self._mistakes:
                message = f"Codechoir: {line}"
                self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))
        self._mistakes = understood.warnings
        return understood.settings

    def _warn(self, line: str) -> None:
        """Tell the user something: in the editor's log, and in the answer of the command `status`."""
        self.warnings.append(line)
        self.window_log_message(types.LogMessageParams(type=types.MessageType.Warning, message=line))

    def _in_background(self, job: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                job()
            except Exception:
                log.exception("a job in the background failed")

        self.thread_pool.submit(guarded)
