"""Words per token: what is counted. The breakdown names what costs most."""

from __future__ import annotations

from pathlib import Path

from codechoir.bench.text_figures import WordCount, breakdown, count, words_per_token
from codechoir.languages import detect_language
from codechoir.syntax import Document


def counted(text: str) -> WordCount:
    return count(Document(text, detect_language("a.py", b"")).snapshot())


def test_words_and_leaves_of_the_tree_are_counted() -> None:
    assert counted("total = 12\n") == WordCount(words=3, tokens=3)


def test_comments_and_docstrings_are_not_counted() -> None:
    source = 'def f(a):\n    """Say a, b and ``c``."""\n    return a  # the same again\n'
    assert counted(source) == counted("def f(a):\n    return a\n")


def test_a_string_is_three_tokens_and_what_the_narrator_adds_counts() -> None:
    assert counted("n = 'a b c'\n") == WordCount(words=5, tokens=5)
    path = Document("while (a) {\n  b;\n}\n", detect_language("a.js", b"")).snapshot()
    assert count(path) == WordCount(words=5, tokens=8)


def test_files_are_counted_together(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("a = 1\n")
    two.write_text("f(a, b)\n")
    assert words_per_token([one, two]) == (3 + 3) / (3 + 6)


def test_the_breakdown_tells_the_costliest_words(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text("first_name = middle_name = 12\n")
    lines = [line.split(None, 1) for line in breakdown([path])]
    assert lines[0] == ["1.400", "7 words       5 tokens  one.py"]
    assert ["2", "variable: first name"] in lines
    assert ["2", "assignment"] in lines


def test_the_files_of_the_benchmarks_are_read_in_few_words() -> None:
    """0.933 is in `docs/benchmarks.md`. Whatever needs more must be worth it to a listener."""
    assert words_per_token() < 0.95
