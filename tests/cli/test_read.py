"""`read`, `say` and `voices audition`: sound and marks, exactly, without a sound device."""

from __future__ import annotations

import _thread
import json
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import soundfile
from codechoir.engines.base import AudioListener
from codechoir.engines.silent import SAMPLE_RATE, SilentEngine
from codechoir.errors import EngineError
from codechoir.model import AudioChunk, Phrase
from mutagen.flac import FLAC
from support.command_line import EXAMPLES, Codechoir, Outcome

CART = EXAMPLES / "cart.py"


def samples_of(path: Path) -> int:
    with wave.open(str(path)) as file:
        return file.getnframes()


def read_cart(codechoir: Codechoir, folder: Path) -> Outcome:
    """Read the example into c.wav and c.json of a folder, silently."""
    files = ("-o", folder / "c.wav", "--marks", folder / "c.json")
    return codechoir("read", CART, "--engine", "silent", "--no-play", *files)


def marks_of(path: Path) -> dict[str, object]:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_marks_are_the_words_and_the_sound_is_as_long_as_they_say(
    codechoir: Codechoir, tmp_path: Path
) -> None:
    outcome = read_cart(codechoir, tmp_path)
    assert (outcome.status, outcome.out) == (0, "")
    marks = marks_of(tmp_path / "c.json")
    assert set(marks) == {"sample_rate", "samples", "marks"}
    assert marks["sample_rate"] == SAMPLE_RATE
    assert marks["samples"] == samples_of(tmp_path / "c.wav")
    words = json.loads(codechoir("words", CART, "--engine", "silent", "--json").out)
    said = [(word, item["category"]) for item in words for word in item["text"].split()]
    assert [(mark["text"], mark["category"]) for mark in marks["marks"]] == said
    times = [time for mark in marks["marks"] for time in (mark["t0"], mark["t1"])]
    assert times == sorted(times) and times[-1] <= marks["samples"]
    pauses = sum(item["pause_before"] + item["pause_after"] for item in words)
    expected = len(said) * 60 / 175 + pauses / 1000
    assert marks["samples"] / SAMPLE_RATE == pytest.approx(expected, rel=0.001)


def test_the_files_are_named_when_they_are_written(codechoir: Codechoir, tmp_path: Path) -> None:
    outcome = read_cart(codechoir, tmp_path)
    seconds = samples_of(tmp_path / "c.wav") / SAMPLE_RATE
    count = len(marks_of(tmp_path / "c.json")["marks"])
    assert outcome.err.splitlines() == [
        f"codechoir: wrote {tmp_path / 'c.wav'} ({seconds:.1f} seconds of sound)",
        f"codechoir: wrote {tmp_path / 'c.json'} ({count} marks)",
    ]


@pytest.mark.parametrize("command", ["read", "outline"])
@pytest.mark.parametrize("option", ["-o", "--marks"])
def test_what_is_read_is_not_written_over(
    codechoir: Codechoir, source: Callable[..., Path], tmp_path: Path, command: str, option: str
) -> None:
    """`--marks cart.py` once replaced the program, and `-o page.html` the page, by what was made of it."""
    path = source("<p>hello</p>\n", "page.html")
    alias = tmp_path / "alias.html"
    alias.symlink_to(path)
    for target in (path, alias):
        outcome = codechoir(command, path, option, target, "--engine", "silent", "--no-play")
        assert (outcome.status, outcome.out) == (2, "")
        assert outcome.error == f"codechoir: {target} is the source file; write to another file"
    assert path.read_bytes() == b"<p>hello</p>\n" and alias.is_symlink()


def test_one_file_is_not_sound_and_marks(codechoir: Codechoir, tmp_path: Path) -> None:
    both = ("-o", tmp_path / "c.wav", "--marks", tmp_path / "." / "c.wav")
    outcome = codechoir("say", "hello", *both, "--engine", "silent", "--no-play")
    assert outcome.status == 2 and "give them different names" in outcome.error
    assert not (tmp_path / "c.wav").exists()


def test_the_rate_is_the_listener_s(codechoir: Codechoir, tmp_path: Path) -> None:
    for rate in ("175", "350"):
        codechoir(
            "read", CART, "--engine", "silent", "--no-play", "--rate", rate, "-o", tmp_path / f"{rate}.wav"
        )
    assert samples_of(tmp_path / "175.wav") == pytest.approx(2 * samples_of(tmp_path / "350.wav"), rel=0.001)


