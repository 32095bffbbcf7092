"""What brackets do where only their neighbours tell."""

from __future__ import annotations

import pytest
from codechoir.languages import Language
from codechoir.syntax.document import Document


def roles(language: str, source: str) -> list[tuple[str, str]]:
    snapshot = Document(source, Language(language, language, "pygments", language)).snapshot()
    return [(snapshot.text[s.start : s.end].decode(), s.role) for s in snapshot.spans() if s.role]


GROUP = [("(", "group.open"), (")", "group.close")]
INDEX = [("[", "index.open"), ("]", "index.close")]


@pytest.mark.parametrize(
    ("language", "source", "found"),
    [
        ("lua", "x = (a)", GROUP),
        ("lua", "f(a)", []),
        ("lua", "f(1, (a))", GROUP),
        ("lua", "x = t[1]", INDEX),
        ("lua", "x = f()", [("()", "call.empty.open")]),
        ("lua", "function f() end", []),
        ("kotlin", "x[1]", INDEX),
        ("kotlin", "g<A>(1)", []),
        ("kotlin", "if (a) b", []),
        ("kotlin", "f()", [("(", "call.empty.open"), (")", "call.empty.close")]),
        ("kotlin", "fun f() {}", []),
        ("haskell", "f (g x) (h y)", GROUP * 2),
        ("sql", "INSERT INTO t VALUES (1), (2)", []),
        ("swift", "[1]", [("[", "list.open"), ("]", "list.close")]),
        ("clojure", "(+ (f) [1])", []),
    ],
)
def test_neighbours_tell_what_a_bracket_does(
    language: str, source: str, found: list[tuple[str, str]]
) -> None:
    assert roles(language, source) == found


@pytest.mark.parametrize("source", ["x = (a]", ")", "x = ((", "]] + )("])
def test_where_brackets_do_not_match_nothing_fails(source: str) -> None:
    assert [role for _, role in roles("lua", source) if role.endswith("group.close")] == []


def test_after_a_bracket_too_many_groups_are_told_again() -> None:
    assert roles("lua", "y = a)\nx = (b)") == GROUP


def test_only_broken_code_is_nested_deeper_than_is_kept() -> None:
    found = roles("lua", "x = " + "(" * 5_000 + "a" + ")" * 5_000)
    assert found[0] == ("(", "group.open")
    assert len(found) < 10_000
