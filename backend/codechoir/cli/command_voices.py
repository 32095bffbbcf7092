"""`codechoir voices`: which voices there are, who says what, and how it sounds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from codechoir.cli import options, setting_options, voices_manage
from codechoir.cli.main import Parser, Subparsers, add_command
from codechoir.cli.player import OutputOptions, Player, checked_casting, ready_engine, script
from codechoir.errors import InputError, did_you_mean
from codechoir.model import CastUtterance, Category, Utterance, Voice, VoiceInfo
from codechoir.settings import VOICE_PROPERTIES
from codechoir.stdio import write_json, write_json_list, write_line

EXAMPLES = """\
examples:
  codechoir voices list              the voices of the engine
  codechoir voices show              who says what
  codechoir voices audition          hear the voice of every category
  codechoir voices add anna anna.wav make a voice from a recording
"""

LIST_EXAMPLES = """\
examples:
  codechoir voices list
  codechoir voices list --json | jq -r '.[] | select(.language == "de") | .name'

With eSpeak NG a language and a variant make a voice: de+f3 is German with the third female variant.
"""

SHOW_EXAMPLES = """\
examples:
  codechoir voices show
  codechoir voices show --voices my-voices.toml --json
  codechoir voices show anna         where a voice comes from that you have made
"""

AUDITION_EXAMPLES = """\
examples:
  codechoir voices audition                     the voice of every category
  codechoir voices audition keyword comment     these two
  codechoir voices audition en-us+f3 en-us+m7   voices of the engine, by name
"""


def configure(commands: Subparsers) -> None:
    """Add the command and its own subcommands to the parser."""
    parser = add_command(commands, "voices", "list, show and hear voices", EXAMPLES)
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True, title="acts")
    listing = add_command(acts, "list", "list the voices of an engine", LIST_EXAMPLES)
    setting_options.add_engine(listing)
    _add_json(listing)
    listing.set_defaults(run=run_list)
    show = add_command(acts, "show", "show the voice of each category", SHOW_EXAMPLES)
    show.add_argument("name", metavar="NAME", nargs="?", help="a voice of the library: where it comes from")
    setting_options.add_voice_settings(show)
    _add_json(show)
    show.set_defaults(run=run_show)
    audition = add_command(acts, "audition", "hear voices introduce themselves", AUDITION_EXAMPLES)
    audition.add_argument("name", metavar="NAME", nargs="*", help="a category, or a voice of the engine")
    setting_options.add_voice_settings(audition)
    options.add_output(audition)
    audition.set_defaults(run=run_audition)
    voices_manage.configure(acts)


def run_list(arguments: argparse.Namespace) -> int:
    """Print the voices of the engine, and those that the user has made."""
    voices = ready_engine(setting_options.settings_of(arguments).engine).voices()
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
    """Print the voice of each category, or where a voice of the library comes from."""
    if arguments.name is not None:
        return voices_manage.show_voice(arguments.name, arguments.json)
    settings = setting_options.settings_of(arguments)
    casting = checked_casting(settings, ready_engine(settings.engine))
    voices = {category: casting.cast(_named(category)) for category in Category}
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
    """Let voices introduce themselves."""
    output = OutputOptions.of(arguments)
    settings = setting_options.settings_of(arguments)
    engine = ready_engine(settings.engine)
    casting = checked_casting(settings, engine)
    families = engine.voices()
    spoken = [
        casting.spoken(_named(Category(name)))
        if name in list(Category)
        else _introduced(name, families, settings.rate)
        for name in arguments.name or list(Category)
    ]
    phrases, said = script("Voices", spoken)
    Player(engine, output, said).play(phrases)
    return 0


def _named(category: Category) -> Utterance:
    return Utterance(f"this is the voice for {category.value}", category, 0, 0, pause_after=300)


def _introduced(name: str, families: Sequence[VoiceInfo], rate: float | None) -> CastUtterance:
    """A voice of the engine says its name. Raises `InputError` for one that it has not."""
    known = {voice.name: voice for voice in families}
    info = known.get(name)
    if info is None:
        near = did_you_mean(name, [*Category, *known])
        raise InputError(f"'{name}' is neither a category nor a voice of this engine.{near}")
    says = f"this is {info.description or info.name}"
    voice: dict[str, Any] = {} if rate is None else {"rate": rate}
    return CastUtterance(Utterance(says, Category.NARRATION, 0, 0, pause_after=300), Voice(name, **voice))


def _add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
