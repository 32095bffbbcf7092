from .casting import Casting as Casting
from .casting import FallbackVoices as FallbackVoices
from .casting import check_families as check_families
from .casting import full_casting as full_casting
from .casting import ignored_properties as ignored_properties
from .profile import load_profile as load_profile
from .profile import profile_folders as profile_folders
from .profile import profile_names as profile_names
