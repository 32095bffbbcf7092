"""Codechoir reads source code aloud, with a voice of its own for every kind of token."""

__version__ = "0.1.0"
