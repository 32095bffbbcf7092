"""What XTTS can do, as data that both processes share without loading anything.

Its seventeen languages, its capabilities, the parameters of cloning, the studio speakers who say each
category by default, and how the child process is set up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Capabilities, Category


@dataclass(frozen=True, slots=True)
class XttsLanguage:
    """A language that XTTS speaks.

    `code`: coqui's name. `max_characters`: the length of text that the model was trained for.
    `characters_per_second`: of ordinary speech, for expected durations. `sentence_ends`: characters that end
    a sentence. `full_stop`: the usual one of them.
    """

    code: str
    max_characters: int
    characters_per_second: float
    sentence_ends: str = ".!?…"
    full_stop: str = "."


XTTS_LANGUAGES = {
    language.code: language
    for language in (
        XttsLanguage("en", 250, 14.5),
        XttsLanguage("es", 239, 15.5, ".!?…¿¡"),
        XttsLanguage("fr", 273, 15.0),
        XttsLanguage("de", 253, 14.0),
        XttsLanguage("it", 213, 15.0),
        XttsLanguage("pt", 203, 14.5),
        XttsLanguage("pl", 224, 14.0),
        XttsLanguage("tr", 226, 14.0),
        XttsLanguage("ru", 182, 13.5),
        XttsLanguage("nl", 251, 14.5),
        XttsLanguage("cs", 186, 14.0),
        XttsLanguage("ar", 166, 11.5, ".!?…؟"),
        XttsLanguage("zh", 82, 4.5, "。！？….!?", "。"),
        XttsLanguage("hu", 224, 14.0),
        XttsLanguage("ko", 95, 6.5),
        XttsLanguage("ja", 71, 7.0, "。！？….!?", "。"),
        XttsLanguage("hi", 150, 12.0, "।.!?…", "।"),
    )
}


def find_language(tag: str) -> XttsLanguage:
    """By BCP 47 tag; region and script are ignored (`zh-CN`, `pt_BR`). Raises `InputError`."""
    code = tag.replace("_", "-").lower().partition("-")[0]
    if code not in XTTS_LANGUAGES:
        known = ", ".join(sorted(XTTS_LANGUAGES))
        raise InputError(
            f"XTTS does not speak '{tag}'; it speaks {known}.{did_you_mean(code, XTTS_LANGUAGES)}"
        )
    return XTTS_LANGUAGES[code]


ENGINE_NAME = "xtts"
"""As in the registry, in voice files and in settings."""

SAMPLE_RATE = 24_000

CAPABILITIES = Capabilities(
    SAMPLE_RATE,
    cloning=True,
    batching=True,
    concurrent=True,
    can_be_lost=True,
    languages=tuple(XTTS_LANGUAGES),
    ignores=("range",),
)

CLONING_DEFAULTS: dict[str, int | bool] = {
    "seconds": 30,
    "chunk_seconds": 4,
    "reference_seconds": 30,
    "normalise": False,
}
"""Parameters of cloning with their defaults; `neural.CloningOptions` explains them."""

DEFAULT_SPEAKERS: Mapping[Category, str] = {
    Category.COMMENT: "Damien Black",
    Category.KEYWORD: "Daisy Studious",
    Category.LITERAL: "Tammie Ema",
    Category.OPERATOR: "Andrew Chipper",
    Category.TYPE: "Claribel Dervla",
    Category.VARIABLE: "Viktor Menelaos",
    Category.NARRATION: "Gracie Wise",
}
"""Studio speakers of the published checkpoint. `voices/default.toml` has the same names, which a test
compares. A fine-tuned checkpoint may have other speakers."""


def substitute_speaker(name: str, speakers: Sequence[str]) -> str | None:
    """Which of a checkpoint's `speakers` replaces the published speaker `name`.

    None for any other name, and where the checkpoint has no speakers.
    """
    published = list(DEFAULT_SPEAKERS.values())
    if name not in published or not speakers:
        return None
    return speakers[published.index(name) % len(speakers)]


def default_speaker(category: Category, speakers: Sequence[str]) -> str:
    """Which of a checkpoint's `speakers` says a category by default. Empty where there are none."""
    published = DEFAULT_SPEAKERS.get(category) or DEFAULT_SPEAKERS[category.inherits or Category.NARRATION]
    return published if published in speakers else substitute_speaker(published, speakers) or ""


INSTALL_HINT = "python -m pip install '.[xtts]' in Codechoir's folder, or “Install neural voices” in VS Code"
"""How to install torch and coqui-tts into the Python that runs Codechoir."""


def child_environment() -> dict[str, str]:
    """Environment variables of the child process, which must be set before torch is loaded.

    OMP_WAIT_POLICY: torch's worker threads otherwise spin while they wait. On a machine with other busy
    processes (an editor is enough) each of the hundreds of parallel regions of a step then waits for a time
    slice: a step took 0.3 to 1.8 s instead of 0.06 s with two other busy processes on two cores.
    ONEDNN_PRIMITIVE_CACHE_CAPACITY: keeps the kernels of all window sizes.
    """
    return {"OMP_WAIT_POLICY": "passive", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "4096"}
