"""Drivers that turn utterances with voices into sound."""
