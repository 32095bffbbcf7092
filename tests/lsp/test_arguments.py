"""Arguments of commands: whatever an editor sends becomes a request or one clear line."""

from __future__ import annotations

from typing import Any

import pytest
from codechoir.errors import InputError
from codechoir.lsp.arguments import (
    Position,
    Range,
    mute_request,
    only_request,
    outline_request,
    parse_arguments,
    place_request,
    rate_request,
    read_request,
    say_request,
    skip_request,
)
from codechoir.model import Category
from hypothesis import given, settings
from hypothesis import strategies as st

URI = "file:///a.py"
AT = {"line": 3, "character": 4}


def test_a_command_takes_one_object_or_nothing() -> None:
    assert parse_arguments(({"unit": "line"},)) == {"unit": "line"}
    assert parse_arguments(None) == parse_arguments([]) == {}


@pytest.mark.parametrize("arguments", [[1], ["uri"], [{}, {}], [[{}]], "text", 5])
def test_anything_else_is_refused(arguments: Any) -> None:
    with pytest.raises(InputError, match="one JSON object"):
        parse_arguments(arguments)


def test_a_read_request_with_everything() -> None:
    request = read_request(
        {"uri": URI, "unit": "selection", "range": {"start": AT, "end": {"line": 1, "character": 0}}}
    )
    assert request.range == Range(Position(1, 0), Position(3, 4))
    assert request.place == Position(1, 0)


def test_the_position_counts_before_the_range() -> None:
    whole = {"start": {"line": 0, "character": 0}, "end": AT}
    assert read_request({"uri": URI, "unit": "line", "range": whole, "position": AT}).place == Position(3, 4)


def test_whole_numbers_may_come_as_floats() -> None:
    request = read_request({"uri": URI, "unit": "line", "position": {"line": 3.0, "character": 4.0}})
    assert request.place == Position(3, 4)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({}, "'unit' is missing"),
        ({"uri": URI, "unit": "lin"}, "Did you mean 'line'"),
        ({"uri": URI, "unit": 7}, "unknown 'unit' 7"),
        ({"uri": URI, "unit": ["line"]}, "unknown 'unit'"),
        ({"unit": "file"}, "'uri' is missing"),
        ({"uri": "", "unit": "file"}, "'uri' is missing"),
        ({"uri": 3, "unit": "file"}, "'uri' is missing"),
        ({"uri": URI, "unit": "line"}, "'position' is missing"),
        ({"uri": URI, "unit": "selection", "position": AT}, "'range' is missing"),
        ({"uri": URI, "unit": "line", "position": [1, 2]}, "must be an object with"),
        ({"uri": URI, "unit": "line", "position": {"line": 1}}, "must be an object with"),
        ({"uri": URI, "unit": "line", "position": {"line": -1, "character": 0}}, "must not be negative"),
        ({"uri": URI, "unit": "line", "position": {"line": "1", "character": 0}}, "must be a number"),
        ({"uri": URI, "unit": "line", "position": {"line": True, "character": 0}}, "must be a number"),
        ({"uri": URI, "unit": "line", "position": {"line": 1.5, "character": 0}}, "must be a whole number"),
        ({"uri": URI, "unit": "line", "position": {"line": float("nan"), "character": 0}}, "a number"),
        ({"uri": URI, "unit": "selection", "range": {"start": AT}}, "'start' or 'end' is missing"),
        ({"uri": URI, "unit": "selection", "range": 4}, "must be an object with"),
        ({"uri": URI, "unit": "selection", "ranges": []}, "'ranges' must be a list of 1 to"),
        ({"uri": URI, "unit": "selection", "ranges": {"start": AT, "end": AT}}, "'ranges' must be a list"),
        ({"uri": URI, "unit": "selection", "ranges": [None]}, "'ranges' must be an object with"),
        ({"uri": URI, "unit": "selection", "ranges": [{"start": AT}]}, "'start' or 'end' is missing"),
        ({"uri": URI, "unit": "selection", "ranges": [{"start": AT, "end": AT}] * 20_000}, "10000 ranges"),
    ],
)
def test_a_read_request_that_is_wrong_says_what(arguments: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=line):
        read_request(arguments)


def test_skips() -> None:
    assert skip_request({"by": "line", "count": -3}).count == -3
    assert skip_request({"by": "symbol"}).count == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"count": 1}, "'by' is missing; known: span, line, block, symbol"),
        ({"by": "lines", "count": 1}, "Did you mean 'line'"),
        ({"by": "line", "count": "far"}, "must be a number"),
        ({"by": "line", "count": 10**12}, "'count' must be between"),
    ],
)
def test_a_skip_that_is_wrong_says_what(arguments: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=line):
        skip_request(arguments)


def test_rates() -> None:
    assert rate_request({"wpm": 300}).wpm == 300
    assert rate_request({"delta": -20}).delta == -20


@pytest.mark.parametrize(
    "arguments", [{}, {"wpm": 300, "delta": 1}, {"wpm": 5}, {"wpm": "fast"}, {"delta": []}]
)
def test_a_rate_that_is_wrong_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        rate_request(arguments)


def test_places_and_documents() -> None:
    assert place_request({"uri": URI, "position": AT}).position == Position(3, 4)
    assert outline_request({"uri": URI}).position is None
    assert outline_request({"uri": URI, "position": AT}).position == Position(3, 4)
    with pytest.raises(InputError, match="'position' is missing"):
        place_request({"uri": URI})


def test_what_is_to_be_told() -> None:
    whole = {"start": AT, "end": {"line": 5, "character": 0}}
    assert say_request({"what": "outline", "uri": URI}).position is None
    assert say_request({"what": "describe", "uri": URI, "position": AT}).position == Position(3, 4)
    assert say_request({"what": "spell", "uri": URI, "range": whole}).range == Range(
        Position(3, 4), Position(5, 0)
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"uri": URI}, "'what' is missing; known: outline, describe, spell"),
        ({"what": "outlin", "uri": URI}, "Did you mean 'outline'"),
        ({"what": "outline"}, "'uri' is missing"),
        ({"what": "describe", "uri": URI}, "'position' is missing"),
        ({"what": "spell", "uri": URI}, "'range' is missing"),
    ],
)
def test_what_cannot_be_told_says_why(arguments: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=line):
        say_request(arguments)


def test_what_is_to_be_heard() -> None:
    assert mute_request({"category": "comment"}).on is None
    request = mute_request({"category": "comment", "on": False})
    assert (request.category, request.on) == (Category.COMMENT, False)
    assert only_request({"what": "signatures"}) == "signatures"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({}, "'category' is missing; known: comment"),
        ({"category": "coment"}, "Did you mean 'comment'"),
        ({"category": "narration"}, "narration cannot be filtered"),
        ({"category": "comment", "on": 1}, "'on' must be true, false"),
    ],
)
def test_what_cannot_be_muted_says_why(arguments: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=line):
        mute_request(arguments)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InputError, match="Did you mean 'signatures'"):
        only_request({"what": "signature"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
keys = st.sampled_from(
    [
        *("uri", "unit", "range", "position", "by", "count", "wpm", "delta", "start", "line"),
        *("what", "category", "on"),
    ]
)


@settings(deadline=None)
@given(st.dictionaries(keys, json_values))
def test_no_json_at_all_gets_past_the_checks_with_anything_but_one_line(arguments: dict[str, Any]) -> None:
    checks = (read_request, skip_request, rate_request, place_request, outline_request)
    for check in (*checks, say_request, mute_request, only_request):
        try:
            check(arguments)
        except InputError as error:
            assert str(error)
