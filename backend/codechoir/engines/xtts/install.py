"""The user's agreement to the licence of the weights. It is given in words, and never by us.

Three ways: the environment variable that coqui-tts reads too, set by the user; an answer to a prompt; an
option or a setting that says it. The last two are written down with their date, so that nobody is asked
twice.

The checkpoint on this machine: where it is, whether it is whole, and how it gets here.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from codechoir.engines import DownloadProgress, Installer
from codechoir.engines.xtts.download import (
    FILES,
    LICENCE,
    NEEDED,
    SOURCES,
    TERMS,
    Download,
    DownloadError,
    WeightFile,
)
from codechoir.errors import CodechoirError, InputError
from codechoir.settings import AnyText, FilePath, Setting, read_environment, read_variable, setting
from codechoir.storage import FileHashes, write_atomically

log = logging.getLogger(__name__)

CONSENT_VARIABLE = "COQUI_TOS_AGREED"
PHRASE = "I agree"
PHRASES = (PHRASE, "Ich stimme zu")
"""What says it, in the languages of the extension."""


def has_agreed(record: Path, environment: Mapping[str, str] | None = None) -> bool:
    """Whether the user has agreed, by the variable or in the file `record`."""
    if read_variable(CONSENT, environment) == "1":
        return True
    try:
        written = json.loads(record.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(written, dict) and written.get("licence") == LICENCE and written.get("agreed") is True


def agree(record: Path, words: str) -> None:
    """Write down that the user agreed with these words. Raises `InputError` when they do not say so."""
    if words.strip().rstrip(".!").casefold() not in map(str.casefold, PHRASES):
        raise InputError(f"the licence was not agreed to, so nothing was fetched; the words are: {PHRASE}")
    written = {
        "licence": LICENCE,
        "agreed": True,
        "words": words.strip(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(record, json.dumps(written, indent=1).encode())
    except OSError as error:
        raise InputError(f"your agreement cannot be kept in {record}: {error.strerror}") from error


def refusal() -> str:
    """What to tell a user who has not agreed, in one line."""
    terms = " ".join(TERMS.split())
    return (
        f"{terms} If you agree, run 'codechoir install xtts' and answer '{PHRASE}', "
        f"or set {CONSENT_VARIABLE}=1"
    )


CONSENT = Setting(
    AnyText(),
    "",
    en="`1`: you accept the licence of the XTTS weights (CPML). Codechoir never sets it.",
    variable=CONSENT_VARIABLE,
    default_text="unset",
)
CHECKPOINT_VARIABLE = "CODECHOIR_XTTS_CHECKPOINT"
SPARE = 256 * 1024 * 1024
"""Bytes that stay free on the disk."""


def nobody_watches(name: str, have: int, size: int) -> None:
    """Progress that nobody wants to see."""


@dataclass(frozen=True, slots=True)
class Installation(Installer):
    """The checkpoint of this user. `home`: our folder for it and for what we remember about it.

    `given`: a checkpoint's folder that the user named, which comes first. `files`, `sources`: what to fetch,
    and from where.
    """

    title = "XTTS v2"
    terms = TERMS
    agreement = PHRASE

    home: Path
    given: Path | None = setting(
        FilePath(),
        None,
        en="Folder of your own checkpoint of XTTS v2.",
        variable=CHECKPOINT_VARIABLE,
        default_text="where `codechoir install xtts` put it",
    )
    files: Sequence[WeightFile] = FILES
    sources: Sequence[str] = SOURCES

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Installation:
        """Where this user has it; `CODECHOIR_XTTS_CHECKPOINT` names a folder of the user's own."""
        import platformdirs

        home = Path(platformdirs.user_data_dir("codechoir", appauthor=False)) / "xtts"
        found = read_environment(cls, environment, home=home)
        return found if found.given else replace(found, given=_written(home / "place.json"))

    @property
    def folder(self) -> Path:
        """Where the checkpoint is, or would be."""
        return self.given or self.home / "checkpoint"

    @property
    def consent_record(self) -> Path:
        """The file in which the user's agreement is written down."""
        return self.home / "consent.json"

    def missing(self) -> list[str]:
        """Names of files that the checkpoint lacks."""
        return [name for name in NEEDED if not (self.folder / name).is_file()]

    def check(self) -> str | None:
        """None when the checkpoint is here; else one line: what is missing, and what to do."""
        missing = self.missing()
        if not missing:
            return None
        if self.given is not None and not self.given.is_dir():
            return f"there is no folder {self.given}; name the folder of the checkpoint"
        if self.given is not None:
            return f"{self.folder} is no checkpoint of XTTS v2: it lacks {', '.join(missing)}"
        size = sum(file.size for file in self.files) / 1e9
        return f"the weights of XTTS v2 are not here: run 'codechoir install xtts' ({size:.1f} GB)"

    def fingerprint(self) -> str:
        """What identifies the model: changes with its weights or its configuration. Raises `InputError`."""
        hashes = self._hashes()
        parts = [hashes.of(self.folder / name) for name in ("model.pth", "config.json")]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()

    def has_agreed(self) -> bool:
        """See `Installer`."""
        return has_agreed(self.consent_record)

    def agree(self, words: str) -> None:
        """See `Installer`."""
        agree(self.consent_record, words)

    def use(self, folder: Path) -> None:
        """Use a checkpoint that the user has. Raises `InputError` when it is not one."""
        folder = folder.expanduser().resolve()
        if problem := Installation(self.home, folder).check():
            raise InputError(problem)
        self._write("place.json", {"checkpoint": str(folder)})

    def fetch(
        self,
        progress: DownloadProgress = nobody_watches,
        environment: Mapping[str, str] | None = None,
        pause: Callable[[float], object] = time.sleep,
    ) -> Path:
        """Fetch what is missing into our own folder, and check what is there.

        Raises `InputError` before any byte moves when the user has not agreed to the licence,
        `CodechoirError` when the disk is too small or no source has the right files.
        """
        if not has_agreed(self.consent_record, environment):
            raise InputError(refusal())
        folder = self.home / "checkpoint"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            wanted = [file for file in self.files if not self._is_right(folder / file.name, file)]
            self._check_space(folder, wanted)
            for file in wanted:
                self._fetch_one(Download(file, folder, progress, pause=pause))
        except OSError as error:
            raise CodechoirError(f"the weights cannot be kept in {folder}: {error.strerror}") from error
        (self.home / "place.json").unlink(missing_ok=True)
        return folder

    def _fetch_one(self, download: Download) -> None:
        errors = []
        for source in self.sources:
            try:
                download.run(source)
            except DownloadError as error:
                errors.append(error)
            else:
                return
        raise errors[0]

    def _is_right(self, path: Path, file: WeightFile) -> bool:
        return path.is_file() and path.stat().st_size == file.size and self._hashes().of(path) == file.sha256

    def _check_space(self, folder: Path, wanted: Sequence[WeightFile]) -> None:
        needed = sum(file.size for file in wanted)
        needed -= sum(part.stat().st_size for part in folder.glob("*.part"))
        free = shutil.disk_usage(folder).free
        if needed > 0 and free < needed + SPARE:
            raise CodechoirError(
                f"the disk of {folder} has {free / 1e9:.1f} GB free, the weights need {needed / 1e9:.1f}; "
                f"free some space, or set {CHECKPOINT_VARIABLE} to a checkpoint elsewhere"
            )

    def _hashes(self) -> FileHashes:
        return FileHashes(self.home / "hashes.json")

    def remember(self, name: str, value: object) -> None:
        """Keep something that is costly to find out, as JSON in our folder; when that fails it is lost."""
        try:
            self._write(name, value)
        except CodechoirError as error:
            log.debug("%s", error)

    def _write(self, name: str, value: object) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            write_atomically(self.home / name, json.dumps(value).encode())
        except OSError as error:
            raise CodechoirError(f"{self.home / name} cannot be written: {error.strerror}") from error


def _written(place: Path) -> Path | None:
    """The folder that `Installation.use` wrote down, if any."""
    try:
        value = json.loads(place.read_bytes())
        return Path(value["checkpoint"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
