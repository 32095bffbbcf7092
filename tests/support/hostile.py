"""Texts that nobody would write: rows and soups of a grammar's own tokens, broken sources, random edits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from codechoir.languages import Language, language_folders, load_grammar

TESTS = Path(__file__).parents[1]
LANGUAGES = language_folders().languages
JUNK = (
    *("a", "1", " ", "\n", "\t", '"', "'", "`", "\\", "#{", "${", "%w(", "<<A\n", "/*", "*/", "//", "#"),
    *("(", "[", "{", ")", "]", "}", "<", "<a", "</a>", "é", "😀", "\0", ":", "- ", "? ", "&a ", "*a ", "|"),
    *("```\n", "~~~", "<?php ", "?>", "@", "a.b", "a(", "x=", "<!--", "-->", "{{", "}}", "/", "'''", '"""'),
    *('r#"', "$(", "((", "[[", "=>", "->", "::", "<%", "%>", "\r", "\r\n", ",", ";", 'f"{', 'R"(', "do "),
    *(
        "if ",
        "end ",
        "=",
        "==",
        "\u200b",
        "\u202e",
        "a\u0301",
        "\ufeff",
        "TODO: ",
        "@param ",
        "`a` ",
        "2.5e3",
    ),
)
"""Openers of strings, comments and blocks in many languages, and what a voice finds hard."""


@cache
def tokens(language: Language) -> tuple[str, ...]:
    """The keywords and signs of a language's grammar; nothing without a grammar."""
    if language.parser != "grammar":
        return ()
    grammar = load_grammar(language.source).language
    numbers = range(grammar.node_kind_count)
    return tuple(
        sorted({grammar.node_kind_for_id(n) or "" for n in numbers if not grammar.node_kind_is_named(n)})
    )


@cache
def sources(language: Language) -> tuple[bytes, ...]:
    """The texts in a language that other tests have."""
    files = [
        *TESTS.glob(f"wording/golden/{language.name}.source"),
        *TESTS.glob(f"wording/golden/{language.name}-*.source"),
        *TESTS.glob(f"syntax/agreement/{language.name}.txt"),
    ]
    return tuple(file.read_bytes() for file in sorted(files)) or (b"a line of text (1)\n\n\tthe next\n" * 20,)


def token(random: Random, language: Language) -> str:
    """A token of the language, or junk."""
    own = tokens(language)
    return random.choice(own if own and random.random() < 0.6 else JUNK)


def row(random: Random, language: Language, size: int) -> bytes:
    """A few tokens, again and again."""
    between = random.choice(("", "", "", " ", "\n"))
    few = [token(random, language) + between for _ in range(random.choice((1, 1, 2, 2, 3, 4, 6)))]
    part = "".join(few).encode() or b"("
    return (part * (size // len(part) + 1))[:size]


def soup(random: Random, language: Language, size: int) -> bytes:
    """Tokens without any order."""
    parts: list[bytes] = []
    length = 0
    while length < size:
        parts.append((token(random, language) + random.choice(("", "", " "))).encode())
        length += len(parts[-1])
    return b"".join(parts)[:size]


def excerpt(random: Random, language: Language, size: int) -> bytes:
    """Lines of a source, or all of it if it is shorter."""
    text = random.choice(sources(language))
    at = text.rfind(b"\n", 0, random.randrange(max(1, len(text) - size + 1)) + 1) + 1
    return text[at : at + size]


def broken(random: Random, language: Language, size: int) -> bytes:
    """A source with some random edits."""
    text = excerpt(random, language, size)
    while len(text) < size:
        text += random.choice(sources(language))
    for _ in range(random.choice((1, 3, 10, 40, 200))):
        start, end, new = edit(random, language, text)
        text = text[:start] + new + text[end:]
    return text[:size]


def edit(random: Random, language: Language, text: bytes) -> tuple[int, int, bytes]:
    """An edit of `text`: where it begins and ends, and what it puts there. May cut characters."""
    start = random.randrange(len(text) + 1)
    end = min(len(text), start + random.choice((0, 0, 1, 1, 2, 5, 20, 100)))
    choice = random.random()
    if choice < 0.3:
        return start, end, b""
    if choice < 0.5:
        return start, start, text[start:end]
    if choice < 0.9:
        return start, end, token(random, language).encode()
    other = random.choice(sources(random.choice(LANGUAGES)))
    at = random.randrange(len(other))
    return start, end, other[at : at + random.choice((5, 50, 200))]


ROWS = (
    *(
        "{",
        "(",
        "[",
        "<a ",
        "- ",
        "? ",
        '"',
        "'",
        "`",
        "/*",
        "#{",
        "${",
        "%w(",
        "<<A\n",
        "a.b",
        "a(",
        "x=",
        "$",
    ),
    *("*a ", "&a ", "as==", 'R"(\n%>\n', "?>\n", "(\n", "{+", "^x=", "while`<!--", "# ", "if ", "do ", "=>"),
    *("::", "<!--", "'''", '"""', "$(", "((", "[[", "\\", "a\n", " ", "\t", "\n", "a:", "a: ", "- a: ", "<["),
    *("{a: ", "[a, ", "a: |\n ", "@", "{{", "}", "a+", "!", "<a>", "a<", "a?", "a?b:", "\u202e", "é", "\0"),
)
"""What makes some parser or query slow when it stands in a row."""

NESTS = (
    *(
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("a(", ")"),
        ("<a>", "</a>"),
        ("a{", "}"),
        ("<<", ">>"),
        ("a<", ">"),
    ),
    *(("if a {\n", "}\n"), ("do\n", "end\n"), ("${", "}"), ("`${", "}`"), ('f"{', '}"'), ("- [", "]\n")),
)
"""Openers and closers."""


def shapes(language: Language, size: int) -> Iterator[tuple[str, bytes]]:
    """Names and texts of the kinds that have taken long, of `size` bytes: always the same ones."""
    for part in ROWS:
        yield f"row {part!r}", (part.encode() * size)[:size]
    own = [token for token in tokens(language) if token.strip()]
    for part in Random(1).sample(own, min(40, len(own))):
        yield f"row {part + ' '!r}", (f"{part} ".encode() * size)[:size]
    for opener, closer in NESTS:
        depth = size // len(opener + closer)
        yield f"nest {opener + closer!r}", f"{opener * depth}{closer * depth}".encode()
    for seed in range(16):
        yield f"random {seed}", (row, row, soup, broken)[seed % 4](Random(seed), language, size)


def texts(random: Random, language: Language, size: int) -> Iterator[bytes]:
    """Hostile texts of at most `size` bytes without end."""
    while True:
        kind = random.choices((row, soup, broken), (4, 1, 4))[0]
        yield kind(random, language, size)
