"""The commands that show what is found in a text: `words`, `spans`, `decode`, `outline`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from codechoir.cli import options, source
from codechoir.cli.main import Subparsers, add_command, add_json
from codechoir.cli.player import OutputOptions, Player, check_voices, ready_engine
from codechoir.cli.terminal_view import paint
from codechoir.errors import InputError, escape_invisible
from codechoir.model import CastUtterance
from codechoir.stdio import wants_colour, write_bytes, write_json, write_json_list, write_painted
from codechoir.storage import parse_json

if TYPE_CHECKING:
    from codechoir.engines import EngineSelection
    from codechoir.pipeline import SpeechPipeline
    from codechoir.syntax import Snapshot


# ---- words -----------------------------------------------------------------------------------------------

WORDS_EXAMPLES = """\
examples:
  codechoir words cart.py
  codechoir words cart.py --level all --lines 10-20
  codechoir words cart.py --level comment=all --mute operator
  codechoir words cart.py --lines 3 --spell --phonetic
  codechoir words cart.py --json
  codechoir words --level literal cart.py | codechoir decode    prints cart.py, byte for byte

At level literal, output to a pipe or a file is always JSON, which decode reads.
Each item of the JSON list has text, category, start and end (UTF-8 byte offsets), voice (a voice family),
pause_before and pause_after (milliseconds at the normal rate) and cue (an earcon, or "").
"""


def configure_words(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "words", "show what would be said, and in which voice", WORDS_EXAMPLES)
    options.add_file(parser)
    options.add_lines(parser)
    options.add_voice_settings(parser)
    parser.add_argument("--spell", action="store_true", help="spell character by character")
    add_json(parser)
    options.add_wording_settings(parser)
    parser.set_defaults(run=run_words)


def run_words(arguments: argparse.Namespace) -> int:
    """Prints the words."""
    from codechoir.pipeline import SpeechPipeline

    settings, _ = options.speech_settings_of(arguments)
    pipeline = SpeechPipeline(settings)
    window = source.open_window(arguments)
    make_phrases = pipeline.spelling if arguments.spell else pipeline.phrases
    phrases = make_phrases(window.snapshot, window.start, window.end)
    if arguments.json or (settings.level == "literal" and not sys.stdout.isatty()):
        write_json_list(_utterance_json(part) for phrase in phrases for part in phrase.parts)
        return 0
    colour = wants_colour(sys.stdout)
    for phrase in phrases:
        line = window.snapshot.line_of(phrase.start) + 1
        for part in phrase.parts:
            write_painted(f"{line:5}  {_utterance_row(part, colour)}")
    return 0


def _utterance_json(part: CastUtterance) -> dict[str, Any]:
    utterance = part.utterance
    return {
        "text": utterance.text,
        "category": utterance.category,
        "start": utterance.start,
        "end": utterance.end,
        "voice": part.voice.family,
        "pause_before": utterance.pause_before,
        "pause_after": utterance.pause_after,
        "cue": utterance.cue,
    }


def _utterance_row(part: CastUtterance, colour: bool) -> str:
    utterance = part.utterance
    before = f"({utterance.cue}) " if utterance.cue else ""
    before += f"[{utterance.pause_before} ms] " if utterance.pause_before else ""
    after = f" [{utterance.pause_after} ms]" if utterance.pause_after else ""
    words = paint(utterance.text, utterance.category, colour=colour)
    return (
        f"{utterance.category:11}  {escape_invisible(part.voice.family):16}  {before}{words}{after}".rstrip()
    )


# ---- spans -----------------------------------------------------------------------------------------------

SPANS_EXAMPLES = """\
examples:
  codechoir spans cart.py
  codechoir spans cart.py --lines 10-20
  codechoir spans cart.py --json | jq '.[] | select(.category == "keyword") | .text'

Each item of the JSON list has start and end (UTF-8 byte offsets), line (from 1), text, category and
capture (the finer name that the grammar uses).
"""


def configure_spans(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "spans", "show the category of each token", SPANS_EXAMPLES)
    options.add_file(parser)
    options.add_lines(parser)
    add_json(parser)
    parser.set_defaults(run=run_spans)


def run_spans(arguments: argparse.Namespace) -> int:
    """Prints the spans."""
    window = source.open_window(arguments)
    found = _spans(window.snapshot, window.start, window.end)
    if arguments.json:
        write_json_list(found)
        return 0
    colour = wants_colour(sys.stdout)
    for span in found:
        shown = paint(_first_line(span["text"]), span["category"], colour=colour)
        write_painted(f"{span['line']:5}  {span['category']:11}  {span['capture']:24}  {shown}")
    return 0


def _spans(snapshot: Snapshot, start: int, end: int) -> Iterator[dict[str, Any]]:
    for span in snapshot.spans(start, end):
        yield {
            "start": span.start,
            "end": span.end,
            "line": snapshot.line_of(span.start) + 1,
            "text": snapshot.text[span.start : span.end].decode("utf-8", "replace"),
            "category": span.category,
            "capture": span.capture,
        }


def _first_line(text: str) -> str:
    first, _, rest = text.partition("\n")
    return f"{first} …" if rest else first


# ---- decode ----------------------------------------------------------------------------------------------

DECODE_EXAMPLES = """\
examples:
  codechoir words --level literal cart.py | codechoir decode
  codechoir words --level literal --json cart.py > said.json && codechoir decode said.json
  echo '[{"text": "x equals one", "category": "variable"}]' | codechoir decode

