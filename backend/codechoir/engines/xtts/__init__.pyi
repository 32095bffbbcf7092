from .capabilities import INSTALL as INSTALL
from .capabilities import XTTS_LANGUAGES as XTTS_LANGUAGES
from .capabilities import language as language
from .capabilities import variables as variables
from .download import TERMS as TERMS
from .install import Installation as Installation
