"""Alpha dropout against its definition, and its checks."""

from __future__ import annotations

import numpy as np
import pytest

from refimpl.ops.dropout import alpha_dropout

# SELU's constants to twenty digits: scale and alpha.
LEAST = -1.0507009873554804934 * 1.6732632423543772848


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.95])
def test_it_is_affine_dropout_towards_selu_s_least_value(rate):
    x = np.random.default_rng(0).standard_normal((3, 4, 5))
    keep = np.random.default_rng(1).random((3, 4, 1)) < 1.0 - rate
    output, vjp = alpha_dropout(x, keep, rate=rate)
    kept = 1.0 - rate
    a = (kept + LEAST**2 * kept * rate) ** -0.5
    expected = a * np.where(keep, x, LEAST) - a * rate * LEAST
    # Five roundings of numbers below 32.
    np.testing.assert_allclose(output, expected, rtol=0.0, atol=5 * 32 * np.finfo(float).eps)
    cotangent = np.random.default_rng(2).standard_normal(x.shape)
    bar = vjp(cotangent)[0]
    np.testing.assert_allclose(bar, a * keep * cotangent, rtol=4 * np.finfo(float).eps)


def test_everything_dropped_is_zero_with_the_input_s_sign():
    x = np.array([1.0, -2.0, np.nan])
    output, vjp = alpha_dropout(x, np.ones(3, bool), rate=1.0)
    np.testing.assert_array_equal(output, [0.0, -0.0, np.nan])
    assert np.signbit(output[:2]).tolist() == [False, True]
    assert (vjp(np.ones(3))[0] == 0.0).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_stays(dtype):
    output, vjp = alpha_dropout(np.ones(3, dtype), np.array([True, False, True]), rate=0.3)
    assert output.dtype == dtype
    assert vjp(output)[0].dtype == dtype


def test_wrong_arguments_are_named():
    x, keep = np.ones((2, 3)), np.ones((2, 3), bool)
    with pytest.raises(TypeError, match="keep"):
        alpha_dropout(x, x, rate=0.5)
    with pytest.raises(ValueError, match="keep"):
        alpha_dropout(x, np.ones(2, bool), rate=0.5)
    with pytest.raises(ValueError, match="rate"):
        alpha_dropout(x, keep, rate=1.1)
    with pytest.raises(TypeError, match="input"):
        alpha_dropout(np.ones((2, 3), int), keep, rate=0.5)
    with pytest.raises(ValueError, match="cotangent"):
        alpha_dropout(x, keep, rate=0.5)[1](np.ones(3))


@pytest.mark.parametrize("rate", [-0.5, -1e-9, 1.5])
def test_a_rate_that_is_no_probability_is_named(rate):
    with pytest.raises(ValueError, match="rate must be in"):
        alpha_dropout(np.ones(3), np.ones(3, bool), rate=rate)


def test_half_types_are_rounded_once():
    wide = np.linspace(-3, 3, 101).astype(np.float16).astype(np.float32)
    keep = np.arange(101) % 3 > 0
    expected, back = alpha_dropout(wide, keep, rate=0.3)
    output, half_back = alpha_dropout(wide.astype(np.float16), keep, rate=0.3)
    np.testing.assert_array_equal(output, expected.astype(np.float16))
    (bar,), (half_bar,) = back(wide), half_back(wide.astype(np.float16))
    np.testing.assert_array_equal(half_bar, bar.astype(np.float16))
