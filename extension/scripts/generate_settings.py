"""Writes what follows from the declarations in backend/codechoir/settings.

- package.json: the section `configuration`, and the settings that an untrusted workspace may not change
- package.nls.json, package.nls.de.json: their texts
- extension/src/serverDefaults.ts: the settings that the extension sends to the server
- docs/reference: the tables of settings, of environment variables and of the speech server's settings

`make generate` runs it. `make check` runs it with --check, which writes nothing and fails if a file would
change.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from codechoir.engines.cache import PhraseSettings
from codechoir.engines.xtts.install import CONSENT, Installation
from codechoir.engines.xtts.xtts_engine import XttsSettings
from codechoir.model import Category
from codechoir.server import CONFIG, IN_FILE, TRANSLATIONS, ServerSettings
from codechoir.settings import (
    CACHE_FOLDER,
    DEBUG,
    EDITOR_SETTINGS,
    MEGABYTE,
    SECTIONS,
    Categories,
    Choice,
    Levels,
    Megabytes,
    Name,
    NaturalLanguage,
    Number,
    Setting,
    Settings,
    Speakers,
    Switch,
    Texts,
    VoiceOverride,
    VoiceOverrides,
    WordTables,
    declared,
)
from codechoir.voices.library import LibrarySettings
from codechoir.wording import natural_languages

ROOT = Path(__file__).resolve().parents[2]
LANGUAGE_FILES = ("package.nls.json", "package.nls.de.json")
"""Files of texts, in the order of `Texts`."""

Json = dict[str, Any]


def outputs(owner: type[Settings] = Settings) -> dict[str, str]:
    """The content of each generated file, by its path. `owner`: the class that declares the settings."""
    settings = [*declared(owner).values(), *editor_settings()]
    manifest = json.loads(read("package.json"))
    manifest["contributes"]["configuration"] = configuration(settings)
    restricted = [name for each in in_order(settings) if each.is_restricted for name in properties(each)]
    manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = [
        f"codechoir.{name}" for name in restricted
    ]
    files = {"package.json": as_json(manifest)}
    for language, name in enumerate(LANGUAGE_FILES):
        files[name] = as_json(other_texts(name) | texts(settings, language))
    files["extension/src/serverDefaults.ts"] = typescript(declared(owner).values(), restricted)
    files["docs/reference/settings.md"] = filled("docs/reference/settings.md", setting_tables(settings))
    page = "docs/reference/environment-variables.md"
    files[page] = filled(page, variable_tables(settings))
    page = "docs/reference/speech-server.md"
    files[page] = filled(page, server_tables())
    return files


def editor_settings() -> list[Setting]:
    return [setting._replace(name=name) for name, setting in EDITOR_SETTINGS.items()]


def in_order(settings: Iterable[Setting]) -> list[Setting]:
    """The settings that editors show, as they show them."""
    sections = list(SECTIONS)
    return sorted(
        (each for each in settings if each.section is not None),
        key=lambda each: (sections.index(each.section or "reading"), each.order),
    )


# ---- the manifest -----------------------------------------------------------------------------------------


def configuration(settings: Sequence[Setting]) -> list[Json]:
    """The section `configuration` of the manifest."""
    return [
        {
            "title": f"%configuration.{section}%",
            "order": order,
            "properties": {
                f"codechoir.{name}": schema
                for setting in in_order(settings)
                if setting.section == section
                for name, schema in properties(setting).items()
            },
        }
        for order, section in enumerate(SECTIONS, 1)
    ]


def properties(setting: Setting) -> dict[str, Json]:
    """The properties of the manifest for a setting; the setting `voices` is one for each category."""
    name = setting.json_name
    if not isinstance(setting.type, VoiceOverrides):
        return {name: property_of(setting, name, setting.order)}
    return {
        f"{name}.{category.value}": property_of(setting, f"{name}.{category.value}", order)
        for order, category in enumerate(setting.type.texts, setting.order)
    }


def property_of(setting: Setting, name: str, order: int) -> Json:
    options = choices(setting)
    values: Json = {"enum": [*options]} if options else {}
    if options:
        values["enumDescriptions"] = [f"%setting.{name}.{option}%" for option in options]
    kind, *rest = schema(setting).items()
    return {
        kind[0]: kind[1],
        "default": plain(setting.default),
        **dict(rest),
        **values,
        "scope": setting.scope,
        "order": order,
        "markdownDescription": f"%setting.{name}%",
        "tags": ["accessibility"],
    }


def schema(setting: Setting) -> Json:
    """Type and limits of a value as JSON Schema."""
    audible = [category.value for category in Category if category is not Category.NARRATION]
    match setting.type:
        case Switch():
            return {"type": "boolean"}
        case Number() as number:
            return number_schema(number, is_optional=setting.default is None)
        case WordTables():
            return {"type": "array", "items": {"type": "string"}}
        case Categories():
            return {"type": "array", "uniqueItems": True, "items": {"type": "string", "enum": audible}}
        case Levels(choice=choice):
            return {
                "type": "object",
                "additionalProperties": {"type": "string", "enum": [*choice.options]},
            }
        case VoiceOverrides():
            voice = {name: voice_property(each) for name, each in declared(VoiceOverride).items()}
            return {"type": "object", "additionalProperties": False, "properties": voice}
        case Speakers():
            speakers = {category.value: {"type": "string"} for category in Category}
            engine = {"type": "object", "additionalProperties": False, "properties": speakers}
            return {"type": "object", "additionalProperties": engine}
    return {"type": "string"}


def number_schema(number: Number, is_optional: bool = False) -> Json:
    kind = "integer" if number.is_whole else "number"
    limits = {"minimum": plain(number.low), "maximum": plain(number.high)}
    return {"type": [kind, "null"] if is_optional else kind} | limits


def voice_property(setting: Setting) -> Json:
    kind = number_schema(setting.type) if isinstance(setting.type, Number) else {"type": "string"}
    return kind | {"description": f"%voice.{setting.name}%"}


def choices(setting: Setting) -> Mapping[str, Texts]:
    """The values that settings editors offer, and what they mean."""
    match setting.type:
        case Choice(options=options):
            return options
        case Name(known=known):
            return known
        case NaturalLanguage(known=known):
            return {tag: known[tag] for tag in natural_languages()}
    return {}


def plain(value: Any) -> Any:
    """A default as JSON has it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return [*value] if isinstance(value, tuple | frozenset) else value


