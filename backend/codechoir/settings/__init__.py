"""Every setting, declared once; what else shows settings follows the declarations."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
