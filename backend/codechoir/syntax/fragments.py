"""Fragments: embedded text that is no valid text of any language by itself.

A part of a page, the body of a macro, the commands in a value of YAML. Each kind has a name, which a query
uses like that of a language (`@injection.c_macro`), and a function that parses it: inside of what is missing
around it, or with what its grammar does not know replaced by other text of the same length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Final, Protocol

from codechoir.model import Category, Span
from codechoir.syntax.analysis import Analysis
from codechoir.syntax.embedded_languages import FragmentAnalysis, JoinedText, MappedAnalysis, OverlayAnalysis
from codechoir.syntax.tree_analysis import TreeAnalysis


class Parse(Protocol):
    """Parses a text in the language called `name`; None for an unknown language.

    `flat`: without the languages inside it.
    """

    def __call__(self, name: str, content: bytes, *, flat: bool = False) -> Analysis | None: ...


def fragment_analysis(name: str, content: bytes, parse: Parse) -> Analysis | None:
    """The analysis of a fragment of the kind called `name`."""
    return FRAGMENTS[name](content, parse)


# ---- wrapped: parsed between two other texts -----------------------------------------------------------


def _wrapped(language: str, before: bytes, after: bytes, content: bytes, parse: Parse) -> Analysis | None:
    wrapped = parse(language, before + content + after)
    return wrapped and FragmentAnalysis(wrapped, len(before), len(content))


def _closing_tag(content: bytes, parse: Parse) -> Analysis | None:
    """A closing tag that is cut out of its page."""
    closed = re.match(rb"</([^\s>]*)", content)
    return _wrapped("html", b"<" + closed.group(1) + b">" if closed else b"", b"", content, parse)


# ---- the arguments of a macro of Rust ------------------------------------------------------------------

_FUNCTION: Final = b"fn f(){"
_MACRO_WRAPPINGS: Final = {b"(": (_FUNCTION + b"f", b"}"), b"[": (_FUNCTION, b"}"), b"{": (b"fn f()", b"")}
"""What stands before and after the arguments, by their bracket: a call, an array, the body of a function."""

_MACRO_ROLES: Final = ("macro.open", "macro.close")


def _rust_arguments(content: bytes, parse: Parse) -> Analysis | None:
    """Expressions, where the arguments are such; else the tokens, whose meaning only the macro knows."""
    wrapping = _MACRO_WRAPPINGS.get(content[:1])
    if wrapping is not None and len(content) <= _MAX_ARGUMENTS:
        before, after = wrapping
        wrapped = parse("rust", before + content + after)
        if isinstance(wrapped, TreeAnalysis) and not wrapped.tree.root_node.has_error:
            ends = ((0, 1), (len(content) - 1, len(content)))
            brackets = tuple(
                Span(*place, Category.PUNCTUATION, "punctuation.bracket", "rust", role)
                for place, role in zip(ends, _MACRO_ROLES, strict=True)
            )
            inner = FragmentAnalysis(wrapped, len(before), len(content))
            return OverlayAnalysis(content, inner, ends, brackets)
    return _rust_tokens(b"f!", content, parse)


def _rust_tokens(before: bytes, content: bytes, parse: Parse) -> Analysis | None:
    """Arguments that are no expressions. `before`: the macro's name."""
    tokens = parse("rust", before + content, flat=True)
    return tokens and FragmentAnalysis(tokens, len(before), len(content))


_MAX_ARGUMENTS: Final = 20_000
"""Bytes of arguments that are parsed as expressions."""


# ---- the body of a macro of C --------------------------------------------------------------------------

_QUOTE_OR_OPERATOR = re.compile(rb"[\"']|##?")
_STRING_BODIES = {b'"': re.compile(rb"(?:\\.|[^\"\\])*+"), b"'": re.compile(rb"(?:\\.|[^'\\])*+")}
"""What is between two quotes, by quote."""


def _macro(language: str, content: bytes, parse: Parse) -> Analysis | None:
    """Code, except for `#` and `##`, which the grammar does not know there."""
    masked = bytearray(content)
    operators = list[Span]()
    for match in _macro_operators(content):
        start, end = match.span()
        masked[start:end] = b"+ " if match.group() == b"##" else b" "
        role = {b"#": "directive.string", b"##": "directive.paste"}[match.group()]
        operators.append(Span(start, end, Category.OPERATOR, "operator", language, role))
    base = parse(language, bytes(masked))
    ranges = tuple((span.start, span.end) for span in operators)
    return base and OverlayAnalysis(content, base, ranges, tuple(operators))


def _macro_operators(content: bytes) -> Iterator[re.Match[bytes]]:
    """The `#` and `##` outside of strings. A quote that is never closed does not start a string."""
    position = 0
    unclosed_until = dict.fromkeys(_STRING_BODIES, 0)
    while match := _QUOTE_OR_OPERATOR.search(content, position):
        position = match.end()
        quote = match.group()
        body = _STRING_BODIES.get(quote)
        if body is None:
            yield match
        elif match.start() >= unclosed_until[quote]:
            inside = body.match(content, position)
            end = inside.end() if inside else position
            if content[end : end + 1] == quote:
                position = end + 1
            else:  # the same holds for all quotes up to here: looking at each of them takes quadratic time
                unclosed_until[quote] = end


# ---- expressions in a text: {{ … }} --------------------------------------------------------------------

_MAX_EXPRESSIONS: Final = 2_000
"""Expressions of one text that are parsed; more are no template."""


