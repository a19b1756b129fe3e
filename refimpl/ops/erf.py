"""The error function, its complement and the normal distribution function, which NumPy lacks.

All three rest on the upper tail of the normal distribution, written as

    Phi(-a) = exp(-a^2 / 2) / (2 + a (SLOPE - S(a))),    a >= 0,

with S a quotient of two polynomials. The denominator is two plus a times something between 1.6 and
SLOPE = sqrt(2 pi), its limit; S and its errors fade out at both ends, nothing cancels, and the
result is relatively accurate until it underflows. S is fitted at 60 digits to within 2^-58
(2^-25 for float32) of the tail by `tests/refimpl/ops/derive_erf.py`, which the tests run against
the numbers below. Near zero the error function is `x + x P(x^2)`, fitted in the same way.

Rounding the exponent would cost as many units as the exponent is large. In float64 it is split in
an exact head and a small rest; the float32 exponential is taken in float64.
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

import numpy as np

from refimpl.ops.array import Array, primitive

_SERIES_END = 1.0
_SERIES = (
    0.1283791670955126,
    -0.37612638903183754,
    0.11283791670955126,
    -0.02686617064513122,
    0.0052239776254417065,
    -0.0008548327023405629,
    0.00012055332979015697,
    -1.4925650241756864e-05,
    1.6462110899345667e-06,
    -1.6365770673105128e-07,
    1.4806051648352489e-08,
    -1.2277938125401275e-09,
    9.324830168595104e-11,
    -6.200277470866065e-12,
    2.8117711348265797e-13,
)
_SLOPE_DOUBLE = 2.5066282746310002
_DOUBLE = (
    (
        0.9108591530252691,
        1.2490533992045048,
        0.8512478092853009,
        0.37050132708800354,
        0.11238539873731837,
        0.024528610419907285,
        0.0038492738793878736,
        0.00041995683064591216,
        2.9097624183888318e-05,
        9.884634366493535e-07,
    ),
    (
        1.0,
        1.6712715010697343,
        1.3832625637666933,
        0.7332263217584377,
        0.27317230120171243,
        0.0744203517896766,
        0.014996601272547755,
        0.0022103932126919263,
        0.00022898898462708967,
        1.5168239690989985e-05,
        4.942317183277573e-07,
    ),
)
_SLOPE_SINGLE = 2.5066282749176025  # representable in float32
_SINGLE = (
    (0.9108579345909845, 0.5557872338786518, 0.15575674172922455, 0.018979643296620816),
    (1.0, 0.9101425027935602, 0.391451299509712, 0.08971509200667044, 0.009491126937095294),
)
_FAR = 40.0  # the tail is zero beyond
_HEAD = ~0x7FFFFFF  # the bits of a float64 that leave its square exact
_BLOCK = 49152  # elements that are worked on together: a few arrays of them fit the cache


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Any:
    result = x * coefficients[-1]
    for coefficient in coefficients[-2:0:-1]:
        result += coefficient
        result *= x
    result += coefficients[0]
    return result


def _denominator(a: Array, slope: float, parts: tuple[tuple[float, ...], ...]) -> Any:
    """Give `2 + a (slope - S(a))` in the precision of `a`."""
    quotient = _polynomial(parts[0], a)
    quotient /= _polynomial(parts[1], a)
    np.subtract(slope, quotient, out=quotient)
    quotient *= a
    quotient += 2.0
    return quotient


def _tail(a: Array, exact: Array, factor: float) -> Any:
    """Give Phi(-a) in float64, where `a^2 / 2` is exactly `factor * exact^2`."""
    head = (exact.view(np.int64) & _HEAD).view(np.float64)
    rest = (head - exact) * (head + exact) * factor
    power = np.exp(head * head * -factor)
    power += power * np.expm1(rest)
    return power / _denominator(a, _SLOPE_DOUBLE, _DOUBLE)


def _cdf_double(x: Array) -> Array:
    a = np.abs(np.clip(x, -_FAR, _FAR))
    result: Array = np.abs((x > 0.0) - _tail(a, a, 0.5))
    return result


def _cdf_single(x: Array) -> Any:
    a = np.abs(x)
    if not a.max(initial=0.0) < _FAR:  # rarely; the maximum costs half of what clipping does
        a = np.clip(a, 0.0, _FAR)
    power = a.astype(np.float64)
    power *= power
    power *= -0.5
    np.exp(power, out=power)
    tail = _denominator(a, _SLOPE_SINGLE, _SINGLE)
    np.divide(power.astype(np.float32), tail, out=tail)
    np.subtract(x > 0.0, tail, out=tail)  # one minus the tail, or minus the tail
    return np.abs(tail, out=tail)


def _erfc(x: Array) -> Any:
    t = np.abs(np.clip(x.astype(np.float64), -_FAR, _FAR))
    tail = 2.0 * _tail(t * sqrt(2.0), t, 1.0)
    return np.abs(2.0 * (x < 0.0) - tail)


def _erf(x: Array) -> Any:
    x = x.astype(np.float64)
    near = np.clip(x, -_SERIES_END, _SERIES_END)
    series = near + near * _polynomial(_SERIES, near * near)
    return np.where(np.abs(x) < _SERIES_END, series, np.copysign(1.0 - _erfc(np.abs(x)), x))


def _in_blocks(function: Callable[[Array], Any], x: Array) -> Array:
    """Apply an elementwise function to blocks that stay in the cache."""
    flat = np.ravel(x)
    if x.size <= _BLOCK:
        return np.asarray(function(flat), x.dtype).reshape(x.shape)
    result = np.empty_like(flat)
    for start in range(0, flat.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        result[block] = function(flat[block])
    return result.reshape(x.shape)


def _erf_derivative(x: Array) -> Any:
    return np.exp(-np.square(np.clip(x, -_FAR, _FAR))) * (2 / sqrt(pi))


def _erfc_derivative(x: Array) -> Any:
    return -_erf_derivative(x)


def normal_density(x: Array) -> Any:
    """Density of the standard normal distribution, `exp(-x^2 / 2) / sqrt(2 pi)`.

    Parameters
    ----------
    x : array
        Floats of any shape; may carry an error bound.

    Returns
    -------
    array
        Same shape and dtype.
    """
    return _density(_scale(x))


def _density(x: Array) -> Any:
    return np.exp(np.square(np.clip(x, -_FAR, _FAR)) * -0.5) * (1 / sqrt(2 * pi))


@primitive(rule="elementwise", derivative=np.ones_like)
def _scale(x: Array) -> Array:
    """Return the argument as it is; a bound gains what it may lose by being scaled.

    An implementation that has only an error function divides the argument by sqrt(2) first. That is
    allowed, and far out it costs x^2 units in the last place.
    """
    return x


@primitive(rule="elementwise", derivative=_erf_derivative)
def erf(x: Array) -> Array:
    """Error function, 2/sqrt(pi) times the integral of `exp(-t^2)` from 0 to `x`.

    Parameters
    ----------
    x : array
        float32 or float64, any shape.

    Returns
    -------
    array
        Same shape and dtype, odd in `x`, within two units in the last place.
    """
    return _in_blocks(_erf, x)


@primitive(rule="elementwise", derivative=_erfc_derivative)
def erfc(x: Array) -> Array:
    """Complementary error function, `1 - erf(x)`, relatively accurate until it underflows.

    Parameters
    ----------
    x : array
        float32 or float64, any shape.

    Returns
    -------
    array
        Same shape and dtype.
    """
    return _in_blocks(_erfc, x)


def normal_cdf(x: Array) -> Array:
    """Distribution function of the standard normal, `erfc(-x / sqrt(2)) / 2`.

    Parameters
    ----------
    x : array
        float32 or float64, any shape.

    Returns
    -------
    array
        Same shape and dtype, relatively accurate in the lower tail until it underflows.
    """
    return _normal_cdf(_scale(x))


@primitive(rule="elementwise", derivative=_density)
def _normal_cdf(x: Array) -> Array:
    return _in_blocks(_cdf_single if x.dtype == np.float32 else _cdf_double, x)
