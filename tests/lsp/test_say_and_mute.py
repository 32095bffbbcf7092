"""Telling about code aloud, and hearing only a part of it, also in the midst of a reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from codechoir.engines.silent import SAMPLE_RATE
from pygls.exceptions import JsonRpcInvalidParams
from support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE = "class Cart:\n    def total(self, tax):\n        return tax\n\ndef drop():\n    pass\n"
LINES = "a = 1  # one\nb = 2  # two\nc = 3  # three\nd = 4  # four\n"


def at(line: int, character: int = 0) -> dict[str, int]:
    return {"line": line, "character": character}


async def say(editor: Editor, what: str, uri: str, **place: Any) -> list[str]:
    answer = await editor.run("say", what=what, uri=uri, **place)
    await editor.hear_all(answer["session"])
    return editor.words(answer["session"])


async def begin(editor: Editor, word: str, code: str = LINES) -> int:
    """Read a file, and hear it until `word` has begun to sound."""
    session = await editor.read(editor.open(code), "file")
    await editor.hear_until(session, word)
    return session


# ---- told aloud ------------------------------------------------------------------------------------------


async def test_an_outline_aloud_says_what_the_outline_tells(editor: Editor) -> None:
    uri = editor.open(CODE)
    text = (await editor.run("outline", uri=uri))["text"]
    assert await say(editor, "outline", uri) == text.split()


async def test_the_outline_of_one_symbol(editor: Editor) -> None:
    said = await say(editor, "outline", editor.open(CODE), position=at(2, 9))
    assert said[:3] == ["method", "total,", "takes"]
    assert "drop," not in said


async def test_a_description_aloud(editor: Editor) -> None:
    uri = editor.open(CODE)
    words = (await editor.run("describe", uri=uri, position=at(0, 7)))["words"]
    assert await say(editor, "describe", uri, position=at(0, 7)) == words.split()


async def test_spelling_a_selection_and_the_word_at_a_position(editor: Editor) -> None:
    uri = editor.open("cat = 1\n")
    assert await say(editor, "spell", uri, range={"start": at(0), "end": at(0, 2)}) == ["c", "a"]
    assert await say(editor, "spell", uri, position=at(0, 3)) == ["c", "a", "t"]
    editor.configure(engine="silent", phonetic=True)
    assert await say(editor, "spell", uri, position=at(0)) == ["charlie", "alfa", "tango"]


async def test_new_settings_in_the_midst_of_an_outline_are_heard_at_once(editor: Editor) -> None:
    uri = editor.open(CODE)
    text = (await editor.run("outline", uri=uri))["text"].split()
    session = (await editor.run("say", what="outline", uri=uri))["session"]
    for word, rate in (("cart,", 300), ("takes", 600)):
        await editor.hear_until(session, word)
        editor.configure(engine="silent", rate=rate, depth=rate // 100)
        session = (await editor.run("status"))["session"]
    said = await editor.all_words(session)
    assert said == text[text.index("takes") :]
    assert {mark.length for mark in editor.marks(session)} == {SAMPLE_RATE // 10}


async def test_from_an_outline_one_skips_into_the_code(editor: Editor) -> None:
    uri = editor.open(CODE)
    session = (await editor.run("say", what="outline", uri=uri))["session"]
    await editor.hear_until(session, "total,")
    answer = await editor.run("skip", by="symbol", count=0)
    assert (await editor.all_words(answer["session"]))[:2] == ["def", "total"]


# ---- heard in part ---------------------------------------------------------------------------------------


async def test_a_muted_category_is_silent_from_the_next_phrase_on(editor: Editor) -> None:
    await begin(editor, "a")
    answer = await editor.run("mute", category="comment", on=True)
    assert answer["mute"] == ["comment"] and answer["solo"] == []
    said = " ".join(await editor.all_words(answer["session"]))
    assert said == "a gets one comment one b gets two c gets three d gets four"


async def test_without_on_it_is_the_other_way_round(editor: Editor) -> None:
    for muted in (["comment"], []):
        assert (await editor.run("mute", category="comment"))["mute"] == muted
    assert (await editor.run("mute", category="comment", on=False))["mute"] == []


async def test_one_category_alone_and_then_everything_again(editor: Editor) -> None:
    await begin(editor, "a")
    answer = await editor.run("solo", category="comment")
    assert answer["solo"] == ["comment"]
    await editor.hear_until(answer["session"], "two")
    answer = await editor.run("unmute")
    assert (answer["mute"], answer["solo"], answer["only"]) == ([], [], "everything")
    said = " ".join(await editor.all_words(answer["session"]))
    assert said == "two c gets three comment three d gets four comment four"


async def test_only_signatures(editor: Editor) -> None:
    assert (await editor.run("only", what="signatures"))["only"] == "signatures"
    session = await editor.read(editor.open(CODE), "file")
    assert " ".join(await editor.all_words(session)) == "class cart def total self tax def drop"


async def test_what_deceives_is_told_of_what_is_muted(editor: Editor) -> None:
    code = "def f():\n    return 1  # \u202e nothing\n"
    for command, arguments in (
        ("mute", {"category": "comment"}),
        ("solo", {"category": "keyword"}),
        ("only", {"what": "signatures"}),
    ):
        await editor.run("unmute")
        await editor.run(command, **arguments)
        session = await editor.read(editor.open(code), "file")
        assert "override" in await editor.all_words(session)


async def test_settings_do_what_the_commands_do(editor: Editor) -> None:
    session = await begin(editor, "a")
    editor.configure(engine="silent", mute=["comment", "operator"])
    await editor.until(lambda: editor.state_seen(session, "stopped"))
    newest = (await editor.run("status"))["session"]
    assert (await editor.all_words(newest))[-6:] == ["b", "two", "c", "three", "d", "four"]


async def test_what_was_muted_by_command_stays_until_the_editors_value_changes(editor: Editor) -> None:
    await editor.run("mute", category="comment")
    editor.configure(engine="silent", volume=50)
    assert (await editor.run("status"))["settings"]["mute"] == ["comment"]
    editor.configure(engine="silent", mute=["keyword"])
    assert (await editor.run("status"))["settings"]["mute"] == ["keyword"]
    editor.configure(engine="silent")
    assert (await editor.run("status"))["settings"]["mute"] == []


@pytest.mark.parametrize(
    ("settings", "heard"),
    [
        ({"levels": {"python.operator": "all"}}, "equals equals"),
        ({"naturalLanguage": "de"}, "genau wie"),
        ({"solo": ["variable"]}, "b c"),
    ],
)
async def test_each_setting_is_heard_from_the_next_phrase_on(
    editor: Editor, settings: dict[str, Any], heard: str
) -> None:
    session = await begin(editor, "a", "a == 1\nb == 2\nc == 3\n")
    editor.configure(engine="silent", **settings)
    await editor.until(lambda: editor.state_seen(session, "stopped"))
    newest = (await editor.run("status"))["session"]
    assert heard in " ".join(await editor.all_words(newest))


async def test_the_narrator_speaks_the_language_of_the_words(editor: Editor) -> None:
    editor.configure(engine="silent", naturalLanguage="de")
    session = await editor.read(editor.open(""), "file")
    assert await editor.all_words(session) == ["leer"]
    answer = await editor.run("skip", by="line", count=1)
    assert await editor.all_words(answer["session"]) == ["Ende"]


async def test_words_of_the_users_are_heard_at_once(editor: Editor, tmp_path: Path) -> None:
    table = tmp_path / "mine.toml"
    table.write_text('[roles]\nassignment = "becomes"\n')
    session = await begin(editor, "a")
    editor.configure(engine="silent", userWords=[str(table)])
    await editor.until(lambda: editor.state_seen(session, "stopped"))
    newest = (await editor.run("status"))["session"]
    said = await editor.all_words(newest)
    assert said[said.index("b") :][:3] == ["b", "becomes", "two"]


async def test_a_table_that_is_saved_is_heard_in_the_next_reading(editor: Editor, tmp_path: Path) -> None:
    table = tmp_path / "mine.toml"
    uri = editor.open("a\n")
    table.write_text('[words]\na = "one"\n')
    editor.configure(engine="silent", userWords=[str(table)])
    assert await editor.all_words(await editor.read(uri, "file")) == ["one"]
    table.write_text('[words]\na = "another"\n')
    assert await editor.all_words(await editor.read(uri, "file")) == ["another"]


async def test_a_mistake_in_a_table_is_told_and_the_reading_goes_on(editor: Editor, tmp_path: Path) -> None:
    table = tmp_path / "mine.toml"
    table.write_text('[words]\nx = "ex"\n\n[rolls]\n')
    editor.configure(engine="silent", userWords=[str(table)])
    status = await editor.run("status")
    assert status["settings"]["userWords"] == []
    assert f"{table}:4: unknown section 'rolls'. Did you mean 'roles'?" in status["warnings"][-1]
    assert await editor.all_words(await editor.read(editor.open("a\n"), "file")) == ["a"]


async def test_a_mistake_in_the_settings_is_shown_once(editor: Editor) -> None:
    def shown() -> list[str]:
        return [message.message for message in editor.client.messages if "bracket" in message.message]

    before = len(shown())
    for volume in (50, 60):
        editor.configure(engine="silent", brackets="bracket", volume=volume)
    editor.configure(engine="silent")
    editor.configure(engine="silent", brackets="bracket")
    await editor.run("status")
    line = "codechoir.brackets must be one of pause, sound, words, parentheses, got 'bracket'"
    assert [message.split(". ")[0] for message in shown()[before:]] == [f"Codechoir: {line}"] * 2


@pytest.mark.parametrize(
    ("command", "arguments", "line"),
    [
        ("mute", {"category": "coment"}, "Did you mean 'comment'?"),
        ("solo", {"category": "narration"}, "narration cannot be filtered"),
        ("only", {"what": "signature"}, "Did you mean 'signatures'?"),
        ("say", {"what": "outlin", "uri": "untitled:a"}, "Did you mean 'outline'?"),
        ("say", {"what": "outline", "uri": "untitled:a"}, "is not open in the editor"),
    ],
)
async def test_a_mistake_is_one_line(
    editor: Editor, command: str, arguments: dict[str, Any], line: str
) -> None:
    with pytest.raises(JsonRpcInvalidParams) as error:
        await editor.run(command, **arguments)
    assert line in error.value.message and "\n" not in error.value.message
    assert (await editor.run("status"))["settings"]["mute"] == []


async def test_spelling_where_no_word_is(editor: Editor) -> None:
    with pytest.raises(JsonRpcInvalidParams, match="no word at the cursor"):
        await editor.run("say", what="spell", uri=editor.open("a\n\nb\n"), position=at(1))
