"""A disk that does not answer, and pipes in the place of files: Stop is answered, and the reason is said."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from codechoir.bench.programs import LspClient
from support.wire import line_of, read, works

ANSWER_SECONDS = 5.0
"""Half a second is promised; a loaded machine gets more. Before, the answers never came."""

NO_ANSWER = "is on a disk that does not answer"

SERVER = """
import os, stat, sys, threading
from pathlib import Path

def hang_for(name, call):
    def asked(path, *arguments, **options):
        if name in str(path) and Path(sys.argv[1]).exists():
            threading.Event().wait()
        return call(path, *arguments, **options)
    return asked

os.open, os.stat = hang_for("slow", os.open), hang_for("slow", os.stat)
from codechoir.lsp import serve
serve()
"""
"""A server for which paths with `slow` lead to a disk that hangs while the file in the argument exists."""


@contextmanager
def slow_disk(folder: Path) -> Iterator[LspClient]:
    client = LspClient([sys.executable, "-c", SERVER, str(folder / "hangs")])
    try:
        yield client
    finally:
        client.kill()


def words(folder: Path, name: str = "slow.toml") -> Path:
    path = folder / name
    path.write_text('[words]\nfoo = "bar"\n', encoding="utf-8")
    return path


def stops(client: LspClient) -> None:
    began = time.monotonic()
    assert client.result("stop")["state"] == "stopped"
    assert time.monotonic() - began < ANSWER_SECONDS


def test_settings_on_a_disk_that_does_not_answer_are_left_out_and_the_rest_holds(tmp_path: Path) -> None:
    table = words(tmp_path)
    (tmp_path / "hangs").touch()
    with slow_disk(tmp_path) as client:
        client.start(
            audio="client",
            engine="silent",
            rate=333,
            userWords=[str(table)],
            profile=str(tmp_path / "slow-voices.toml"),
        )
        session = read(client, "foo")
        client.wait_for("codechoir/state", session=session, state="speaking")
        status = client.result("status")
        assert status["settings"]["rate"] == 333 and status["settings"]["userWords"] == []
        assert status["settings"]["profile"] == "default"
        assert sum(NO_ANSWER in warning for warning in status["warnings"]) == 2
        stops(client)


def test_a_disk_that_stops_answering_delays_no_reading_and_no_stop(tmp_path: Path) -> None:
    table = words(tmp_path)
    with slow_disk(tmp_path) as client:
        client.start(audio="client", engine="silent", userWords=[str(table)])
        session = read(client, "foo")
        assert client.wait_for("codechoir/audio", session=session)["marks"][0]["text"] == "bar"
        (tmp_path / "hangs").touch()
        for _ in range(2):
            session = read(client, "foo")
            assert client.wait_for("codechoir/audio", session=session)["marks"][0]["text"] == "bar"
            stops(client)


def test_a_document_on_a_disk_that_does_not_answer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("x = 1\n", encoding="utf-8")
    with slow_disk(tmp_path) as client:
        client.start(audio="client", engine="silent")
        uri = (tmp_path / "slow.py").as_uri()
        (tmp_path / "hangs").touch()
        assert NO_ANSWER in line_of(client.command("read", uri=uri, unit="file"))
        stops(client)
        assert works(client)
        (tmp_path / "hangs").unlink()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_pipes_and_devices_in_the_place_of_tables_and_profiles(tmp_path: Path) -> None:
    table = words(tmp_path, "words.toml")
    with slow_disk(tmp_path) as client:
        client.start(audio="client", engine="silent", userWords=[str(table)])
        assert client.wait_for("codechoir/audio", session=read(client, "foo"))["marks"][0]["text"] == "bar"
        table.unlink()
        os.mkfifo(table)
        assert client.wait_for("codechoir/audio", session=read(client, "foo"))["marks"][0]["text"] == "bar"
        stops(client)
        wrong = {"profile": str(table), "userWords": ["/dev/zero"], "projectWords": [str(table)]}
        for key, value in wrong.items():
            settings = {"audio": "client", "engine": "silent", key: value}
            client.notify("workspace/didChangeConfiguration", {"settings": {"codechoir": settings}})
            stops(client)
        said = " ".join(client.result("status")["warnings"])
        assert f"{table} is a pipe or a device" in said or "there is no voice profile" in said
        assert "/dev/zero is a pipe or a device" in said
        assert client.wait_for("codechoir/audio", session=read(client, "foo"))
