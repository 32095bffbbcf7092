"""The setting `speakers`: families by engine and category, from the editor's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codechoir.errors import InputError
from codechoir.lsp.listening import Given, text
from codechoir.model import Category
from codechoir.settings import checked_category


def speakers(value: Any, given: Given) -> dict[str, dict[Category, str]]:
    """`{"xtts": {"comment": "anna"}}`; a part that is wrong is left out with a warning."""
    found: dict[str, dict[Category, str]] = {}
    for engine, cast in _members(value, "an engine"):
        if cast is None:
            continue
        try:
            members = _members(cast, "a category")
        except InputError as error:
            given.warn(error)
            continue
        for name, family in members:
            if family is not None:
                _add(found.setdefault(engine, {}), name, family, given)
    return found


def _add(cast: dict[Category, str], name: str, family: Any, given: Given) -> None:
    try:
        cast[checked_category(name)] = text(family, given)
    except InputError as error:
        given.warn(error)


def _members(value: Any, what: str) -> list[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise InputError(f"{value!r} is no object with {what} for each key")
    return [(str(key), each) for key, each in value.items()]
