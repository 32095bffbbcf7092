"""Code in comments: which lines are code that was commented out, and the words for short pieces of code.

A line is recognized by its text alone. A short piece, such as one between backticks, is parsed in the
language around it, so that it has the words that it would have there. What is no code of that language (a
path, an option, a single sign) is said sign by sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from codechoir.languages import language_named
from codechoir.model import Category
from codechoir.settings import Level
from codechoir.syntax import snippet_spans
from codechoir.wording.context import Hint, LineContext
from codechoir.wording.line_source import Fragment, LinePiece
from codechoir.wording.names import NameVerbalizer
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.prose import ProseVerbalizer
from codechoir.wording.token_words import OperatorVerbalizer

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


PieceWords = Callable[[LinePiece, Level, Hint], list[Fragment]]
"""Words a piece: `LanguageVerbalizer.fragments`."""

_TOKEN = re.compile(
    r"(?P<string>\"[^\"]*\"|'[^']*')|(?P<number>\d\w*(?:\.\d\w*)?)|(?P<name>[^\W\d]\w*|\$\w+)"
    r"|(?P<operator>[-+*/%&|^=!<>?~@.]+|:=|::)|(?P<other>\S)"
)
_BRACKETS = frozenset("()[]{},;:")
_SEPARATORS = frozenset(",;")
_PATH = re.compile(r"(?:--?[^\W\d]|[~.]{0,2}/[\w~.*]|[\w.~@]+[-/]+[\w.~*])\S*+")
"""An option, a path, a name with dashes: no product, quotient or difference, which have blanks."""

_BETWEEN = re.compile(r"(?<=[\w)\]\"'])\s?$")
"""What an operator between operands follows."""


class SnippetVerbalizer:
    """Words for pieces of code in comments of one programming language."""

    def __init__(
        self,
        names: NameVerbalizer,
        numbers: NumberVerbalizer,
        symbols: OperatorVerbalizer,
        prose: ProseVerbalizer,
        language: str,
        piece_words: PieceWords,
    ) -> None:
        self._names = names
        self._numbers = numbers
        self._symbols = symbols
        self._prose = prose
        self._language = language
        self._piece_words = piece_words

    def code_words(self, text: str, language: str = "") -> str:
        """The words of a piece of code, parsed in the language around it, or in `language`."""
        text = text.strip()
        if not any(map(str.isalnum, text)):
            return self._symbols.names(text)
        if _PATH.fullmatch(text):
            return self._prose.words(text, "some", "raw")
        known = language_named(language or self._language) if language or self._language else None
        spans = snippet_spans(known, text) if known is not None else ()
        if not spans:
            return self.words(text, "some")
        content = text.encode()
        pieces = [
            LinePiece(span, span.start, span.end, content[span.start : span.end].decode("utf-8", "replace"))
            for span in spans
        ]
        context = LineContext()
        said = []
        for index, piece in enumerate(pieces):
            words = [
                one.text for one in self._piece_words(piece, "some", context.hint(pieces, index)) if one.text
            ]
            said += words or [","] * (piece.text in _SEPARATORS)
        return " ".join(said).replace(" ,", ",").strip(", ")

    def words(self, text: str, level: Level) -> str:
        """The words of code by its text alone. Brackets are silent below the level that names them."""
        words = [self._token_words(token, level) for token in _TOKEN.finditer(text)]
        return " ".join(word for word in words if word)

    def _token_words(self, token: re.Match[str], level: Level) -> str:
        text = token[0]
        if token["number"]:
            return self._numbers.literal(text) or self._names.words(text, level)
        if token["name"]:
            return self._names.words(text, level)
        if token["string"]:
            inner = self.words(text[1:-1], level)
            quotes = self._symbols.names(text[0], level)
            return f"{quotes} {inner} {quotes}".strip()
        if text in _BRACKETS:
            return self._symbols.fragment(text, "", Category.PUNCTUATION, level).text
        before, after = token.string[: token.start()], token.string[token.end() :]
        if not _BETWEEN.search(before[-2:]) or not after.strip():
            return self._symbols.names(text)
        return self._symbols.fragment(text, "", Category.OPERATOR, level).text
