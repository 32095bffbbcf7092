"""What the server tells about code, voices and itself."""

from __future__ import annotations

import pytest
from codechoir.model import Category
from support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE = "class Cart:\n    def total(self, tax):\n        return tax\n\ndef drop():\n    pass\n"


async def test_the_outline_of_a_document_and_of_a_symbol(editor: Editor) -> None:
    uri = editor.open(CODE)
    outline = await editor.run("outline", uri=uri)
    assert [symbol["name"] for symbol in outline["symbols"]] == ["Cart", "total", "drop"]
    assert "class cart" in outline["text"] and "drop" in outline["text"]
    last = outline["symbols"][-1]["range"]
    assert (last["start"], last["end"]["line"]) == ({"line": 4, "character": 0}, 5)
    inner = await editor.run("outline", uri=uri, position={"line": 2, "character": 9})
    assert [symbol["name"] for symbol in inner["symbols"]] == ["total"]


async def test_what_stands_at_a_position(editor: Editor) -> None:
    uri = editor.open("x = '😀'\nclass Cart:\n    pass\n")
    found = await editor.run("describe", uri=uri, position={"line": 1, "character": 7})
    assert (found["text"], found["category"], found["line"]) == ("Cart", "type", 2)
    assert found["range"] == {"start": {"line": 1, "character": 6}, "end": {"line": 1, "character": 10}}
    assert "cart" in found["words"]
    emoji = await editor.run("describe", uri=uri, position={"line": 0, "character": 5})
    assert emoji["code_point"] == "U+1F600"
    beyond = await editor.run("describe", uri=uri, position={"line": 99, "character": 0})
    assert beyond["text"] == "" and beyond["words"]


async def test_the_voices_and_who_speaks_with_which(editor: Editor) -> None:
    editor.configure(engine="silent", voices={"comment": {"pitch": 11}})
    voices = await editor.run("voices")
    assert voices["engine"] == "silent" and voices["profile"] == "default"
    assert [family["name"] for family in voices["families"]] == ["silence"]
    casting = voices["casting"]
    assert set(casting) == {category.value for category in Category}
    assert casting["comment"]["pitch"] == 11


async def test_the_status(editor: Editor) -> None:
    status = await editor.run("status")
    assert status["audio"] == "client"
    assert (status["engine"], status["engineCheck"]) == ("silent", "ready")
    assert status["settings"]["engine"] == "silent" and status["settings"]["rate"] is None
    assert set(status["versions"]) >= {"codechoir", "python"}
    assert isinstance(status["session"], int) and status["state"]


async def test_the_status_names_voices_with_volume_0(editor: Editor) -> None:
    assert (await editor.run("status"))["silent"] == []
    editor.configure(engine="silent", voices={"operator": {"volume": 0}, "punctuation": {"volume": 5}})
    assert (await editor.run("status"))["silent"] == ["operator"]
    editor.configure(engine="silent", volume=0)
    assert set((await editor.run("status"))["silent"]) == {category.value for category in Category}


async def test_the_phrase_cache_can_be_asked_and_cleared(editor: Editor) -> None:
    stats = await editor.run("cache")
    assert {"entries", "bytes", "hits", "misses", "secondsSaved", "memory"} <= set(stats)
    assert (await editor.run("cache", clear="memory"))["removed"] == {"entries": 0, "bytes": 0}
    with pytest.raises(Exception, match="known: memory, disk, both"):
        await editor.run("cache", clear="all")
