"""Words for comments and docstrings, a line at a time: prose, markers (`TODO`), documentation tags, code.

`SnippetVerbalizer` words the code in a comment, `looks_like_code` recognizes code that was commented out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from codechoir.model import Category
from codechoir.settings import Level, WordingOptions
from codechoir.wording.code_in_comments import SnippetVerbalizer, has_sentence, looks_like_code
from codechoir.wording.line_source import Fragment
from codechoir.wording.names import NameVerbalizer
from codechoir.wording.prose import ProseVerbalizer
from codechoir.wording.token_words import OperatorVerbalizer
from codechoir.wording.word_table import WordTable

_OPENING = re.compile(
    r"\s*(?:[rRuUbBfF]{0,2}(?:\"\"\"|''')|<!--+|/\*+!?|//+!?|\#+[!:]?|--+(?:\[\[)?|;+|%+|=begin\b|\{-|\(\*|\"|')?\s*"
)
"""What begins a comment or docstring."""

_CONTINUED = re.compile(r"\s*(?:\*+(?=[\s/]|$)|//+!?|\#+)?\s*")
"""What begins the later lines of a comment."""

_CLOSING = re.compile(r"(?<!\s)\s*+(?:\"\"\"|'''|\*+/|--+>|=end|-\}|\*\)|(?<=\S)[\"'](?=$))?\s*$")
"""What ends a comment or docstring, with the blanks before it. Possessive (`*+`): see `_DECORATION`."""

_DECORATION = re.compile(r"^(?:([^\w\s])\1{2,}+\s*+)++(?=\w)|(?<=[\w.)])\s*+(?:([^\w\s.])\2{2,}+\s*+)++$")
"""Runs of signs around the words of a line: `---- names ----`. A run is taken whole (`++`), since trying each
way to divide it takes exponential time."""

_RULE = re.compile(r"(?=\W*+$)\W*?([^\w\s])\1{2}\W*+")
"""A line of signs without words, three of them equal in a row: `# ------`."""

_MARKER = re.compile(r"([A-Z]{3,})(\([^)]*\))?(?::|\b(?!['-]))\s*")
"""A word in capitals that may be announced, and a note in parentheses: `TODO(ann): `."""

_TAG = re.compile(
    r"[@\\](?P<at>[A-Za-z]+)(?=\W|$)|:(?P<field>[a-z]+)(?P<name>\s[^:`]*)?:(?=\s|$)"
    r"|<(?P<xml>[a-z]+)\b(?:\s+name=\"(?P<named>[^\"]*)\")?[^>]*>"
)
"""A documentation tag: `@param`, `:param x:`, `<param name="x">`."""

_TYPE = re.compile(r"\s*\{(?P<type>(?!@)(?:[^{}]|\{[^{}]*\})*+)\}\s*|\s+")
"""A type in braces after a tag: `{string}`."""

_OPTIONAL = re.compile(r"\[(?P<name>[\w.$]+)(?:\s*=\s*(?P<value>.*?))?\](?=\s|$)")
"""An optional parameter in JSDoc: `[name=value]`."""

_GENERIC = re.compile(r"<(?P<name>\w+)>(?=\s|$)")
"""A type parameter in Javadoc: `<T>`."""

_VARIABLE = re.compile(r"\$\w+")
"""A parameter in the documentation of PHP."""

_TYPE_LANGUAGES = dict.fromkeys(("javascript", "jsx", "typescript", "tsx"), "typescript")
"""The language of the types in documentation, by programming language."""

_TYPE_SIGNS = re.compile(r"\[\]|[<>|?=,]|\.\.\.")
"""The signs in a documented type."""

_TYPED = re.compile(r"(?P<before>\.\.\.|[?!])?(?P<type>.*?)(?P<after>=?)")
"""A type of JSDoc: it may be variadic, nullable, not nullable; its parameter may be optional."""

_TICKS = re.compile(
    r"(`+)(?P<code>[^`]+)\1|\{@(?:code|link|linkplain|literal|value)\s+(?P<inline>[^{}]*)\}"
    r"|<(?P<tag>c|code)>(?P<element>[^<]*)</(?P=tag)>"
    r"|<(?:paramref|typeparamref|see|seealso)\s+\w+=\"(?:[A-Z]:)?(?P<reference>[^\"]*)\"\s*/?>"
    r"|\{@(?P<bare>\w+)\s*\}"
)
"""Code in a comment: in back-ticks, in an inline tag, in an element of documentation."""

_BRACES = str.maketrans("{}", "<>")
"""In a reference of C#, braces are for the signs that XML does not allow: `List{T}`."""

