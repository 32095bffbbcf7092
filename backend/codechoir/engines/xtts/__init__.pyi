from .capabilities import INSTALL_HINT as INSTALL_HINT
from .capabilities import XTTS_LANGUAGES as XTTS_LANGUAGES
from .capabilities import child_environment as child_environment
from .capabilities import find_language as find_language
from .install import Installation as Installation
from .speech.segments import cacheable_units as cacheable_units
from .xtts_engine import XttsSettings as XttsSettings
