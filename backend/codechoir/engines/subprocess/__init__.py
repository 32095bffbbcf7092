"""Runs any engine in a child process.

In the parent, `ChildEngine` is an engine that talks to the child through a `Supervisor`, which starts,
restarts and ends a `ChildProcess`. In the child, `Host` serves the engine; a `HostedReading` is the listener
that the engine writes to. Both sides exchange messages, see `messages.py`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
