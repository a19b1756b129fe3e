"""Each rule on its own: no operand within its bound escapes the result's, and none is idle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.oracle.bounds import TRANSCENDENTAL, Bounded, Unit, distance, exact
from conformance.oracle.bounds.terms import finish

F64, F32 = Unit.of("float64"), Unit.of("float32")

# Name, function, and the range of arguments on which it is smooth.
UNARY = [
    ("negative", np.negative, (-9.0, 9.0)),
    ("absolute", np.abs, (-9.0, 9.0)),
    ("square", np.square, (-9.0, 9.0)),
    ("reciprocal", np.reciprocal, (0.1, 9.0)),
    ("sqrt", np.sqrt, (0.1, 9.0)),
    ("exp", np.exp, (-20.0, 20.0)),
    ("expm1", np.expm1, (-20.0, 20.0)),
    ("log", np.log, (0.1, 9.0)),
    ("log1p", np.log1p, (-0.9, 9.0)),
    ("tanh", np.tanh, (-4.0, 4.0)),
    ("cube", lambda x: x**3, (0.1, 9.0)),
    ("root", lambda x: x**-0.5, (0.1, 9.0)),
    ("root of a cube", lambda x: x**1.5, (0.1, 9.0)),
    ("half", lambda x: x**0.5, (0.1, 9.0)),
    ("inverse", lambda x: x**-1, (0.1, 9.0)),
    ("itself", lambda x: x**1.0, (0.1, 9.0)),
    ("clip", lambda x: np.clip(x, -3.0, 3.0), (-9.0, 9.0)),
]
BINARY = [
    ("add", np.add, (-9.0, 9.0)),
    ("subtract", np.subtract, (-9.0, 9.0)),
    ("multiply", np.multiply, (-9.0, 9.0)),
    ("divide", np.divide, (0.5, 9.0)),
    ("maximum", np.maximum, (-9.0, 9.0)),
    ("minimum", np.minimum, (-9.0, 9.0)),
]
names = pytest.mark.parametrize


def spread(value, bound):
    """Give the ends of an interval, its middle, and two points between.

    The ends are drawn in a little, because value ± bound is rounded.
    """
    return [value + part * bound for part in (-0.99999, -0.37, 0.0, 0.61, 0.99999)]


def farthest(function, result, *operands):
    """Give how far the function gets from its value within the operands' bounds."""
    choices = [spread(x.value, x.bound) for x in operands]
    far = np.zeros(result.shape)
    for first in choices[0]:
        for second in choices[1] if len(choices) > 1 else [None]:
            arguments = [first] if second is None else [first, second]
            with np.errstate(all="ignore"):
                far = np.maximum(far, np.abs(function(*arguments) - result.value))
    return far


@names(("name", "function", "domain"), UNARY, ids=[row[0] for row in UNARY])
@given(share=st.floats(0.0, 1.0), size=st.floats(1e-9, 0.09))
def test_no_operand_within_its_bound_leads_out_of_the_bound(name, function, domain, share, size):
    low, high = domain
    x = Bounded([low + share * (high - low)], [size], F64)
    result = function(x)
    assert np.all(farthest(function, result, x) <= result.bound)


@names(("name", "function", "domain"), BINARY, ids=[row[0] for row in BINARY])
@given(
    shares=st.tuples(*[st.floats(0.0, 1.0)] * 2),
    sizes=st.tuples(*[st.just(0.0) | st.floats(1e-9, 0.4)] * 2),
)
def test_no_two_operands_lead_out_of_the_bound(name, function, domain, shares, sizes):
    low, high = domain
    x, y = (
        Bounded([low + share * (high - low)], [size], F64)
        for share, size in zip(shares, sizes, strict=True)
    )
    result = function(x, y)
    assert np.all(farthest(function, result, x, y) <= result.bound)


