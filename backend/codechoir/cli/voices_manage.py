"""`codechoir voices add|mix|remove|export|import|preload`: the voices that a user has made."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codechoir.cli import preload as preload_language
from codechoir.cli.main import Parser, Subparsers, add_command
from codechoir.cli.options import parameters, shares
from codechoir.errors import CodechoirError, EngineError, InputError
from codechoir.model import VoiceInfo
from codechoir.stdio import write_json, write_line

if TYPE_CHECKING:
    from codechoir.engines import Engine
    from codechoir.voices.library import ClonedVoice, VoiceLibrary

CLONING_ENGINE = "xtts"

ADD_EXAMPLES = """\
examples:
  codechoir voices add anna anna.wav               6 to 30 seconds of clear speech
  codechoir voices add anna one.flac two.flac      several recordings of one speaker
  codechoir voices add anna anna.wav --refresh     compute it anew, whatever the cache has

Then name it in a voice profile: [xtts.categories.comment] family = "anna".
"""
MIX_EXAMPLES = """\
examples:
  codechoir voices mix duo anna=0.7 ben=0.3
  codechoir voices mix trio anna=2 ben=1 chris=1   whole parts are made to sum to one
  codechoir voices mix half anna=1 'Gracie Wise=1' with a studio speaker of the engine
"""
REMOVE_EXAMPLES = """\
examples:
  codechoir voices remove anna
"""
EXPORT_EXAMPLES = """\
examples:
  codechoir voices export anna anna.safetensors
  codechoir voices export anna ~/usb               into a folder, under its own name
"""
IMPORT_EXAMPLES = """\
examples:
  codechoir voices import anna.safetensors
  codechoir voices import anna.safetensors --name anna-2

Only files of 'codechoir voices export' are taken. They hold numbers and no code, so a stranger's are safe.
"""
PRELOAD_EXAMPLES = """\
examples:
  codechoir voices preload                         all voices of the library
  codechoir voices preload anna ben
  codechoir voices preload --language python       its keywords, operators and the narrator's words
  codechoir voices preload --language go --rate 300 --voices my-voices.toml

Without --language the voices are loaded and checked, as the engine does at its start. With it, what every
file of the language needs is made ahead in the voices that will say it, at the rate that is given, and kept.
It can be stopped at any time; what was made is kept, and is not made again.
"""


def configure(acts: Subparsers) -> None:
    """Add the acts to `codechoir voices`."""
    add = add_command(acts, "add", "make a voice from recordings", ADD_EXAMPLES)
    _add_name(add)
    add.add_argument(
        "recording", metavar="RECORDING", nargs="+", type=Path, help="a sound file of one speaker"
    )
    add.add_argument(
        "--engine", metavar="E", default=CLONING_ENGINE, help="the engine it is for (%(default)s)"
    )
    add.add_argument(
        "--set",
        dest="parameters",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a parameter of the engine",
    )
    add.add_argument("--refresh", action="store_true", help="compute it anew, even if the cache has it")
    _add_replace(add, "a voice of that name")
    add.set_defaults(run=run_add)

    mix = add_command(acts, "mix", "make a voice between others", MIX_EXAMPLES)
    _add_name(mix)
    mix.add_argument(
        "share",
        metavar="VOICE=WEIGHT",
        nargs="+",
        help="a voice, or a studio speaker, and its weight",
    )
    _add_replace(mix, "a voice of that name")
    mix.set_defaults(run=run_mix)

    remove = add_command(acts, "remove", "delete a voice from the library", REMOVE_EXAMPLES)
    _add_name(remove)
    remove.set_defaults(run=run_remove)

    export = add_command(acts, "export", "write a voice to a file, to carry it elsewhere", EXPORT_EXAMPLES)
    _add_name(export)
    export.add_argument("file", metavar="FILE", type=Path, help="the file to write, or a folder")
    _add_replace(export, "the file")
    export.set_defaults(run=run_export)

    importing = add_command(acts, "import", "take a voice from a file into the library", IMPORT_EXAMPLES)
    importing.add_argument("file", metavar="FILE", type=Path, help="a file of 'codechoir voices export'")
    importing.add_argument("--name", metavar="NAME", help="call it so; otherwise it keeps its name")
    _add_replace(importing, "a voice of that name")
    importing.set_defaults(run=run_import)

    preload = add_command(acts, "preload", "load voices of the library and check them", PRELOAD_EXAMPLES)
    preload.add_argument("name", metavar="NAME", nargs="*", help="a voice of the library; all without it")
    preload_language.add_arguments(preload)
    preload.add_argument("--json", action="store_true", help="as JSON, for programs")
    preload.set_defaults(run=run_preload)


def run_add(arguments: argparse.Namespace) -> int:
    """Make a voice from recordings."""
    conditioner = _cloning(arguments.engine).conditioner(parameters(arguments.parameters))
    with _library() as library:
        voice = library.add(
            arguments.name, arguments.recording, conditioner, arguments.refresh, arguments.replace
        )
        _tell_kept(library, voice)
    return 0


def run_mix(arguments: argparse.Namespace) -> int:
    """Make a voice between others."""
    weights = shares(arguments.share)
    with _library() as library:
        guests = _speakers(set(weights) - set(library.names()))
        _tell_kept(library, library.mix(arguments.name, weights, arguments.replace, guests))
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """Delete a voice."""
    with _library() as library:
        library.remove(arguments.name)
    write_line(f"removed the voice '{arguments.name}'")
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write a voice to a file."""
    with _library() as library:
        file = library.export_voice(arguments.name, arguments.file, arguments.replace)
    write_line(f"wrote {file}")
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """Take a voice from a file."""
    with _library() as library:
        _tell_kept(library, library.import_voice(arguments.file, arguments.name, arguments.replace))
    return 0


