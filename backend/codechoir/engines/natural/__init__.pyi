from .kokoro_voice import published_kokoro as published_kokoro
from .natural_engine import NaturalEngine as NaturalEngine
from .readiness import HIBARI as HIBARI
from .readiness import KOKORO as KOKORO
from .readiness import keep_speed as keep_speed
from .readiness import kept_speeds as kept_speeds
from .readiness import ready_models as ready_models
from .readiness import real_time_factor as real_time_factor
