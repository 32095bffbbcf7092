"""Coqui XTTS v2: one neural voice for every category.

This package imports no torch; `neural` does, and only the child process imports that.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
