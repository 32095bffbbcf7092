"""What to start as a child, and how patient to be with it."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import codechoir

BOOT = "import sys; sys.path += sys.argv[1:]; from codechoir.engines.child.host import main; main()"
"""Our own folders go to the end of the path, so that the packages of a foreign interpreter come first."""


def our_folders() -> list[str]:
    """Where another interpreter finds Codechoir and the packages that it needs."""
    return [str(Path(codechoir.__file__).resolve().parent.parent), sysconfig.get_path("platlib")]


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """An engine to host.

    `engine`: `module:attribute` of its class. `options`: what it is made with (device, precision, folder);
    JSON values. `interpreter`: path of a Python with the engine's packages, None for this one.
    `environment`: variables added to ours. Times are seconds: `beat` between two signs of life, `lost` after
    the last one the child is given up, `idle` without a reading it is let go and its memory returned (None:
    never), `start` for the engine to be made.
    """

    engine: str
    options: Mapping[str, Any] = field(default_factory=dict)
    interpreter: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    beat: float = 1.0
    lost: float = 20.0
    idle: float | None = 600.0
    start: float = 180.0

    def command(self) -> list[str]:
        """The command line. `-P` keeps the working folder, which may be a stranger's, off the path."""
        return [str(self.interpreter or sys.executable), "-P", "-c", BOOT, *our_folders()]

    def variables(self) -> dict[str, str]:
        """The child's environment."""
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.environment}


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait before a child that died is started again: longer each time, and never for ever.

    `first`, `most`: seconds. `calm`: a child that lived this long is forgiven its past. `tries`: after so
    many deaths in a row it is started again only when somebody asks.
    """

    first: float = 0.5
    factor: float = 3.0
    most: float = 60.0
    calm: float = 120.0
    tries: int = 8

    def delay(self, deaths: int) -> float:
        """Seconds to wait after so many deaths in a row."""
        return min(self.most, self.first * self.factor ** max(0, min(deaths, 64) - 1))
