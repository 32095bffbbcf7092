"""XTTS in an editor: the language server with the engine in a child process, on the small checkpoint."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from codechoir.model import Category
from codechoir.voices.library.library import VoiceLibrary
from codechoir.voices.library.voice_file import Tensors
from support.editor import PATIENCE_SECONDS, Editor
from support.recordings import recording_path
from support.voice_library import FakeConditioner

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = "# or\n# do\n# if\n"
BASE: dict[str, Any] = {"engine": "xtts", "brackets": "pause"}


def voice(family: str, **more: Any) -> dict[str, Any]:
    """Settings in which comments are said by a speaker."""
    return {**BASE, "voices": {"comment": {"family": family, **more}}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editor(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    """An editor whose neural engine is loaded; nothing is kept of what it says."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODECHOIR_XTTS_CHECKPOINT", str(checkpoint))
        patch.setenv("CODECHOIR_XTTS_DEVICE", "cpu")
        patch.setenv("CODECHOIR_XTTS_PRECISION", "fp32")
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.setenv("CODECHOIR_VOICES", str(home / "voices"))
        patch.setenv("CODECHOIR_CACHE", str(home / "cache"))
        patch.setenv("CODECHOIR_PHRASES", "off")
        started = await Editor.start("visual_studio_code", audio="client", **BASE)
        try:
            async with asyncio.timeout(4 * PATIENCE_SECONDS):
                # What its speakers are called only the loaded model knows.
                while not (await started.run("voices"))["families"]:
                    await asyncio.sleep(0.05)
            yield started
        finally:
            await started.leave()


async def heard(editor: Editor, session: int) -> dict[str, np.ndarray]:
    """The sound from the beginning of each word of a session to that of the next, heard to its end."""
    await editor.hear_all(session)
    pcm = b"".join(base64.b64decode(chunk.pcm) for chunk in editor.chunks(session))
    samples = np.frombuffer(pcm, "<i2").astype(int)
    marks = editor.marks(session)
    sounds = np.split(samples, [mark.sample for mark in marks])[1:]
    return {mark.text: sound for mark, sound in zip(marks, sounds, strict=True)}


async def read(editor: Editor, **settings: Any) -> dict[str, np.ndarray]:
    """The text, read from its start with these settings."""
    editor.configure(**settings)
    return await heard(editor, await editor.read(editor.open(TEXT), "file"))


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """The same sound, but for what neighbours in a batch do to the last bits."""
    return len(one) == len(other) and bool(np.abs(one - other).max() <= 4)


async def changed_on_the_way(editor: Editor, change: dict[str, Any]) -> dict[str, np.ndarray]:
    """What is heard after the settings change while the first word sounds and more lies ready."""
    editor.configure(**voice("Ana One"))
    session = await editor.read(editor.open(TEXT), "file")
    await editor.until(lambda: "do" in editor.words(session))
    editor.hear(session, editor.marks(session)[0].sample + 1)
    editor.configure(**change)
    await editor.until(lambda: any(state.session > session for state in editor.states))
    return await heard(editor, session + 1)


async def test_a_change_of_casting_applies_to_the_next_span(editor: Editor, tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('[xtts.base]\nfamily = "Cleo Three"\n[espeak.base]\nfamily = "en-gb"\n')
    changes = [voice("Ben Two"), {**BASE, "speakers": {"xtts": {"comment": "Dan Four"}}}]
    for change in (*changes, {**BASE, "profile": str(profile)}):
        before, after = await read(editor, **voice("Ana One")), await read(editor, **change)
        went_on = await changed_on_the_way(editor, change)
        assert alike(went_on["if"], after["if"])
        assert not alike(before["if"], after["if"])


async def test_a_faster_voice_takes_less_time_and_keeps_its_pitch(editor: Editor) -> None:
    normal, fast = await read(editor, **BASE), await read(editor, **BASE, rate=350)
    assert len(fast["do"]) == pytest.approx(len(normal["do"]) / 2, rel=0.1)


async def test_stopping_and_reading_again(editor: Editor) -> None:
    whole = await read(editor, **BASE)
    session = await editor.read(editor.open(TEXT), "file")
    await editor.until(lambda: editor.words(session))
    assert (await editor.run("stop"))["state"] == "stopped"
    again = await read(editor, **BASE)
    assert list(again) == ["or", "do", "if"]
    assert all(alike(again[word], whole[word]) for word in whole)


async def test_a_missing_voice_is_reported_and_the_reading_continues(editor: Editor) -> None:
    whole = await read(editor, **voice("Ana Onne"))
    assert list(whole) == ["or", "do", "if"]
    told = [getattr(state, "message", "") for state in editor.states]
    assert any("no studio speaker 'Ana Onne'" in line for line in told)


async def test_latents_in_memory_and_on_disk_can_be_cleared(editor: Editor, checkpoint: Path) -> None:
    """The cache is the child's; a voice that was cleared from memory speaks again."""
    add_voice("anna")
    before = await read(editor, **voice("anna"))
    held = await editor.run("cache")
    assert (held["latents"]["entries"], held["latents"]["memory"]["entries"]) == (1, 1)
    cleared = (await editor.run("cache", clear="memory"))["latents"]
    assert (cleared["entries"], cleared["memory"]["entries"], cleared["removed"]["entries"]) == (1, 0, 0)
    cleared = (await editor.run("cache", clear="disk"))["latents"]
    assert (cleared["entries"], cleared["removed"]["entries"]) == (0, 1)
    assert alike((await read(editor, **voice("anna")))["if"], before["if"])


class Small(FakeConditioner):
    """Latents in the shape of the small checkpoint."""

    def condition(self, recordings: Sequence[Path]) -> Tensors:
        whole = dict(super().condition(recordings))
        return {**whole, "gpt_cond_latent": whole["gpt_cond_latent"][:, :, :64]}


def add_voice(name: str) -> None:
    """Add a voice to the library that the server reads, without a recording, in the checkpoint's shapes."""
    with VoiceLibrary() as library:
        library.add(name, [recording_path(Category.COMMENT)], Small(engine="xtts"))
