"""engines.xtts.cpu_int8."""
