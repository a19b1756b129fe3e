"""WebNN's tolerances: for each operator a number of units in the last place.

The table is that of the web platform tests (`webnn/resources/utils.js`). WebNN has no float64, no
bfloat16, no gradients and no training; what is not a single operator there has no tolerance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.layers.registry import FAMILIES
from conformance.spec.tolerance import Units
from conformance.studies.tolerances.comparison import Comparison, Marks

_TABLE: Mapping[str, Units] = {
    layer: units for family in FAMILIES for layer, units in family.webnn.items()
}


def tolerance(comparison: Comparison) -> int | None:
    """Look up how many units in the last place an output may be off.

    Parameters
    ----------
    comparison : Comparison
        The array beside its reference.

    Returns
    -------
    int or None
        None if the table does not speak about it.
    """
    case = comparison.case
    if comparison.aspect != "output" or comparison.pair.what != "output":
        return None
    entry = _TABLE.get(case.layer, {}).get(case.dtype)
    if entry is None:
        return None
    return entry({**case.config, **comparison.conventions}, comparison.shapes)


def rejects(comparison: Comparison) -> Marks:
    """Judge an output by its distance in units of the last place.

    Parameters
    ----------
    comparison : Comparison
        One that `tolerance` speaks about.

    Returns
    -------
    ndarray of bool
    """
    allowed = tolerance(comparison)
    assert allowed is not None
    got, reference = comparison.numbers
    kind = np.dtype(comparison.case.dtype)
    with np.errstate(all="ignore"):
        distance = np.abs(value_ranks(got.astype(kind)) - value_ranks(reference.astype(kind)))
    return np.asarray(np.where(comparison.same, 0, distance) > allowed)


def value_ranks(array: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Number the values of a float dtype in their order, both zeros 0.

    Parameters
    ----------
    array : ndarray
        Of float16 or float32.

    Returns
    -------
    ndarray
    """
    bits = np.abs(array).view(f"i{array.dtype.itemsize}").astype(np.int64)
    found: npt.NDArray[np.int64] = np.where(np.signbit(array), -bits, bits)
    return found
