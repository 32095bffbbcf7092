"""`codechoir doctor`: checks what works on this machine, and says what to do about the rest."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from codechoir import __version__
from codechoir.cli import options, source
from codechoir.cli.main import Subparsers, add_command, add_json
from codechoir.cli.terminal_view import styled
from codechoir.errors import CodechoirError, InputError, escape_invisible
from codechoir.stdio import wants_colour, write_json, write_line, write_painted

REINSTALL = (
    "reinstall Codechoir: 'make clean run' in its folder, or 'Set up the Python environment' in VS Code"
)
EDITORS = ("code", "codium", "code-server", "nvim", "emacs", "hx")
EDITOR_ADVICE = "docs/user-guide/other-editors.md shows how to set up an editor"


DOCTOR_EXAMPLES = """\
examples:
  codechoir doctor
  codechoir doctor --json
  codechoir doctor --file patch.diff    find characters that deceive the eye (Trojan Source)

The exit status is 0 if code can be read aloud, or at least written to a file. The JSON has ok (whether it
can) and checks, a list of name, ok, detail and advice. With --file it has ok (whether nothing was found) and
findings, a list of kind, start, end (UTF-8 byte offsets), text, other (a name that looks like this one, or
empty), line (from 1) and words. The kinds are bidi, invisible, control, mixed and lookalike (letters); tabs,
spaces, uneven, tab and recipe (indentation); continuation (a blank after the sign that continues a line);
twin and composed (two names that look alike).
"""


def configure_doctor(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(
        commands, "doctor", "check what works on this machine, and what to do about the rest", DOCTOR_EXAMPLES
    )
    parser.add_argument(
        "--file",
        metavar="F",
        help="look for deceptive characters, blanks and names in a file instead; - for standard input",
    )
    add_json(parser, ", for programs and bug reports")
    options.add_word_settings(parser)
    parser.set_defaults(run=run_doctor)


def run_doctor(arguments: argparse.Namespace) -> int:
    """Prints the checks, or the deceptive characters in a file."""
    if arguments.file is not None:
        return _deceptive_characters(arguments)
    checks = list(check_all())
    works = can_read(checks)
    if arguments.json:
        write_json({"ok": works, "checks": [check.as_json() for check in checks]})
        return 0 if works else 1
    colour = wants_colour(sys.stdout)
    for check in checks:
        write_painted(_row(check, colour))
    write_line("")
    write_line("Code can be read aloud." if works else "Code cannot be read aloud yet. See the advice above.")
    return 0 if works else 1


def _row(check: Check, colour: bool) -> str:
    status = (
        styled("works  ", "32" if colour else "") if check.ok else styled("missing", "33" if colour else "")
    )
    advice = f"\n{'':28}{escape_invisible(check.advice)}" if check.advice else ""
    return f"{status}  {check.name:18} {escape_invisible(check.detail)}{advice}"


def _deceptive_characters(arguments: argparse.Namespace) -> int:
    """Prints where a file has deceptive characters, blanks or names."""
    from codechoir.wording import DeceptionWarnings, all_deceptions, load_word_table

    snapshot = source.open_source(arguments.file, None)
    settings = options.settings_of(arguments)
    warnings = DeceptionWarnings(load_word_table(settings.natural_language, "", settings.tables))
    found = [
        {**asdict(finding), "line": snapshot.line_of(finding.start) + 1, "words": warnings.words(finding)}
        for finding in all_deceptions(snapshot)
    ]
    if arguments.json:
        write_json({"ok": not found, "findings": found})
        return 0
    name = source.title(arguments.file)
    for place in found:
        shown = f" ({escape_invisible(place['text'])})" if place["text"].strip() else ""
        write_line(f"{name}:{place['line']}: {place['words']}{shown}")
    if not found:
        write_line(f"No deceptive characters in {name}.")
    return 0


# ---- checks ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check. `advice`: what to do, empty if nothing. `needed`: needed for reading."""

    name: str
    ok: bool
    detail: str
    advice: str = ""
    needed: bool = False

    def as_json(self) -> dict[str, str | bool]:
        """The check as `--json` prints it: name, ok, detail, advice."""
        shape = asdict(self)
        del shape["needed"]
        return shape


def check_all() -> Iterator[Check]:
    """Runs all checks, in the order in which a reading needs them. A check that fails to run is a finding."""
    yield _check_python()
    for name, check in (
        ("grammars", _check_grammars),
        ("words", _check_words),
        ("voices", _check_voices),
        ("sound device", _check_device),
        ("sound files", _check_sound_files),
        ("folders", _check_folders),
    ):
        yield from _guarded(name, check)
    from codechoir.engines import engine_names

    for engine in engine_names():
        yield from _guarded(f"engine {engine}", partial(_check_engine, engine))
    for model in _models_to_measure():
        yield from _guarded(f"voices of {model}", partial(_check_model, model))
    yield from _guarded("engine in use", _check_choice)
    yield _check_editor()


def can_read(checks: list[Check]) -> bool:
    """Whether code can be read aloud here, or at least written to a file."""
    return all(check.ok for check in checks if check.needed)


def _guarded(name: str, check: Callable[[], Check]) -> Iterator[Check]:
    try:
        yield check()
    except CodechoirError as error:
        yield Check(name, False, str(error), needed=True)
    except Exception as error:  # noqa: BLE001 - finding what is broken is its purpose
        yield Check(name, False, f"{type(error).__name__}: {error}", REINSTALL, needed=True)