_BARE_TYPE = re.compile(r"\s+(?P<type>[\w\\|?\[\]]+(?:<[^>]*>)?[\w\\|?\[\]]*)(?=\s|$)")
"""A type without braces after a tag: `@param int|null $x`."""

_TYPED_TAGS = frozenset(("param", "property", "return", "throws", "var"))
"""Tags that a type without braces can follow, in the documentation of PHP."""

_TYPE_ROLES = {
    "<": "generic.open",
    "|": "type.union",
    "?": "optional",
    "=": "optional",
    "[]": "array.type.open",
    "...": "variadic",
}
_EXAMPLE = re.compile(r"(?:>>>|\.\.\.) ")
"""The prompt of an example in a docstring."""

_SIGN = re.compile(r"[^\w\s.]")

_SENTENCE_END = re.compile(
    r"(?<![.\s])(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bvs)[.!?](?=\s+[^a-z\s]|\s*$)|[\u3002\uff01\uff1f]"
)
"""Where a sentence ends."""

_LEADING = re.compile(
    r"(?:<\#|[|^](?=\s)|[@\\](?:brief|summary|desc|description)\b|</?(?:summary|p|remarks|para)>|\s)+"
)
"""What may stand before the first sentence of documentation, besides the sign of a comment."""

_TRAILING = re.compile(r"(?:</?(?:summary|p|remarks|para)>|\s|(?<=\s)\#>)+$")
_SECTION = re.compile(r"[@\\:.](?!return)\w+|```|~~~|>>>|\w+:$|\W*$")
"""A line that is not part of the first sentence: a tag, code, the title of a section, a rule."""

_NO_DOCUMENTATION = re.compile(
    r"(?i)copyright\b|\(c\)|spdx|licen[cs]ed? |eslint|prettier|pylint|noqa|nolint|type:|pragma|ts-|go:"
    r"|\+build|!|region\b|endregion\b|mypy:|fmt:|rubocop|frozen_string_literal|shellcheck|clang-format|vim:|-\*-"
)
"""How comments begin that are for tools or for lawyers."""

_MOST_SENTENCE_WORDS = 40
"""A longer sentence is cut here."""

_CODE_CATEGORY = Category.VARIABLE
"""The category, and so the voice, of code in a comment."""


