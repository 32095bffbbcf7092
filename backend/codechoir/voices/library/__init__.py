"""The library of cloned voices: files on disk, latents computed once, mixtures, import and export.

    VoiceLibrary (library.py)   named voices: add, mix, show, remove, export, import, preload
    LatentCache (latents.py)    computed latents by key: memory ▸ disk ▸ shared store ▸ compute
    Store (store.py)            a folder of voice files (voice_file.py): atomic writes, checked reads

numpy and safetensors are imported by the functions that touch tensors, never at import.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
