"""The weights: consent first, then downloads from an unreliable server, verified by their hashes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest
from codechoir.engines import weights
from codechoir.engines.weights import Download, DownloadError, WeightFile
from codechoir.engines.xtts import install
from codechoir.engines.xtts.install import FILES, REQUIRED_FILES, SOURCES, Installation
from codechoir.errors import CodechoirError, InputError
from hypothesis import given
from hypothesis import strategies as st
from support.web_folder import WebFolder, serving

CONTENTS = {
    name: bytes(range(256)) * (index + 3) + name.encode() for index, name in enumerate(REQUIRED_FILES)
}
FILES_HERE = [WeightFile(n, len(c), hashlib.sha256(c).hexdigest()) for n, c in CONTENTS.items()]
AGREED = {"COQUI_TOS_AGREED": "1"}


@pytest.fixture
def web() -> Iterator[WebFolder]:
    with serving(WebFolder(dict(CONTENTS))) as folder:
        yield folder


@pytest.fixture
def here(tmp_path: Path, web: WebFolder) -> Installation:
    return Installation(tmp_path / "xtts", files=FILES_HERE, sources=[web.url])


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "BLOCK", 100)
    monkeypatch.delenv("COQUI_TOS_AGREED", raising=False)


def wrong_files(here: Installation) -> list[str]:
    """Files whose content is not the published one."""
    hashes = {name: hashlib.sha256((here.folder / name).read_bytes()).hexdigest() for name in REQUIRED_FILES}
    return [file.name for file in here.files if hashes[file.name] != file.sha256]


def fetch(installation: Installation) -> list[tuple[str, int, int]]:
    seen: list[tuple[str, int, int]] = []
    installation.fetch(lambda *progress: seen.append(progress), AGREED, pause=lambda _: None)
    return seen


# ---- consent --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", [{}, {"COQUI_TOS_AGREED": "0"}, {"COQUI_TOS_AGREED": "yes"}])
def test_nothing_is_downloaded_before_consent(
    here: Installation, web: WebFolder, environment: dict[str, str]
) -> None:
    with pytest.raises(InputError, match=r"non-commercial use only.*answer 'I agree'"):
        here.fetch(environment=environment)
    assert web.asked == []
    assert not here.folder.exists()


def test_consent_is_recorded_with_the_user_s_words(here: Installation) -> None:
    install.agree(here.consent_record, "I agree.")
    written = json.loads((here.home / "consent.json").read_text())
    assert (written["agreed"], written["words"]) == (True, "I agree.")
    assert "CPML" in written["licence"]
    here.fetch(environment={})
    assert here.check() is None


def test_the_german_words_of_the_extension_are_consent(here: Installation) -> None:
    install.agree(here.consent_record, "ich stimme zu")
    assert install.has_agreed(here.consent_record, {})


@pytest.mark.parametrize("words", ["", "no", "y", "I do not agree", "I agreed to nothing"])
def test_other_words_are_not_consent(here: Installation, words: str) -> None:
    with pytest.raises(InputError, match="licence not accepted"):
        install.agree(here.consent_record, words)
    assert not install.has_agreed(here.consent_record, {})


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"agreed": true}', '{"agreed": "no", "licence": "x"}'])
def test_a_damaged_or_incomplete_record_is_not_consent(here: Installation, content: str) -> None:
    here.consent_record.parent.mkdir(parents=True)
    here.consent_record.write_text(content)
    assert not install.has_agreed(here.consent_record, {})


def test_codechoir_never_gives_consent_itself() -> None:
    sources = Path(install.__file__).parents[2]
    for file in sources.rglob("*.py"):
        for line in file.read_text().splitlines():
            assert not ("COQUI_TOS_AGREED" in line and "environ[" in line), f"{file}: {line}"
            assert "putenv" not in line, f"{file}: {line}"


# ---- fetching -------------------------------------------------------------------------------------------


def test_all_files_arrive_with_progress(here: Installation) -> None:
    seen = fetch(here)
    assert here.missing() == []
    assert {name: (here.folder / name).read_bytes() for name in REQUIRED_FILES} == CONTENTS
    for name, content in CONTENTS.items():
        steps = [have for each, have, size in seen if each == name and size == len(content)]
        assert steps == sorted(steps)
        assert steps[-1] == len(content)
    assert list(here.folder.glob("*.part")) == []


def test_complete_files_are_not_downloaded_again(here: Installation, web: WebFolder) -> None:
    fetch(here)
    web.asked.clear()
    fetch(here)
    assert web.asked == []
    (here.folder / "config.json").write_bytes(b"x" * len(CONTENTS["config.json"]))
    fetch(here)
    assert web.asked == [("config.json", 0)]


def test_a_broken_connection_is_resumed(here: Installation, web: WebFolder) -> None:
    web.breaks = [250, 0, 100]
    fetch(here)
    assert web.asked[:4] == [
        (REQUIRED_FILES[0], 0),
        (REQUIRED_FILES[0], 250),
        (REQUIRED_FILES[0], 250),
        (REQUIRED_FILES[0], 350),
    ]
    assert wrong_files(here) == []


def test_an_interrupted_download_is_resumed_by_the_next_one(here: Installation, web: WebFolder) -> None:
    def interrupt(name: str, have: int, size: int) -> None:
        if have >= 300:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        here.fetch(interrupt, AGREED)
    web.asked.clear()
    fetch(here)
    assert web.asked[0] == (REQUIRED_FILES[0], 300)
    assert wrong_files(here) == []


def test_a_server_without_ranges_is_read_from_the_start(here: Installation, web: WebFolder) -> None:
    web.ranges, web.breaks = False, [250]
    fetch(here)
    assert wrong_files(here) == []


def test_a_server_without_progress_is_an_error_and_the_part_is_kept(
    here: Installation, web: WebFolder
) -> None:
    web.breaks = [200, *[0] * 50]
    with pytest.raises(DownloadError, match="run the command again later to continue"):
        fetch(here)
    assert (here.folder / f"{REQUIRED_FILES[0]}.part").stat().st_size == 200
    assert 5 < len(web.asked) < 10


def test_a_file_with_a_wrong_hash_is_deleted(here: Installation, web: WebFolder) -> None:
    web.files["vocab.json"] = web.files["vocab.json"][:-1] + b"!"
    with pytest.raises(DownloadError, match=r"vocab\.json from .* is not the published file"):
        fetch(here)
    assert sorted(path.name for path in here.folder.iterdir()) == ["config.json"]


@pytest.mark.parametrize("extra", [b"more", b"x" * 1000])
def test_a_file_that_is_too_long_is_an_error(here: Installation, web: WebFolder, extra: bytes) -> None:
    web.files["config.json"] += extra
    with pytest.raises(DownloadError, match="is not the published file"):
        fetch(here)


def test_a_partial_file_that_is_too_long_is_deleted(here: Installation, web: WebFolder) -> None:
    here.folder.mkdir(parents=True)
    (here.folder / "config.json.part").write_bytes(bytes(10_000))
    fetch(here)
    assert web.asked[0] == ("config.json", 0)
    assert wrong_files(here) == []


def test_a_partial_file_with_wrong_content_is_detected_by_its_hash(here: Installation) -> None:
    here.folder.mkdir(parents=True)
    (here.folder / "config.json.part").write_bytes(b"wrong")
    with pytest.raises(DownloadError, match="it was deleted"):
        fetch(here)
    fetch(here)
    assert wrong_files(here) == []


@pytest.mark.parametrize("status", [403, 404, 500])
def test_the_next_source_is_tried_when_the_first_lacks_a_file(
    tmp_path: Path, web: WebFolder, status: int
) -> None:
    with serving(WebFolder({}, status=status)) as broken:
        first = Installation(tmp_path / "xtts", files=FILES_HERE, sources=[broken.url, web.url])
        fetch(first)
        assert wrong_files(first) == []
        alone = Installation(tmp_path / "alone", files=FILES_HERE, sources=[broken.url])
        with pytest.raises(DownloadError, match=f"answers {status}"):
            fetch(alone)


def test_an_unreachable_server_is_an_error(tmp_path: Path) -> None:
    with serving(WebFolder({})) as gone:
        pass
    nowhere = Installation(tmp_path, files=FILES_HERE, sources=[gone.url])
    with pytest.raises(DownloadError, match="cannot be downloaded"):
        fetch(nowhere)


def test_a_disk_that_is_too_small_is_an_error_before_the_download(
    here: Installation, web: WebFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(weights.shutil, "disk_usage", lambda _: usage(free=1000))
    with pytest.raises(CodechoirError, match="free some space"):
        fetch(here)
    assert web.asked == []


def test_a_disk_that_fills_up_is_an_error(here: Installation, web: WebFolder) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(CodechoirError, match="No space left"):
        here.fetch(full, AGREED)
    assert len(web.asked) == 1


@given(st.lists(st.integers(0, 400), max_size=4), st.booleans())
def test_the_file_is_correct_however_the_connection_breaks(breaks: list[int], ranges: bool) -> None:
    import tempfile

    with (
        serving(WebFolder(dict(CONTENTS), [*breaks], ranges)) as web,
        tempfile.TemporaryDirectory() as folder,
    ):
        Download(FILES_HERE[3], Path(folder), lambda *_: None, pause=lambda _: None).run(web.url)
        assert (Path(folder) / REQUIRED_FILES[3]).read_bytes() == CONTENTS[REQUIRED_FILES[3]]


# ---- a folder of the user's own -------------------------------------------------------------------------


def checkpoint(folder: Path, **changes: bytes) -> Path:
    folder.mkdir()
    for name, content in {**CONTENTS, **changes}.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_checkpoint_elsewhere_is_used(here: Installation, tmp_path: Path) -> None:
    mine = checkpoint(tmp_path / "mine")
    here.use(mine)
    monkey = Installation(here.home, install._chosen_folder(here.home / "place.json"), FILES_HERE)
    assert (monkey.folder, monkey.check(), wrong_files(monkey)) == (mine, None, [])


def test_a_folder_without_a_checkpoint_is_an_error(here: Installation, tmp_path: Path) -> None:
    mine = checkpoint(tmp_path / "mine")
    (mine / "vocab.json").unlink()
    with pytest.raises(InputError, match=r"is not a checkpoint of XTTS v2: missing vocab\.json"):
        here.use(mine)
    with pytest.raises(InputError, match="there is no folder"):
        here.use(tmp_path / "nothing")


def test_the_environment_names_a_folder(tmp_path: Path) -> None:
    mine = checkpoint(tmp_path / "mine")
    found = Installation.from_environment({"CODECHOIR_XTTS_CHECKPOINT": str(mine)})
    assert (found.folder, found.check()) == (mine, None)
    lost = Installation.from_environment({"CODECHOIR_XTTS_CHECKPOINT": str(tmp_path)})
    assert "is not a checkpoint of XTTS v2: missing" in str(lost.check())


def test_the_fingerprint_depends_on_weights_and_configuration(tmp_path: Path) -> None:
    folders = [
        checkpoint(tmp_path / "a"),
        checkpoint(tmp_path / "b", **{"vocab.json": b"{}"}),
        checkpoint(tmp_path / "c", **{"model.pth": b"tuned"}),
        checkpoint(tmp_path / "d", **{"config.json": b"{}"}),
    ]
    installations = [Installation(tmp_path, folder, FILES_HERE) for folder in folders]
    a, b, c, d = (each.fingerprint() for each in installations)
    assert a == b
    assert len({a, c, d}) == 3


def test_without_weights_the_check_names_the_command(tmp_path: Path) -> None:
    advice = Installation(tmp_path).check()
    assert advice == "the weights of XTTS v2 are not installed; run 'codechoir install xtts' (1.9 GB)"


def test_the_published_table_is_well_formed() -> None:
    assert {file.name for file in FILES} == {"config.json", "vocab.json", "speakers_xtts.pth", "model.pth"}
    for file in FILES:
        assert len(bytes.fromhex(file.sha256)) == 32
        assert file.size > 0
    for source in SOURCES:
        assert source.startswith("https://")
        assert source.endswith("/")
