"""What holds for all tests."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

settings.register_profile("codechoir", deadline=None)
"""No test fails because the machine is busy."""

settings.load_profile("codechoir")


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """A shell that runs the tests in the background has them, and what they start, ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def nothing_installed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Voices that the user of this machine has installed play no part."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))
