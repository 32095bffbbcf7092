"""From a grammar's capture to a category: one table, the longest prefix wins.

The captures are those of tree-sitter's highlight queries, of our own patterns and, through `pygments_spans`,
of Pygments. What could be decided otherwise is decided here, once, for all languages:

- Word operators that compute a value from others (`and`, `not`, `in`, `instanceof`, `typeof`, `sizeof`) are
  operators; words that build or steer (`new`, `await`, `delete`, `as`) are keywords.
- `@constructor` is a type, because a call of it names one. `@constant` is a name, so a variable;
  `@constant.builtin` is a value (`None`, `true`), so a literal.
- Attributes and decorators are functions. A key in JSON, YAML or TOML is a variable: it names a value.
- The prose of a page is a comment, for it is read by the same rules; code and quotations in it are literals.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from codechoir.model import Category

CATEGORIES: Final[dict[str, Category]] = {
    "attribute": Category.FUNCTION,
    "boolean": Category.LITERAL,
    "character": Category.LITERAL,
    "comment": Category.COMMENT,
    "constant": Category.VARIABLE,
    "constant.builtin": Category.LITERAL,
    "constant.character": Category.LITERAL,
    "constructor": Category.TYPE,
    "delimiter": Category.PUNCTUATION,
    "diff": Category.LITERAL,
    "error": Category.VARIABLE,
    "escape": Category.LITERAL,
    "float": Category.LITERAL,
    "function": Category.FUNCTION,
    "keyword": Category.KEYWORD,
    "keyword.operator": Category.OPERATOR,
    "label": Category.VARIABLE,
    "method": Category.FUNCTION,
    "module": Category.VARIABLE,
    "number": Category.LITERAL,
    "operator": Category.OPERATOR,
    "preproc": Category.KEYWORD,
    "property": Category.VARIABLE,
    "punctuation": Category.PUNCTUATION,
    "string": Category.LITERAL,
    "string.documentation": Category.COMMENT,
    "tag": Category.TYPE,
    "text": Category.COMMENT,
    "text.literal": Category.LITERAL,
    "text.plain": Category.LITERAL,
    "text.uri": Category.LITERAL,
    "type": Category.TYPE,
    "variable": Category.VARIABLE,
}

TRANSPARENT: Final = frozenset({"embedded", "none", "spell", "nospell", "conceal", "local", "injection"})
"""First words of captures that say nothing about a token; what is inside is taken for itself."""


@lru_cache(maxsize=4096)
def category_of(capture: str) -> Category | None:
    """The category of a capture, or None when the capture is transparent or unknown."""
    name = capture
    while name:
        if name in TRANSPARENT:
            return None
        found = CATEGORIES.get(name)
        if found is not None:
            return found
        name = name.rpartition(".")[0]
    return None
