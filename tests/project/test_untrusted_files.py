"""What comes from files and other programs is read by functions that survive anything."""

from __future__ import annotations

import ast
from pathlib import Path

import codechoir

PACKAGE = Path(codechoir.__file__).parent

PARSERS = {("json", "load"), ("json", "loads"), ("tomllib", "load"), ("tomllib", "loads")}

OWN_DATA = {
    "audio/samples.py",
    "engines/espeak/parameters.py",
    "engines/natural/hibari_voice.py",
    "engines/natural/kokoro_voice.py",
    "languages/language.py",
    "wording/text_signs.py",
}
"""Modules that only parse files which are installed with them."""


def test_only_one_module_parses_json_and_toml_of_others() -> None:
    """`storage.parse_json`, `read_json` and `read_toml` refuse deep nesting and endless numbers."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and (node.value.id, node.attr) in PARSERS
                and not name.startswith("bench/")
            ):
                found.add(name)
    assert found == {"storage/data_files.py", *OWN_DATA}
