"""Coqui XTTS v2: one neural voice for every category.

This package imports no torch; `neural` does, and only the child process imports that.
"""
