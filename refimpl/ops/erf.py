"""The error function, its complement and the normal distribution function, which NumPy lacks.

Two expansions, both fitted at 50 digits by `tests/refimpl/ops/derive_erf.py`, which the tests run
against the numbers below:

- for small ``|x|``, ``erf(x) = x + x P(x^2)``;
- for larger ``t = |x|``, ``erfc(t) = exp(-t^2) v R(q)`` with ``v = 1 / (t + 2)`` and `q` linear in
  `v`. The factor ``exp(t^2) erfc(t) / v`` varies slowly over the whole half line, so one
  polynomial serves down to underflow (M. Shepherd and J. Laframboise, *Chebyshev approximation of
  (1+2x)exp(x^2)erfc x in 0 <= x < infinity*, 1981, use the same idea with other constants).

The square in ``exp(-t^2)`` is split in an exact head and a small tail, because a rounding error of
the exponent is a relative error of the result. float32 is computed in float64 and rounded once.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from refimpl.ops.array import Array, primitive

# erf(x)/x - 1 in powers of x^2, for |x| <= 1
_SERIES = (
    0.1283791670955126,
    -0.37612638903183754,
    0.11283791670955126,
    -0.026866170645131218,
    0.005223977625441674,
    -0.0008548327023403001,
    0.00012055332978879483,
    -1.4925650236967501e-05,
    1.6462110782018636e-06,
    -1.636576864883207e-07,
    1.4806027146128752e-08,
    -1.2277734486795524e-09,
    9.323723518153027e-11,
    -6.1967364287877e-12,
    2.8067128195611264e-13,
)
# (t + 2) exp(t^2) erfc(t) in powers of q, for 0.5 <= t <= 28
_SCALED = (
    0.9348367830974967,
    0.4508323221613096,
    0.1413108546507756,
    0.01838831060015201,
    -0.004757657174780018,
    -0.001814172613478277,
    0.0003104394950005599,
    0.00016866296323621215,
    -4.158243008291991e-05,
    -1.5055210066674422e-05,
    7.12304231688232e-06,
    7.245248433564656e-07,
    -1.123524980053645e-06,
    1.5995770933345282e-07,
    1.2655532593376068e-07,
    -6.167531469799552e-08,
    -1.1545774024994984e-09,
    1.0919792320710924e-08,
    -3.699155048594988e-09,
    -7.575777193274553e-10,
    9.610652464351632e-10,
    -1.1918472721265564e-10,
    -1.196356278779764e-10,
    2.6522446378159956e-11,
    5.601584525464068e-12,
)
_SHIFT = 2.0
_LOW = 0.5
_HIGH = 28.0  # erfc is zero in float64 beyond 27.3


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    result = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        result *= x
        result += coefficient
    return result


def _series(x: Array) -> Any:
    return x + x * _polynomial(_SERIES, x * x)


def _tail(t: Array) -> Array:
    """Give erfc(t) for t >= 0.5."""
    t = np.minimum(t, _HIGH)
    v = 1 / (t + _SHIFT)
    highest, lowest = 1 / (_LOW + _SHIFT), 1 / (_HIGH + _SHIFT)
    q = (v - (highest + lowest) / 2) * (2 / (highest - lowest))
    head = (t.view(np.int64) & ~0x7FFFFFF).view(np.float64)  # 26 bits, so its square is exact
    rest = (head - t) * (head + t)
    scale = _polynomial(_SCALED, q) * v
    scale += scale * np.expm1(rest)
    result: Array = np.exp(-head * head) * scale
    return result


def _erf(x: Array) -> Array:
    t = np.abs(x)
    tail = np.copysign(1 - _tail(np.maximum(t, _LOW)), x)
    return np.where(t < 1, _series(np.clip(x, -1, 1)), tail)


def _erfc(x: Array) -> Array:
    t = np.abs(x)
    tail = _tail(np.maximum(t, _LOW))
    centre = 1 - _series(np.clip(x, -_LOW, _LOW))
    return np.where(t < _LOW, centre, np.where(x < 0, 2 - tail, tail))


def _erf_derivative(x: Array) -> Any:
    return 2 / sqrt(pi) * np.exp(-np.square(np.clip(x, -30, 30)))


def _erfc_derivative(x: Array) -> Array:
    return -_erf_derivative(x)


def normal_density(x: Array) -> Any:
    """Density of the standard normal distribution, ``exp(-x^2/2) / sqrt(2 pi)``.

    Parameters
    ----------
    x : array
        Any shape, float; may carry an error bound.

    Returns
    -------
    array
        Same shape and dtype.
    """
    return np.exp(np.square(np.clip(x, -40, 40)) * -0.5) * (1 / sqrt(2 * pi))


@primitive(rule="elementwise", derivative=_erf_derivative)
def erf(x: Array) -> Array:
    """Error function, ``2/sqrt(pi)`` times the integral of ``exp(-t^2)`` from 0 to `x`.

    Parameters
    ----------
    x : array
        Any shape, float32 or float64.

    Returns
    -------
    array
        Same shape and dtype, odd in `x`, within a few units in the last place.
    """
    return _erf(np.asarray(x, np.float64)).astype(x.dtype)


@primitive(rule="elementwise", derivative=_erfc_derivative)
def erfc(x: Array) -> Array:
    """Complementary error function ``1 - erf(x)``, relatively accurate until it underflows.

    Parameters
    ----------
    x : array
        Any shape, float32 or float64.

    Returns
    -------
    array
        Same shape and dtype.
    """
    return _erfc(np.asarray(x, np.float64)).astype(x.dtype)


@primitive(rule="elementwise", derivative=normal_density)
def normal_cdf(x: Array) -> Array:
    """Distribution function of the standard normal, ``erfc(-x / sqrt(2)) / 2``.

    Parameters
    ----------
    x : array
        Any shape, float32 or float64.

    Returns
    -------
    array
        Same shape and dtype, relatively accurate in the lower tail until it underflows.
    """
    wide = np.asarray(x, np.float64)
    return (0.5 * _erfc(wide * -sqrt(0.5))).astype(x.dtype)
