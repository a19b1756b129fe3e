"""Which kernels of torch the draws are models of.

torch chooses its CPU kernels when it is loaded; `torch.backends.cpu.get_cpu_capability()` says
which. On processors without AVX2 it runs kernels that round some draws differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CAPABILITIES = ("AVX2", "AVX512")

MODELS: Mapping[str, str] = MappingProxyType(
    {
        "torch": "2.13, the PyPI wheel for Linux on x86-64; measured on an AMD processor",
        "capabilities": "AVX2 and AVX512, which draw the same numbers",
        "uniform_": (
            "u * (high - low) + low in one fused multiply-add; the DEFAULT kernel rounds twice"
        ),
        "normal_ float32, contiguous, 16 elements or more": (
            "the AVX2 kernel: polynomials with fused multiply-adds as GCC contracted them; the "
            "DEFAULT kernel calls the C library's logf and sincosf"
        ),
        "normal_ otherwise": "the C library's log, log1p, sin, cos in float64, of the running host",
        "bernoulli_, dropout": (
            "compares two words of the engine; builds of torch that draw from Intel's MKL on "
            "Intel's processors give other masks"
        ),
        "trunc_normal_": "rejection, as in 2.13; older releases invert the error function",
        "random_, randint, randperm": "integer arithmetic, the same in every kernel",
    }
)