@names(("name", "function", "domain"), UNARY, ids=[row[0] for row in UNARY])
def test_the_passed_bound_is_reached(name, function, domain):
    low, high = domain
    x = Bounded(np.linspace(low + 1e-3, high - 1e-3, 40), 1e-7, F64)
    result = function(x)
    # First order in 1e-7, so the bound is the derivative's to six digits.
    assert np.all(farthest(function, result, x) >= 0.9999 * result.bound - 1e-14)


@names(("name", "function", "domain"), BINARY, ids=[row[0] for row in BINARY])
def test_the_passed_bound_of_two_is_reached(name, function, domain):
    low, high = domain
    x = Bounded(np.linspace(low, high, 40), 1e-7, F64)
    y = Bounded(np.linspace(high, low, 40) + 0.01, 2e-7, F64)
    result = function(x, y)
    assert np.all(farthest(function, result, x, y) >= 0.9999 * result.bound - 1e-14)


@names("function", [np.add, np.subtract, np.multiply, np.divide])
def test_the_four_operations_are_off_by_one_rounding(function):
    draw = np.random.default_rng(5)
    x, y = draw.standard_normal((2, 20000)).astype(np.float32)
    k = distance(function(x, y), function(exact(x, F32), exact(y, F32)))
    assert 0.5 < k.max() <= 1.0


def test_the_square_root_is_off_by_one_rounding():
    x = np.random.default_rng(6).random(20000).astype(np.float32)
    k = distance(np.sqrt(x), np.sqrt(exact(x, F32)))
    assert 0.5 < k.max() <= 1.0


@names("function", [np.exp, np.log, np.tanh, np.expm1, np.log1p, lambda x: x**1.75])
def test_every_transcendental_function_has_the_same_allowance(function):
    x = exact(np.linspace(0.25, 3.0, 30), F32)
    result = function(x)
    relative = result.bound / np.abs(result.value)
    assert np.all(relative >= TRANSCENDENTAL * F32.step * (1 - 1e-12))
    assert np.all(relative <= TRANSCENDENTAL * F32.step * (1 + 1e-12))


@names("dtype", ["float32", "float16", "bfloat16", "float64"])
@names("factor", [1.0, -1.0, 0.0, 2.0, -0.5, 2, True, np.float64(4.0), np.array([1.0, -2.0, 0.0])])
def test_products_that_move_the_exponent_alone_round_nothing(dtype, factor):
    x = exact(np.array([1.3, -2.7, 3.1]), Unit.of(dtype))
    for product in (x * factor, factor * x):
        assert not product.bound.any()


@names("other", [0.0, 0, -0.0, np.zeros(3)])
def test_sums_with_zero_round_nothing(other):
    x = exact(np.array([1.3, -2.7, 3.1]), F32)
    for result in (x + other, other + x, x - other, other - x):
        assert not result.bound.any()


def test_exactness_is_seen_element_by_element():
    x = exact(np.array([1.3, 1.3, 1.3]), F32)
    assert ((x * np.array([2.0, 3.0, 0.0])).bound > 0).tolist() == [False, True, False]
    assert ((x + np.array([0.0, 3.0, 0.0])).bound > 0).tolist() == [False, True, False]


@names("divisor", [1.0, 2.0, -4])
def test_quotients_by_powers_of_two_round_nothing(divisor):
    x = exact(np.array([1.3, -2.7]), F32)
    assert not (x / divisor).bound.any()
    assert (divisor / x).bound.all()
    assert (x / 3.0).bound.all()


def test_constants_that_the_dtype_lacks_are_off_by_a_rounding():
    one = exact(np.ones(1), F32)
    assert (one * 0.5).bound[0] == 0.0
    lacking = (one * 0.1).bound[0]
    assert lacking == pytest.approx(F32.rounding * 0.1, rel=1e-9)
    array = (one * np.array([0.1, 0.5])).bound
    assert array.tolist() == [lacking, 0.0]
    assert (one * np.float32(0.1)).bound[0] == 0.0


def test_an_exponent_that_the_dtype_lacks_moves_the_power():
    x = exact(np.array([2.0, 1.0]), F32)
    own = TRANSCENDENTAL * F32.step * 2**1.7
    moved = np.log(2.0) * 2**1.7 * F32.rounding * 1.7
    assert (x**1.7).bound[0] == pytest.approx(own + moved, rel=1e-6)