def _with_expressions(
    base: str, pattern: re.Pattern[bytes], language: str, content: bytes, parse: Parse
) -> Analysis | None:
    """A text with expressions between two marks, such as `{{` and `}}`.

    `base`: the language of the text. `pattern`: matches an expression with its marks, in three groups.
    `language`: that of the expressions.
    """
    masked, ranges, overlay = bytearray(content), list[tuple[int, int]](), list[Span]()
    for match in islice(pattern.finditer(content), _MAX_EXPRESSIONS):
        start, end = match.span()
        masked[start:end] = b"_" * (end - start)
        ranges.append((start, end))
        overlay += _expression_spans(match, language, parse)
    parsed = parse(base, bytes(masked))
    return parsed and OverlayAnalysis(content, parsed, tuple(ranges), tuple(overlay))


def _expression_spans(match: re.Match[bytes], language: str, parse: Parse) -> Iterator[Span]:
    opened, inside, closed = match.span(1), match.span(2), match.span(3)
    special = partial(Span, category=Category.PUNCTUATION, capture="punctuation.special", language=language)
    yield special(*opened, role="interpolation.open")
    analysis = parse(language, match.group(2))
    if analysis is not None:
        joined = JoinedText.of(match.string, [inside])
        yield from joined.host_spans(analysis.spans, *inside)
    yield special(*closed, role="interpolation.close")


_ACTIONS_EXPRESSION = re.compile(
    rb"(\$\{\{)([^{}\n]{0,400}+(?:\{[^{}\n]{0,100}+\}[^{}\n]{0,100}+){0,4}+)(\}\})"
)
"""An expression of GitHub Actions. Its language is nearly JavaScript."""

_MUSTACHE = re.compile(rb"(\{\{)([^{}]{0,400}+(?:\{[^{}]{0,200}+\}[^{}]{0,200}+){0,8}+)(\}\})")
"""An expression of Vue."""


def _code_between_dashes(content: bytes, parse: Parse) -> Analysis | None:
    """The code at the beginning of a page of Astro, between two lines of dashes; or the comment there."""
    match = _BETWEEN_DASHES.fullmatch(content)
    if match is None:
        return parse("html", content)
    joined = JoinedText.of(content, [match.span(1)])
    inner = parse("typescript", joined.content)
    return inner and MappedAnalysis(joined, inner)


_BETWEEN_DASHES = re.compile(rb"---\r?\n(.*)---\s*", re.DOTALL)


# ---- commands as a value of YAML -----------------------------------------------------------------------

_HEADER = re.compile(rb"[|>][-+0-9]*[ \t]*(?:#[^\r\n]*)?\r?\n")
_LINE = re.compile(rb"([ \t]*)([^\r\n]*\r?\n?)")
_QUOTES: Final = (b'"', b"'")


def _script(language: str, content: bytes, parse: Parse) -> Analysis | None:
    """Commands after `run:`, plain, in quotes or as a block, without the indentation of the block."""
    header = _HEADER.match(content)
    if header is not None:
        ranges = _dedented(content, header.end())
    elif len(content) > 1 and content[:1] in _QUOTES and content[-1:] == content[:1]:
        ranges = [(1, len(content) - 1)]
    else:
        ranges = [(0, len(content))]
    joined = JoinedText.of(content, ranges)
    text = joined.content.replace(b"\n", b" ") if content[:1] == b">" else joined.content
    inner = _with_expressions(language, _ACTIONS_EXPRESSION, "javascript", text, parse)
    return inner and MappedAnalysis(joined, inner)


def _dedented(content: bytes, start: int) -> list[tuple[int, int]]:
    """The ranges of the lines from `start`, each without the indentation that all of them have."""
    lines = [match for match in _LINE.finditer(content, start) if match.group()]
    indent = min((len(line.group(1)) for line in lines if line.group(2).strip()), default=0)
    return [(min(line.start() + indent, line.end()), line.end()) for line in lines]


def _expression_value(content: bytes, parse: Parse) -> Analysis | None:
    """The value of `if:`, which is an expression with or without `${{`."""
    if b"${{" in content:
        return _with_expressions("javascript", _ACTIONS_EXPRESSION, "javascript", content, parse)
    return parse("javascript", content)


# ---- the table -----------------------------------------------------------------------------------------

FRAGMENTS: Final[Mapping[str, Callable[[bytes, Parse], Analysis | None]]] = {
    "astro_code": _code_between_dashes,
    "c_macro": partial(_macro, "c"),
    "cpp_macro": partial(_macro, "cpp"),
    "css_declarations": partial(_wrapped, "css", b"*{", b"}"),
    "html_tag": _closing_tag,
    "rust_arguments": _rust_arguments,
    "rust_pattern": partial(_rust_tokens, b"matches!"),
    "kotlin_template": partial(_wrapped, "kotlin", b'"""$', b'$x"""'),
    "tsx_expression": partial(_wrapped, "tsx", b"(", b")"),
    "typescript_expression": partial(_wrapped, "typescript", b"(", b")"),
    "vue_text": partial(_with_expressions, "html", _MUSTACHE, "typescript"),
    "yaml_expression": _expression_value,
    "yaml_powershell": partial(_script, "powershell"),
    "yaml_python": partial(_script, "python"),
    "yaml_shell": partial(_script, "bash"),
}
"""By name: what parses a fragment of that kind."""
