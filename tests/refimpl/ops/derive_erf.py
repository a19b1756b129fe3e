"""Derive the polynomials of `refimpl.ops.erf` at 50 digits; run it to print them.

A function on an interval is interpolated at the Chebyshev points, whose error is within a small
factor of the best polynomial's, and the Chebyshev sum is rewritten in powers of a variable in
[-1, 1] (or of the argument itself, where its powers are harmless).
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp

DIGITS = 50


def interpolate(function: Callable[[mp.mpf], mp.mpf], low: mp.mpf, high: mp.mpf, degree: int):
    """Coefficients, constant first, of the interpolant in q in [-1, 1], x = mid + half q."""
    count = degree + 1
    half, mid = (high - low) / 2, (high + low) / 2
    angles = [mp.pi * (2 * j + 1) / (2 * count) for j in range(count)]
    values = [function(mid + half * mp.cos(angle)) for angle in angles]
    chebyshev = [
        2 * mp.fsum(v * mp.cos(k * a) for v, a in zip(values, angles, strict=True)) / count
        for k in range(count)
    ]
    chebyshev[0] /= 2
    previous, current = [mp.mpf(1)], [mp.mpf(0), mp.mpf(1)]
    powers = [mp.mpf(0)] * count
    for k, weight in enumerate(chebyshev):
        for i, coefficient in enumerate(previous):
            powers[i] += weight * coefficient
        following = [mp.mpf(0), *(2 * c for c in current)]
        for i, coefficient in enumerate(previous):
            following[i] -= coefficient
        previous, current = current, following
        assert len(previous) == k + 2
    return powers


def recentre(powers, low: mp.mpf, high: mp.mpf):
    """Rewrite a polynomial in q as one in x = mid + half q."""
    half, mid = (high - low) / 2, (high + low) / 2
    result = [mp.mpf(0)]
    for coefficient in reversed(powers):
        product = [mp.mpf(0)] * (len(result) + 1)
        for i, c in enumerate(result):
            product[i] -= c * mid / half
            product[i + 1] += c / half
        product[0] += coefficient
        result = product
    return result[: len(powers)]


def scaled_erfc(shift: float, low: float, high: float, degree: int):
    """(t + shift) exp(t^2) erfc(t) for t in [low, high], in q linear in v = 1 / (t + shift)."""
    with mp.workdps(DIGITS):
        shift, low, high = mp.mpf(shift), mp.mpf(low), mp.mpf(high)

        def function(v):
            t = 1 / v - shift
            return mp.exp(t * t) * mp.erfc(t) / v

        return [
            float(c) for c in interpolate(function, 1 / (high + shift), 1 / (low + shift), degree)
        ]


def erf_series(high: float, degree: int):
    """Coefficients of erf(x)/x - 1 as a polynomial in s = x^2 for s in [0, high]."""
    with mp.workdps(DIGITS):
        low, high = mp.mpf(0), mp.mpf(high)

        def function(s):
            return mp.erf(mp.sqrt(s)) / mp.sqrt(s) - 1

        return [float(c) for c in recentre(interpolate(function, low, high, degree), low, high)]


if __name__ == "__main__":
    print("SERIES", erf_series(1.0, 14))
    print("SCALED", scaled_erfc(2.0, 0.5, 28.0, 24))
