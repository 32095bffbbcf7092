"""The page that `codechoir read -o page.html` writes, in a real browser."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from codechoir.cli.main import main
from codechoir.model import Category, Mark
from codechoir.sinks.base import WordLocator
from support.command_line import EXAMPLES
from support.needs import missing, needs

ROOT = EXAMPLES.parent
CART = EXAMPLES / "cart.py"
LINES = "1-12"
SYNC_SECONDS = 0.03


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page of the first lines of the example and the marks of the same reading."""
    folder = tmp_path_factory.mktemp("page")
    command = ["read", str(CART), "--lines", LINES, "--no-play", "-o", str(folder / "cart.html")]
    assert main([*command, "--marks", str(folder / "cart.json")]) == 0
    return folder


@pytest.fixture(scope="module")
def visit(folder: Path) -> dict[str, Any]:
    """The observations that visit_page.mjs made in a browser."""
    node = needs("node", "Node.js 20")
    chromium = needs("chromium", "apt install chromium")
    if not (ROOT / "node_modules" / "playwright-core").is_dir():
        missing("playwright-core is not installed: make setup")
    script = Path(__file__).with_name("visit_page.mjs")
    command = [node, str(script), chromium, (folder / "cart.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def marks(folder: Path) -> list[Mark]:
    shapes = json.loads((folder / "cart.json").read_text(encoding="utf-8"))["marks"]
    found: list[Mark] = []
    for shape in shapes:  # the file has no indices; what counts is that they change with the utterance
        mark = Mark(**{**shape, "category": Category(shape["category"])}, phrase=len(found), part=0, word=0)
        if found and (found[-1].start, found[-1].end) == (mark.start, mark.end):
            mark = replace(mark, phrase=found[-1].phrase)
        found.append(mark)
    return found


def test_accessibility_tree_has_landmarks_and_named_controls(visit: dict[str, Any]) -> None:
    tree = visit["structure"]["tree"]
    for part in (
        r"- banner:\n  - heading \".*cart.py\" \[level=1\]",
        r"- region \"Player\":",
        r"- main \"Code\":",
        r"- button \"Play\"",
        r"- button \"Line back\"",
        r"- button \"Line forward\"",
        r"- combobox \"Speed\"",
        r"- slider \"Position\"",
        r"- checkbox \"Scroll along\" \[checked\]",
        r"- checkbox \"Keyboard shortcuts\" \[checked\]",
        r"- status",
    ):
        assert re.search(part, tree), (part, tree)


def test_page_shows_the_code_and_makes_no_requests(visit: dict[str, Any], folder: Path) -> None:
    assert visit["structure"]["lines"] == CART.read_text(encoding="utf-8").splitlines()[:12]
    others = [
        url for url in visit["structure"]["requests"] if not url.startswith(("file:", "blob:", "data:"))
    ]
    assert others == [] and visit["structure"]["errors"] == []


def test_highlighted_word_is_the_spoken_word(visit: dict[str, Any], marks: list[Mark]) -> None:
    text = CART.read_bytes()
    places = WordLocator(text)
    ranges = [places.locate(mark) for mark in marks]
    assert visit["words"] == [text[start:end].decode() for start, end in ranges]


def test_highlight_is_at_most_30_ms_off(visit: dict[str, Any]) -> None:
    playing = visit["playing"]
    begins = [row[0] / playing["rate"] for row in playing["words"]] + [1e9]
    assert playing["seen"][-1][0] >= 1.5 and len({word for _, word in playing["seen"]}) >= 3
    for time, word in playing["seen"][1:]:
        assert word == -1 or begins[word] - SYNC_SECONDS <= time
        # A frame shows the state at the previous frame; a slow machine draws few frames.
    late = [time - begins[word + 1] for time, word in playing["seen"][1:]]
    assert sorted(late)[len(late) * 9 // 10] <= SYNC_SECONDS
    assert playing["paused"] is True and playing["button"] == "Play"


def test_keys_buttons_and_clicks_move_to_the_right_line(visit: dict[str, Any]) -> None:
    log = {action: rest for action, *rest in reversed(visit["actions"]["log"])}
    order = [(action, line, speed) for action, line, _, speed in visit["actions"]["log"]]
    assert order == [
        ("ArrowDown", 3, 1),
        ("ArrowDown", 5, 1),
        ("ArrowUp", 3, 1),
        ("+", 3, 1.25),
        ("+", 3, 1.5),
        ("-", 3, 1.25),
        ("Home", 1, 1.25),
        ("Line forward", 3, 1.25),
        ("Line back", 1, 1.25),
        ("ArrowDown on a button", 3, 1.25),
        ("Speed 2", 3, 2),
        ("click on Item", 9, 2),
        ("ArrowDown without shortcuts", 9, 2),
    ]
    assert log["click on Item"][1] == "Item"
    assert visit["actions"]["status"] == "Speed 2"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_of_all_texts_is_wcag_aa(visit: dict[str, Any], scheme: str) -> None:
    found = visit[scheme]
    assert found["texts"] > 50
    assert found["atRest"] >= 4.5 and found["whileSounding"] >= 4.5


def test_page_follows_the_light_and_dark_scheme(visit: dict[str, Any]) -> None:
    assert visit["light"]["paper"] != visit["dark"]["paper"]


def test_scrolling_is_smooth_unless_reduced_motion_and_can_be_turned_off(visit: dict[str, Any]) -> None:
    assert visit["motion"] == ["smooth"]
    assert visit["reduced"] == ["auto"]


def test_code_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    source, page = tmp_path / "<b>evil.js", tmp_path / "p.html"
    source.write_text("// </script><script>alert(1)</script> \u202e & <b>\n", encoding="utf-8")
    assert main(["read", str(source), "--engine", "silent", "--no-play", "-o", str(page)]) == 0
    html = page.read_text(encoding="utf-8")
    assert "alert(1)</script>" not in html and "\u202e" not in html and "<b>" not in html
    assert "&lt;/script&gt;" in html and "&lt;U+202E&gt;" in html and "&lt;b&gt;evil.js" in html
    policy = re.search(r'content="(default-src[^"]*)"', html)
    assert policy is not None and "unsafe" not in policy[1] and "default-src 'none'" in policy[1]
