"""`initialize` is answered before pygls is loaded, as pygls would answer it."""

from __future__ import annotations

from typing import Any

import pytest
from pygls.protocol import default_converter
from pytest_lsp import client_capabilities
from support.wire import line_of, read, server, works

CLIENTS: dict[str, Any] = {
    **{
        name: default_converter().unstructure(client_capabilities(name))
        for name in ("visual_studio_code", "neovim", "emacs")
    },
    "nothing": {},
    "unknown encodings": {"general": {"positionEncodings": ["utf-7", "utf-32", "utf-8"]}},
    "notebooks": {"notebookDocument": {"synchronization": {"dynamicRegistration": True}}},
    "everything about files": {
        "workspace": {"fileOperations": {"didCreate": True, "willRename": True}, "workspaceFolders": True},
        "textDocument": {"synchronization": {"willSave": True, "willSaveWaitUntil": True, "didSave": True}},
    },
}


def without_no(value: Any) -> Any:
    """Without what is false, which says the same as nothing."""
    if isinstance(value, dict):
        return {key: without_no(one) for key, one in value.items() if one is not False}
    return value


@pytest.mark.parametrize("name", CLIENTS)
def test_the_answer_is_the_one_that_pygls_makes(name: str) -> None:
    """Only the first message is answered early."""
    with server() as early, server() as late:
        late.command("status")
        greeted, made = early.start(CLIENTS[name], audio="none"), late.start(CLIENTS[name], audio="none")
        assert without_no(greeted["result"]) == without_no(made["result"])
        assert works(early) and works(late)


def test_it_is_answered_once() -> None:
    with server() as client:
        client.start(audio="none", engine="silent")
        assert works(client)
        assert [message for message in client.inbox if "id" in message] == []


def test_a_capability_of_a_wrong_form_does_not_keep_the_server_from_working() -> None:
    """pygls refuses such a request, whose answer has been given by then: it gets what was understood."""
    with server() as client:
        client.start(
            {"general": {"positionEncodings": ["utf-8"]}, "window": 7}, audio="none", engine="silent"
        )
        status = client.result("status")
        assert (status["audio"], status["engine"]) == ("none", "silent")
        session = read(client, "one two")
        last = client.wait_for("codechoir/audio", session=session, last=True)
        assert last["session"] == session


def test_an_initialize_without_capabilities_is_an_error_and_another_one_may_follow() -> None:
    with server() as client:
        assert "do not have the form" in line_of(client.request("initialize", {"processId": None}))
        client.start(audio="none", engine="silent")
        assert works(client)
