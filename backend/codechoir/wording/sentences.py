"""What sentences are made of: words, numbers, signs, and what is neither, as regular expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from codechoir.wording.escapes import ESCAPE

Manner = Literal["comment", "string", "raw", "heredoc", "word"]
"""Whose sentences they are. Raw strings and here documents have no escapes. In a word of a shell every
sign has a meaning."""

_NAMELESS = (
    r"(?P<uuid>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b)"
    r"|(?P<hash>\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{32,128}\b)"
)
_TOKEN = (
    rf"{_NAMELESS}"
    r"|(?P<ordinal>\d+(?:st|nd|rd|th)\b)"
    r"|(?P<abbreviation>\b(?:e\.g|i\.e|z\.B|d\.h)\.)"
    r"|(?P<option>(?<![\w-])-{1,2}(?=[A-Za-z]))"
    r"|(?P<number>\d\w*(?:[.,]\d\w*)*%?)"
    r"|(?P<word>[^\W\d_]\w*(?:['’][^\W\d_]+)*|_+\w*)"
    r"|(?P<operator>!==?|===?|=>|->|<=|>=|<-|&&|\|\||[-+*/|&%^]=|:=|::|\*\*|<<|>>)"
    r"|(?P<run>(?P<char>[^\w\s])(?P=char){2,})"
    r"|(?P<sentence>[.,?!;:](?=[\s\"'`)\]}<]|$))"
    r"|(?P<blank>\s+)|(?P<other>[\s\S])"
)
_LETTER = r"[^\W\d_]"
_WORD = (
    rf"{_NAMELESS}"
    r"|(?P<number>\d\w*(?:[.,]\d\w*)*%?)"
    rf"|(?P<word>{_LETTER}\w*|_+\w*)"
    r"|(?P<operator>==)"
    r"|(?P<run>(?P<char>[^\w\s])(?P=char){2,})"
    rf"|(?P<joint>(?<={_LETTER}{{2}})-(?={_LETTER})|(?<={_LETTER})-(?={_LETTER}{{2}}))"
    rf"|(?P<sentence>(?<={_LETTER}{{2}})[.!]$)"
    r"|(?P<other>[\s\S])"
)
_HOLE = r"(?P<hole>\{(?:[^\W\d][\w.]*|\d*)(?:![rsa])?(?::[\w.?#<>^+, $*-]{0,12})?\})"
TOKENS: Final[Mapping[Manner, re.Pattern[str]]] = {
    "comment": re.compile(rf"(?P<tag></[a-z]\w*>)|(?P<target>(?<=\])\([^()\s]+\))|{_TOKEN}"),
    "raw": re.compile(_TOKEN),
    "heredoc": re.compile(_TOKEN),
    "word": re.compile(_WORD),
    "string": re.compile(rf"(?P<escape>{ESCAPE})|(?P<brace>\{{\{{|\}}\}})|{_HOLE}|{_TOKEN}"),
}
"""What the parts of a sentence are, by the name of the group that matches."""

KINDS: Final = (
    *("escape", "brace", "abbreviation", "hole", "uuid", "hash", "ordinal", "option", "number", "word"),
    *("operator", "run", "sentence", "blank", "tag", "target", "joint", "other"),
)
"""The names of all groups, for each of which `Prose` has a speaker."""
