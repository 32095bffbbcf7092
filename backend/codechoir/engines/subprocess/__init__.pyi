from .client import ChildEngine as ChildEngine
from .process import BackOff as BackOff
from .process import ChildSpec as ChildSpec
from .process import our_folders as our_folders
