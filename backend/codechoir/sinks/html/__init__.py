"""A reading as one web page: the code, the sound, and the word that sounds marked in sync."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