def _check_python() -> Check:
    detail = (
        f"{platform.python_version()} at {sys.executable}, Codechoir {__version__}, {platform.platform()}"
    )
    return Check("python", True, detail, needed=True)


def _check_grammars() -> Check:
    from codechoir.languages import language_folders
    from codechoir.syntax import Document

    languages = language_folders().languages
    for language in languages:
        Document(b"x\n", language).snapshot().spans()
    grammars = sum(language.parser == "grammar" for language in languages)
    return Check(
        "grammars", True, f"{grammars} grammars load; Pygments covers all other languages", needed=True
    )


def _check_words() -> Check:
    from codechoir.wording import Wording

    Wording().warm_up("python")
    return Check("words", True, "the word tables load", needed=True)


def _check_voices() -> Check:
    from codechoir.settings import FALLBACK_ENGINE, Settings
    from codechoir.voices import load_profile, profile_folders, profile_names

    load_profile(Settings().profile, FALLBACK_ENGINE)
    yours = profile_folders()[0]
    return Check(
        "voices", True, f"profiles: {', '.join(profile_names())}; your own go to {yours}", needed=True
    )


def _check_device() -> Check:
    from codechoir.sinks import Device

    device = Device()
    try:
        device.open()
        return Check("sound device", True, f"opens through {device.name}")
    except CodechoirError as error:
        advice = "start a sound server (PulseAudio, PipeWire), or write files with -o out.wav"
        return Check("sound device", False, str(error), advice)
    finally:
        device.close()


def _check_sound_files() -> Check:
    from codechoir.model import AudioChunk
    from codechoir.sinks import AUDIO_FORMATS, AudioFile

    with TemporaryDirectory() as folder:
        for ending in AUDIO_FORMATS:
            sink = AudioFile(Path(folder) / f"check{ending}")
            sink.open(lambda _: None)
            sink.write(AudioChunk(bytes(2 * 2205), 22050, 0))
            sink.finish()
    return Check("sound files", True, f"{', '.join(AUDIO_FORMATS)} can be written", needed=True)


def _check_folders() -> Check:
    from codechoir.engines.cache import PhraseSettings
    from codechoir.voices.library import LibrarySettings

    PhraseSettings.from_environment()  # an invalid value stops every reading
    try:
        places = LibrarySettings.from_environment()
    except InputError as error:
        return Check("folders", False, str(error), "change the variable, or unset it")
    folders = {"CODECHOIR_VOICES": places.voices, "CODECHOIR_CACHE": places.cache}
    closed = {variable: folder for variable, folder in folders.items() if not _is_writable(folder)}
    if closed:
        detail = f"not writable: {', '.join(map(str, closed.values()))}"
        advice = (
            "voices and cached audio are lost at the end of each run; make the folder writable, "
            f"or choose another with {', '.join(closed)}"
        )
        return Check("folders", False, detail, advice)
    return Check("folders", True, f"cloned voices in {places.voices}, caches in {places.cache}")


def _check_engine(name: str) -> Check:
    from codechoir.engines import make_engine
    from codechoir.errors import EngineError
    from codechoir.settings import FALLBACK_ENGINE

    needed = name == FALLBACK_ENGINE
    engine = make_engine(name)
    missing, detail = engine.check(), ""
    if missing is None:
        try:
            detail = engine.diagnose()
        except EngineError as error:
            missing = str(error)
    if missing is not None:
        return Check(f"engine {name}", False, "cannot speak here", missing, needed)
    return Check(f"engine {name}", True, detail, needed=needed)


def _models_to_measure() -> list[str]:
    """The natural models that are installed, those that were too slow before included."""
    from codechoir.engines.natural import kept_speeds, ready_models

    slow = kept_speeds()
    return [model for model, problem in ready_models().problems.items() if not problem or model in slow]


def _check_model(model: str) -> Check:
    """Measures a natural model, which decides whether it is used."""
    from codechoir.engines.natural import measure_model
    from codechoir.errors import EngineError

    name = f"voices of {model}"
    try:
        factor, problem = measure_model(model)
    except EngineError as error:
        return Check(name, False, "cannot speak here", str(error))
    if problem:
        return Check(name, False, problem, "nothing to do: eSpeak NG reads instead")
    return Check(name, True, f"{factor:.3f} s of computing for a second of sound")


def _check_choice() -> Check:
    """Which engine reads, and why."""
    from codechoir.engines import select_engine
    from codechoir.settings import Settings, read_environment

    settings = read_environment(Settings)
    choice = select_engine(settings)
    model = f" ({choice.model})" if choice.model else ""
    return Check("engine in use", True, f"{settings.engine}: {choice.engine}{model}, because {choice.reason}")


def _check_editor() -> Check:
    found = [program for program in EDITORS if shutil.which(program)]
    if not found:
        return Check("editor", False, f"none of {', '.join(EDITORS)} is on PATH", EDITOR_ADVICE)
    return Check("editor", True, f"found {', '.join(found)}", EDITOR_ADVICE)


def _is_writable(folder: Path) -> bool:
    """Whether the folder can be written to; if it does not exist, whether its nearest parent can."""
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return existing.is_dir() and os.access(existing, os.W_OK)
