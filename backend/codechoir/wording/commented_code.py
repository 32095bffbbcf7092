"""Whether a line of a comment is code that was commented out, by its text alone."""

from __future__ import annotations

import re

# In this order: assignment, call, beginning and end of a block, definition, import, include, declaration,
# jump, any line with a semicolon at the end, HTML element.
_STATEMENTS = tuple(
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
        r"return\b.*;|return [\w.]+[(\[+*/-].*|(?:break|continue);|(?:raise|throw)\s+\w+\(.*\);?",
        r".*[\w)\]\"']\s*;",
        r"</?\w+(?:\s+[\w-]+=\"[^\"]*\")*\s*/?>",
    )
)
"""What code in a comment looks like; a line must match as a whole."""

_PROSE = re.compile(r"[A-Z][a-z]+(?: [a-z]+){2}|(?:[a-z]+ ){4}[a-z]+|https?://|\.\.\.|(?:File|at) [\"<\w]")
"""What begins a sentence, a link, a passage that was left out, or a line of a traceback."""

_WORD_PAIR = re.compile(r"(?<![\w.$'\"-])([A-Za-z]+) (?=([A-Za-z]+)(?:[ ,.;:)]|$))")
"""Two words with only a blank between them."""

_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_KEYWORDS = frozenset(
    (
        *("and", "as", "assert", "async", "auto", "await", "bool", "case", "char", "class", "const", "def"),
        *("del", "delete", "double", "elif", "else", "enum", "except", "export", "extends", "final", "float"),
        *(
            "fn",
            "for",
            "foreach",
            "from",
            "fun",
            "func",
            "function",
            "global",
            "goto",
            "if",
            "impl",
            "import",
        ),
        *("in", "instanceof", "int", "interface", "is", "lambda", "let", "long", "mut", "namespace", "new"),
        *("not", "or", "override", "package", "private", "protected", "pub", "public", "raise", "readonly"),
        *("return", "short", "sizeof", "static", "string", "struct", "switch", "template", "throw", "throws"),
        *("type", "typedef", "typeof", "union", "unless", "unsigned", "until", "use", "using", "val", "var"),
        *("virtual", "void", "when", "where", "while", "with", "yield", "do", "then", "end"),
    )
)
"""Words that stand beside another word in code."""


def looks_like_code(body: str) -> bool:
    """Whether a line of a comment, without its comment signs, is a statement of some programming language."""
    if not body or body[-1] in ".?" or _PROSE.match(body):
        return False
    return any(pattern.fullmatch(body) for pattern in _STATEMENTS) and not has_sentence(body)


def has_sentence(body: str) -> bool:
    """Whether two words that are no keywords follow each other outside of strings, as in a sentence."""
    pairs = _WORD_PAIR.finditer(_STRING.sub("", body))
    return any(not _KEYWORDS.intersection((pair[1], pair[2])) for pair in pairs)
