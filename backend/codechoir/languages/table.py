"""The languages that Codechoir parses by grammar, as one table. Every other language comes from Pygments.

To add one: a row here, a row in `grammars.py` and, where the wheel's own query is lacking, a file of patterns
in `queries/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Parser = Literal["grammar", "pygments", "prose"]


@dataclass(frozen=True, slots=True)
class Language:
    """A language that a document is written in.

    `name`: what `--language` takes and `Span.language` carries. `title`: as people write it. `parser`: how
    its text becomes spans. `source`: the grammar's key in `grammars.py`, or an alias of a Pygments lexer.
    `aliases`: other names, among them the language ids of VS Code. `extensions`: with their dot, lower case.
    `filenames`: whole names, lower case, `*` and `?` as in a shell. `interpreters`: programs named by a
    shebang, without version. `line_comment`, `block_comment`: how comments are written, empty where not.
    """

    name: str
    title: str
    parser: Parser
    source: str = ""
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    line_comment: str = ""
    block_comment: tuple[str, str] = ("", "")


_C_COMMENT = ("/*", "*/")
_XML_COMMENT = ("<!--", "-->")

PROSE = Language(
    "text",
    "plain text",
    "prose",
    aliases=("plaintext", "plain", "txt", "prose", "log"),
    extensions=(".txt", ".text", ".log"),
    filenames=("readme", "license", "licence", "copying", "authors", "news", "todo", "changelog"),
)

LANGUAGES: tuple[Language, ...] = (
    Language(
        "python",
        "Python",
        "grammar",
        "python",
        aliases=("py", "python3", "py3"),
        extensions=(".py", ".pyi", ".pyw"),
        filenames=("sconstruct", "sconscript", "wscript"),
        interpreters=("python", "pypy", "uv"),
        line_comment="#",
    ),
    Language(
        "javascript",
        "JavaScript",
        "grammar",
        "javascript",
        aliases=("js", "node", "ecmascript"),
        extensions=(".js", ".mjs", ".cjs"),
        filenames=("jakefile",),
        interpreters=("node", "nodejs", "bun"),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "jsx",
        "JSX",
        "grammar",
        "javascript",
        aliases=("javascriptreact",),
        extensions=(".jsx",),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "typescript",
        "TypeScript",
        "grammar",
        "typescript",
        aliases=("ts",),
        extensions=(".ts", ".mts", ".cts"),
        interpreters=("deno", "ts-node", "tsx"),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "tsx",
        "TSX",
        "grammar",
        "tsx",
        aliases=("typescriptreact",),
        extensions=(".tsx",),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "rust",
        "Rust",
        "grammar",
        "rust",
        aliases=("rs",),
        extensions=(".rs",),
        interpreters=("rust-script",),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "go",
        "Go",
        "grammar",
        "go",
        aliases=("golang",),
        extensions=(".go",),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "java",
        "Java",
        "grammar",
        "java",
        extensions=(".java", ".jav"),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "c",
        "C",
        "grammar",
        "c",
        extensions=(".c", ".h"),
        interpreters=("tcc",),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "cpp",
        "C++",
        "grammar",
        "cpp",
        aliases=("c++", "cxx", "cuda-cpp"),
        extensions=(
            ".cpp",
            ".cc",
            ".cxx",
            ".c++",
            ".hpp",
            ".hh",
            ".hxx",
            ".h++",
            ".ipp",
            ".inl",
            ".tpp",
            ".cppm",
            ".ixx",
            ".cu",
            ".cuh",
            ".ino",
        ),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "csharp",
        "C#",
        "grammar",
        "csharp",
        aliases=("c#", "cs", "c-sharp", "c_sharp"),
        extensions=(".cs", ".csx", ".cake"),
        interpreters=("dotnet-script",),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "ruby",
        "Ruby",
        "grammar",
        "ruby",
        aliases=("rb",),
        extensions=(".rb", ".rbw", ".rake", ".gemspec", ".podspec", ".ru", ".thor", ".jbuilder"),
        filenames=("gemfile", "rakefile", "guardfile", "capfile", "vagrantfile", "podfile", "brewfile"),
        interpreters=("ruby", "jruby", "rake"),
        line_comment="#",
        block_comment=("=begin", "=end"),
    ),
    Language(
        "php",
        "PHP",
        "grammar",
        "php",
        extensions=(".php", ".phtml", ".php3", ".php4", ".php5", ".php7", ".phps", ".inc"),
        interpreters=("php",),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "bash",
        "Bash",
        "grammar",
        "bash",
        aliases=("sh", "shell", "shellscript", "zsh", "ksh", "dash"),
        extensions=(".sh", ".bash", ".zsh", ".ksh", ".bats", ".ebuild", ".eclass"),
        filenames=(
            ".bashrc",
            ".bash_profile",
            ".bash_aliases",
            ".bash_logout",
            ".profile",
            ".zshrc",
            ".zprofile",
            ".zshenv",
            ".kshrc",
            ".env",
            ".env.*",
            ".envrc",
            "pkgbuild",
            "apkbuild",
        ),
        interpreters=("sh", "bash", "zsh", "ksh", "dash", "ash", "mksh", "bats"),
        line_comment="#",
    ),
    Language(
        "html",
        "HTML",
        "grammar",
        "html",
        aliases=("htm", "xhtml"),
        extensions=(".html", ".htm", ".xhtml", ".shtml"),
        block_comment=_XML_COMMENT,
    ),
    Language(
        "css",
        "CSS",
        "grammar",
        "css",
        extensions=(".css",),
        block_comment=_C_COMMENT,
    ),
    Language(
        "json",
        "JSON",
        "grammar",
        "json",
        aliases=("jsonc", "json5", "jsonl", "geojson", "code-snippets"),
        extensions=(
            ".json",
            ".jsonc",
            ".json5",
            ".jsonl",
            ".ndjson",
            ".geojson",
            ".webmanifest",
            ".ipynb",
            ".sarif",
            ".har",
            ".code-workspace",
            ".code-snippets",
        ),
        filenames=(".babelrc", ".eslintrc", ".prettierrc", "composer.lock", "flake.lock", ".swcrc"),
        line_comment="//",
        block_comment=_C_COMMENT,
    ),
    Language(
        "yaml",
        "YAML",
        "grammar",
        "yaml",
        aliases=("yml", "dockercompose", "github-actions-workflow"),
        extensions=(".yaml", ".yml"),
        filenames=(".clang-format", ".clang-tidy", ".clangd", "citation.cff", "pubspec.lock"),
        line_comment="#",
    ),
    Language(
        "toml",
        "TOML",
        "grammar",
        "toml",
        extensions=(".toml",),
        filenames=("cargo.lock", "poetry.lock", "uv.lock", "pdm.lock", "pipfile"),
        line_comment="#",
    ),
    Language(
        "markdown",
        "Markdown",
        "grammar",
        "markdown",
        aliases=("md", "mdx", "gfm", "commonmark"),
        extensions=(".md", ".markdown", ".mdown", ".mkd", ".mdx"),
        block_comment=_XML_COMMENT,
    ),
    PROSE,
)
"""Every language with a grammar, and plain text. Names, aliases and extensions are unique (tested)."""
