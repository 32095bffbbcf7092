"""Audio processing: pure functions and streams over samples, 16 bits, mono unless a name says otherwise.

    samples      fades, silence, cuts, where sound begins and ends; panning to stereo; loudness; earcons;
                 faster speech at the same pitch, for eSpeak NG
    resampling   another sample rate; faster or slower, higher or lower speech, for neural voices

What the first sound of eSpeak NG needs (`samples`) works without numpy, because importing numpy takes longer
than all of it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
