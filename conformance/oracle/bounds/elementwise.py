"""How bounds pass through elementwise functions: one small pure function each.

Every rule takes the unit and its operands as terms and returns a term. With x known to within b,
the rule gives the largest distance of f(x ± b) from f(x), and adds the rounding of f itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from conformance.oracle.bounds.terms import (
    Floats,
    Term,
    add_bounds,
    certain,
    either,
    finish,
    power_of_two,
    zero,
)
from conformance.oracle.bounds.unit import TRANSCENDENTAL, Unit

Rule: TypeAlias = Callable[..., Term]


def add(unit: Unit, x: Term, y: Term) -> Term:
    """Sum x + y: the bounds add up."""
    return finish(
        unit,
        x.value + y.value,
        add_bounds(x.bound, y.bound),
        lambda: certain(x, y, additive=True),
        exact=either(zero(x), zero(y)),
    )


def subtract(unit: Unit, x: Term, y: Term) -> Term:
    """Difference x − y: the bounds add up."""
    return finish(
        unit,
        x.value - y.value,
        add_bounds(x.bound, y.bound),
        lambda: certain(x, y, additive=True),
        exact=either(zero(x), zero(y)),
    )


def multiply(unit: Unit, x: Term, y: Term) -> Term:
    """Product x·y: |x|·by + |y|·bx + bx·by."""
    passed = None if y.bound is None else np.abs(x.value) * y.bound
    if x.bound is not None:
        passed = add_bounds(passed, np.abs(y.value) * x.bound)
        if y.bound is not None:
            passed = passed + x.bound * y.bound
    return finish(
        unit,
        x.value * y.value,
        passed,
        lambda: certain(x, y),
        exact=either(power_of_two(x), power_of_two(y)),
    )


def divide(unit: Unit, x: Term, y: Term) -> Term:
    """Quotient q = x/y: (bx + |q|·by) / (|y| − by), and no claim if y may be zero."""
    value = np.divide(x.value, y.value)
    passed = x.bound
    if y.bound is not None:
        size = np.abs(y.value)
        passed = add_bounds(x.bound, np.abs(value) * y.bound) / (size - y.bound)
        passed = np.where((y.bound >= size) & (y.bound > 0.0), np.inf, passed)
    elif passed is not None:
        passed = passed / np.abs(y.value)
    return finish(
        unit,
        value,
        passed,
        lambda: certain(x, y, pole=y.value),
        exact=power_of_two(y),
    )


def reciprocal(unit: Unit, x: Term) -> Term:
    """Quotient 1/x."""
    return divide(unit, Term(1.0, None), x)


def square(unit: Unit, x: Term) -> Term:
    """Square x²: 2·|x|·b + b²."""
    return multiply(unit, x, x)


def negative(unit: Unit, x: Term) -> Term:
    """Minus x: nothing is lost."""
    return Term(np.negative(x.value), x.bound)


def positive(unit: Unit, x: Term) -> Term:
    """Plus x: nothing is lost."""
    return x


def absolute(unit: Unit, x: Term) -> Term:
    """Magnitude |x|: nothing is lost."""
    return Term(np.abs(x.value), x.bound)


def sign(unit: Unit, x: Term) -> Term:
    """Sign of x, by value."""
    return Term(np.sign(x.value), None)


def sqrt(unit: Unit, x: Term) -> Term:
    """Square root: |√x − √(x ± b)| is largest below x, b / (√x + √(x − b))."""
    value = np.sqrt(x.value)
    passed = None
    if x.bound is not None:
        passed = x.bound / (value + np.sqrt(np.maximum(x.value - x.bound, 0.0)))
        passed = np.where(x.bound == 0.0, 0.0, passed)
    return finish(unit, value, passed, lambda: certain(x))


def exp(unit: Unit, x: Term) -> Term:
    """Exponential: exp(x)·(exp(b) − 1)."""
    value = np.exp(x.value)
    passed = None if x.bound is None else _rise(x.value, x.bound)
    return _transcendental(unit, value, passed, x)


def expm1(unit: Unit, x: Term) -> Term:
    """exp(x) − 1: exp(x)·(exp(b) − 1)."""
    passed = None if x.bound is None else _rise(x.value, x.bound)
    return _transcendental(unit, np.expm1(x.value), passed, x)


def _rise(value: Floats, bound: Floats) -> Floats:
    # Where exp(x) is 0 and exp(b) infinite, the product would be lost, though exp(x + b) is 0 too.
    near = np.exp(value) * np.expm1(np.minimum(bound, 1))
    return np.where(bound > 1, np.exp(value + bound), near)


def log(unit: Unit, x: Term) -> Term:
    """Logarithm: −log(1 − b/x), and no claim if x may be zero."""
    return _transcendental(unit, np.log(x.value), _log_bound(x.value, x.bound), x, pole=x.value)


def log1p(unit: Unit, x: Term) -> Term:
    """Logarithm of 1 + x: −log(1 − b/(1 + x)), and no claim if x may be −1."""
    argument = 1.0 + x.value
    return _transcendental(unit, np.log1p(x.value), _log_bound(argument, x.bound), x, pole=argument)


def _log_bound(argument: Any, bound: Any) -> Any:
    # NaN where the bound exceeds the argument: no claim.
    return None if bound is None else -np.log1p(-bound / argument)


def tanh(unit: Unit, x: Term) -> Term:
    """Hyperbolic tangent: b times the derivative where x ± b is next to zero, and at most 2."""
    passed = None
    if x.bound is not None:
        steepest = np.cosh(np.maximum(np.abs(x.value) - x.bound, 0.0)) ** -2
        passed = np.minimum(np.where(x.bound == 0.0, 0.0, x.bound * steepest), 2.0)
    return _transcendental(unit, np.tanh(x.value), passed, x)


def power(unit: Unit, x: Term, exponent: Term) -> Term:
    """Power of x with a plain exponent p: b·|p|·|x ± b|^(p − 1) where that is largest."""
    p = exponent.value
    if not isinstance(p, float):
        raise TypeError("numpy.power on a bounded array takes a plain number as its exponent")
    same = {0.5: sqrt, 1.0: positive, 2.0: square, -1.0: reciprocal}.get(p)
    if same is not None:
        return same(unit, x)
    passed = None
    if x.bound is not None or exponent.bound is not None:
        b = 0.0 if x.bound is None else x.bound
        size = np.abs(x.value)
        steepest = np.maximum(size - b, 0.0) if p < 1.0 else size + b
        passed = np.where(np.equal(b, 0.0), 0.0, abs(p) * steepest ** (p - 1.0) * b)
        if exponent.bound is not None:
            change = np.abs(np.log(size)) * np.abs(x.value**p) * exponent.bound
            passed = passed + np.where(size == 0.0, 0.0, change)
    return _transcendental(unit, x.value**p, passed, x, pole=x.value)


def maximum(unit: Unit, x: Term, y: Term) -> Term:
    """Larger of x and y: the bound of the one that is surely larger, else the larger bound."""
    return Term(np.maximum(x.value, y.value), _select(x, y))


def minimum(unit: Unit, x: Term, y: Term) -> Term:
    """Smaller of x and y, as for the maximum."""
    value = np.minimum(x.value, y.value)
    return Term(value, _select(Term(-x.value, x.bound), Term(-y.value, y.bound)))


def _select(x: Term, y: Term) -> Any:
    if x.bound is None and y.bound is None:
        return None
    bx = 0.0 if x.bound is None else x.bound
    by = 0.0 if y.bound is None else y.bound
    # One that stays below the larger value can move the maximum neither up nor down.
    either_one = np.where(y.value + by < x.value, bx, np.maximum(bx, by))
    return np.where(x.value + bx < y.value, by, either_one)


def elementwise(unit: Unit, value: Any, derivative: Callable[[Any], Any], x: Term) -> Term:
    """Bound any smooth function by the largest derivative at x − b, x and x + b."""
    passed = None
    if x.bound is not None:
        steepest = np.abs(derivative(x.value))
        for end in (x.value - x.bound, x.value + x.bound):
            steepest = np.maximum(steepest, np.abs(derivative(end)))
        passed = np.where(x.bound == 0.0, 0.0, x.bound * steepest)
    return _transcendental(unit, value, passed, x)


def _transcendental(unit: Unit, value: Any, passed: Any, x: Term, pole: Any = None) -> Term:
    return finish(
        unit,
        value,
        passed,
        lambda: certain(x, pole=pole),
        units=TRANSCENDENTAL,
    )


RULES: dict[Any, Rule] = {
    np.add: add,
    np.subtract: subtract,
    np.multiply: multiply,
    np.divide: divide,
    np.reciprocal: reciprocal,
    np.square: square,
    np.negative: negative,
    np.positive: positive,
    np.absolute: absolute,
    np.sign: sign,
    np.sqrt: sqrt,
    np.exp: exp,
    np.expm1: expm1,
    np.log: log,
    np.log1p: log1p,
    np.tanh: tanh,
    np.power: power,
    np.maximum: maximum,
    np.minimum: minimum,
}
"""The rule of each ufunc."""

BY_VALUE = frozenset(
    {
        np.greater,
        np.greater_equal,
        np.less,
        np.less_equal,
        np.equal,
        np.not_equal,
        np.isnan,
        np.isfinite,
        np.isinf,
        np.signbit,
    }
)
"""The ufuncs that ask a question of the values and return plain bools."""
