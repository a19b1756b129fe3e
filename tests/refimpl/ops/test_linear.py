"""linear against exact rational arithmetic, finite differences, and its own contract."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.ops.linear import linear

UNIT = {np.float32: 2.0**-24, np.float64: 2.0**-53}
LEADING = [(), (1,), (4,), (2, 3), (2, 1, 3), (0,), (2, 0)]


def exact_linear(input, weight, bias=None):
    """Return the output in Fractions, written out from the definition."""
    output = np.empty((*input.shape[:-1], weight.shape[0]), dtype=object)
    for *lead, o in np.ndindex(output.shape):
        total = Fraction(0) if bias is None else Fraction(float(bias[o]))
        for i in range(weight.shape[1]):
            total += Fraction(float(input[(*lead, i)])) * Fraction(float(weight[o, i]))
        output[(*lead, o)] = total
    return output


def exact_bars(input, weight, cotangent):
    """Return the cotangents of input, weight and bias in Fractions."""
    input_bar = exact_linear(cotangent, weight.T)
    weight_bar = np.full(weight.shape, Fraction(0), dtype=object)
    bias_bar = np.full(weight.shape[:1], Fraction(0), dtype=object)
    for lead in np.ndindex(input.shape[:-1]):
        for o in range(weight.shape[0]):
            g = Fraction(float(cotangent[(*lead, o)]))
            bias_bar[o] += g
            for i in range(weight.shape[1]):
                weight_bar[o, i] += g * Fraction(float(input[(*lead, i)]))
    return input_bar, weight_bar, bias_bar


def as_float(fractions, dtype):
    return np.array([float(f) for f in fractions.ravel()], dtype).reshape(fractions.shape)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("leading", LEADING)
@pytest.mark.parametrize(("features", "outputs"), [(1, 1), (5, 3), (3, 0), (0, 2)])
def test_small_integers_are_exact(dtype, leading, features, outputs):
    rng = np.random.default_rng(1)
    input, weight, bias, cotangent = (
        rng.integers(-8, 9, shape).astype(dtype)
        for shape in ((*leading, features), (outputs, features), (outputs,), (*leading, outputs))
    )
    output, vjp = linear(input, weight, bias)
    expected = (exact_linear(input, weight, bias), *exact_bars(input, weight, cotangent))
    for got, want in zip((output, *vjp(cotangent)), expected, strict=True):
        assert got.dtype == dtype
        assert got.shape == want.shape
        np.testing.assert_array_equal(got, as_float(want, dtype))


@given(
    leading=st.lists(st.integers(1, 3), max_size=2),
    features=st.integers(1, 5),
    outputs=st.integers(1, 4),
    seed=st.integers(0, 2**32),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_any_data_is_as_exact_as_a_dot_product(leading, features, outputs, seed, dtype):
    rng = np.random.default_rng(seed)
    input, weight, bias = (
        (rng.normal(size=shape) * 2.0 ** rng.integers(-20, 20, shape)).astype(dtype)
        for shape in ((*leading, features), (outputs, features), (outputs,))
    )
    output = linear(input, weight, bias)[0]
    exact = exact_linear(input, weight, bias)
    magnitudes = exact_linear(abs(input), abs(weight), abs(bias))
    # The worst case of a dot product of n products and a bias: (n + 1) u times the magnitudes.
    for index in np.ndindex(output.shape):
        off = abs(Fraction(float(output[index])) - exact[index])
        assert off <= magnitudes[index] * Fraction(UNIT[dtype]) * (features + 1) * Fraction(11, 10)


@pytest.mark.parametrize("leading", LEADING[:5])
@pytest.mark.parametrize("with_bias", [True, False])
def test_vjp_is_the_derivative(check_vjp, leading, with_bias):
    rng = np.random.default_rng(2)
    shapes = [(*leading, 3), (2, 3)] + ([(2,)] if with_bias else [])
    check_vjp(linear, *(rng.normal(size=shape) for shape in shapes))


def test_no_bias_has_no_cotangent():
    output, vjp = linear(np.ones(3), np.ones((2, 3)))
    np.testing.assert_array_equal(output, [3.0, 3.0])
    assert vjp(np.ones(2))[2] is None


def test_non_contiguous_arrays_give_what_their_copies_give():
    rng = np.random.default_rng(3)
    input = rng.integers(-8, 9, (3, 4, 10)).astype(float).transpose(1, 0, 2)[:, ::-1, ::2]
    weight = rng.integers(-8, 9, (5, 6)).astype(float).T[::2]
    bias = rng.integers(-8, 9, 6).astype(float)[::2]
    cotangent = rng.integers(-8, 9, (4, 3, 6)).astype(float)[..., ::-2]
    output, vjp = linear(input, weight, bias)
    expected, expected_vjp = linear(input.copy(), weight.copy(), bias.copy())
    np.testing.assert_array_equal(output, expected)
    for got, want in zip(vjp(cotangent), expected_vjp(cotangent.copy()), strict=True):
        np.testing.assert_array_equal(got, want)


def test_read_only_arguments_are_enough_and_results_are_new():
    arrays = [np.ones((2, 3)), np.ones((3, 3)), np.zeros(3), np.ones((2, 3))]
    for array in arrays:
        array.flags.writeable = False
    output, vjp = linear(*arrays[:3])
    results = (output, *vjp(arrays[3]))
    for result, array in itertools.product(results, arrays):
        assert result.flags.writeable
        assert not np.shares_memory(result, array)


def test_special_values_stay_in_their_row():
    input = np.array([[np.nan, 0.0], [np.inf, 1.0], [-0.0, -0.0]])
    output = linear(input, np.array([[1.0, 1.0]]))[0]
    assert np.isnan(output[0, 0])
    assert output[1, 0] == np.inf
    assert output[2, 0] == 0.0


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_half_types_compute_in_float32_and_round_once(name):
    dtype = np.dtype(name if name == "float16" else pytest.importorskip("ml_dtypes").bfloat16)
    rng = np.random.default_rng(4)
    half = [rng.normal(size=shape).astype(dtype) for shape in ((4, 64), (3, 64), (3,), (4, 3))]
    wide = [array.astype(np.float32) for array in half]
    output, vjp = linear(*half[:3])
    wide_output, wide_vjp = linear(*wide[:3])
    wide_results = (wide_output, *wide_vjp(wide[3]))
    for got, want in zip((output, *vjp(half[3])), wide_results, strict=True):
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, want.astype(dtype))


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((), (2, 3), None), "input must have 3 features in its last axis.*got shape"),
        (((4, 3), (3,), None), r"weight must be of shape \(out_features, in_features\)"),
        (((4, 3), (2, 3, 1), None), r"weight must be of shape"),
        (((4, 3), (2, 4), None), r"input must have 4 features.*got shape \(4, 3\)"),
        (((4, 3), (2, 3), (3,)), r"bias must have shape \(2,\); got \(3,\)"),
        (((4, 3), (2, 3), (1,)), r"bias must have shape"),
        (((4, 3), (2, 3), (1, 2)), r"bias must have shape"),
    ],
)
def test_shapes_that_do_not_fit(shapes, message):
    with pytest.raises(ValueError, match=message):
        linear(*(None if shape is None else np.ones(shape) for shape in shapes))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], np.ones((1, 1))), "input must be an array of floats; got list"),
        ((np.ones(1, int), np.ones((1, 1))), "input must be an array of floats; got dtype int64"),
        ((np.ones(1, complex), np.ones((1, 1), complex)), "input must be an array of floats"),
        ((np.ones(1), [[1.0]]), "weight must be an array of floats"),
        ((np.ones(1), np.ones((1, 1), np.float32)), "weight must have the dtype of input"),
        ((np.ones(1, np.float16), np.ones((1, 1), np.float32)), "weight must have the dtype"),
        ((np.ones(1), np.ones((1, 1)), np.ones(1, np.float32)), "bias must have the dtype"),
        ((np.ones(1), np.ones((1, 1)), np.ones(1, int)), "bias must be an array of floats"),
    ],
)
def test_dtypes_that_do_not_fit(arguments, message):
    with pytest.raises(TypeError, match=message):
        linear(*arguments)


def test_a_cotangent_of_another_shape():
    vjp = linear(np.ones((4, 3)), np.ones((2, 3)))[1]
    with pytest.raises(ValueError, match=r"cotangent must have shape \(4, 2\); got \(2, 4\)"):
        vjp(np.ones((2, 4)))
