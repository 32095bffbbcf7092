from .natural_engine import NaturalEngine as NaturalEngine
