from .command_handlers import tune_gc as tune_gc
from .server_process import serve as serve
