"""pygls' protocol with this server's manners: errors in one line, and documents that are ours.

Overridden, and why:
- documents: pygls keeps texts of its own and copies the whole of one at each change, 10 ms at 10,000 lines;
- commands: each takes one JSON object, checked by `arguments`, instead of positional arguments;
- the answer to `initialize`: `greeting` has given it already, as a rule;
- failures: a wrong argument is an answer, not a traceback in the log, and a message that cannot be
  understood is answered too, since a request without an answer hangs the editor that waits for it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import attrs
from lsprotocol import types
from pygls.exceptions import (
    FeatureRequestError,
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, lsp_method

from codechoir.errors import CodechoirError, InputError
from codechoir.lsp.arguments import parse_arguments
from codechoir.lsp.greeting import Greeting

if TYPE_CHECKING:
    from codechoir.lsp.language_server import Server

log = logging.getLogger(__name__)

REQUEST_FAILED = -32803
"""LSP's code for a request that was right and could not be done."""


ACK = "codechoir/ack"


@attrs.define
class Ack:
    """The notification `ACK`: the client has heard so many samples of a session."""

    params: dict[str, Any]
    method: str = ACK
    jsonrpc: str = "2.0"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message that has the form of no message: what to answer, and to whom."""

    id: int | str | None
    reason: str


class Protocol(LanguageServerProtocol):
    """What comes in is handled by the thread that reads; answers may leave from any thread."""

    _server: Server
    greeted: Greeting | None = None
    """The `initialize` that is answered already, until it has come."""

    # ---- messages ------------------------------------------------------------------------------------

    def get_message_type(self, method: str) -> type[Any] | None:  # type: ignore[override]
        """The form of a message; a typed acknowledgement spares making a class for each one."""
        return Ack if method == ACK else super().get_message_type(method)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A typed message, or `Malformed`. Called for every object in a message, the inner ones first."""
        if "jsonrpc" not in data:
            return data
        try:
            return super().structure_message(data)
        except JsonRpcException:
            number = data.get("id")
            return Malformed(
                number if isinstance(number, int | str) and "method" in data else None,
                f"the parameters of '{data.get('method')}' do not have the form that LSP gives them",
            )

    def handle_message(self, message: Any) -> None:
        """Handle one message, in the life that the protocol prescribes: initialize, work, shutdown, exit."""
        if isinstance(message, Malformed):
            if self.greeted is not None and message.id == self.greeted.id:
                log.warning("%s; what could be understood of them is used", message.reason)
                super().handle_message(super().structure_message(self.greeted.essence))
            elif message.id is None:
                log.warning("%s; it is ignored", message.reason)
            else:
                self._fail(message.id, JsonRpcInvalidParams(message.reason))
        elif not hasattr(message, "jsonrpc"):
            log.warning("a message that is no JSON-RPC is ignored")
        elif refusal := self._refusal(message):
            self._fail(message.id, refusal)
        else:
            super().handle_message(message)

    def _refusal(self, message: Any) -> JsonRpcException | None:
        """Why a request comes at the wrong time; None for all else."""
        if not hasattr(message, "id") or not hasattr(message, "method"):
            return None
        if self._shutdown:
            return JsonRpcInvalidRequest("the server is shutting down")
        if self._workspace is None and message.method != types.INITIALIZE:
            return JsonRpcServerNotInitialized("'initialize' has to come first")
        return None

    def _send_handler_result(self, future: Future[Any], *, msg_id: int | str) -> None:
        self._request_futures.pop(msg_id, None)
        greeted, self.greeted = self.greeted, None
        if greeted is not None and msg_id == greeted.id:
            if error := future.exception():
                log.error("the answer to 'initialize' was given before it failed", exc_info=error)
            return
        if future.cancelled():
            self._fail(msg_id, JsonRpcRequestCancelled("the request was cancelled"))
            return
        error = future.exception() or self._unsendable(future.result())
        if error is None:
            self._send_response(msg_id, result=future.result())
        elif isinstance(error, JsonRpcException):
            self._fail(msg_id, error)
        elif isinstance(error, InputError):
            self._fail(msg_id, JsonRpcInvalidParams(str(error)))
        elif isinstance(error, CodechoirError):
            self._fail(msg_id, JsonRpcException(str(error), REQUEST_FAILED))
        else:
            log.error("a request failed", exc_info=error)
            line = f"{type(error).__name__}: {error}; this is a mistake in Codechoir, please report it"
            self._fail(msg_id, JsonRpcInternalError(line))
            self._server.report_server_error(JsonRpcInternalError(line), FeatureRequestError)

    def _unsendable(self, result: Any) -> Exception | None:
        """Why a result is no JSON; pygls would log it and leave the request without an answer."""
        try:
            json.dumps(result, default=self._serialize_message)
        except (AttributeError, TypeError, ValueError) as error:
            return error
        return None

    def _fail(self, number: int | str, error: JsonRpcException) -> None:
        """Answer a request with an error in one line."""
        error.message = " ".join(error.message.split())
        self._send_response(number, error=error.to_response_error())

    # ---- commands ------------------------------------------------------------------------------------

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Generator[Any, Any, Any]:
        """Run a command with its one object of arguments."""
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise JsonRpcInvalidParams(f"unknown command '{params.command}'")
        result = yield handler, (parse_arguments(params.arguments),), None
        return result

    # ---- documents -----------------------------------------------------------------------------------

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """A document is shown."""
        self._open(params.text_document)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """A document was edited."""
        self._server.workshop.documents.change(params.text_document.uri, params.content_changes)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """A document is no longer shown."""
        self._server.workshop.documents.close(params.text_document.uri)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: types.DidOpenNotebookDocumentParams) -> None:
        """A notebook is shown: each of its cells is a document."""
        for cell in params.cell_text_documents:
            self._open(cell)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Cells came, went, or were edited."""
        cells = params.change.cells
        if cells is None:
            return
        if cells.structure is not None:
            for opened in cells.structure.did_open or ():
                self._open(opened)
            for closed in cells.structure.did_close or ():
                self._server.workshop.documents.close(closed.uri)
        for content in cells.text_content or ():
            self._server.workshop.documents.change(content.document.uri, content.changes)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(self, params: types.DidCloseNotebookDocumentParams) -> None:
        """A notebook is no longer shown."""
        for cell in params.cell_text_documents:
            self._server.workshop.documents.close(cell.uri)

    def _open(self, shown: types.TextDocumentItem) -> None:
        language_id = getattr(shown.language_id, "value", shown.language_id)
        self._server.workshop.documents.open(shown.uri, language_id, shown.text)
