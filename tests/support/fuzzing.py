"""How long a fuzzer runs, and with which random numbers.

`FUZZ_SECONDS` bounds a run and makes each run different; without it a few seconds of the same cases are run.
`FUZZ_SEED` repeats a run; `FUZZ_CASES` bounds it by a number of cases instead.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

SECONDS = float(os.environ.get("FUZZ_SECONDS", "3"))
SEED = int(os.environ.get("FUZZ_SEED", "0")) or (time.time_ns() if "FUZZ_SECONDS" in os.environ else 1)


def cases(in_ci: int) -> Iterator[int]:
    """The numbers of cases. `in_ci`: how many there are unless the environment says otherwise."""
    if "FUZZ_CASES" in os.environ or "FUZZ_SECONDS" not in os.environ:
        yield from range(int(os.environ.get("FUZZ_CASES", str(in_ci))))
        return
    deadline = time.monotonic() + SECONDS
    number = 0
    while time.monotonic() < deadline:
        yield number
        number += 1
