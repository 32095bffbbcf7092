"""Arguments of commands: JSON from the client becomes a typed request, or an `InputError` of one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from codechoir.errors import InputError, did_you_mean, shown
from codechoir.model import Category
from codechoir.settings import Only, Settings, declared, filterable_category

Unit = Literal["selection", "line", "symbol", "file", "from-cursor"]
UNITS: tuple[Unit, ...] = get_args(Unit)

Step = Literal["span", "line", "block", "symbol"]
STEPS: tuple[Step, ...] = get_args(Step)

SayTopic = Literal["outline", "describe", "spell"]
SAY_TOPICS: tuple[SayTopic, ...] = get_args(SayTopic)

ClearWhat = Literal["memory", "disk", "both"]
CLEAR_WHAT: tuple[ClearWhat, ...] = get_args(ClearWhat)

MAX_RANGES = 10_000
"""More selections are a mistake."""

LARGEST_NUMBER = 1e15
"""A larger number is a mistake."""

MAX_SKIP = 10_000
"""A larger count is a mistake, and each step costs time."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Line and character in a document, from 0; characters in units of the negotiated encoding."""

    line: int
    character: int


@dataclass(frozen=True, slots=True)
class Range:
    """Two positions, in order."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What to read: a selection by ranges; a line, a symbol and reading from the cursor by a position."""

    uri: str
    unit: Unit
    range: Range | None
    position: Position | None
    ranges: tuple[Range, ...] = ()

    @property
    def place(self) -> Position:
        """The position, else the start of the range. Raises `InputError` if there is neither."""
        if self.position is not None:
            return self.position
        if self.range is not None:
            return self.range.start
        raise InputError(f"'position' is missing for '{self.unit}': give {{\"line\": 0, \"character\": 0}}")


@dataclass(frozen=True, slots=True)
class SkipRequest:
    """How far to skip: forward, or with a negative count backward."""

    by: Step
    count: int


@dataclass(frozen=True, slots=True)
class RateRequest:
    """A new rate in words per minute: absolute (`wpm`) or as a difference (`delta`)."""

    wpm: float | None
    delta: float | None


@dataclass(frozen=True, slots=True)
class PlaceRequest:
    """A position in a document."""

    uri: str
    position: Position


@dataclass(frozen=True, slots=True)
class OutlineRequest:
    """A document, or with a position the symbol at it."""

    uri: str
    position: Position | None


@dataclass(frozen=True, slots=True)
class SayRequest:
    """What to say about code: an outline needs no place, a description a position, spelling any place."""

    what: SayTopic
    uri: str
    range: Range | None
    position: Position | None
    ranges: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class MuteRequest:
    """A category to mute or solo. `on`: None toggles it."""

    category: Category
    on: bool | None


def parse_arguments(arguments: Any) -> Mapping[str, Any]:
    """The one JSON object in the `arguments` of `workspace/executeCommand`; empty if there is none."""
    if not arguments:
        return {}
    if not isinstance(arguments, Sequence) or len(arguments) != 1 or not isinstance(arguments[0], dict):
        raise InputError("'arguments' must be a list of one JSON object")
    return arguments[0]


def read_request(given: Mapping[str, Any]) -> ReadRequest:
    """The arguments of `codechoir.server.read`."""
    unit = _one_of(given, "unit", UNITS)
    place = _range(given, "range"), _position(given, "position"), _ranges(given)
    request = ReadRequest(_uri(given), unit, *place)
    if unit == "selection" and request.range is None and not request.ranges:
        raise InputError("'range' is missing for 'selection'; without a range, use the unit 'line'")
    if unit in ("line", "symbol", "from-cursor"):
        _ = request.place
    return request


def skip_request(given: Mapping[str, Any]) -> SkipRequest:
    """The arguments of `codechoir.server.skip`; without `count`, one step forward."""
    count = _integer(given.get("count", 1), "count")
    if abs(count) > MAX_SKIP:
        raise InputError(f"'count' must be between -{MAX_SKIP} and {MAX_SKIP}, got {count}")
    return SkipRequest(_one_of(given, "by", STEPS), count)


def repeat_slower(given: Mapping[str, Any]) -> bool:
    """The argument of `codechoir.server.repeat`."""
    value = given.get("slower", False)
    if not isinstance(value, bool):
        raise InputError(f"'slower' must be true or false, got {shown(value)}")
    return value


def cache_request(given: Mapping[str, Any]) -> tuple[bool, bool]:
    """The argument of `codechoir.server.cache`: whether to clear the memory cache, and the disk cache."""
    value = given.get("clear")
    if value is None:
        return False, False
    cleared = _one_of(given, "clear", CLEAR_WHAT)
    return cleared != "disk", cleared != "memory"


