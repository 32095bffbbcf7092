"""Words for the tokens of one programming language.

`token_kind` decides how a token is worded: by its role, capture, category and text. `LanguageVerbalizer` has
a method for each kind and caches the answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from codechoir.model import Category
from codechoir.settings import Level, WordingOptions
from codechoir.wording.characters import EscapeVerbalizer, speakable_text
from codechoir.wording.code_in_comments import SnippetVerbalizer
from codechoir.wording.comments import CommentVerbalizer
from codechoir.wording.context import Hint
from codechoir.wording.line_source import Fragment, LinePiece, is_spelled
from codechoir.wording.literal_encoder import LiteralEncoder, unambiguous_words, utterance_groups
from codechoir.wording.names import NameVerbalizer
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.prose import ProseVerbalizer
from codechoir.wording.regexps import RegexpVerbalizer
from codechoir.wording.strings import StringVerbalizer
from codechoir.wording.table_files import load_word_table, natural_languages
from codechoir.wording.text_signs import in_own_languages, language_of_comment
from codechoir.wording.token_words import OperatorVerbalizer, token_kind

_CACHE_ENTRIES = 20_000
"""When the cache has this many answers it is emptied, which costs less than tracking which ones were used."""

_LONGEST_CACHED = 80
"""Longer tokens are not cached: they hardly ever come twice."""

_MOST_FLAGS = 3
"""An option with one dash and at most this many letters is a bundle of options: `-rf`."""

_SYLLABLE = re.compile(r"[^aeiou][aeiou][^aeiou]", re.IGNORECASE)
"""Three letters that make a word, as in `find -not`, are not a bundle."""

_PREFIXED_NAMES: Mapping[str, tuple[Level, ...]] = {
    "constant.bare": ("some", "most"),
    "import.default": ("some",),
    "label": ("some", "most"),
    "variable.dynamic": ("some",),
}
"""Roles whose words are said before the name, and the levels at which they are."""

_NAMED = (Category.VARIABLE, Category.FUNCTION, Category.TYPE)
"""Categories of the names that a program gives. In text, an abbreviation is what is written."""

_WORD_OPERATORS = frozenset(("logical.and", "logical.or", "logical.xor", "logical.not"))
"""Roles of operators that may be words: in Ruby, `and` differs from `&&`."""

_PREFIXES = ("inside", "joined", "nested")
"""Hints whose words stand before those of the token."""

_QUOTED = (
    *("string", "string.joined", "string.regexp", "string.regexp.verbose"),
    *("docstring", "character", "symbol"),
)
_OPENING_ROLES = frozenset(("", *_QUOTED, *(f"{role}.open" for role in _QUOTED)))
"""Roles of tokens that have the opening quote."""

_CLOSING_ROLES = frozenset(("", *_QUOTED, *(f"{role}.close" for role in _QUOTED)))
"""Roles of tokens that have the closing quote."""


class LanguageVerbalizer:
    """Words for the pieces of lines of one programming language, with a cache.

    `is_terse`: words for the level `terse`; the methods then get the level `some`.

    Its parts are public: `table`, `numbers`, `names` and so on word what is not a token, such as an outline.
    Raises `InputError` for an unknown natural language or a word table with a mistake.
    """

    def __init__(self, options: WordingOptions, language: str, *, is_terse: bool = False) -> None:
        table = load_word_table(options.natural_language, language, options.tables)
        self.table = table.shortened() if is_terse else table
        self._options = options
        self._language = language
        self._speakers: dict[str, LanguageVerbalizer] = {}
        self.numbers = NumberVerbalizer(self.table)
        self.symbols = OperatorVerbalizer(self.table, self.numbers, options)
        self.names = NameVerbalizer(self.table, self.numbers, self.symbols, options)
        self.identifiers = NameVerbalizer(self.table, self.numbers, self.symbols, options, is_code=True)
        self.escapes = EscapeVerbalizer(self.table, self.numbers)
        self.prose = ProseVerbalizer(self.table, self.numbers, self.names, self.symbols, self.escapes)
        self.snippets = SnippetVerbalizer(
            self.identifiers, self.numbers, self.symbols, self.prose, language, self.fragments
        )
        self.regexps = RegexpVerbalizer(self.table, self.numbers, self.names, self.symbols, self.escapes)
        self.strings = StringVerbalizer(self.table, self.prose, self.symbols, self.regexps, language)
        self.comments = CommentVerbalizer(
            self.table, self.prose, self.names, self.snippets, self.symbols, options, language
        )
        self._methods = {
            "bom": self._bom,
            "character": self._character,
            "comment": self._comment,
            "escape": self._escape,
            "flag": self._flag,
            "format": self._format,
            "heredoc": self._heredoc,
            "list_item": self._list_item,
            "name": self._name,
            "number": self._number,
            "prose": self._prose,
            "regexp": self._regexp,
            "string": self._string,
            "symbol_name": self._symbol_name,
            "symbols": self._symbols,
        }
        self._cache: dict[tuple[object, ...], list[Fragment]] = {}

    def fragments(self, piece: LinePiece, level: Level, hint: Hint = "") -> list[Fragment]:
        """The fragments for a piece, in order; together they cover it."""
        span, text = piece.span, piece.text
        key = (text, span.category, span.capture, span.role, level, piece.opens, piece.closes, hint)
        fragments = self._cache.get(key)
        if fragments is None:
            method = self._literal if level == "literal" else self._methods[token_kind(span, text)]
            fragments = [_speakable(fragment) for fragment in method(piece, level, hint)]
            if self._options.other_languages != "off" and level != "literal":
                fragments = in_own_languages(fragments, text)
            prefix = _prefix(piece, hint) if level in ("some", "most") else ""
            self._put_before(fragments, prefix)
            if len(text) <= _LONGEST_CACHED:
                if len(self._cache) >= _CACHE_ENTRIES:
                    self._cache.clear()
                self._cache[key] = fragments
        return fragments

    def closed_words(self, closed: str) -> str:
        """The words for what a token closes: a keyword, and the variable of a loop."""
        keyword, _, variable = closed.partition(" ")
        words = self.table.section("closers").get(keyword) or self.names.words(keyword, "some")
        return f"{words} {self.identifiers.words(variable, 'some')}".strip() if variable else str(words)

    def is_operator_word(self, name: str) -> bool:
        """Whether a name begins like an operator sounds, such as `plus` or `times`."""
        return self.identifiers.words(name, "some").partition(" ")[0] in self._operator_words

    @cached_property
    def _operator_words(self) -> frozenset[str]:
        """The first words of all operators and brackets."""
        said = [str(words) for words in self.table.section("operators").values()]
        for entry in self.table.roles.values():
            said += (entry.say, entry.empty, *(entry.texts or {}).values())
        joint = str(self.table.section("identifiers")["joint"])
        return frozenset(words.partition(" ")[0] for words in (joint, *said))

    def prefixed(self, piece: LinePiece, level: Level, hint: Hint, prefix: str) -> list[Fragment]:
        """The fragments of a piece, with words before them: `prefix` has the keys of sentences."""
        fragments = list(self.fragments(piece, level, hint))
        self._put_before(fragments, prefix if level in ("some", "most") else "")
        return fragments

    def _put_before(self, fragments: list[Fragment], prefix: str) -> None:
        words = " ".join(map(self.table.phrase, prefix.split()))
        if words:
            fragments[0] = fragments[0]._replace(text=f"{words} {fragments[0].text}".strip(), spell=False)

    def _literal(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        """A token at the level `literal`, among others at other levels."""
        groups = list(utterance_groups(LiteralEncoder(self.table.tag).units(piece.text, 0, "")))
        ends = [*(group[0].start for group in groups[1:]), -1]
        return [
            Fragment(" ".join(unambiguous_words(group, self.table.tag)), group[0].start, end)
            for group, end in zip(groups, ends, strict=True)
        ]

    def _bom(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        return [Fragment(self.table.phrase("bom") if level == "all" else "")]

    def _character(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        kind, _, rest = piece.text.partition("?" if piece.text.startswith("?") else "'")
        inner = rest.removesuffix("'") or rest
        names = self.table.section("strings")
        what = str(names["byte_character" if kind == "b" else "character"])
        if piece.span.role == "character.open" and level == "some" and not inner:
            return [Fragment(what)]
        if level == "all" or not inner:
            return self._string(piece, level, hint)
        is_escape = inner.startswith("\\")
        words = self.escapes.words(inner) if is_escape else self.prose.words(inner, "all", "raw")
        if len(inner) == 1 and inner.isupper():
            words = self._letter(inner)
        return [Fragment(f"{what} {words}")]

    def _letter(self, letter: str) -> str:
        """A single letter whose case makes a difference: `'A'` and `-C`."""
        return f"{self.table.section('identifiers')['cap']} {letter.lower()}" if letter.isupper() else letter

    def _comment(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        opens, closes = _opens(piece), _closes(piece)
        natural = language_of_comment(piece.text, self._options, self.table.tag)
        speaker = self._speaker_of(natural)
        fragments = speaker.comments.fragments(piece.text, level, opens=opens, closes=closes)
        if not natural:
            return fragments
        is_own = speaker is self  # then what is not prose keeps the language of the words
        return [one if is_own and one.category else one._replace(language=natural) for one in fragments]

    def _speaker_of(self, natural: str) -> LanguageVerbalizer:
        """The verbalizer with the words of a natural language; this one where there are none."""
        if not natural or natural not in natural_languages():
            return self
        speaker = self._speakers.get(natural)
        if speaker is None:
            options = replace(self._options, natural_language=natural, other_languages="letters")
            speaker = self._speakers[natural] = LanguageVerbalizer(options, self._language)
        return speaker

    def _escape(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if level == "all":
            return [Fragment(self.prose.words(piece.text, level, "raw"))]
        return [Fragment(self.escapes.words(piece.text))]

    def _flag(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        """An option of a command. Its dashes are said, since without them it would be an argument."""
        name = piece.text.lstrip("-")
        dashes = self.symbols.names(piece.text[: len(piece.text) - len(name)])
        if dashes.count(" ") == 0 and name[1:2] == "-":  # `-l-x`: an option of one letter and its value
            letter, value = self._letter(name[0]), self.prose.words(name[2:], level, "word")
            return [Fragment(f"{dashes} {letter} {self.table.phrase('hyphen')} {value}".strip())]
        is_bundle = dashes.count(" ") == 0 and len(name) <= _MOST_FLAGS and name.isalpha()
        is_bundle = is_bundle and not _SYLLABLE.fullmatch(name)
        words = (
            " ".join(map(self._letter, name))
            if is_bundle
            else self.prose.words(name, level, "word")
            if name
            else ""
        )
        return [Fragment(f"{dashes} {words}".strip())]

    def _format(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if level != "some":
            return [Fragment(self.prose.words(piece.text, "all", "raw"))]
        return [Fragment(self.prose.format_words(piece.text.lstrip(":!,")))]

    def _heredoc(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if level == "all":
            return [Fragment(self.prose.words(piece.text, level, "raw"))]
        word = piece.text.lstrip("<~-'\"").rstrip("'\"")
        name = self.names.words(word, level) if word else ""
        return [Fragment(f"{self.table.section('strings')['document']} {name}".strip())]

    def _list_item(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        """What begins an item of a list; in Markdown it may be a number: `2.`"""
        if not piece.text[0].isdecimal():
            return self._symbols(piece, level, hint)
        item = self.table.role_words(piece.span.role, piece.text) if level == "some" else ""
        number = self.prose.words(piece.text.rstrip(".) ") if item else piece.text, level, "raw")
        return [Fragment(f"{item} {number}".strip())]

    def _name(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        role = piece.span.role
        if role.startswith("heredoc") and piece.text[:1] in "'\"" and level != "all":
            return [self._quoted_word(piece.text.strip("'\""), role, level)]
        if not any(char.isalnum() for char in piece.text):
            return self._symbols(piece, level, hint)
        if piece.span.category is Category.KEYWORD and level in ("some", "most"):
            keyword = self.table.section("keywords").get(piece.text.lower())
            if keyword is not None:
                return [Fragment(str(keyword))]
        entry = self.table.role(role) if level in _PREFIXED_NAMES.get(role, ()) else None
        if entry is not None:
            name = self.names.words(piece.text.strip("'"), level)
            return [Fragment(f"{entry.say} {name}")]
        if role in _WORD_OPERATORS and level in ("some", "most") and (entry := self.table.role(role)):
            words = (entry.texts or {}).get(piece.text.lower())
            if words:
                return [Fragment(words)]
        names = self.identifiers if piece.span.category in _NAMED else self.names
        return names.fragments(piece.text, level)

    def _quoted_word(self, word: str, role: str, level: Level) -> Fragment:
        """The end word of a here-document in quotes, which mean that its text is raw."""
        raw = "" if role == "heredoc.end" else str(self.table.section("strings")["raw"])
        return Fragment(f"{raw} {self.names.words(word, level) if word else ''}".strip())

    def _number(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        words = self.numbers.literal(piece.text) if level != "all" else None
        return [Fragment(words)] if words is not None else [self.names.fragment(piece.text, level)]

    def _prose(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if any(char.isalnum() for char in piece.text):
            is_document = piece.span.role.startswith("heredoc")
            return [Fragment(self.prose.words(piece.text, level, "heredoc" if is_document else "text"))]
        return [Fragment(self.symbols.names(piece.text.strip()))]

    def _regexp(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if level == "all":
            return [Fragment(self.prose.words(piece.text, level, "raw"))]
        return [Fragment(self.regexps.token_words(piece.text, piece.span.role))]

    def _string(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        opens, closes = _opens(piece), _closes(piece)
        role = piece.span.role
        if not role.startswith("string.regexp"):
            return [self.strings.fragment(piece.text, level, opens=opens, closes=closes, hint=hint)]
        return self.strings.regexp_fragments(
            piece.text, level, opens=opens, closes=closes, hint=hint, verbose=".verbose" in role
        )

    def _symbol_name(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        if level != "some":
            return [self.names.fragment(piece.text, level)]
        name = str(self.table.section("strings")["symbol"])
        return [Fragment(f"{name} {self.names.words(piece.text.strip(':'), level)}".strip())]

    def _symbols(self, piece: LinePiece, level: Level, hint: Hint) -> list[Fragment]:
        span = piece.span
        exact = self.table.section("words").get(piece.text) if level in ("some", "most") else None
        if exact is not None:
            return [Fragment(str(exact))]
        if span.role == "lifetime" and level in ("some", "most"):  # `'_` of Rust
            entry = self.table.role(span.role)
            return [Fragment(f"{entry.say if entry else ''} {self.symbols.names(piece.text[1:])}")]
        fragment = self.symbols.fragment(piece.text.strip(), span.role, span.category, level)
        if hint not in ("", *_PREFIXES) and level == "some":
            if hint == "sign":
                return [fragment._replace(text=fragment.text or self.symbols.names(piece.text))]
            fragment = fragment._replace(text=self._hinted_words(fragment.text, span.role, hint))
        return [fragment]

    def _hinted_words(self, words: str, role: str, hint: Hint) -> str:
        """The words for a bracket or separator, changed by a hint from its context."""
        if hint == "called":
            call = self.table.role("call.empty.open")
            return call.say if call is not None else words
        if hint == "implied":
            return ""
        if hint in ("closed", "comma", "lambda", "semi", "skipped"):
            return words or self.table.phrase(hint)
        entry = self.table.role(role)
        if hint == "empty" and entry is not None and entry.empty:
            return entry.empty
        return self.table.phrase("empty", what=words).strip()


def _prefix(piece: LinePiece, hint: Hint) -> str:
    """The key of the sentence before the words of the token, or empty."""
    if piece.span.role.startswith("string.joined") and _opens(piece):
        return "joined"
    return hint if hint in _PREFIXES else ""


def _opens(piece: LinePiece) -> bool:
    return piece.opens and piece.span.role in _OPENING_ROLES


def _closes(piece: LinePiece) -> bool:
    return piece.closes and piece.span.role in _CLOSING_ROLES


def _speakable(fragment: Fragment) -> Fragment:
    """The fragment with only what an engine may get, whatever the word tables and the verbalizers wrote."""
    text = speakable_text(fragment.text)
    if text != fragment.text or (is_spelled(text) and not fragment.spell):
        return fragment._replace(text=text, spell=is_spelled(text))
    return fragment
