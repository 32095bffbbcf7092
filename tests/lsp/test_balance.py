"""Where voices stand is told to a client that plays, when the user wants them apart."""

from __future__ import annotations

import pytest
from support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE = "a = 1\n" + " " * 40 + "b = 2\n"


async def balances(editor: Editor) -> list[tuple[int, float]]:
    session = await editor.read(editor.open(CODE), "file")
    await editor.hear_all(session)
    return [
        tuple(move) for chunk in editor.chunks(session) for move in getattr(chunk, "balances", None) or ()
    ]


async def test_by_default_nothing_is_told_of_it(editor: Editor) -> None:
    assert await balances(editor) == []


async def test_by_column_words_move_from_left_to_right(editor: Editor) -> None:
    editor.configure(balance="column")
    places = [balance for _, balance in await balances(editor)]
    assert places[0] == -80
    assert places[-1] > 0
    samples = [sample for sample, _ in await balances(editor)]
    assert samples == sorted(samples)
