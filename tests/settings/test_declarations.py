"""A setting is declared once, and everything that shows or reads settings follows the declaration."""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import subprocess
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest
from codechoir.cli.main import Parser, build
from codechoir.cli.options import add_settings, read_options
from codechoir.errors import InputError
from codechoir.lsp.configuration import as_json, read_configuration
from codechoir.settings import (
    EDITOR_SETTINGS,
    Choice,
    Number,
    Setting,
    Settings,
    VoiceOverride,
    declared,
    read_environment,
    setting,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """extension/scripts/generate_settings.py."""
    spec = importlib.util.spec_from_file_location(
        "generate_settings", ROOT / "extension/scripts/generate_settings.py"
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(Settings):
    """The settings and one more."""

    echo_depth: int = setting(
        Number(0, 9, is_whole=True),
        2,
        en="How often an echo repeats.",
        de="Wie oft sich ein Echo wiederholt.",
        section="words",
        order=99,
        scope="language-overridable",
        option="--echo-depth",
        metavar="N",
        variable="CODECHOIR_ECHO_DEPTH",
    )


# ---- one more declaration reaches every output ------------------------------------------------------------


def options(*given: str) -> Extended:
    parser = Parser(prog="codechoir")
    add_settings(parser, declared(Extended).values())
    return read_options(Extended, parser.parse_args(given))


def test_a_declared_setting_is_an_option() -> None:
    assert options("--echo-depth", "7").echo_depth == 7
    assert options().echo_depth == 2
    with pytest.raises(InputError, match="--echo-depth must be a whole number between 0 and 9, got 40"):
        options("--echo-depth", "40")
    parser = Parser(prog="codechoir")
    add_settings(parser, declared(Extended).values())
    text = " ".join(parser.format_help().split())
    assert "--echo-depth N how often an echo repeats, 0 to 9 (default: 2)" in text


def test_a_declared_setting_is_read_from_the_environment() -> None:
    assert read_environment(Extended, {"CODECHOIR_ECHO_DEPTH": "3"}).echo_depth == 3
    assert read_environment(Extended, {"CODECHOIR_ECHO_DEPTH": " "}).echo_depth == 2
    with pytest.raises(InputError, match="CODECHOIR_ECHO_DEPTH must be a whole number between 0 and 9"):
        read_environment(Extended, {"CODECHOIR_ECHO_DEPTH": "x"})


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODECHOIR_ECHO_DEPTH", "5")
    assert (options().echo_depth, options("--echo-depth", "7").echo_depth) == (5, 7)


def test_a_declared_setting_is_read_from_an_editors_configuration() -> None:
    found = read_configuration(Extended, {"echoDepth": 4})
    assert (found.settings.echo_depth, found.warnings) == (4, ())
    assert as_json(found.settings)["echoDepth"] == 4
    wrong = read_configuration(Extended, {"echoDepth": 2.5})
    assert wrong.settings.echo_depth == 2
    assert wrong.warnings == ("codechoir.echoDepth must be a whole number between 0 and 9, got 2.5",)


def test_a_declared_setting_is_in_every_generated_file(generator: ModuleType) -> None:
    files = generator.outputs(Extended)
    manifest = json.loads(files["package.json"])
    sections = manifest["contributes"]["configuration"]
    assert [part["properties"]["codechoir.echoDepth"] for part in sections if part["order"] == 2] == [
        {
            "type": "integer",
            "default": 2,
            "minimum": 0,
            "maximum": 9,
            "scope": "language-overridable",
            "order": 99,
            "markdownDescription": "%setting.echoDepth%",
            "tags": ["accessibility"],
        }
    ]
    trust = manifest["capabilities"]["untrustedWorkspaces"]
    assert "codechoir.echoDepth" in trust["restrictedConfigurations"]
    assert json.loads(files["package.nls.json"])["setting.echoDepth"] == "How often an echo repeats."
    german = json.loads(files["package.nls.de.json"])
    assert german["setting.echoDepth"] == "Wie oft sich ein Echo wiederholt."
    assert "\n  echoDepth: 2,\n" in files["extension/src/serverDefaults.ts"]
    page = files["docs/reference/settings.md"]
    assert "| `echoDepth` | `--echo-depth N` | `2` | How often an echo repeats. 0 to 9. |" in page
    assert page.count("`docCode`, ") == 2 and "`echoDepth`" in page.partition("by-language -->")[2]
    variables = files["docs/reference/environment-variables.md"]
    assert "| `CODECHOIR_ECHO_DEPTH` | `2` | How often an echo repeats. 0 to 9. |" in variables


def test_a_text_that_is_missing_in_german_is_an_error(generator: ModuleType) -> None:
    silent = [Setting(Number(0, 9), 1, en="Words.", section="words", name="echo")]
    assert generator.texts(silent, 0)["setting.echo"] == "Words."
    with pytest.raises(SystemExit, match=r"no text for package.nls.de.json: setting.echo"):
        generator.texts(silent, 1)


# ---- what is declared -------------------------------------------------------------------------------------


def test_generated_files_follow_the_declarations(generator: ModuleType) -> None:
    assert [name for name, text in generator.outputs().items() if generator.read(name) != text] == []


def test_every_field_is_declared() -> None:
    for owner in (Settings, VoiceOverride):
        assert set(declared(owner)) == {field.name for field in fields(owner)}


def test_every_option_is_one_of_read() -> None:
    commands = next(a for a in build(["read"])._actions if isinstance(a, argparse._SubParsersAction))
    known = commands.choices["read"]._option_string_actions
    assert {each.option for each in declared(Settings).values() if each.option} <= set(known)


@pytest.mark.parametrize("name", declared(Settings))
def test_types_of_choices_are_those_of_the_fields(name: str) -> None:
    """Type checkers know only the annotation, users only the declaration."""
    declaration = declared(Settings)[name]
    if isinstance(declaration.type, Choice):
        assert get_args(get_type_hints(Settings)[name]) == tuple(declaration.type.options)
        assert declaration.default in declaration.type.options


@pytest.mark.parametrize("setting", [*declared(Settings).values(), *EDITOR_SETTINGS.values()])
def test_places_in_the_settings_editor_are_unique(setting: Setting) -> None:
    shown = [*declared(Settings).values(), *EDITOR_SETTINGS.values()]
    same = [each for each in shown if (each.section, each.order) == (setting.section, setting.order)]
    assert len(same) == 1 and setting.section is not None


def test_every_variable_of_the_package_is_declared(generator: ModuleType) -> None:
    """Variables are named in messages, too; all of them are in the documentation's tables."""
    page = (ROOT / "docs/reference/environment-variables.md").read_text("utf-8")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", "backend/*.py"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    sources = [
        (ROOT / name).read_text("utf-8") for name in listed.split("\0") if name and (ROOT / name).is_file()
    ]
    used = set(re.findall(r"\bCODECHOIR_[A-Z_]+", "\n".join(sources)))
    assert used >= {"CODECHOIR_CACHE", "CODECHOIR_ENGINE"}
    assert [name for name in sorted(used) if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize(
    ("declaration", "value", "line"),
    [
        (Settings, {"resume_words": 40}, "resume_words must be a whole number between 0 and 30, got 40"),
        (Settings, {"volume": float("nan")}, "volume must be a number between 0 and 100, got nan"),
        (Settings, {"rate": 10**400}, "rate must be a number between 80 and 900"),
        (Settings, {"cues": 1}, "cues must be true or false, got 1"),
        (Settings, {"engine": " "}, "engine must be a name, got ' '"),
        (Settings, {"only": "comment"}, "got 'comment'. Did you mean 'comments'?"),
        (VoiceOverride, {"balance": -101}, "balance must be a number between -100 and 100, got -101"),
    ],
)
def test_an_error_names_setting_rule_and_value(
    declaration: type[Any], value: dict[str, Any], line: str
) -> None:
    ((name, given),) = value.items()
    with pytest.raises(InputError) as error:
        declared(declaration)[name].check(given)
    assert line in str(error.value)
