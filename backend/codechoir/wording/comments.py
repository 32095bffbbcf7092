"""Code without a tree: in back-ticks, in comments that were code, in what closes a block.

Is this comment code that someone has switched off?

Comments and docstrings, a line at a time: prose, announced markers and tags, code in back-ticks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codechoir.model import Category
from codechoir.settings import Level, WordingOptions
from codechoir.wording.names import Names
from codechoir.wording.numbers import Numbers
from codechoir.wording.operators import Symbols
from codechoir.wording.prose import Prose
from codechoir.wording.tables import Fragment, Words

_TOKEN = re.compile(
    r"(?P<string>\"[^\"]*\"|'[^']*')|(?P<number>\d\w*(?:\.\d\w*)?)|(?P<name>[^\W\d]\w*|\$\w+)"
    r"|(?P<operator>[-+*/%&|^=!<>?~@.]+|:=|::)|(?P<other>\S)"
)
_BRACKETS = frozenset("()[]{},;:")


class Snippets:
    """Words for a short piece of code, by its text alone."""

    def __init__(self, names: Names, numbers: Numbers, symbols: Symbols) -> None:
        self._names = names
        self._numbers = numbers
        self._symbols = symbols

    def words(self, text: str, level: Level) -> str:
        """The words of the snippet; brackets are silent below the level at which they have names."""
        said = [self._token(token, level) for token in _TOKEN.finditer(text)]
        return " ".join(word for word in said if word)

    def _token(self, token: re.Match[str], level: Level) -> str:
        text = token[0]
        if token["number"]:
            return self._numbers.literal(text) or self._names.words(text, level)
        if token["name"]:
            return self._names.words(text, level)
        if token["string"]:
            inner = self.words(text[1:-1], level)
            quotes = self._symbols.names(text[0], level)
            return f"{quotes} {inner} {quotes}".strip()
        category = Category.PUNCTUATION if text in _BRACKETS else Category.OPERATOR
        return self._symbols.said(text, "", category, level).text


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


_OPENING = re.compile(
    r"\s*(?:[rRuUbBfF]{0,2}(?:\"\"\"|''')|<!--+|/\*+!?|//+!?|\#+[!:]?|--+(?:\[\[)?|;+|%+|=begin\b|\{-|\(\*|\"|')?\s*"
)
_CONTINUED = re.compile(r"\s*(?:\*+(?=[\s/]|$)|//+!?|\#+)?\s*")
_CLOSING = re.compile(r"\s*(?:\"\"\"|'''|\*+/|--+>|=end|-\}|\*\)|(?<=\S)[\"'](?=$))?\s*$")
_DECORATION = re.compile(r"^(?:([^\w\s])\1{2,}\s*)+(?=\w)|(?<=[\w.)])\s*(?:([^\w\s.])\2{2,}\s*)+$")
_RULE = re.compile(r"[^\w]*([^\w\s])\1{2,}[^\w]*")
_MARKER = re.compile(r"([A-Z]{3,})(\([^)]*\))?(?::|\b(?!['-]))\s*")
_TAG = re.compile(
    r"[@\\](?P<at>[A-Za-z]+)(?=\W|$)|:(?P<field>[a-z]+)(?P<name>\s[^:`]*)?:(?=\s|$)"
    r"|<(?P<xml>[a-z]+)\b(?:\s+name=\"(?P<named>[^\"]*)\")?[^>]*>"
)
_TYPE = re.compile(r"\s*\{(?P<type>(?!@)[^}]*)\}\s*|\s+")
_OPTIONAL = re.compile(r"\[(?P<name>[\w.$]+)(?:\s*=\s*(?P<value>.*?))?\](?=\s|$)")
_GENERIC = re.compile(r"<(?P<name>\w+)>(?=\s|$)")
_SIGNS_OF_TYPES = re.compile(r"\[\]|[<>|?=,]|\.\.\.")
_TICKS = re.compile(
    r"(`+)(?P<code>[^`]+)\1|\{@(?:code|link|linkplain|literal|value)\s+(?P<inline>[^{}]*)\}"
    r"|<(?P<tag>c|code)>(?P<element>[^<]*)</(?P=tag)>"
    r"|<(?:paramref|typeparamref|see|seealso)\s+\w+=\"(?P<reference>[^\"]*)\"\s*/?>"
)
_CODE = ("code", "inline", "element", "reference")
"""The groups of `_TICKS` that hold code."""

_BARE_TYPE = re.compile(r"\s+(?P<type>[\w\\|?\[\]]+(?:<[^>]*>)?[\w\\|?\[\]]*)(?=\s|$)")
_TYPED = frozenset(("param", "property", "return", "throws", "var"))
"""Tags after which PHP's documentation has a type without braces."""

_ROLES_IN_TYPES = {
    "<": "generic.open",
    "|": "type.union",
    "?": "optional",
    "=": "optional",
    "[]": "array.type.open",
    "...": "variadic",
}
_EXAMPLE = re.compile(r"(?:>>>|\.\.\.) ")
_CODE_AS = Category.VARIABLE
"""The voice for code inside a comment."""


