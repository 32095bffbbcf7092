"""The tool that measures the agreement with independent judges, on a judge and a file of our own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from agreement.measure_agreement import count_assertions, count_tokens, measure, real_files
from codechoir.languages import load_grammar
from support.judges import assertions, judges_query, lua_pattern, meaning, patterns, query_source, tables

QUERY = """
; a comment with ( a bracket
(identifier) @variable
((identifier) @constant
  (#lua-match? @constant "^[A-Z][A-Z%d_]*$"))
(call function: (identifier) @function.call)
(function_definition name: (identifier) @function)
["def" "return"] @keyword
(integer) @number
(string) @string
(no_such_node) @keyword
[ "(" ")" ] @punctuation.bracket
((identifier) @variable.builtin
  (#has-ancestor? @variable.builtin lambda))
"""
SOURCE = b"def f(x):\n    return g(x, 3) + LIMIT\n"
ASSERTED = b"""total = price(2)
# <- @variable
#       ^^^^^ @function.call
#             ^ !keyword
#       ^ @keyword
caf\xc3\xa9 = {"^a": 1}
{ ^b: 2 }
"""


@pytest.fixture
def judge(tmp_path: Path) -> Path:
    """A folder of a judge: a query that inherits another, assertions, and a real file."""
    for name, text in {
        "queries/base/highlights.scm": QUERY,
        "queries/python/highlights.scm": "; inherits: base\n(comment) @comment\n",
        "tests/highlights/python/calls.py": ASSERTED.decode(),
        "files/one.py": SOURCE.decode(),
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return tmp_path


def test_a_query_is_taken_apart_and_put_together_without_unknown_nodes(judge: Path) -> None:
    source = query_source(judge / "queries", "python")
    assert len(patterns(source)) == 11
    query = judges_query(load_grammar("python").language, source)
    assert (query.used, query.total) == (10, 11)


def test_assertions_stand_below_what_they_are_about() -> None:
    found = list(assertions(ASSERTED))
    texts = [ASSERTED[one.start : one.end].decode() for one in found]
    assert texts == ["t", "price", "2", "p"]
    assert [one.negated for one in found] == [False, False, True, False]


def test_assertions_count_for_or_against_us(judge: Path) -> None:
    count = count_assertions("nvim", "python", [judge / "tests/highlights/python/calls.py"])
    assert (count.agreed, dict(count.wrong)) == (3, {"keyword | function function": 1})


def test_tokens_count_for_or_against_us(judge: Path) -> None:
    text = query_source(judge / "queries", "python").replace("(integer) @number", "(integer) @type")
    query = judges_query(load_grammar("python").language, text)
    counts = count_tokens("python", {"nvim": query}, [judge / "files/one.py"])
    assert counts["nvim"].wrong == {"type | literal number": 1}
    assert counts["nvim"].agreed == 11
    other = judges_query(load_grammar("python").language, query_source(judge / "queries", "python"))
    counts = count_tokens("python", {"nvim": query, "helix": other}, [judge / "files/one.py"])
    assert counts["nvim"].wrong.total() == 0
    assert counts["nvim"].counted() == "100.0 %"
    assert counts["nvim"].raw() == "91.7 %"


def test_the_table_has_a_row_for_each_language(judge: Path) -> None:
    lines = list(measure(["python", "go"], [("nvim", judge)], judge / "files", None, show=0))
    assert re.match(r"\| python \| 4 \| 75\.0 % \| 75\.0 % \| 12 \| 100\.0 % \| 100\.0 % \|", lines[2])
    assert lines[3].startswith("| go | 0 | – |")


def test_real_files_are_found_by_their_names(judge: Path) -> None:
    assert real_files(judge / "files") == {"python": [judge / "files/one.py"]}


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [("^[A-Z][%w_]*$", "Ab_1", "aB"), ("^%l%-", "a-b", "ab"), ("^.-%.$", "ab.", "ab")],
)
def test_patterns_of_lua(pattern: str, matching: str, other: str) -> None:
    assert lua_pattern(pattern).search(matching)
    assert not lua_pattern(pattern).search(other)


def test_captures_have_the_meaning_of_their_judge() -> None:
    assert meaning("helix", "constant.numeric.integer") == {"literal"}
    assert meaning("nvim", "keyword.conditional.ternary") == {"operator"}
    assert meaning("nvim", "markup.heading") == frozenset()


def test_every_rule_has_a_reason_and_a_kind() -> None:
    assert {rule.kind for rule in tables().rules} == {"taste", "judge"}
    assert all(rule.reason.endswith(".") for rule in tables().rules)