# ---- texts ------------------------------------------------------------------------------------------------


def texts(settings: Sequence[Setting], language: int) -> dict[str, str]:
    """The texts of the manifest's settings in a language, by their keys."""
    found = {f"configuration.{name}": titles[language] for name, titles in SECTIONS.items()}
    for setting in in_order(settings):
        text = (setting.en, setting.de)[language]
        name = f"setting.{setting.json_name}"
        if isinstance(setting.type, VoiceOverrides):
            for category, about in setting.type.texts.items():
                found[f"{name}.{category.value}"] = f"{about[language]} {text}"
        else:
            found[name] = text
        found |= {f"{name}.{option}": about[language] for option, about in choices(setting).items()}
    for setting in declared(VoiceOverride).values():
        found[f"voice.{setting.name}"] = (setting.en, setting.de)[language]
    missing = [key for key, text in found.items() if not text]
    if missing:
        raise SystemExit(f"no text for {LANGUAGE_FILES[language]}: {', '.join(missing)}")
    return found


def other_texts(name: str) -> dict[str, str]:
    """The texts of a file that belong to no setting."""
    found: dict[str, str] = json.loads(read(name))
    return {
        key: text
        for key, text in found.items()
        if key.split(".")[0] not in ("setting", "voice", "configuration")
    }


# ---- TypeScript -------------------------------------------------------------------------------------------

TYPESCRIPT = """\
// Generated from backend/codechoir/settings by `make generate`; do not edit.

import type {{ Category }} from "./serverProtocol";

/** Settings that are sent to the server, with their defaults. */
export const serverDefaults = {{
{members}
}};

/** Settings that a folder which is not trusted cannot change. */
export const restrictedSettings: ReadonlySet<string> = new Set([
{restricted}
]);
"""


def typescript(sent: Iterable[Setting], restricted: Iterable[str]) -> str:
    members = "\n".join(
        f"  {each.json_name}: {typescript_default(each)},"
        for each in sent
        if not isinstance(each.type, VoiceOverrides)
    )
    names = "\n".join(f'  "{name}",' for name in restricted)
    return TYPESCRIPT.format(members=members, restricted=names)


def typescript_default(setting: Setting) -> str:
    """The default, with a type where TypeScript cannot infer it."""
    value = json.dumps(plain(setting.default))
    match setting.type:
        case Number() if setting.default is None:
            return f"{value} as number | null"
        case WordTables():
            return f"{value} as string[]"
        case Categories():
            return f"{value} as Category[]"
        case Levels():
            return f"{value} as Record<string, string>"
        case Speakers():
            return f"{value} as Record<string, Partial<Record<Category, string>>>"
    return value


# ---- documentation ----------------------------------------------------------------------------------------


def setting_tables(settings: Sequence[Setting]) -> dict[str, str]:
    """Blocks of the page on settings, by name."""
    shown = in_order(settings)
    own = {setting.name for setting in editor_settings()}
    blocks: dict[str, str] = {
        section: table(
            ("setting", "option", "default", "meaning"),
            (
                (f"`{shown_name(each)}`", option(each), f"`{default(each)}`", meaning(each))
                for each in shown
                if each.section == section and each.name not in own
            ),
        )
        for section in SECTIONS
    }
    blocks["editor"] = table(
        ("setting", "default", "meaning"),
        (
            (f"`codechoir.{each.name}`", f"`{default(each)}`", meaning(each))
            for each in shown
            if each.name in own
        ),
    )
    by_language = [each for each in shown if each.scope == "language-overridable"]
    blocks["by-language"] = listed(by_language)
    blocks["restricted"] = listed(each for each in shown if each.is_restricted)
    return blocks


