"""Odd and hostile text, said in a process of its own, since what goes wrong in C ends the process.

Fuzzing found the cases at the bottom: without `alphabets.safe` each of them ended the process. The generator
is seeded, so that a failure can be repeated; the child says on its last line what it was about to say.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

TESTS = Path(__file__).parents[2]

Part = tuple[str, bool, str, str, float]


def spoken(phrases: list[list[Part]]) -> list[tuple[int, int]]:
    """Say phrases in a child: samples and marks of each. Fails with the phrase at which the child ended."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "support.say_lines"],
        input="".join(json.dumps(phrase) + "\n" for phrase in phrases),
        capture_output=True,
        text=True,
        timeout=110,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    told = done.stdout.splitlines()
    assert done.returncode == 0, f"status {done.returncode} at {told[-1:]}: {done.stderr[-2000:]}"
    return [tuple(json.loads(line)) for line in told[1::2]]


def plain(text: str, family: str = "en-us", rate: float = 449) -> list[Part]:
    return [(text, False, "en", family, rate)]


SNIPPETS = [
    *("[[", "[[a", "]]", "<speak>", "</", "&lt;", "<!--", "{{", "%s", "...", "--", "http://", "'", '"', "’s"),
    *(
        "\x00",
        "\x01",
        "\x0150P",
        "\x02",
        "\x18",
        "\x7f",
        "\t",
        "\r\n",
        "\ud800",
        "\udfff",
        "\u202e",
        "\ufeff",
    ),
    *("000", "12345678901234567890", "a" * 100, "é" * 50, "\u0301" * 30, "x²", "½"),
    *("\u200d", "👩\u200d👩\u200d👧", "字", "ا", "ก", "한", "the", "of the", "U.S.", "e.g."),
]


def odd_text(random: Random) -> str:
    def character() -> str:
        limit = random.choice([0x80, 0x3000, 0x110000])
        return chr(random.randrange(limit))

    length = random.choice([0, 1, 3, 20, 80])
    return "".join(random.choice(SNIPPETS) if random.random() < 0.4 else character() for _ in range(length))


def odd_phrases(seed: int, families: list[str], count: int) -> list[list[Part]]:
    random = Random(seed)
    return [
        [
            (
                odd_text(random),
                random.random() < 0.2,
                random.choice(["en", "de", "zz", ""]),
                random.choice(families),
                random.choice([80.0, 175.0, 449.0, 900.0]),
            )
            for _ in range(random.choice([0, 1, 3]))
        ]
        for _ in range(count)
    ]


@pytest.mark.parametrize(
    ("seed", "families"),
    [
        (
            1,
            [
                "en-us",
                "en-us+m8",
                "en-us+belinda",
                "en-us+Annie",
                "en-us+shelby",
                "en-us+steph",
                "en-us+klatt2",
            ],
        ),
        (2, ["en-us", "de", "fr-fr", "ru+f3", "cmn", "ja", "ar", "hi", "vi", "ti", "ko+croak", "el"]),
    ],
)
def test_random_text_neither_crashes_nor_hangs(seed: int, families: list[str]) -> None:
    assert len(spoken(odd_phrases(seed, families, 120))) == 120


SCRIPTS = {
    "ar": (0x0600, 0x0700), "fa": (0x0600, 0x0700), "ur": (0x0600, 0x0700), "he": (0x0590, 0x0600),
    "hi": (0x0900, 0x0980), "mr": (0x0900, 0x0980), "ne": (0x0900, 0x0980), "bn": (0x0980, 0x0A00),
    "pa": (0x0A00, 0x0A80), "gu": (0x0A80, 0x0B00), "or": (0x0B00, 0x0B80), "ta": (0x0B80, 0x0C00),
    "te": (0x0C00, 0x0C80), "kn": (0x0C80, 0x0D00), "ml": (0x0D00, 0x0D80), "si": (0x0D80, 0x0E00),
    "th": (0x0E00, 0x0E80), "my": (0x1000, 0x10A0), "am": (0x1200, 0x1380),
}  # fmt: skip


def test_letters_with_many_marks_can_be_said_in_a_voice_of_their_script() -> None:
    random = Random(3)
    phrases = [
        plain(
            " ".join(
                "".join(chr(random.randrange(*block)) for _ in range(random.choice([2, 5, 12])))
                for _ in range(6)
            ),
            family,
        )
        for family, block in SCRIPTS.items()
        for _ in range(8)
    ]
    assert len(spoken(phrases)) == len(phrases)


def test_every_block_of_unicode_can_be_said() -> None:
    """Three characters of every 128, surrogates and unassigned ones included."""
    blocks = [
        plain(" ".join(chr(base + at + 128 * block) for block in range(8) for at in (1, 65, 100)))
        for base in range(0, 0x110000, 1024)
    ]
    assert len(spoken(blocks)) == len(blocks)


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "x " * 500_000, "\u0301" * 1_000_000, "[[" * 500_000, "9" * 1_000_000],
    ids=["one word", "letters", "marks without a letter", "brackets", "one number"],
)
def test_a_million_characters_begin_to_sound_at_once_and_can_be_left(text: str) -> None:
    ((samples, _),) = spoken([plain(text)])
    assert samples <= 21 * 22050


def test_nothing_that_could_be_said_is_silent_and_nothing_else_sounds() -> None:
    empty = ["", " ", "\x00", "\ud800", "\u0301", "\x01\x02"]
    said = [
        "?!.,;:",
        "[[ ]]",
        "< >",
        "—",
        "\ue000",
        "\U000f0000",
        "a",
        "[[word]]",
        "<speak>",
        "\x0150Pword",
        "wo\x00rd",
        "é",
        "字",
        "\ud800word",
    ]
    heard = spoken([plain(text) for text in empty + said])
    assert all(marks == 0 for _, marks in heard[: len(empty)])
    assert all(marks > 0 for _, marks in heard[len(empty) :])


@pytest.mark.parametrize("family", ["de", "vi", "ti", "cmn", "fr-fr+f3", "en-us+Annie"])
def test_symbols_are_heard_in_every_language(family: str) -> None:
    heard = spoken([plain(text, family) for text in ("😀", "😀" * 60, "\ue000", "⠿", "?!", "…")])
    assert all(marks > 0 for _, marks in heard)


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("ti", "\u28df"),
        ("ti", "\u28de \u28ef \u28f7 \u28fb"),
        ("vi-vn-x-south", "1ಱ e g 000 ӊ a ૠ U S ෙࣇاof the A ᅸthe12345678901234567890Kก x² ᕁ Е 字 F ᱼ"),
        ("vi-vn-x-south", "\u0ae0"),
        ("de", "\U0001f920"),
    ],
)
def test_what_once_ended_the_process_is_said(family: str, text: str) -> None:
    assert len(spoken([plain(text, family)] * 3)) == 3
