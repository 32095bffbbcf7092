"""Where files are: the data that ships with the package, and the user's cache; limits given in the
environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from codechoir.errors import InputError

MEGABYTE = 1024 * 1024


def resource_path(*parts: str) -> Path:
    """A file or folder of the package's data, such as `resource_path("voices", "default.toml")`.

    The data is in the installed wheel, or at the top of a checkout.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "data"
    root = installed if installed.is_dir() else package.parent.parent
    return root.joinpath(*parts)


def cache_folder(environment: Mapping[str, str]) -> Path:
    """The folder for what can be computed again: `CODECHOIR_CACHE`, or the system's folder for caches."""
    if folder := environment.get("CODECHOIR_CACHE"):
        return Path(folder)
    import platformdirs

    return Path(platformdirs.user_cache_dir("codechoir", appauthor=False))


def environment_number(environment: Mapping[str, str], name: str, default: float) -> float:
    """The number in an environment variable, `default` if it is unset or empty.

    Raises `InputError` unless the number is at least 0 and less than a billion.
    """
    text = environment.get(name, "").strip()
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9:
        raise InputError(f"{name} must be a number of at least 0, got {text!r}")
    return number
