"""Files and caches: atomic files, caches in memory and on disk, locks among processes, TOML with line
numbers.

A file is complete or absent, and a damaged one is renamed to `….bad`. Processes share files without knowing
of each other. `DiskCache` is used by the phrase cache and by the voice library.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
