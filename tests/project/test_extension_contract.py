"""The extension and the Python package agree: on settings and defaults, and on what is said over the wire."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from codechoir import __version__
from codechoir.engines.xtts.install import AGREEMENTS, LICENCE_URL
from codechoir.lsp.arguments import SAY_TOPICS, UNITS
from codechoir.lsp.configuration import EDITORS_OWN, as_json
from codechoir.lsp.language_server import BACKGROUND_COMMANDS, IMMEDIATE_COMMANDS, PREFIX
from codechoir.model import Category
from codechoir.settings import LEVELS, VOICE_PROPERTIES, Choice, Number, Setting, Settings, Switch, declared
from codechoir.wording import natural_languages

ROOT = Path(__file__).parents[2]
NAMES = {setting.json_name for setting in declared(Settings).values()}
MANIFEST = json.loads((ROOT / "package.json").read_text())
PROTOCOL = (ROOT / "extension/src/serverProtocol.ts").read_text()


def settings() -> dict[str, Any]:
    """The settings of the manifest, without their common prefix."""
    parts = MANIFEST["contributes"]["configuration"]
    merged = {name: schema for part in parts for name, schema in part["properties"].items()}
    return {name.removeprefix("codechoir."): schema for name, schema in merged.items()}


def strings_of(constant: str) -> list[str]:
    """The string literals in the definition of a constant or type of serverProtocol.ts."""
    definition = re.search(rf"export (?:const|type) {constant} = (.*?);\n", PROTOCOL, re.S)
    assert definition, f"serverProtocol.ts defines no {constant}"
    return re.findall(r'"([^"]+)"', definition[1])


@pytest.mark.parametrize("name", sorted(NAMES - {"voices"}))
def test_defaults_of_the_manifest_are_those_of_the_package(name: str) -> None:
    assert settings()[name]["default"] == as_json(Settings())[name]


def test_the_manifest_has_every_setting_and_no_other() -> None:
    here = {name.split(".")[0] for name in settings()}
    assert here >= NAMES
    assert here - NAMES <= EDITORS_OWN


@pytest.mark.parametrize("setting", declared(Settings).values(), ids=list(declared(Settings)))
def test_choices_switches_and_limits_are_those_of_the_package(setting: Setting) -> None:
    schema = settings().get(setting.json_name)
    match setting.type:
        case Choice(options=options):
            assert schema["enum"] == list(options)
        case Switch():
            assert schema["type"] == "boolean"
        case Number(low=low, high=high):
            assert (schema["minimum"], schema["maximum"]) == (low, high)


def test_names_are_the_same() -> None:
    schema = settings()
    assert schema["levels"]["additionalProperties"]["enum"] == list(LEVELS)
    assert schema["naturalLanguage"]["enum"] == natural_languages()


def test_the_narrator_cannot_be_muted() -> None:
    heard = [category.value for category in Category if category is not Category.NARRATION]
    for name in ("mute", "solo"):
        assert settings()[name]["items"]["enum"] == heard


def test_every_engine_that_the_package_brings_can_be_chosen() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text()
    entry_points = re.search(r'\[project\.entry-points\."codechoir\.engines"\]\n(.*?)\n\n', pyproject, re.S)
    assert entry_points
    names = re.findall(r"^([a-z]+) = ", entry_points[1], re.M)
    assert sorted(settings()["engine"]["enum"]) == sorted([*names, "auto", "finest", "fastest"])


@pytest.mark.parametrize("category", list(Category))
def test_every_category_has_a_voice_with_every_property(category: Category) -> None:
    voice = settings()[f"voices.{category.value}"]
    assert list(voice["properties"]) == list(VOICE_PROPERTIES)
    assert voice["default"] == {}


def test_categories_and_units_are_the_same() -> None:
    assert strings_of("categories") == [category.value for category in Category]
    assert strings_of("ReadUnit") == list(UNITS)
    assert strings_of("SayTopic") == list(SAY_TOPICS)


def test_the_extension_asks_for_commands_that_the_server_has() -> None:
    commands = {PREFIX + name for name in (*IMMEDIATE_COMMANDS, *BACKGROUND_COMMANDS)}
    assert set(strings_of("serverCommand")) <= commands


def test_the_licence_and_the_agreement_are_the_same() -> None:
    german = json.loads((ROOT / "l10n/bundle.l10n.de.json").read_text())
    installer = (ROOT / "extension/src/server/neuralVoices.ts").read_text()
    assert f'LICENCE_URL = "{LICENCE_URL}"' in installer
    assert 'l10n.t("I agree")' in installer
    assert sorted(AGREEMENTS) == sorted(["I agree", german["I agree"]])


def test_versions_are_the_same() -> None:
    """The extension takes a server of its own version only."""
    assert MANIFEST["version"] == __version__
