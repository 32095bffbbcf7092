"""No regular expression can be made to run for long: a strange line must not stop the speech.

Every pattern of the package is attacked with strings made from its own parts (`support.pattern_steps`). Its
steps may grow linearly with the length, and quadratically only where the input is short; see `BOUNDED`.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import codechoir
import pytest
from codechoir.languages import grammar_names, language_folders, query_text
from codechoir.wording import natural_languages
from codechoir.wording.line_source import PIECE_BYTES
from support.pattern_steps import StepCounter, attacks, growth

PACKAGE = Path(codechoir.__file__).parent
MODES = {"match": "match", "fullmatch": "fullmatch"} | dict.fromkeys(
    ("search", "finditer", "findall", "sub", "subn", "split"), "finditer"
)
SUPERLINEAR, CUBIC = 1.25, 2.35
"""Powers above which the growth of steps is not linear, and not quadratic any more."""

PIECE = "a piece of a line has at most 240 bytes"
BOUNDED = {
    "cli.main._CHOICE": "a message about the command line",
    "lsp.reading_plan._WORD_BEFORE": "at most 200 bytes before the cursor",
    "syntax.safe_parsing._JOINED": "it gives up after 150 blanks",
    "wording.code_in_comments._STATEMENTS[2]": PIECE,
    "wording.code_in_comments._STATEMENTS[4]": PIECE,
    "wording.code_in_comments._STATEMENTS[5]": PIECE,
    "wording.code_in_comments._STATEMENTS[6]": PIECE,
    "wording.code_in_comments._STATEMENTS[7]": PIECE,
    "wording.comments._BARE_TYPE": PIECE,
    "wording.comments._CLOSING": PIECE,
    "wording.comments._DECORATION": PIECE,
    "wording.comments._OPTIONAL": PIECE,
    "wording.comments._TICKS": PIECE,
    "wording.prose.TOKENS['comment']": PIECE,
    "wording.prose.TOKENS['format']": PIECE,
    "wording.prose.TOKENS['shell']": PIECE,
    "wording.prose.TOKENS['string']": PIECE,
    "wording.prose._PAUSE": PIECE,
    "wording.prose._SPACED_BEFORE": PIECE,
    "wording.regexps._LIKELY": PIECE,
    "wording.regexps._TOKEN": PIECE,
    "wording.strings._CLOSING": PIECE,
    "wording.strings._ESCAPE": PIECE,
}
"""Patterns that may take quadratic time, and why their input is short."""


def literal_patterns() -> Iterator[re.Pattern[str]]:
    from codechoir.wording.literal_encoder import LiteralEncoder

    for natural in natural_languages():
        encoder = LiteralEncoder(natural)
        yield from (encoder._small, encoder._token)


def word_table_patterns() -> Iterator[re.Pattern[str]]:
    from codechoir.wording.table_files import builtin_table

    languages = ["", *(language.name for language in language_folders().languages)]
    for natural, language in itertools.product(natural_languages(), languages):
        yield from map(re.compile, builtin_table(natural, language).get("patterns", {}))


def header_patterns() -> Iterator[re.Pattern[bytes]]:
    for language in language_folders().languages:
        for _, pattern in language.shared_extensions:
            yield re.compile(pattern.encode(), re.MULTILINE)


def sentence_patterns() -> Iterator[re.Pattern[str]]:
    """Both of `split_after`."""
    yield re.compile(r"(?<=[.!?…])[\"'”’»)\]]*(?=\s)")
    yield re.compile("(?<=[。！？])")


RUN_TIME: Mapping[str, Callable[[], Iterator[re.Pattern[Any]]]] = {
    "wording.literal_encoder": literal_patterns,
    "wording.word_table": word_table_patterns,
    "wording.table_files": lambda: iter(()),  # compiles what a user wrote, to see whether it is a pattern
    "languages.detection": header_patterns,
    "languages.language": lambda: iter(()),  # the same patterns, when the table is checked
    "engines.xtts.speech.segments": sentence_patterns,
    "storage.atomic": lambda: iter([re.compile(r"\.name\.[0-9a-f]{8}\.part")]),
    "bench.xtts_measure": lambda: iter([re.compile(r"VmHWM:\s+(\d+) kB")]),
}
"""Modules that compile patterns while they run, and these patterns."""


@dataclass(frozen=True)
class Found:
    """A pattern of the package, and how it is used."""

    name: str
    pattern: str | bytes
    flags: int
    modes: frozenset[str]


@cache
def sources() -> dict[str, ast.Module]:
    """The syntax trees of all modules, by name without the package's."""
    paths = {path: path.relative_to(PACKAGE).with_suffix("").parts for path in PACKAGE.rglob("*.py")}
    return {
        ".".join(part for part in parts if part != "__init__"): ast.parse(path.read_text("utf-8"))
        for path, parts in sorted(paths.items())
        if parts[-1] != "__main__"
    }


