"""Which kernels of torch the draws are models of.

torch chooses its CPU kernels when it is loaded. On processors without AVX2 it runs kernels that
round some draws differently.
"""

from __future__ import annotations

__all__ = ["get_cpu_capability"]


def get_cpu_capability() -> str:
    """Return 'AVX2', the kernels that `refimpl.torch` is a model of, on whatever processor it runs.

    Notes
    -----
    Those of 'AVX512' draw the same numbers. The models are of torch 2.13, of the PyPI wheel for
    Linux on x86-64, and were measured on an AMD processor:

    - `uniform_`: u * (high - low) + low in one fused multiply-add; the DEFAULT kernel rounds twice.
    - `normal_` of float32, contiguous and of 16 elements or more: polynomials with fused
      multiply-adds as GCC contracted them; the DEFAULT kernel calls the C library's logf and
      sincosf. Otherwise the C library's log, log1p, sin and cos in float64, of the running host.
    - `bernoulli_`, dropout: compares two words of the engine; builds of torch that draw from
      Intel's MKL on Intel's processors give other masks.
    - `trunc_normal_`: rejection, as in 2.13; older releases invert the error function.
    - `random_`, `randint`, `randperm`: integer arithmetic, the same in every kernel.
    """
    return "AVX2"
