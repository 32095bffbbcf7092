from .fused_transformer import FusedTransformer as FusedTransformer
from .fused_transformer import Int8Linear as Int8Linear
from .fused_transformer import int8_variant as int8_variant
