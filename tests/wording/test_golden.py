"""Golden files: realistic code of every main language, and its words at the default level.

The words were written by people who read the code aloud, or were corrected line by line. `language-signs` has
every sign of a language. One line is one phrase. Earcons are in <angle brackets>, the narrator's words in
[square brackets]. Phrases that are only a pause are left out.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.languages import detection
from codechoir.model import Category, Utterance
from codechoir.syntax.document import Document
from codechoir.wording import Wording

GOLDEN = Path(__file__).parent / "golden"
SAMPLES = sorted(path.stem for path in GOLDEN.glob("*.source"))
MAIN = {
    "python",
    "javascript",
    "typescript",
    "rust",
    "go",
    "java",
    "c",
    "cpp",
    "csharp",
    "ruby",
    "php",
    "bash",
}


def rendered(utterance: Utterance) -> str:
    words = utterance.text
    if utterance.category is Category.NARRATION and words:
        words = f"[{words}]"
    cue = f"<{utterance.cue}>" if utterance.cue else ""
    return f"{cue} {words}".strip()


def heard(sample: str) -> list[str]:
    known = detection.language_named(sample.partition("-")[0])
    assert known is not None
    snapshot = Document((GOLDEN / f"{sample}.source").read_bytes(), known).snapshot()
    wording = Wording()
    lines = (" ".join(filter(None, map(rendered, line))) for line in wording.lines(snapshot))
    return [line for line in lines if line]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_words_of_a_sample_do_not_change(sample: str) -> None:
    assert heard(sample) == (GOLDEN / f"{sample}.words").read_text("utf-8").splitlines()


def test_every_main_language_has_samples() -> None:
    assert set(SAMPLES) >= MAIN
    assert set(SAMPLES) >= {f"{language}-signs" for language in MAIN}
