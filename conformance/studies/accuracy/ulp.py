"""Units in the last place of float32: how far a result is from the exact value.

The unit belongs to the exact value, not to the result: it is the distance of the two numbers of
float32 between which the value lies, above where it is one itself. Below the smallest normal number
all distances are 2^-149, that of the subnormal numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SMALLEST = 2.0**-126
"""The smallest normal number of float32."""

_OVERFLOW = 2.0**128  # the number that would follow the largest


def unit_of(exact: Floats) -> Floats:
    """Return the unit in the last place of each value.

    Parameters
    ----------
    exact : ndarray of float64
        Any values; what is not finite has the unit of the largest number.

    Returns
    -------
    ndarray of float64
        For 2^e <= |value| < 2^(e + 1) it is 2^(e - 23), with e at least -126 and at most 127.
    """
    size = np.nan_to_num(np.abs(exact), nan=_OVERFLOW, posinf=_OVERFLOW)
    _, exponent = np.frexp(np.clip(size, SMALLEST, _OVERFLOW / 2))
    result: Floats = np.ldexp(1.0, exponent - 24)
    return result


def error_in_ulp(got: npt.NDArray[Any], exact: Floats) -> Floats:
    """Return how far results are from the exact values, in the units of those.

    Parameters
    ----------
    got : ndarray of any float dtype
        The results.
    exact : ndarray of float64
        The exact values.

    Returns
    -------
    ndarray of float64
        0 where both are NaN or the same infinity, or where the value is rounded to the infinity
        that was got. Infinite where one of them is NaN or infinite and the other is not; but
        infinity stands for 2^128 if the value is at most one unit away from that.
    """
    with np.errstate(all="ignore"):
        found = got.astype(np.float64)
        if (found == exact).all():  # as in most blocks, if all numbers are tried
            return np.zeros(exact.shape)
        rounded = exact.astype(np.float32)
        number = np.where(np.isinf(found), np.copysign(_OVERFLOW, found), found)
        off = np.abs(number - exact) / unit_of(exact)
        wrong = np.isnan(off) | np.isinf(exact) | (np.isinf(found) & (off > 1.0))
        same = (found == rounded) & (np.isinf(found) | (found == exact))
    off = np.where(wrong, np.inf, off)
    return np.where(same | (np.isnan(found) & np.isnan(exact)), 0.0, off)
