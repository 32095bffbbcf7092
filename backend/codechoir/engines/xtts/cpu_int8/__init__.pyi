from .fused_transformer import FusedTransformer as FusedTransformer
from .matrices import Int8Linear as Int8Linear
from .matrices import int8_variant as int8_variant