def constants(module: str) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """The patterns among the values of a module, in tuples and mappings too."""
    try:
        values = vars(importlib.import_module(f"codechoir.{module}".rstrip(".")))
    except ModuleNotFoundError as error:
        assert error.name and not error.name.startswith("codechoir")
        return  # torch or numba, which only some machines have

    def inside(name: str, value: object, depth: int) -> Iterator[tuple[str, re.Pattern[Any]]]:
        if isinstance(value, re.Pattern):
            yield name, value
        elif depth < 3 and isinstance(value, Mapping):
            for key, item in value.items():
                yield from inside(f"{name}[{key!r}]", item, depth + 1)
        elif depth < 3 and isinstance(value, tuple | list):
            for index, item in enumerate(value):
                yield from inside(f"{name}[{index}]", item, depth + 1)

    for name, value in list(values.items()):
        if not name.startswith("__"):
            yield from inside(name, value, 0)


@cache
def uses() -> dict[tuple[str, str], frozenset[str]]:
    """What each name in each module is used for: `_X.search`, and `for pattern in _X: pattern.match`."""
    found: dict[tuple[str, str], set[str]] = {}

    def names(node: ast.AST) -> set[str]:
        return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}

    for module, tree in sources().items():
        loops: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.For | ast.comprehension):
                for target in names(node.target):
                    loops.setdefault(target, set()).update(names(node.iter))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in MODES:
                direct = names(node.value)
                for name in direct.union(*(loops.get(target, set()) for target in direct)):
                    found.setdefault((module, name), set()).add(MODES[node.attr])
    return {key: frozenset(modes) for key, modes in found.items()}


@cache
def importers() -> dict[str, set[str]]:
    """The modules that import a name from another one."""
    found: dict[str, set[str]] = {}
    for module, tree in sources().items():
        for node in ast.walk(tree):
            for alias in node.names if isinstance(node, ast.ImportFrom) else ():
                found.setdefault(alias.name, set()).add(module)
    return found


def modes_of(module: str, name: str) -> frozenset[str]:
    """What a constant is used for, there and where it is imported; everything if that is not plain."""
    known = [uses().get((place, name), frozenset()) for place in {module, *importers().get(name, ())}]
    return frozenset().union(*known) or frozenset(MODES.values())


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """The calls of functions of `re`, with the module and the function's name."""
    for module, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                is_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
                if is_re and (node.func.attr in MODES or node.func.attr == "compile"):
                    yield module, node, node.func.attr


def flags_of(call: ast.Call) -> int:
    given = [keyword.value for keyword in call.keywords if keyword.arg == "flags"]
    written = given or [arg for arg in call.args[1:] if ast.unparse(arg).startswith("re.")]
    return int(eval(ast.unparse(written[0]), {"re": re})) if written else 0


@cache
def used_patterns() -> list[Found]:
    """Every pattern of the package once, with all its uses."""
    found: dict[tuple[str | bytes, int], Found] = {}

    def add(name: str, pattern: str | bytes, flags: int, modes: frozenset[str]) -> None:
        known = found.get((pattern, flags))
        if known is not None:
            name, modes = known.name, known.modes | modes
        found[pattern, flags] = Found(name, pattern, flags, modes)

    for module in sources():
        for name, pattern in constants(module):
            add(
                f"{module}.{name}", pattern.pattern, pattern.flags, modes_of(module, re.split(r"\W", name)[0])
            )
        for index, pattern in enumerate(RUN_TIME.get(module, lambda: iter(()))()):
            add(f"{module}#{index}", pattern.pattern, pattern.flags, frozenset(MODES.values()))
    for module, call, function in calls():
        pattern = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
        if isinstance(pattern, str | bytes) and function != "compile":
            flags = re.compile(pattern, flags_of(call)).flags
            add(f"{module}:{call.lineno}", pattern, flags, frozenset({MODES[function]}))
    for grammar in grammar_names():
        for predicate in re.findall(r'match\? @[\w.-]+\s+"((?:[^"\\]|\\.)*)"', query_text(grammar)):
            pattern = predicate.replace("\\\\", "\\")
            add(f"queries of {grammar}", pattern, re.compile(pattern).flags, frozenset({"finditer"}))
    return sorted(found.values(), key=lambda one: one.name)


