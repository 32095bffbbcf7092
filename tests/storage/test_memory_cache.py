"""The cache in memory: its limit in bytes, its lifetime, and stamps."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from codechoir.storage.caches import MemoryCache


@dataclass(frozen=True)
class Block:
    """A value of so many bytes."""

    size: int


class Clock:
    """A clock that stands still unless it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def present(memory: MemoryCache[Block], keys: str) -> list[bool]:
    return [memory.get(key) is not None for key in keys]


def test_the_least_recently_used_leave_first() -> None:
    memory = MemoryCache[Block](limit=35)
    for key in "012":
        memory.put(key, Block(10))
    assert memory.get("0") is not None
    memory.put("3", Block(10))
    assert present(memory, "0123") == [True, False, True, True]
    assert memory.usage == (3, 30)


def test_the_limit_itself_may_be_used_up() -> None:
    memory = MemoryCache[Block](limit=20)
    blocks = {key: Block(10) for key in "012"}
    memory.put("0", blocks["0"])
    memory.put("1", blocks["1"])
    assert memory.get("0") is blocks["0"]
    memory.put("2", blocks["2"])
    assert present(memory, "012") == [True, False, True]
    assert memory.usage == (2, 20)


def test_a_value_larger_than_the_limit_is_not_stored_and_removes_the_older_one() -> None:
    memory = MemoryCache[Block](limit=10)
    memory.put("a", Block(11))
    assert memory.usage == (0, 0)
    memory.put("a", Block(5))
    memory.put("a", Block(11))
    assert memory.get("a") is None
    assert memory.usage == (0, 0)


def test_a_new_value_replaces_the_older_one() -> None:
    memory = MemoryCache[Block](limit=10)
    memory.put("a", Block(5))
    memory.put("a", Block(7))
    assert memory.get("a") == Block(7)
    assert memory.usage == (1, 7)


@pytest.mark.parametrize("reads", [0, 1])
def test_a_value_lives_so_many_seconds_after_it_was_stored(reads: int) -> None:
    clock = Clock()
    memory = MemoryCache[Block](100, lifetime=60, clock=clock)
    memory.put("a", Block(1))
    clock.now = 159.0
    for _ in range(reads):
        assert memory.get("a") is not None
    clock.now = 161.0
    assert memory.usage == (0, 0)
    assert memory.get("a") is None


def test_without_a_lifetime_nothing_ages() -> None:
    clock = Clock()
    memory = MemoryCache[Block](100, clock=clock)
    memory.put("a", Block(1))
    clock.now = 1e12
    assert memory.get("a") is not None


def test_a_value_is_only_found_with_its_stamp() -> None:
    memory = MemoryCache[Block](100)
    memory.put("a", Block(1), stamp=(1, 2))
    assert memory.get("a", (1, 2)) == Block(1)
    assert memory.get("a", (1, 3)) is None
    assert memory.get("a", (1, 2)) is None  # the source has changed, so the value is gone


def test_entries_are_removed_one_by_one_or_all_together() -> None:
    memory = MemoryCache[Block](100)
    for key in "abc":
        memory.put(key, Block(10))
    memory.forget("a")
    memory.forget("nothing")
    assert memory.usage == (2, 20)
    assert memory.clear() == (2, 20)
    assert memory.usage == (0, 0)
