"""Two programs that differ in one sign do not sound the same at the level `some`.

A sample of the mutants of each main language; `python -m mutants.measure` tries as many as you like.
"""

from __future__ import annotations

from itertools import islice

import pytest
from support.mutants import (
    is_exception,
    languages,
    marked_brackets,
    mutants,
    needs_mark,
    program,
    snippets,
    words,
)

SAMPLE = 150
"""Mutants of each language in a run of the tests."""

MOST_ALIKE = 0.02
"""Share that may sound the same in so small a sample; docs/reference/mutants.md has that of all mutants."""

MAIN = [
    "bash",
    "c",
    "cpp",
    "csharp",
    "go",
    "java",
    "javascript",
    "php",
    "python",
    "ruby",
    "rust",
    "typescript",
]


def test_every_main_language_has_snippets() -> None:
    assert languages() == MAIN


@pytest.mark.parametrize("language", MAIN)
def test_snippets_have_no_mistake(language: str) -> None:
    assert [text for text in snippets(language) if program(language, text) is None] == []


@pytest.mark.parametrize("language", MAIN)
def test_mutants_sound_different(language: str) -> None:
    known = {text: words(language, text) for text in snippets(language)}
    alike = [
        f"{mutant.edit} | {mutant.before} | {mutant.after}"
        for mutant in islice(mutants(language), SAMPLE)
        if words(language, mutant.text) == known[mutant.original]
    ]
    assert len([line for line in alike if not is_exception(line)]) <= SAMPLE * MOST_ALIKE, "\n".join(alike)


MOST_NEEDLESS = 0.2
"""Share of "close" for which no single bracket can close elsewhere, as in a run of brackets."""


def test_a_bracket_is_said_only_where_it_could_close_elsewhere() -> None:
    marks = [
        (language, text, at)
        for language in MAIN
        for text in snippets(language)
        for at in marked_brackets(language, text)
    ]
    needless = [f"{one[0]}: {one[1][: one[2] + 1][-60:]}" for one in marks if not needs_mark(*one)]
    assert len(marks) > 80
    assert len(needless) <= MOST_NEEDLESS * len(marks), "\n".join(needless)
