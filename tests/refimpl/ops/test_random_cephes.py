"""No step of the float32 kernels' models is rounded otherwise than once.

The models hold float32 numbers in float64. Where a product plus a number is rounded to float64 and
then to float32, the result may differ from that of a fused multiply-add, but only if the first
rounding lands half-way between two float32 numbers without being exact. Here every step says
whether it does, for every argument that `normal_` can give.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from refimpl.ops.random import cephes

BLOCK = 2**16
# The bits of a float64 beyond those of a float32, and the one that stands for half a unit.
BEYOND, HALF = 2**29 - 1, 2**28


def half_way(x, y, z):
    """Return x * y + z and where it is rounded to the middle between two float32 numbers."""
    product = x * y  # exact: 24 bits times 24 bits
    total = product + z
    suspects = np.flatnonzero(total.view(np.int64) & BEYOND == HALF)
    a, t = product[suspects], total[suspects]
    b = np.broadcast_to(z, total.shape)[suspects]
    from_b = t - a
    error = (a - (t - from_b)) + (b - from_b)  # of a sum, exactly: Knuth's TwoSum
    return total, suspects[error != 0.0]


@pytest.fixture
def steps(monkeypatch):
    counted = []

    def step(x, y, z):
        total, wrong = half_way(x, y, z)
        # Below the normal range the half-way points lie elsewhere.
        assert (np.abs(total[total != 0.0]) >= 2.0**-126).all()
        assert wrong.size == 0
        counted.append(total.size)
        return total

    monkeypatch.setattr(cephes, "_product_and_sum", step)
    return counted


def multiples():
    for start in range(0, 2**24, BLOCK):
        yield np.arange(start, start + BLOCK, dtype=np.int32).astype(np.float32) * np.float32(
            2**-24
        )


def test_a_step_rounded_twice_is_seen():
    # 2**30 + 64 - 2**-24: float64 cannot hold the last part, and 64 is half a unit of float32.
    x = np.array([64.0 * (1.0 - 2.0**-15), 64.0])
    y = np.array([1.0 + 2.0**-15, 1.0])
    assert half_way(x, y, 2.0**30)[1].tolist() == [0]


def test_no_step_of_the_logarithm_is_rounded_otherwise(steps):
    for u in multiples():
        cephes.log_float32(np.float32(1.0) - u)
    assert sum(steps) == 10 * 2**24


def test_no_step_of_sine_and_cosine_is_rounded_otherwise(steps):
    for u in multiples():
        cephes.sin_cos_float32(np.float32(2.0 * math.pi) * u)
    assert sum(steps) == 9 * 2**24
