"""Spans of a parsed text and of the languages embedded in it, one window at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from operator import attrgetter

import tree_sitter

from codechoir.languages import LoadedGrammar
from codechoir.model import Category, Span
from codechoir.syntax import uncovered_text
from codechoir.syntax.captures import captures_in, category_of
from codechoir.syntax.embedded_languages import Embedder, Stitched
from codechoir.syntax.symbols import Symbol, tree_symbols
from codechoir.syntax.timeouts import TangledError
from codechoir.syntax.token_walker import Region, TokenPiece, TokenWalker, goto_child_at
from codechoir.syntax.uncovered_text import gap_spans, token_spans

log = logging.getLogger(__name__)


class TreeAnalysis:
    """An `Analysis` by a grammar. `embedder` takes the languages inside; None lets them be plain text."""

    def __init__(
        self,
        grammar: LoadedGrammar,
        tree: tree_sitter.Tree,
        text: bytes,
        language: str,
        embedder: Embedder | None = None,
    ) -> None:
        self.tree = tree
        self.grammar = grammar
        self._text = text
        self._language = language
        self._embedder = embedder
        self._tangled = False

    def spans(self, start: int, end: int) -> list[Span]:
        """The spans that meet bytes `start` to `end`."""
        if self._tangled:
            return token_spans(self._text, start, end, self._language)
        low, high = self._widened(start, end)
        try:
            captures = captures_in(self.grammar, self.tree.root_node, low, high)
        except TangledError:
            # Once for all, so that a later window does not wait again or tell another story.
            self._tangled = True
            log.warning("a query of %s took too long; the text is read by its tokens", self.grammar.name)
            return token_spans(self._text, start, end, self._language)
        items = TokenWalker(self.grammar, captures, self._text, low, high).run(self.tree.root_node)
        taken = [span for item in items for span in self._taken(item, start, end)]
        taken.sort(key=_start)  # the text of a region and what its host put in between alternate
        found: list[Span] = []
        at = min(low, taken[0].start) if taken else low
        for span in taken:
            if span.start >= at:
                if self._text[at : span.start].strip(uncovered_text.WHITESPACE):
                    found += gap_spans(self._text, at, span.start, self._language)
                found.append(span)
                at = span.end
        found += gap_spans(self._text, at, high, self._language)
        return [span for span in found if span.start < end and span.end > start]

    def symbols(self) -> list[Symbol]:
        """The functions and types of this text, without those of languages inside it."""
        return self._symbols

    @cached_property
    def _symbols(self) -> list[Symbol]:
        return tree_symbols(self.grammar.name, self.tree, self._text)

    def _taken(self, item: TokenPiece | Region, start: int, end: int) -> Sequence[Span]:
        if isinstance(item, Region):
            return self._embedded(item, max(start, item.node.start_byte), min(end, item.node.end_byte))
        if not item.capture:
            return list(gap_spans(self._text, item.start, item.end, self._language))
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

    def _embedded(self, region: Region, start: int, end: int) -> Sequence[Span]:
        """Spans of text in another language that meet bytes `start` to `end` of the region."""
        if start >= end:
            return []
        joined = region.language in self.grammar.spec.joined
        stitched = self._joined if joined else Stitched.of(self._text, content_ranges(region.node))
        analysis = self._embedder.analysis(region.language, stitched.content) if self._embedder else None
        if analysis is None:
            return self._plain(region, stitched)
        found = stitched.back(analysis.spans, start, end)
        if region.capture.startswith("text."):  # the prose of a heading is a heading's
            found = [replace(s, capture=region.capture) if s.capture == "text" else s for s in found]
        return found

    def _plain(self, region: Region, stitched: Stitched) -> list[Span]:
        """Text in a language that nobody here knows: one span a stretch."""
        capture = region.capture or "text.literal"
        category = category_of(capture) or Category.LITERAL
        trimmed = (uncovered_text.trimmed(self._text, start, end) for start, end in stitched.ranges)
        return [Span(low, high, category, capture, self._language) for low, high in trimmed if low < high]

    @cached_property
    def _joined(self) -> Stitched:
        """The text between the parts of a template, as one page."""
        query = self.grammar.joined_query
        if query is None:
            return Stitched.of(self._text, [])
        nodes = tree_sitter.QueryCursor(query).captures(self.tree.root_node).get("part", [])
        return Stitched.of(self._text, sorted((node.start_byte, node.end_byte) for node in nodes))

    def _widened(self, start: int, end: int) -> tuple[int, int]:
        """The window, made so wide that no token is cut by its edges."""
        first, last = self._token(start), self._token(end - 1)
        low = first[0] if first else uncovered_text.run_start(self._text, start)
        high = last[1] if last else uncovered_text.run_end(self._text, end)
        return min(low, start), max(high, end)

    def _token(self, byte: int) -> tuple[int, int] | None:
        """The range of the string, comment or leaf that holds `byte`, not of a string around a hole there."""
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


_start = attrgetter("start")


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
