"""Sums, means, products of matrices and primitives: growth, counts, and what passes through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.oracle.bounds import Bounded, Unit, distance, exact
from refimpl.ops.array import primitive

F64, F32 = Unit.of("float64"), Unit.of("float32")
G32 = F32.growth


@primitive("linear")
def pair_sum(x):
    return x[:-1] + x[1:]


@primitive("linear")
def reverse(x, times=1):
    return x[::-1].copy() if times % 2 else x


@primitive("linear", arguments=2)
def correlate(x, w):
    return np.array([x[i : i + w.size] @ w for i in range(x.size - w.size + 1)])


@primitive("maximum")
def pair_maximum(x):
    padded = np.concatenate([[-np.inf], x, [-np.inf]])
    return np.maximum(padded[:-1], padded[1:])


@primitive("index")
def first_largest(x):
    return np.argmax(x)


@primitive("elementwise", derivative=np.cos)
def sine(x):
    return np.sin(x)


def noisy(shape, seed, scale=1e-9):
    draw = np.random.default_rng(seed)
    return Bounded(draw.standard_normal(shape), scale * draw.random(shape), F64)


def test_a_sum_grows_with_the_root_of_its_length():
    x = exact(np.full(64, 1.5), F32)
    assert x.sum().bound == pytest.approx(8 * G32 * 96 + F32.step * 96, rel=1e-6)
    assert x.sum(axis=0, keepdims=True).shape == (1,)


def test_two_terms_are_a_sum_and_one_is_none():
    x = exact(np.array([[1.3, 2.7, 0.0], [1.3, 0.0, 0.0]]), F32)
    assert x.sum(axis=1).bound[0] == pytest.approx((np.sqrt(2) * G32 + F32.step) * 4.0, rel=1e-6)
    assert x.sum(axis=1).bound[1] == 0.0
    assert x.mean(axis=1).bound[1] == pytest.approx(F32.step * 1.3 / 3, rel=1e-6)


def test_cancellation_shows():
    x = exact(np.array([1e6, -1e6, 1.0, 0.5]), F32)
    assert x.sum().bound == pytest.approx(2 * G32 * 2e6, rel=1e-3)


def test_zeros_are_not_counted():
    x = np.zeros((3, 100))
    x[1, 7] = 1.3
    x[2, :4] = 1.3
    bound = exact(x, F32).sum(axis=1).bound
    assert bound[:2].tolist() == [0.0, 0.0]
    assert bound[2] == pytest.approx(2 * G32 * 5.2 + F32.step * 5.2, rel=1e-6)
    assert exact(x, F32).mean(axis=1).bound[0] == 0.0


def test_the_bounds_of_the_terms_add_up():
    x = Bounded(np.zeros(10), np.linspace(0.0, 0.9, 10), F32)
    assert x.sum().bound == pytest.approx(4.5)
    assert x.mean().bound == pytest.approx(0.45)


def test_a_mean_is_a_sum_divided():
    x = exact(np.random.default_rng(0).standard_normal((5, 8, 3)), F32)
    mean, total = x.mean(axis=(0, 2)), x.sum(axis=(0, 2))
    assert np.allclose(mean.value, total.value / 15, rtol=1e-15)
    assert np.all(mean.bound <= total.bound / 15 * 1.0001)
    assert np.all(mean.bound >= total.bound / 15 * 0.9)


def test_half_types_accumulate_in_float32_and_round_once():
    unit = Unit.of("float16")
    x = np.ones(1024, np.float16)
    total = exact(x, unit).sum()
    assert total.bound == pytest.approx(32 * 2.0**-24 * 1024 + 2.0**-11 * 1024, rel=1e-3)
    many = exact(np.full(1024, 300.0), unit)
    assert np.isfinite(many.mean().bound)
    assert np.isfinite((many.sum() / 1024).bound)
    assert np.isfinite((many @ np.ones(1024) / 1024).bound)


@given(seed=st.integers(0, 10**6), length=st.integers(1, 400), offset=st.sampled_from([0.0, 300.0]))
def test_honest_sums_stay_within(seed, length, offset):
    draw = np.random.default_rng(seed)
    x = (draw.standard_normal(length) + offset).astype(np.float32)
    one_by_one = np.cumsum(x, dtype=np.float32)[-1]
    expected = exact(x, F32).sum()
    assert distance(one_by_one, expected) <= 1.0
    assert distance(x.sum(), expected) <= 1.0


@given(seed=st.integers(0, 10**6), length=st.integers(1, 300))
def test_honest_products_stay_within(seed, length):
    draw = np.random.default_rng(seed)
    x, y = draw.standard_normal((2, 3, length)).astype(np.float32)
    a, b = exact(x, F32), exact(y, F32)
    assert distance(x @ y.T, a @ b.T).max() <= 1.0
    assert distance(np.vecdot(x, y), np.vecdot(a, b)).max() <= 1.0
    assert distance(np.dot(x, y.T), np.dot(a, b.T)).max() <= 1.0
    assert distance(np.einsum("ij,kj->ik", x, y), np.einsum("ij,kj->ik", a, b)).max() <= 1.0
    assert distance(np.tensordot(x, y.T, 1), np.tensordot(a, b.T, 1)).max() <= 1.0


@pytest.mark.parametrize("plain", ["left", "right", "neither"])
def test_products_pass_bounds_of_either_side(plain):
    x, y = noisy((4, 6), 1), noisy((6, 5), 2)
    a = x.value if plain == "left" else x
    b = y.value if plain == "right" else y
    product = a @ b
    passed = np.zeros((4, 5))
    if plain != "left":
        passed += x.bound @ np.abs(y.value)
    if plain != "right":
        passed += np.abs(x.value) @ y.bound
    if plain == "neither":
        passed += x.bound @ y.bound
    own = np.sqrt(6) * F64.growth * (np.abs(x.value) @ np.abs(y.value))
    assert np.allclose(product.bound, passed + own + F64.step * np.abs(product.value), rtol=1e-6)


def test_a_single_product_is_one_product():
    x, y = exact([[1.3, 0.0, 0.0]], F32), exact([[2.7], [1.0], [1.0]], F32)
    assert (x @ y).bound[0, 0] == pytest.approx(2 * F32.step * 1.3 * 2.7, rel=1e-6)


def test_products_that_underflow_inside_a_sum_are_allowed_for():
    x = exact(np.full((1, 100), 1e-20), F32)
    result = x @ np.full((100, 1), 2.0**-60)
    assert result.value > 50 * F32.smallest
    assert distance(np.zeros((1, 1)), result)[0, 0] <= 1.0


def test_a_linear_primitive_of_single_elements_is_exact():
    x = exact(np.array([1.3, 2.7, 3.9]), F32)
    assert not reverse(x).bound.any()
    assert reverse(x, times=3).value.tolist() == [3.9, 2.7, 1.3]
    y = Bounded([1.0, 2.0], [0.1, 0.2], F32)
    assert reverse(y).bound.tolist() == [0.2, 0.1]


def test_a_linear_primitive_of_one_argument_is_a_sum():
    x = Bounded([1.0, 2.0, 0.0, 3.0], [0.0, 1e-3, 0.0, 0.0], F32)
    result = pair_sum(x)
    assert result.value.tolist() == [3.0, 2.0, 3.0]
    two = np.sqrt(2) * G32 * 3.0 + F32.step * 3.0
    assert result.bound[0] == pytest.approx(1e-3 + two, rel=1e-6)
    assert result.bound[1] == 1e-3
    assert result.bound[2] == 0.0


def test_a_linear_primitive_of_two_arguments_is_a_product():
    x, w = noisy(9, 3), noisy(4, 4)
    result = correlate(x, w)
    windows = np.lib.stride_tricks.sliding_window_view(np.arange(9), 4)
    expected = x[windows] @ w
    assert np.allclose(result.value, expected.value)
    assert np.allclose(result.bound, expected.bound, rtol=1e-9)
    assert np.allclose(correlate(x.value, w).bound, (x.value[windows] @ w).bound, rtol=1e-9)
    assert isinstance(correlate(x.value, w.value), np.ndarray)


def test_a_maximum_primitive_passes_the_largest_bound():
    x = Bounded([1.0, 5.0, 2.0], [0.1, 0.2, 0.3], F32)
    result = pair_maximum(x)
    assert result.value.tolist() == [1.0, 5.0, 5.0, 2.0]
    assert result.bound.tolist() == [0.1, 0.2, 0.3, 0.3]
    assert not pair_maximum(exact([1.0, 2.0], F32)).bound.any()
    nothing = pair_maximum(Bounded(np.zeros(0), np.zeros(0), F32))
    assert (nothing.value.tolist(), nothing.bound.tolist()) == ([-np.inf], [0.0])


def test_an_index_primitive_sees_values_alone():
    assert first_largest(Bounded([1.0, 5.0, 2.0], [0.1, 9.0, 0.3], F32)) == 1


def test_an_elementwise_primitive_uses_its_derivative():
    x = Bounded([0.0, 1.5], [0.1, 0.1], F64)
    result = sine(x)
    assert result.bound[0] == pytest.approx(0.1)
    assert result.bound[1] == pytest.approx(0.1 * np.cos(1.4))
    own = sine(exact([1.0], F32)).bound[0]
    assert own == pytest.approx(4 * F32.step * np.sin(1.0), rel=1e-6)


def test_an_elementwise_primitive_without_a_derivative_is_refused():
    unknown = primitive("elementwise")(np.cbrt)
    for x in (exact([1.0], F32), Bounded([1.0], [0.5], F32)):
        with pytest.raises(TypeError, match=r"no bound is known for .*cbrt.* 'elementwise'"):
            unknown(x)


def test_a_special_number_in_a_sum_stays_special():
    x = exact(np.array([[1.3, np.inf], [1.3, np.nan], [1.3, 2.7]]), F32)
    total = x.sum(axis=1)
    assert total.bound[:2].tolist() == [0.0, 0.0]
    product = x @ np.array([[1.0], [3.0]])
    assert product.bound[:2].ravel().tolist() == [0.0, 0.0]
    assert product.bound[2, 0] > 0.0


def test_a_nan_spoils_what_it_meets_whatever_else_is_doubtful():
    doubtful = Bounded([np.nan, 0.0, np.inf], [0.0, 0.5, 0.0], F32)
    assert doubtful.sum().bound == 0.0
    assert (doubtful @ np.ones(3)).bound == 0.0
    assert (doubtful[:1] * Bounded([0.0], [np.inf], F32)).bound == 0.0
    assert np.maximum(doubtful[:1], exact([1.0], F32)).bound == 0.0
    unbounded = Bounded([np.nan, 0.0], [0.0, np.inf], F32)
    assert (unbounded.sum().bound, (unbounded @ np.ones(2)).bound) == (0.0, 0.0)


def test_an_infinity_outweighs_what_is_bounded_and_nothing_else():
    infinity = exact([np.inf], F32)
    doubtful, unbounded = Bounded([0.0], [0.5], F32), Bounded([0.0], [np.inf], F32)
    assert (infinity + doubtful).bound == 0.0
    assert (infinity - doubtful).bound == 0.0
    assert np.isinf((infinity + unbounded).bound)
    assert np.concatenate([infinity, doubtful]).sum().bound == 0.0
    assert np.isinf(np.concatenate([infinity, unbounded]).sum().bound)
    assert np.isinf((infinity @ doubtful).bound)
    assert np.isinf((doubtful @ infinity).bound)
    assert (infinity @ Bounded([1.0], [0.5], F32)).bound == 0.0
    # An infinity from nowhere, of an unclaimed term, is no claim either.
    assert np.isinf((Bounded([np.inf], [np.inf], F32) + 1.0).bound)
    assert np.isinf(Bounded([np.inf, 1.0], [np.inf, 0.0], F32).sum().bound)


def test_a_sum_that_overflows_claims_nothing():
    assert np.isinf(exact(np.array([3e38, 3e38]), F32).sum().bound)
    assert np.isinf((exact([[3e38, 3e38]], F32) @ np.ones((2, 1))).bound).all()
    # Where the oracle's own sum is infinite, of finite terms, nothing is claimed either.
    huge = exact(np.array([1.7e308, 1.7e308]), F64)
    assert np.isinf(huge.sum().value)
    assert np.isinf([huge.sum().bound, huge.mean().bound, (huge @ np.ones(2)).bound]).all()


def test_a_sum_whose_partial_sums_may_overflow_claims_nothing():
    large = [3e38, 3e38, -3e38]
    assert np.isinf(exact(large, F32).sum().bound)
    assert np.isinf((exact([large], F32) @ np.ones((3, 1))).bound).all()
    assert np.isinf(correlate(exact(large, F32), np.ones(3)).bound).all()
    assert np.isfinite(exact(large, F64).sum().bound)
    # An infinity or a NaN among the terms is claimed as before.
    assert exact([np.inf, 1.0], F32).sum().bound == 0.0
    assert np.isnan(exact([np.nan, 3e38, 3e38], F32).sum().value)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_empty_arrays_pass(shape):
    x = exact(np.zeros(shape), F32)
    assert (x * 2.5 + 1.5).shape == shape
    assert x.sum(axis=0).shape == shape[1:]
    assert x.mean(axis=-1).shape == shape[:-1]
