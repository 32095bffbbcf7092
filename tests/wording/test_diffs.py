"""What is said of a diff, and in which voices."""

from __future__ import annotations

import pytest
from codechoir.languages import language_named
from codechoir.model import Category, Utterance
from codechoir.pipeline import SpeechPipeline
from codechoir.settings import Settings, WordingOptions
from codechoir.syntax import Document
from codechoir.wording import Wording, decode_literal

SAMPLE = """\
diff --git a/app.py b/app.py
index 123..456 100644
--- a/app.py
+++ b/app.py
@@ -10,5 +10,5 @@ def load(path):
     text = read(path)
     if text:
-        return parse(text, old)
+        return parse(text, new)
     return None
     x = 1
"""


def snapshot(text: str = SAMPLE):  # type: ignore[no-untyped-def]
    language = language_named("diff")
    assert language is not None
    return Document(text, language).snapshot()


def said(text: str = SAMPLE, **options: object) -> list[str]:
    wording = Wording(WordingOptions(**{"indentation": "off", **options}))  # type: ignore[arg-type]
    lines = (" ".join(one.text for one in line if one.text) for line in wording.lines(snapshot(text)))
    return [line for line in lines if line]


def test_files_and_hunks_are_announced_and_lines_told_apart() -> None:
    assert said() == [
        "file app dot py",
        "at line ten def load path",
        "text gets read path",
        "if text",
        "removed return parse text old",
        "added return parse text new",
        "return none",
        "x gets one",
    ]


def test_unchanged_lines_can_be_left_out() -> None:
    assert said(diff_context=False) == [
        "file app dot py",
        "at line ten def load path",
        "removed return parse text old",
        "added return parse text new",
    ]


def test_in_german() -> None:
    lines = said(natural_language="de")
    assert lines[0].startswith("Datei") and lines[1].startswith("ab Zeile zehn")
    assert lines[4].startswith("entfernt") and lines[5].startswith("hinzugefügt")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("diff --git a/b.py b/b.py\nnew file mode 100644\n--- /dev/null\n+++ b/b.py\n", "new file b dot py"),
        (
            "diff --git a/b.py b/b.py\ndeleted file mode 1\n--- a/b.py\n+++ /dev/null\n",
            "deleted file b dot py",
        ),
        ("diff --git a/b.py b/c.py\nrename from b.py\nrename to c.py\n", "renamed to c dot py"),
        ("diff --git a/p.png b/p.png\nBinary files a/p.png and b/p.png differ\n", "file p dot p n g"),
    ],
)
def test_what_happened_to_a_file(header: str, words: str) -> None:
    assert said(header) == [words]


def test_white_space_and_moves_are_said_once() -> None:
    spaces = "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n-def a():\n-  return 1\n+def a():\n+    return 1\n"
    assert said(spaces)[2:] == ["only white space changed", "def a", "return one"]
    block = ["def a():", "    x = 1", "    return x"]
    away, here = ("".join(f"{sign}{line}\n" for line in block) for sign in "-+")
    moved = f"--- a/a.py\n+++ b/a.py\n@@ -1,4 +1,1 @@\n{away} b = 1\n@@ -10,1 +7,4 @@\n c = 1\n{here}"
    lines = said(moved)
    assert lines[2:4] == ["moved away", "b gets one"]
    assert lines[6:] == ["moved here def a", "x gets one", "return x"]


def test_indentation_is_that_behind_the_sign() -> None:
    lines = said(indentation="words")
    assert lines[2:6] == [
        "in text gets read path",
        "if text",
        "in removed return parse text old",
        "added return parse text new",
    ]
    assert lines[6].startswith("out return")


def test_the_literal_level_gives_the_diff_back() -> None:
    utterances = (one for line in Wording(WordingOptions(level="literal")).lines(snapshot()) for one in line)
    assert decode_literal((one.text, one.category.value) for one in utterances) == SAMPLE.encode()


def voices() -> dict[tuple[str, str], tuple[float, float]]:
    found = {}
    for phrase in SpeechPipeline(Settings()).phrases(snapshot()):
        for part in phrase.parts:
            about: Utterance = part.utterance
            if about.category is Category.VARIABLE:
                found[about.text, about.change] = (part.voice.pitch, part.voice.volume)
    return found


def test_removed_lines_are_lower_context_is_softer_and_edits_are_higher() -> None:
    found = voices()
    (pitch, volume), removed = found["text", "added"], found["text", "removed"]
    assert removed == (pitch - 12, volume)
    assert found["path", "context"] == (pitch, volume - 30)
    assert found["new", "added.edited"] == (pitch + 12, volume)
    assert found["old", "removed.edited"] == (pitch, volume)


def test_a_binary_patch_is_said_to_be_one() -> None:
    header = "diff --git a/icon.png b/icon.png\nGIT binary patch\n"
    data = "literal 129\n" + "zcmV-{0Dk`fZZr#=|Fe3SoTWtOyLbvLc#s`Gvo|<)g%P6$7q6flOZ5^jG(}X!JKiq4\n" * 2
    other = "\nliteral 0\nHcmV?d00001\n\n"
    assert said(header + data + other + SAMPLE)[:5] == [
        "file icon dot p n g",
        "binary patch",
        "one hundred twenty nine",
        "bytes",
        "file app dot py",
    ]
