"""Text to phrases with voices: composes syntax, wording and casting, one phrase at a time.

Also the checks of those settings that name languages, word tables or files; `settings` has the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from codechoir.engines import Engine, select_engine
from codechoir.errors import InputError, did_you_mean
from codechoir.languages import Language
from codechoir.model import Category, Phrase, Utterance, Voice
from codechoir.settings import Settings, category_named
from codechoir.syntax import Snapshot
from codechoir.voices import check_families, full_casting, ignored_properties, load_profile
from codechoir.wording import Location, Wording, common_words


class SpeechPipeline:
    """Yields the phrases of documents, lazily, as the current settings want them.

    Keeps what is costly to load (word tables, profile) for all readings of a process. `change` may be called
    while another thread pulls phrases: those that have not been pulled yet follow the new settings. Raises
    `InputError` where the settings name an unknown profile, voice or level. Settings that leave the engine to
    us (`auto`) are given one first; who also makes the engine does so before, so that both agree.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings = select_engine(settings).applied_to(settings)
        self._wording = Wording(settings.wording)
        self._profile = load_profile(settings.profile, settings.engine)
        self._casting = full_casting(self._profile, settings)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    @property
    def wording(self) -> Wording:
        """The words of the current settings."""
        return self._wording

    def change(self, settings: Settings) -> None:
        """Uses new settings from the next phrase on. After an `InputError` the old ones stay in force."""
        settings = select_engine(settings).applied_to(settings)
        same = (settings.profile, settings.engine) == (self._settings.profile, self._settings.engine)
        profile = self._profile if same else load_profile(settings.profile, settings.engine)
        casting = full_casting(profile, settings)
        options = settings.wording
        wording = self._wording if options == self._wording.options else Wording(options)
        self._settings, self._profile, self._wording, self._casting = settings, profile, wording, casting

    def reload_words(self) -> None:
        """Loads the word tables again; readings use them from the next phrase on."""
        self._wording = Wording(self._wording.options)

    def warm_up(self, language: str = "") -> None:
        """Loads the words of a language, so that its first line takes no longer than others."""
        self._wording.warm_up(language)

    def check(self, engine: Engine) -> None:
        """Raises `InputError` when the profile or the settings name a voice that `engine` does not have."""
        check_families(self._profile, engine.voices(), self._settings)

    def ignored_properties(self, engine: Engine) -> str | None:
        """A line about voice properties that are set although `engine` ignores them, or None."""
        return ignored_properties(self._profile, self._settings, engine.capabilities)

    def phrases(self, snapshot: Snapshot, start: int = 0, end: int | None = None) -> Iterator[Phrase]:
        """The phrases of bytes `start` to `end` of a document, in order; only what is pulled is computed."""
        end = len(snapshot.text) if end is None else end
        wording = self._wording
        lines = wording.lines(snapshot, start, end)
        while (utterances := next(lines, None)) is not None:
            if not utterances:
                continue
            yield self._phrase(utterances)
            if wording is not self._wording:
                start = max(utterance.end for utterance in utterances)
                wording = self._wording
                lines = wording.lines(snapshot, start, end)

    def spelling(self, snapshot: Snapshot, start: int = 0, end: int | None = None) -> Iterator[Phrase]:
        """Bytes `start` to `end` of a document character by character."""
        end = len(snapshot.text) if end is None else end
        yield from map(self._phrase, self._wording.spell(snapshot, start, end))

    def outline(self, snapshot: Snapshot, offset: int | None = None) -> Iterator[Phrase]:
        """The structure of a document, or of the innermost symbol at byte `offset`."""
        yield from map(self._phrase, self._wording.outline(snapshot, offset).phrases())

    def description(self, snapshot: Snapshot, offset: int) -> Iterator[Phrase]:
        """What is at byte `offset`."""
        description = self._wording.describe(snapshot, offset)
        yield self._phrase([description.utterance(self._settings.natural_language)])

    def common_words(self, language: Language) -> Iterator[Phrase]:
        """The words that every file of a language needs, one phrase each."""
        for utterance in common_words(self._wording, language):
            yield self._phrase([utterance])

    @property
    def needs_stereo(self) -> bool:
        """Whether an utterance may have a balance other than 0."""
        return self._casting.needs_stereo

    def voice_of(self, category: Category) -> Voice:
        """The voice of a category, without the profile's overlays for captures."""
        return self._casting.voice_for(Utterance("", category, 0, 0))

    def narration(self, key: str, offset: int) -> Phrase:
        """A sentence of the narrator, such as `blank`, for the place `offset`."""
        return self._phrase([self._wording.narration(key, offset)])

    def location_phrase(self, location: Location) -> Phrase:
        """A location, as the narrator says it."""
        return self._phrase([location.utterance(self._settings.natural_language)])

    def recast(self, phrase: Phrase) -> Phrase:
        """The same words with the voices of the current settings."""
        return self._phrase([spoken.utterance for spoken in phrase.parts])

    def _phrase(self, utterances: list[Utterance]) -> Phrase:
        parts = tuple(map(self._casting.cast, utterances))
        start = min(utterance.start for utterance in utterances)
        return Phrase(parts, start, max(utterance.end for utterance in utterances))


# ---- checks of settings that need languages, word tables and files ----------------------------------------


def level_key(text: str) -> str:
    """What an entry of `levels` is for: `comment`, `python`, or `python.comment` (also with `:`).

    Aliases of a language become its name. Raises `InputError` naming the nearest known name.
    """
    first, colon, second = text.replace(":", ".").rpartition(".")
    if colon:
        return f"{_language_name(first)}.{category_named(second).value}"
    if second in set(Category):
        return second
    try:
        return _language_name(second)
    except InputError as error:
        from codechoir.languages import language_names

        known = [*Category, *language_names()]
        what = f"'{text}' is neither a category nor a language"
        raise InputError(f"{what}; categories: {', '.join(Category)}.{did_you_mean(text, known)}") from error


def natural_language(tag: str) -> str:
    """The natural language that `tag` (BCP 47) asks for: `de-AT` is `de`.

    Raises `InputError` naming the known ones.
    """
    from codechoir.wording import natural_languages

    known = natural_languages()
    for name in (tag, tag.replace("_", "-").partition("-")[0].lower()):
        if name in known:
            return name
    raise InputError(f"there are no words in '{tag}'; known: {', '.join(known)}.{did_you_mean(tag, known)}")


def word_table(name: str, folder: Path | None = None) -> Path:
    """The path of a word table without mistakes. `~` is the user's home; relative paths start in `folder`.

    Raises `InputError` with file and line for the first mistake.
    """
    from codechoir.wording import check_word_table

    try:
        path = (folder or Path()) / Path(name).expanduser()
        complaints = check_word_table(path)
    except (RuntimeError, ValueError) as error:  # no such home, or not a path
        raise InputError(f"cannot read the word table {name!r}: {error}") from error
    if complaints:
        more = f" ({len(complaints) - 1} more)" if len(complaints) > 1 else ""
        raise InputError(complaints[0] + more)
    return path


def _language_name(name: str) -> str:
    from codechoir.languages import language_named, language_names

    language = language_named(name) if name else None
    if language is None:
        raise InputError(f"unknown language '{name}'.{did_you_mean(name, language_names())}")
    return language.name
