"""Derive the coefficients of `refimpl.ops.erf` at 60 digits; run it to print them.

A rational function P/Q is fitted to f on [0, high] by least squares on the linear equations
P(x) - f(x) Q(x) = 0, weighted by the last round's 1/Q(x), until nothing changes (C. Sanathanan and
J. Koerner, 1963). The nodes are Chebyshev points in 1/(x + 2), which crowd where f still bends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp

DIGITS = 60
ROUNDS = 8


def _nodes(high: float, count: int) -> list[Any]:
    last, first = 1 / (mp.mpf(high) + 2), mp.mpf(1) / 2
    middle, half = (first + last) / 2, (first - last) / 2
    return [
        1 / (middle + half * mp.cos(mp.pi * (2 * j + 1) / (2 * count))) - 2 for j in range(count)
    ]


def fit(
    function: Callable[[Any], Any],
    weight: Callable[[Any], Any],
    high: float,
    above: int,
    below: int,
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Fit P of degree `above` and Q of degree `below` with Q(0) = 1, constants first."""
    with mp.workdps(DIGITS):
        unknowns = above + below + 1
        nodes = _nodes(high, 4 * unknowns)
        values = [function(x) for x in nodes]
        weights = [weight(x) for x in nodes]
        quotient = [mp.mpf(1)] * len(nodes)
        for _ in range(ROUNDS):
            matrix, right = mp.matrix(len(nodes), unknowns), mp.matrix(len(nodes), 1)
            for i, (x, value) in enumerate(zip(nodes, values, strict=True)):
                scale = weights[i] / quotient[i]
                right[i] = scale * value
                for k in range(above + 1):
                    matrix[i, k] = scale * x**k
                for k in range(1, below + 1):
                    matrix[i, above + k] = -scale * value * x**k
            solution = list(mp.qr_solve(matrix, right)[0])
            upper, lower = solution[: above + 1], [mp.mpf(1), *solution[above + 1 :]]
            quotient = [mp.polyval(lower[::-1], x) for x in nodes]
        return tuple(map(float, upper)), tuple(map(float, lower))


def scaled_tail(a: Any) -> Any:
    """exp(a^2/2) times the normal distribution function of -a."""
    return mp.exp(a * a / 2) * mp.ncdf(-a)


def tail(slope: float, high: float, above: int, below: int) -> Any:
    """Fit S in scaled_tail(a) = 1 / (2 + a (slope - S(a)))."""
    return fit(
        lambda a: mp.mpf(slope) - (1 / scaled_tail(a) - 2) / a,
        lambda a: a * scaled_tail(a),
        high,
        above,
        below,
    )


def series(high: float, degree: int) -> tuple[float, ...]:
    """Fit the polynomial erf(x)/x - 1 in s = x^2 on [0, high]."""
    return fit(lambda s: mp.erf(mp.sqrt(s)) / mp.sqrt(s) - 1, lambda s: mp.mpf(1), high, degree, 0)[
        0
    ]


if __name__ == "__main__":
    from refimpl.ops import erf

    print("_SERIES =", series(erf._SERIES_END, len(erf._SERIES) - 1))
    print("_SINGLE =", tail(erf._SLOPE_SINGLE, 14.5, 3, 4))
    print("_DOUBLE =", tail(erf._SLOPE_DOUBLE, 39.0, 9, 10))
