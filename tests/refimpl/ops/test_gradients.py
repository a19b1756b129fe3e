"""The gradient check passes true derivatives and catches wrong ones."""

from __future__ import annotations

import numpy as np
import pytest


def cube(factor=3.0):
    def op(x):
        return x**3, lambda g: (g * factor * x * x,)

    return op


X = np.array([0.5, -1.25, 2.0])


def test_a_true_derivative_passes(check_vjp):
    check_vjp(cube(), X)


@pytest.mark.parametrize("relative", [1e-3, 1e-8, -1e-11])
def test_a_wrong_digit_is_caught(check_vjp, relative):
    with pytest.raises(AssertionError, match="argument 0 at"):
        check_vjp(cube(3.0 * (1 + relative)), X)


def test_several_arguments_and_outputs(check_vjp):
    def op(x, y):
        return (x * y, np.exp(x)), lambda gs: (gs[0] * y + gs[1] * np.exp(x), gs[0] * x)

    check_vjp(op, X, X[::-1])


def test_a_swapped_argument_is_caught(check_vjp):
    def op(x, y):
        return x * y, lambda g: (g * x, g * y)

    with pytest.raises(AssertionError, match="argument 0 at"):
        check_vjp(op, X, X[::-1])


def test_an_absent_argument_has_no_cotangent(check_vjp):
    check_vjp(lambda x: (x * 2.0, lambda g: (g * 2.0, None)), X)


def test_a_missing_cotangent_is_caught(check_vjp):
    with pytest.raises(AssertionError, match="1 cotangents for 2 arrays"):
        check_vjp(lambda x, y: (x + y, lambda g: (g, None)), X, X)


def test_a_wrong_shape_is_caught(check_vjp):
    with pytest.raises(AssertionError, match="argument 1: cotangent"):
        check_vjp(lambda x, y: (x + y, lambda g: (g, g)), X, np.ones(1))


def test_a_wrong_dtype_is_caught(check_vjp):
    with pytest.raises(AssertionError, match="argument 0: cotangent of float32"):
        check_vjp(lambda x: (x * 1.0, lambda g: (g.astype(np.float32),)), X)


def test_a_vjp_that_writes_into_its_cotangent_is_caught(check_vjp):
    def op(x):
        def vjp(g):
            bar = g * 2.0
            g[:] = 0.0
            return (bar,)

        return x * 2.0, vjp

    with pytest.raises(AssertionError, match=r"other values again|wrote into"):
        check_vjp(op, X)


def test_a_vjp_that_spoils_what_it_saved_is_caught(check_vjp):
    def op(x):
        saved = x * x * 3.0

        def vjp(g):
            saved.__imul__(g)
            return (saved.copy(),)

        return x**3, vjp

    with pytest.raises(AssertionError, match="other values again"):
        check_vjp(op, X)
