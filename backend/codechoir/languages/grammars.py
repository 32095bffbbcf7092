"""How deep a YAML text is nested, because its grammar's scanner does not survive more than about 250 blocks.

It writes the columns of all open blocks into a buffer of 1024 bytes without looking where that ends, and the
process dies (tree-sitter-yaml 0.7.2, shown by 260 times `- `).

The grammars: which wheel, which queries, which nodes are one token. Each is loaded when it is first used.

A grammar's own highlight query comes first, then those parts of it that the wheel keeps elsewhere, then our
patterns from `queries/`: what stands last wins, so ours mend theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module, resources
from importlib.resources.abc import Traversable

import tree_sitter

_DEEPEST_YAML = 200
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
    return len(columns) > _DEEPEST_YAML


_HOLES = frozenset(
    {
        "interpolation",
        "template_substitution",
        "expansion",
        "simple_expansion",
        "command_substitution",
        "process_substitution",
        "arithmetic_expansion",
    }
)


@dataclass(frozen=True, slots=True)
class Grammar:
    """Where a grammar comes from.

    `wheel`: the module. `function`: its function that returns the language. `official`: query files as
    (module, path), in order of precedence. `containers`: types of nodes whose text is one token except where
    a pattern says otherwise inside (strings, comments). `atoms`: types of nodes whose children are not looked
    at. `holes`: types of nodes inside containers that hold code again. `merged`: types of leaves that are one
    token when they stand side by side. `token_roles`: whether `TOKEN_ROLES` hold for its tokens. `joined`:
    embedded languages whose stretches make one text (the page around PHP), with the type of node that holds a
    stretch. `fragile`: tells of a text that the grammar would not survive.
    """

    wheel: str
    function: str = "language"
    official: tuple[tuple[str, str], ...] = ()
    containers: frozenset[str] = frozenset()
    atoms: frozenset[str] = frozenset()
    holes: frozenset[str] = _HOLES
    merged: frozenset[str] = frozenset()
    joined: dict[str, str] = field(default_factory=dict)
    token_roles: bool = True
    fragile: Callable[[bytes], bool] | None = None


@dataclass(frozen=True, slots=True)
class LoadedGrammar:
    """A grammar in memory with its compiled query; kept for the life of the process."""

    key: str
    spec: Grammar
    language: tree_sitter.Language
    query: tree_sitter.Query
    joined_query: tree_sitter.Query | None


def _own(wheel: str, *names: str) -> tuple[tuple[str, str], ...]:
    return tuple((wheel, f"queries/{name}.scm") for name in names or ("highlights",))


_JS = _own("tree_sitter_javascript", "highlights", "highlights-jsx", "highlights-params")
_JS_CONTAINERS = frozenset({"string", "template_string", "comment", "regex", "hash_bang_line"})
_TS_ATOMS = frozenset({"predefined_type"})
_C_CONTAINERS = frozenset({"string_literal", "char_literal", "system_lib_string", "comment"})

GRAMMARS: dict[str, Grammar] = {
    "bash": Grammar(
        "tree_sitter_bash",
        official=_own("tree_sitter_bash"),
        containers=frozenset({"string", "raw_string", "ansi_c_string", "translated_string", "heredoc_body"}),
    ),
    "c": Grammar("tree_sitter_c", official=_own("tree_sitter_c"), containers=_C_CONTAINERS),
    "cpp": Grammar(
        "tree_sitter_cpp",
        official=_own("tree_sitter_c") + _own("tree_sitter_cpp"),
        containers=_C_CONTAINERS | {"raw_string_literal"},
    ),
    "csharp": Grammar(
        "tree_sitter_c_sharp",
        official=(("tree_sitter_c-sharp", "queries/highlights.scm"),),
        containers=frozenset(
            {
                "string_literal",
                "verbatim_string_literal",
                "raw_string_literal",
                "character_literal",
                "interpolated_string_expression",
                "interpolation_alignment_clause",
                "interpolation_format_clause",
                "comment",
            }
        ),
    ),
    "css": Grammar(
        "tree_sitter_css",
        official=_own("tree_sitter_css"),
        token_roles=False,
        containers=frozenset({"string_value", "comment", "color_value", "grid_value"}),
        atoms=frozenset({"integer_value", "float_value"}),
    ),
    "go": Grammar(
        "tree_sitter_go",
        official=_own("tree_sitter_go"),
        containers=frozenset({"interpreted_string_literal", "raw_string_literal", "rune_literal", "comment"}),
    ),
    "html": Grammar(
        "tree_sitter_html",
        official=_own("tree_sitter_html"),
        token_roles=False,
        containers=frozenset({"quoted_attribute_value", "comment"}),
    ),
    "java": Grammar(
        "tree_sitter_java",
        official=_own("tree_sitter_java"),
        containers=frozenset({"string_literal", "character_literal", "block_comment", "line_comment"}),
    ),
    "javascript": Grammar("tree_sitter_javascript", official=_JS, containers=_JS_CONTAINERS),
    "json": Grammar(
        "tree_sitter_json",
        official=_own("tree_sitter_json"),
        token_roles=False,
        containers=frozenset({"string", "comment"}),
    ),
    "markdown": Grammar(
        "tree_sitter_markdown",
        official=_own("tree_sitter_markdown", "markdown/highlights"),
        containers=frozenset(
            {
                "code_fence_content",
                "html_block",
                "indented_code_block",
                "info_string",
                "link_destination",
                "link_title",
                "paragraph",
            }
        ),
        atoms=frozenset({"link_label", "pipe_table_delimiter_row"}),
        token_roles=False,
    ),
    "markdown_inline": Grammar(
        "tree_sitter_markdown",
        "inline_language",
        official=_own("tree_sitter_markdown", "markdown_inline/highlights"),
        containers=frozenset({"inline"}),
        atoms=frozenset({"link_label"}),
        merged=frozenset({"emphasis_delimiter"}),
        token_roles=False,
    ),
    "php": Grammar(
        "tree_sitter_php",
        "language_php",
        official=_own("tree_sitter_php"),
        containers=frozenset(
            {
                "string",
                "encapsed_string",
                "shell_command_expression",
                "heredoc_body",
                "nowdoc_body",
                "comment",
            }
        ),
        atoms=frozenset({"variable_name"}),
        joined={"html": "text"},
    ),
    "python": Grammar(
        "tree_sitter_python",
        official=_own("tree_sitter_python"),
        containers=frozenset({"string", "comment", "format_specifier"}),
        atoms=frozenset({"import_prefix", "is not", "not in"}),
    ),
    "regex": Grammar(
        "tree_sitter_regex",
        official=_own("tree_sitter_regex"),
        containers=frozenset({"pattern"}),
        token_roles=False,
    ),
    "ruby": Grammar(
        "tree_sitter_ruby",
        official=_own("tree_sitter_ruby"),
        containers=frozenset(
            {
                "bare_string",
                "bare_symbol",
                "character",
                "complex",
                "delimited_symbol",
                "heredoc_body",
                "rational",
                "regex",
                "string",
                "subshell",
            }
        ),
    ),
    "rust": Grammar(
        "tree_sitter_rust",
        official=_own("tree_sitter_rust"),
        containers=frozenset(
            {"string_literal", "raw_string_literal", "char_literal", "line_comment", "block_comment"}
        ),
        atoms=frozenset({"label", "lifetime"}),
    ),
    "toml": Grammar(
        "tree_sitter_toml",
        official=_own("tree_sitter_toml"),
        token_roles=False,
        containers=frozenset({"string", "quoted_key", "comment"}),
    ),
    "tsx": Grammar(
        "tree_sitter_typescript",
        "language_tsx",
        official=_JS[:2] + _own("tree_sitter_typescript"),
        containers=_JS_CONTAINERS | {"template_literal_type"},
        atoms=_TS_ATOMS,
    ),
    "typescript": Grammar(
        "tree_sitter_typescript",
        "language_typescript",
        official=_JS[:1] + _own("tree_sitter_typescript"),
        containers=_JS_CONTAINERS | {"template_literal_type"},
        atoms=_TS_ATOMS,
    ),
    "yaml": Grammar(
        "tree_sitter_yaml",
        official=_own("tree_sitter_yaml"),
        token_roles=False,
        containers=frozenset({"double_quote_scalar", "single_quote_scalar", "block_scalar", "comment"}),
        atoms=frozenset({"yaml_directive", "tag_directive", "reserved_directive"}),
        fragile=too_deep,
    ),
}

_OURS: dict[str, tuple[str, ...]] = {
    "c": ("c", "c_only"),
    "cpp": ("c", "cpp"),
    "javascript": ("ecmascript", "javascript", "jsx"),
    "typescript": ("ecmascript", "typescript"),
    "tsx": ("ecmascript", "typescript", "jsx"),
}
"""Which files of ours a grammar takes, where it is not the one of its own name."""

_LOCAL_PREDICATE = re.compile(r"\(#is-not\?\s+local\)")


@cache
def load(key: str) -> LoadedGrammar:
    """The grammar called `key` in `GRAMMARS`, compiled once.

    A query is never freed: py-tree-sitter 0.26.1 ends the process with a segmentation fault when it frees
    some queries (a text predicate followed by `#is-not?` or `#set!`), and this cache holds on to each.
    """
    spec = GRAMMARS[key]
    language = tree_sitter.Language(getattr(import_module(spec.wheel), spec.function)())
    parts = " ".join(f"({kind}) @part" for kind in spec.joined.values())
    joined = tree_sitter.Query(language, parts) if parts else None
    return LoadedGrammar(key, spec, language, tree_sitter.Query(language, query_text(key)), joined)


def query_text(key: str) -> str:
    """The source of the grammar's whole query: theirs, then ours."""
    spec = GRAMMARS[key]
    parts = [_read(resources.files(wheel).joinpath(path)) for wheel, path in spec.official]
    folder = resources.files("codechoir.languages").joinpath("queries")
    names = [name for part in _OURS.get(key, (key,)) for name in (part, f"{part}.roles")]
    ours = [folder.joinpath(f"{name}.scm") for name in names]
    parts += [_read(file) for file in ours if file.is_file()]
    return _LOCAL_PREDICATE.sub("", "\n".join(parts))


def _read(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")
