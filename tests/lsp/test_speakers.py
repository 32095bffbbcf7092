"""The setting `speakers`: correct parts hold, wrong ones are left out with a warning."""

from __future__ import annotations

from typing import Any

from codechoir.lsp.configuration import Configuration, configuration
from codechoir.model import Category
from codechoir.settings import Settings


def configured(speakers: Any) -> Configuration[Settings]:
    return configuration({"speakers": speakers})


def test_families_by_engine_and_category() -> None:
    found = configured({"xtts": {"comment": "anna", "type": None}, "espeak": None})
    assert found.settings.speakers == {"xtts": {Category.COMMENT: "anna"}}
    assert found.warnings == ()


def test_wrong_parts_are_left_out_with_a_warning() -> None:
    found = configured({"xtts": {"coment": "anna", "type": 3, "keyword": "ben"}, "espeak": "en"})
    assert found.settings.speakers == {"xtts": {Category.KEYWORD: "ben"}}
    assert len(found.warnings) == 3
    assert "Did you mean 'comment'" in found.warnings[0]


def test_a_list_is_refused() -> None:
    found = configured(["anna"])
    assert found.settings.speakers == {}
    assert found.warnings == ("codechoir.speakers must be an object, got ['anna']",)
