"""The phrase cache: what was said once is not made again.

An engine's sound is kept by what it was asked to say (`keys`), as checked files (`entry`, `disk`) and in
memory (`memory`), both within limits (`cache`); `kept` puts it between a reading and its engine.
"""
