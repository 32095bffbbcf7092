"""What a phrase is known by: everything that its sound depends on, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter

from codechoir.model import Phrase, Spoken, Utterance, Voice

FORMAT = 1
"""Changes when the same key would stand for other sound or marks."""


def phrase_key(
    engine: str, identity: Callable[[str], str], phrase: Phrase, sample_rate: int, begins: bool
) -> str:
    """The key of a phrase, a hexadecimal string.

    `identity`: what the sound of a voice family depends on besides the words, such as the model's fingerprint
    and the recording that the voice was made from. `begins`: whether the reading begins with it, and
    that changes the sound. Where in a document the words stand does not count.
    """
    families = sorted({part.voice.family for part in phrase.parts})
    asked = (
        FORMAT,
        engine,
        sample_rate,
        begins,
        [(family, identity(family)) for family in families],
        [_asked(part) for part in phrase.parts],
    )
    return hashlib.sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest()


def _asked(part: Spoken) -> tuple[object, ...]:
    stand_in = () if part.stand_in is None else _VOICE(part.stand_in)
    return *_UTTERANCE(part.utterance), *_VOICE(part.voice), stand_in


_PLACE = ("start", "end", "balance", "capture", "depth")
"""Where words stand, in the document, in its structure, and between left and right: their sound does not
depend on it, since casting has made a voice of it."""

_UTTERANCE = attrgetter(*(each.name for each in fields(Utterance) if each.name not in _PLACE))
_VOICE = attrgetter(*(each.name for each in fields(Voice) if each.name not in _PLACE))
