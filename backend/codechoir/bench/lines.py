"""Lines of code in six languages, as phrases: what the benchmarks of speech say."""

from __future__ import annotations

import json.decoder
import textwrap
from collections.abc import Iterator
from pathlib import Path

from codechoir.choir import Choir
from codechoir.model import Phrase
from codechoir.settings import Settings
from codechoir.syntax.document import Document
from codechoir.syntax.languages import detect

CORPUS = Path(__file__).parent / "corpus"


def sources() -> list[Path]:
    """One file a language, written for this; for Python two modules of the standard library."""
    return [*sorted(CORPUS.iterdir()), Path(textwrap.__file__), Path(json.decoder.__file__)]


def phrases(settings: Settings) -> Iterator[Phrase]:
    """Every line of the sources that has at least two words and two utterances."""
    choir = Choir(settings)
    for path in sources():
        text = path.read_bytes()
        snapshot = Document(text, detect(path.name, text)).snapshot()
        for phrase in choir.phrases(snapshot):
            said = [part for part in phrase.parts if part.utterance.text]
            if len(said) > 1:
                yield phrase
