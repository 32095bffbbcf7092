"""Measure how far independent judges agree with our categories; docs/reference/agreement.md has the figures.

    python -m agreement.measure_agreement --judge nvim=FOLDER --judge helix=FOLDER --files FOLDER [LANGUAGE …]

A judge's FOLDER holds `queries/LANGUAGE/highlights.scm` and `tests/**/LANGUAGE/*`, or a grammar's
`test/highlight/*`, anywhere below. `--files`: real files. `--grammars MODULE`: a package that offers
`get_language`, for judges whose queries were written for another grammar than ours.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import tree_sitter
from codechoir.languages import detect_language, language_folders, language_named, load_grammar
from codechoir.model import Category
from support.judges import (
    JudgesQuery,
    assertions,
    holds,
    judges_query,
    meaning,
    opinions,
    our_spans,
    query_source,
    rule_for,
    tables,
)

LONGEST_FILE = 60_000
ENOUGH = 250_000
"""Bytes of real files of one language."""

JUDGES_DIFFER = "taste | The judges differ, and one of them agrees with us."

LEAST_FIT = 0.8
"""Share of a query's patterns that a grammar must know."""


@dataclass
class Count:
    """Agreements and what stands against them."""

    agreed: int = 0
    excused: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.agreed + self.excused.total() + self.wrong.total()

    def add(
        self, language: str, capture: str, ours: str, token: str, where: str, *, differ: bool = False
    ) -> None:
        """A difference. `differ`: judges differ among themselves, and one agrees with us."""
        rule = rule_for(language, capture, ours, token)
        if rule is not None:
            self.excused[f"{rule.kind} | {rule.reason}"] += 1
        elif differ:
            self.excused[JUDGES_DIFFER] += 1
        else:
            kind = f"{capture} | {ours}"
            self.wrong[kind] += 1
            self.examples.setdefault(kind, where)

    def join(self, other: Count) -> None:
        self.agreed += other.agreed
        self.excused.update(other.excused)
        self.wrong.update(other.wrong)
        for kind, example in other.examples.items():
            self.examples.setdefault(kind, example)

    def raw(self) -> str:
        """The share of all that agrees."""
        return _percent(self.agreed, self.total)

    def counted(self) -> str:
        """The share without the differences that a rule takes out."""
        return _percent(self.agreed, self.total - self.excused.total())


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


# ---- assertions --------------------------------------------------------------------------------------------


def assertion_files(folder: Path, judge: str) -> Iterator[tuple[str, Path]]:
    """The test files of a judge with their languages."""
    names = {name: ours for ours, name in tables().folders.get(judge, {}).items() if name not in _languages()}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "highlight" in file.parent.as_posix() and "test" in file.parent.as_posix():
            language = names.get(file.parent.name, file.parent.name)
            if language not in _languages():
                found = detect_language(file.name, b"")
                language = found.name if found is not None else ""
            if language in _languages():
                yield language, file


def _languages() -> list[str]:
    return [one.name for one in language_folders().languages if one.parser == "grammar"]


def count_assertions(judge: str, language: str, files: Iterable[Path]) -> Count:
    count = Count()
    for file in files:
        text = file.read_bytes()
        spans = our_spans(language, text)
        for one in assertions(text):
            agrees, span = holds(judge, one, spans, text)
            if agrees is None or span is None:
                continue
            token = text[span.start : span.end].decode("utf-8", "replace")
            ours = f"{span.category} {span.capture}"
            name = ("!" if one.negated else "") + one.capture
            if agrees:
                count.agreed += 1
            else:
                count.add(language, name, ours, token, f"{file.name}:{one.line}: {token}")
    return count


# ---- real files --------------------------------------------------------------------------------------------


def real_files(folder: Path) -> dict[str, list[Path]]:
    """By language, files up to a total of `ENOUGH` bytes, in a random order that is always the same."""
    found: dict[str, list[Path]] = {}
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink() and 0 < file.stat().st_size <= LONGEST_FILE:
            language = detect_language(file.name, b"")
            if language is not None and language.name in _languages():
                found.setdefault(language.name, []).append(file)
    chosen: dict[str, list[Path]] = {}
    for name, files in found.items():
        left = ENOUGH
        for file in sorted(files, key=lambda file: sha256(str(file.relative_to(folder)).encode()).digest()):
            if left > 0:
                left -= file.stat().st_size
                chosen.setdefault(name, []).append(file)
    return chosen


def best_query(language: str, judge: str, folder: Path, grammars: str | None) -> JudgesQuery | None:
    """The judge's query on our grammar, or on that of `grammars` if it knows more of the query's nodes."""
    name = tables().folders.get(judge, {}).get(language, language)
    source = query_source(folder, name)
    if not source:
        return None
    known = language_named(language)
    assert known is not None, language
    choices = [judges_query(load_grammar(known.source).language, source)]
    if grammars and choices[0].fit < 1:
        other = _other_grammar(grammars, language)
        if other is not None:
            choices.append(judges_query(other, source))
    best = max(choices, key=lambda one: one.fit)
    return best if best.fit >= LEAST_FIT else None


