"""Names the command that runs the tests of the neural engine, where they cannot run."""

from __future__ import annotations

import importlib.util

from support.needs import missing


def test_coqui_tts_is_installed_for_the_other_tests_of_this_folder() -> None:
    found = [name for name in ("torch", "TTS") if importlib.util.find_spec(name) is not None]
    if len(found) < 2:
        missing("torch and coqui-tts are not in this interpreter: run make test-xtts")
    assert found == ["torch", "TTS"]
