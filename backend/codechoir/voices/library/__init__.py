"""The library of cloned voices: files on disk, conditioning latents computed once, mixtures, export and
import.

    VoiceLibrary   library.py              named voices: add, mix, list, remove, export, import, preload
    LatentCache    latent_cache.py         computed latents by key: memory ▸ disk ▸ shared store ▸ engine
    VoiceFolder    voice_store.py          a folder of voice files (voice_file.py)

numpy and safetensors are imported by the functions that use tensors, not with the package.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
