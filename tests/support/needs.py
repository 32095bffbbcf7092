"""What a test cannot do without: skipped where it is missing, a failure where everything must be there."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def needs(program: str, hint: str) -> str:
    """The path of a program on PATH. Where it is missing the test is skipped with `hint`, or fails when
    CODECHOIR_TEST_ALL=1 says that nothing may be missing (continuous integration)."""
    found = shutil.which(program)
    if found is None:
        missing(f"{program} is not installed: {hint}")
    return found


def missing(what: str) -> NoReturn:
    """Skip the test because of `what`, or fail it where nothing may be missing."""
    if os.environ.get("CODECHOIR_TEST_ALL") == "1":
        pytest.fail(what)
    pytest.skip(what)
