"""`codechoir voices preload --language L`: synthesizes the words of a language into the phrase cache."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from codechoir.cli import options
from codechoir.cli.main import Parser
from codechoir.cli.player import check_voices, ready_engine
from codechoir.engines import CLONING_ENGINE, AudioListener
from codechoir.errors import InputError
from codechoir.stdio import is_terminal, report, write_json, write_line

if TYPE_CHECKING:
    from codechoir.languages import Language
    from codechoir.playback import PhraseCacheFactory

BAR_WIDTH = 24


def add_arguments(parser: Parser) -> None:
    """Adds --language, and the options that decide how its words sound."""
    parser.add_argument("--language", metavar="L", help="synthesize the words of this programming language")
    options.add_voice_settings(parser, CLONING_ENGINE)
    options.add_sound_settings(parser)
    options.add_word_settings(parser)


def run(arguments: argparse.Namespace) -> int:
    """Lets the engine speak without output, through the phrase cache, and prints what was new."""
    from codechoir.pipeline import SpeechPipeline

    if arguments.name:
        raise InputError("give either names of voices or --language, not both")
    language = _language(arguments.language)
    settings = options.settings_of(arguments)
    cache = _cache_for(settings.engine)
    engine = ready_engine(settings.engine, cache)
    pipeline = SpeechPipeline(settings)
    check_voices(pipeline, engine)
    phrases = list(pipeline.common_words(language))
    progress = PreloadProgress(len(phrases), language.title, is_terminal(sys.stderr) and not arguments.json)
    began, before = time.perf_counter(), _synthesized(cache, settings.engine)
    try:
        progress.show()
        engine.speak(phrases, progress)
    except KeyboardInterrupt:
        progress.close()
        report(f"stopped after {progress.done} of {len(phrases)} phrases, which stay in the cache")
        raise
    finally:
        progress.close()
        engine.close()
    made = _synthesized(cache, settings.engine) - before
    seconds = time.perf_counter() - began
    if arguments.json:
        about = {"language": language.name, "phrases": len(phrases), "made": made}
        write_json({**about, "seconds": round(seconds, 3)})
    else:
        write_line(
            f"{len(phrases)} phrases of {language.title}: {made} synthesized, the others were in the cache"
        )
    return 0


def _language(name: str) -> Language:
    """The language with this name. Raises `InputError` with the nearest one."""
    from codechoir.languages import detect_language

    return detect_language(None, b"", name)


def _cache_for(engine: str) -> PhraseCacheFactory:
    """The phrase cache. Raises `InputError` if it does not store phrases of this engine."""
    from codechoir.engines import make_engine
    from codechoir.playback import PhraseCacheFactory

    phrases = PhraseCacheFactory()
    if not phrases.is_on_for(make_engine(engine)):
        raise InputError(
            f"phrases of engine '{engine}' are not cached; set CODECHOIR_PHRASES=on to cache those of every "
            "engine"
        )
    return phrases


def _synthesized(phrases: PhraseCacheFactory, engine: str) -> int:
    """How many phrases an engine has synthesized so far."""
    counts = phrases.cache.statistics.by_name().get(engine)
    return 0 if counts is None else counts.misses


class PreloadProgress(AudioListener):
    """Discards the audio, and shows on standard error how many of `count` phrases are done."""

    def __init__(self, count: int, title: str, is_visible: bool) -> None:
        self.done = 0
        self._count = count
        self._title = title
        self._is_visible = is_visible

    def phrase_done(self) -> None:
        self.done += 1
        self.show()

    def notify(self, line: str) -> bool:
        self.close()
        report(line)
        return True

    def show(self) -> None:
        """Draws the progress bar."""
        if self._is_visible:
            filled = BAR_WIDTH * self.done // max(self._count, 1)
            bar = "#" * filled + "." * (BAR_WIDTH - filled)
            sys.stderr.write(f"\r{self._title} [{bar}] {self.done} of {self._count}\x1b[K")
            sys.stderr.flush()

    def close(self) -> None:
        """Erases the progress bar."""
        if self._is_visible:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
