"""The phrase cache: what an engine has said before is not synthesized again.

`CachingEngine` puts a `PhraseCache` in front of an engine; `playback.prepare_engine` decides for which ones.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
