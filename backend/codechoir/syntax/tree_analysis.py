"""Spans of a parsed text and of the languages embedded in it, one window at a time."""

from __future__ import annotations

import logging
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

import tree_sitter

from codechoir.cancellation import check_cancelled
from codechoir.languages import LoadedGrammar, load_symbol_query
from codechoir.model import Category, Span
from codechoir.syntax.analysis import (
    WHITESPACE,
    DocumentAnalysis,
    gap_spans,
    run_end,
    run_start,
    token_spans,
    trimmed,
)
from codechoir.syntax.captures import captures_in, category_of
from codechoir.syntax.embedded_languages import WHOLE_REGIONS, EmbeddedTexts, JoinedText
from codechoir.syntax.safe_parsing import TooComplexError
from codechoir.syntax.symbols import Symbol, nested, tree_symbols
from codechoir.syntax.token_walker import EmbeddedRegion, TokenPiece, TokenWalker, goto_child_at

log = logging.getLogger(__name__)

_NODES, _NODES_PER_SPAN = 200, 8
_SECONDS, _SECONDS_PER_SPAN, _SLACK_SECONDS = 2e-3, 5e-5, 0.05
"""A window in which more nodes are visited is one that it costs much to get to; so are several that take more
CPU time than this. Real code takes a fifth of it."""

_FIRST_REACH, _MOST_REACH = 512, 65536
"""Bytes that are read at once after such a window: each time twice as many, so that the whole text takes not
much longer than one window."""

DISGUISED_GRAMMARS: Final = frozenset({"astro", "bash", "c", "cpp", "ruby", "vue"})
"""Grammars that `disguise.py` has a disguise for. That module is only loaded for these."""


@dataclass(frozen=True, slots=True)
class _Window:
    """The spans that overlap bytes `start` to `end`."""

    start: int
    end: int
    spans: list[Span]


