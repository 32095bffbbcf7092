from .client import BackOff as BackOff
from .client import ChildEngine as ChildEngine
from .host import HostedEngine as HostedEngine
from .process import ChildSpec as ChildSpec
from .process import package_folders as package_folders
