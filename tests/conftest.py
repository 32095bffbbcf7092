"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("codechoir", deadline=None)
"""No test fails because the machine is busy."""

settings.load_profile("codechoir")
