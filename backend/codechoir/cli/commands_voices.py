"""`codechoir voices list|show|audition`: the voices of an engine and of a profile.

`voices_manage` has the subcommands for the library of cloned voices.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from codechoir.cli import options, voices_manage
from codechoir.cli.main import Subparsers, add_command, add_json, add_subcommands
from codechoir.cli.player import OutputOptions, Player, checked_casting, phrases_of_texts, ready_engine
from codechoir.errors import InputError, did_you_mean
from codechoir.model import CastUtterance, Category, Utterance, Voice, VoiceInfo
from codechoir.settings import VOICE_PROPERTIES, Settings, VoiceOverride
from codechoir.stdio import write_json, write_json_list, write_line

if TYPE_CHECKING:
    from codechoir.engines import EngineSelection

VOICES_EXAMPLES = """\
examples:
  codechoir voices list              list the voices of the engine
  codechoir voices show              show the voice of each category
  codechoir voices audition          hear the voice of each category
  codechoir voices add anna anna.wav create a voice from a recording
"""

LIST_EXAMPLES = """\
examples:
  codechoir voices list
  codechoir voices list --engine espeak --json | jq -r '.[] | select(.language == "de") | .name'

An eSpeak NG voice is a language and a variant: de+f3 is German with the third female variant.
"""

SHOW_EXAMPLES = """\
examples:
  codechoir voices show
  codechoir voices show --voices my-voices.toml --json
  codechoir voices show anna         where a voice of the library comes from
"""

AUDITION_EXAMPLES = """\
examples:
  codechoir voices audition                     the voice of each category
  codechoir voices audition keyword comment     these two
  codechoir voices audition en-us+f3 en-us+m7   two voices of eSpeak NG
"""


def configure_voices(commands: Subparsers) -> None:
    """Adds the command and its subcommands to the parser."""
    parser = add_command(commands, "voices", "list, play and manage voices", VOICES_EXAMPLES)
    subcommands = add_subcommands(parser)
    listing = add_command(subcommands, "list", "list the voices of an engine", LIST_EXAMPLES)
    options.add_engine(listing)
    add_json(listing)
    listing.set_defaults(run=run_list)
    show = add_command(subcommands, "show", "show the voice of each category", SHOW_EXAMPLES)
    show.add_argument(
        "name", metavar="NAME", nargs="?", help="a voice of the library, to show where it comes from"
    )
    options.add_voice_settings(show)
    add_json(show)
    show.set_defaults(run=run_show)
    audition = add_command(subcommands, "audition", "play a sample of voices", AUDITION_EXAMPLES)
    audition.add_argument(
        "name",
        metavar="NAME",
        nargs="*",
        help="a category, or a voice of the engine (default: all categories)",
    )
    options.add_voice_settings(audition)
    options.add_output(audition)
    audition.set_defaults(run=run_audition)
    voices_manage.configure(subcommands)


def run_list(arguments: argparse.Namespace) -> int:
    """Prints the voices of the engine and of the library."""
    voices = ready_engine(options.speech_settings_of(arguments)[1]).voices()
    known = {voice.name for voice in voices}
    voices += [voice for voice in voices_manage.library_voices() if voice.name not in known]
    if arguments.json:
        write_json_list(asdict(voice) for voice in voices)
        return 0
    width = max((len(voice.name) for voice in voices), default=0)
    for voice in voices:
        write_line(f"{voice.name:{width}}  {voice.language:12}  {voice.description}".rstrip())
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Prints the voice of each category, or where a voice of the library comes from."""
    if arguments.name is not None:
        return voices_manage.show_voice(arguments.name, arguments.json)
    settings, choice = options.speech_settings_of(arguments)
    casting = checked_casting(settings, ready_engine(choice))
    voices = {category: casting.voice_for(_sample(category)) for category in Category}
    if arguments.json:
        write_json({category.value: asdict(voice) for category, voice in voices.items()})
        return 0
    row = "{:12} {:18} {:>5} {:>5} {:>5} {:>6} {:>7}"
    write_line(row.format("category", *VOICE_PROPERTIES))
    for category, voice in voices.items():
        values = [getattr(voice, name) for name in VOICE_PROPERTIES]
        write_line(row.format(category, values[0], *(f"{value:g}" for value in values[1:])))
    return 0


def run_audition(arguments: argparse.Namespace) -> int:
    """Plays a sample of each voice."""
    output = OutputOptions.of(arguments)
    choice = _engine_with(arguments.name, options.settings_of(arguments))
    settings = choice.applied_to(options.settings_of(arguments))
    engine = ready_engine(choice)
    casting = checked_casting(settings, engine)
    families = engine.voices()
    samples = [
        casting.cast(_sample(Category(name)))
        if name in list(Category)
        else _sample_of_family(name, families, settings.rate)
        for name in arguments.name or list(Category)
    ]
    phrases, content = phrases_of_texts("Voices", samples)
    Player(engine, output, content).play(phrases)
    return 0


def _engine_with(names: Sequence[str], settings: Settings) -> EngineSelection:
    """The engine of the settings; one that has these voices, where they leave it to us."""
    from codechoir.engines import select_engine

    families = [VoiceOverride(name) for name in names if name not in list(Category)]
    chosen = dict(zip(Category, families, strict=False))
    return select_engine(replace(settings, voices=chosen or settings.voices))


def _sample(category: Category) -> Utterance:
    return Utterance(f"this is the voice for {category.value}", category, 0, 0, pause_after=300)


def _sample_of_family(name: str, families: Sequence[VoiceInfo], rate: float | None) -> CastUtterance:
    """A voice of the engine says its name. Raises `InputError` for a voice that it does not have."""
    known = {voice.name: voice for voice in families}
    info = known.get(name)
    if info is None:
        near = did_you_mean(name, [*Category, *known])
        raise InputError(
            f"'{name}' is neither a category nor a voice of this engine.{near} See 'codechoir voices list'"
        )
    text = f"this is {info.description or info.name}"
    voice: dict[str, Any] = {} if rate is None else {"rate": rate}
    return CastUtterance(Utterance(text, Category.NARRATION, 0, 0, pause_after=300), Voice(name, **voice))
