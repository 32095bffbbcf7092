"""From spans to words: how each token is said. Pure; docs/architecture/wording.md has the overview."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
