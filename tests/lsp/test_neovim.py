"""A real Neovim starts the server, reads a buffer that was edited and not saved, and plays along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from support.needs import needs

SCRIPT = Path(__file__).parent.parent / "support" / "neovim.lua"


def test_neovim_reads_its_buffer(tmp_path: Path) -> None:
    neovim = needs("nvim", "apt install neovim")
    file, told = tmp_path / "notes.txt", tmp_path / "told.json"
    file.write_text("first line\nlast\n", encoding="utf-8")
    environment = {**os.environ, "CODECHOIR_TOLD": str(told), "CODECHOIR_PYTHON": sys.executable}
    environment["HOME"] = environment["XDG_STATE_HOME"] = str(tmp_path)
    subprocess.run(
        [neovim, "--headless", "-u", "NONE", "-i", "NONE", "-n", str(file), "-c", f"luafile {SCRIPT}"],
        env=environment,
        cwd=tmp_path,
        timeout=60,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    heard = json.loads(told.read_text(encoding="utf-8"))
    assert heard["words"] == ["first", "line", "edited,", "unsaved", "last"]
    assert heard["states"] == ["speaking", "finished"]
    assert heard["session"] == 1
    assert heard["bytes"] > 0
