"""A reading in progress: flow control, position, pause and skip, and the fallback engine."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
