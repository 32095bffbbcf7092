"""From byte offsets to the ranges of the protocol, in the units that were negotiated."""

from __future__ import annotations

from codechoir.syntax.document import Snapshot
from codechoir.syntax.positions import Encoding, position_of


def range_of(snapshot: Snapshot, encoding: Encoding, start: int, end: int) -> dict[str, dict[str, int]]:
    """The LSP range of two byte offsets."""
    places = (position_of(snapshot, start, encoding), position_of(snapshot, end, encoding))
    first, last = ({"line": line, "character": character} for line, character in places)
    return {"start": first, "end": last}


def range_json(snapshot: Snapshot, encoding: Encoding, start: int, end: int) -> bytes:
    """The same as JSON, put together by hand: it is made for each word that is said."""
    return b'{"start":{"line":%d,"character":%d},"end":{"line":%d,"character":%d}}' % (
        *position_of(snapshot, start, encoding),
        *position_of(snapshot, end, encoding),
    )
