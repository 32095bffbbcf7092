"""`codechoir voices preload --language L`: the words of a language, made ahead and kept."""

from __future__ import annotations

import argparse
import sys
import time
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from codechoir.cli import setting_options
from codechoir.cli.main import Parser
from codechoir.cli.player import check_voices, ready_engine
from codechoir.engines import AudioListener
from codechoir.errors import InputError
from codechoir.stdio import is_terminal, report, write_json, write_line

if TYPE_CHECKING:
    from codechoir.engines.cache import PhraseCacheFactory
    from codechoir.languages import Language
    from codechoir.model import AudioChunk, Phrase

ENGINE = "xtts"
BAR = 24
"""Characters of the progress bar."""


def add_arguments(parser: Parser) -> None:
    """--language, and the options that decide how its words sound."""
    parser.add_argument("--language", metavar="L", help="make the words of this language ahead")
    setting_options.add_voice_settings(parser, ENGINE)
    setting_options.add_sound_settings(parser)
    setting_options.add_word_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """Have everything said to nobody; the phrase cache keeps it."""
    from codechoir.pipeline import SpeechPipeline

    if arguments.name:
        raise InputError("give either names of voices or --language, not both")
    language = _language(arguments.language)
    settings = setting_options.settings_of(arguments)
    cache = _cache_for(settings.engine)
    engine = ready_engine(settings.engine, cache)
    choir = SpeechPipeline(settings)
    check_voices(choir, engine)
    phrases = list(choir.lexicon(language))
    making = PreloadProgress(phrases, language.title, is_terminal(sys.stderr) and not arguments.json)
    began, before = time.perf_counter(), _made(cache, settings.engine)
    try:
        making.show()
        engine.speak(phrases, making)
    except KeyboardInterrupt:
        making.close()
        report(f"stopped after {making.told} of {len(phrases)}; what was made is kept")
        raise
    finally:
        making.close()
        engine.close()
    made = _made(cache, settings.engine) - before
    seconds = time.perf_counter() - began
    if arguments.json:
        about = {"language": language.name, "phrases": len(phrases), "made": made}
        write_json({**about, "seconds": round(seconds, 3)})
    else:
        write_line(f"{len(phrases)} phrases of {language.title}: {made} made, the others were kept already")
    return 0


def _language(name: str) -> Language:
    """The language called so. Raises `InputError` naming the nearest one."""
    from codechoir.languages import detect

    return detect(None, b"", name)


def _cache_for(engine: str) -> PhraseCacheFactory:
    """The cache that an engine's phrases are kept in. Raises `InputError` where they are not."""
    from codechoir.engines import make_engine
    from codechoir.engines.cache import PhraseCacheFactory

    phrases = PhraseCacheFactory()
    if not phrases.wanted_for(make_engine(engine)):
        raise InputError(
            f"the phrases of the engine '{engine}' are not kept, so there is nothing to make ahead; "
            "CODECHOIR_PHRASES=on keeps those of every engine that can"
        )
    return phrases


def _made(phrases: PhraseCacheFactory, engine: str) -> int:
    """How many phrases an engine has made so far."""
    counts = phrases.cache.statistics.by_name().get(engine)
    return 0 if counts is None else counts.misses


class PreloadProgress(AudioListener):
    """Discards the audio and shows how many phrases are done."""

    def __init__(self, phrases: list[Phrase], title: str, shows: bool) -> None:
        words = (len(part.utterance.text.split()) for phrase in phrases for part in phrase.parts)
        self._ends = list(accumulate(words))  # how many words were said when each phrase was
        self._said = 0
        self._title = title
        self._shows = shows

    @property
    def told(self) -> int:
        """How many phrases were told to their end, or to the beginning of their last word."""
        return bisect_right(self._ends, self._said)

    def write(self, chunk: AudioChunk) -> bool:
        if chunk.marks:
            self._said += sum(len(mark.text.split()) for mark in chunk.marks)
            self.show()
        return True

    def notify(self, line: str) -> bool:
        self.close()
        report(line)
        return True

    def show(self) -> None:
        """Draw the bar."""
        if self._shows:
            count = len(self._ends)
            done = BAR * self.told // max(count, 1)
            bar = "#" * done + "." * (BAR - done)
            sys.stderr.write(f"\r{self._title} [{bar}] {self.told} of {count}\x1b[K")
            sys.stderr.flush()

    def close(self) -> None:
        """Leave the line of the terminal as it was."""
        if self._shows:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
