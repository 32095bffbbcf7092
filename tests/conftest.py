"""What holds for all tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("codechoir", deadline=None)
"""No test fails because the machine is busy."""

settings.load_profile("codechoir")

ENGINE_VARIABLE = "CODECHOIR_ENGINE"


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """A shell that runs the tests in the background has them, and what they start, ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def nothing_installed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Voices that the user of this machine has installed, or that were slow here, play no part."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session", autouse=True)
def espeak_unless_told() -> Iterator[None]:
    """Command line and language server read with eSpeak NG, whose voices most tests expect by name.

    A test of the default engine removes the variable with the fixture `engine_left_to_us`.
    """
    before = os.environ.get(ENGINE_VARIABLE)
    os.environ[ENGINE_VARIABLE] = "espeak"
    yield
    if before is None:
        del os.environ[ENGINE_VARIABLE]
    else:
        os.environ[ENGINE_VARIABLE] = before


@pytest.fixture
def engine_left_to_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is the default one, also in processes that the test starts."""
    monkeypatch.delenv(ENGINE_VARIABLE)
