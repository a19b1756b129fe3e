"""How bounds pass through sums, means, extrema and everything that is linear.

A sum of n terms is off by at most √n·u·Σ|x| in K units (Higham and Mary, 2019), whatever the
order of summation, plus the bounds of its terms and one rounding of the result. Half types add up
in float32, so a half sum overflows where float32 does; what is done with it next sees the rest.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from conformance.oracle.bounds.terms import Term, add_bounds, doubtful, finish
from conformance.oracle.bounds.unit import Unit

Axes = int | tuple[int, ...] | None


def total(unit: Unit, x: Term, axis: Axes = None, keepdims: bool = False) -> Term:
    """Sum: √count·u·Σ|x| + Σb + one rounding; exact with at most one term that is not zero."""
    return _sum(unit, x, axis, keepdims, 1)


def mean(unit: Unit, x: Term, axis: Axes = None, keepdims: bool = False) -> Term:
    """Sum divided by the number of terms, the sum not rounded in between."""
    result_size = np.sum(x.value, axis=axis).size
    return _sum(unit, x, axis, keepdims, x.value.size // max(result_size, 1))


def _sum(unit: Unit, x: Term, axis: Axes, keepdims: bool, divisor: int) -> Term:
    def add(array: Any) -> Any:
        return np.sum(array, axis=axis, keepdims=keepdims, dtype=np.float64)

    value = add(x.value)
    count = add(x.value != 0.0)
    lone = count <= 1.0
    passed = None
    if not lone.all():
        magnitude = add(np.abs(x.value))
        passed = np.where(lone, 0.0, np.sqrt(count) * unit.growth * magnitude)
        passed = np.where(_may_overflow(unit, magnitude), np.inf, passed)
    if x.bound is not None:
        passed = add_bounds(passed, add(x.bound))
    if divisor == 1:
        return finish(
            unit,
            value,
            passed,
            lambda: _count_touched(add, x),
            exact=lone,
            overflow=unit.accumulation_overflow,
        )
    return finish(
        unit,
        value / divisor,
        None if passed is None else passed / divisor,
        lambda: _count_touched(add, x),
        exact=lone if divisor & (divisor - 1) == 0 else False,
    )


def _may_overflow(unit: Unit, magnitude: Any) -> Any:
    """Whether the terms, taken in some order, have a partial sum that is too large."""
    return np.isfinite(magnitude) & (magnitude > unit.accumulation_overflow)


def _count_touched(function: Callable[..., Any], *terms: Term) -> tuple[Any, Any]:
    """Tell where a linear map is known although not finite, and where special data reached it.

    It is known where nothing without a bound and no infinity times what may be zero went into
    it, or where a NaN did.
    """

    def reached(masks: dict[int, Any]) -> Any:
        arguments = [
            np.broadcast_to(masks.get(position, True), np.shape(x.value)).astype(np.float64)
            for position, x in enumerate(terms)
        ]
        return function(*arguments) > 0.0

    special, spoilt, doubted = False, False, False
    for position, x in enumerate(terms):
        bounded = True if x.bound is None else np.isfinite(x.bound)
        special = special | reached({position: ~np.isfinite(x.value)})
        spoilt = spoilt | reached({position: np.isnan(x.value) & bounded})
        doubted = doubted | reached({position: np.logical_not(bounded)})
        for partner, y in enumerate(terms):
            if partner != position and y.bound is not None:
                pair = {position: np.isinf(x.value), partner: doubtful(y)}
                doubted = doubted | reached(pair)
    return spoilt | np.logical_not(doubted), special


def linear(unit: Unit, function: Callable[..., Any], terms: Sequence[Term]) -> Term:
    """Bound a map that is linear in each argument, with coefficients 0 and 1.

    Parameters
    ----------
    unit : Unit
        The unit of error.
    function : callable
        The map, of plain float64 arrays. It is called again on magnitudes (for Σ|x||w|), on ones
        where the arguments are not zero (for the number of products), and on the bounds.
    terms : sequence of Term
        Its arguments.

    Returns
    -------
    Term
    """
    terms = [Term(np.asarray(value), _like(value, bound)) for value, bound in terms]
    value = function(*(x.value for x in terms))
    magnitudes = [np.abs(x.value) for x in terms]
    count = np.asarray(function(*((x.value != 0.0).astype(np.float64) for x in terms)))
    passed = _pass_bound(function, terms, magnitudes)
    exact: Any = False
    if len(terms) == 1:
        # A gather or a scatter of single elements rounds nothing.
        exact = count <= 1.0
        if not exact.all():
            magnitude = function(*magnitudes)
            own = np.where(exact, 0.0, np.sqrt(count) * unit.growth * magnitude)
            own = np.where(_may_overflow(unit, magnitude), np.inf, own)
            passed = add_bounds(own, passed)
    else:
        magnitude = function(*magnitudes)
        own = np.sqrt(count) * (unit.growth * magnitude) + count * unit.flush
        if unit.factor:  # equal factors are rounded alike, so these errors add up
            own = own + len(terms) * unit.factor * magnitude
        own = np.where(_may_overflow(unit, magnitude), np.inf, own)
        passed = add_bounds(own, passed)
    return finish(
        unit,
        value,
        passed,
        lambda: _count_touched(function, *terms),
        exact=exact,
        overflow=unit.accumulation_overflow,
    )


def _like(value: Any, bound: Any) -> Any:
    if bound is None or np.shape(bound) == np.shape(value):
        return bound
    return np.broadcast_to(np.float64(bound), np.shape(value))


def _pass_bound(
    function: Callable[..., Any], terms: Sequence[Term], magnitudes: Sequence[Any]
) -> Any:
    """Return f(|x| + bx, |w| + bw, …) − f(|x|, |w|, …), expanded so that nothing cancels."""
    passed = None
    for chosen in itertools.product((False, True), repeat=len(terms)):
        if not any(chosen) or any(
            c and x.bound is None for c, x in zip(chosen, terms, strict=True)
        ):
            continue
        arguments = [x.bound if c else m for c, x, m in zip(chosen, terms, magnitudes, strict=True)]
        passed = add_bounds(passed, function(*arguments))
    return passed


def largest(unit: Unit, x: Term, axis: Axes = None, keepdims: bool = False) -> Term:
    """Maximum: the largest bound among the elements that may exceed it."""
    bound = None
    if x.bound is not None:
        rival = ~(x.value + x.bound < np.max(x.value, axis=axis, keepdims=True))
        bound = np.max(np.where(rival, x.bound, 0.0), axis=axis, keepdims=keepdims)
    return Term(np.max(x.value, axis=axis, keepdims=keepdims), bound)


def smallest(unit: Unit, x: Term, axis: Axes = None, keepdims: bool = False) -> Term:
    """Minimum: minus the maximum of minus x."""
    value, bound = largest(unit, Term(-x.value, x.bound), axis, keepdims)
    return Term(-value, bound)