def rate_request(given: Mapping[str, Any]) -> RateRequest:
    """The arguments of `codechoir.server.rate`."""
    wpm, delta = given.get("wpm"), given.get("delta")
    if (wpm is None) == (delta is None):
        raise InputError("give either 'wpm' (words per minute) or 'delta' (how many more or fewer)")
    if wpm is not None:
        return RateRequest(declared(Settings)["rate"].check(_number(wpm, "wpm"), "'wpm'"), None)
    return RateRequest(None, _number(delta, "delta"))


def outline_request(given: Mapping[str, Any]) -> OutlineRequest:
    """The arguments of `codechoir.server.outline`."""
    return OutlineRequest(_uri(given), _position(given, "position"))


def place_request(given: Mapping[str, Any]) -> PlaceRequest:
    """The arguments of `codechoir.server.describe`."""
    position = _position(given, "position")
    if position is None:
        raise InputError('\'position\' is missing: give {"line": 0, "character": 0}')
    return PlaceRequest(_uri(given), position)


def say_request(given: Mapping[str, Any]) -> SayRequest:
    """The arguments of `codechoir.server.say`."""
    what = _one_of(given, "what", SAY_TOPICS)
    place = _range(given, "range"), _position(given, "position"), _ranges(given)
    request = SayRequest(what, _uri(given), *place)
    if what == "describe" and request.position is None:
        raise InputError('\'position\' is missing: give {"line": 0, "character": 0}')
    if what == "spell" and request.position is None and request.range is None and not request.ranges:
        raise InputError("'range' is missing; give a range, or a 'position' to spell the word there")
    return request


def mute_request(given: Mapping[str, Any]) -> MuteRequest:
    """The arguments of `codechoir.server.mute` and `.solo`; without `on` the category is toggled."""
    on = given.get("on")
    if on is not None and not isinstance(on, bool):
        raise InputError(f"'on' must be true, false, or left out to toggle, got {shown(on)}")
    return MuteRequest(filterable_category(_one_of(given, "category", tuple(Category))), on)


def only_request(given: Mapping[str, Any]) -> str:
    """The arguments of `codechoir.server.only`."""
    what: str = _one_of(given, "what", get_args(Only))
    return what


def _uri(given: Mapping[str, Any]) -> str:
    uri = given.get("uri")
    if not isinstance(uri, str) or not uri:
        raise InputError("'uri' is missing: give the URI of the document")
    return uri


Name = TypeVar("Name", bound=str)


def _one_of(given: Mapping[str, Any], key: str, known: tuple[Name, ...]) -> Name:
    value = given.get(key)
    for name in known:
        if name == value:
            return name
    near = did_you_mean(value, known) if isinstance(value, str) else ""
    what = f"'{key}' is missing" if value is None else f"unknown '{key}' {shown(value)}"
    raise InputError(f"{what}; known: {', '.join(known)}.{near}")


def _ranges(given: Mapping[str, Any]) -> tuple[Range, ...]:
    """Several selections, in any order."""
    value = given.get("ranges")
    if value is None:
        return ()
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_RANGES:
        raise InputError(f"'ranges' must be a list of 1 to {MAX_RANGES} ranges")
    return tuple(_range_of(each, "ranges") for each in value)


def _range(given: Mapping[str, Any], key: str) -> Range | None:
    value = given.get(key)
    return None if value is None else _range_of(value, key)


def _range_of(value: Any, key: str) -> Range:
    if not isinstance(value, dict):
        raise InputError(f"'{key}' must be an object with 'start' and 'end', got {shown(value)}")
    start, end = _position(value, "start"), _position(value, "end")
    if start is None or end is None:
        raise InputError(f"'start' or 'end' is missing in '{key}'")
    return Range(min(start, end), max(start, end))


def _position(given: Mapping[str, Any], key: str) -> Position | None:
    value = given.get(key)
    if value is None:
        return None
    if not isinstance(value, dict) or "line" not in value or "character" not in value:
        raise InputError(f"'{key}' must be an object with 'line' and 'character', got {shown(value)}")
    line = _integer(value["line"], f"{key}.line")
    character = _integer(value["character"], f"{key}.character")
    if line < 0 or character < 0:
        raise InputError(f"'{key}' must not be negative: lines and characters are counted from 0")
    return Position(line, character)


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST_NUMBER:
        raise InputError(f"'{key}' must be a number, got {shown(value)}")
    return float(value)


def _integer(value: Any, key: str) -> int:
    number = _number(value, key)
    if not number.is_integer():
        raise InputError(f"'{key}' must be a whole number, got {shown(value)}")
    return int(number)
