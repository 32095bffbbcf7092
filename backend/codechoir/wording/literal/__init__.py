"""wording.literal."""
