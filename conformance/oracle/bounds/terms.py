"""A value with its bound, as the rules see it, and the step that ends every rule."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from conformance.oracle.bounds.unit import Unit

Floats: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]

Settled: TypeAlias = Callable[[], tuple[Any, Any]]

_MANTISSA = np.int64(2**52 - 1)


class Term(NamedTuple):
    """A value and the bound of its error; a bound of None says that the value is exact.

    Attributes
    ----------
    value : ndarray of float64, or float
        The oracle's value.
    bound : ndarray of float64, or float, or None
        What the value of an honest implementation may differ from it by, absolutely.
    """

    value: Any
    bound: Any


def term(unit: Unit, operand: Any) -> Term:
    """Return a plain operand as a term: exact if the dtype holds it, else off by one rounding.

    Parameters
    ----------
    unit : Unit
        The unit of the operand it meets.
    operand : ndarray, bool, int or float
        Integers and bools are exact.

    Returns
    -------
    Term

    Raises
    ------
    TypeError
        If it is no real number or array of them.
    """
    if isinstance(operand, bool | int | float):
        return _constant(unit, float(operand), isinstance(operand, float))
    array = np.asarray(operand)
    if array.dtype.kind in "biu":
        return Term(array.astype(np.float64), None)
    if array.dtype.kind != "f" and array.dtype.name != "bfloat16":
        raise TypeError(f"a bounded array meets real numbers only; got {operand!r}")
    value = array.astype(np.float64)
    off = value.astype(unit.storage) != value  # type: ignore[call-overload]
    off &= ~np.isnan(value)
    if not off.any():
        return Term(value, None)
    return Term(value, np.where(off, _constant_bound(unit, np.abs(value)), 0.0))


@functools.lru_cache(maxsize=4096)
def _constant(unit: Unit, value: float, rounds: bool) -> Term:
    if not rounds or not math.isfinite(value):
        return Term(value, None)
    if float(np.float64(value).astype(unit.storage)) == value:  # type: ignore[call-overload]
        return Term(value, None)
    return Term(value, float(_constant_bound(unit, np.float64(abs(value)))))


def _constant_bound(unit: Unit, magnitude: Any) -> Any:
    return unit.rounding * magnitude + unit.underflow * (magnitude < unit.smallest)


def add_bounds(first: Any, second: Any) -> Any:
    """Return the sum of two bounds, either of which may be None.

    Parameters
    ----------
    first, second : ndarray, float or None
        The bounds.

    Returns
    -------
    ndarray, float or None
    """
    if first is None:
        return second
    return first if second is None else first + second


def power_of_two(x: Term) -> Any:
    """Tell where multiplying by an exact term only moves the exponent.

    Parameters
    ----------
    x : Term
        The factor.

    Returns
    -------
    bool or ndarray of bool
        False throughout if the term is not exact.
    """
    if x.bound is not None:
        return False
    if isinstance(x.value, float):
        return abs(math.frexp(x.value)[0]) == 0.5
    return (x.value.view(np.int64) & _MANTISSA) == 0


def zero(x: Term) -> Any:
    """Tell where adding an exact term changes nothing.

    Parameters
    ----------
    x : Term
        The summand.

    Returns
    -------
    bool or ndarray of bool
        False throughout if the term is not exact.
    """
    return False if x.bound is not None else x.value == 0.0


def either(first: Any, second: Any) -> Any:
    """Return the elementwise "or" of masks that may be a plain bool.

    Parameters
    ----------
    first, second : bool or ndarray of bool
        The masks.

    Returns
    -------
    bool or ndarray of bool
    """
    if first is True or second is True:
        return True
    if first is False:
        return second
    return first if second is False else first | second


def doubtful(x: Term) -> Any:
    """Tell where a term may be zero or of the other sign, or may be anything at all.

    Parameters
    ----------
    x : Term
        The term.

    Returns
    -------
    bool or ndarray of bool
    """
    if x.bound is None:
        return False
    return (x.bound != 0.0) & ~(x.bound < np.abs(x.value))


def certain(*terms: Term, pole: Any = None, additive: bool = False) -> tuple[Any, Any]:
    """Tell where a value that is not finite is what every implementation must give.

    The operands must be known well enough, and one of them must itself not be finite, or the
    operation must have a pole there.

    Parameters
    ----------
    *terms : Term
        The operands.
    pole : ndarray or float, optional
        What an exact zero of makes the operation singular: the divisor, the logarithm's argument.
    additive : bool
        Whether the sign of a finite operand is of no account beside one that is not finite.

    Returns
    -------
    known, special : bool or ndarray of bool
        Where the operands are known well enough; where they are special.
    """
    known: Any = True
    special: Any = False if pole is None else np.equal(pole, 0.0)
    spoilt: Any = False
    for x in terms:
        bounded = True if x.bound is None else np.isfinite(x.bound)
        known = known & (bounded if additive else np.logical_not(doubtful(x)))
        special = special | ~np.isfinite(x.value)
        # A NaN spoils everything it meets.
        spoilt = spoilt | (np.isnan(x.value) & bounded)
    return known | spoilt, special


def finish(
    unit: Unit,
    value: Any,
    passed: Any,
    settled: Settled,
    *,
    units: float = 1.0,
    exact: Any = False,
    overflow: float | None = None,
) -> Term:
    """End a rule: add the rounding of the result, and mind underflow, overflow and specials.

    Every result below the smallest normal number may lose all its digits, those of sums too:
    rounding never underflows in a sum, but kernels that flush subnormals do.

    Parameters
    ----------
    unit : Unit
        The unit of error.
    value : ndarray of float64
        The result.
    passed : ndarray of float64 or None
        What the operands' bounds come to in the result.
    settled : callable
        Returns what `certain` does; called only if a result is out of range.
    units : float
        How many units the operation may be off by, of rounding and of underflow alike: a kernel
        that scales by powers of two inside flushes a binade or two early.
    exact : bool or ndarray of bool
        Where the operation rounds nothing.
    overflow : float, optional
        Largest number that surely does not overflow; the unit's if not given.

    Returns
    -------
    Term
    """
    value = np.asarray(value)
    limit = unit.overflow if overflow is None else overflow
    magnitude = np.abs(value)
    reach = magnitude if passed is None else magnitude + passed
    relative = units * unit.step
    top = reach.max(initial=0.0) * (1.0 + relative)
    ordinary = bool(top <= limit)
    if exact is True:
        bound = passed
    else:
        own = reach * relative
        if exact is not False:
            own = np.where(exact, 0.0, own)
        bound = own if passed is None else own + passed
    least = magnitude if passed is None else magnitude - passed
    low = (least < units * unit.smallest) & (reach > 0.0)
    if low.any():
        bound = add_bounds(bound, units * unit.underflow * low)
    if not ordinary:
        bound = _extreme(limit, magnitude, bound, settled)
    elif bound is not None and bound.shape != value.shape:
        bound = np.broadcast_to(bound, value.shape)
    return Term(value, bound)


def _extreme(limit: float, magnitude: Any, bound: Any, settled: Settled) -> Any:
    """Bound results that are not finite, or that an honest implementation may have overflowed."""
    finite = np.isfinite(magnitude)
    bound = np.zeros(magnitude.shape) if bound is None else bound
    # A bound that is itself NaN (0·inf) claims nothing.
    safe = magnitude + bound <= limit
    ordinary = np.where(safe, bound, np.inf)
    known, special = settled()
    # NaN never comes from overflow alone: known operands are all it needs.
    exact = known & (special | np.isnan(magnitude))
    return np.where(finite, ordinary, np.where(exact, 0.0, np.inf))
