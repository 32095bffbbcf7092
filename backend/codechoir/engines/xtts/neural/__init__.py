"""The part of the XTTS engine that computes. Imports torch at the top of its modules, on purpose: only the
child process (and the benchmark) imports this package, never the language server.

The way of the data: `model.load` reads a checkpoint folder → `prompt` turns words into tokens and
embeddings → `decoder` makes audio tokens and latents, many rows at once → `vocoder` turns latents into
sound → `scheduler` decides which row does what next.
"""
