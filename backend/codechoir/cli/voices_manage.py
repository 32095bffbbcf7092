"""`codechoir voices add|mix|remove|export|import|preload`: manages the library of cloned voices.

`preload --language` synthesizes the words of a language into the phrase cache.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codechoir.cli import options
from codechoir.cli.main import Parser, Subparsers, add_command, add_json
from codechoir.cli.options import parameters, shares
from codechoir.cli.player import check_voices, ready_engine
from codechoir.engines import CLONING_ENGINE, AudioListener
from codechoir.errors import CodechoirError, EngineError, InputError
from codechoir.model import VoiceInfo
from codechoir.stdio import is_terminal, report, write_json, write_line

if TYPE_CHECKING:
    from codechoir.engines import Engine
    from codechoir.languages import Language
    from codechoir.playback import PhraseCacheFactory
    from codechoir.voices.library import ClonedVoice, VoiceLibrary


ADD_EXAMPLES = """\
examples:
  codechoir voices add anna anna.wav               6 to 30 seconds of clear speech
  codechoir voices add anna one.flac two.flac      several recordings of one speaker
  codechoir voices add anna anna.wav --refresh     compute it again, ignoring the cache

To use it, name it in a voice profile: [xtts.categories.comment] family = "anna".
"""
MIXING_ENGINES = ("natural", CLONING_ENGINE)
"""Engines whose own speakers can be mixed; one that must load a model for that comes last."""

MIX_EXAMPLES = """\
examples:
  codechoir voices mix duo anna=0.7 ben=0.3
  codechoir voices mix trio anna=2 ben=1 chris=1   weights are scaled to a sum of one
  codechoir voices mix half anna=1 'Gracie Wise=1' mix with a studio speaker of the engine
  codechoir voices mix pair af_heart=1 bm_lewis=1  mix two of Kokoro's voices
"""
REMOVE_EXAMPLES = """\
examples:
  codechoir voices remove anna
"""
EXPORT_EXAMPLES = """\
examples:
  codechoir voices export anna anna.safetensors
  codechoir voices export anna ~/usb               write into a folder, as anna.safetensors
"""
IMPORT_EXAMPLES = """\
examples:
  codechoir voices import anna.safetensors
  codechoir voices import anna.safetensors --name anna-2

Only files written by 'codechoir voices export' are accepted. They contain numbers and no code, so files from
others are safe.
"""
PRELOAD_EXAMPLES = """\
examples:
  codechoir voices preload                         load all voices of the library
  codechoir voices preload anna ben
  codechoir voices preload --language python       synthesize its keywords and operators
  codechoir voices preload --language go --rate 300 --voices my-voices.toml

Without --language, voices are loaded and checked, as the engine does when it starts. With it, the words that
every file of the language needs are synthesized in the voices and at the rate of the options, and kept in the
phrase cache. Stop it at any time: what is in the cache is not synthesized again.
"""


def configure(subcommands: Subparsers) -> None:
    """Adds the subcommands to `codechoir voices`."""
    add = add_command(subcommands, "add", "create a voice from recordings", ADD_EXAMPLES)
    _add_name(add)
    add.add_argument(
        "recording", metavar="RECORDING", nargs="+", type=Path, help="a sound file of one speaker"
    )
    add.add_argument(
        "--engine",
        metavar="E",
        default=CLONING_ENGINE,
        help="the engine that will use the voice (default: %(default)s)",
    )
    add.add_argument(
        "--set",
        dest="parameters",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a cloning parameter of the engine; may be repeated",
    )
    add.add_argument("--refresh", action="store_true", help="compute it again, even if it is cached")
    _add_replace(add, "a voice with this name")
    add.set_defaults(run=run_add)

    mix = add_command(subcommands, "mix", "create a voice by mixing others", MIX_EXAMPLES)
    _add_name(mix)
    mix.add_argument(
        "share",
        metavar="VOICE=WEIGHT",
        nargs="+",
        help="a voice of the library or a studio speaker, and its weight",
    )
    _add_replace(mix, "a voice with this name")
    mix.set_defaults(run=run_mix)

    remove = add_command(subcommands, "remove", "delete a voice from the library", REMOVE_EXAMPLES)
    _add_name(remove)
    remove.set_defaults(run=run_remove)

    export = add_command(
        subcommands, "export", "write a voice to a file, to use it on another machine", EXPORT_EXAMPLES
    )
    _add_name(export)
    export.add_argument("file", metavar="FILE", type=Path, help="the file to write, or a folder")
    _add_replace(export, "the file")
    export.set_defaults(run=run_export)

    importing = add_command(subcommands, "import", "add a voice from a file to the library", IMPORT_EXAMPLES)
    importing.add_argument(
        "file", metavar="FILE", type=Path, help="a file written by 'codechoir voices export'"
    )
    importing.add_argument("--name", metavar="NAME", help="a new name for the voice")
    _add_replace(importing, "a voice with this name")
    importing.set_defaults(run=run_import)

    preload = add_command(
        subcommands,
        "preload",
        "load and check voices, or synthesize the words of a language",
        PRELOAD_EXAMPLES,
    )
    preload.add_argument("name", metavar="NAME", nargs="*", help="a voice of the library (default: all)")
    add_language_preload(preload)
    add_json(preload)
    preload.set_defaults(run=run_preload)


def run_add(arguments: argparse.Namespace) -> int:
    """Creates a voice from recordings."""
    conditioner = _cloning(arguments.engine).conditioner(parameters(arguments.parameters))
    with _library() as library:
        voice = library.add(
            arguments.name, arguments.recording, conditioner, arguments.refresh, arguments.replace
        )
        _report_stored(library, voice)
    return 0


def run_mix(arguments: argparse.Namespace) -> int:
    """Creates a voice by mixing others."""
    weights = shares(arguments.share)
    with _library() as library:
        speakers = _speakers(set(weights) - set(library.names()))
        _report_stored(library, library.mix(arguments.name, weights, arguments.replace, speakers))
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """Deletes a voice."""
    with _library() as library:
        library.remove(arguments.name)
    write_line(f"removed voice '{arguments.name}'")
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Writes a voice to a file."""
    with _library() as library:
        file = library.export_voice(arguments.name, arguments.file, arguments.replace)
    write_line(f"wrote {file}")
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """Adds a voice from a file."""
    with _library() as library:
        _report_stored(library, library.import_voice(arguments.file, arguments.name, arguments.replace))
    return 0


