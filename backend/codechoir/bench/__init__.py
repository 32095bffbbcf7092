"""Benchmarks: each figure beside that of a peer in the same run. They use public APIs only.

`runner` lists the benchmarks and runs them by name. A benchmark is a function that returns figures.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
