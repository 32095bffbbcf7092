r"""Words for regular expressions: `^\d+$` is "start digit one or more end".

One speaker for all of them: literals, strings that are passed to a function for regular expressions, and the
tokens of a literal that has a syntax tree. Letters are literal text, so that their case is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codechoir.wording.characters import ESCAPE_PATTERN, EscapeVerbalizer
from codechoir.wording.names import NameVerbalizer, split_name
from codechoir.wording.numbers import NumberVerbalizer
from codechoir.wording.token_words import OperatorVerbalizer
from codechoir.wording.word_table import WordTable

_TOKEN = re.compile(
    r"(?P<hole>%\((?P<field>\w+)\)s)|(?P<comment>\(\?#[^)]*\))"
    r"|(?P<reference>\(\?P=(?P<python>\w+)\)|\\k(?:<(?P<angle>\w+)>|\{(?P<brace>\w+)\}|'(?P<tick>\w+)')"
    r"|\\(?P<index>[1-9]\d?))"
    r"|(?P<condition>\(\?\((?P<tested>[^()]*)\))"
    r"|(?P<inline>\(\?(?P<letters>\^?[a-zA-Z]+(?:-[a-zA-Z]+)?|-[a-zA-Z]+)(?P<scope>[:)]))"
    r"|(?P<group>\(\?(?:P?<(?P<name>\w+)>|'(?P<quoted>\w+)'|[:=!>|]|<[=!]))"
    r"|(?P<count>\{(?P<low>\d*)(?P<comma>,?)(?P<high>\d*)\}(?P<manner>[?+]?))"
    rf"|(?P<property>\\[pP](?:\{{(?P<value>[^}}]*)\}}|(?P<letter>[A-Z])))|(?P<escape>{ESCAPE_PATTERN})"
    r"|(?P<posix>\[:\^?(?P<named>[a-z]+):\])|(?P<set>\[\^?)|(?P<times>[*+?][?+]?)"
    r"|(?P<word>[^\W\d_]+)|(?P<number>\d+)|(?P<blank>\s+)|(?P<other>[\s\S])"
)
_LIKELY = re.compile(r"\\[dDwWsSbB.]|\(\?[:=!<P]|\[\^?[^\]\s]+\][+*?{]|^\^|\.[*+]")
_OPENING = re.compile(r"/|%r[^\w\s]")
_GLOBS = ("*", "?")
"""By themselves these are not regular expressions but wildcards of a shell."""

_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_MANNERS = {"?": "*?", "+": "*+"}
"""What follows a count, and a quantifier whose words end with the word for it."""

_ONCE, _TWICE = "1", "2"


def looks_like_regexp(text: str) -> bool:
    """Whether the content of a raw string is a regular expression."""
    return _LIKELY.search(text) is not None


def verbose_comment(text: str) -> int:
    """Where the comment begins in a line of a verbose regular expression; its length if there is none."""
    in_set = False
    for token in _TOKEN.finditer(text):
        if token["set"]:
            in_set = True
        elif token[0] == "]":
            in_set = False
        elif token[0] == "#" and not in_set:
            return token.start()
    return len(text)


class RegexpVerbalizer:
    """Words for regular expressions, whole or token by token."""

    def __init__(
        self,
        table: WordTable,
        numbers: NumberVerbalizer,
        names: NameVerbalizer,
        symbols: OperatorVerbalizer,
        escapes: EscapeVerbalizer,
    ) -> None:
        self._table = table
        self._roles = table.roles
        self._regexp = table.section("regexp")
        self._strings = table.section("strings")
        self._numbers = numbers
        self._names = names
        self._symbols = symbols
        self._escapes = escapes

    def token_words(self, text: str, role: str) -> str:
        """The words for a token of a regular expression: by its role, or by its text if it has none."""
        if role == "regexp.class.character":
            return self._set_words(text)
        if role == "regexp.flags":
            return " ".join(map(self._literal, text))
        verbose, role = ".verbose" in role, role.replace(".verbose", "")
        if role in ("regexp", "regexp.open", "regexp.close"):
            return self._literal_words(
                text, opens=role != "regexp.close", closes=role != "regexp.open", verbose=verbose
            )
        if not role and text in self._regexp:
            return str(self._regexp[text])
        entry = self._roles.get(role)
        if entry is not None:
            return entry.words(text) or ("" if entry.structure else self.words(text, verbose=verbose))
        return self.words(text, verbose=verbose)

    def _literal_words(self, text: str, *, opens: bool, closes: bool, verbose: bool) -> str:
        """A literal, or its first or last part, with delimiters and flags."""
        if text in _GLOBS:
            return self._symbols.names(text)
        opening = _OPENING.match(text) if opens else None
        start = opening.end() if opening is not None else 0
        delimiter = text[start - 1] if start else "/"
        end, flags = _closing(text, start, _PAIRS.get(delimiter, delimiter)) if closes else (len(text), None)
        return self._framed(text[start:end], flags, opens=opening is not None, verbose=verbose)

    def delimited_words(self, text: str) -> str:
        """The words for the content of a string with delimiters and flags, as PHP has it: `/a/i`."""
        if not text or text[0].isalnum() or text[0] in "\\ ":
            return self.words(text)
        end, flags = _closing(text, 1, _PAIRS.get(text[0], text[0]))
        return self._framed(text[1:end], flags, opens=True, verbose="x" in (flags or ""))

    def _framed(self, pattern: str, flags: str | None, *, opens: bool, verbose: bool) -> str:
        words = [str(self._strings["regexp"])] if opens else []
        words.append(self.words(pattern, verbose=verbose))
        if flags is not None:
            words += [str(self._strings["end_regexp"]), *self._flags(flags)]
        return " ".join(word for word in words if word)

    def _flags(self, letters: str) -> list[str]:
        return [str(self._regexp["flags"]), *map(self._literal, letters)] if letters else []

    def words(self, text: str, *, verbose: bool = False) -> str:
        """The words for a pattern without delimiters, or for a part of it. `verbose`: blanks mean nothing."""
        return " ".join(word for word in self._words(text, verbose) if word)

    def _words(self, text: str, verbose: bool) -> Iterator[str]:
        in_set = False
        is_range = False  # whether the next dash in a set is one between two characters
        for token in _TOKEN.finditer(text):
            if in_set and token[0] == "]":
                in_set = False
                yield str(self._regexp["]"])
            elif in_set:
                words, is_range = self._in_set(token, is_range)
                yield words
            elif token["set"]:
                in_set, is_range = True, False
                yield str(self._regexp[token[0]])
            elif verbose and token[0] == "#":
                comment, _, rest = text[token.end() :].partition("\n")
                yield f"{self._regexp['comment']} {self._names.words(comment, 'some')}"
                yield from self._words(rest, verbose)
                return
            elif not (verbose and token["blank"]):
                yield self._token_words(token)

    # ---- sets ------------------------------------------------------------------------------------------

    def _in_set(self, token: re.Match[str], is_range: bool) -> tuple[str, bool]:
        """The words for a token in a set, and whether a dash after it is one between two characters."""
        text = token[0]
        if text == "-" and is_range and token.string[token.end() : token.end() + 1] not in ("", "]"):
            return str(self._regexp["-"]), False
        if token["hole"] or token["property"] or token["posix"]:
            return self._token_words(token), False
        return self._set_words(text), text != "-"

    def _set_words(self, text: str) -> str:
        """The words for characters in a set, in which `.`, `*` and the like are signs."""
        if text == "\\b":
            return str(self._table.section("escapes")["b"])
        if text[0] == "\\" and len(text) > 1:
            return self._escapes.words(text)
        return " ".join(map(self._literal, text))

    # ---- tokens outside of sets ------------------------------------------------------------------------

    def _token_words(self, token: re.Match[str]) -> str:
        text = token[0]
        if token["hole"]:
            return self._hole(token)
        if token["reference"]:
            name = next(token[key] for key in ("python", "angle", "brace", "tick", "index") if token[key])
            return f"{self._regexp['reference']} {self._names.words(name, 'some')}"
        if token["comment"]:
            return f"{self._regexp['comment']} {self._names.words(text[3:-1], 'some')}"
        if token["condition"]:
            return f"{self._regexp['condition']} {self._names.words(token['tested'], 'some')}"
        if token["inline"]:
            scope = [str(self._regexp["("])] if token["scope"] == ":" else []
            return " ".join([*self._flags(token["letters"]), *scope])
        if token["name"] or token["quoted"]:
            return f"{self._regexp['(?<']} {self._names.words(token['name'] or token['quoted'], 'some')}"
        if token["count"]:
            return self._count(token)
        if token["property"]:
            kind = str(self._regexp["property"])
            negation = f"{self._regexp['negated']} " if text[1] == "P" else ""
            return f"{negation}{kind} {self._names.words(token['value'] or token['letter'], 'some')}"
        if token["posix"]:
            negation = f"{self._regexp['negated']} " if text[2] == "^" else ""
            return f"{negation}{self._regexp['property']} {self._names.words(token['named'], 'some')}"
        if text in self._regexp and not text[0].isalpha() and text != "-":
            return str(self._regexp[text])
        if token["escape"]:
            return self._escapes.words(text)
        return self._literal_text(token)

    def _hole(self, token: re.Match[str]) -> str:
        """What `%` of Python fills in: `%(name)s`."""
        return self._table.phrase("hole", name=self._names.words(token["field"], "some"))

    def _literal_text(self, token: re.Match[str]) -> str:
        """Text that stands for itself."""
        if token["number"]:
            return (
                self._numbers.whole(token[0]) if token[0].isascii() else self._names.words(token[0], "some")
            )
        if not token["word"]:
            return self._symbols.names(token[0])
        return " ".join(map(self._cased, split_name(token[0])))

    def _cased(self, part: str) -> str:
        """A part of a word, with a mark where it has capitals."""
        return self._marked(part, self._names.part(part))

    def _literal(self, char: str) -> str:
        if char.isdecimal() and char.isascii():
            return self._numbers.whole(char)
        if not char.isalpha():
            return self._symbols.names(char)
        return self._marked(char, char.lower())

    def _marked(self, part: str, words: str) -> str:
        """The words of a part with "cap" before them, unless the setting `capitals` has put it there."""
        names = self._table.section("identifiers")
        mark = str(names["caps" if len(part) > 1 and part.isupper() else "cap"])
        return words if not part[0].isupper() or words.startswith(mark) else f"{mark} {words}"

    def _count(self, token: re.Match[str]) -> str:
        """How many times: `{2}` is "twice"."""
        low, high = token["low"], token["high"]
        if not low and not high:
            return self._symbols.names(token[0])
        manner = self._manner(token["manner"])
        exact = {_ONCE: "once", _TWICE: "twice"}.get(low) if not token["comma"] else None
        if exact is not None:
            return f"{self._regexp[exact]}{manner}"
        words = self._numbers.whole(low or "0")
        if token["comma"]:
            more = f"{self._regexp['to']} {self._numbers.whole(high)}" if high else str(self._regexp["more"])
            words = f"{words} {more}"
        return f"{words} {self._regexp['times']}{manner}"

    def _manner(self, sign: str) -> str:
        """The words for a quantifier that is lazy or possessive, with a comma before them."""
        return "," + str(self._regexp[_MANNERS[sign]]).rpartition(",")[2] if sign else ""


def _closing(text: str, start: int, delimiter: str) -> tuple[int, str | None]:
    """The index of the closing delimiter, and the flags after it; None without one."""
    end = len(text)
    while end > start and text[end - 1].isalpha() and text[end - 1].isascii():
        end -= 1
    if end > start and text[end - 1] == delimiter:
        return end - 1, text[end:]
    return len(text), None
