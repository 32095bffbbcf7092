"""A folder on the web, on this machine's loopback address, with the faults that real ones have."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class WebFolder:
    """What is served, and how badly.

    `breaks`: for each answer to come, after how many bytes of it the connection is cut (None: never).
    `ranges`: whether parts can be asked for. `status`: answer with this instead. `asked`: (name, first byte)
    of each request.
    """

    files: dict[str, bytes]
    breaks: list[int | None] = field(default_factory=list)
    ranges: bool = True
    status: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(folder: WebFolder) -> Iterator[WebFolder]:
    """Serve the folder at `folder.url` for a while."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            wanted = self.headers.get("Range", "bytes=0-")
            first = int(wanted.removeprefix("bytes=").rstrip("-")) if folder.ranges else 0
            folder.asked.append((name, first))
            if folder.status or name not in folder.files:
                self.send_error(folder.status or 404)
                return
            content = folder.files[name]
            self.send_response(206 if first else 200)
            if first:
                self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - first))
            self.end_headers()
            cut = folder.breaks.pop(0) if folder.breaks else None
            self.wfile.write(content[first:] if cut is None else content[first : first + cut])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    folder.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield folder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
