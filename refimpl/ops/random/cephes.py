"""The logarithm, sine and cosine that turn uniform draws into normal ones in float32, by Cephes.

They are those of torch's AVX2 kernel of `normal_`, which processors with AVX-512 run too: Cephes'
polynomials (S. Moshier, *Methods and Programs for Mathematical Functions*, 1989, `logf`, `sinf`,
`cosf`), evaluated in float32 with fused multiply-adds where torch's build has them. The places of
these were read from the machine code of torch 2.13 for x86-64; another build may have others.
NumPy's own functions differ in the last bit of many results.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Float32s: TypeAlias = npt.NDArray[np.float32]
Float64s: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int32]


def _float32s(*values: float) -> tuple[float, ...]:
    return tuple(float(np.float32(value)) for value in values)


# fmt: off
_LOG = _float32s(
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)
_SIN = _float32s(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = _float32s(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
# fmt: on
# log(2) and pi/4 in parts, so that whole multiples of the first ones are exact.
_LOG2_HIGH, _LOG2_LOW = _float32s(0.693359375, -2.12194440e-4)
_QUARTER_PI = _float32s(0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8)
_QUARTERS = np.float32(4.0 / math.pi)
_ROOT_HALF = np.float32(0.70710677)


def log_float32(x: Float32s) -> Float32s:
    """Return the natural logarithm as the AVX2 kernel computes it.

    Parameters
    ----------
    x : array of float32
        Positive and normal; the kernel is asked for multiples of 2**-24 in (0, 1].

    Returns
    -------
    array of float32
    """
    bits = x.view(np.int32)
    # x = 2**exponent * mantissa with the mantissa in [sqrt(1/2), sqrt(2)).
    mantissa = (bits & 0x007FFFFF | 0x3F000000).view(np.float32)
    low = mantissa < _ROOT_HALF
    exponent = ((bits >> 23) - 126 - low).astype(np.float64)
    m = (mantissa * (low + np.float32(1.0)) - np.float32(1.0)).astype(np.float64)  # exact
    square = _round(m * m)
    y = _horner(_LOG, m)
    y = _fma(_round(y * m), square, _round(exponent * _LOG2_LOW))
    y = _round(y - 0.5 * square)
    return _product_and_sum(exponent, _LOG2_HIGH, _round(m + y)).astype(np.float32)


def sin_cos_float32(x: Float32s) -> tuple[Float32s, Float32s]:
    """Return sine and cosine as the AVX2 kernel computes them.

    Parameters
    ----------
    x : array of float32
        In [0, 8000]; the kernel is asked for multiples of 2**-24 times 2 pi, up to 2 pi.

    Returns
    -------
    sine, cosine : arrays of float32
    """
    octant = (x * _QUARTERS).astype(np.int32) + 1 & ~1  # the nearest even number of them
    turns = octant.astype(np.float64)
    angle = x.astype(np.float64)
    for part in _QUARTER_PI:
        angle = _fma(turns, -part, angle)
    square = _round(angle * angle)
    cosine_tail = _round(_horner(_COS, square) * square)
    c = _fma(square, cosine_tail, -0.5 * square).astype(np.float32) + np.float32(1.0)
    sine_tail = _round(_horner(_SIN, square) * square)
    s = _product_and_sum(angle, sine_tail, angle).astype(np.float32)
    # An odd number of quarter turns exchanges the two; the signs sit in the highest bit.
    sine, cosine = _exchange_where(s, c, -(octant >> 1 & 1))
    return _flip_signs(sine, octant << 29), _flip_signs(cosine, octant + 2 << 29)


# Below, every number is a float32 held in a float64, so that products are exact. A product
# plus a number is rounded twice then, to float64 and to float32, which differs from one rounding
# only where the first lands on a tie of the second: over all 2**24 arguments that the kernel can be
# asked for, no step of either function does (tests/refimpl/ops/test_random_cephes.py). The
# sum of two float32 never does (S. Figueroa, *When is double rounding innocuous?*, 1995).


def _round(x: Float64s) -> Float64s:
    return x.astype(np.float32).astype(np.float64)


def _fma(x: Float64s | float, y: Float64s | float, z: Float64s | float) -> Float64s:
    return _round(_product_and_sum(x, y, z))


def _product_and_sum(x: Float64s | float, y: Float64s | float, z: Float64s | float) -> Float64s:
    return x * y + z  # type: ignore[return-value]


def _horner(coefficients: tuple[float, ...], x: Float64s) -> Float64s:
    first, *others = coefficients
    y: Float64s | float = first
    for coefficient in others:
        y = _fma(y, x, coefficient)
    return y  # type: ignore[return-value]


def _exchange_where(s: Float32s, c: Float32s, where: Ints) -> tuple[Ints, Ints]:
    """Return the bits of both, exchanged where all bits of `where` are set instead of none.

    A random mask is slow to branch on, as `np.where` does.
    """
    s_bits, c_bits = s.view(np.int32), c.view(np.int32)
    difference = (s_bits ^ c_bits) & where
    return s_bits ^ difference, c_bits ^ difference


def _flip_signs(bits: Ints, signs: Ints) -> Float32s:
    """Change the sign where the highest bit of `signs` is set."""
    flipped: Ints = bits ^ (signs & np.int32(-(2**31)))
    return flipped.view(np.float32)
