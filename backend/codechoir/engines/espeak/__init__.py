"""The embedded engine: eSpeak NG in this process, no download, no system package."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
