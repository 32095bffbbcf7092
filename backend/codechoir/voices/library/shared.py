"""A store behind the disk that several machines share: any URL that fsspec opens (extra `shared`)."""

from __future__ import annotations

import logging
import os
from typing import Any

from codechoir.errors import CodechoirError, InputError
from codechoir.voices.library import voice_file
from codechoir.voices.library.provenance import ClonedVoice
from codechoir.voices.library.voice_file import SUFFIX, VoiceFileError

log = logging.getLogger(__name__)


class SharedStore:
    """Latents by key under a URL such as `s3://bucket/voices`, `file:///mnt/voices` or `memory://voices`.

    It is far away and not ours: whatever fails there is logged once and counts as missing. What comes from it
    passes the same checks as a file on disk. Raises `InputError` for a URL that fsspec cannot open.
    """

    def __init__(self, url: str) -> None:
        try:
            import fsspec
        except ImportError as error:
            raise CodechoirError(
                "a shared store of voices needs fsspec: pip install 'codechoir[shared]'"
            ) from error
        try:
            files, root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError, OSError) as error:
            raise InputError(f"the shared store {url} cannot be opened: {error}") from error
        self._files: Any = files
        self._root = str(root).rstrip("/")
        self._warned = False

    def load(self, key: str) -> ClonedVoice | None:
        """The latents of `key`, or None."""
        try:
            data = self._files.cat_file(self._path(key))
        except FileNotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 (back ends raise what they like)
            self._warn("read", error)
            return None
        try:
            voice = voice_file.from_bytes(data)
        except VoiceFileError as error:
            log.warning("%s in the shared store is not sound: %s", key[:12], error)
            return None
        if voice.provenance.key != key:
            log.warning("%s in the shared store holds another voice", key[:12])
            return None
        return voice

    def save(self, key: str, voice: ClonedVoice) -> bool:
        """Put latents there for the others; False when the store does not take them."""
        path = self._path(key)
        temporary = f"{path}.{os.urandom(4).hex()}.part"
        try:
            self._files.makedirs(self._root, exist_ok=True)
            self._files.pipe_file(temporary, voice_file.to_bytes(voice))
            self._files.mv(temporary, path)
        except Exception as error:  # noqa: BLE001 (back ends raise what they like)
            self._warn("written", error)
            return False
        return True

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}{SUFFIX}"

    def _warn(self, what: str, error: Exception) -> None:
        """Tell the first failure; the others would only repeat it."""
        level = logging.DEBUG if self._warned else logging.WARNING
        self._warned = True
        log.log(level, "the shared store of voices cannot be %s: %s: %s", what, type(error).__name__, error)
