"""Receivers of audio chunks: sound device, audio file, HTML page, the client of the language server."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