def test_the_level_decides_how_much_is_said(codechoir: Codechoir, tmp_path: Path) -> None:
    lengths = {}
    for level in ("some", "most", "all", "literal"):
        path = tmp_path / f"{level}.json"
        codechoir("read", CART, "--engine", "silent", "--no-play", "--level", level, "--marks", path)
        lengths[level] = len(marks_of(path)["marks"])
    assert lengths["some"] < min(lengths["most"], lengths["all"])
    assert max(lengths["most"], lengths["all"]) < lengths["literal"]


def test_lines_limit_what_is_read(codechoir: Codechoir, tmp_path: Path) -> None:
    codechoir("read", CART, "--engine", "silent", "--no-play", "--lines", "5", "--marks", tmp_path / "m.json")
    line = CART.read_bytes().splitlines(keepends=True)[4]
    start = CART.read_bytes().find(line)
    marks = marks_of(tmp_path / "m.json")["marks"]
    assert marks and all(start <= mark["start"] < mark["end"] <= start + len(line) for mark in marks)


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3"])
def test_espeak_speaks_into_every_kind_of_file(codechoir: Codechoir, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"c.{ending}"
    assert codechoir("read", CART, "--lines", "1-9", "--no-play", "-o", path).status == 0
    sound, rate = soundfile.read(path, dtype="int16")
    assert len(sound) > 2 * rate and abs(sound.astype(int)).max() > 3000


def test_symbols_are_chapters(codechoir: Codechoir, tmp_path: Path) -> None:
    options = ("--engine", "silent", "--no-play", "--marks", tmp_path / "m.json")
    codechoir("read", CART, *options, "-o", tmp_path / "c.flac")
    tags = FLAC(tmp_path / "c.flac")
    names = [tags[f"CHAPTER{number:03}NAME"][0] for number in range(5)]
    assert names == [CART.name, "class Item", "class Cart", "method add", "method total"]
    decorator = CART.read_bytes().find(b"@dataclass")
    begins = next(mark["t0"] for mark in marks_of(tmp_path / "m.json")["marks"] if mark["start"] >= decorator)
    assert tags["CHAPTER001"] == [f"00:00:{begins / SAMPLE_RATE:06.3f}"]


def test_the_chapters_of_a_window_are_the_symbols_in_it(codechoir: Codechoir, tmp_path: Path) -> None:
    options = ("--engine", "silent", "--no-play", "--lines", "20-26")
    codechoir("read", CART, *options, "-o", tmp_path / "c.flac")
    tags = FLAC(tmp_path / "c.flac")
    assert tags["CHAPTER000NAME"] == ["method add"] and tags["CHAPTER001NAME"] == ["method total"]


def test_without_a_sound_device_the_file_is_written_and_one_line_says_so(
    codechoir: Codechoir, tmp_path: Path
) -> None:
    outcome = codechoir("read", CART, "--lines", "1", "-o", tmp_path / "c.wav")
    assert outcome.status == 0 and (tmp_path / "c.wav").exists()
    first, second = outcome.err.splitlines()
    assert first == (
        f"codechoir: no sound device can be opened on this machine; only {tmp_path / 'c.wav'} will be written"
    )
    assert second.startswith(f"codechoir: wrote {tmp_path / 'c.wav'}")


def test_without_a_sound_device_and_a_file_one_line_says_what_to_do(codechoir: Codechoir) -> None:
    outcome = codechoir("read", CART)
    assert outcome.status == 1
    assert outcome.error == (
        "codechoir: no sound device can be opened on this machine; add '-o out.wav' to write a file instead"
    )


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_an_empty_file_makes_files_without_words_and_one_line(
    codechoir: Codechoir, source: Callable[..., Path], tmp_path: Path, text: str
) -> None:
    path = source(text)
    files = ("-o", tmp_path / "c.wav", "--marks", tmp_path / "c.json")
    outcome = codechoir("read", path, "--no-play", *files)
    assert outcome.status == 0 and marks_of(tmp_path / "c.json")["marks"] == []
    assert samples_of(tmp_path / "c.wav") < SAMPLE_RATE / 5
    assert outcome.err.splitlines()[0] == f"codechoir: nothing to read in {path}"


def test_an_engine_that_fails_leaves_no_half_file(
    codechoir: Codechoir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: SilentEngine, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        listener.write(AudioChunk(bytes(2000), SAMPLE_RATE, 0))
        raise EngineError("the voice has gone; reinstall it")

    monkeypatch.setattr(SilentEngine, "speak", fail)
    outcome = read_cart(codechoir, tmp_path)
    assert outcome.status == 1 and outcome.error == "codechoir: the voice has gone; reinstall it"
    assert list(tmp_path.iterdir()) == []


def test_a_bug_in_an_engine_is_one_line(tmp_path: Path) -> None:
    """In a process of its own, since pytest's own log handlers hide what a user would see."""
    code = (
        "import sys; from codechoir.cli.main import main; from codechoir.engines.silent import SilentEngine;"
        "SilentEngine.speak = lambda *_: 1 / 0; sys.exit(main())"
    )
    arguments = ["say", "x", "--engine", "silent", "--no-play", "-o", str(tmp_path / "x.wav")]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "codechoir: reading stopped: ZeroDivisionError: division by zero\n"


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "html"])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_is_quiet_and_leaves_no_half_file(
    codechoir: Codechoir,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    status: int,
    ending: str,
) -> None:
    def interrupted(self: SilentEngine, phrases: Iterable[Phrase], listener: AudioListener) -> None:
        first = 0
        while listener.write(AudioChunk(bytes(2000), SAMPLE_RATE, first)):
            first += 1000
            if first == 10_000:
                _thread.interrupt_main(number)

    monkeypatch.setattr(SilentEngine, "speak", interrupted)
    file = tmp_path / f"c.{ending}"
    file.write_bytes(b"old")
    outcome = codechoir("read", CART, "--engine", "silent", "--no-play", "-o", file)
    assert (outcome.status, outcome.out, outcome.err) == (status, "", "")
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == b"old"


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "html"])
def test_output_files_do_not_tell_the_folder_of_the_source(
    codechoir: Codechoir, tmp_path: Path, ending: str
) -> None:
    folder = tmp_path / "secret-customer"
    folder.mkdir()
    path = folder / "cart.py"
    path.write_text("first = 1\n\n\nclass Cart:\n    pass\n")
    file = tmp_path / f"c.{ending}"
    assert codechoir("read", path, "--engine", "silent", "--no-play", "-o", file).status == 0
    content = file.read_bytes()
    assert b"secret-customer" not in content and "secret-customer".encode("utf-16-le") not in content
    assert b"cart.py" in content or "cart.py".encode("utf-16-le") in content