def _other_grammar(module: str, language: str) -> tree_sitter.Language | None:
    name = tables().folders.get("package", {}).get(language, language)
    try:
        return import_module(module).get_language(name)  # type: ignore[no-any-return]
    except LookupError:
        return None


def count_tokens(language: str, queries: dict[str, JudgesQuery], files: Iterable[Path]) -> dict[str, Count]:
    """By judge. What judges decide differently among themselves is taste where one of them agrees with us."""
    counts = {judge: Count() for judge in queries}
    known = language_named(language)
    hosts = (language, known.source) if known is not None else (language,)
    for file in files:
        text = file.read_bytes().replace(b"\r\n", b"\n")
        if b"\0" in text:
            continue
        by_byte = {byte: span for span in our_spans(language, text) for byte in range(span.start, span.end)}
        skipped = tables().skipped.get(language, ())
        said = {judge: opinions(query, text, skipped) for judge, query in queries.items()}
        for judge, leaves in said.items():
            for start, (end, capture) in leaves.items():
                while start < end and text[start : start + 1].isspace():
                    start += 1
                if start == end:
                    continue
                span, wanted = by_byte.get(start), meaning(judge, capture)
                if span is None or not wanted or span.language not in hosts:
                    continue  # a text in another language: the judges' queries of that one decide
                count, token = counts[judge], text[start:end].decode("utf-8", "replace")
                ours = f"{span.category} {span.capture}"
                if span.category in wanted:
                    count.agreed += 1
                else:
                    line = text.count(b"\n", 0, start) + 1
                    context = text[text.rfind(b"\n", 0, start) + 1 : start + 60].decode("utf-8", "replace")
                    where = f"{file.name}:{line}: {token[:30]!r} in {context.splitlines()[0][:90]}"
                    differ = _agrees(span.category, judge, start, said)
                    count.add(language, capture, ours, token, where, differ=differ)
    return counts


def _agrees(ours: Category, judge: str, start: int, said: dict[str, dict[int, tuple[int, str]]]) -> bool:
    """Whether another judge has our opinion."""
    return any(
        start in leaves and ours in meaning(other, leaves[start][1])
        for other, leaves in said.items()
        if other != judge
    )


# ---- the table ---------------------------------------------------------------------------------------------


def measure(
    languages: Iterable[str],
    judges: list[tuple[str, Path]],
    files: Path | None,
    grammars: str | None,
    *,
    show: int,
) -> Iterator[str]:
    """The lines of the tables. `show`: so many kinds of difference below each language."""
    chosen = real_files(files) if files else {}
    asserted_by = [(judge, *one) for judge, folder in judges for one in assertion_files(folder, judge)]
    folders = {judge: found for judge, folder in judges if (found := _queries(folder)) is not None}
    columns = "".join(f" {judge} | counted |" for judge in folders)
    yield f"| language | assertions | agree | counted | tokens |{columns}"
    yield "|---" * (5 + 2 * len(folders)) + "|"
    excused = Counter[str]()
    for language in languages:
        asserted = Count()
        for judge, _ in judges:
            mine = [file for name, known, file in asserted_by if (name, known) == (judge, language)]
            asserted.join(count_assertions(judge, language, mine))
        queries = {judge: best_query(language, judge, folder, grammars) for judge, folder in folders.items()}
        counts = count_tokens(
            language,
            {judge: query for judge, query in queries.items() if query is not None},
            chosen.get(language, ()),
        )
        for count in (asserted, *counts.values()):
            excused.update(count.excused)
        cells = [asserted, *(counts.get(judge, Count()) for judge in folders)]
        shares = [f" {count.raw()} | {count.counted()} |" for count in cells]
        tokens = max((count.total for count in counts.values()), default=0)
        yield f"| {language} | {asserted.total} |{shares[0]} {tokens} |" + "".join(shares[1:])
        yield from _differences({"assertions": asserted, **counts}, show)
    yield ""
    yield "| differences | kind | reason |"
    yield "|---|---|---|"
    for reason, number in excused.most_common():
        yield f"| {number} | {reason} |"


def _queries(folder: Path) -> Path | None:
    """The folder of a judge's queries, with a folder for each language."""
    return next((file.parent.parent for file in sorted(folder.rglob("highlights.scm"))), None)


def _differences(counts: dict[str, Count], show: int) -> Iterator[str]:
    shown = set[str]()
    for title, count in counts.items():
        for kind, number in count.wrong.most_common(show):
            if count.examples[kind] not in shown:
                shown.add(count.examples[kind])
                yield f"    {title:10} {number:6}  {kind:50}  {count.examples[kind]}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("languages", nargs="*", default=_languages())
    parser.add_argument("--judge", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--files", type=Path)
    parser.add_argument("--grammars", metavar="MODULE")
    parser.add_argument("--show", type=int, default=0, help="so many kinds of difference of each language")
    chosen = parser.parse_args()
    judges = [(name, Path(folder)) for name, _, folder in (one.partition("=") for one in chosen.judge)]
    for line in measure(chosen.languages, judges, chosen.files, chosen.grammars, show=chosen.show):
        print(line, flush=True)


if __name__ == "__main__":
    main()
