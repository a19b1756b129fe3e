"""A check of any op's vjp against central differences, with a tolerance that is derived.

Tests reach `check_vjp` as the fixture of that name (see conftest.py beside this file).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

# The eighth-order central difference: f'(x) = sum of c_k (f(x + k h) - f(x - k h)) / h + O(h**8).
COEFFICIENTS = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
UNIT = 2.0**-53
# Truncation falls with h**8 and rounding grows with u / h; they meet at the ninth root of u.
STEP = UNIT ** (1 / 9)
# How many units of its output one evaluation of an op may be off by.
OPERATIONS = 16.0

Op = Callable[..., tuple[Any, Callable[..., tuple[Any, ...]]]]


def check_vjp(op: Op, *arrays: np.ndarray, seed: int = 0, step: float = STEP) -> None:
    """Assert that an op's vjp is the derivative of its output, for every element of every array.

    The derivative of `sum(cotangent * output)` is compared, for a seeded cotangent, with central
    differences of order eight at `step` and at half of it. What the two differ by bounds the
    truncation; what evaluations round off (at most `OPERATIONS` units of the weighted outputs'
    magnitudes, and one unit of the moved element itself) is divided by the step. Also asserted:
    a cotangent for each array, of its shape and dtype; the same bits when the vjp is called
    again; and that arrays and cotangents stay as they were.

    Parameters
    ----------
    op : callable
        Takes the arrays and returns `(output, vjp)`. The output is an array or a tuple of arrays,
        and the vjp takes cotangents of the same structure. Close over all other arguments.
    *arrays : ndarray of float64
        The arguments to differentiate by; the op must be smooth within four steps of each.
    seed : int
        Seeds the cotangent.
    step : float
        The absolute step; raise or lower it to the scale on which the op varies.
    """
    arrays = tuple(np.asarray(array, np.float64) for array in arrays)
    output, vjp = op(*arrays)
    generator = np.random.default_rng(seed)
    single = not isinstance(output, tuple)
    shapes = [np.shape(part) for part in ((output,) if single else output)]
    cotangents = tuple(np.asarray(generator.normal(size=shape)) for shape in shapes)
    given = cotangents[0] if single else cotangents
    before = [array.copy() for array in (*arrays, *cotangents)]
    bars = [bar for bar in vjp(given) if bar is not None]
    again = [bar for bar in vjp(given) if bar is not None]

    assert len(bars) == len(arrays), f"{len(bars)} cotangents for {len(arrays)} arrays"
    for position, (bar, array) in enumerate(zip(bars, arrays, strict=True)):
        assert np.shape(bar) == array.shape, f"argument {position}: cotangent {np.shape(bar)}"
        assert bar.dtype == array.dtype, f"argument {position}: cotangent of {bar.dtype}"
        np.testing.assert_array_equal(bar, again[position], "the vjp gives other values again")
    for kept, array in zip(before, (*arrays, *cotangents), strict=True):
        np.testing.assert_array_equal(kept, array, "the op or its vjp wrote into its arguments")

    def weighted(*inputs: np.ndarray) -> list[np.ndarray]:
        parts = op(*inputs)[0]
        parts = (parts,) if single else parts
        return [g * part for g, part in zip(cotangents, parts, strict=True)]

    magnitude = sum(float(np.abs(part).sum()) for part in weighted(*arrays))
    for position, bar in enumerate(bars):
        for index in np.ndindex(arrays[position].shape):
            coarse = _central(weighted, arrays, position, index, step)
            fine = _central(weighted, arrays, position, index, step / 2)
            moved = abs(float(arrays[position][index] * bar[index]))
            per_step = 2 * sum(map(abs, COEFFICIENTS)) / (step / 2)
            rounding = UNIT * (OPERATIONS * magnitude + moved) * per_step
            allowed = abs(coarse - fine) + rounding
            off = abs(float(bar[index]) - fine)
            assert off <= allowed, (
                f"argument {position} at {index}: vjp {float(bar[index])!r}, "
                f"central difference {fine!r}, off by {off:.3g}, allowed {allowed:.3g}"
            )


def _central(
    weighted: Callable[..., list[np.ndarray]],
    arrays: tuple[np.ndarray, ...],
    position: int,
    index: tuple[int, ...],
    step: float,
) -> float:
    """Return the derivative of the weighted sum by one element."""

    def moved(distance: float) -> list[np.ndarray]:
        inputs = [array.copy() for array in arrays]
        inputs[position][index] += distance
        return weighted(*inputs)

    total = 0.0
    for k, coefficient in enumerate(COEFFICIENTS, start=1):
        # Subtracted before they are summed: what does not depend on the element cancels exactly.
        differences = zip(moved(k * step), moved(-k * step), strict=True)
        total += coefficient * sum(float(np.sum(up - down)) for up, down in differences)
    return total / step
