"""Spans to utterances: how is it said? Pure; see docs/architecture/wording.md."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