def test_a_constant_that_underflows_is_off_by_that():
    half = Unit.of("float16")
    product = exact([32768.0], half) * 1e-7
    assert distance(np.float16(32768.0) * np.array([np.float16(1e-7)]), product)[0] <= 1.0
    assert (exact([4.0], F32) * 1e-40).bound[0] >= 4e-40


def test_plain_specials_are_exact():
    x = exact(np.ones(3), F32) * np.array([np.nan, np.inf, 0.1])
    assert (x.bound > 0).tolist() == [False, False, True]


@names(
    ("exponent", "function"),
    [(0.5, np.sqrt), (1.0, np.positive), (2.0, np.square), (2, np.square), (-1.0, np.reciprocal)],
)
def test_powers_with_a_name_are_no_transcendental_functions(exponent, function):
    x = exact(np.array([1.3, 2.7]), F32)
    assert np.array_equal((x**exponent).bound, function(x).bound)


def test_the_bound_of_a_hyperbolic_tangent_is_never_above_two():
    assert np.tanh(Bounded([0.0, 9.0], 50.0, F64)).bound == pytest.approx([2.0, 2.0], rel=1e-14)


def test_a_rounding_is_relative_to_the_farthest_result():
    bound = (Bounded([0.0], [1.0], F32) * 1.5).bound[0]
    assert bound == pytest.approx(1.5 * (1 + F32.step), rel=1e-15)


def test_the_oracles_own_rounding_counts():
    assert F64.step == F64.growth == 2.0**-52
    assert F32.step == F32.growth == 2.0**-24 + 2.0**-53


def test_integers_and_bools_are_exact():
    one = exact(np.ones(2), Unit.of("bfloat16"))
    assert not (one * 257).bound.any()
    assert not (one * np.array([257, 3])).bound.any()
    assert not (one * np.array([True, False])).bound.any()


def test_a_selected_branch_has_its_own_bound():
    x = Bounded([5.0, 0.0, 1.0], [0.1, 0.2, 0.3], F64)
    y = Bounded([1.0, 7.0, 1.1], [0.4, 0.5, 0.6], F64)
    assert np.maximum(x, y).bound.tolist() == [0.1, 0.5, 0.6]
    assert np.minimum(x, y).bound.tolist() == [0.4, 0.2, 0.6]
    assert np.where([True, False, True], x, y).bound.tolist() == [0.1, 0.5, 0.3]
    assert np.clip(x, 0.0, 1.0).bound.tolist() == [0.0, 0.2, 0.3]


def test_the_largest_ignores_those_surely_smaller():
    x = Bounded([[5.0, 4.9, 0.0]], [[0.1, 0.2, 9.0]], F64)
    assert x.max(axis=1).bound.tolist() == [9.0]
    assert x[:, :2].max(axis=1).bound.tolist() == [0.2]
    assert Bounded([[5.0, 1.0]], [[0.1, 0.2]], F64).max(axis=1).bound.tolist() == [0.1]
    assert (-x[:, :2]).min(axis=1, keepdims=True).bound.tolist() == [[0.2]]


@names("function", [np.sqrt, np.tanh, lambda x: x**1.75, lambda x: x**0.75])
def test_exact_elements_stay_exact_beside_others(function):
    """An exact zero is; a bound of any size, 1 among them, is passed on."""
    x = Bounded([0.0, 4.0, 4.0], [0.0, 1.0, 0.5], F64)
    result = function(x)
    assert result.bound[0] == 0.0
    assert np.all(farthest(function, result, x) <= result.bound)


# --- overflow, underflow, poles ------------------------------------------------------------------


def test_a_divisor_that_may_be_zero_claims_nothing():
    y = Bounded([1.0, 0.5, 0.5], [0.1, 0.5, 0.6], F64)
    assert np.isinf((1.0 / y).bound).tolist() == [False, True, True]
    assert np.isinf(np.log(y).bound).tolist() == [False, True, True]
    assert np.isinf(np.log1p(y - 1.0).bound).tolist() == [False, True, True]
    assert np.isinf((y**-0.5).bound).tolist() == [False, True, True]


