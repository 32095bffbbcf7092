"""Names into words: `parseHTTPHeader2` is "parse http header 2"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def split(name: str, whole: Mapping[str, str] | None = None) -> list[str]:
    """The parts of an identifier, in their own spelling; separators (`_`, `-`, `$`) are dropped.

    Boundaries: lower to upper, the last upper of a run before a lower (`HTTPServer`), letter to digit and
    back. `whole` holds words that stay together although they have a boundary inside (`utf8`, `iOS`), keyed
    in lower case. Case is Unicode's, not ASCII's.
    """
    parts: list[str] = []
    for run in _runs(name):
        parts.extend(_split_run(run, whole or {}))
    return parts


def _runs(name: str) -> Iterator[str]:
    start = 0
    for at, char in enumerate(name):
        if not char.isalnum() and not _is_mark(char):
            if at > start:
                yield name[start:at]
            start = at + 1
    if start < len(name):
        yield name[start:]


def _split_run(run: str, whole: Mapping[str, str]) -> list[str]:
    if run.isalpha() and (run.islower() or len(run) == 1):
        return [run]
    cuts = [at for at in range(1, len(run)) if _is_boundary(run, at)]
    if not cuts:
        return [run]
    bounds = [0, *cuts, len(run)]
    parts: list[str] = []
    at = 0
    while at < len(bounds) - 1:
        until = _longest_whole(run, bounds, at, whole)
        parts.append(run[bounds[at] : bounds[until]])
        at = until
    return parts


def _longest_whole(run: str, bounds: list[int], at: int, whole: Mapping[str, str]) -> int:
    for until in range(min(len(bounds) - 1, at + 5), at + 1, -1):
        if run[bounds[at] : bounds[until]].lower() in whole:
            return until
    return at + 1


def _is_boundary(run: str, at: int) -> bool:
    before, here = run[at - 1], run[at]
    if here.isdecimal() != before.isdecimal():
        return True
    if here.isupper() or here.istitle():
        if not before.isupper():
            return before.isalpha()
        return at + 1 < len(run) and run[at + 1].islower() and not _is_plural(run, at + 1)
    return False


def _is_plural(run: str, at: int) -> bool:
    """Whether the `s` at `at` is the plural of the acronym before it: `URLs`, `userIDsByName`."""
    return run[at] == "s" and (at + 1 == len(run) or not run[at + 1].islower())


def _is_mark(char: str) -> bool:
    return (char >= "\u0300" and not char.isprintable()) or "\u0300" <= char <= "\u036f"
