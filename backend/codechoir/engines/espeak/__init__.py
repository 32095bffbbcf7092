"""The embedded engine: eSpeak NG in this process, no download, no system package."""

from codechoir.engines.espeak.espeak_engine import EspeakEngine

__all__ = ["EspeakEngine"]
