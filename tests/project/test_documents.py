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


_INSTALLS = r"\b(?:pipx?|pip3|uv pip|uv tool) (?:install|run)\b[^\n;&|#`]*?\s|\buvx\s+"
_DEPENDS = r"\b(?:dependencies|requires)\s*=\s*\[[^\]]*"
STRANGERS_NAME = re.compile(
    rf"""(?:{_INSTALLS}|{_DEPENDS})["']?codechoir(?:["'\s`\[=<>~!;,]|$)""", re.MULTILINE
)
"""Codechoir by its name in the package index, which is not ours; a folder or a wheel is fine."""


def test_nobody_is_told_to_install_a_package_of_strangers() -> None:
    told = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in tracked(
            "*.md",
            "*.py",
            "*.pyi",
            "*.ts",
            "*.mjs",
            "*.json",
            "*.toml",
            "*.yml",
            "*.yaml",
            "Makefile",
            "*.txt",
        )
        for found in STRANGERS_NAME.finditer(path.read_text(encoding="utf-8"))
        if path != Path(__file__)
    ]
    assert told == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("pip install 'codechoir[xtts]'", True),
        ("run pip install codechoir first", True),
        ("`pipx install codechoir`", True),
        ("uvx codechoir read", True),
        ('dependencies = [\n  "codechoir",\n]', True),
        ("python -m pip install '.[xtts]' in Codechoir's folder", False),
        ("pip install codechoir-0.1.0-py3-none-any.whl", False),
        ("pip install examples/engine-beep; codechoir read", False),
        ("pip install ./codechoir", False),
    ],
)
def test_how_such_advice_is_found(text: str, is_found: bool) -> None:
    assert bool(STRANGERS_NAME.search(text)) is is_found


def test_every_page_is_in_the_navigation() -> None:
    """The site's builder accepts pages that nothing leads to, and navigation that leads to nothing."""
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    linked = re.findall(r": ([\w/-]+\.md)$", navigation, re.MULTILINE)
    decisions = (ROOT / "docs/decisions/index.md").read_text("utf-8")
    linked += [f"decisions/{name}" for name in re.findall(r"\((\d{4}-[\w-]+\.md)\)", decisions)]
    pages = [str(path.relative_to(ROOT / "docs")) for path in tracked("docs/*.md")]
    assert sorted(linked) == sorted(pages)


def test_paths_named_in_pages_exist() -> None:
    top = "backend|docs|examples|extension|requirements|tests|voices"
    missing = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in tracked("*.md")
        for name in re.findall(rf"`((?:{top})/[\w./-]+)`", page.read_text(encoding="utf-8"))
        if not (ROOT / name).exists()
    ]
    assert missing == []


def test_answers_of_the_architecture_page_are_true() -> None:
    """Each row of "Where do I find…" names a file and a name that is defined in it."""
    page = (ROOT / "docs/architecture/index.md").read_text("utf-8")
    answers = re.findall(r"^\| .+ \| `([\w/.-]+)` \| `([\w.]+)` \|$", page, re.MULTILINE)
    assert len(answers) > 25
    wrong = []
    for path, name in answers:
        text = (ROOT / path).read_text("utf-8") if (ROOT / path).is_file() else ""
        parts = [name] if path.endswith(".toml") else name.split(".")
        defined = r"(?:^\s*(?:class|(?:async )?def) {0}\b|^{0}\b ?[:=]|^[\"\[]{0}[\"\].])"
        if not all(re.search(defined.format(re.escape(part)), text, re.MULTILINE) for part in parts):
            wrong.append(f"{path}: {name}")
    assert wrong == []


def test_modules_named_in_pages_exist() -> None:
    missing = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in tracked("*.md")
        for name in re.findall(r"python -m (codechoir(?:\.\w+)+)", page.read_text(encoding="utf-8"))
        if not (ROOT / "backend" / f"{name.replace('.', '/')}.py").exists()
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
