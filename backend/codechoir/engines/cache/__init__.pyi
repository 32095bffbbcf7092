from .caching_engine import CachingEngine as CachingEngine
from .phrase_cache import PhraseCache as PhraseCache
from .phrase_cache import PhraseSettings as PhraseSettings
from .phrase_cache import phrase_key as phrase_key
