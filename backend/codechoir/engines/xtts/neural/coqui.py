"""The only module that imports coqui-tts (`TTS`): its model, loaded from a checkpoint.

Coqui prints to standard output, which carries the child process's protocol, so its output is redirected. Its
dependency torchaudio does not load beside a torch of another build, although only torchaudio's Python parts
are used, so its native library is left out there.
"""

from __future__ import annotations

import contextlib
import sys
import types
from pathlib import Path
from typing import Any

import torch

from codechoir.engines.xtts.capabilities import INSTALL_HINT
from codechoir.errors import EngineError

FILES = ("config.json", "model.pth", "vocab.json", "speakers_xtts.pth")


def import_torchaudio() -> Any:
    """torchaudio, without its native library where that does not fit the installed torch.

    PyPI's torchaudio is linked against CUDA. Beside a torch for the CPU its import fails, and with it that of
    coqui-tts, which only uses the parts written in Python (mel spectrogram, resampling).
    """
    try:
        import torchaudio
    except OSError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
            del sys.modules[name]
        sys.modules["torchaudio._extension"] = _no_native_library()
        import torchaudio
    return torchaudio


def _no_native_library() -> types.ModuleType:
    """`torchaudio._extension` as it is where torchaudio was built without native code."""
    module: Any = types.ModuleType("torchaudio._extension")
    module._IS_TORCHAUDIO_EXT_AVAILABLE = False
    module._IS_ALIGN_AVAILABLE = False
    module._check_cuda_version = lambda: None
    module.fail_if_no_align = lambda function: function
    return module  # type: ignore[no-any-return]


def import_coqui() -> tuple[type[Any], type[Any]]:
    """Coqui's `(XttsConfig, Xtts)`. Raises `EngineError` with the command that installs it."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            import_torchaudio()
            from TTS.tts.configs.xtts_config import XttsConfig
            from TTS.tts.models.xtts import Xtts
    except ImportError as error:
        reason = next(iter(str(error).strip().splitlines()), "unknown reason")
        raise EngineError(f"coqui-tts cannot be imported ({reason}); reinstall it: {INSTALL_HINT}") from error
    return XttsConfig, Xtts


def load_coqui(folder: Path) -> Any:
    """Coqui's own model from a checkpoint folder, by its own loading code, on the CPU, in fp32.

    Raises `EngineError` when a file is missing or does not fit the configuration.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise EngineError(f"{folder} is no XTTS checkpoint: {', '.join(missing)} missing; download it again")
    config_type, model_type = import_coqui()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            config = config_type()
            config.load_json(str(folder / "config.json"))
            model = model_type(config)
            model.load_checkpoint(config, checkpoint_dir=str(folder), eval=True)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, EOFError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise EngineError(
            f"the checkpoint in {folder} cannot be loaded ({reason}); download it again"
        ) from error
    return model.requires_grad_(False)


def effective_weight(module: Any) -> torch.Tensor:
    """A layer's weight with its weight normalisation folded in (`remove_weight_norm` raises for XTTS)."""
    weight: torch.Tensor = module.weight
    return weight.detach().clone()
