"""Profiles and casting: which voice says an utterance."""
