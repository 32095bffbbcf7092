"""engines.cache."""
