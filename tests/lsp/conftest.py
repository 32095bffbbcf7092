"""The language server under the capability profiles of three editors: every test runs as each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from support.editor import Editor

PROFILES = ("visual_studio_code", "neovim", "emacs")


@pytest_asyncio.fixture(params=PROFILES, scope="session", loop_scope="session")
async def _server(request: pytest.FixtureRequest) -> AsyncIterator[Editor]:
    editor = await Editor.start(request.param, audio="client", engine="silent")
    yield editor
    await editor.leave()


@pytest_asyncio.fixture(loop_scope="session")
async def editor(_server: Editor) -> AsyncIterator[Editor]:
    """An editor whose settings are the defaults, with the silent engine, and in which nothing is read."""
    _server.configure(engine="silent", rate=200)  # a rate by command stays until this one changes
    _server.configure(engine="silent")
    await _server.run("stop")
    await _server.run("unmute")
    yield _server
