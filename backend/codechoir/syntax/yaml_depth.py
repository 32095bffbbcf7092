"""How deep a YAML text is nested, because its grammar's scanner does not survive more than about 250 blocks.

It writes the columns of all open blocks into a buffer of 1024 bytes without looking where that ends, and the
process dies (tree-sitter-yaml 0.7.2, shown by 260 times `- `).
"""

from __future__ import annotations

import re

_DEEPEST = 200
_INDICATORS = re.compile(rb"^[ \t\-?:]{200,}", re.MULTILINE)
_PREFIX = re.compile(rb"^[ \t\-?:]+", re.MULTILINE)
_INDICATOR = re.compile(rb"[\-?:]")


def too_deep(text: bytes) -> bool:
    """Whether blocks might be nested more than 200 deep.

    Open blocks begin at different columns, each at an indicator or at a line's first word; so there are no
    more of them than columns where one begins.
    """
    if _INDICATORS.search(text) is None:
        return False
    columns: set[int] = set()
    for prefix in _PREFIX.finditer(text):
        columns.add(prefix.end() - prefix.start())
        columns.update(indicator.start() for indicator in _INDICATOR.finditer(prefix.group()))
    return len(columns) > _DEEPEST
