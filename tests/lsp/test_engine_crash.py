"""The language server outlives its speech library: killed in mid-line, the words are heard all the same."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from support.editor import Editor

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux to find the helper"),
]

LINE = "total = price * quantity + shipping_costs - discount_of_the_customer\n"


def children(pid: int) -> list[int]:
    """Process numbers of the children that all threads of a process have started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


async def heard_words(editor: Editor, uri: str, victims: list[int]) -> list[str]:
    """Read a line, and kill processes when its first sound is there."""
    session = await editor.read(uri, "line", position={"line": 0, "character": 0})
    await editor.until(lambda: editor.chunks(session))
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    await editor.hear_all(session)
    return editor.words(session)


async def test_the_words_are_heard_once_when_the_helper_is_killed() -> None:
    editor = await Editor.start("visual_studio_code", audio="client", engine="espeak")
    try:
        uri = editor.open(LINE)
        expected = await heard_words(editor, uri, [])
        server = editor.client._server.pid
        assert children(server)
        for _ in range(3):
            assert await heard_words(editor, uri, children(server)) == expected
        assert editor.client._server.returncode is None
    finally:
        await editor.leave()
