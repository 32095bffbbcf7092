"""The checkpoint on this machine: where it is, whether it is complete, and its download.

Sizes and hashes are those that the model hub publishes for `coqui/XTTS-v2` at `REVISION`; the files have not
changed since release 2.0.3.

The user must accept the licence of the weights first, in words; Codechoir never does it. There are three
ways: the environment variable that coqui-tts reads too, an answer to a prompt, or an option or setting with
the words. The last two are recorded with their date, so that nobody is asked twice.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codechoir.engines import DownloadProgress, Installer
from codechoir.engines.weights import (
    Consent,
    Download,
    DownloadError,
    WeightFile,
    check_space,
    ignore_progress,
)
from codechoir.errors import CodechoirError, InputError
from codechoir.settings import AnyText, FilePath, Setting, read_environment, read_variable, setting
from codechoir.storage import FileHashes, read_json, write_atomically

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

CONSENT_VARIABLE = "COQUI_TOS_AGREED"
AGREEMENT = "I agree"
AGREEMENTS = (AGREEMENT, "Ich stimme zu")
"""The words that accept the licence, in the languages of the extension."""


def has_agreed(record: Path, environment: Mapping[str, str] | None = None) -> bool:
    """Whether the user has accepted the licence, by the variable or in the file `record`."""
    return read_variable(CONSENT, environment) == "1" or Consent(record, LICENCE, AGREEMENTS).is_recorded()


def agree(record: Path, words: str) -> None:
    """Records that the user accepts the licence with these words. Raises `InputError` when they do not."""
    Consent(record, LICENCE, AGREEMENTS).give(words)


def _how_to_agree() -> str:
    """The terms and how to accept them, in one line."""
    terms = " ".join(TERMS.split())
    return (
        f"{terms} If you agree, run 'codechoir install xtts' and answer '{AGREEMENT}', "
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


@dataclass(frozen=True, slots=True)
class Installation(Installer):
    """The user's checkpoint.

    `home`: Codechoir's folder for it and for what is known about it. `given`: folder of a checkpoint that the
    user named; it takes precedence. `files`, `sources`: what to download, and from where.
    """

    title = "XTTS v2"
    terms = TERMS
    agreement = AGREEMENT

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
        """The user's checkpoint, in the folder `CODECHOIR_XTTS_CHECKPOINT` if that is set."""
        import platformdirs

        home = Path(platformdirs.user_data_dir("codechoir", appauthor=False)) / "xtts"
        found = read_environment(cls, environment, home=home)
        return found if found.given else replace(found, given=_chosen_folder(home / "place.json"))

    @property
    def folder(self) -> Path:
        """Where the checkpoint is, or would be."""
        return self.given or self.home / "checkpoint"

    @property
    def consent_record(self) -> Path:
        """The file that records the user's consent."""
        return self.home / "consent.json"

    def missing(self) -> list[str]:
        """Names of files that the checkpoint lacks."""
        return [name for name in REQUIRED_FILES if not (self.folder / name).is_file()]

    def check(self) -> str | None:
        """None when the checkpoint is complete; else one line: what is missing, and what to do."""
        missing = self.missing()
        if not missing:
            return None
        if self.given is not None and not self.given.is_dir():
            return f"there is no folder {self.given}; choose the folder of a checkpoint"
        if self.given is not None:
            return f"{self.folder} is not a checkpoint of XTTS v2: missing {', '.join(missing)}"
        size = sum(file.size for file in self.files) / 1e9
        return f"the weights of XTTS v2 are not installed; run 'codechoir install xtts' ({size:.1f} GB)"

    def fingerprint(self) -> str:
        """Identifies the model: a hash of its weights and its configuration. Raises `InputError`."""
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
        """See `Installer`."""
        folder = folder.expanduser().resolve()
        if problem := Installation(self.home, folder).check():
            raise InputError(problem)
        self._write("place.json", {"checkpoint": str(folder)})

    def fetch(
        self,
        progress: DownloadProgress = ignore_progress,
        environment: Mapping[str, str] | None = None,
        pause: Callable[[float], object] = time.sleep,
    ) -> Path:
        """Downloads what is missing into Codechoir's own folder, and check what is there; returns the folder.

        Raises `InputError` before anything is downloaded when the user has not accepted the licence,
        `CodechoirError` when the disk is too small or no source has the right files.
        """
        if not has_agreed(self.consent_record, environment):
            raise InputError(_how_to_agree())
        folder = self.home / "checkpoint"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            wanted = [file for file in self.files if not self._is_published(folder / file.name, file)]
            remedy = f"free some space, or set {CHECKPOINT_VARIABLE} to the folder of a checkpoint"
            check_space(folder, sum(file.size for file in wanted), remedy)
            for file in wanted:
                self._download(Download(file, folder, progress, pause=pause))
        except OSError as error:
            raise CodechoirError(
                f"the weights cannot be stored in {folder}: {error.strerror}; make the folder writable"
            ) from error
        (self.home / "place.json").unlink(missing_ok=True)
        return folder

    def _download(self, download: Download) -> None:
        errors = []
        for source in self.sources:
            try:
                download.run(source)
            except DownloadError as error:
                errors.append(error)
            else:
                return
        raise errors[0]

    def _is_published(self, path: Path, file: WeightFile) -> bool:
        return path.is_file() and path.stat().st_size == file.size and self._hashes().of(path) == file.sha256

    def _hashes(self) -> FileHashes:
        return FileHashes(self.home / "hashes.json")

    def store(self, name: str, value: object) -> None:
        """Stores something that is slow to find out, as JSON in `home`; a failure is ignored."""
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


def _chosen_folder(record: Path) -> Path | None:
    """The folder that `Installation.use` recorded, if any."""
    try:
        value = read_json(record)
        return Path(value["checkpoint"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