@names("dtype", ["float32", "bfloat16", "float64"])
def test_results_below_the_normal_numbers_may_be_flushed(dtype):
    unit = Unit.of(dtype)
    small = np.sqrt(unit.smallest)
    for result in (
        exact([small], unit) * 0.75 * exact([small], unit),
        exact([small * 0.5], unit) / (1.0 / small),
        exact([unit.smallest * 1.5], unit) - exact([unit.smallest], unit),
        np.exp(exact([math.log(unit.smallest) - 1.0], unit)),
        exact([[unit.smallest * 1.5, -unit.smallest]], unit).sum(axis=1),
    ):
        assert distance(np.zeros(1), result)[0] <= 1.0
        assert result.bound[0] < 5 * unit.smallest


def test_half_underflow_is_half_a_subnormal():
    unit = Unit.of("float16")
    x = np.array([1.0, 1.5, 1.25], np.float16) * np.float16(2.0**-12)
    y = np.array([1.0, 1.5, 1.75], np.float16) * np.float16(2.0**-11)
    product = exact(x, unit) * exact(y, unit)
    assert np.all(product.bound <= 1.51 * 2.0**-25)
    assert np.all(distance(x * y, product) <= 1.0)


def test_subnormal_inputs_may_be_read_as_zero():
    x = exact(np.array([1e-40, -1e-40, 1.0]), F32)
    assert x.bound.tolist() == [1e-40, 1e-40, 0.0]
    assert not exact(np.array([6e-8]), Unit.of("float16")).bound.any()
    assert np.all(distance(np.array([0.0, 0.0, 1.0]), np.maximum(x, -5.0)) <= 1.0)


def test_a_transcendental_function_may_flush_as_many_units_early():
    x = exact(np.log(np.array([3.9, 4.1, 4.5]) * F32.smallest), F32)
    k = distance(np.zeros(3), np.exp(x))
    assert k[0] <= 1.0
    assert (k[1:] > 1e5).all()


def test_what_may_be_below_the_normal_numbers_may_be_flushed():
    x = Bounded([2.0 * F32.smallest], [1.5 * F32.smallest], F32) * 1.25
    assert x.bound[0] >= (1.5 * 1.25 + 1.0) * F32.smallest


def test_underflow_does_not_reach_normal_numbers():
    assert (exact([1e-30], F32) * 3.0).bound[0] < 1e-36
    assert (exact([0.0], F32) * 3.0).bound[0] == 0.0


@names("function", [lambda x: x * 10.0, lambda x: x + x, lambda x: x / 0.1, lambda x: x**2])
def test_finite_numbers_that_overflow_claim_nothing(function):
    result = function(exact([3e38, 1.0], F32))
    assert np.isinf(result.bound).tolist() == [True, False]


def test_overflow_is_that_of_the_dtype():
    for dtype, ok, over in [("float16", 6e4, 7e4), ("float32", 3e38, 4e38)]:
        result = exact([1.0], Unit.of(dtype)) * np.array([ok, over])
        assert np.isinf(result.bound).tolist() == [False, True]


def test_a_rounding_that_may_overflow_claims_nothing():
    result = exact([32752.0, 32000.0], Unit.of("float16")) + 32736.0
    assert result.value[0] < 65504.0
    assert np.isinf(result.bound).tolist() == [True, False]


def test_an_exponential_that_overflows_claims_nothing():
    assert np.isinf(np.exp(exact([100.0, 1000.0, 1.0], F32)).bound).tolist() == [True, True, False]


