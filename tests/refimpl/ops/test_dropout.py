"""dropout's arithmetic, exactly, for masks that are given."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.ops.dropout import dropout

KEEP = np.array([[True, False, True], [False, True, True]])
X = np.array([[1.0, 2.0, -3.0], [-5.0, 7.0, 0.0]])


@pytest.mark.parametrize("select", [False, True])
@pytest.mark.parametrize(("rate", "factor"), [(0.0, 1.0), (0.5, 2.0), (0.75, 4.0), (0.875, 8.0)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_is_kept_is_divided_by_the_probability_of_keeping(select, rate, factor, dtype):
    output, vjp = dropout(X.astype(dtype), KEEP, rate=rate, select=select)
    assert output.dtype == dtype
    np.testing.assert_array_equal(output, [[factor, 0, -3 * factor], [0, 7 * factor, 0]])
    (bar,) = vjp(np.full(X.shape, 3.0, dtype))
    assert bar.dtype == dtype
    np.testing.assert_array_equal(bar, 3 * factor * KEEP)


@given(rate=st.floats(0.0, 0.999), value=st.floats(-1e3, 1e3), select=st.booleans())
def test_the_factor_is_good_to_two_roundings(rate, value, select):
    (got,), _ = dropout(np.array([value]), np.array([True]), rate=rate, select=select)
    exact = Fraction(value) / (1 - Fraction(rate))
    # One rounding each of 1 - rate, of the quotient and of the product, and the smallest number.
    assert abs(Fraction(float(got)) - exact) <= abs(exact) * 4 * Fraction(1, 2**53) + Fraction(
        5e-324
    )


def test_the_factor_is_rounded_as_each_framework_rounds_it():
    one = np.ones(1, np.float32)
    keep = np.array([True])
    found = 0
    for rate in np.linspace(0.01, 0.99, 99):
        multiplied = dropout(one, keep, rate=rate)[0][0]
        selected = dropout(one, keep, rate=rate, select=True)[0][0]
        # PyTorch's mask of ones is divided by 1 - rate in float32; TensorFlow rounds 1/(1 - rate).
        assert multiplied == np.float32(1) / np.float32(1 - rate)
        assert selected == np.float32(1 / (1 - rate))
        found += multiplied != selected
    assert found > 0


def test_multiplying_lets_specials_through_and_selecting_does_not():
    special = np.array([np.nan, np.inf, -np.inf, -1.0, 1.0])
    nothing = np.zeros(5, bool)
    with np.errstate(invalid="ignore"):
        multiplied = dropout(special, nothing, rate=0.5)[0]
    np.testing.assert_array_equal(multiplied, [np.nan, np.nan, np.nan, -0.0, 0.0])
    assert np.signbit(multiplied[3])
    selected = dropout(special, nothing, rate=0.5, select=True)[0]
    np.testing.assert_array_equal(selected, np.zeros(5))
    assert not np.signbit(selected).any()
    kept = dropout(special, ~nothing, rate=0.5, select=True)[0]
    np.testing.assert_array_equal(kept, [np.nan, np.inf, -np.inf, -2.0, 2.0])


@pytest.mark.parametrize("select", [False, True])
def test_rate_one_drops_what_the_mask_would_keep(select):
    output, vjp = dropout(X, KEEP, rate=1.0, select=select)
    np.testing.assert_array_equal(output, np.zeros_like(X))
    np.testing.assert_array_equal(vjp(X)[0], np.zeros_like(X))
    assert output.dtype == X.dtype


def test_selecting_at_rate_one_drops_specials_too():
    special = np.array([np.nan, np.inf, -np.inf, -1.0])
    output, vjp = dropout(special, np.ones(4, bool), rate=1.0, select=True)
    for result in (output, *vjp(special)):
        np.testing.assert_array_equal(result, np.zeros(4))
        assert not np.signbit(result).any()


@pytest.mark.parametrize("select", [False, True])
@pytest.mark.parametrize("shape", [(2, 3, 1, 1), (3, 1, 1), (1, 1, 1, 5), (), (2, 3, 4, 5)])
def test_one_flag_may_stand_for_many_elements(select, shape):
    rng = np.random.default_rng(0)
    input = rng.normal(size=(2, 3, 4, 5))
    keep = np.asarray(rng.random(shape) < 0.5)
    output = dropout(input, keep, rate=0.5, select=select)[0]
    np.testing.assert_array_equal(output, np.where(keep, input * 2, 0))


@pytest.mark.parametrize("select", [False, True])
@pytest.mark.parametrize("rate", [0.0, 0.3, 1.0])
def test_vjp_is_the_derivative(check_vjp, select, rate):
    check_vjp(lambda x: dropout(x, KEEP, rate=rate, select=select), X)


@pytest.mark.parametrize("select", [False, True])
@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0])
def test_arguments_are_left_alone_and_results_are_new(select, rate):
    input, keep = X.copy(), KEEP.copy()
    input.flags.writeable = keep.flags.writeable = False
    output, vjp = dropout(input, keep, rate=rate, select=select)
    assert not np.shares_memory(output, input)
    assert not np.shares_memory(vjp(input)[0], input)


@pytest.mark.parametrize("select", [False, True])
def test_non_contiguous_and_empty_arrays(select):
    input = np.arange(24.0).reshape(4, 6)
    keep = np.arange(24).reshape(6, 4) % 3 == 0
    output = dropout(input[::-1, ::2], keep.T[:, ::2], rate=0.5, select=select)[0]
    np.testing.assert_array_equal(output, np.where(keep.T[:, ::2], input[::-1, ::2] * 2, 0))
    empty = dropout(np.zeros((0, 3)), np.ones((0, 3), bool), rate=0.5, select=select)[0]
    assert empty.shape == (0, 3)


@pytest.mark.parametrize("select", [False, True])
@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_half_types_compute_in_float32_and_round_once(select, name):
    dtype = np.dtype(name if name == "float16" else pytest.importorskip("ml_dtypes").bfloat16)
    input = np.random.default_rng(1).normal(size=100).astype(dtype)
    keep = np.arange(100) % 3 > 0
    output = dropout(input, keep, rate=0.3, select=select)[0]
    wide = dropout(input.astype(np.float32), keep, rate=0.3, select=select)[0]
    assert output.dtype == dtype
    np.testing.assert_array_equal(output, wide.astype(dtype))


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_rate_that_is_no_probability(rate):
    with pytest.raises(ValueError, match=r"rate must be in \[0, 1\]; got"):
        dropout(X, KEEP, rate=rate)


@pytest.mark.parametrize("keep", [KEEP.astype(float), KEEP.astype(int), [True], None])
def test_a_mask_that_is_no_bool_array(keep):
    with pytest.raises(TypeError, match="keep must be an array of bools"):
        dropout(X, keep, rate=0.5)


@pytest.mark.parametrize("shape", [(2,), (3, 2), (1, 2, 3), (5, 2, 3)])
def test_a_mask_that_does_not_broadcast(shape):
    with pytest.raises(ValueError, match=r"keep must be of a shape that broadcasts to \(2, 3\)"):
        dropout(X, np.ones(shape, bool), rate=0.5)


@pytest.mark.parametrize("input", [np.ones(3, int), [1.0], np.ones(3, complex)])
def test_an_input_that_holds_no_floats(input):
    with pytest.raises(TypeError, match="input must be an array of floats"):
        dropout(input, np.ones(3, bool), rate=0.5)


def test_a_cotangent_of_another_shape():
    with pytest.raises(ValueError, match=r"cotangent must have shape \(2, 3\); got \(3,\)"):
        dropout(X, KEEP, rate=0.5)[1](np.ones(3))
