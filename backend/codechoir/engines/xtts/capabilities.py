"""The seventeen languages of XTTS v2, as data.

What XTTS can do, as data; known on both sides of the pipe without loading anything.

Who of the studio speakers of XTTS v2 says what by default, and who does in a checkpoint without them.

Only the names of the published checkpoint are known here; a fine-tuned one may have other speakers. The same
names stand in `voices/default.toml`, which a test compares.

Environment of the process that computes: what is installed there, and set before torch is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codechoir.errors import InputError, did_you_mean
from codechoir.model import Capabilities, Category


@dataclass(frozen=True, slots=True)
class XttsLanguage:
    """`code`: coqui's name. `most_characters`: the length that the model was trained for.
    `characters_per_second`: of ordinary speech, for expected durations. `stops`: what ends a sentence.
    `needs`: packages beyond coqui-tts."""

    code: str
    name: str
    most_characters: int
    characters_per_second: float
    stops: str = ".!?…"
    full_stop: str = "."
    needs: tuple[str, ...] = ()


XTTS_LANGUAGES = {
    language.code: language
    for language in (
        XttsLanguage("en", "English", 250, 14.5),
        XttsLanguage("es", "Spanish", 239, 15.5, ".!?…¿¡"),
        XttsLanguage("fr", "French", 273, 15.0),
        XttsLanguage("de", "German", 253, 14.0),
        XttsLanguage("it", "Italian", 213, 15.0),
        XttsLanguage("pt", "Portuguese", 203, 14.5),
        XttsLanguage("pl", "Polish", 224, 14.0),
        XttsLanguage("tr", "Turkish", 226, 14.0),
        XttsLanguage("ru", "Russian", 182, 13.5),
        XttsLanguage("nl", "Dutch", 251, 14.5),
        XttsLanguage("cs", "Czech", 186, 14.0),
        XttsLanguage("ar", "Arabic", 166, 11.5, ".!?…؟"),
        XttsLanguage("zh", "Chinese", 82, 4.5, "。！？….!?", "。", ("pypinyin",)),
        XttsLanguage("hu", "Hungarian", 224, 14.0),
        XttsLanguage("ko", "Korean", 95, 6.5),
        XttsLanguage("ja", "Japanese", 71, 7.0, "。！？….!?", "。", ("cutlet", "fugashi")),
        XttsLanguage("hi", "Hindi", 150, 12.0, "।.!?…", "।"),
    )
}


def language(tag: str) -> XttsLanguage:
    """By BCP 47 tag; region and script are ignored (`zh-CN`, `pt_BR`). Raises `InputError`."""
    code = tag.replace("_", "-").lower().partition("-")[0]
    if code not in XTTS_LANGUAGES:
        known = ", ".join(sorted(XTTS_LANGUAGES))
        raise InputError(
            f"XTTS does not speak '{tag}'; it speaks {known}.{did_you_mean(code, XTTS_LANGUAGES)}"
        )
    return XTTS_LANGUAGES[code]


SAMPLE_RATE = 24_000

CAPABILITIES = Capabilities(
    SAMPLE_RATE,
    cloning=True,
    batching=True,
    concurrent=True,
    languages=tuple(XTTS_LANGUAGES),
    ignores=("range",),
)

CLONING: dict[str, int | bool] = {
    "seconds": 30,
    "chunk_seconds": 4,
    "reference_seconds": 30,
    "normalise": False,
}
"""Parameters of cloning with their defaults; `neural.conditioning.Cloning` tells what they mean."""


CAST: Mapping[Category, str] = {
    Category.COMMENT: "Damien Black",
    Category.KEYWORD: "Daisy Studious",
    Category.LITERAL: "Tammie Ema",
    Category.OPERATOR: "Andrew Chipper",
    Category.TYPE: "Claribel Dervla",
    Category.VARIABLE: "Viktor Menelaos",
    Category.NARRATION: "Gracie Wise",
}


def substitute(name: str, speakers: Sequence[str]) -> str | None:
    """Which of a checkpoint's `speakers` says what the published speaker `name` would; None for any other
    name, and where the checkpoint has none."""
    cast = list(CAST.values())
    if name not in cast or not speakers:
        return None
    return speakers[cast.index(name) % len(speakers)]


def for_category(category: Category, speakers: Sequence[str]) -> str:
    """Who of a checkpoint's `speakers` has a category by default. Empty where there are none."""
    published = CAST.get(category) or CAST[category.inherits or Category.NARRATION]
    return published if published in speakers else substitute(published, speakers) or ""


INSTALL = "python -m pip install '.[xtts]' in Codechoir's folder, or “Install neural voices” in VS Code"
"""How torch and coqui-tts come to the Python that runs Codechoir."""


def variables() -> dict[str, str]:
    """Environment variables for the child.

    OMP_WAIT_POLICY: torch's worker threads otherwise spin while they wait, and on a machine that does
    something else besides (an editor) each of the hundreds of parallel regions of a step then waits for a
    time slice of the scheduler: a step took 0.3 to 1.8 s instead of 0.06 s with two other busy processes on
    two cores. ONEDNN_PRIMITIVE_CACHE_CAPACITY: kernels of all sizes of windows stay.
    """
    return {"OMP_WAIT_POLICY": "passive", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "4096"}
