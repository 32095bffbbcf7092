"""Pieces of source on their way from a tree to spans."""

from __future__ import annotations

from typing import NamedTuple

import tree_sitter


class Piece(NamedTuple):
    """One token as a tree has it: byte range, capture, role, nesting, and what it closes."""

    start: int
    end: int
    capture: str
    role: str = ""
    depth: int = 0
    closes: str = ""


class Region(NamedTuple):
    """Text in another language: `language` names it, `node` holds it, `capture` is what it is to its host."""

    node: tree_sitter.Node
    language: str
    capture: str
