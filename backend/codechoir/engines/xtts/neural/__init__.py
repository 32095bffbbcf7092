"""The part of the XTTS engine that computes. Imports torch at the top of its modules, on purpose: only the
child process (and the benchmark) imports this package, never the language server.

The way of the data: `model.load` reads a checkpoint folder → `prompt` turns words into tokens and
embeddings → `decoder` makes audio tokens and latents, many rows at once → `vocoder` turns latents into
sound → `scheduler` decides which row does what next.
"""

from codechoir.engines.xtts.neural.conditioning import Conditioning, studio_speakers, studio_voice
from codechoir.engines.xtts.neural.decoder import Decoder, Prompt, Sampling, tokenize
from codechoir.engines.xtts.neural.factory import make_decoder, pace_for
from codechoir.engines.xtts.neural.precision import make_plan
from codechoir.engines.xtts.neural.scheduler import Scheduler
from codechoir.engines.xtts.neural.tasks import CPU_PACE, Request, Sound
from codechoir.engines.xtts.neural.xtts_model import (
    XttsCore,
    from_coqui,
    import_coqui,
    import_torchaudio,
    load,
    load_coqui,
)

__all__ = [
    "CPU_PACE",
    "Conditioning",
    "Decoder",
    "Prompt",
    "Request",
    "Sampling",
    "Scheduler",
    "Sound",
    "XttsCore",
    "from_coqui",
    "import_coqui",
    "import_torchaudio",
    "load",
    "load_coqui",
    "make_decoder",
    "make_plan",
    "pace_for",
    "studio_speakers",
    "studio_voice",
    "tokenize",
]
