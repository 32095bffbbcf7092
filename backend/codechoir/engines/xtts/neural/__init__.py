"""The part of the XTTS engine that computes. Needs torch, so only the child process and the benchmark use it.

The names are loaded on first use, and with them torch. The way of the data:

1. `xtts_model.load_core` reads a checkpoint folder by coqui's own code, and makes plain parts of it.
2. `xtts_model.clone` makes voices; `decoder.tokenize` makes tokens of words.
3. `decoder` makes audio tokens and latents, many rows at once (`gpt_layers` or `cpu_int8`).
4. `vocoder` turns latents into samples, window by window.
5. `scheduler` decides which row does what next; `vocoding` tells it how much time there is.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
