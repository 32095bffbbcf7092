"""Measure how many mutants sound different: `python -m mutants.measure [LANGUAGE …] [--count 2000]`."""

from __future__ import annotations

import argparse
from collections import Counter

from support.mutants import is_in_string, languages, mutants, words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("languages", nargs="*")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=0, help="so many that sound the same")
    chosen = parser.parse_args()
    for language in chosen.languages or languages():
        tried, same, shown = 0, Counter[str](), 0
        known: dict[str, str] = {}
        for mutant in mutants(language, chosen.seed):
            tried += 1
            if mutant.original not in known:
                known[mutant.original] = words(language, mutant.original)
            if words(language, mutant.text) == known[mutant.original]:
                same["string" if is_in_string(mutant) else "code"] += 1
                if shown < chosen.show:
                    shown += 1
                    print(f"  {mutant.edit:14} {mutant.before}\n  {'':14} {mutant.after}")
            if tried == chosen.count:
                break
        print(
            f"{language:12} {tried} mutants, {sum(same.values())} sound the same "
            f"({100 * sum(same.values()) / max(1, tried):.2f} %), {same['string']} in strings",
            flush=True,
        )


if __name__ == "__main__":
    main()
