"""Measure how many mutants sound different: `python -m mutants.measure [LANGUAGE …] [--count 2000]`.

`--list`: the tables of docs/reference/mutants.md, with each mutant that sounds the same and the reason.
"""

from __future__ import annotations

import argparse

from codechoir.languages import language_named
from support.mutants import Mutant, is_in_string, languages, mutants, reason_of, words

UNKNOWN = "A mistake to be mended."


def sounding_the_same(language: str, seed: int, count: int) -> tuple[int, list[Mutant]]:
    """How many mutants of a language were tried, and those with the words of the original."""
    known: dict[str, str] = {}
    same: list[Mutant] = []
    tried = 0
    for tried, mutant in enumerate(mutants(language, seed), 1):
        if mutant.original not in known:
            known[mutant.original] = words(language, mutant.original)
        if words(language, mutant.text) == known[mutant.original]:
            same.append(mutant)
        if tried == count:
            break
    return tried, same


def share(tried: int, same: list[Mutant]) -> str:
    return f"{100 * len(same) / max(1, tried):.2f} %"


def rows(language: str, same: list[Mutant]) -> list[str]:
    """The rows of a table: the mutants of a language by reason."""
    by_reason: dict[str, list[Mutant]] = {}
    for mutant in same:
        by_reason.setdefault(reason_of(mutant) or UNKNOWN, []).append(mutant)
    return [
        f"| {title(language)} | {reason} | "
        + "<br>".join(f"{code(mutant.before)} {code(mutant.after)}" for mutant in group)
        + " |"
        for reason, group in sorted(by_reason.items())
    ]


def title(language: str) -> str:
    known = language_named(language)
    return known.title if known is not None else language


def code(text: str) -> str:
    """A line as code in a table of Markdown."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("languages", nargs="*")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=0, help="so many that sound the same")
    parser.add_argument("--list", action="store_true", help="write the tables of the documentation")
    chosen = parser.parse_args()
    shares, listed = [], []
    for language in chosen.languages or languages():
        tried, same = sounding_the_same(language, chosen.seed, chosen.count)
        shares.append(f"| {title(language)} | {tried} | {share(tried, same)} |")
        listed += rows(language, same)
        if chosen.list:
            continue
        for mutant in same[: chosen.show]:
            print(f"  {mutant.edit:14} {mutant.before}\n  {'':14} {mutant.after}")
        print(
            f"{language:12} {tried} mutants, {len(same)} sound the same ({share(tried, same)}), "
            f"{sum(map(is_in_string, same))} in strings",
            flush=True,
        )
    if chosen.list:
        print("| language | mutants | sound the same |\n|---|---|---|", *shares, sep="\n")
        print("\n| language | reason | program and mutant |\n|---|---|---|", *listed, sep="\n")


if __name__ == "__main__":
    main()
