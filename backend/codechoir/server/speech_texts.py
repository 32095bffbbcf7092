"""What a request wants to hear, as phrases with voices: a plain text, or source code.

The voice of a request is a category, a profile or a category of one (`PROFILE.CATEGORY`), a voice of the
engine, a voice of the library, or one of OpenAI's names. Names lead nowhere else: never to a file.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from codechoir.engines import Engine
from codechoir.errors import InputError, did_you_mean
from codechoir.model import CastUtterance, Category, Phrase, Utterance, Voice
from codechoir.pipeline import SpeechPipeline, natural_language
from codechoir.server.http_errors import RequestError
from codechoir.settings import MAX_RATE, MIN_RATE, Settings, VoiceOverride, declared
from codechoir.voices import profile_names

MAX_PHRASE = 300
"""Characters after which a sentence is divided."""

KEPT_PIPELINES = 32

OPENAI_VOICES: Mapping[str, Category] = {
    "alloy": Category.NARRATION,
    "ash": Category.VARIABLE,
    "ballad": Category.COMMENT,
    "cedar": Category.VARIABLE,
    "coral": Category.COMMENT,
    "echo": Category.KEYWORD,
    "fable": Category.LITERAL,
    "marin": Category.NARRATION,
    "nova": Category.TYPE,
    "onyx": Category.OPERATOR,
    "sage": Category.LITERAL,
    "shimmer": Category.TYPE,
    "verse": Category.KEYWORD,
}
"""Programs that were written for OpenAI's server name these."""


@dataclass(frozen=True, slots=True)
class ChosenVoice:
    """The voice of a text: that of a category in a profile, with another family if `family` is not empty."""

    category: Category = Category.NARRATION
    profile: str = ""
    family: str = ""


class VoiceNames:
    """The names that the voice of a request may have, for one engine.

    `stand_in`: the engine to which this one leaves languages that it does not speak, if it does.
    """

    def __init__(self, engine: Engine, stand_in: Engine | None = None) -> None:
        self.voices = engine.voices()
        self._families = {voice.name for voice in self.voices}
        self._variants = {name.partition("+")[2] for name in self._families} - {""}
        speakers = [*self.voices, *(stand_in.voices() if stand_in is not None else ())]
        tags = [*engine.capabilities.languages, *(voice.language for voice in speakers)]
        self.languages = sorted({tag.partition("-")[0].lower() for tag in tags if tag})

    def find(self, name: str, param: str = "voice") -> ChosenVoice:
        """The voice with this name. Raises `RequestError` with the nearest name."""
        profile, dot, category = name.rpartition(".")
        if name in set(Category):
            return ChosenVoice(Category(name))
        if name in OPENAI_VOICES:
            return ChosenVoice(OPENAI_VOICES[name])
        if self._has_family(name):
            return ChosenVoice(family=name)
        profiles = profile_names()
        if name in profiles:
            return ChosenVoice(profile=name)
        if dot and profile in profiles and category in set(Category):
            return ChosenVoice(Category(category), profile)
        near = did_you_mean(name, [*Category, *profiles, *self._families])
        raise RequestError(
            f"unknown voice '{name[:100]}'; GET /v1/audio/voices lists all.{near}",
            code="unknown-voice",
            param=param,
        )

    def check_language(self, tag: str, param: str = "language") -> str:
        """The natural language of a text, as utterances have it. Raises `RequestError`."""
        language = tag.replace("_", "-").partition("-")[0].lower()
        if language not in self.languages:
            raise RequestError(
                f"the engine does not speak the language '{tag[:40]}'; GET /languages lists all."
                f"{did_you_mean(language, self.languages)}",
                code="unknown-language",
                param=param,
            )
        return tag.replace("_", "-").lower()

    def _has_family(self, name: str) -> bool:
        base, plus, variant = name.partition("+")
        return name in self._families or bool(plus and base in self._families and variant in self._variants)


class Pipelines:
    """Pipelines by their settings; the least recently used are forgotten. For any thread."""

    def __init__(self, base: Settings) -> None:
        self.base = base
        self._lock = threading.Lock()
        self._made: OrderedDict[str, SpeechPipeline] = OrderedDict()

    def get(self, **changes: object) -> SpeechPipeline:
        """The pipeline for the server's settings with these changes. Raises `InputError`."""
        settings = replace(self.base, **changes)  # type: ignore[arg-type]
        key = repr(settings)
        with self._lock:
            pipeline = self._made.get(key)
            if pipeline is None:
                pipeline = self._made[key] = SpeechPipeline(settings)
                if len(self._made) > KEPT_PIPELINES:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
            return pipeline


def checked_profile(name: str, param: str = "voices") -> str:
    """The name of a profile. Raises `RequestError` for a path, and for an unknown name."""
    known = profile_names()
    if name not in known:
        near = did_you_mean(name, known)
        raise RequestError(
            f"unknown voice profile '{name[:100]}'; known: {', '.join(known)}.{near}",
            code="unknown-profile",
            param=param,
        )
    return name