Only text and category are used, since a listener hears nothing else. The output is the exact source text.
"""

LITERAL_KEYS = ("text", "category")
LITERAL_REMEDY = "create it with 'codechoir words --level literal --json FILE'"


def configure_decode(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(
        commands, "decode", "turn the words of level literal back into source text", DECODE_EXAMPLES
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        default=source.STDIN,
        help="the JSON of 'words --level literal' (default: standard input)",
    )
    parser.set_defaults(run=run_decode)


def run_decode(arguments: argparse.Namespace) -> int:
    """Writes the source text."""
    from codechoir.wording import decode_literal

    items = _literal_items(source.read_bytes(arguments.file), source.title(arguments.file))
    write_bytes(decode_literal((item["text"], item["category"]) for item in items))
    return 0


def _literal_items(data: bytes, name: str) -> list[dict[str, Any]]:
    """The utterances in `data`. Raises `InputError` if it is not what `words` writes."""
    try:
        items = parse_json(data)
    except ValueError as error:
        raise InputError(f"{name} is not valid JSON ({error}); {LITERAL_REMEDY}") from error
    if not isinstance(items, list):
        raise InputError(f"{name} is not a list of utterances; {LITERAL_REMEDY}")
    for number, item in enumerate(items, 1):
        if not (isinstance(item, dict) and all(isinstance(item.get(key), str) for key in LITERAL_KEYS)):
            raise InputError(f"{name}: item {number} has no 'text' or no 'category'; {LITERAL_REMEDY}")
    return items


# ---- outline ---------------------------------------------------------------------------------------------

OUTLINE_EXAMPLES = """\
examples:
  codechoir outline cart.py
  codechoir outline cart.py --line 12         only the function or class around line 12
  codechoir outline cart.py --speak           aloud, each name in the voice that it has in the code
  codechoir outline cart.py -o cart.mp3 --no-play
  codechoir outline cart.py --json | jq -r '.symbols[] | select(.kind == "method") | .name'

The JSON has language, lines, text (the whole summary) and symbols, a list of kind, name, line (from 1),
lines, depth, parameters, returns, receiver (the type that a method declared outside of it belongs to), trait
(what an implementation implements), summary (the first sentence of the documentation), text, and the offsets
start, end, name_start, name_end, signature_end, doc_start and doc_end.
"""


def configure_outline(commands: Subparsers) -> None:
    """Adds the command to the parser."""
    parser = add_command(commands, "outline", "summarize the structure of a file in words", OUTLINE_EXAMPLES)
    options.add_file(parser)
    parser.add_argument(
        "--line",
        metavar="N",
        type=options.line,
        help="only the innermost function or class around line N, counted from 1",
    )
    add_json(parser)
    parser.add_argument("--speak", action="store_true", help="also read it aloud; -o and --marks imply this")
    options.add_voice_settings(parser)
    options.add_output(parser)
    options.add_word_settings(parser)
    parser.set_defaults(run=run_outline)


def run_outline(arguments: argparse.Namespace) -> int:
    """Prints the outline, and speaks it if asked to."""
    from codechoir.pipeline import SpeechPipeline

    is_spoken = arguments.speak or arguments.output or arguments.marks
    output = OutputOptions.of(arguments) if is_spoken else None
    settings, choice = options.speech_settings_of(arguments)
    pipeline = SpeechPipeline(settings)
    snapshot = source.open_source(arguments.file, arguments.language)
    at = _place_of_line(snapshot, arguments.line)
    outline = pipeline.wording.outline(snapshot, at)
    if arguments.json:
        write_json(outline.as_json())
    else:
        colour = wants_colour(sys.stdout)
        for phrase in outline.phrases():
            words = (paint(part.text, part.category, colour=colour) for part in phrase if part.text)
            write_painted(" ".join(words))
    if output is not None:
        _speak_outline(arguments, choice, pipeline, snapshot, at, output)
    return 0


def _speak_outline(
    arguments: argparse.Namespace,
    choice: EngineSelection,
    pipeline: SpeechPipeline,
    snapshot: Snapshot,
    at: int | None,
    output: OutputOptions,
) -> None:
    engine = ready_engine(choice, is_live=output.is_live)
    check_voices(pipeline, engine)
    whole = source.SourceWindow(snapshot, source.title(arguments.file), 0, len(snapshot.text))
    Player(engine, output, whole.content).play(pipeline.outline(snapshot, at))


def _place_of_line(snapshot: Snapshot, line: int | None) -> int | None:
    """The last byte of a line, which all symbols on it contain. Raises `InputError` beyond the file."""
    if line is None:
        return None
    count = source.counted_lines(snapshot)
    if not 1 <= line <= count:
        raise InputError(f"line {line} is out of range: the file has {count} line{'s' * (count != 1)}")
    start, end = snapshot.line_range(line - 1)
    return max(start, end - 1)
