"""The answer to `initialize`, given while pygls is still to be loaded.

To import pygls and its types takes two thirds of a start, and nothing of it is needed to say what this server
can do: that depends on two of the client's capabilities only. So the first message is read here, and answered
if it is a plain `initialize`. Then pygls is loaded and gets the same message; the answer that it makes is not
sent. A test holds the two answers equal. Any other first message is left to pygls.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from codechoir import __version__
from codechoir.lsp.commands import AT_ONCE, IN_THE_BACKGROUND, PREFIX

_LENGTH = re.compile(rb"Content-Length: (\d+)\r\n")
_ENCODINGS = ("utf-8", "utf-16", "utf-32")
_INCREMENTAL = 2  # TextDocumentSyncKind


@dataclass(frozen=True, slots=True)
class Greeting:
    """An `initialize` that was answered.

    `id`: its number. `answer`: the whole response. `essence`: the request with what was understood of it.
    """

    id: int | str
    answer: dict[str, Any]
    essence: dict[str, Any]


class Replayed:
    """A stream of which the beginning has been read already, with as much of a file as pygls uses."""

    def __init__(self, read: bytes, rest: BinaryIO) -> None:
        self._read = BytesIO(read)
        self._rest = rest

    def readline(self) -> bytes:
        """The next line, which lies on one side of the seam."""
        return self._read.readline() or self._rest.readline()

    def read(self, size: int) -> bytes:
        """The next `size` bytes, which lie on one side of the seam."""
        return self._read.read(size) or self._rest.read(size)


def first_message(incoming: BinaryIO) -> tuple[bytes, bytes]:
    """The first message as it came, header and all, and its body alone; less at the end of the stream."""
    raw, length = b"", 0
    while line := incoming.readline():
        raw += line
        if not length and (found := _LENGTH.fullmatch(line)):
            length = int(found.group(1))
        if length and not line.strip():
            body = incoming.read(length)
            return raw + body, body
    return raw, b""


def greeting(body: bytes) -> Greeting | None:
    """How to answer a message; None for all but an `initialize` of the usual form."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return None
    number, params = message.get("id"), message.get("params")
    if message.get("method") != "initialize" or not isinstance(params, dict):
        return None
    if not isinstance(number, int | str) or isinstance(number, bool):
        return None
    capabilities = params.get("capabilities")
    if not isinstance(capabilities, dict):
        return None
    general = capabilities.get("general") or {}
    encodings = (general.get("positionEncodings") or []) if isinstance(general, dict) else None
    if not isinstance(encodings, list):
        return None
    encoding = next((one for one in encodings if one in _ENCODINGS), "utf-16")
    answer = {"jsonrpc": "2.0", "id": number, "result": _result(encoding, capabilities)}
    essence = {"general": {"positionEncodings": [encoding]}}
    options = params.get("initializationOptions")
    told = {"processId": None, "rootUri": None, "capabilities": essence, "initializationOptions": options}
    return Greeting(number, answer, {**message, "params": told})


def _result(encoding: str, client: dict[str, Any]) -> dict[str, Any]:
    commands = [PREFIX + name for name in (*AT_ONCE, *IN_THE_BACKGROUND)]
    capabilities = {
        "positionEncoding": encoding,
        "textDocumentSync": {"openClose": True, "change": _INCREMENTAL, "save": False},
        "executeCommandProvider": {"commands": commands},
        "workspace": {
            "workspaceFolders": {"supported": True, "changeNotifications": True},
            "fileOperations": {},
        },
    }
    if client.get("notebookDocument") is not None:
        every_cell = {"notebook": "*", "cells": [{"language": "*"}]}
        capabilities["notebookDocumentSync"] = {"notebookSelector": [every_cell]}
    return {"capabilities": capabilities, "serverInfo": {"name": "codechoir", "version": __version__}}
