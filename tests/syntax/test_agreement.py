"""What tokens are and do, against expectations written by hand for each language."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from codechoir.languages import language_folders
from codechoir.languages.detection import language_named
from codechoir.model import Span
from codechoir.syntax.document import Document

from .agreement_files import LANGUAGES, Expectation, expectations

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "languages.md"


@cache
def spans(source: bytes, language: str) -> list[Span]:
    known = language_named(language)
    assert known is not None
    return Document(source, known).snapshot().spans()


def agrees(expected: Expectation, language: str) -> bool:
    """Whether the spans at both ends of the token are as expected."""
    found = spans(expected.source, language)
    first = next((s for s in found if s.start <= expected.start < s.end), None)
    last = next((s for s in found if s.start < expected.end <= s.end), None)
    if first is None or last is None or {first.category, last.category} != {expected.category}:
        return False
    return not expected.role or first.role == expected.role


def test_every_language_with_a_grammar_has_expectations() -> None:
    with_grammar = [
        language.name for language in language_folders().languages if language.parser == "grammar"
    ]
    assert sorted(with_grammar) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_tokens_are_what_the_language_says(language: str) -> None:
    expected = expectations(language)
    wrong = [e.where for e in expected if not e.known_gap and not agrees(e, language)]
    mended = [e.where for e in expected if e.known_gap and agrees(e, language)]
    assert wrong == []
    assert mended == [], "gaps closed: remove their marks and update the table in docs/reference/languages.md"
    assert len(expected) >= 12


def test_the_documented_shares_are_the_measured_ones() -> None:
    rows = re.findall(r"^\| (\w+) +\| (\d+) +\| (\d+) +\|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    documented = {name: (int(agreed), int(total)) for name, agreed, total in rows}
    measured = {}
    for language in LANGUAGES:
        expected = expectations(language)
        measured[language] = (sum(not e.known_gap for e in expected), len(expected))
    assert documented == measured