class Comments:
    """Words for comments."""

    def __init__(
        self,
        words: Words,
        prose: Prose,
        names: Names,
        snippets: Snippets,
        symbols: Symbols,
        options: WordingOptions,
    ) -> None:
        self._words = words
        self._prose = prose
        self._names = names
        self._snippets = snippets
        self._symbols = symbols
        self._options = options
        self._markers = words.section("markers")
        self._tags = words.section("doc_tags")

    def said(self, text: str, level: Level, *, opens: bool, closes: bool) -> list[Fragment]:
        """One line of a comment; its parts follow each other without a gap and cover the whole line."""
        if level != "some":
            return [Fragment(self._prose.words(text, level, "raw"))]
        start, end = body_of(text, opens=opens, closes=closes)
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
        return _placed(text, list(self._parts(body, start)))

    def code(self, text: str, level: Level, *, opens: bool, closes: bool) -> list[Fragment]:
        """One line of code that was commented out."""
        start, end = body_of(text, opens=opens, closes=closes)
        return [Fragment(self._snippets.words(text[start:end], level))]

    def _rule(self) -> Fragment:
        if self._options.cues:
            return Fragment("", cue="rule")
        return Fragment(self._words.phrase("rule"), category=Category.NARRATION)

    def _parts(self, body: str, at: int) -> Iterator[tuple[int, str, Category | None]]:
        """Where each part begins in the text, its words, and whose voice says it."""
        offset = 0
        example = _EXAMPLE.match(body)
        if example is not None:
            yield at, str(self._tags["example"]) if body.startswith(">") else "", None
            yield at + example.end(), self._snippets.words(body[example.end() :], "some"), _CODE_AS
            return
        marker = _MARKER.match(body)
        if marker is not None and marker[1] in self._markers:
            yield at, str(self._markers[marker[1]]), Category.NARRATION
            offset = marker.end(1)
        else:
            tag, offset = self._tag(body)
            if tag:
                yield at, tag, None
        for code in _TICKS.finditer(body, offset) if self._options.doc_code else ():
            if code.start() > offset:
                yield at + offset, self._prose.words(body[offset : code.start()], "some", "comment"), None
            written = next(code[group] for group in _CODE if code[group] is not None)
            if code["inline"]:
                written = written.replace("#", ".")  # a member, as Java's documentation writes it
            yield at + code.start(), self._snippets.words(written, "some"), _CODE_AS
            offset = code.end()
        if offset < len(body):
            yield at + offset, self._prose.words(body[offset:], "some", "comment"), None

    def _tag(self, body: str) -> tuple[str, int]:
        """A documentation tag as words, and where what follows it begins."""
        tag = _TAG.match(body)
        if tag is None:
            return "", 0
        name = tag["at"] or tag["field"] or tag["xml"]
        said = self._tags.get(name, self._tags.get(name.lower()))
        if said is None:
            return "", 0
        words = [str(said)]
        named = tag["name"] or tag["named"]
        if named:
            words.append(self._snippets.words(named, "some"))
        end = tag.end()
        if tag["at"]:
            kind = _TYPE.match(body, end)
            bare = _BARE_TYPE.match(body, end) if name in _TYPED else None
            if kind is not None and kind["type"]:
                words.append(self._type(kind["type"]))
                end = kind.end()
            elif bare is not None and _SIGNS_OF_TYPES.search(bare["type"]):
                words.append(self._type(bare["type"]))
                end = bare.end()
            more, end = self._subject(body, end)
            words += more
        return " ".join(word for word in words if word), end

    def _subject(self, body: str, at: int) -> tuple[list[str], int]:
        """What a tag is about, where it is written in brackets: `[name=value]`, `<T>`."""
        begin = at + len(body[at:]) - len(body[at:].lstrip())
        generic = _GENERIC.match(body, begin)
        if generic is not None:
            return [str(self._tags["type"]), self._names.words(generic["name"], "some")], generic.end()
        optional = _OPTIONAL.match(body, begin)
        if optional is None:
            return [], at
        words = [self._role("optional", "?"), self._names.words(optional["name"], "some")]
        if optional["value"]:
            value = optional["value"]
            said = self._snippets.words(value, "some") or self._symbols.names(value)
            words += [self._role("default", "="), said]
        return words, optional.end()

    def _type(self, written: str) -> str:
        """A type as documentation writes it: `Array<string>`, `number|null`."""
        said = []
        at = 0
        for sign in (*_SIGNS_OF_TYPES.finditer(written), None):
            said.append(self._snippets.words(written[at : sign.start() if sign else len(written)], "some"))
            if sign is not None:
                role = _ROLES_IN_TYPES.get(sign[0])
                said.append(self._role(role, sign[0]) if role else sign[0].strip("<>"))
                at = sign.end()
        return " ".join(word for word in said if word).replace(" ,", ",")

    def _role(self, role: str, text: str) -> str:
        entry = self._words.role(role)
        return entry.words(text) if entry is not None else ""


def body_of(text: str, *, opens: bool, closes: bool) -> tuple[int, int]:
    """Where the words of a comment's line begin and end, without what marks it as a comment."""
    closing = _CLOSING.search(text) if closes else None
    end = closing.start() if closing is not None else len(text.rstrip())
    opening = (_OPENING if opens else _CONTINUED).match(text, 0, end)
    start = opening.end() if opening is not None else 0
    return start, max(start, end)


def _placed(text: str, parts: list[tuple[int, str, Category | None]]) -> list[Fragment]:
    """The parts with byte offsets, so that together they cover the whole text; silent ones are joined."""
    kept = [part for part in parts if part[1]] or [(0, "", None)]
    starts = [0, *(len(text[:at].encode()) for at, _, _ in kept[1:])]
    ends = [*starts[1:], -1]
    return [
        Fragment(words, start, end, category)
        for (_, words, category), start, end in zip(kept, starts, ends, strict=True)
    ]
