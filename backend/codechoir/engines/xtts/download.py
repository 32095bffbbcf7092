"""The weights of XTTS v2 as data: which files, how large, with which content, and where they can be had.

Sizes and hashes are those that the model hub publishes for `coqui/XTTS-v2` at the revision below, in which
they have been since the release 2.0.3. Another place may offer the same files: the hashes decide.

Fetching a large file: resumed where it broke off, hashed on the way, put in its place when it is right.
"""

from __future__ import annotations

import hashlib
import http.client
import logging
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codechoir.engines import DownloadProgress
from codechoir.errors import CodechoirError

log = logging.getLogger(__name__)

REVISION = "6c2b0d75eae4b7047358e3b6bd9325f857d43f77"
SOURCES = (
    f"https://huggingface.co/coqui/XTTS-v2/resolve/{REVISION}/",
    "https://huggingface.co/tts-hub/XTTS-v2/resolve/main/",
)
"""Folders on the web, asked in this order."""

LICENCE = "Coqui Public Model License 1.0.0 (CPML)"
LICENCE_URL = "https://huggingface.co/coqui/XTTS-v2/blob/main/LICENSE.txt"
TERMS = (
    f"The weights of XTTS v2 are under the {LICENCE}: non-commercial use only, of the model and of the\n"
    f"sound that it makes. The full text: {LICENCE_URL}"
)


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file of the checkpoint: `size` in bytes, `sha256` of its content in hexadecimal."""

    name: str
    size: int
    sha256: str


FILES = (
    WeightFile("config.json", 4_368, "ef262b1454dd2a77e1461b0b2cd53e19b8a7624cc131b837d36df67356bc75e8"),
    WeightFile("vocab.json", 361_219, "928260878a59da8a72a2a5b7687fea29d5106137669d90945430fe17e415304a"),
    WeightFile(
        "speakers_xtts.pth", 7_754_818, "f0f6137c19a4eab0cbbe4c99b5babacf68b1746e50da90807708c10e645b943b"
    ),
    WeightFile(
        "model.pth", 1_867_929_118, "c7ea20001c6a0a841c77e252d8409f6a74fb423e79b3206a0771ba5989776187"
    ),
)
"""Small ones first, so that a mistake in the set-up shows at once."""

NEEDED = tuple(file.name for file in FILES)
"""What a folder must hold to be a checkpoint; fine-tuned weights carry the same names."""


BLOCK = 1024 * 1024
TIMEOUT = 30.0
PARTIAL = ".part"

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
        progress: DownloadProgress,
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
