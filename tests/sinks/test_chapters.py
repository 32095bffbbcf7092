"""Chapters: found from the marks, and read back from each kind of file."""

from __future__ import annotations

import random
import struct
import wave
from pathlib import Path

import pytest
import soundfile
from codechoir.model import AudioChunk, Category, Mark
from codechoir.sinks.audio_formats import Chapter, ChapterMarks, ChapterStart
from codechoir.sinks.output_files import AudioFile
from mutagen.flac import FLAC
from mutagen.id3 import ID3

RATE = 22050
PCM = random.Random(2).randbytes(2 * 3 * RATE)
CHAPTERS = [Chapter(0, "class Card"), Chapter(10, "method größe"), Chapter(20, "function last")]


def mark(sample: int, start: int) -> Mark:
    return Mark(sample, sample + 100, start, start + 1, Category.VARIABLE, "x", 0, 0, 0)


def marks() -> list[Mark]:
    return [mark(0, 0), mark(RATE, 12), mark(RATE + 500, 14), mark(2 * RATE, 20)]


def written(path: Path, chapters: list[Chapter]) -> Path:
    sink = AudioFile(path, ChapterMarks("cart.py", chapters))
    sink.open(lambda _: None)
    sink.write(AudioChunk(PCM, RATE, 0, tuple(marks())))
    sink.write(AudioChunk(b"", RATE, len(PCM) // 2, last=True))
    sink.finish()
    return path


def test_a_chapter_begins_with_its_first_word_or_the_next_one() -> None:
    chapters = ChapterMarks("cart.py", CHAPTERS)
    chapters.follow(marks())
    assert chapters.complete() == [
        ChapterStart(0, "class Card"),
        ChapterStart(RATE, "method größe"),
        ChapterStart(2 * RATE, "function last"),
    ]


def test_what_comes_before_the_first_symbol_goes_by_the_title() -> None:
    chapters = ChapterMarks("cart.py", [Chapter(10, "method add")])
    chapters.follow(marks())
    assert chapters.complete() == [ChapterStart(0, "cart.py"), ChapterStart(RATE, "method add")]


def test_of_symbols_around_a_window_the_innermost_counts() -> None:
    chapters = ChapterMarks(
        "cart.py", [Chapter(0, "class Cart"), Chapter(5, "method add"), Chapter(90, "never heard")]
    )
    chapters.follow([mark(0, 12), mark(100, 14)])
    assert chapters.complete() == [ChapterStart(0, "method add")]


def chunks_of(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks that follow one another in `data`."""
    found, at = [], 0
    while at < len(data):
        name, size = struct.unpack("<4sI", data[at : at + 8])
        found.append((name, data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    assert at == len(data)
    return found


def test_wav_has_cue_points_with_chapters(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", CHAPTERS)
    data = path.read_bytes()
    assert data[:4] == b"RIFF" and struct.unpack("<I", data[4:8])[0] == len(data) - 8
    chunks = dict(chunks_of(data[12:]))
    cues = chunks[b"cue "]
    points = [struct.unpack("<II4sIII", cues[at : at + 24]) for at in range(4, len(cues), 24)]
    assert [(number, place) for number, *_, place in points] == [(1, 0), (2, RATE), (3, 2 * RATE)]
    chapters = chunks_of(chunks[b"LIST"][4:])
    titles = [(name, *struct.unpack("<I", label[:4]), label[4:]) for name, label in chapters]
    assert titles == [
        (b"labl", 1, b"class Card\0"),
        (b"labl", 2, "method größe\0".encode()),
        (b"labl", 3, b"function last\0"),
    ]
    with wave.open(str(path)) as file:
        assert file.readframes(10**6) == PCM


def test_flac_has_chapter_comments_and_the_same_sound(tmp_path: Path) -> None:
    path = written(tmp_path / "a.flac", CHAPTERS)
    tags = FLAC(path)
    assert tags["TITLE"] == ["cart.py"]
    assert (tags["CHAPTER001"], tags["CHAPTER001NAME"]) == (["00:00:01.000"], ["method größe"])
    assert "CHAPTER002" in tags and "CHAPTER003" not in tags
    samples, _ = soundfile.read(path, dtype="int16")
    assert samples.tobytes() == PCM


def test_mp3_has_chapter_frames_that_follow_one_another(tmp_path: Path) -> None:
    path = written(tmp_path / "a.mp3", CHAPTERS)
    tags = ID3(path)
    chapters = sorted(tags.getall("CHAP"), key=lambda frame: frame.start_time)
    assert [(str(c.sub_frames["TIT2"]), c.start_time, c.end_time) for c in chapters] == [
        ("class Card", 0, 1000),
        ("method größe", 1000, 2000),
        ("function last", 2000, 3000),
    ]
    assert tags.getall("CTOC")[0].child_element_ids == [chapter.element_id for chapter in chapters]
    assert str(tags["TIT2"]) == "cart.py"
    assert soundfile.info(path).duration == pytest.approx(3, abs=0.1)


def test_a_table_of_contents_holds_255_chapters_and_more_go_below_it(tmp_path: Path) -> None:
    """Found by reading a file with 400 methods: ID3 counts entries in one byte."""
    chapters = [Chapter(number, f"function f{number}") for number in range(300)]
    sink = AudioFile(tmp_path / "a.mp3", ChapterMarks("long.py", chapters))
    sink.open(lambda _: None)
    sink.write(AudioChunk(PCM, RATE, 0, tuple(mark(100 * number, number) for number in range(300))))
    sink.finish()
    tags = ID3(tmp_path / "a.mp3")
    tables = {table.element_id: table.child_element_ids for table in tags.getall("CTOC")}
    assert tables["toc"] == ["toc0", "toc1"]
    assert tables["toc0"] + tables["toc1"] == [f"c{number}" for number in range(300)]
    assert len(tags.getall("CHAP")) == 300


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3"])
def test_without_symbols_there_are_no_chapters_and_the_file_opens(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"a.{ending}", [])
    assert soundfile.info(path).duration == pytest.approx(3, abs=0.1)
    assert b"cue " not in path.read_bytes()[-500:] and b"CHAP" not in path.read_bytes()[:500]
