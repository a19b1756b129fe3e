"""Multiply-adds are rounded once: against exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from refimpl.torch._src.random import fma

# Factors and terms as draws have them, and such as cancel, tie, and cross a power of two.
SCALES = [
    *((0.8, -0.1), (2.0, -1.0), (3.0, -1.5), (1e-3, 7.0), (5e10, 0.3), (-0.7, 0.2), (1.0, 0.3)),
    *((1 / 3, 1 / 7), (2 / 3, -1 / 3), (0.1 + 2**-50, 2.0**-3), (1.0 - 2.0**-53, 1.0)),
    *((1.0 + 2.0**-52, -1.0), (1.0 - 2.0**-52, -0.5), (2.0**-30 * 1.1, 1.0), (1.1, 0.0)),
]


def numbers():
    draws = np.random.default_rng(0)
    uniform = draws.integers(0, 2**53, 300) * 2.0**-53
    near = np.concatenate([c + np.arange(-20, 20) * 2.0**-53 for c in (0.125, 0.25, 0.5, 0.75)])
    coarse = draws.integers(0, 2**12, 200) * 2.0**-12
    return np.concatenate([uniform, near, coarse, draws.standard_normal(200), [0.0, 1.0]])


@pytest.mark.parametrize(("y", "z"), SCALES)
def test_float64_is_rounded_once(y, z):
    x = numbers()
    exact = [float(Fraction(value) * Fraction(y) + Fraction(z)) for value in x.tolist()]
    np.testing.assert_array_equal(fma.fma_float64(x, y, z), exact)


def test_float64_where_the_rest_is_rounded_half_way():
    # x * y = 2**-53 + 2**-54 + 2**-106 …: beside 1 a tie but for bits beyond the rest's last one.
    draws = np.random.default_rng(1)
    y = 1.0 + 2.0**-52
    found = 0
    for z in (1.0, -1.0, 1.0 - 2.0**-53, 1.5, 2.0**53 - 1.0):
        for power in range(-56, 3):
            x = 2.0**power * np.array(
                [1.0, 1.0 - 2.0**-53, 1.0 + 2.0**-52, 1.5, 1.0 + draws.random()]
            )
            exact = [float(Fraction(value) * Fraction(y) + Fraction(z)) for value in x.tolist()]
            np.testing.assert_array_equal(fma.fma_float64(x, y, z), exact)
            product = x * y
            total = product + z
            naive = total + (
                fma._error_of_sum(product, z, total) + fma._error_of_product(x, y, product)
            )
            found += int((naive != exact).sum())
    assert found > 0  # the shortcut alone is wrong somewhere here


@pytest.mark.parametrize(("y", "z"), SCALES)
@pytest.mark.parametrize("unit", [False, True])
def test_float32_is_rounded_once(y, z, unit):
    y, z = float(np.float32(y)), float(np.float32(z))
    x = np.random.default_rng(0).integers(0, 2**24 + 1, 1000).astype(np.float32) * np.float32(
        2**-24
    )
    got = fma.fma_float32(x, y, z, unit=unit)
    for value, result in zip(x.tolist(), got.tolist(), strict=True):
        exact = Fraction(value) * Fraction(y) + Fraction(z)
        below, above = (float(np.nextafter(np.float32(result), np.float32(s))) for s in (-9e9, 9e9))
        off = abs(Fraction(result) - exact)
        assert off <= abs(Fraction(below) - exact)
        assert off <= abs(Fraction(above) - exact)
