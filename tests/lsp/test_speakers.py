"""The setting `speakers`: what is right holds, what is wrong is told."""

from __future__ import annotations

import pytest
from codechoir.errors import InputError
from codechoir.lsp.configuration import SettingContext, speakers
from codechoir.model import Category


def test_families_by_engine_and_category() -> None:
    given = SettingContext("codechoir.speakers")
    found = speakers({"xtts": {"comment": "anna", "type": None}, "espeak": None}, given)
    assert found == {"xtts": {Category.COMMENT: "anna"}}
    assert given.warnings == []


def test_what_is_wrong_is_told_and_the_rest_holds() -> None:
    given = SettingContext("codechoir.speakers")
    found = speakers({"xtts": {"coment": "anna", "type": 3, "keyword": "ben"}, "espeak": "en"}, given)
    assert found == {"xtts": {Category.KEYWORD: "ben"}}
    assert len(given.warnings) == 3
    assert "Did you mean 'comment'" in given.warnings[0]
    with pytest.raises(InputError, match="no object"):
        speakers(["anna"], given)