def run_preload(arguments: argparse.Namespace) -> int:
    """Loads voices and prints how long that took, or synthesizes the words of a language."""
    if arguments.language is not None:
        return preload_language(arguments)
    import safetensors.numpy  # noqa: F401 - loaded by any engine that uses the voices; not measured

    with _library() as library:
        began = time.perf_counter()
        voices = library.preload(arguments.name)
        milliseconds = (time.perf_counter() - began) * 1000
    names = [voice.provenance.name for voice in voices]
    if arguments.json:
        size = sum(voice.size for voice in voices)
        write_json({"voices": names, "bytes": size, "milliseconds": round(milliseconds, 3)})
    elif names:
        plural = "s" * (len(names) != 1)
        write_line(f"loaded {len(names)} voice{plural} in {milliseconds:.0f} ms: {', '.join(names)}")
    else:
        write_line("the library is empty; create a voice with 'codechoir voices add'")
    return 0


def library_voices() -> list[VoiceInfo]:
    """The voices of the library, for `voices list`."""
    with _library() as library:
        return [
            VoiceInfo(about.name, "", f"your voice for {about.engine}{_origin(about.recipe)}")
            for about in library.voices()
        ]


def show_voice(name: str, as_json: bool) -> int:
    """Prints where a voice of the library comes from, for `voices show NAME`."""
    with _library() as library:
        voice = library.voice(name)
    about = voice.provenance.as_json()
    tensors = {key: {"shape": list(t.shape), "type": t.dtype.name} for key, t in voice.tensors.items()}
    if as_json:
        write_json({**about, "tensors": tensors})
        return 0
    about["recordings"] = ", ".join(digest[:12] for digest in about["recordings"])
    about["tensors"] = {key: f"{each['shape']} {each['type']}" for key, each in tensors.items()}
    for key, value in about.items():
        text = ", ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
        write_line(f"{key:12} {text}".rstrip())
    return 0


def _library() -> VoiceLibrary:
    from codechoir.voices.library import VoiceLibrary

    return VoiceLibrary(report=report)


def _cloning(name: str) -> Engine:
    """An engine that can clone voices. Raises `InputError` if it never can, `EngineError` if not here."""
    from codechoir.engines import make_engine

    engine = make_engine(name)
    if not engine.capabilities.cloning:
        raise InputError(
            f"engine '{name}' cannot create voices from recordings; use --engine {CLONING_ENGINE}"
        )
    missing = engine.check()
    if missing is not None:
        raise EngineError(missing)
    return engine


def _speakers(names: set[str]) -> dict[str, ClonedVoice]:
    """The speakers among `names` of engines whose voices can be mixed; none of one that cannot speak here."""
    from codechoir.engines import make_engine

    found: dict[str, ClonedVoice] = {}
    for engine in map(make_engine, MIXING_ENGINES if names else ()):
        if engine.check() is not None:
            continue
        try:
            voices = {name: engine.speaker(name) for name in sorted(names - found.keys())}
        finally:
            engine.close()
        found |= {name: voice for name, voice in voices.items() if voice is not None}
    return found


def _report_stored(library: VoiceLibrary, voice: ClonedVoice) -> None:
    about = voice.provenance
    if not library.is_saved(about.name):
        raise CodechoirError(
            f"cannot store voice '{about.name}' in {library.settings.voices}: make the folder writable, free "
            "some space, or set CODECHOIR_VOICES to another folder"
        )
    took = f", computed in {about.seconds:.1f} s" if about.seconds else ""
    write_line(f"stored voice '{about.name}' for {about.engine}{_origin(about.recipe)}{took}")


def _origin(recipe: Mapping[str, Any]) -> str:
    parts = ", ".join(f"{name} {share:.0%}" for name, share in recipe.items())
    return f" ({parts})" if parts else ""


def _add_name(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="the name of the voice")


def _add_replace(parser: Parser, what: str) -> None:
    parser.add_argument("--replace", action="store_true", help=f"replace {what} if it exists")


# ---- the words of a language, into the phrase cache ------------------------------------------------------

BAR_WIDTH = 24


def add_language_preload(parser: Parser) -> None:
    """Adds --language, and the options that decide how its words sound."""
    parser.add_argument("--language", metavar="L", help="synthesize the words of this programming language")
    options.add_voice_settings(parser, CLONING_ENGINE)
    options.add_sound_settings(parser)
    options.add_word_settings(parser)


def preload_language(arguments: argparse.Namespace) -> int:
    """Lets the engine speak without output, through the phrase cache, and prints what was new."""
    from codechoir.pipeline import SpeechPipeline

    if arguments.name:
        raise InputError("give either names of voices or --language, not both")
    language = _language_named(arguments.language)
    settings, choice = options.speech_settings_of(arguments)
    cache = _cache_for(settings.engine)
    engine = ready_engine(choice, cache)
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


def _language_named(name: str) -> Language:
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