@pytest.fixture(autouse=True)
def deep_recursion() -> Iterator[None]:
    """The matcher calls itself for each turn of a repeat."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(limit)


def test_patterns_made_while_running_are_known() -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    inside = {
        id(part)
        for tree in sources().values()
        for node in ast.walk(tree)
        if isinstance(node, functions)
        for part in ast.walk(node)
    }
    dynamic = {
        module
        for module, call, function in calls()
        if id(call) in inside and (function == "compile" or not isinstance(call.args[0], ast.Constant))
    }
    assert dynamic == set(RUN_TIME)


def test_the_pieces_that_are_verbalized_are_short() -> None:
    """The reason for most entries of `BOUNDED`."""
    assert PIECE_BYTES == 240


def test_no_pattern_takes_more_time_than_it_may() -> None:
    patterns = used_patterns()
    assert len(patterns) > 120
    worse, quadratic = [], set()
    for pattern in patterns:
        counter = StepCounter(pattern.pattern, pattern.flags)
        for mode in sorted(pattern.modes):
            found = growth(counter, mode)
            if found.power > CUBIC:
                worse.append(f"{pattern.name} ({mode}): power {found.power:.1f} on {found.attack}")
            elif found.power > SUPERLINEAR:
                quadratic.add(pattern.name)
    assert worse == []
    assert quadratic == set(BOUNDED)


@pytest.mark.parametrize(
    ("pattern", "mode", "low", "high"),
    [
        (r"^(?:([^\w\s])\1{2,}\s*)+(?=\w)", "finditer", CUBIC, math.inf),  # once in `wording.comments`
        (r"(?:a+)+$", "match", CUBIC, math.inf),
        (r"(?:a|ab?|b)*c", "match", CUBIC, math.inf),
        (r"(?:\w+\s?)*:", "fullmatch", CUBIC, math.inf),
        (r"\W*([^\w\s])\1{2,}\W*", "fullmatch", CUBIC, 3.2),
        (r"\s*x?\s*$", "finditer", CUBIC, math.inf),
        (r"\s+$", "finditer", SUPERLINEAR, CUBIC),
        (r".*a.*b", "match", SUPERLINEAR, CUBIC),
        (r"<a [^>]*>", "finditer", SUPERLINEAR, CUBIC),
        (rb"[^\n]*\S[^\n]*", "finditer", SUPERLINEAR, CUBIC),
        (r"(?:a++)++$", "match", 0, SUPERLINEAR),
        (r"(?>(?:a|ab?|b)*)c", "match", 0, SUPERLINEAR),
        (r"(?<!\s)\s+$", "finditer", 0, SUPERLINEAR),
        (r"(\w+)=(\d+|'[^']*')", "match", 0, SUPERLINEAR),
        (r"\w+|\s+|.", "finditer", 0, SUPERLINEAR),
    ],
)
def test_the_growth_of_known_patterns(pattern: str | bytes, mode: str, low: float, high: float) -> None:
    assert low <= growth(StepCounter(pattern), mode).power <= high


def test_steps_are_counted_on_the_way_that_re_takes() -> None:
    """The matcher that counts finds what `re` finds, in every pattern of the package and on every attack."""
    compared = 0
    for pattern in used_patterns():
        compiled: re.Pattern[Any] = re.compile(pattern.pattern, pattern.flags)
        counter = StepCounter(pattern.pattern, pattern.flags)
        for prefix, pump, suffix in itertools.islice(attacks(counter.tree, counter.flags), 0, None, 7):
            text = prefix + pump * 3 + suffix
            given = text if isinstance(pattern.pattern, str) else text.encode("latin-1")
            match = compiled.fullmatch(given)
            assert (counter.end(text, full=True) is None) is (match is None), (pattern.name, text)
            spans = [match.span() for match in compiled.finditer(given)]
            assert list(counter.spans(text)) == spans, (pattern.name, text)
            compared += 1
    assert compared > 1_000
