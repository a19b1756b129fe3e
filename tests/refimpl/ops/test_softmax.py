"""Softmax and its logarithm against mpmath at 50 digits, along any axis, at any offset."""

from __future__ import annotations

import warnings

import ml_dtypes
import mpmath as mp
import numpy as np
import pytest

from refimpl.ops.softmax import BLOCK, log_softmax, row_blocks, softmax

OPS = {"softmax": softmax, "log_softmax": log_softmax}
INF, NAN = float("inf"), float("nan")
both = pytest.mark.parametrize("name", OPS)


def silent(function, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return function(*args, **kwargs)


def exact(name, row):
    with mp.workdps(50):
        powers = [mp.exp(mp.mpf(float(x))) for x in row]
        total = mp.fsum(powers)
        return [float(p / total if name == "softmax" else mp.log(p / total)) for p in powers]


def check_rows(name, x, axis):
    """Compare with what rounding allows.

    x - max is rounded once, which the exponential turns in a relative error of as many units; the
    sum adds at most its length, the other steps eight. The logarithm has those as absolute ones,
    but close to zero no more than the size of exp(x - max) allows.
    """
    got = np.moveaxis(silent(OPS[name], x, axis=axis)[0], axis, -1)
    u = float(np.finfo(x.dtype).eps) / 2
    rows = np.moveaxis(x, axis, -1).reshape(-1, x.shape[axis])
    for row, values in zip(rows, got.reshape(rows.shape), strict=True):
        expected = np.array(exact(name, row))
        shift = np.abs(row.astype(np.float64) - float(row.max()))
        if name == "softmax":
            allowed = (shift + row.size + 8) * expected
        else:
            spread = np.sum((shift + row.size + 8) * np.exp(-shift))
            allowed = 2 * shift + np.abs(expected) + 8 * spread
        off = np.abs(values.astype(np.float64) - expected)
        assert (off <= u * allowed + np.finfo(x.dtype).tiny).all(), (row, values, expected)


@both
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_output(name, dtype, axis):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(3, 4, 5))
    for scale, offset in [(1, 0), (40, 0), (1, 1000), (1, -1000), (1e-6, 0), (0, 3)]:
        check_rows(name, (x * scale + offset).astype(dtype), axis)


def test_small_probabilities_keep_their_digits():
    x = np.array([0.0, -600.0, -700.0])
    got, log = softmax(x)[0], log_softmax(x)[0]
    np.testing.assert_allclose(got[1:], np.exp(x[1:]), rtol=1e-13)
    # log(1 + e^-600 + ...) is far below one unit, and is there all the same if nothing is far.
    np.testing.assert_array_equal(log, x)
    close = log_softmax(np.array([0.0, -30.0]))[0][0]
    assert close == pytest.approx(-np.exp(-30.0), rel=1e-3)


@both
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_vjp(check_vjp, name, axis):
    x = np.random.default_rng(1).normal(size=(3, 4, 2))
    check_vjp(lambda a: OPS[name](a, axis=axis), x)
    check_vjp(lambda a: OPS[name](a, axis=axis), x * 4 + 100)


@both
def test_special_rows(name):
    """A row with -inf is a row without that entry; one whose maximum is infinite is all NaN."""
    op = OPS[name]
    output, vjp = silent(op, np.array([[0.0, -INF, 1.0], [-INF, 5.0, -INF]]))
    kept = op(np.array([[0.0, 1.0]]))[0][0]
    zero = 0.0 if name == "softmax" else -INF
    np.testing.assert_allclose(output[0], [kept[0], zero, kept[1]], rtol=4 * 2.0**-53)
    np.testing.assert_array_equal(output[1], [zero, 1.0 if zero == 0.0 else 0.0, zero])
    assert np.isfinite(silent(vjp, np.ones((2, 3)))[0]).all()
    bad = np.array([[-INF, -INF], [INF, 0.0], [INF, INF], [NAN, 0.0], [1.0, 1.0]])
    output, vjp = silent(op, bad)
    assert np.isnan(output[:4]).all()
    assert np.isfinite(output[4]).all()
    assert np.isnan(silent(vjp, np.ones((5, 2)))[0][:4]).all()


@both
def test_blocks_change_nothing(name):
    x = np.random.default_rng(5).normal(size=(7, 50_000)) * 3
    assert len(row_blocks(x.shape, 1)) > 1
    output, vjp = OPS[name](x)
    bar = vjp(np.cos(x))[0]
    for row, values, gradient in zip(x, output, bar, strict=True):
        single, single_vjp = OPS[name](row)
        # The product with ones may add up in another order.
        np.testing.assert_allclose(values, single, rtol=1e-13)
        np.testing.assert_allclose(gradient, single_vjp(np.cos(row))[0], rtol=1e-9, atol=1e-16)


def test_row_blocks_cover_the_first_axis():
    for shape, axis in [((1, 3), 1), ((4096, 1000), 1), ((5, BLOCK), -1), ((3, 7, BLOCK), 1)]:
        rows = np.concatenate([np.arange(shape[0])[block] for block in row_blocks(shape, axis)])
        np.testing.assert_array_equal(rows, np.arange(shape[0]))
        first = len(rows[row_blocks(shape, axis)[0]])
        assert first == 1 or first * np.prod(shape[1:]) <= 2 * BLOCK
    assert len(row_blocks((4096, 1000), 1)) > 10
    assert row_blocks((4096, 1000), 0) == row_blocks((4096, 1000), -2) == [slice(None)]


@both
@pytest.mark.parametrize("half", [np.float16, ml_dtypes.bfloat16])
def test_half_types_compute_in_float32_and_round_once(name, half):
    x = np.random.default_rng(0).normal(size=(3, 5)).astype(half)
    output, vjp = OPS[name](x, axis=0)
    wide, wide_vjp = OPS[name](x.astype(np.float32), axis=0)
    assert output.dtype == half
    np.testing.assert_array_equal(output, wide.astype(half))
    bar = vjp(x)[0]
    assert bar.dtype == half
    np.testing.assert_array_equal(bar, wide_vjp(x.astype(np.float32))[0].astype(half))


@both
def test_empty(name):
    for shape in [(0, 3), (3, 0), (0,)]:
        output, vjp = silent(OPS[name], np.empty(shape, np.float32))
        assert output.shape == shape
        assert vjp(np.empty(shape, np.float32))[0].shape == shape


@both
def test_errors(name):
    x = np.zeros((2, 3))
    with pytest.raises(ValueError, match=r"axis must be in \[-2, 2\), an axis of 2; got 2"):
        OPS[name](x, axis=2)
    with pytest.raises(ValueError, match=r"axis must .*axis of 0; got -1"):
        OPS[name](np.array(1.0))
    with pytest.raises(TypeError, match=r"input must .*int64"):
        OPS[name](np.zeros((2, 3), int))
    with pytest.raises(ValueError, match=r"cotangent must .*\(2, 3\).*\(3,\)"):
        OPS[name](x)[1](np.zeros(3))
