"""One sound server and one recorder for all tests of a module: its start takes the null sink two seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.pulse import Recorder, pulseaudio


@pytest.fixture(scope="session")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which programs find the sound server."""
    with pulseaudio(tmp_path_factory.mktemp("pulse")) as environment:
        yield environment


@pytest.fixture(scope="session")
def session_recorder(sound_server: dict[str, str]) -> Iterator[Recorder]:
    recorder = Recorder(sound_server)
    yield recorder
    recorder.stop()


@pytest.fixture
def recorder(session_recorder: Recorder) -> Recorder:
    """Records since the test began."""
    session_recorder.forget()
    return session_recorder