def run_preload(arguments: argparse.Namespace) -> int:
    """Load voices and tell how long that took, or have a language's words made ahead."""
    if arguments.language is not None:
        return preload_language.run(arguments)
    import safetensors.numpy  # noqa: F401 - what an engine has loaded before, so it is not counted

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
        write_line(f"{len(names)} voice{plural} in {milliseconds:.0f} ms: {', '.join(names)}")
    else:
        write_line("no voices: the library is empty; 'codechoir voices add' makes the first one")
    return 0


def library_voices() -> list[VoiceInfo]:
    """The voices of the library, for `voices list`."""
    with _library() as library:
        return [
            VoiceInfo(about.name, "", f"your voice, for {about.engine}{_origin(about.recipe)}")
            for about in library.voices()
        ]


def show_voice(name: str, as_json: bool) -> int:
    """Print where a voice of the library comes from, for `voices show NAME`."""
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

    return VoiceLibrary()


def _cloning(name: str) -> Engine:
    """The engine, able to clone. Raises `InputError` when it cannot at all, `EngineError` when not here."""
    from codechoir.engines import make_engine

    engine = make_engine(name)
    if not engine.capabilities.cloning:
        raise InputError(f"the engine '{name}' cannot make voices from recordings; use --engine xtts")
    missing = engine.check()
    if missing is not None:
        raise EngineError(missing)
    return engine


def _speakers(names: set[str]) -> dict[str, ClonedVoice]:
    """Those of the names that are speakers of the cloning engine itself; none where it is not installed."""
    from codechoir.engines import make_engine

    engine = make_engine(CLONING_ENGINE)
    if not names or engine.check() is not None:
        return {}
    try:
        found = {name: engine.speaker(name) for name in sorted(names)}
    finally:
        engine.close()
    return {name: voice for name, voice in found.items() if voice is not None}


def _tell_kept(library: VoiceLibrary, voice: ClonedVoice) -> None:
    about = voice.provenance
    if not library.is_saved(about.name):
        raise CodechoirError(
            f"the voice '{about.name}' cannot be kept in {library.settings.voices}: "
            "free some space or make it writable, or set CODECHOIR_VOICES to another folder"
        )
    took = f", computed in {about.seconds:.1f} s" if about.seconds else ""
    write_line(f"kept the voice '{about.name}' for {about.engine}{_origin(about.recipe)}{took}")


def _origin(recipe: Mapping[str, Any]) -> str:
    parts = ", ".join(f"{name} {share:.0%}" for name, share in recipe.items())
    return f" ({parts})" if parts else ""


def _add_name(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="the voice's name")


def _add_replace(parser: Parser, what: str) -> None:
    parser.add_argument("--replace", action="store_true", help=f"replace {what} if there is one")
