"""The one figure a comparison gives: K, the distance in units of the bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.oracle.bounds.bounded import Bounded
from conformance.oracle.bounds.terms import Floats


def distance(got: npt.NDArray[Any], expected: Bounded) -> Floats:
    """Return how far each element is from the oracle, in units of its bound.

    Parameters
    ----------
    got : ndarray of any float dtype
        What an implementation returned.
    expected : Bounded
        The oracle's value and bound, of the same shape.

    Returns
    -------
    ndarray of float64
        K of each element. 0 where both are NaN or the same infinity, and where the bound is
        infinite (there is no claim then, see `claims`); infinite where one is special and the
        other is not, or where an exact value is missed. An infinity in place of a value near the
        largest finite number is as far off as that number.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    array = np.asarray(got)
    if array.shape != expected.shape:
        raise ValueError(f"got must have the shape {expected.shape}; got {array.shape}")
    value, bound = expected.value, expected.bound
    with np.errstate(all="ignore"):
        found = array.astype(np.float64)
        overflowed = np.isinf(found) & np.isfinite(value) & (np.sign(found) == np.sign(value))
        found = np.where(overflowed & (bound > 0.0), np.sign(found) * _overflow(expected), found)
        error = np.abs(found - value)
        same = (found == value) | (np.isnan(found) & np.isnan(value)) | np.isinf(bound)
        # Where one is special and the other is not, the difference is NaN or infinite.
        far = np.where(np.isfinite(error), error / bound, np.inf)
        result: Floats = np.where(same, 0.0, far)
    return result


def _overflow(expected: Bounded) -> Any:
    """Return the largest finite number, or the value itself where that is larger still."""
    return np.maximum(expected.unit.overflow, np.abs(expected.value))


def claims(expected: Bounded) -> int:
    """Count the elements about which the oracle claims anything.

    Parameters
    ----------
    expected : Bounded
        The oracle's value and bound.

    Returns
    -------
    int
        Number of elements with a finite bound.
    """
    return int(np.count_nonzero(np.isfinite(expected.bound)))
