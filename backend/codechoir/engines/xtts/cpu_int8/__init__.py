"""The GPT layers of XTTS in int8 on the CPU, compiled by numba. Uses torch and numba, and nothing of XTTS.

Why: a decoding step reads all weights once, so it is as fast as memory can be read. Weights of one byte are
a quarter of fp32. The int8 products of the libraries reach a third of the speed of memory, and the small
operations between two products, with the wake-ups of a second thread, take as long again.

1. Quantisation (`matrices`). A weight is an int8 with one scale per output. An input is a uint8 with one
   scale per row, so that no row depends on its neighbours; the bytes' zero point, 128, is taken out of the
   sums afterwards. Weights are packed in blocks of `BLOCK` outputs × `GROUP` inputs, in the order in which
   the processor reads them.
2. Dot products of bytes (`dot_products`). One instruction multiplies four bytes by four and adds the
   products to a 32-bit sum: `vpdpbusd` of AVX-512 VNNI or AVX-VNNI. AVX2 does it in 16 bits with `vpmaddwd`.
   numba has no words for them, so they are emitted as LLVM intrinsics. All variants give the same integers.
3. Kernels (`kernels`): quantise, layer norm, GELU, softmax, attention. Plain loops over one row, which LLVM
   vectorises.
4. One pass (`fused_layers`, called by `fused_transformer`). All layers are one compiled function of layers ×
   `PHASES` stages: norm, product, attention, and so on. A stage is divided into equal pieces: blocks of
   outputs, rows, or heads.
5. Threads (also `kernels`). The calling thread opens one stage after the other; helper threads take pieces
   by an atomic counter. A helper that is late delays nobody, and helpers sleep between two passes.

Each row is computed by itself over its own past, and always in the same order. So what a row says is the
same to the last bit, alone or in a batch, with one thread or eight.

Without numba, or on a processor without these instructions, `int8_variant` returns an empty string and the
log says why; the caller then uses another precision. docs/decisions/0043 has the measurements.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
