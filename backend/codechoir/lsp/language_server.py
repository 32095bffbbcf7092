"""The language server: connects pygls to documents, commands and settings.

Slow requests, and preparations that nobody waits for, run beside the thread that reads messages. The handlers
that need parsers, word tables and engines are in `command_handlers`, which is imported after `initialize` was
answered.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Generator, Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, BinaryIO

from lsprotocol import types
from pygls.exceptions import FeatureRequestError
from pygls.io_ import run
from pygls.lsp.server import LanguageServer

from codechoir import __version__
from codechoir.cancellation import Cancellation
from codechoir.errors import InputError
from codechoir.lsp.arguments import parse_arguments
from codechoir.lsp.configuration import SECTION, AudioMode, audio_mode, configuration, open_folder, section
from codechoir.lsp.protocol import (
    ACK,
    Protocol,
    message_converter,
    notification_handler,
    one_line,
    request_handler,
)
from codechoir.settings import Settings
from codechoir.stdio import MessageWriter

if TYPE_CHECKING:
    from codechoir.engines import EarlyEngine
    from codechoir.lsp.command_handlers import CommandHandlers

log = logging.getLogger(__name__)

# ---- beside the thread that reads messages --------------------------------------------------------------

REQUEST_THREADS = 8
"""Slow requests that run at the same time. Threads are only started when they are needed."""

PREPARATION_THREADS = 2


@dataclass(frozen=True, slots=True, eq=False)
class RunningRequest:
    """A slow request. `number`: its id. `topic`: what it is about; a newer one replaces it; None: nothing."""

    number: int | str | None
    topic: Hashable | None
    cancellation: Cancellation = field(default_factory=Cancellation)


class RunningRequests:
    """The slow requests that are waiting or being worked on. May be used by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[RunningRequest] = []

    def begin(self, number: int | str | None, topic: Hashable | None) -> RunningRequest:
        """Notes a request; an older one with the same topic is cancelled."""
        request = RunningRequest(number, topic)
        with self._lock:
            for other in self._running:
                if topic is not None and other.topic == topic:
                    other.cancellation.cancel(is_replaced=True)
            self._running.append(request)
        return request

    def end(self, request: RunningRequest) -> None:
        """The request was answered."""
        with self._lock:
            if request in self._running:
                self._running.remove(request)

    def cancel(self, number: int | str) -> None:
        """The client does not wait for the request with the id `number` any more."""
        with self._lock:
            for request in self._running:
                if request.number == number:
                    request.cancellation.cancel()