class CommentVerbalizer:
    """Words for lines of comments."""

    def __init__(
        self,
        table: WordTable,
        prose: ProseVerbalizer,
        names: NameVerbalizer,
        snippets: SnippetVerbalizer,
        symbols: OperatorVerbalizer,
        options: WordingOptions,
        language: str = "",
    ) -> None:
        self._table = table
        self._prose = prose
        self._names = names
        self._snippets = snippets
        self._symbols = symbols
        self._options = options
        self._types_language = _TYPE_LANGUAGES.get(language, "")
        self._markers = table.section("markers")
        self._tags = table.section("doc_tags")

    def fragments(self, text: str, level: Level, *, opens: bool, closes: bool) -> list[Fragment]:
        """The fragments of one line of a comment; together they cover the whole line.

        `opens`, `closes`: the line has the beginning, the end of the comment.
        """
        if level != "some":
            return [Fragment(self._prose.words(text, level, "raw"))]
        start, end = comment_body(text, opens=opens, closes=closes)
        body = text[start:end]
        if _RULE.fullmatch(body or text.strip()[2:]):
            return [self._rule()]
        if not body:
            return [Fragment("")]
        decoration = _DECORATION.search(body) if not _EXAMPLE.match(body) else None
        while decoration is not None:
            cut = decoration.end() if decoration.start() == 0 else 0
            start, end = (start + cut, end) if cut else (start, start + decoration.start())
            body = text[start:end]
            decoration = _DECORATION.search(body)
        return _fragments(text, list(self._parts(body, start)))

    def code_fragments(self, text: str, level: Level, *, opens: bool, closes: bool) -> list[Fragment]:
        """The fragments of one line of code that was commented out."""
        start, end = comment_body(text, opens=opens, closes=closes)
        return [Fragment(self._snippets.words(text[start:end], level))]

    def _rule(self) -> Fragment:
        if self._options.cues:
            return Fragment("", cue="rule")
        return Fragment(self._table.phrase("rule"), category=Category.NARRATION)

    def _parts(self, body: str, at: int) -> Iterator[tuple[int, str, Category | None]]:
        """The parts of `body`, which begins at index `at` of the text: index, words, None or the category."""
        offset = 0
        example = _EXAMPLE.match(body)
        if example is not None and _is_example(body, example.end()):
            yield at, str(self._tags["example"]) if body.startswith(">") else "", None
            yield at + example.end(), self._snippets.code_words(body[example.end() :]), _CODE_CATEGORY
            return
        marker = _MARKER.match(body)
        if marker is not None and marker[1] in self._markers:
            yield at, str(self._markers[marker[1]]), Category.NARRATION
            offset = marker.end(1)
        else:
            tag, offset = self._tag(body)
            if tag:
                yield at, tag, None
        body, at, offset = body[offset:], at + offset, 0
        for code in _TICKS.finditer(body) if self._options.doc_code else ():
            if code.start() > offset:
                yield at + offset, self._prose.words(body, "some", "comment", offset, code.start()), None
            words = self._code_words(code)
            yield at + code.start(), words, None if code["bare"] else _CODE_CATEGORY
            offset = code.end()
        if offset < len(body):
            yield at + offset, self._prose.words(body, "some", "comment", offset), None

    def _code_words(self, code: re.Match[str]) -> str:
        """The words for code in a comment, or for an inline tag without code, such as `{@inheritDoc}`."""
        if code["bare"]:
            return str(self._tags.get(code["bare"], code["bare"].lower()))
        if code["inline"]:
            return self._snippets.code_words(code["inline"].replace("#", "."))  # `A#b`: a member in Java
        if code["element"] is not None:
            return self._snippets.code_words(html.unescape(code["element"]))
        if code["reference"] is not None:
            return self._snippets.code_words(html.unescape(code["reference"]).translate(_BRACES))
        return self._snippets.code_words(code["code"])

    def _tag(self, body: str) -> tuple[str, int]:
        """The words for a documentation tag, and the index at which the text after it begins."""
        tag = _TAG.match(body)
        if tag is None:
            return "", 0
        name = tag["at"] or tag["field"] or tag["xml"]
        tag_words = self._tags.get(name, self._tags.get(name.lower()))
        if tag_words is None:
            return "", 0
        words = [str(tag_words)]
        named = tag["name"] or tag["named"]
        if named:
            words.append(self._snippets.words(named, "some"))
        end = tag.end()
        if tag["at"]:
            kind = _TYPE.match(body, end)
            bare = _BARE_TYPE.match(body, end) if name in _TYPED_TAGS else None
            if kind is not None and kind["type"]:
                words.append(self._type_words(kind["type"]))
                end = kind.end()
            elif bare is not None and _TYPE_SIGNS.search(bare["type"]):
                words.append(self._type_words(bare["type"]))
                end = bare.end()
            more, end = self._subject(body, end)
            words += more
        return " ".join(word for word in words if word), end

    def _subject(self, body: str, at: int) -> tuple[list[str], int]:
        """The words for a name in brackets after a tag (`[name=value]`, `<T>`), and the index of its end."""
        begin = at + len(body[at:]) - len(body[at:].lstrip())
        variable = _VARIABLE.match(body, begin)
        if variable is not None:
            return [self._names.words(variable[0], "some")], variable.end()
        generic = _GENERIC.match(body, begin)
        if generic is not None:
            return [str(self._tags["type"]), self._names.words(generic["name"], "some")], generic.end()
        optional = _OPTIONAL.match(body, begin)
        if optional is None:
            return [], at
        words = [self._table.role_words("optional", "?"), self._names.words(optional["name"], "some")]
        if optional["value"]:
            value = optional["value"]
            value_words = self._snippets.words(value, "some") or self._symbols.names(value)
            words += [self._table.role_words("default", "="), value_words]
        return words, optional.end()

    def _type_words(self, text: str) -> str:
        """The words for a type in documentation: `Array<string>`, `number|null`."""
        typed = _TYPED.fullmatch(text)
        if self._types_language and typed is not None and any(map(str.isalnum, typed["type"])):
            role = {"...": "variadic", "?": "optional", "!": "non.null"}.get(typed["before"] or "")
            words = [self._table.role_words(role, typed["before"])] if role else []
            words.append(self._snippets.code_words(typed["type"], self._types_language))
            words += [self._table.role_words("optional", "?")] if typed["after"] else []
            return " ".join(words)
        words = []
        at = 0
        for sign in (*_TYPE_SIGNS.finditer(text), None):
            words.append(self._snippets.words(text[at : sign.start() if sign else len(text)], "some"))
            if sign is not None:
                role = _TYPE_ROLES.get(sign[0])
                words.append(self._table.role_words(role, sign[0]) if role else sign[0].strip("<>"))
                at = sign.end()
        return " ".join(word for word in words if word).replace(" ,", ",")