def voice_overrides(given: Mapping[str, object], names: VoiceNames) -> dict[Category, VoiceOverride]:
    """Voices by category, each the name of a family or an object of properties. Raises `RequestError`."""
    found: dict[Category, VoiceOverride] = {}
    for category, change in given.items():
        where = f"voices.{category[:40]}"
        if category not in set(Category):
            raise RequestError(
                f"unknown category '{category[:40]}'; known: {', '.join(Category)}."
                f"{did_you_mean(category, Category)}",
                param=where,
            )
        properties = {"family": change} if isinstance(change, str) else change
        if not isinstance(properties, dict):
            raise RequestError(f"{where} must be the name of a voice, or an object", param=where)
        known = declared(VoiceOverride)
        for name in properties:
            if name not in known:
                raise RequestError(
                    f"unknown property '{name[:40]}' of a voice.{did_you_mean(name, known)}", param=where
                )
        try:
            checked = {name: known[name].check(value) for name, value in properties.items()}
        except InputError as error:
            raise RequestError(f"{where}: {error}", param=where) from error
        family = checked.get("family", "")
        if family and not names.find(family, where).family:
            raise RequestError(f"{where}: '{family}' is no voice of the engine", param=where)
        found[Category(category)] = VoiceOverride(**checked)
    return found


def natural(tag: str) -> str:
    """The natural language of the words around code. Raises `RequestError`."""
    try:
        return natural_language(tag)
    except InputError as error:
        raise RequestError(str(error), param="natural_language") from error


# ---- plain text ------------------------------------------------------------------------------------------


class TextSpeaker:
    """Makes phrases of plain text, in one voice. `speed`: factor of the voice's rate."""

    def __init__(
        self, pipeline: SpeechPipeline, voice: ChosenVoice, speed: float = 1.0, language: str = "en"
    ) -> None:
        self._pipeline = pipeline
        self._voice = voice
        self._speed = speed
        self._language = language
        self._start = 0  # the byte offset of the next text

    def phrases(self, text: str) -> Iterator[Phrase]:
        """A phrase for each sentence. Offsets go on from the text before."""
        byte, character = self._start, 0
        self._start += len(text.encode())
        for first, last in sentences(text):
            byte += len(text[character:first].encode())
            character = first
            yield self._phrase(text[first:last], byte)

    def _phrase(self, sentence: str, start: int) -> Phrase:
        utterance = Utterance(
            " ".join(sentence.split()),
            self._voice.category,
            start,
            start + len(sentence.encode()),
            language=self._language,
            words=tuple(_word_ranges(sentence, start)),
        )
        spoken = CastUtterance(utterance, Voice(""))
        (cast,) = self._pipeline.recast(Phrase((spoken,), utterance.start, utterance.end)).parts
        return Phrase((self._changed(cast),), utterance.start, utterance.end)

    def _changed(self, spoken: CastUtterance) -> CastUtterance:
        voice = self._at_speed(spoken.voice)
        if self._voice.family:
            voice = replace(voice, family=self._voice.family)
        fallback = spoken.fallback_voice
        return replace(
            spoken, voice=voice, fallback_voice=None if fallback is None else self._at_speed(fallback)
        )

    def _at_speed(self, voice: Voice) -> Voice:
        return replace(voice, rate=min(max(voice.rate * self._speed, MIN_RATE), MAX_RATE))


def _word_ranges(sentence: str, start: int) -> Iterator[tuple[int, int]]:
    """The bytes of each word."""
    place, byte = 0, start
    for word in sentence.split():
        found = sentence.index(word, place)
        byte += len(sentence[place:found].encode())
        end = byte + len(word.encode())
        yield byte, end
        place, byte = found + len(word), end


def clean_text(text: str) -> str:
    """The text without what is no character: half of a surrogate pair, which JSON allows."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, in characters: lines, divided where a sentence, or too much, ends."""
    start, size = 0, len(text)
    space = -1  # the last white space of the sentence
    for place in range(size + 1):
        is_space = place == size or text[place].isspace()
        if is_space:
            space = place
        ends = place == size or text[place] in "\n\r" or (is_space and _ends_sentence(text, start, place))
        is_long = place - start >= MAX_PHRASE
        if not (ends or is_long):
            continue
        end = place if ends or space <= start else space
        first, last = _trimmed(text, start, end)
        if first < last:
            yield first, last
        start = end


def _ends_sentence(text: str, start: int, place: int) -> bool:
    return place > start and text[place - 1] in ".!?…。！？"


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def complete_part(text: str) -> int:
    """How much of a text that is still growing can be spoken: up to the last end of a sentence.

    0 if none has ended, unless the text is longer than a phrase.
    """
    for place in range(len(text) - 1, 0, -1):
        if text[place] in "\n\r" or (text[place].isspace() and _ends_sentence(text, 0, place)):
            return place
    return max(text.rfind(" ", 0, MAX_PHRASE), 1) if len(text) > MAX_PHRASE else 0


# ---- lines -----------------------------------------------------------------------------------------------


def line_numbers(text: str) -> tuple[int, int | None]:
    """First and last line of `10-20`, `10`, `10-` or `-20`, from 1. Raises `RequestError`."""
    first, dash, last = text.strip().partition("-")
    parts = [first, last] if dash else [first]
    if not any(parts) or not all(
        part == "" or (part.isascii() and part.isdigit() and len(part) < 10) for part in parts
    ):
        raise RequestError(f"invalid line range '{text[:40]}'; use 10-20, 10, 10- or -20", param="lines")
    low = int(first or 1)
    high = int(last) if last else None if dash else low
    if low < 1 or (high is not None and high < low):
        raise RequestError(f"invalid line range '{text[:40]}'; lines are counted from 1", param="lines")
    return low, high