class TreeAnalysis(DocumentAnalysis):
    """An analysis by a grammar. `embedded` parses the languages inside; None: they stay plain text."""

    def __init__(
        self,
        grammar: LoadedGrammar,
        tree: tree_sitter.Tree,
        text: bytes,
        language: str,
        embedded: EmbeddedTexts | None = None,
        *,
        is_provisional: bool = False,
    ) -> None:
        super().__init__(text, language)
        self.is_provisional = is_provisional
        self.tree = tree
        self.grammar = grammar
        self._embedded = embedded
        self._too_complex = False
        self._window = _Window(0, 0, [])
        self._reach = 0
        self._overdrawn = -_SLACK_SECONDS
        # Made by whoever needs them first. Not by `cached_property`: before Python 3.12 its lock is one for
        # all objects, so that a long document would keep the others waiting.
        self._symbols: list[Symbol] | None = None
        self._template: JoinedText | None = None
        self._hidden: tuple[Span, ...] | None = None

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that overlap bytes `start` to `end`."""
        window = self._window
        if not window.start <= start <= end <= window.end:
            check_cancelled()
            window = self._window = self._read(start, min(max(end, start + self._reach), len(self._text)))
        low = bisect_right(window.spans, start, key=_end)
        return window.spans[low : bisect_left(window.spans, end, low, key=_start)]

    def _read(self, start: int, end: int) -> _Window:
        """The spans of a window. If most of the work was the way to it, the next one will be wider."""
        if self._too_complex:
            return _Window(start, end, token_spans(self._text, start, end, self._language))
        started = time.thread_time()
        low, high = self._widened(start, end)
        try:
            captures = captures_in(self.grammar, self.tree.root_node, low, high)
        except TooComplexError:
            # For all windows from now on: a later one must not wait again, nor get other spans.
            self._too_complex = True
            log.warning("a query of %s took too long; the text is read token by token", self.grammar.name)
            return self._read(start, end)
        if self._embedded is None:
            captures = captures.without_embedded(WHOLE_REGIONS)
        walker = TokenWalker(self.grammar, captures, self._text, low, high)
        items = walker.run(self.tree.root_node)
        covered = [span for item in items for span in self._spans_of(item, start, end)]
        covered.sort(key=_start)  # spans of an embedded text and of its host may alternate
        found: list[Span] = []
        at = min(low, covered[0].start) if covered else low
        for span in covered:
            if span.start >= at:
                if self._text[at : span.start].strip(WHITESPACE):
                    found += self._gap_spans(at, span.start)
                found.append(span)
                at = span.end
        found += self._gap_spans(at, high)
        found = [span for span in found if span.start < end and span.end > start]
        self._overdrawn += time.thread_time() - started - _SECONDS - _SECONDS_PER_SPAN * len(found)
        if walker.visited > _NODES + _NODES_PER_SPAN * len(found) or self._overdrawn > 0:
            self._overdrawn = 0.0
            self._reach = min(max(2 * self._reach, _FIRST_REACH), _MOST_REACH)
        return _Window(start, end, found)

    def symbols(self) -> list[Symbol]:
        """The symbols of this text; of languages inside it only those of the scripts of a page."""
        if self._symbols is None:
            own = tree_symbols(self.grammar.name, self.tree, self._text)
            query = load_symbol_query(self.grammar.name)
            inner = self._inner_symbols(query.nodes.inner) if query is not None and query.nodes.inner else []
            self._symbols = nested(own, inner) if inner else own
        return self._symbols

    def _inner_symbols(self, types: frozenset[str]) -> list[Symbol]:
        """The symbols of the texts in other languages that nodes of some types contain."""
        found: list[Symbol] = []
        try:
            captures = captures_in(self.grammar, self.tree.root_node, 0, len(self._text))
        except TooComplexError:
            return found
        walker = TokenWalker(self.grammar, captures, self._text, 0, len(self._text))
        for item in walker.run(self.tree.root_node):
            if isinstance(item, EmbeddedRegion) and item.node.type in types and self._embedded is not None:
                content = self._content(item)
                analysis = self._embedded.analysis(item.language, content.content)
                if isinstance(analysis, TreeAnalysis) and content.ranges:
                    found += (symbol.moved(content.ranges[0][0]) for symbol in analysis.symbols())
        return found

    def _hidden_tokens(self) -> tuple[Span, ...]:
        """The tokens in places that are blank for the parser, in order."""
        if self.grammar.name not in DISGUISED_GRAMMARS:
            return ()
        from codechoir.syntax.disguise import DISGUISES

        find = DISGUISES[self.grammar.name].tokens
        return find(self._text) if find is not None else ()

    def _gap_spans(self, start: int, end: int) -> Iterator[Span]:
        """Spans of text without a node, or whose node says nothing about it."""
        if self._hidden is None:
            self._hidden = self._hidden_tokens()
        keywords = self.grammar.spec.keywords
        for span in self._hidden[bisect_right(self._hidden, start, key=_end) :] if self._hidden else ():
            if span.start >= end:
                break
            yield from gap_spans(self._text, start, span.start, self._language, keywords)
            yield span
            start = max(start, span.end)
        yield from gap_spans(self._text, start, end, self._language, keywords)

    def _spans_of(self, item: TokenPiece | EmbeddedRegion, start: int, end: int) -> Sequence[Span]:
        if isinstance(item, EmbeddedRegion):
            return self._embedded_spans(item, max(start, item.node.start_byte), min(end, item.node.end_byte))
        if not item.capture:
            return list(self._gap_spans(item.start, item.end))
        category = category_of(item.capture) or Category.VARIABLE
        return [
            Span(
                item.start,
                item.end,
                category,
                item.capture,
                self._language,
                item.role,
                item.depth,
                item.closes,
            )
        ]

    def _embedded_spans(self, region: EmbeddedRegion, start: int, end: int) -> Sequence[Span]:
        """Spans of text in another language that overlap bytes `start` to `end` of the region."""
        if start >= end:
            return []
        is_joined = region.language in self.grammar.spec.joined
        joined = self._template_text() if is_joined else self._content(region)
        analysis = self._embedded.analysis(region.language, joined.content) if self._embedded else None
        if analysis is None:
            return self._plain(region, joined)
        found = joined.host_spans(analysis.spans, start, end)
        if region.depth:
            found = [replace(span, depth=span.depth + region.depth) for span in found]
        if region.capture.startswith("text."):  # prose in a heading keeps the capture of the heading
            found = [replace(s, capture=region.capture) if s.capture == "text" else s for s in found]
        return found

    def _content(self, region: EmbeddedRegion) -> JoinedText:
        """The text in another language that a region contains."""
        node = region.node
        if region.language in WHOLE_REGIONS:
            return JoinedText.of(self._text, [(node.start_byte, node.end_byte)])
        if not self.grammar.spec.placeholders:
            return JoinedText.of(self._text, content_ranges(node))
        ranges, fillers = ranges_around(node, self.grammar.spec.placeholders)
        return JoinedText.of(self._text, ranges, fillers)

    def _plain(self, region: EmbeddedRegion, joined: JoinedText) -> list[Span]:
        """Text in an unknown language: one span for each range."""
        capture = region.capture or "text.literal"
        category = category_of(capture) or Category.LITERAL
        ranges = (trimmed(self._text, start, end) for start, end in joined.ranges)
        return [Span(low, high, category, capture, self._language) for low, high in ranges if low < high]

    def _template_text(self) -> JoinedText:
        """The text between the code of a template, as one page."""
        if self._template is None:
            self._template = self._joined_template()
        return self._template

    def _joined_template(self) -> JoinedText:
        query = self.grammar.joined_query
        if query is None:
            return JoinedText.of(self._text, [])
        nodes = tree_sitter.QueryCursor(query).captures(self.tree.root_node).get("part", [])
        return JoinedText.of(self._text, sorted((node.start_byte, node.end_byte) for node in nodes))

    def _widened(self, start: int, end: int) -> tuple[int, int]:
        """The window, extended so that its ends cut no token."""
        first, last = self._token_range(start), self._token_range(end - 1)
        low = first[0] if first else run_start(self._text, start)
        high = last[1] if last else run_end(self._text, end)
        return min(low, start), max(high, end)

    def _token_range(self, byte: int) -> tuple[int, int] | None:
        """The range of the string, comment or leaf at `byte`; for code in a string, not of the string."""
        spec, cursor = self.grammar.spec, self.tree.walk()
        found: tuple[int, int] | None = None
        while True:
            node = cursor.node
            if node is None or not node.start_byte <= byte < node.end_byte:
                return found
            kind = node.type
            leaf = node.child_count == 0 and kind != "ERROR"
            if kind in spec.holes:
                found = None
            elif found is None and (leaf or kind in spec.containers or kind in spec.atoms):
                found = (node.start_byte, node.end_byte)
            if not goto_child_at(cursor, byte):
                return found


_start, _end = attrgetter("start"), attrgetter("end")


def content_ranges(node: tree_sitter.Node) -> list[tuple[int, int]]:
    """The byte ranges of a node's own text, without its children (the `>` of a quotation, say)."""
    ranges, at = [], node.start_byte
    for child in node.named_children:
        if child.start_byte > at:
            ranges.append((at, child.start_byte))
        at = child.end_byte
    if node.end_byte > at:
        ranges.append((at, node.end_byte))
    return ranges


def ranges_around(
    node: tree_sitter.Node, placeholders: Mapping[str, str]
) -> tuple[list[tuple[int, int]], list[bytes]]:
    """The byte ranges of a node's text around those nodes inside it that have placeholders, and these."""
    ranges, fillers, at = list[tuple[int, int]](), list[bytes](), node.start_byte
    cursor, inside = node.walk(), True
    while inside:
        found = cursor.node
        filler = placeholders.get(found.type) if found is not None else None
        if found is not None and filler is not None:
            ranges.append((at, found.start_byte))
            fillers.append(filler.encode())
            at = found.end_byte
        elif cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            inside = cursor.goto_parent()
            if not inside:
                break
    ranges.append((at, node.end_byte))
    return ranges, fillers
