"""The level `literal`: every character of the source can be recovered from the words."""