def variable_tables(settings: Sequence[Setting]) -> dict[str, str]:
    """Blocks of the page on environment variables, by name."""
    groups = {
        "settings": settings,
        "xtts": [*declared(XttsSettings).values(), *declared(Installation).values(), CONSENT],
        "caches": [CACHE_FOLDER, *declared(LibrarySettings).values(), *declared(PhraseSettings).values()],
        "server": [CONFIG, *declared(ServerSettings).values()],
        "output": [DEBUG],
    }
    return {
        name: table(
            ("variable", "default", "meaning"),
            (
                (f"`{each.variable}`", each.default_text or f"`{default(each)}`", meaning(each))
                for each in group
                if each.variable
            ),
        )
        for name, group in groups.items()
    }


def server_tables() -> dict[str, str]:
    """Blocks of the page on the speech server, by name."""
    settings = [CONFIG, *declared(ServerSettings).values()]
    settings += [each for name, each in IN_FILE.items() if name not in declared(ServerSettings)]
    return {
        "server-settings": table(
            ("option", "variable", "key in the file", "default", "meaning"),
            (
                (
                    option(each),
                    f"`{each.variable}`" if each.variable else "",
                    f"`{each.name}`" if each.name in IN_FILE else "",
                    each.default_text or f"`{default(each)}`",
                    each.en,
                )
                for each in settings
            ),
        ),
        "earlier-variables": table(
            ("variable", "of ours"),
            ((f"`{name}`", f"`{ours}`") for name, (ours, _) in TRANSLATIONS.items()),
        ),
    }


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = f"|{'---|' * len(titles)}"
    head, *body = [f"| {' | '.join(line)} |".replace("|  |", "| |") for line in (titles, *rows)]
    return "\n".join((head, rule, *body))


def listed(settings: Iterable[Setting]) -> str:
    return ", ".join(f"`{shown_name(each)}`" for each in settings)


def shown_name(setting: Setting) -> str:
    return (
        f"{setting.json_name}.<category>" if isinstance(setting.type, VoiceOverrides) else setting.json_name
    )


def option(setting: Setting) -> str:
    """The option of the command line."""
    if isinstance(setting.type, Switch):
        return f"`{setting.option.replace('--', '--[no-]')}`"
    return f"`{setting.option} {setting.metavar}`" if setting.option else ""


def default(setting: Setting) -> str:
    if isinstance(setting.type, Megabytes):
        return str(setting.default // MEGABYTE)
    return (
        setting.default
        if isinstance(setting.default, str) and setting.default
        else json.dumps(plain(setting.default))
    )


def meaning(setting: Setting) -> str:
    """What a setting does, and what its values mean."""
    lines = [setting.en]
    match setting.type:
        case VoiceOverrides(texts=categories):
            members = ", ".join(f"`{name}`" for name in declared(VoiceOverride))
            known = ", ".join(f"`{category.value}`" for category in categories)
            lines = [f"Voice of a category: an object with {members}. {setting.en} Categories: {known}."]
        case Number(low=low, high=high) if high is not None and f"{low:g} to {high:g}" not in setting.en:
            lines = [f"{setting.en} {low:g} to {high:g}."]
    lines += [f"`{value}`: {text[0]}" for value, text in choices(setting).items()]
    return "<br>".join(lines).replace("|", "\\|")


# ---- files ------------------------------------------------------------------------------------------------


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def as_json(value: Json) -> str:
    return f"{json.dumps(value, indent=2, ensure_ascii=False)}\n"


def filled(path: str, blocks: Mapping[str, str]) -> str:
    """A page with each block between its markers, `<!-- generated: NAME -->` and `<!-- end -->`."""
    page = read(path)
    for name, block in blocks.items():
        begin, end = f"<!-- generated: {name} -->\n", "\n<!-- end -->"
        before, *rest = re.split(f"{re.escape(begin)}.*?{re.escape(end)}", page, flags=re.DOTALL)
        if len(rest) != 1:
            raise SystemExit(f"{path} must have one block <!-- generated: {name} --> … <!-- end -->")
        page = f"{before}{begin}\n{block}\n{end}{rest[0]}"
    return page


def main() -> None:
    files = outputs()
    changed = [name for name, text in files.items() if not (ROOT / name).exists() or read(name) != text]
    if sys.argv[1:] == ["--check"]:
        if changed:
            raise SystemExit(
                f"{', '.join(changed)} do not follow the declarations of settings; run make generate"
            )
        return
    for name in changed:
        (ROOT / name).write_text(files[name], "utf-8")
        sys.stdout.write(f"wrote {name}\n")


if __name__ == "__main__":
    main()
