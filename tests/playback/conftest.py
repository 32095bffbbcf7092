"""Children of this Python, with the tests' own engines, ended after each test."""

from __future__ import annotations

import pytest
from support.children import making_children

child = pytest.fixture(making_children, name="child")
