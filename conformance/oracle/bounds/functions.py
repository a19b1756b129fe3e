"""NumPy's functions and refimpl's primitives on terms: what is not a ufunc."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from conformance.oracle.bounds import elementwise, reductions
from conformance.oracle.bounds.terms import Term
from conformance.oracle.bounds.unit import Unit
from refimpl.ops.array import Primitive

ToTerm = Callable[[Any], Term]
"""Turns an argument, bounded or plain, into a term."""

Function = Callable[..., Term]
"""A function of the unit, `ToTerm`, and then of NumPy's own arguments."""

MOVES = frozenset(
    {
        np.reshape,
        np.ravel,
        np.transpose,
        np.moveaxis,
        np.swapaxes,
        np.broadcast_to,
        np.expand_dims,
        np.squeeze,
        np.take,
        np.take_along_axis,
        np.flip,
        np.roll,
        np.repeat,
        np.copy,
        np.lib.stride_tricks.sliding_window_view,
    }
)
"""The functions that only move or select elements of their first argument."""

CONSTANTS = frozenset({np.zeros_like, np.ones_like})
"""The functions that use nothing but the shape of their first argument."""

BY_VALUE = frozenset(
    {np.argmax, np.argmin, np.argsort, np.count_nonzero, np.any, np.all, np.isposinf, np.isneginf}
)
"""The functions that answer by value, in plain integers or bools."""

ABOUT = frozenset({np.shape, np.ndim, np.size})
"""The functions that tell about the array."""


def move(function: Callable[..., Any], x: Term, *args: Any, **kwargs: Any) -> Term:
    """Move value and bound alike.

    Parameters
    ----------
    function : callable
        One of `MOVES`, or anything of its kind.
    x : Term
        Its first argument.
    *args, **kwargs
        Its other arguments.

    Returns
    -------
    Term
    """
    bound = None if x.bound is None else function(x.bound, *args, **kwargs)
    return Term(function(x.value, *args, **kwargs), bound)


def _sum(unit: Unit, to_term: ToTerm, a: Any, axis: Any = None, *, keepdims: bool = False) -> Term:
    return reductions.total(unit, to_term(a), axis, keepdims)


def _mean(unit: Unit, to_term: ToTerm, a: Any, axis: Any = None, *, keepdims: bool = False) -> Term:
    return reductions.mean(unit, to_term(a), axis, keepdims)


def _max(unit: Unit, to_term: ToTerm, a: Any, axis: Any = None, *, keepdims: bool = False) -> Term:
    return reductions.largest(unit, to_term(a), axis, keepdims)


def _min(unit: Unit, to_term: ToTerm, a: Any, axis: Any = None, *, keepdims: bool = False) -> Term:
    return reductions.smallest(unit, to_term(a), axis, keepdims)


def _where(unit: Unit, to_term: ToTerm, condition: Any, x: Any, y: Any) -> Term:
    return _together(
        lambda first, second: np.where(condition, first, second), [to_term(x), to_term(y)]
    )


def _clip(unit: Unit, to_term: ToTerm, a: Any, a_min: Any = None, a_max: Any = None) -> Term:
    x = to_term(a)
    if a_min is not None:
        x = elementwise.maximum(unit, x, to_term(a_min))
    if a_max is not None:
        x = elementwise.minimum(unit, x, to_term(a_max))
    return x


def _concatenate(unit: Unit, to_term: ToTerm, arrays: Sequence[Any], axis: int | None = 0) -> Term:
    parts = [to_term(array) for array in arrays]
    return _together(lambda *all_of: np.concatenate(all_of, axis=axis), parts)


def _stack(unit: Unit, to_term: ToTerm, arrays: Sequence[Any], axis: int = 0) -> Term:
    parts = [to_term(array) for array in arrays]
    return _together(lambda *all_of: np.stack(all_of, axis=axis), parts)


def _full_like(unit: Unit, to_term: ToTerm, a: Any, fill_value: Any) -> Term:
    shape = to_term(a).value.shape
    return move(lambda part: np.full(shape, part), to_term(fill_value))


def _dot(unit: Unit, to_term: ToTerm, a: Any, b: Any) -> Term:
    return reductions.linear(unit, np.dot, [to_term(a), to_term(b)])


def _tensordot(unit: Unit, to_term: ToTerm, a: Any, b: Any, axes: Any = 2) -> Term:
    return reductions.linear(
        unit, lambda x, y: np.tensordot(x, y, axes=axes), [to_term(a), to_term(b)]
    )


def _einsum(unit: Unit, to_term: ToTerm, subscripts: str, *operands: Any) -> Term:
    return reductions.linear(
        unit,
        lambda *arrays: np.einsum(subscripts, *arrays),
        [to_term(operand) for operand in operands],
    )


def _together(function: Callable[..., Any], parts: Sequence[Term]) -> Term:
    """Select or join elements of several terms by position."""
    value = function(*(part.value for part in parts))
    if all(part.bound is None for part in parts):
        return Term(value, None)
    bounds = (
        np.zeros(np.shape(part.value)) if part.bound is None else part.bound for part in parts
    )
    return Term(value, function(*bounds))


FUNCTIONS: dict[Any, Function] = {
    np.sum: _sum,
    np.mean: _mean,
    np.max: _max,
    np.amax: _max,
    np.min: _min,
    np.amin: _min,
    np.where: _where,
    np.clip: _clip,
    np.concatenate: _concatenate,
    np.stack: _stack,
    np.full_like: _full_like,
    np.dot: _dot,
    np.tensordot: _tensordot,
    np.einsum: _einsum,
}
"""The functions with a rule of their own."""

PRODUCTS = frozenset({np.matmul, np.vecdot})
"""The ufuncs that are linear in each operand."""


def primitive(
    unit: Unit,
    to_term: ToTerm,
    kernel: Primitive,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Term | Any:
    """Bound one of refimpl's primitives by the rule it states.

    Parameters
    ----------
    unit : Unit
        The unit of error.
    to_term : callable
        Turns an argument into a term.
    kernel : Primitive
        The primitive.
    args, kwargs
        What it was called with.

    Returns
    -------
    Term
        Or, for rule 'index', the primitive's own plain result.

    Raises
    ------
    TypeError
        If the primitive's rule is unknown.
    """
    terms = [to_term(argument) for argument in args[: kernel.arguments]]
    rest = args[kernel.arguments :]

    def run(*arrays: Any) -> Any:
        return kernel.function(*arrays, *rest, **kwargs)

    if kernel.rule == "linear":
        return reductions.linear(unit, run, terms)
    if kernel.rule == "index":
        return run(*(x.value for x in terms))
    x = terms[0]
    if kernel.rule == "maximum":
        # Padding with −inf loses to every bound, and where all is padding there is none.
        bound = None if x.bound is None else np.maximum(run(x.bound), 0.0)
        return Term(run(x.value), bound)
    if kernel.rule == "elementwise" and kernel.derivative is not None:
        derivative = kernel.derivative
        return elementwise.elementwise(unit, run(x.value), derivative, x)
    raise TypeError(f"no bound is known for {kernel!r} with rule {kernel.rule!r}")
