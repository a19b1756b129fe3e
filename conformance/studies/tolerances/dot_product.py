"""TOSA's test of dot products, on the errors of all outputs in units of Σ|a||b|·2⁻ᵐ.

It is what the verifier of Arm's reference model does (`verify_dot_product.cc`, 2024), which judges
float32 and float16.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from conformance import oracle
from conformance.layers.registry import FAMILIES
from conformance.oracle.bounds import Bounded, Unit
from conformance.spec.case import Case
from conformance.spec.tolerance import Count
from conformance.studies.tolerances.comparison import Comparison, Floats, Marks

_TERMS: Mapping[str, Count] = {
    layer: count for family in FAMILIES for layer, count in family.dot_products.items()
}
_DTYPES = frozenset(("float32", "float16"))
# Data sets 3 to 5 are those whose values are not mostly positive: of ours, this one.
_BALANCED = "normal"


def applies(comparison: Comparison) -> bool:
    """Whether an output is a dot product in TOSA's terms.

    Parameters
    ----------
    comparison : Comparison
        The array beside its reference.

    Returns
    -------
    bool
    """
    return (
        comparison.aspect == "output"
        and comparison.pair.what == "output"
        and comparison.case.dtype in _DTYPES
        and terms(comparison) is not None
    )


def rejects(comparison: Comparison) -> Marks:
    """Judge the outputs one by one, and all together.

    Parameters
    ----------
    comparison : Comparison
        One that the test applies to.

    Returns
    -------
    ndarray of bool
    """
    expected, got, case = comparison.pair.expected, comparison.pair.got, comparison.case
    assert isinstance(expected, Bounded)
    assert got is not None
    conventions = tuple(sorted(comparison.conventions.items(), key=lambda item: item[0]))
    magnitude = magnitudes(case, conventions, comparison.arrays)
    errors = in_units(got.astype(np.float64), expected.value, magnitude, Unit.of(case.dtype))
    count = terms(comparison)
    assert count is not None
    far = is_too_far(errors, count, balanced=case.regime == _BALANCED)
    return np.asarray(far)


def in_units(got: Floats, exact: Floats, magnitude: Floats, unit: Unit) -> Floats:
    """Measure errors in units of the sums of magnitudes.

    Parameters
    ----------
    got, exact, magnitude : ndarray of float64
        The outputs, what they should be, and Σ|a||b| of each.
    unit : Unit
        The dtype's.

    Returns
    -------
    ndarray of float64
        Zero where the sum of magnitudes overflows or is NaN, which says nothing; infinite where it
        is zero and the output is not, or where the output is not finite.
    """
    with np.errstate(all="ignore"):
        scale = np.maximum(magnitude * unit.rounding, unit.smallest)
        errors = (got - exact) / scale
        errors = np.where(np.isfinite(errors), errors, np.inf)
        errors = np.where(magnitude == 0.0, np.where(got == 0.0, 0.0, np.inf), errors)
        unlimited = ~(magnitude * (1.0 + unit.rounding) <= unit.overflow)
    return np.where(unlimited, 0.0, errors)


def is_too_far(errors: Floats, count: int, *, balanced: bool) -> bool:
    """Whether errors are beyond the limits for dot products of so many terms.

    Parameters
    ----------
    errors : ndarray
        In units of the sums of magnitudes.
    count : int
        K, the number of terms.
    balanced : bool
        Whether the data are as often negative as positive, so that errors should cancel.

    Returns
    -------
    bool
    """
    if np.any(np.abs(errors) > count):
        return True
    if np.sum(errors**2) > 0.4 * count * errors.size:
        return True
    return bool(balanced and abs(np.sum(errors)) > 2 * math.sqrt(count * errors.size))


def terms(comparison: Comparison) -> int | None:
    """Count the terms of each dot product, a bias among them.

    Parameters
    ----------
    comparison : Comparison
        The array beside its reference.

    Returns
    -------
    int or None
        None if the output is not a dot product.
    """
    case = comparison.case
    count = _TERMS.get(case.layer)
    return None if count is None else count(case.config, comparison.shapes)


@functools.lru_cache(256)
def magnitudes(
    case: Case, conventions: tuple[tuple[str, Any], ...], arrays: frozenset[str]
) -> Floats:
    """Compute a case on the magnitudes of its arrays, in float64.

    Parameters
    ----------
    case : Case
        The case.
    conventions : tuple of pair
        What the dialect decides.
    arrays : frozenset of str
        The arrays that are used.

    Returns
    -------
    ndarray
    """
    drawn: Mapping[str, Any] = oracle.arrays_of(case.restricted_to(arrays))
    with np.errstate(all="ignore"):
        sizes = {name: np.abs(array.astype(np.float64)) for name, array in drawn.items()}
        answer = oracle.answer_of(case, dict(conventions), sizes)
    found: Floats = answer.outputs["output"]
    return found
