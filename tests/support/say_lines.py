"""A child process that says phrases: one a line of JSON on standard input, and what was heard on the output.

A phrase is a list of [text, spell, language, family, rate]. Before each phrase its line is repeated on the
output, so that the last line tells at which one the process ended; after it come the numbers of samples and
marks that were heard, of at most twenty seconds.
"""

from __future__ import annotations

import json
import sys

from codechoir.engines.espeak import EspeakEngine
from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice
from support.listening import Listener

MOST_SAMPLES = 20 * 22050


def main() -> None:
    engine = EspeakEngine()
    for line in sys.stdin:
        print(line.rstrip(), flush=True)
        parts = tuple(
            CastUtterance(
                Utterance(text, Category.LITERAL, 0, 1, spell=spell, language=language),
                Voice(family, rate=rate),
            )
            for text, spell, language, family, rate in json.loads(line)
        )
        listener = Listener(lambda one: one.chunks[-1].first_sample < MOST_SAMPLES)
        engine.speak([Phrase(parts, 0, 1)], listener)
        print(json.dumps([listener.samples, len(listener.marks)]), flush=True)


if __name__ == "__main__":
    main()
