from .client import ChildEngine as ChildEngine
from .process import ChildSpec as ChildSpec
from .process import package_folders as package_folders
from .supervisor import BackOff as BackOff
