"""A reading in progress."""
