"""What is written over: only regular files are replaced, modes are kept, leftovers of killed writers go."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from codechoir.errors import CodechoirError, InputError
from codechoir.storage.atomic import AtomicFile, make_private_folder, write_atomically

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such files and modes")


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """New files are readable by all unless something else is wanted."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe.json"
    os.mkfifo(path)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ---- what is no regular file ----------------------------------------------------------------------------


def test_a_pipe_is_written_into(pipe: Path) -> None:
    read: list[bytes] = []
    descriptor = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    with os.fdopen(descriptor, "rb") as reader:
        file = AtomicFile(pipe)
        thread = threading.Thread(target=lambda: read.append(reader.read()))
        thread.start()
        file.write(b"x" * 200_000)  # more than a pipe takes at once
        file.file.seek(0)
        file.write(b"y")
        file.commit()
        thread.join(20)
    assert read == [b"y" + b"x" * 199_999]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert list(pipe.parent.iterdir()) == [pipe]


def test_a_pipe_that_nobody_reads_is_refused_at_once(pipe: Path) -> None:
    with pytest.raises(InputError, match=r"pipe\.json: no program reads from this pipe; start"):
        AtomicFile(pipe)
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


def test_a_reader_that_has_gone_is_an_error(pipe: Path) -> None:
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    file = AtomicFile(pipe)
    file.write(b"{}")
    os.close(reader)
    with pytest.raises(CodechoirError, match=r"pipe\.json: broken pipe"):
        file.commit()
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


@pytest.mark.parametrize("linked", [False, True])
def test_a_device_is_written_into(tmp_path: Path, linked: bool) -> None:
    path = Path(os.devnull)
    if linked:
        path = tmp_path / "link.json"
        path.symlink_to(os.devnull)
    before = os.lstat(path)
    with AtomicFile(path) as file:
        file.write(b"{}")
    assert os.lstat(path) == before
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)  # noqa: PTH116


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full")
def test_what_a_device_refuses_is_an_error() -> None:
    file = AtomicFile(Path("/dev/full"))
    file.write(b"{}")
    with pytest.raises(CodechoirError, match="cannot write /dev/full: no space left on device"):
        file.commit()


def test_the_pipe_behind_a_descriptor_is_written_into() -> None:
    """Such paths stand for the `>(…)` of a shell."""
    reader, writer = os.pipe()
    with AtomicFile(Path(f"/dev/fd/{writer}")) as file:
        file.write(b"{}")
    os.close(writer)
    with os.fdopen(reader, "rb") as end:
        assert end.read() == b"{}"


def test_a_socket_is_refused_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    path = tmp_path / "s.wav"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.wav")
        with pytest.raises(InputError, match=r"s\.wav: it is a disk or a socket; name a file"):
            AtomicFile(path)
        with pytest.raises(OSError, match="it is not a regular file"):
            write_atomically(path, b"new")
        assert stat.S_ISSOCK(path.lstat().st_mode)
    assert list(tmp_path.iterdir()) == [path]


def test_what_became_a_pipe_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    file = AtomicFile(path)
    os.mkfifo(path)
    with pytest.raises(CodechoirError, match="cannot write"):
        file.commit()
    assert stat.S_ISFIFO(path.lstat().st_mode)
    assert list(tmp_path.iterdir()) == [path]


# ---- modes ----------------------------------------------------------------------------------------------


def test_a_new_private_file_is_for_its_owner_only(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.json", b"{}")
    assert mode(tmp_path / "a.json") == 0o600


def test_a_new_output_file_has_the_mode_that_the_user_wants(tmp_path: Path) -> None:
    with AtomicFile(tmp_path / "a.wav"):
        pass
    assert mode(tmp_path / "a.wav") == 0o644


@pytest.mark.parametrize("before", [0o600, 0o640, 0o666])
def test_an_existing_file_keeps_its_mode(tmp_path: Path, before: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    path.chmod(before)
    with AtomicFile(path) as file:
        (temporary,) = (each for each in tmp_path.iterdir() if each != path)
        assert mode(temporary) == before
        file.write(b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", before)
    write_atomically(path, b"newer")
    assert (path.read_bytes(), mode(path)) == (b"newer", before)


def test_new_folders_are_for_their_owner_only_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    make_private_folder(tmp_path / "shared" / "a" / "b")
    make_private_folder(tmp_path / "shared" / "a" / "b")
    assert mode(tmp_path / "shared") == 0o755
    assert mode(tmp_path / "shared" / "a") == mode(tmp_path / "shared" / "a" / "b") == 0o700


# ---- leftovers ------------------------------------------------------------------------------------------

_WRITER = """
import sys, time
from pathlib import Path
from codechoir.storage import AtomicFile
file = AtomicFile(Path(sys.argv[1]))
file.write(b"half")
file.file.flush()
print("begun", flush=True)
time.sleep(60)
"""


def age(path: Path) -> None:
    then = path.stat().st_mtime - 3600
    os.utime(path, (then, then))


def test_what_a_killed_writer_left_goes_with_the_next_one_but_not_what_is_being_written(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.wav"
    strangers = [tmp_path / ".a.wav.part", tmp_path / ".b.wav.12345678.part", tmp_path / ".a.wav.12345678"]
    for stranger in strangers:
        stranger.write_bytes(b"not ours")
        age(stranger)
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE) for _ in range(2)
    ]
    try:
        for writer in writers:
            assert writer.stdout is not None and writer.stdout.readline() == b"begun\n"
        parts = set(tmp_path.iterdir()) - set(strangers)
        assert len(parts) == 2
        for part in parts:
            age(part)
        writers[0].send_signal(signal.SIGKILL)
        writers[0].wait()
        with AtomicFile(path) as file:
            file.write(b"whole")
        assert len(parts & set(tmp_path.iterdir())) == 1
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    with AtomicFile(path) as file:
        file.write(b"whole")
    assert set(tmp_path.iterdir()) == {path, *strangers}
