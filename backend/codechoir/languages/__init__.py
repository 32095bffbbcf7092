"""What is known of each language, one folder per language; language detection; loading of grammars."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
