"""Servers for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from codechoir.engines import Engine, make_engine
from codechoir.server import service as service_module
from codechoir.server.server_settings import ServerSettings
from codechoir.settings import Settings
from support.speech_server import GatedEngine, GatedState, RunningServer, running

StartServer = Callable[..., RunningServer]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read from, or written to, the folders of the user."""
    monkeypatch.setenv("CODECHOIR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CODECHOIR_VOICES", str(tmp_path / "voices"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def state() -> GatedState:
    """Of the gated engine, with an open gate."""
    made = GatedState()
    made.gate.set()
    return made


@pytest.fixture
def start(state: GatedState, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartServer]:
    """Starts a server, by default with the gated engine; keywords are server settings."""

    def make(name: str) -> Engine:
        return GatedEngine(state) if name == "silent" else make_engine(name)

    monkeypatch.setattr(service_module, "make_engine", make)
    with ExitStack() as stack:

        def start(engine: str = "silent", token: str = "", **settings: Any) -> RunningServer:
            server = ServerSettings(**{"port": 0, **settings})
            return stack.enter_context(running(Settings(engine=engine), server, state, token))

        yield start


@pytest.fixture
def server(start: StartServer) -> RunningServer:
    """A server with the gated engine."""
    return start()


@pytest.fixture
def speaking(start: StartServer) -> RunningServer:
    """A server with eSpeak NG."""
    return start("espeak")
