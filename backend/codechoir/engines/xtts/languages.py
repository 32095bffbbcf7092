"""The seventeen languages of XTTS v2, as data."""

from __future__ import annotations

from dataclasses import dataclass

from codechoir.errors import InputError, did_you_mean


@dataclass(frozen=True, slots=True)
class Language:
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


LANGUAGES = {
    language.code: language
    for language in (
        Language("en", "English", 250, 14.5),
        Language("es", "Spanish", 239, 15.5, ".!?…¿¡"),
        Language("fr", "French", 273, 15.0),
        Language("de", "German", 253, 14.0),
        Language("it", "Italian", 213, 15.0),
        Language("pt", "Portuguese", 203, 14.5),
        Language("pl", "Polish", 224, 14.0),
        Language("tr", "Turkish", 226, 14.0),
        Language("ru", "Russian", 182, 13.5),
        Language("nl", "Dutch", 251, 14.5),
        Language("cs", "Czech", 186, 14.0),
        Language("ar", "Arabic", 166, 11.5, ".!?…؟"),
        Language("zh", "Chinese", 82, 4.5, "。！？….!?", "。", ("pypinyin",)),
        Language("hu", "Hungarian", 224, 14.0),
        Language("ko", "Korean", 95, 6.5),
        Language("ja", "Japanese", 71, 7.0, "。！？….!?", "。", ("cutlet", "fugashi")),
        Language("hi", "Hindi", 150, 12.0, "।.!?…", "।"),
    )
}


def language(tag: str) -> Language:
    """By BCP 47 tag; region and script are ignored (`zh-CN`, `pt_BR`). Raises `InputError`."""
    code = tag.replace("_", "-").lower().partition("-")[0]
    if code not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES))
        raise InputError(f"XTTS does not speak '{tag}'; it speaks {known}.{did_you_mean(code, LANGUAGES)}")
    return LANGUAGES[code]
