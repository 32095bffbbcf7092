"""Natural voices on one thread of a CPU, under free licences.

In the parent, `NaturalEngine` is an engine whose child process `hosted_natural.HostedNaturalEngine` speaks: a
phrase becomes passes (`line_passes`), each a stretch of words that the network says at once, whatever their
voices. `pronunciation` turns words into phonemes, `hibari_voice` phonemes into frames and frames into sound,
and `derived_voices` is the table of voices.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
