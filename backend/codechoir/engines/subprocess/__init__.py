"""An engine in a process of its own: the host inside it, and the driver that talks to it.

    ChildEngine (client.py) ─▶ Supervisor (supervisor.py) ─▶ ChildProcess (process.py)
                                        ║ frames (frames.py) of messages (messages.py)
    any Engine ◀─ HostedReading (hosted.py) ◀─ Host (host.py), in the child

`FallbackEngine` (fallback.py) keeps a reading going with the fallback engine while the child is away.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
