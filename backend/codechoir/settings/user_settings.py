"""What a user can choose, each setting declared once.

To add a setting, declare a field here (in `wording_options` if the words depend on it), run `make generate`,
and use the field. Command line, language server, extension and documentation follow the declaration;
`declaration.Setting` explains its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from codechoir.model import Category
from codechoir.settings.declaration import (
    AnyText,
    Choice,
    Name,
    Number,
    Setting,
    Speakers,
    Switch,
    VoiceOverrides,
    setting,
)
from codechoir.settings.wording_options import WordingOptions

FALLBACK_ENGINE = "espeak"
"""The engine that speaks while another one cannot: it is always installed and answers at once."""

MIN_RATE, MAX_RATE = 80, 900
"""Limits of every rate, in words per minute."""


@dataclass(frozen=True, slots=True)
class VoiceOverride:
    """What the user changes of one category's voice; None leaves the profile's value."""

    family: str | None = setting(
        Name(),
        None,
        en="Name of a voice of the engine, for example en-gb or en-us+f3. "
        'The command "Select voices" lists all names.',
        de="Name einer Stimme der Engine, zum Beispiel en-gb oder en-us+f3. "
        "Der Befehl „Stimmen auswählen“ listet alle Namen auf.",
    )
    rate: float | None = setting(
        Number(MIN_RATE, MAX_RATE),
        None,
        en=f"Words per minute, {MIN_RATE} to {MAX_RATE}.",
        de=f"Wörter pro Minute, {MIN_RATE} bis {MAX_RATE}.",
    )
    pitch: float | None = setting(
        Number(0, 100),
        None,
        en="Pitch, 0 to 100. 50 is the natural pitch of the voice.",
        de="Tonhöhe, 0 bis 100. 50 ist die natürliche Tonhöhe der Stimme.",
    )
    range: float | None = setting(
        Number(0, 100),
        None,
        en="Pitch range (intonation), 0 to 100. 50 is the natural range of the voice.",
        de="Tonhöhenbereich (Intonation), 0 bis 100. 50 ist der natürliche Bereich der Stimme.",
    )
    volume: float | None = setting(
        Number(0, 100),
        None,
        en="Volume in percent, 0 to 100.",
        de="Lautstärke in Prozent, 0 bis 100.",
    )
    balance: float | None = setting(
        Number(-100, 100),
        None,
        en="Stereo position, -100 (left) to 100 (right).",
        de="Stereoposition, -100 (links) bis 100 (rechts).",
    )


AUTO_ENGINE, FINEST_ENGINE, FASTEST_ENGINE = "auto", "finest", "fastest"
"""Names that stand for the engine that `engines.engine_selection` chooses, by what is ready here."""

VOICE_PROPERTIES: tuple[str, ...] = tuple(each.name for each in fields(VoiceOverride))
"""The properties of a voice that a profile or a user may set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(WordingOptions):
    """All settings. In `rate`, None stands for the profile's rates. `volume` multiplies each voice's own.
    `speakers` wins over the families of `voices`.
    """

    engine: str = setting(
        Name(
            {
                AUTO_ENGINE: (
                    "The best voices that are ready on this computer. eSpeak NG where it is understood "
                    "better, or where you have chosen voices of it: see `codechoir doctor`.",
                    "Die besten Stimmen, die auf diesem Rechner bereit sind. eSpeak NG, wo es besser "
                    "verstanden wird oder wo Sie Stimmen davon gewählt haben: siehe `codechoir doctor`.",
                ),
                FINEST_ENGINE: (
                    "The finest natural voices that are ready, at every rate.",
                    "Die besten natürlichen Stimmen, die bereit sind, bei jedem Tempo.",
                ),
                FASTEST_ENGINE: (
                    "The natural voices that need no download and little memory, at every rate.",
                    "Die natürlichen Stimmen, die keinen Download und wenig Speicher brauchen, bei jedem "
                    "Tempo.",
                ),
                "espeak": (
                    "eSpeak NG: built in, starts instantly, runs everywhere, speaks all languages.",
                    "eSpeak NG: integriert, startet sofort, läuft überall, spricht alle Sprachen.",
                ),
                "natural": (
                    "Natural voices on any computer, in English; other languages are left to eSpeak NG. "
                    "An error where they cannot run.",
                    "Natürliche Stimmen auf jedem Rechner, auf Englisch; andere Sprachen spricht eSpeak NG. "
                    "Ein Fehler, wo sie nicht laufen.",
                ),
                "xtts": (
                    "Coqui XTTS v2: natural, cloned voices. Must be installed first; needs a fast computer.",
                    "Coqui XTTS v2: natürliche, geklonte Stimmen. "
                    "Muss zuerst installiert werden und benötigt einen schnellen Computer.",
                ),
                "silent": (
                    "No sound. Words are highlighted at the time they would be spoken.",
                    "Kein Ton. Wörter werden zu dem Zeitpunkt hervorgehoben, zu dem sie gesprochen würden.",
                ),
            }
        ),
        AUTO_ENGINE,
        en="Speech engine.",
        de="Sprachengine.",
        section="reading",
        order=1,
        scope="machine-overridable",
        option="--engine",
        metavar="E",
        variable="CODECHOIR_ENGINE",
    )
    rate: float | None = setting(
        Number(MIN_RATE, MAX_RATE),
        None,
        en="Speech rate of all voices in words per minute, 80 to 900. `null` uses the rate of the profile.",
        de="Sprechtempo aller Stimmen in Wörtern pro Minute, 80 bis 900. `null` verwendet das Tempo des "
        "Profils.",
        section="reading",
        order=2,
        option="--rate",
        metavar="WPM",
        option_help="speech rate of all voices in words per minute",
    )
    volume: float = setting(
        Number(0, 100),
        100.0,
        en="Volume in percent. Applied in addition to the volume of each voice.",
        de="Lautstärke in Prozent. Gilt zusätzlich zur Lautstärke jeder Stimme.",
        section="reading",
        order=3,
    )
    profile: str = setting(
        Name(),
        "default",
        en="Voice profile: the name of a profile or the path of a profile file (`.toml`).",
        de="Stimmenprofil: Name eines Profils oder Pfad einer Profildatei (`.toml`).",
        section="reading",
        order=5,
        scope="language-overridable",
        option="--voices",
        metavar="PROFILE",
        option_help="voice profile: a name, or the path of a file (.toml)",
    )
    voices: Mapping[Category, VoiceOverride] = setting(
        VoiceOverrides(
            {
                Category.COMMENT: ("Voice of comments.", "Stimme für Kommentare."),
                Category.KEYWORD: ("Voice of keywords.", "Stimme für Schlüsselwörter."),
                Category.LITERAL: (
                    "Voice of literals: strings, numbers, constants.",
                    "Stimme für Literale: Zeichenfolgen, Zahlen, Konstanten.",
                ),
                Category.OPERATOR: ("Voice of operators.", "Stimme für Operatoren."),
                Category.TYPE: ("Voice of types.", "Stimme für Typen."),
                Category.VARIABLE: ("Voice of variables.", "Stimme für Variablen."),
                Category.NARRATION: (
                    "Voice of narration: words that Codechoir adds, such as line numbers and error messages.",
                    "Stimme für Ansagen: Wörter, die Codechoir hinzufügt, zum Beispiel Zeilennummern und "
                    "Fehlermeldungen.",
                ),
                Category.FUNCTION: (
                    "Voice of functions. If empty, the voice of variables is used.",
                    "Stimme für Funktionen. Wenn leer, wird die Stimme für Variablen verwendet.",
                ),
                Category.PUNCTUATION: (
                    "Voice of punctuation. If empty, the voice of operators is used.",
                    "Stimme für Satzzeichen. Wenn leer, wird die Stimme für Operatoren verwendet.",
                ),
            }
        ),
        {},
        en="Properties that are not set come from the profile.",
        de="Nicht festgelegte Eigenschaften kommen aus dem Profil.",
        section="voices",
        order=1,
        scope="language-overridable",
    )
    speakers: Mapping[str, Mapping[Category, str]] = setting(
        Speakers(),
        {},
        en='Speakers per engine and category, for example `{"xtts": {"comment": "anna"}}`. A speaker '
        'overrides the family of the category\'s voice. The command "Select voices" writes this setting.',
        de='Sprecher pro Engine und Kategorie, zum Beispiel `{"xtts": {"comment": "anna"}}`. Ein Sprecher '
        "überschreibt den Stimmennamen (`family`) der Kategorie. Der Befehl „Stimmen auswählen“ schreibt "
        "diese Einstellung.",
        section="voices",
        order=10,
    )
    resume_after: float = setting(
        Number(0, 86400),
        5.0,
        en="Length of a pause, in seconds, after which resuming repeats the last words. 0 never repeats "
        "words.",
        de="Länge einer Pause in Sekunden, nach der beim Fortsetzen die letzten Wörter wiederholt werden. "
        "Bei 0 werden nie Wörter wiederholt.",
        section="words",
        order=16,
    )
    resume_words: int = setting(
        Number(0, 30, is_whole=True),
        3,
        en="Number of words to repeat when resuming after a long pause, in addition to the interrupted word.",
        de="Anzahl der Wörter, die beim Fortsetzen nach einer langen Pause zusätzlich zum unterbrochenen "
        "Wort wiederholt werden.",
        section="words",
        order=17,
    )

    @property
    def wording(self) -> WordingOptions:
        """The settings that the words depend on; equal where settings differ only in the others."""
        return WordingOptions(**{each.name: getattr(self, each.name) for each in fields(WordingOptions)})


