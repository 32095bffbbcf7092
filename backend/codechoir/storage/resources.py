"""Where the data that ships with the package is."""

from __future__ import annotations

from pathlib import Path


def resource_path(*parts: str) -> Path:
    """A file or folder of the package's data, such as `resource_path("voices", "default.toml")`.

    The data is in the installed wheel, or at the top of a checkout.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "data"
    root = installed if installed.is_dir() else package.parent.parent
    return root.joinpath(*parts)
