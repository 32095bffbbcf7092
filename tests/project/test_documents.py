"""The documentation points only at what exists, and names no machine of its authors."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_to_files(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    missing = [target for target in local if not (page.parent / target).exists()]
    assert missing == []


def test_pages_named_in_messages_and_comments_exist() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in tracked("*.py", "*.ts", "*.json", "*.toml", "*.md", "*.mjs")
        for name in re.findall(r"\bdocs/[\w/-]+\.(?:md|png)", path.read_text(encoding="utf-8"))
        if not (ROOT / name).exists()
    ]
    assert missing == []


def test_locks_name_no_registry() -> None:
    locks = [*tracked("requirements/*.txt"), *tracked("package-lock.json")]
    assert locks
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert '"resolved"' not in text and "index-url" not in text, lock.name


def test_every_module_begins_with_its_purpose() -> None:
    modules = tracked("backend/**/*.py", "backend/*.py")
    assert modules
    silent = [
        str(m.relative_to(ROOT))
        for m in modules
        if not m.read_text("utf-8").lstrip().startswith(('"""', 'r"""'))
    ]
    assert silent == []