@names(
    "function",
    [
        lambda x: x + 1.0,
        lambda x: x * 0.3,
        lambda x: x / 3.0,
        lambda x: 3.0 / x,
        lambda x: x - x,
        lambda x: x * 0.0,
        np.exp,
        np.log,
        np.sqrt,
        np.tanh,
        np.expm1,
        np.log1p,
        np.abs,
        np.square,
        lambda x: np.maximum(x, 0.5),
        lambda x: np.clip(x, -1.0, 1.0),
        lambda x: x.sum(axis=-1),
        lambda x: x.mean(axis=-1),
        lambda x: x.max(axis=-1),
        lambda x: x @ np.ones((1, 2)),
        lambda x: np.where(x > 0, x, 0.0),
    ],
)
def test_specials_propagate_exactly(function):
    special = np.array([[np.nan], [np.inf], [-np.inf], [-0.0], [0.0]])
    result = function(exact(special, F32))
    with np.errstate(all="ignore"):
        plain = function(special)
    assert np.array_equal(result.value, plain, equal_nan=True)
    assert np.isfinite(result.bound).all()
    assert not result.bound[~np.isfinite(plain)].any()


def test_poles_of_exact_operands_are_exact():
    zero, minus = exact([0.0], F32), exact([-1.0], F32)
    poles = [1.0 / zero, zero**-1.5, np.log(zero), np.log1p(minus), np.log(minus), np.sqrt(minus)]
    for result in poles:
        assert not np.isfinite(result.value[0])
        assert result.bound[0] == 0.0


def test_an_infinity_times_what_may_be_zero_claims_nothing():
    doubtful = Bounded([0.0, 1.0, 0.5], [0.1, 0.1, 0.5], F32)
    result = exact([np.inf, np.inf, np.inf], F32) * doubtful
    assert np.isinf(result.bound).tolist() == [True, False, True]


def test_an_infinity_times_an_exact_zero_is_surely_nan():
    product = exact([np.inf, np.inf], F32) * Bounded([0.0, 1.0], [0.0, 0.1], F32)
    assert product.bound.tolist() == [0.0, 0.0]


def test_powers_of_an_exact_zero_are_exact():
    assert (exact([0.0], F32) ** 1.7).bound[0] == 0.0
    assert (Bounded([0.0, 1.0], [0.0, 0.1], F32) ** 0.75).bound[0] == 0.0


def test_a_nan_that_nobody_claims_is_claimed_by_none_after_it():
    unclaimed = Bounded([np.nan], [np.inf], F32)
    for result in (unclaimed + 1.0, unclaimed * 2.5, np.exp(unclaimed), unclaimed.sum()):
        assert np.isinf(result.bound).all()
    assert np.isinf((unclaimed @ np.ones(1)).bound)


def test_zero_times_an_unbounded_number_claims_nothing():
    assert np.isinf((exact([0.0], F32) * Bounded([1.0], [np.inf], F32)).bound[0])


@names("function", [np.exp, np.expm1])
def test_what_is_far_below_zero_stays_bounded(function):
    # exp(b) alone overflows, exp(x + b) is 0: logits of large magnitude in a half type
    x = Bounded(np.array([-1e9, -1e4]), np.array([1e4, 900.0]), F32)
    result = function(x)
    assert np.all(result.bound < 1e-6)
    assert np.all(farthest(function, result, x) <= result.bound)


@names("bound", [0.5, 1.0, 1.5, 2.0, 3.0])
@names("function", [np.exp, np.expm1])
def test_an_exponential_of_a_wide_bound_has_a_wide_bound(function, bound):
    found = function(Bounded(np.zeros(1), np.full(1, bound), F64)).bound
    assert math.expm1(bound) <= found < 1.5 * math.exp(bound)


@names(("count", "rounds"), [(2, False), (4, False), (3, True), (6, True)])
def test_a_mean_over_a_power_of_two_rounds_nothing_if_its_sum_does_not(count, rounds):
    alone = exact(np.eye(1, count)[0] * 3, F32)
    assert (alone.mean().bound > 0) == rounds


def test_a_bound_has_the_shape_of_its_value():
    value = np.ones((2, 3))
    found = finish(F32, value, np.full(3, 0.5), lambda: (True, False), exact=True)
    assert found.bound.shape == value.shape
