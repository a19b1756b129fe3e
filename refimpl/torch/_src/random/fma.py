"""Fused multiply-add, `x * y + z` with one rounding, which NumPy does not have.

The AVX2 kernels of torch use the processor's instruction, so that the last bit of many draws
depends on it.

Sources: T. Dekker, *A floating-point technique for extending the available precision*, 1971
(error of a product); D. Knuth, *The Art of Computer Programming* 2, 4.2.2 (error of a sum);
S. Boldo and G. Melquiond, *Emulation of FMA and correctly rounded sums: proved algorithms using
rounding to odd*, 2008.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Float32s = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]

_SPLITTER = 2.0**27 + 1.0
# Of a float64's bits all but the sign, the exponent and the first two of the significand.
_LOW_BITS = 2**50 - 1


def fma_float32(x: Float32s, y: float, z: float, *, unit: bool = False) -> Float32s:
    """Return `x * y + z`, rounded once to float32.

    Parameters
    ----------
    x : array of float32
        Finite.
    y, z : float
        Numbers that float32 represents.
    unit : bool, default False
        Whether x holds multiples of 2**-24 in [0, 1], for which little can go wrong.
    """
    product = x.astype(np.float64) * y  # exact
    total = product + z
    if not (z == 0.0 or (unit and _sum_is_exact(y, z))):
        total = _to_odd(total, _error_of_sum(product, z, total))
    return total.astype(np.float32)


def fma_float64(x: Float64s, y: float, z: float) -> Float64s:
    """Return `x * y + z`, rounded once to float64.

    Parameters
    ----------
    x : array of float64
        Of magnitudes up to 2**10 and zero or not below 2**-60, as random numbers are.
    y, z : float
        Zero, or of magnitudes from 2**-800 to 2**800.
    """
    if z == 0.0 or y == 1.0:
        return x * y + z
    product = x * y
    product_error = _error_of_product(x, y, product)
    total = product + z
    rest = _error_of_sum(product, z, total) + product_error
    result: Float64s = total + rest
    # `rest` was rounded too, which matters only if it is inexact and takes the total half-way from
    # one float64 to the next: by an odd number of halves or quarters of its last bit, up to 1.5.
    half_way = rest.view(np.int64) & _LOW_BITS == 0
    suspects = np.flatnonzero(half_way & (product_error != 0.0))
    if suspects.size:
        result[suspects] = _sum_of_three(product[suspects], product_error[suspects], z)
    return result


def _sum_is_exact(y: float, z: float) -> bool:
    """Return whether u * y + z fits into float64 for every multiple u of 2**-24 in [0, 1].

    The product is a multiple of `last = 2**-47 * 2**exponent(y)`. If z is one too, and not so
    large that 53 bits do not reach from z down to `last`, nothing is lost.
    """
    apart = math.frexp(z)[1] - math.frexp(y)[1]
    return y != 0.0 and -24 <= apart <= 4


def _error_of_sum(a: Float64s, b: Float64s | float, total: Float64s) -> Float64s:
    from_b = total - a
    return (a - (total - from_b)) + (b - from_b)


def _sum_of_three(a: Float64s, b: Float64s, c: float) -> Float64s:
    """Return a + b + c, rounded once, for b below the last bit of a (Boldo and Melquiond)."""
    low = b + c
    low_error = _error_of_sum(b, c, low)
    total = a + low
    total_error = _error_of_sum(a, low, total)
    rest = total_error + low_error
    return total + _to_odd(rest, _error_of_sum(total_error, low_error, rest))


def _error_of_product(x: Float64s, y: float, product: Float64s) -> Float64s:
    shifted = x * _SPLITTER
    x_high = shifted - (shifted - x)
    x_low = x - x_high
    y_high = y * _SPLITTER - (y * _SPLITTER - y)
    y_low = y - y_high
    return ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _to_odd(total: Float64s, error: Float64s) -> Float64s:
    """Turn a rounded sum into the one rounded to odd: inexact ones get an odd last bit.

    Rounded once more, to fewer bits, such a sum gives what the exact one would have given.
    """
    bits = total.view(np.int64)
    inexact_and_even = (error != 0.0) & (bits & 1 == 0)
    # The bits of a float count its magnitude, so that a step away from zero adds one.
    step = np.where((error > 0.0) == (total > 0.0), 1, -1)
    odd: Float64s = (bits + step * inexact_and_even).view(np.float64)
    return odd
