"""How code is said and what of it is read: the settings that the words depend on.

`user_settings` explains how to add a setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from codechoir.model import Category
from codechoir.settings.declaration import (
    Categories,
    Choice,
    Levels,
    NaturalLanguage,
    Number,
    Switch,
    WordTables,
    setting,
)

Level = Literal["terse", "some", "most", "all", "literal"]
LEVELS: tuple[Level, ...] = get_args(Level)

Indentation = Literal["tone", "words", "both", "off"]
Brackets = Literal["pause", "sound", "words", "parentheses"]
Capitals = Literal["off", "spelling", "word", "pitch"]
Balance = Literal["off", "column", "nesting"]
OtherLanguages = Literal["off", "letters", "words"]
Only = Literal["everything", "signatures", "literals", "comments"]


_LEVEL = Choice(
    {
        "terse": (
            "Shorter than is safe for a review: no dots, types without a word before them.",
            "Kürzer, als für eine Durchsicht sicher ist: keine Punkte, Typen ohne ein Wort davor.",
        ),
        "some": (
            "Meaningful operators are spoken; structural brackets are pauses and pitch changes.",
            "Bedeutungstragende Operatoren werden gesprochen; strukturelle Klammern sind Pausen und "
            "Tonhöhenänderungen.",
        ),
        "most": (
            "Brackets and separators are spoken, too.",
            "Auch Klammern und Trennzeichen werden gesprochen.",
        ),
        "all": ("Every symbol is spoken.", "Jedes Symbol wird gesprochen."),
        "literal": (
            "Every character is spoken, so that the exact text can be written down by ear.",
            "Jedes Zeichen wird gesprochen, sodass sich der genaue Text nach Gehör aufschreiben lässt.",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingOptions:
    """The settings that the words depend on. `levels` wins over `level`, its most specific entry first."""

    level: Level = setting(
        _LEVEL,
        "some",
        en="How much punctuation is spoken.",
        de="Wie viele Satz- und Sonderzeichen gesprochen werden.",
        section="reading",
        order=4,
        scope="language-overridable",
        option="--level",
        metavar="LV",
    )
    levels: Mapping[str, Level] = setting(
        Levels(_LEVEL),
        {},
        en="Level per category (`comment`), language (`python`) or both (`python.comment`). Overrides the "
        'general level; the most specific entry wins. Example: `{ "comment": "some", "python.operator": '
        '"all" }`.',
        de="Stufe pro Kategorie (`comment`), Sprache (`python`) oder beidem (`python.comment`). "
        'Überschreibt die allgemeine Stufe; der spezifischste Eintrag gilt. Beispiel: `{ "comment": "some", '
        '"python.operator": "all" }`.',
        section="words",
        order=1,
        scope="language-overridable",
        option="--level",
        metavar="FOR=LV",
    )
    indentation: Indentation = setting(
        Choice(
            {
                "tone": (
                    "With a short tone; the deeper the indentation, the higher the tone.",
                    "Mit einem kurzen Ton; je tiefer die Einrückung, desto höher der Ton.",
                ),
                "words": ("With words: “in two”, “out”.", "Mit Wörtern: „zwei ein“, „aus“."),
                "both": ("With a tone and words.", "Mit einem Ton und Wörtern."),
                "off": (
                    "Not announced. Blank lines are not announced either.",
                    "Keine Ansage. Auch Leerzeilen werden nicht angesagt.",
                ),
            }
        ),
        "tone",
        en="How changes of indentation are announced.",
        de="Wie Änderungen der Einrückung angesagt werden.",
        section="words",
        order=2,
        scope="language-overridable",
        option="--indentation",
        metavar="HOW",
    )
    brackets: Brackets = setting(
        Choice(
            {
                "pause": ("With a pause.", "Mit einer Pause."),
                "sound": ("With a short sound.", "Mit einem kurzen Ton."),
                "words": ("With words.", "Mit Wörtern."),
                "parentheses": (
                    "Parentheses with words, other brackets with a pause.",
                    "Runde Klammern mit Wörtern, andere mit einer Pause.",
                ),
            }
        ),
        "pause",
        en="How structural brackets are announced at level `some`.",
        de="Wie strukturelle Klammern auf der Stufe `some` angesagt werden.",
        section="words",
        order=3,
        scope="language-overridable",
        option="--brackets",
        metavar="HOW",
    )
    depth: int = setting(
        Number(0, 20, is_whole=True),
        0,
        en="Announce the nesting depth of brackets nested deeper than this. 0 never announces it.",
        de="Die Verschachtelungstiefe von Klammern ansagen, die tiefer verschachtelt sind als dieser Wert. "
        "Bei 0 wird sie nie angesagt.",
        section="words",
        order=4,
        scope="language-overridable",
        option="--depth",
        metavar="N",
        option_help="announce the nesting depth of brackets nested deeper than this (0: never)",
    )
    closers: bool = setting(
        Switch(),
        True,
        en="Say what a closing bracket at the end of a line closes, for example “end for user”.",
        de="Sagen, was eine schließende Klammer am Zeilenende schließt, zum Beispiel „Ende for user“.",
        section="words",
        order=5,
        scope="language-overridable",
        option="--closers",
    )
    abbreviations: bool = setting(
        Switch(),
        True,
        en="Say common abbreviations in names as words: “message” for `msg`.",
        de="Übliche Abkürzungen in Namen als Wörter sprechen: „message“ für `msg`.",
        section="words",
        order=6,
        scope="language-overridable",
        option="--abbreviations",
    )
    cues: bool = setting(
        Switch(),
        True,
        en="Play short sounds (earcons) for indentation, blank lines, brackets and warnings.",
        de="Kurze Töne (Earcons) für Einrückung, Leerzeilen, Klammern und Warnungen wiedergeben.",
        section="words",
        order=7,
        scope="language-overridable",
        option="--cues",
    )
    capitals: Capitals = setting(
        Choice(
            {
                "off": ("Not announced.", "Keine Ansage."),
                "spelling": (
                    "With the word “cap” when letters are spelled.",
                    "Mit dem Wort „groß“, wenn Buchstaben buchstabiert werden.",
                ),
                "word": ("With the word “cap”, in names too.", "Mit dem Wort „groß“, auch in Namen."),
                "pitch": ("With a higher pitch.", "Mit höherer Tonhöhe."),
            }
        ),
        "spelling",
        en="How capital letters are announced.",
        de="Wie Großbuchstaben angesagt werden.",
        section="words",
        order=8,
        scope="language-overridable",
        option="--capitals",
        metavar="HOW",
    )
    balance: Balance = setting(
        Choice(
            {
                "off": ("Nothing: words are in the centre.", "Nichts: Wörter sind in der Mitte."),
                "column": ("The column in the line.", "Die Spalte in der Zeile."),
                "nesting": ("The nesting depth.", "Die Verschachtelungstiefe."),
            }
        ),
        "off",
        en="What sets the stereo position of words.",
        de="Was die Stereoposition der Wörter bestimmt.",
        section="words",
        order=9,
        scope="language-overridable",
        option="--balance",
        metavar="HOW",
    )
    phonetic: bool = setting(
        Switch(),
        False,
        en="Spell letters with the phonetic alphabet: “alfa”, “bravo”.",
        de="Buchstaben mit der Buchstabiertafel buchstabieren: „Anton“, „Berta“.",
        section="words",
        order=10,
        option="--phonetic",
    )
    doc_code: bool = setting(
        Switch(),
        True,
        en="Read code between backticks in comments as code.",
        de="Code zwischen Backticks in Kommentaren als Code vorlesen.",
        section="words",
        order=11,
        scope="language-overridable",
        option="--doc-code",
    )
    diff_context: bool = setting(
        Switch(),
        True,
        en="Read the unchanged lines of a diff, too.",
        de="Auch die unveränderten Zeilen eines Diffs vorlesen.",
        section="words",
        order=20,
        option="--diff-context",
    )
    natural_language: str = setting(
        NaturalLanguage(
            {
                "de": ("German", "Deutsch"),
                "en": ("English", "Englisch"),
            }
        ),
        "en",
        en="Language of the spoken words.",
        de="Sprache der gesprochenen Wörter.",
        section="words",
        order=12,
        option="--natural-language",
        metavar="TAG",
    )
    other_languages: OtherLanguages = setting(
        Choice(
            {
                "off": (
                    "Everything is in the language of the words.",
                    "Alles in der Sprache der Wörter.",
                ),
                "letters": (
                    "By letters that the language of the words does not have: Hindi, Thai, Russian, Chinese.",
                    "An Buchstaben, die die Sprache der Wörter nicht hat: Hindi, Thai, Russisch, Chinesisch.",
                ),
                "words": (
                    "By letters, and comments also by their words: German, French, Spanish.",
                    "An Buchstaben, und Kommentare auch an ihren Wörtern: Englisch, Französisch, Spanisch.",
                ),
            }
        ),
        "letters",
        en="How text in other languages is recognized; it is read by a voice of its language.",
        de="Woran Text in anderen Sprachen erkannt wird; eine Stimme seiner Sprache liest ihn vor.",
        section="words",
        order=13,
        scope="language-overridable",
        option="--other-languages",
        metavar="HOW",
    )
    user_words: tuple[Path, ...] = setting(
        WordTables("user"),
        (),
        en="Your word tables (`.toml`): words for symbols and pronunciation of names. The first table has "
        "the highest priority. Relative paths start at your Codechoir configuration folder.",
        de="Ihre Worttabellen (`.toml`): Wörter für Symbole und Aussprache von Namen. Die erste Tabelle hat "
        "die höchste Priorität. Relative Pfade beginnen im Codechoir-Konfigurationsordner.",
        section="words",
        order=14,
        scope="machine-overridable",
        option="--user-words",
        metavar="FILE",
        option_help="your word table (.toml)",
    )
    project_words: tuple[Path, ...] = setting(
        WordTables("project"),
        (),
        en="Word tables of the project. Your own word tables have priority. Relative paths start at the "
        "open folder.",
        de="Worttabellen des Projekts. Ihre eigenen Worttabellen haben Vorrang. Relative Pfade beginnen im "
        "geöffneten Ordner.",
        section="words",
        order=15,
        scope="machine-overridable",
        option="--project-words",
        metavar="FILE",
        option_help="word table (.toml) of a project, weaker than yours",
    )
    mute: frozenset[Category] = setting(
        Categories(),
        frozenset(),
        en="Categories that are not read. Warnings about deceptive characters are always read.",
        de="Kategorien, die nicht vorgelesen werden. Warnungen vor irreführenden Zeichen werden immer "
        "vorgelesen.",
        section="listening",
        order=1,
        option="--mute",
        metavar="C[,C]",
        option_help="leave out these categories",
    )
    solo: frozenset[Category] = setting(
        Categories(),
        frozenset(),
        en="The only categories that are read. If empty, all categories are read.",
        de="Die einzigen Kategorien, die vorgelesen werden. Wenn leer, werden alle Kategorien vorgelesen.",
        section="listening",
        order=2,
        option="--solo",
        metavar="C[,C]",
        option_help="read only these categories",
    )
    only: Only = setting(
        Choice(
            {
                "everything": ("Everything.", "Alles."),
                "signatures": ("Signatures of functions and types.", "Signaturen von Funktionen und Typen."),
                "literals": (
                    "Literals: strings, numbers, constants.",
                    "Literale: Zeichenfolgen, Zahlen, Konstanten.",
                ),
                "comments": ("Comments.", "Kommentare."),
            }
        ),
        "everything",
        en="What is read.",
        de="Was vorgelesen wird.",
        section="listening",
        order=3,
        option="--only",
        metavar="WHAT",
    )

    @property
    def tables(self) -> tuple[Path, ...]:
        """All word tables, the strongest first: the user's before the project's."""
        return (*self.user_words, *self.project_words)

    def level_of(self, language: str, category: Category) -> Level:
        """The level of one category in one language."""
        if not self.levels:
            return self.level
        for key in (f"{language}.{category.value}", category.value, language):
            if key in self.levels:
                return self.levels[key]
        return self.level

    def is_heard(self, category: Category) -> bool:
        """Whether this category is read; narration always is."""
        if category is Category.NARRATION:
            return True
        alone = _ONLY_CATEGORIES.get(self.only, self.solo)
        return category not in self.mute and (not alone or category in alone)


_ONLY_CATEGORIES: Mapping[str, frozenset[Category]] = {
    "literals": frozenset({Category.LITERAL}),
    "comments": frozenset({Category.COMMENT}),
}
"""Values of `only` that replace `solo`."""
