"""pygls' protocol with this server's rules: every request is answered, every error is one line.

Three public methods of pygls are overridden; private members are neither overridden nor used:

- `get_message_type`: a class for the acknowledgement of playback, which arrives many times a second. pygls
  would create a new class for each one.
- `structure_message`: a message that does not have the form that LSP gives it is logged or answered. pygls
  drops it, and an editor that waits for the answer to a request hangs.
- `handle_message`: a request before `initialize` or after `shutdown` is answered with an error.

Handlers are registered in `language_server`, wrapped in `request_handler` or `notification_handler`.
`tests/lsp/test_pygls.py` fails if a release of pygls changes what this relies on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import attrs
from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, default_converter

from codechoir.cancellation import CancelledError
from codechoir.errors import CodechoirError, InputError
from codechoir.stdio import MessageWriter

log = logging.getLogger(__name__)

REQUEST_FAILED = -32803
"""LSP's error code for a valid request that cannot be carried out."""

SERVER_CANCELLED = -32802
"""LSP's error code for a request that the server has ended; pygls answers one that the client has ended."""

ENCODINGS = tuple(kind.value for kind in types.PositionEncodingKind)
ACK = "codechoir/ack"


@attrs.define
class Ack:
    """The notification `codechoir/ack`: the client has played so many samples of a session."""

    params: dict[str, Any]
    method: str = ACK
    jsonrpc: str = "2.0"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message with parameters that LSP does not allow. `id` is None unless it is a request."""

    id: int | str | None
    reason: str


class Protocol(LanguageServerProtocol):
    """Handles incoming messages in the thread that reads them; answers may be sent from any thread.

    `phase`, `output` and `on_cancel` are set by the server that owns the protocol; `on_cancel` is called with
    the id of a request that the client has cancelled.
    """

    phase: Literal["starting", "running", "shutting down"] = "starting"
    output: MessageWriter
    on_cancel: Callable[[int | str], None]

    def get_message_type(self, method: str) -> type[Any] | None:  # type: ignore[override]
        """Returns the class of a message, None for a method that is not known."""
        return Ack if method == ACK else super().get_message_type(method)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Returns a typed message, or `Malformed`. Called for every JSON object, inner ones first."""
        if "jsonrpc" not in data:
            return data
        _give_versions(data)
        for candidate in (data, _with_essential_capabilities(data)):
            if candidate is not None:
                with suppress(JsonRpcException):
                    return super().structure_message(candidate)
        number = data.get("id")
        return Malformed(
            number if isinstance(number, int | str) and "method" in data else None,
            f"the parameters of '{data.get('method')}' do not have the form that LSP defines",
        )

    def handle_message(self, message: Any) -> None:
        """Handles one message; refuses a request that comes too early or too late."""
        if isinstance(message, Malformed):
            if message.id is None:
                log.warning("message ignored: %s", message.reason)
            else:
                self._refuse(message.id, JsonRpcInvalidParams(message.reason))
        elif not hasattr(message, "jsonrpc"):
            log.warning("message ignored: it is not JSON-RPC")
        elif refusal := self._wrong_phase(message):
            self._refuse(message.id, refusal)
        else:
            if isinstance(message, types.CancelNotification):
                self.on_cancel(message.params.id)
            super().handle_message(message)

    def _wrong_phase(self, message: Any) -> JsonRpcException | None:
        """The error for a request that comes before `initialize` or after `shutdown`; None for the rest."""
        if not hasattr(message, "id") or not hasattr(message, "method"):
            return None
        if self.phase == "shutting down":
            return JsonRpcInvalidRequest("the server is shutting down")
        if self.phase == "running" and message.method == types.INITIALIZE:
            return JsonRpcInvalidRequest("the server is initialized already; 'initialize' may be sent once")
        if self.phase == "starting" and message.method != types.INITIALIZE:
            return JsonRpcServerNotInitialized("the first request must be 'initialize'")
        return None

    def _refuse(self, number: int | str, error: JsonRpcException) -> None:
        """Answers a request with an error, without pygls, which ignores messages after `shutdown`."""
        answer = {
            "jsonrpc": "2.0",
            "id": number,
            "error": {"code": error.code, "message": one_line(error.message)},
        }
        self.output.send(json.dumps(answer).encode())


def message_converter() -> Converter:
    """pygls' converter, which stops at the first mistake: collecting all in a long message takes seconds."""
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]
    converter.detailed_validation = False
    return converter


def _give_versions(data: dict[str, Any]) -> None:
    """Gives a document without a version number one: it is not used here, and the text must not be lost."""
    params = data.get("params")
    document = params.get("textDocument") if isinstance(params, dict) else None
    if isinstance(document, dict) and data.get("method") in _VERSIONED and document.get("version") is None:
        document["version"] = 0


_VERSIONED = (types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE)


def _with_essential_capabilities(data: dict[str, Any]) -> dict[str, Any] | None:
    """An `initialize` request with only the capabilities that this server cannot do without.

    One capability of a wrong form must not keep an editor from reading. None for any other message.
    """
    params = data.get("params")
    if data.get("method") != types.INITIALIZE or not isinstance(params, dict):
        return None
    capabilities = params.get("capabilities")
    if not isinstance(capabilities, dict):
        return None
    general = capabilities.get("general")
    encodings = general.get("positionEncodings") if isinstance(general, dict) else None
    known = [one for one in encodings if one in ENCODINGS] if isinstance(encodings, list) else []
    return {
        **data,
        "params": {
            "processId": None,
            "rootUri": None,
            "capabilities": {"general": {"positionEncodings": known}},
            "initializationOptions": params.get("initializationOptions"),
        },
    }


def request_handler(work: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps the handler of a request: any failure becomes an LSP error with a message of one line.

    A result that is not JSON is a failure too: pygls would log it and never answer.
    """

    def handle(*arguments: Any) -> Any:
        try:
            result = work(*arguments)
            json.dumps(result)
        except CancelledError as error:
            if not error.is_replaced:  # pygls has not noted it yet, or has answered already
                raise JsonRpcRequestCancelled() from error
            raise JsonRpcException("a newer request has replaced this one", SERVER_CANCELLED) from error
        except InputError as error:
            raise JsonRpcInvalidParams(one_line(error)) from error
        except CodechoirError as error:
            raise JsonRpcException(one_line(error), REQUEST_FAILED) from error
        except Exception as error:
            log.exception("a request failed")
            what = one_line(f"{type(error).__name__}: {error}")
            line = f"unexpected error: {what}; this is a bug in Codechoir; please report it"
            raise JsonRpcInternalError(line) from error
        return result

    return handle


def notification_handler(work: Callable[..., None]) -> Callable[..., None]:
    """Wraps the handler of a notification or a background job, which has no answer: failures are logged."""

    def handle(*arguments: Any) -> None:
        try:
            work(*arguments)
        except CodechoirError as error:
            log.warning("%s", one_line(error))
        except Exception:
            log.exception("unexpected error; this is a bug in Codechoir; please report it")

    return handle


def one_line(message: object) -> str:
    """Returns the text of a message or an error without line breaks."""
    return " ".join(str(message).split())
