"""From text to spans: documents under edits, syntax trees, tokens, embedded languages, symbols, positions."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
