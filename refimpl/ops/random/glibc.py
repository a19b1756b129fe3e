"""The logarithm, sine and cosine that TensorFlow's CPU kernels call: those of glibc.

A normal draw in float32 is `sqrtf(-2 * logf(u)) * sinf(v)`, and its last bit is a matter of whose
`logf` and `sinf` they are. Modelled here is **glibc on x86-64 Linux, as of version 2.36**. It takes
them from Arm's *Optimized Routines* (`logf`, `sincosf`): divide the argument by a tabulated
neighbour, or subtract a multiple of pi/2, and evaluate in double precision a short polynomial
fitted to the small remainder. With or without fused multiply-adds the last of its 53 bits differ,
on which the 24 bits of the result do not depend. The numbers below are the fitted coefficients and
the sixteen neighbours' reciprocals, as the library's binary holds them; the tables are computed
from them.

Over the whole domain (all 2**23 uniform numbers and all 2**23 angles made of them) there is no
difference from glibc 2.36. NumPy's own float64 functions, rounded once to float32, differ from it
in 0.7 % (log) and 1.3 % (sin, cos) of the arguments, for glibc's float32 functions are not
correctly rounded. Under another libm TensorFlow itself draws other bits; the tests ask the host's
libm first and say so.

In float64 the host's libm itself is asked, through `math`, because NumPy may have vectorised
functions of its own whose last bit is another.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from refimpl.ops.array import Array

# Reciprocals of numbers near the middle of 16 intervals that divide [0.7, 1.4). To the nearest
# reciprocal of the middle itself they are 5e-8 off, which some results would show.
_RECIPROCALS = np.array(
    [
        1.398907162146528,
        1.3403141896637998,
        1.286432210124115,
        1.2367150214269895,
        1.1906977166711752,
        1.1479821020556429,
        1.1082251448272158,
        1.0711297413057381,
        1.036437278977283,
        1.0,
        0.9492859795739057,
        0.8951049428609004,
        0.8476821620351103,
        0.8050314851692001,
        0.7664671008843108,
        0.731428603316328,
    ]
)
_FIRST_INTERVAL = np.int32(0x3F330000)  # the bits of 0.69921875
_SMALLEST_EXPONENT = -24
_LOG = tuple(
    float.fromhex(c)
    for c in ("-0x1.00ea348b88334p-2", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2")
)
_SIN = tuple(
    float.fromhex(c)
    for c in ("-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13")
)
_COS = tuple(
    float.fromhex(c)
    for c in (
        "-0x1.ffffffd0c621cp-2",
        "0x1.55553e1068f19p-5",
        "-0x1.6c087e89a359dp-10",
        "0x1.99343027bf8c3p-16",
    )
)
_HALF_PI = math.pi / 2


def _tables() -> tuple[Array, Array]:
    """Return, for each interval in each binade, what to multiply by and the logarithm to add."""
    exponents = np.arange(_SMALLEST_EXPONENT, 1)[:, np.newaxis]
    logarithms = np.array([-math.log(reciprocal) for reciprocal in _RECIPROCALS.tolist()])
    factors = np.ldexp(_RECIPROCALS, -exponents)
    return factors.reshape(-1), (logarithms + exponents * math.log(2.0)).reshape(-1)


_FACTORS, _LOGARITHMS = _tables()


def logf(x: Array) -> Array:
    """Return the logarithm.

    Parameters
    ----------
    x : array of float32
        In (1e-7, 1]; elsewhere the tables end.

    Returns
    -------
    array of float32
    """
    interval = (x.view(np.int32) - _FIRST_INTERVAL) >> np.int32(19)
    interval -= np.int32(16 * _SMALLEST_EXPONENT)
    r = x * _FACTORS[interval]
    r -= 1.0
    square = r * r
    y = r * _LOG[1]
    y += _LOG[2]
    y += square * _LOG[0]
    y *= square
    r += _LOGARITHMS[interval]
    y += r
    rounded: Array = y.astype(np.float32)
    return rounded


def sincosf(x: Array) -> tuple[Array, Array]:
    """Return the sine and the cosine.

    Parameters
    ----------
    x : array of float32
        In [0, 120).

    Returns
    -------
    sine, cosine : array of float32
    """
    wide = x.astype(np.float64)
    quarter = ((wide * (2.0**24 / _HALF_PI)).astype(np.int32) + np.int32(1 << 23)) >> np.int32(24)
    wide -= quarter * _HALF_PI
    square = wide * wide
    sine, cosine = _sine(wide, square), _cosine(square)
    # In odd quarters sine and cosine change places. Bits are exchanged, for to choose by a random
    # mask is slow.
    sine_bits, cosine_bits = sine.view(np.int32), cosine.view(np.int32)
    exchange = (sine_bits ^ cosine_bits) & -(quarter & np.int32(1))
    sine_bits ^= exchange
    cosine_bits ^= exchange
    sine_bits ^= (quarter & np.int32(2)) << np.int32(30)
    cosine_bits ^= ((quarter + np.int32(1)) & np.int32(2)) << np.int32(30)
    return sine, cosine


def _sine(x: Array, square: Array) -> Array:
    cube = x * square
    high = square * _SIN[2]
    high += _SIN[1]
    high *= cube * square
    cube *= _SIN[0]
    cube += x
    cube += high
    return cube.astype(np.float32)


def _cosine(square: Array) -> Array:
    fourth = square * square
    high = square * _COS[3]
    high += _COS[2]
    high *= fourth * square
    low = square * _COS[0]
    low += 1.0
    fourth *= _COS[1]
    low += fourth
    low += high
    return low.astype(np.float32)


def log(x: Array) -> Array:
    """Return the logarithm as the host's libm computes it.

    Parameters
    ----------
    x : array (n,) of float64
        Not negative.

    Returns
    -------
    array of float64
        -inf for 0, for which `math` has no answer.
    """
    if x.all():
        return _each(math.log, x)
    return np.where(x > 0, _each(math.log, np.where(x > 0, x, 1.0)), -np.inf)


def log1p(x: Array) -> Array:
    """Return the logarithm of 1 + x as the host's libm computes it.

    Parameters
    ----------
    x : array (n,) of float64
        Greater than -1.

    Returns
    -------
    array of float64
    """
    return _each(math.log1p, x)


def power(x: Array, y: Array) -> Array:
    """Return a power as the host's libm computes it.

    Parameters
    ----------
    x, y : array (n,) of float64
        Base and exponent, not negative.

    Returns
    -------
    array of float64
    """
    return np.fromiter(map(math.pow, x.tolist(), y.tolist()), np.float64, x.size)


def sincos(x: Array) -> tuple[Array, Array]:
    """Return the sine and the cosine as the host's libm computes them.

    Parameters
    ----------
    x : array (n,) of float64
        Finite.

    Returns
    -------
    sine, cosine : array of float64
    """
    return _each(math.sin, x), _each(math.cos, x)


def _each(function: Callable[[float], float], x: Array) -> Array:
    return np.fromiter(map(function, x.tolist()), np.float64, x.size)
