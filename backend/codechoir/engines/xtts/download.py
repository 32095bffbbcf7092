"""Fetching a large file: resumed where it broke off, hashed on the way, put in its place when it is right."""

from __future__ import annotations

import hashlib
import http.client
import logging
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from codechoir.engines.xtts.weights import WeightFile
from codechoir.errors import CodechoirError

log = logging.getLogger(__name__)

BLOCK = 1024 * 1024
TIMEOUT = 30.0
PARTIAL = ".part"

Progress = Callable[[str, int, int], None]
"""Called with a file's name, the bytes of it that are here, and all its bytes. Raising ends the download."""

BROKEN = (urllib.error.URLError, ConnectionError, TimeoutError, ssl.SSLError, http.client.HTTPException)
"""What a connection that breaks raises; a full disk is not among them."""


class DownloadError(CodechoirError):
    """A file could not be fetched."""

    code = "download"


class Download:
    """One file from one folder on the web into a folder here. Raises `DownloadError`.

    `patience`: how many times in a row a connection may break without a single new byte.
    """

    def __init__(
        self,
        file: WeightFile,
        folder: Path,
        progress: Progress,
        patience: int = 5,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self.file = file
        self.target = folder / file.name
        self.partial = folder / (file.name + PARTIAL)
        self._progress = progress
        self._patience = patience
        self._pause = pause

    def run(self, source: str) -> None:
        """Fetch what is still missing from the folder `source`, an URL that ends in `/`."""
        have, digest = self._resumed()
        tries = 0
        while have < self.file.size:
            before = have
            try:
                have, digest = self._fetch(source + self.file.name, have, digest)
                problem = "the answer ended early"
            except urllib.error.HTTPError as error:
                with error:
                    raise DownloadError(f"{source} answers {error.code} for {self.file.name}") from error
            except BROKEN as error:
                have, digest = self._resumed()
                problem = str(error)
            if have < self.file.size:
                tries = tries + 1 if have <= before else 0
                self._wait(source, tries, problem)
        self._finish(source, have, digest.hexdigest())

    def _wait(self, source: str, tries: int, problem: str) -> None:
        if tries >= self._patience:
            raise DownloadError(
                f"{self.file.name} cannot be fetched from {source}: {problem}; "
                "what has arrived is kept, so run the command again later"
            )
        log.info("%s: %s, trying again", self.file.name, problem)
        self._pause(min(30.0, 0.5 * 2**tries))

    def _resumed(self) -> tuple[int, Any]:
        """Bytes that an earlier try has left, and the hash so far; too many of them are thrown away."""
        digest, have = hashlib.sha256(), 0
        try:
            with self.partial.open("rb") as file:
                while block := file.read(BLOCK):
                    digest.update(block)
                    have += len(block)
        except FileNotFoundError:
            return 0, digest
        if have > self.file.size:
            self.partial.unlink()
            return 0, hashlib.sha256()
        return have, digest

    def _fetch(self, url: str, have: int, digest: Any) -> tuple[int, Any]:
        """Append what the server sends from byte `have` on; returns what there is then, and its hash."""
        request = urllib.request.Request(url, headers={"User-Agent": "codechoir"})
        if have:
            request.add_header("Range", f"bytes={have}-")
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            resumed = have > 0 and response.status == 206 and _begins_at(response, have)
            if have and not resumed:
                have, digest = 0, hashlib.sha256()
            with self.partial.open("ab" if resumed else "wb") as out:
                while have <= self.file.size and (block := response.read(BLOCK)):
                    out.write(block)
                    digest.update(block)
                    have += len(block)
                    self._progress(self.file.name, min(have, self.file.size), self.file.size)
        return have, digest

    def _finish(self, source: str, have: int, found: str) -> None:
        if have != self.file.size or found != self.file.sha256:
            self.partial.unlink(missing_ok=True)
            raise DownloadError(
                f"{self.file.name} from {source} is not the published file (SHA-256 {found[:12]}…, "
                f"expected {self.file.sha256[:12]}…); it was deleted"
            )
        self.partial.replace(self.target)


def _begins_at(response: Any, have: int) -> bool:
    """Whether a partial answer begins where we asked it to; some proxies answer with another part."""
    return str(response.headers.get("Content-Range", "")).startswith(f"bytes {have}-")
