"""Children of this Python with the tests' own engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from codechoir.engines.subprocess.client import BackOff, ChildEngine
from codechoir.engines.subprocess.process import ChildSpec
from codechoir.model import Capabilities
from support.child_engines import RATE

TESTS = Path(__file__).resolve().parents[1]
MakeChild = Callable[..., ChildEngine]


def making_children() -> Iterator[MakeChild]:
    """For a fixture: makes an engine of `support.child_engines` in a child, and ends all of them at last.

    `make("CountingEngine", {}, lost_after=1)`: options of the engine, settings of the child.
    """
    made: list[ChildEngine] = []

    def make(
        engine: str, options: dict[str, Any] | None = None, back_off: BackOff | None = None, **spec: Any
    ) -> ChildEngine:
        name = engine if ":" in engine else f"support.child_engines:{engine}"
        environment = {"PYTHONPATH": str(TESTS)}
        full = ChildSpec(name, options or {}, environment=environment, **{"heartbeat": 0.1, **spec})
        made.append(ChildEngine("child", Capabilities(RATE, concurrent=True), full, back_off))
        return made[-1]

    yield make
    for engine in made:
        engine.close()
