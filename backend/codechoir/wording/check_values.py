"""What is wrong with the values of a word table: their kind, their gaps, their regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

from codechoir.wording.tables import shipped

TEMPLATES = frozenset(("phrases", "outline", "describe", "deception"))
"""Sections whose words have gaps, such as `{name}`."""

_KINDS = {str: "words in quotes", list: "a list of words", dict: "a table", bool: "true or false"}
_GROUP = re.compile(r"\\(?:(?P<number>\d+)|g<(?P<name>\w*)>|(?P<other>.?))", re.DOTALL)


def misfit(section: str, key: str, value: Any) -> str:
    """What is wrong with a value, by the one that the base table has in its place; empty when it fits."""
    base = shipped("en")[section]
    like = base.get(key, next(iter(base.values()), ""))
    if type(value) is not type(like):
        return f"'{key}' must be {_KINDS.get(type(like), type(like).__name__)}, not {value!r}"
    if not _has_shape(value, like):
        return f"'{key}' must be a list of {len(like)} as in the base table, not {value!r}"
    if section in TEMPLATES:
        return _gaps(key, value, like)
    return ""


def pattern_error(pattern: str, words: object) -> str:
    """What is wrong with a pronunciation by pattern; empty when nothing is."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        return f"'{pattern}' is not a regular expression: {error}"
    if not isinstance(words, str):
        return f"'{pattern}' must be followed by words in quotes, not {words!r}"
    for group in _GROUP.finditer(words):
        if group["other"] is not None and group["other"] != "\\":
            return f"'{group[0]}' in '{words}' is no group of the pattern, such as '\\1'"
        number, name = group["number"], group["name"]
        if number is not None and int(number) > compiled.groups:
            return f"'{group[0]}' in '{words}': the pattern has {compiled.groups} groups"
        if name is not None and name not in compiled.groupindex and not _is_group(name, compiled.groups):
            return f"'{group[0]}' in '{words}': the pattern has no group of this name"
    return ""


def _has_shape(value: Any, like: Any) -> bool:
    """Whether lists have the length that is expected, and words in the places of words."""
    if not isinstance(like, list):
        return type(value) is type(like)
    if not isinstance(value, list) or len(value) != len(like):
        return False
    return all(_has_shape(one, other) for one, other in zip(value, like, strict=True))


def _is_group(name: str, groups: int) -> bool:
    return name.isascii() and name.isdecimal() and int(name) <= groups


def _gaps(key: str, value: Any, like: Any) -> str:
    """What is wrong with the gaps of a sentence, or of a list of sentences."""
    known = set(_names(like))
    try:
        unknown = [name for name in _names(value) if name not in known]
    except ValueError as error:
        return f"'{key}' has a brace that is no gap: {error}"
    if unknown:
        gaps = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
        return f"'{key}' has the gap {{{unknown[0]}}}; known: {gaps}"
    return ""


def _names(value: Any) -> Iterator[str]:
    for text in value if isinstance(value, list) else [value]:
        for _, name, form, _ in Formatter().parse(text):
            if name is not None:
                yield name + (f":{form}" if form else "")