def _is_example(body: str, start: int) -> bool:
    """Whether code follows the prompt; what follows three dots may be a sentence: `... existing code`."""
    rest = body[start:]
    return body[0] == ">" or (_SIGN.search(rest) is not None and not has_sentence(rest.rstrip(". ")))


def comment_body(text: str, *, opens: bool, closes: bool) -> tuple[int, int]:
    """The indices between which a line of a comment has its text, without comment signs and quotes."""
    closing = _CLOSING.search(text) if closes else None
    end = closing.start() if closing is not None else len(text.rstrip())
    opening = (_OPENING if opens else _CONTINUED).match(text, 0, end)
    start = opening.end() if opening is not None else 0
    return start, max(start, end)


def first_sentence(comment: str) -> str:
    """The first sentence of a comment or docstring, without comment signs and its full stop, or nothing."""
    lines = comment.splitlines()
    found: list[str] = []
    for number, line in enumerate(lines):
        is_continued = number > 0 and line.lstrip().startswith("*")
        start, end = comment_body(line, opens=not is_continued, closes=number == len(lines) - 1)
        leading = _LEADING.match(line, start, end)
        body = _TRAILING.sub("", line[leading.end() if leading else start : end])
        if not found and _NO_DOCUMENTATION.match(body):
            return ""
        if _SECTION.match(body):
            if found:
                break
            continue
        stop = _SENTENCE_END.search(body)
        found.append(body[: stop.start()] if stop else body)
        if stop:
            break
    words = " ".join(found).split()[:_MOST_SENTENCE_WORDS]
    sentence = " ".join(words)
    return "" if looks_like_code(sentence) else sentence


def _fragments(text: str, parts: list[tuple[int, str, Category | None]]) -> list[Fragment]:
    """The parts as fragments that cover the whole text. Those without words are dropped."""
    kept = [part for part in parts if part[1]] or [(0, "", None)]
    starts = [0, *(len(text[:at].encode()) for at, _, _ in kept[1:])]
    ends = [*starts[1:], -1]
    return [
        Fragment(words, start, end, category)
        for (_, words, category), start, end in zip(kept, starts, ends, strict=True)
    ]
