"""The files of XTTS v2 as data, and the download of one: resumed after a break, verified by its hash.

Sizes and hashes are those that the model hub publishes for `coqui/XTTS-v2` at `REVISION`; the files have not
changed since release 2.0.3. Any source may offer the same files: the hashes decide.
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
"""Folders on the web, tried in this order."""

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
"""Small files first, so that a wrong configuration shows at once."""

REQUIRED_FILES = tuple(file.name for file in FILES)
"""The files of a checkpoint; those of fine-tuned weights have the same names."""

BLOCK = 1024 * 1024
"""Bytes read at once."""
TIMEOUT = 30.0
"""Seconds without a byte after which a connection counts as broken."""
PARTIAL = ".part"
"""Ending of a file that is not complete."""

CONNECTION_ERRORS = (
    urllib.error.URLError,
    ConnectionError,
    TimeoutError,
    ssl.SSLError,
    http.client.HTTPException,
)
"""What a broken connection raises, unlike a full disk."""


class DownloadError(CodechoirError):
    """A file could not be downloaded."""

    code = "download"


class Download:
    """The download of one file into a folder. Raises `DownloadError`.

    `max_failures`: how many times in a row a connection may break without a new byte. `pause`: waits so many
    seconds.
    """

    def __init__(
        self,
        file: WeightFile,
        folder: Path,
        progress: DownloadProgress,
        max_failures: int = 5,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self.file = file
        self.target = folder / file.name
        self.partial = folder / (file.name + PARTIAL)
        self._progress = progress
        self._max_failures = max_failures
        self._pause = pause

    def run(self, source: str) -> None:
        """Downloads what is still missing from the folder `source`, a URL that ends in `/`."""
        received, digest = self._resume()
        failures = 0
        while received < self.file.size:
            before = received
            try:
                received, digest = self._request(source + self.file.name, received, digest)
                problem = "the response ended early"
            except urllib.error.HTTPError as error:
                with error:
                    raise DownloadError(f"{source} answers {error.code} for {self.file.name}") from error
            except CONNECTION_ERRORS as error:
                received, digest = self._resume()
                problem = str(error)
            if received < self.file.size:
                failures = failures + 1 if received <= before else 0
                self._wait(source, failures, problem)
        self._finish(source, received, digest.hexdigest())

    def _wait(self, source: str, failures: int, problem: str) -> None:
        if failures >= self._max_failures:
            raise DownloadError(
                f"{self.file.name} cannot be downloaded from {source}: {problem}; "
                "run the command again later to continue"
            )
        log.info("%s: %s, trying again", self.file.name, problem)
        self._pause(min(30.0, 0.5 * 2**failures))

    def _resume(self) -> tuple[int, Any]:
        """Bytes of an earlier attempt, and their hash; more bytes than the file has are deleted."""
        digest, received = hashlib.sha256(), 0
        try:
            with self.partial.open("rb") as file:
                while block := file.read(BLOCK):
                    digest.update(block)
                    received += len(block)
        except FileNotFoundError:
            return 0, digest
        if received > self.file.size:
            self.partial.unlink()
            return 0, hashlib.sha256()
        return received, digest

    def _request(self, url: str, received: int, digest: Any) -> tuple[int, Any]:
        """Appends what the server sends from byte `received` on; returns how much there is then, and its
        hash."""
        request = urllib.request.Request(url, headers={"User-Agent": "codechoir"})
        if received:
            request.add_header("Range", f"bytes={received}-")
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            resumed = received > 0 and response.status == 206 and _begins_at(response, received)
            if received and not resumed:
                received, digest = 0, hashlib.sha256()
            with self.partial.open("ab" if resumed else "wb") as out:
                while received <= self.file.size and (block := response.read(BLOCK)):
                    out.write(block)
                    digest.update(block)
                    received += len(block)
                    self._progress(self.file.name, min(received, self.file.size), self.file.size)
        return received, digest

    def _finish(self, source: str, received: int, sha256: str) -> None:
        if received != self.file.size or sha256 != self.file.sha256:
            self.partial.unlink(missing_ok=True)
            raise DownloadError(
                f"{self.file.name} from {source} is not the published file (SHA-256 {sha256[:12]}…, "
                f"expected {self.file.sha256[:12]}…); it was deleted"
            )
        self.partial.replace(self.target)


def _begins_at(response: Any, first: int) -> bool:
    """Whether a partial response begins where it should; some proxies send another part."""
    return str(response.headers.get("Content-Range", "")).startswith(f"bytes {first}-")
