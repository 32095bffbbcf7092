"""Where the data that ships with the package lies: `voices/` of a checkout, or of the installed wheel."""

from __future__ import annotations

from pathlib import Path


def resource_path(*parts: str) -> Path:
    """A file or folder of the package's data, such as `data_path("voices", "default.toml")`."""
    here = Path(__file__).resolve().parents[1]
    installed = here / "data"
    root = installed if installed.is_dir() else here.parent.parent
    return root.joinpath(*parts)
