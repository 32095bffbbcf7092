"""How much work a regular expression can make: a backtracking matcher that counts its steps, and strings that
make it backtrack.

`re` cannot be asked how many steps it takes, and its time depends on the machine. This matcher tries the same
alternatives in the same order, so that its count grows as the time of `re` does.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from re import _constants as ops  # type: ignore[attr-defined]  # isort: skip
from re import _parser as parser  # type: ignore[attr-defined]  # isort: skip

Continue = Callable[[int], bool]
Matcher = Callable[[int, Continue], bool]

_UNBOUNDED = 8
"""A repeat that may take so many more turns than it must counts as unbounded."""

_REPEATS = {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}
_POOL = "a0 -.\n_Z'\"`:;=,/*\\#()[]{}<>!@$%^&|+?~\té"
_OTHER = "\x00"
"""A character that hardly any pattern names."""

_SUFFIXES = ("", _OTHER, "\na")
"""Ends of attacks. One of them makes nearly every pattern fail."""


class TooManySteps(Exception):
    """The matcher has taken more steps than it may."""


class StepCounter:
    """Matches one pattern like `re`, and counts how many times it tried a character, a place or a repeat."""

    def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
        text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
        tree = parser.parse(text, flags & ~re.UNICODE if isinstance(pattern, bytes) else flags)
        self.tree = tree
        self.flags = tree.state.flags | (re.ASCII if isinstance(pattern, bytes) else 0)
        self._root = self._sequence(tree, self.flags)
        self._text = ""
        self._steps = self._limit = 0
        self._groups: dict[int, tuple[int, int]] = {}

    def steps(self, text: str, mode: str, limit: int) -> int:
        """Steps for `match`, `fullmatch`, or `finditer` to the end of `text`; at most `limit` + 1."""
        try:
            if mode == "finditer":
                for _ in self.spans(text, limit):
                    pass
            else:
                self.end(text, full=mode == "fullmatch", limit=limit)
        except TooManySteps:
            pass
        return self._steps

    def end(self, text: str, *, full: bool = False, limit: int = 1_000_000) -> int | None:
        """Where the match at the beginning ends, or None."""
        self._text, self._steps, self._limit = text, 0, limit
        return self._end(0, full=full)

    def spans(self, text: str, limit: int = 1_000_000) -> Iterator[tuple[int, int]]:
        """The spans of all matches, as `re.finditer` finds them."""
        self._text, self._steps, self._limit = text, 0, limit
        begin, was_empty = 0, False
        while True:
            for start in range(begin, len(text) + 1):
                end = self._end(start, not_empty=was_empty and start == begin)
                if end is not None:
                    break
            else:
                return
            yield start, end
            begin, was_empty = end, start == end

    def _end(self, start: int, *, full: bool = False, not_empty: bool = False) -> int | None:
        self._groups = {}
        found: list[int] = []

        def accept(at: int) -> bool:
            if (full and at != len(self._text)) or (not_empty and at == start):
                return False
            found.append(at)
            return True

        return found[0] if self._root(start, accept) else None

    def _step(self, count: int = 1) -> None:
        self._steps += count
        if self._steps > self._limit:
            raise TooManySteps

    # ---- nodes of the tree -----------------------------------------------------------------------------

    def _sequence(self, nodes: Any, flags: int) -> Matcher:
        parts = [self._node(op, value, flags) for op, value in nodes]
        if len(parts) == 1:
            return parts[0]

        def run(index: int, at: int, then: Continue) -> bool:
            if index == len(parts):
                return then(at)
            return parts[index](at, lambda end: run(index + 1, end, then))

        return lambda at, then: run(0, at, then)

    def _node(self, op: Any, value: Any, flags: int) -> Matcher:
        accepts = character_test(op, value, flags)
        if accepts is not None:
            return lambda at, then: self._character(accepts, at) and then(at + 1)
        if op in _REPEATS:
            low, high, body = value
            return self._repeat(op, low, high, body, flags)
        if op is ops.SUBPATTERN:
            group, add, remove, body = value
            return self._group(group, self._sequence(body, (flags | add) & ~remove))
        if op is ops.ATOMIC_GROUP:
            return self._atomic(self._sequence(value, flags))
        if op is ops.BRANCH:
            branches = [self._sequence(branch, flags) for branch in value[1]]
            return lambda at, then: any(branch(at, then) for branch in branches)
        if op in (ops.ASSERT, ops.ASSERT_NOT):
            return self._assertion(value[0], value[1], flags, wanted=op is ops.ASSERT)
        if op is ops.GROUPREF:
            return lambda at, then: self._reference(value, at, then)
        if op is ops.GROUPREF_EXISTS:
            group, yes, no = value
            branches = [self._sequence(branch or [], flags) for branch in (yes, no)]
            return lambda at, then: branches[group not in self._groups](at, then)
        if op is ops.AT:
            return lambda at, then: self._place(value, at, flags) and then(at)
        raise NotImplementedError(str(op))

    def _character(self, accepts: Callable[[str], bool], at: int) -> bool:
        self._step()
        return at < len(self._text) and accepts(self._text[at])

    def _repeat(self, op: Any, low: int, high: Any, body: Any, flags: int) -> Matcher:
        most = len(body) == 1 and character_test(*body[0], flags)
        if most:
            return self._character_repeat(op, low, int(high), most)
        matcher = self._sequence(body, flags)

        def run(count: int, at: int, then: Continue) -> bool:
            self._step()

            def again(end: int) -> bool:
                if end == at and count >= low:  # `re` takes no empty turns either
                    return False
                return run(count + 1, end, then)

            if count < low:
                return matcher(at, again)
            if op is ops.MIN_REPEAT:
                return then(at) or (count < int(high) and matcher(at, again))
            return (count < int(high) and matcher(at, again)) or then(at)

        if op is ops.POSSESSIVE_REPEAT:
            return self._atomic(lambda at, then: run(0, at, then))
        return lambda at, then: run(0, at, then)

    def _character_repeat(self, op: Any, low: int, high: int, accepts: Callable[[str], bool]) -> Matcher:
        def run(at: int, then: Continue) -> bool:
            end = at
            if op is ops.MIN_REPEAT:
                while end - at < high:
                    if end - at >= low and then(end):
                        return True
                    if not self._character(accepts, end):
                        return False
                    end += 1
                return then(end)
            stop = min(len(self._text), at + high)
            while end < stop and accepts(self._text[end]):
                end += 1
            self._step(end - at + 1)
            if op is ops.POSSESSIVE_REPEAT:
                return end - at >= low and then(end)
            while end - at >= low:
                self._step()
                if then(end):
                    return True
                end -= 1
            return False

        return run

    def _group(self, group: int | None, matcher: Matcher) -> Matcher:
        if group is None:
            return matcher

        def run(at: int, then: Continue) -> bool:
            before = self._groups.get(group)

            def close(end: int) -> bool:
                inner = self._groups.get(group)
                self._groups[group] = (at, end)
                if then(end):
                    return True
                self._restore(group, inner)
                return False

            if matcher(at, close):
                return True
            self._restore(group, before)
            return False

        return run

    def _restore(self, group: int, span: tuple[int, int] | None) -> None:
        if span is None:
            self._groups.pop(group, None)
        else:
            self._groups[group] = span

    def _atomic(self, matcher: Matcher) -> Matcher:
        def run(at: int, then: Continue) -> bool:
            ends: list[int] = []
            return matcher(at, lambda end: ends.append(end) is None) and then(ends[0])

        return run

    def _assertion(self, direction: int, body: Any, flags: int, *, wanted: bool) -> Matcher:
        matcher = self._sequence(body, flags)
        width = body.getwidth()[0] if direction < 0 else 0

        def run(at: int, then: Continue) -> bool:
            start = at - width
            holds = start >= 0 and matcher(start, lambda end: direction > 0 or end == at)
            return holds is wanted and then(at)

        return run

    def _reference(self, group: int, at: int, then: Continue) -> bool:
        self._step()
        if group not in self._groups:
            return False
        start, end = self._groups[group]
        part = self._text[start:end]
        return self._text.startswith(part, at) and then(at + len(part))

    def _place(self, place: Any, at: int, flags: int) -> bool:
        self._step()
        text, last = self._text, len(self._text)
        if place is ops.AT_BEGINNING_STRING or (place is ops.AT_BEGINNING and not flags & re.MULTILINE):
            return at == 0
        if place is ops.AT_BEGINNING:
            return at == 0 or text[at - 1] == "\n"
        if place is ops.AT_END_STRING:
            return at == last
        if place is ops.AT_END:
            return at == last or (text[at] == "\n" and (at == last - 1 or bool(flags & re.MULTILINE)))
        word = character_test(ops.IN, [(ops.CATEGORY, ops.CATEGORY_WORD)], flags)
        assert word is not None
        is_boundary = (at > 0 and word(text[at - 1])) != (at < last and word(text[at]))
        return is_boundary is (place is ops.AT_BOUNDARY)


def character_test(op: Any, value: Any, flags: int) -> Callable[[str], bool] | None:
    """Whether a node that takes exactly one character takes this one; None for other nodes."""
    if op is ops.ANY:
        return (lambda char: True) if flags & re.DOTALL else (lambda char: char != "\n")
    items = {ops.LITERAL: [(op, value)], ops.NOT_LITERAL: [(ops.NEGATE, None), (ops.LITERAL, value)]}
    members = value if op is ops.IN else items.get(op)
    if members is None:
        return None
    expression = re.compile(f"[{''.join(map(_member, members))}]", flags & (re.ASCII | re.IGNORECASE))
    return _Known(expression).__getitem__


class _Known(dict[str, bool]):
    """Which characters an expression takes; remembered."""

    def __init__(self, expression: re.Pattern[str]) -> None:
        self._expression = expression

    def __missing__(self, char: str) -> bool:
        self[char] = self._expression.match(char) is not None
        return self[char]


def _member(item: tuple[Any, Any]) -> str:
    op, value = item
    if op is ops.NEGATE:
        return "^"
    if op is ops.LITERAL:
        return f"\\U{value:08x}"
    if op is ops.RANGE:
        return f"\\U{value[0]:08x}-\\U{value[1]:08x}"
    names = {ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_NOT_DIGIT: r"\D", ops.CATEGORY_SPACE: r"\s"}
    names |= {ops.CATEGORY_NOT_SPACE: r"\S", ops.CATEGORY_WORD: r"\w", ops.CATEGORY_NOT_WORD: r"\W"}
    return names[value]


# ---- strings that make a pattern backtrack ---------------------------------------------------------------


@dataclass
class _Samples:
    """Strings that a part of a pattern matches. `groups`: what its groups matched, for references."""

    flags: int
    pool: str
    random: random.Random | None = None
    groups: dict[int, str] = field(default_factory=dict)

    def of(self, nodes: Any) -> str:
        return "".join(self._one(op, value) for op, value in nodes)

    def _one(self, op: Any, value: Any) -> str:
        accepts = character_test(op, value, self.flags)
        if accepts is not None:
            known = [char for char in self.pool if accepts(char)] or [chr(value) if op is ops.LITERAL else ""]
            return self.random.choice(known) if self.random else known[0]
        if op in _REPEATS:
            low, high, body = value
            more = self.random.randint(0, 2) if self.random else 0
            return "".join(self.of(body) for _ in range(min(low + more, int(high), low + 2)))
        if op is ops.SUBPATTERN:
            text = self.of(value[3])
            if value[0] is not None:
                self.groups[value[0]] = text
            return text
        if op is ops.ATOMIC_GROUP:
            return self.of(value)
        if op is ops.BRANCH:
            return self.of(self.random.choice(value[1]) if self.random else value[1][0])
        if op is ops.GROUPREF:
            return self.groups.get(value, "")
        return ""


@dataclass(frozen=True)
class Growth:
    """How fast the steps of a pattern grow with the length of an attack: by which power.

    `power`: 1 for linear, 2 for quadratic; `math.inf` where the counting was given up. `attack`: prefix,
    repeated part and suffix.
    """

    power: float
    attack: tuple[str, str, str] = ("", "", "")


def growth(counter: StepCounter, mode: str, limit: int = 120_000) -> Growth:
    """The fastest growth that an attack brings about. `mode`: `match`, `fullmatch` or `finditer`."""
    worst = Growth(1)
    for prefix, pump, suffix in attacks(counter.tree, counter.flags):

        def steps(repeats: int, limit: int) -> int:
            return counter.steps(prefix + pump * repeats + suffix, mode, limit)  # noqa: B023

        size = max(3, 6 // len(pump))
        one, two, three = (steps(size * factor, limit // 20) for factor in (1, 2, 3))
        if three <= limit // 20 and three - two <= 1.1 * (two - one) + 4:
            continue  # each part costs as much as the one before
        size = max(4, 16 // len(pump))
        one, two, four = (steps(size * factor, limit) for factor in (1, 2, 4))
        power = math.inf if four > limit else math.log2(max((four - two) / max(two - one, 1), 2))
        if power > worst.power:
            worst = Growth(power, (prefix, pump, suffix))
        if power == math.inf:
            break
    return worst


def attacks(tree: Any, flags: int) -> Iterator[tuple[str, str, str]]:
    """Prefix, part to repeat, and suffix of strings that could make a pattern backtrack much."""
    literals = sorted({chr(value) for op, value in _nodes(tree) if op is ops.LITERAL})
    pool = "".join(dict.fromkeys(_POOL + "".join(literals)))
    kinds = _character_kinds(tree, flags, pool)
    seen: set[tuple[str, str]] = set()
    for prefix, body in _repeats(tree, "", flags, pool):
        if len(body) == 1 and (accepts := character_test(*body[0], flags)):
            pumps = {char for char in kinds if accepts(char)}
        else:
            pumps = {
                _Samples(flags, kinds, random.Random(seed) if seed else None).of(body) for seed in range(6)
            }
        pumps |= {
            prefix + pump for pump in sorted(pumps)[:2]
        }  # many beginnings, each of which looks far ahead
        for start in {"": None, prefix: None}:
            for pump in sorted(filter(None, pumps)):
                if (start, pump) not in seen:
                    seen.add((start, pump))
                    yield from ((start, pump, suffix) for suffix in _SUFFIXES)


def _character_kinds(tree: Any, flags: int, pool: str) -> str:
    """One character of each kind that the pattern distinguishes."""
    tests = [test for op, value in _nodes(tree) if (test := character_test(op, value, flags))]
    kinds: dict[tuple[bool, ...], str] = {}
    for char in pool:
        is_special = (char == "\n", char.isalnum() or char == "_")  # for `^`, `$` and word boundaries
        kinds.setdefault((*is_special, *(test(char) for test in tests)), char)
    return "".join(kinds.values())


def _nodes(nodes: Any) -> Iterator[tuple[Any, Any]]:
    """All nodes below some."""
    for op, value in nodes:
        yield op, value
        for inner in _bodies(op, value):
            yield from _nodes(inner)


def _bodies(op: Any, value: Any) -> list[Any]:
    if op in _REPEATS:
        return [value[2]]
    if op is ops.SUBPATTERN:
        return [value[3]]
    if op is ops.ATOMIC_GROUP:
        return [value]
    if op is ops.BRANCH:
        return list(value[1])
    if op in (ops.ASSERT, ops.ASSERT_NOT):
        return [value[1]]
    if op is ops.GROUPREF_EXISTS:
        return [part for part in value[1:] if part]
    return []


def _repeats(nodes: Any, prefix: str, flags: int, pool: str) -> Iterator[tuple[str, Any]]:
    """Each unbounded repeat: a string that leads to it, and its body."""
    samples = _Samples(flags, pool)
    before = prefix
    for op, value in nodes:
        if op in _REPEATS and int(value[1]) - value[0] >= _UNBOUNDED:
            yield before, value[2]
        for inner in _bodies(op, value):
            yield from _repeats(inner, before, flags, pool)
        before += samples.of([(op, value)])
