"""Spans to utterances: how is it said? Pure; see docs/architecture/wording.md."""

from codechoir.settings import WordingOptions
from codechoir.wording.wording import Wording

__all__ = ["Wording", "WordingOptions"]