EDITOR_SETTINGS: Mapping[str, Setting] = {
    "highlight": Setting(
        Switch(),
        True,
        en="Highlight the word being spoken in the editor.",
        de="Das gerade gesprochene Wort im Editor hervorheben.",
        section="reading",
        order=6,
        is_restricted=False,
    ),
    "follow": Setting(
        Switch(),
        True,
        en="Scroll the editor along with the reading. Pauses while you have scrolled elsewhere.",
        de="Den Editor beim Vorlesen mitscrollen. Pausiert, solange Sie an eine andere Stelle gescrollt "
        "haben.",
        section="reading",
        order=7,
        is_restricted=False,
    ),
    "audio": Setting(
        Choice(
            {
                "auto": (
                    "In the editor window if it is remote or runs in a browser, "
                    "otherwise on the sound device of this machine.",
                    "Im Editorfenster, wenn es remote oder in einem Browser läuft, "
                    "sonst auf dem Audiogerät dieses Computers.",
                ),
                "server": (
                    "On the sound device of the machine that runs the server.",
                    "Auf dem Audiogerät des Computers, auf dem der Server läuft.",
                ),
                "editor": (
                    "In the editor window, by the player in the panel.",
                    "Im Editorfenster, durch den Player im Panel.",
                ),
            }
        ),
        "auto",
        en="Where audio is played. Changing this setting restarts the server.",
        de="Wo das Audio wiedergegeben wird. Eine Änderung startet den Server neu.",
        section="reading",
        order=8,
        scope="machine-overridable",
    ),
    "interpreter": Setting(
        AnyText(),
        "",
        en="Path of a Python interpreter that has Codechoir installed. If empty, Codechoir looks at the "
        "interpreter selected in the Python extension, then PATH, then its own environment. Changing this "
        "setting restarts the server.",
        de="Pfad eines Python-Interpreters, in dem Codechoir installiert ist. Wenn leer, prüft Codechoir "
        "den in der Python-Erweiterung ausgewählten Interpreter, dann PATH, dann die eigene Umgebung. Eine "
        "Änderung startet den Server neu.",
        section="reading",
        order=9,
        scope="machine-overridable",
    ),
}
"""Settings that the extension for VS Code uses by itself, by name."""
