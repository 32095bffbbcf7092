"""Weights that Codechoir does not contain: consent, and the download of a file, resumed after a break.

Any source may offer the same file: its hash decides whether it is the published one.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import shutil
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from codechoir.engines.base import DownloadProgress
from codechoir.errors import CodechoirError, InputError
from codechoir.storage import read_json, write_atomically

log = logging.getLogger(__name__)

SPARE_BYTES = 256 * 1024 * 1024
"""How much stays free on the disk."""


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file to install: `size` in bytes, `sha256` of its content in hexadecimal."""

    name: str
    size: int
    sha256: str


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


def ignore_progress(name: str, received: int, size: int) -> None:
    """A `DownloadProgress` that shows nothing."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The user's consent to `licence`, recorded in the file `record`. `answers`: words that give it."""

    record: Path
    licence: str
    answers: Collection[str]

    def is_recorded(self) -> bool:
        """Whether the user has given it before."""
        try:
            written = read_json(self.record)
        except (OSError, ValueError):
            return False
        return (
            isinstance(written, dict)
            and written.get("licence") == self.licence
            and written.get("agreed") is True
        )

    def give(self, words: str) -> None:
        """Records it with its date. Raises `InputError` when the words do not say so."""
        if words.strip().rstrip(".!").casefold() not in map(str.casefold, self.answers):
            wanted = next(iter(self.answers))
            raise InputError(f"licence not accepted, nothing downloaded; to accept, answer: {wanted}")
        written = {
            "licence": self.licence,
            "agreed": True,
            "words": words.strip(),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        try:
            self.record.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.record, json.dumps(written, indent=1).encode())
        except OSError as error:
            raise InputError(
                f"your consent cannot be stored in {self.record}: {error.strerror}; make the folder writable"
            ) from error


def check_space(folder: Path, needed: int, remedy: str) -> None:
    """Raises `CodechoirError` when the disk of `folder` is too small for `needed` more bytes.

    What is there of unfinished downloads counts as done.
    """
    needed -= sum(part.stat().st_size for part in folder.glob(f"*{PARTIAL}"))
    free = shutil.disk_usage(folder).free
    if needed > 0 and free < needed + SPARE_BYTES:
        raise CodechoirError(
            f"the disk of {folder} has {free / 1e9:.1f} GB free, the weights need {needed / 1e9:.1f} GB; "
            f"{remedy}"
        )


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
