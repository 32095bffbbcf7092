from .server_process import serve as serve
from .server_process import tune_gc as tune_gc
