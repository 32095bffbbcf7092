"""Texts that a grammar's scanner, which is C code, might not survive: cut, broken and deeply nested ones.

A child process reads them for each grammar, so that a crash is a failure and not the end of all tests.
`tests/fuzz` looks for more.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from .agreement_files import LANGUAGES

READ = """
import random, sys
from pathlib import Path
from codechoir.languages import language_named
from codechoir.syntax.document import Document
name, folder = sys.argv[1:]
lines = (Path(folder) / f"{name}.txt").read_text("utf-8").splitlines()
code = "\\n".join(line[2:] for line in lines if line.startswith("> ")).encode()
known, chance = language_named(name), random.Random(7)
openers = ["(", "{", "[", '"${', "$(", "<a>", "{#if a}", "/*", "{-", "[[", "[=[", "<<E\\n", "do ", "where\\n"]
texts = [code[: chance.randrange(len(code))] for _ in range(6)]
texts += [bytes(chance.randrange(256) for _ in range(400)) for _ in range(3)]
texts += [code[:200] + (opener * 600).encode() for opener in openers]
texts += [b"".join(b" " * depth + b"do\\n" for depth in range(0, 300))]
texts += [b"$" + b"a" * 3000 + b"$ x", b"<<" + b"A" * 3000 + b"\\n", ("{\\U0010ffff" * 50).encode()]
for text in texts:
    snapshot = Document(text, known).snapshot()
    snapshot.spans(0, 400)
print("well")
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_grammar_survives_broken_text(language: str) -> None:
    from .agreement_files import FOLDER

    command = [sys.executable, "-W", "ignore", "-c", READ, language, str(FOLDER)]
    checked = {**os.environ, "MALLOC_CHECK_": "3", "MALLOC_PERTURB_": "165"}  # glibc stops at a damaged heap
    child = subprocess.run(command, capture_output=True, timeout=110, check=False, env=checked)
    assert (child.returncode, child.stdout) == (0, b"well\n"), child.stderr.decode()[-400:]