def test_say_says_one_thing_in_the_voice_of_a_category(codechoir: Codechoir, tmp_path: Path) -> None:
    options = ("--engine", "silent", "--no-play", "--marks", tmp_path / "m.json")
    assert codechoir("say", "hello brave\nnew world", "--category", "keyword", *options).status == 0
    marks = marks_of(tmp_path / "m.json")["marks"]
    assert [(mark["text"], mark["category"], mark["start"]) for mark in marks] == [
        ("hello", "keyword", 0),
        ("brave", "keyword", 0),
        ("new", "keyword", 12),
        ("world", "keyword", 12),
    ]


def test_say_reads_standard_input(codechoir: Codechoir, tmp_path: Path) -> None:
    options = ("--engine", "silent", "--no-play", "--marks", tmp_path / "m.json")
    assert codechoir("say", "-", *options, stdin="grüß dich".encode()).status == 0
    assert [mark["text"] for mark in marks_of(tmp_path / "m.json")["marks"]] == ["grüß", "dich"]


def test_every_category_introduces_itself(codechoir: Codechoir, tmp_path: Path) -> None:
    options = ("--engine", "silent", "--no-play", "--marks", tmp_path / "m.json")
    codechoir("voices", "audition", *options)
    said = " ".join(mark["text"] for mark in marks_of(tmp_path / "m.json")["marks"])
    assert "voice for comment" in said and "voice for punctuation" in said
    codechoir("voices", "audition", "keyword", *options)
    assert {mark["category"] for mark in marks_of(tmp_path / "m.json")["marks"]} == {"keyword"}


def test_a_voice_of_the_engine_introduces_itself(codechoir: Codechoir, tmp_path: Path) -> None:
    assert codechoir("voices", "audition", "de", "--no-play", "-o", tmp_path / "v.wav").status == 0
    assert samples_of(tmp_path / "v.wav") > SAMPLE_RATE // 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full")
def test_marks_go_into_a_device_and_a_pipe(codechoir: Codechoir, tmp_path: Path) -> None:
    """They replaced it."""
    for name in ("full", "null"):
        (tmp_path / name).symlink_to(f"/dev/{name}")
    options = ("read", CART, "--engine", "silent", "--no-play", "--marks")
    assert codechoir(*options, tmp_path / "null").status == 0
    outcome = codechoir(*options, tmp_path / "full")
    assert (outcome.status, "no space left on device" in outcome.err) == (1, True)
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as end, ThreadPoolExecutor(1) as pool:
        read = pool.submit(end.read)
        assert codechoir(*options, f"/dev/fd/{writer}").status == 0
        os.close(writer)
        assert json.loads(read.result(20))["marks"]
