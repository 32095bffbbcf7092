"""Reads the hand-written expectations in `agreement/` (its README tells the format)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "agreement"
LANGUAGES = sorted(file.stem for file in FOLDER.glob("*.txt"))

_LINE = re.compile(
    r"(?P<gap>\?)?\s+(?:(?P<nth>\d+)(?:st|nd|rd|th) )?(?P<token>\S.*?)"
    r"\s{2,}(?P<category>\w+)\s*(?P<role>\S*)\s*"
)


@dataclass(frozen=True)
class Expectation:
    """A token of a snippet, at byte `start` to `end`, with what it should be. `where` is for messages."""

    source: bytes
    start: int
    end: int
    category: str
    role: str
    known_gap: bool
    where: str


def expectations(language: str) -> list[Expectation]:
    """All expectations of one language's file."""
    found: list[Expectation] = []
    source: list[str] = []
    asserted = False
    for number, line in enumerate((FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(">"):
            source = [line[2:]] if asserted else [*source, line[2:]]
            asserted = False
        elif line.strip() and not line.startswith("#"):
            asserted = True
            found.append(_expectation("\n".join(source) + "\n", line, f"{language}.txt:{number}"))
    return found


def _expectation(source: str, line: str, where: str) -> Expectation:
    parsed = _LINE.fullmatch(line + "  ")
    assert parsed is not None, f"{where}: {line!r} is not 'token  category  role'"
    token, nth = parsed["token"], int(parsed["nth"] or 1)
    at = [match.start() for match in re.finditer(_pattern(token), source)]
    assert len(at) >= nth, f"{where}: there are {len(at)} '{token}' in the snippet, not {nth}"
    start = len(source[: at[nth - 1]].encode())
    end = start + len(token.encode())
    category, role = parsed["category"], parsed["role"]
    return Expectation(source.encode(), start, end, category, role, bool(parsed["gap"]), f"{where}: {token}")


def _pattern(token: str) -> str:
    """A word stands by itself; any other token is found as it is written."""
    before = r"(?<!\w)" if token[0].isalnum() or token[0] == "_" else ""
    after = r"(?!\w)" if token[-1].isalnum() or token[-1] == "_" else ""
    return before + re.escape(token) + after
