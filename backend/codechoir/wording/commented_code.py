"""Is this comment code that someone has switched off?"""

from __future__ import annotations

import re

_SIGNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[A-Za-z_$][\w.$\[\]\"'>-]*\s*(?:[-+*/|&^%]?=|:=)\s*[^=\s](?:.*[\w)\]}\"';,({])?",
        r"(?:await |return |new |self\.|this\.)?[A-Za-z_$][\w.$]*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*[;:{]?",
        r"(?:if|for|while|elif|switch|else if|with)\b.*[=<>!().\[].*(?::|\{|\bdo|\bthen)",
        r"(?:\}\s*)?else\s*(?::|\{|if\b.*\{)|try\s*[:{]|\}|\};|\}\);|finally\s*[:{]|do\s*\{",
        r"(?:def|class|fn|func|function|fun)\s+\w+.*[:{(]",
        r"from\s+[\w.]+\s+import\s+[\w*, ()]+|import\s+[\w.]+(?:\s+as\s+\w+)?;?",
        r"#\s*include\s*[<\"].*|use\s+[\w:]+.*;",
        r"(?:let|const|var|val|auto|int|char|bool|double|float|string|final|static|public|private)\s+\w+.*[;=({].*",
        r"return\b.*;|return [\w.]+[(\[+*/-].*|(?:break|continue);?|(?:raise|throw)\s+\w+\(.*\);?",
        r".*[\w)\]\"']\s*;",
        r"</?\w+(?:\s+[\w-]+=\"[^\"]*\")*\s*/?>",
    )
)
_SENTENCE = re.compile(r"[A-Z][a-z]+(?: [a-z]+){2,}|(?:[a-z]+ ){4,}[a-z]+|https?://")


def looks_like_code(body: str) -> bool:
    """Whether the words of a comment's line are a statement of some programming language."""
    if not body or body[-1] in ".?" or _SENTENCE.match(body):
        return False
    return any(sign.fullmatch(body) for sign in _SIGNS)
