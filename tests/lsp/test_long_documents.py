"""While a long document is parsed, Stop is answered; what needs the parser says so and can be tried again."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from codechoir.bench.programs import LspClient
from support.wire import line_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")

SERVER = """
import sys
from codechoir.syntax import parsing

def waits(parse):
    def parse_later(self, text, revision):
        if len(text) > 256 * 1024 and not waited:
            waited.append(True)
            open(sys.argv[1]).read()
        return parse(self, text, revision)
    return parse_later

waited = []
parsing.TreeParsing._parse = waits(parsing.TreeParsing._parse)
from codechoir.lsp import serve
serve()
"""
"""A server whose parser begins a long text when somebody has opened and closed the pipe in the argument."""

ANSWER_SECONDS = 5.0
"""Half a second is promised; a loaded machine gets more. Before, the answer came when the text was parsed."""

LONG = "def first():\n    pass\n\n" + "x = 1\n" * 50_000 + "def last():\n    pass\n"
INSIDE = {"line": 1, "character": 4}


def test_stop_is_answered_while_a_long_document_is_parsed(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    client = LspClient([sys.executable, "-c", SERVER, str(pipe)])
    try:
        client.start(audio="client", engine="silent")
        client.open("untitled:long", LONG)
        for _ in range(3):
            refused = line_of(client.command("read", uri="untitled:long", unit="symbol", position=INSIDE))
            assert refused == "the document is still being parsed; try again in a moment"
            began = time.monotonic()
            assert client.result("stop")["state"] == "stopped"
            assert time.monotonic() - began < ANSWER_SECONDS
        pipe.open("w").close()
        assert len(client.result("outline", uri="untitled:long")["symbols"]) == 2  # waits for the parser
        session = client.result("read", uri="untitled:long", unit="symbol", position=INSIDE)["session"]
        client.wait_for("codechoir/audio", session=session)
    finally:
        client.kill()


HOSTILE = "x = 1\n" * 300 + 'y = "' + "\\00" * 3000
"""In Fortran: the lexer's expression for the string tries two ways for each of 3,000 parts of it."""


def test_stop_is_answered_while_a_hostile_text_is_lexed() -> None:
    """Before, nothing was answered for ever: the expression kept the interpreter for itself."""
    client = LspClient([sys.executable, "-m", "codechoir", "lsp"])
    try:
        client.start(audio="client", engine="silent")
        client.open("untitled:hostile", HOSTILE, language_id="fortran")
        end = {"line": 300, "character": 2}
        for command, unit in (("describe", {}), ("read", {"unit": "line"}), ("outline", {})):
            arguments = {"uri": "untitled:hostile", "position": end, **unit}
            asked = {"command": f"codechoir.server.{command}", "arguments": [arguments]}
            number = client.ask("workspace/executeCommand", asked)
            began = time.monotonic()
            assert client.result("stop")["state"]
            assert time.monotonic() - began < ANSWER_SECONDS
            client.answer(number)
        session = client.result("read", uri="untitled:hostile", unit="line", position=end)["session"]
        client.wait_for("codechoir/audio", session=session)
    finally:
        client.kill()
