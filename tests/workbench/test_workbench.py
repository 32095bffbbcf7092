"""The extension in a real VS Code: runs the TypeScript tests of this folder and reports each of them.

`npm run test:workbench` runs them without pytest.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from support.needs import missing, needs

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

pytestmark = pytest.mark.timeout(1500)
"""The first test waits for the whole run, which once installs code-server."""


def names() -> list[str]:
    """Names of all tests, parsed from the files."""
    texts = [path.read_text() for path in sorted(HERE.glob("*.test.ts"))]
    return [name for text in texts for name in re.findall(r'^\s*test\("([^"]+)"', text, re.M)]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """Result of each test that ran: None if it passed, otherwise the failure."""
    node = needs("node", "install Node 20 or newer")
    if not (ROOT / "node_modules").is_dir():
        missing("the npm packages are not installed: run npm ci")
    packages = subprocess.run(
        [node, HERE / "install.mjs", "--missing"], capture_output=True, text=True, check=True
    ).stdout
    if packages:
        missing(f"Debian packages are missing; run: apt-get install {packages}")
    report = tmp_path_factory.mktemp("workbench") / "junit.xml"
    run = subprocess.run(
        [node, HERE / "run.mjs"],
        cwd=ROOT,
        env={**os.environ, "CODECHOIR_JUNIT": str(report)},
        capture_output=True,
        text=True,
        timeout=1440,
        check=False,
    )
    assert report.is_file(), run.stdout + run.stderr
    cases = ElementTree.parse(report).iter("testcase")
    return {case.attrib["name"]: problem(case.find("failure")) for case in cases}


def problem(failure: ElementTree.Element | None) -> str | None:
    """Message and details of a failure."""
    return None if failure is None else f"{failure.attrib.get('message', '')}\n{failure.text or ''}"


@pytest.mark.parametrize("name", names())
def test_workbench(results: dict[str, str | None], name: str) -> None:
    assert name in results, f"did not run; these tests ran: {', '.join(results)}"
    assert results[name] is None, results[name]