class Preparations:
    """Runs jobs in the background whose result is needed later, if at all.

    Of several jobs with the same key that wait, only the newest is run: a key pressed makes the preparation
    for the one before superfluous.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(PREPARATION_THREADS, "codechoir-preparation")
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, Callable[[], None]] = {}

    def add(self, key: Hashable, job: Callable[[], None]) -> None:
        """Runs `job` soon, in another thread, instead of an earlier one with this key that has not begun."""
        with self._lock:
            is_waiting = key in self._waiting
            self._waiting[key] = job
        if not is_waiting:
            self._threads.submit(self._run, key)

    def _run(self, key: Hashable) -> None:
        with self._lock:
            job = self._waiting.pop(key)
        job()


# ---- the server ------------------------------------------------------------------------------------------

PREFIX = "codechoir.server."
"""What the names of all commands of `workspace/executeCommand` begin with."""

IMMEDIATE_COMMANDS = (
    *("read", "stop", "pause", "resume", "skip", "repeat", "where", "rate"),
    *("say", "mute", "solo", "only", "unmute"),
)
"""Commands that are run by the thread that reads messages, and therefore must be quick."""

BACKGROUND_COMMANDS = ("outline", "describe", "voices", "cache", "status")
"""Commands that are run in the thread pool: they may take a while, and Stop must not wait for them."""

SET_BY_COMMANDS = ("rate", "mute", "solo", "only")
"""Settings that commands change, too."""

CLOSE_SECONDS = 1.0
"""How long closing may take; the sound ends first."""

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook="*", cells=[types.NotebookCellLanguage(language="*")]
        )
    ]
)


class CodechoirLanguageServer(LanguageServer):
    """The server of one editor.

    The thread that reads messages also handles them, in order (decision 0005). Handlers must be quick, since
    Stop arrives the same way: audio is made in the reader's thread, slow commands run in the thread pool.
    """

    protocol: Protocol

    def __init__(self, output: MessageWriter, watch_editor: Callable[[int], None]) -> None:
        """`watch_editor` is called with the editor's process id, to end this process when that one ends."""
        super().__init__(
            "codechoir",
            __version__,
            notebook_document_sync=NOTEBOOKS,
            protocol_cls=Protocol,
            converter_factory=message_converter,
            max_workers=REQUEST_THREADS,
        )
        self.protocol.output = self._output = output
        self._watch_editor = watch_editor
        self._audio: AudioMode = "server"
        self._configured = Settings()
        self._folder: Path | None = None
        self._reported_mistakes: tuple[str, ...] = ()
        self._asks_for_settings = False
        self._warnings: deque[str] = deque(maxlen=20)
        self._handlers: CommandHandlers | None = None
        self._early_engine: EarlyEngine | None = None
        self._running = RunningRequests()
        self._preparations = Preparations()
        self.protocol.on_cancel = self._running.cancel
        self._register_lifecycle()
        self._register_documents()
        self._register_commands()

    @property
    def handlers(self) -> CommandHandlers:
        """The handlers of commands; created on first use, after `initialize` was answered."""
        if self._handlers is None:
            from codechoir.lsp.command_handlers import CommandHandlers

            self._handlers = CommandHandlers(
                self._audio,
                types.PositionEncodingKind(self.workspace.position_encoding).value,
                self._configured,
                self._output.send,
                self._send_state,
                self._warn,
                self._warnings,
                self._run_in_background,
                self._early_engine,
            )
        return self._handlers

    def serve(self, incoming: BinaryIO) -> int:
        """Handles messages until the editor sends `exit` or closes the stream; returns the exit status.

        Uses the loop of pygls without asyncio, which saves a third of a millisecond per message.
        """
        self.protocol.set_writer(self._output)
        try:
            run(Event(), incoming, self.protocol, error_handler=self.report_server_error)
            status = 1  # the stream has ended without `exit`
        except SystemExit as end:
            status = int(end.code or 0)
        except OSError as error:  # it was closed before this process began
            log.error("standard input cannot be read: %s", one_line(error))
            status = 1
        self.close()
        return status

    def close(self) -> None:
        """Stops all sound for good. May be called from any thread, more than once.

        Waits a moment at most: a thread may be blocked on sending to an editor that does not read.
        """
        if self._handlers is not None:
            closing = Thread(target=self._handlers.close, name="codechoir-closing", daemon=True)
            closing.start()
            closing.join(CLOSE_SECONDS)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Logs an error; pygls would open a message box. Errors of requests are in their answers."""
        if source is not FeatureRequestError:
            log.warning("message ignored: %s", one_line(error))

    # ---- registration --------------------------------------------------------------------------------

    def _register_lifecycle(self) -> None:
        self.feature(types.INITIALIZE)(request_handler(self._initialize))
        self.feature(types.INITIALIZED)(notification_handler(self._initialized))
        self.feature(types.SHUTDOWN)(request_handler(self._shut_down))
        self.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(
            notification_handler(self._configuration_changed)
        )
        self.feature(ACK)(notification_handler(self._acknowledged))

    def _register_documents(self) -> None:
        """Replaces pygls' own documents, which copy the whole text on each change: 10 ms at 10,000 lines."""
        handlers: Mapping[str, Callable[[Any], None]] = {
            types.TEXT_DOCUMENT_DID_OPEN: lambda params: self._open(params.text_document),
            types.TEXT_DOCUMENT_DID_CHANGE: lambda params: self._change(
                params.text_document, params.content_changes
            ),
            types.TEXT_DOCUMENT_DID_CLOSE: lambda params: self._close(params.text_document),
            types.NOTEBOOK_DOCUMENT_DID_OPEN: self._notebook_opened,
            types.NOTEBOOK_DOCUMENT_DID_CHANGE: self._notebook_changed,
            types.NOTEBOOK_DOCUMENT_DID_CLOSE: self._notebook_closed,
        }
        for method, handler in handlers.items():
            self.protocol.fm.add_builtin_feature(method, notification_handler(handler))

    def _register_commands(self) -> None:
        for name in IMMEDIATE_COMMANDS:
            self.command(PREFIX + name)(self._command_handler(name))
        for name in BACKGROUND_COMMANDS:
            self.command(PREFIX + name)(self._background_handler(name))

    def _background_handler(self, name: str) -> Callable[..., Any]:
        """Runs a command in the thread pool, until it is done or nobody waits for it any more."""

        def run(request: RunningRequest, given: Mapping[str, Any]) -> Any:
            with request.cancellation.active():
                return self.handlers.run(name, given)

        in_thread = self.thread()(request_handler(run))

        def handle(*given: Any) -> Generator[Any, Any, Any]:
            arguments = request_handler(parse_arguments)(given)
            about = arguments.get("uri")
            topic = (name, about) if isinstance(about, str) else None
            request = self._running.begin(self.protocol.msg_id, topic)
            try:
                return (yield in_thread, (request, arguments), None)
            finally:
                self._running.end(request)

        return handle

    def _command_handler(self, name: str) -> Callable[..., Any]:
        return request_handler(lambda *given: self.handlers.run(name, parse_arguments(given)))

    # ---- lifecycle -----------------------------------------------------------------------------------

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
        self._configured = self._checked_settings(section(given))
        if params.process_id is not None:
            self._watch_editor(params.process_id)
        self.protocol.phase = "running"

    def _initialized(self, params: types.InitializedParams) -> None:
        from codechoir.engines import begin_loading

        self._early_engine = begin_loading(self._configured)
        self.handlers.warm_up()
        if self._asks_for_settings:
            self._ask_for_settings()

    def _shut_down(self, params: None) -> None:
        self.protocol.phase = "shutting down"
        self.handlers.run("stop", {})

    def _acknowledged(self, params: dict[str, Any]) -> None:
        session, samples = params.get("session"), params.get("playedSamples")
        if not isinstance(session, int) or not isinstance(samples, int):
            raise InputError(f"'{ACK}' needs two whole numbers, 'session' and 'playedSamples'")
        self.handlers.acknowledge(session, samples)

    def _send_state(self, session: int, state: str, message: str) -> None:
        details = {"message": message} if message else {}
        self.protocol.notify("codechoir/state", {"session": session, "state": state, **details})

    # ---- documents -----------------------------------------------------------------------------------

    def _open(self, item: types.TextDocumentItem) -> None:
        language_id = getattr(item.language_id, "value", item.language_id)
        self.handlers.documents.open(item.uri, language_id, item.text, item.version)
        self.handlers.readings.follow_edit(item.uri)

    def _change(self, document: types.VersionedTextDocumentIdentifier, changes: Any) -> None:
        self.handlers.documents.change(document.uri, changes, document.version)
        self.handlers.readings.follow_edit(document.uri)

    def _close(self, document: types.TextDocumentIdentifier) -> None:
        self.handlers.documents.close(document.uri)

    def _notebook_opened(self, params: types.DidOpenNotebookDocumentParams) -> None:
        """Each cell of a notebook is a document."""
        for cell in params.cell_text_documents:
            self._open(cell)

    def _notebook_changed(self, params: types.DidChangeNotebookDocumentParams) -> None:
        cells = params.change.cells
        if cells is None:
            return
        if cells.structure is not None:
            for cell in cells.structure.did_open or ():
                self._open(cell)
            for closed in cells.structure.did_close or ():
                self._close(closed)
        for content in cells.text_content or ():
            self._change(content.document, content.changes)

    def _notebook_closed(self, params: types.DidCloseNotebookDocumentParams) -> None:
        for cell in params.cell_text_documents:
            self._close(cell)

    # ---- settings ------------------------------------------------------------------------------------

    def _configuration_changed(self, params: types.DidChangeConfigurationParams) -> None:
        """Editors either push the settings, or say that settings have changed and wait to be asked."""
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
        self.workspace_configuration(params).add_done_callback(self._settings_received)

    def _settings_received(self, answer: Future[Any]) -> None:
        if answer.exception() is None and answer.result() and isinstance(answer.result()[0], dict):
            self._apply(answer.result()[0])

    def _apply(self, given: Any) -> None:
        """Follows the editor's settings; a value set by a command stays until the editor's value changes."""
        before, self._configured = self._configured, self._checked_settings(given)
        in_force, settings = self.handlers.runtime.settings, self._configured
        unchanged = [name for name in SET_BY_COMMANDS if getattr(settings, name) == getattr(before, name)]
        kept = {name: getattr(in_force, name) for name in unchanged}
        self.handlers.readings.configure(replace(settings, **kept))

    def _checked_settings(self, given: Any) -> Settings:
        """The settings. A new mistake is shown in a message: who has just made it looks for its effect."""
        checked = configuration(given, self._folder)
        for line in checked.warnings:
            self._warn(line)
            if line not in self._reported_mistakes:
                message = f"Codechoir: {line}"
                self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))
        self._reported_mistakes = checked.warnings
        return checked.settings

    def _warn(self, line: str) -> None:
        """Reports a line in the editor's log, and in the result of the command `status`."""
        self._warnings.append(line)
        self.window_log_message(types.LogMessageParams(type=types.MessageType.Warning, message=line))

    def _run_in_background(self, key: Hashable, job: Callable[[], None]) -> None:
        self._preparations.add(key, notification_handler(job))
