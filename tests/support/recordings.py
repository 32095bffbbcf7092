"""The reference recordings that ship in `voices/`."""

from __future__ import annotations

from pathlib import Path

from codechoir.model import Category
from codechoir.storage import resource_path


def recording_path(category: Category) -> Path:
    """The recording of a category, or of the one that it inherits its voice from."""
    return resource_path("voices", f"{category.inherits or category}.wav")
