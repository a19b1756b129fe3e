"""The error functions against mpmath at 50 digits, from the centre to underflow."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest

from refimpl.ops import erf as module
from refimpl.ops.erf import erf, erfc, normal_cdf, normal_density

FUNCTIONS = {"erf": (erf, mp.erf), "erfc": (erfc, mp.erfc), "normal_cdf": (normal_cdf, mp.ncdf)}
# About ten roundings, partly of half weight, and those of np.exp: the worst seen is 4.0 units in
# the last place in float64 and 2.7 in float32, the average 0.5.
UNITS = 4.5


@pytest.fixture(scope="module")
def derive():
    path = Path(__file__).with_name("derive_erf.py")
    spec = importlib.util.spec_from_file_location("derive_erf", path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def exact(function, points):
    with mp.workdps(50):
        return [function(mp.mpf(float(x))) for x in points]


def units_off(got, expected):
    """Errors in units in the last place of the result's dtype, subnormal ones included."""
    with mp.workdps(50):
        return [
            float(abs(mp.mpf(float(g)) - e) / mp.mpf(float(np.spacing(np.abs(got.dtype.type(e))))))
            for g, e in zip(got, expected, strict=True)
        ]


def points(dtype):
    rng = np.random.default_rng(3)
    edges = [(-38.6, -13), (-13, -6), (-6, -1), (-1, 1), (1, 6), (6, 13), (13, 27.3)]
    drawn = [rng.uniform(low, high, 60) for low, high in edges]
    small = [s * 10.0**k for k in (-300, -30, -16, -8, -4, -2) for s in (-1, 1)]
    near = [s * np.nextafter(1.0, w) for s in (-1, 1) for w in (0, 2)]
    return np.concatenate([*drawn, small, near]).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_within_a_few_units_everywhere(name, dtype):
    function, reference = FUNCTIONS[name]
    x = points(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = function(x)
    assert got.dtype == dtype
    off = units_off(got, exact(reference, x))
    assert max(off) <= UNITS, (x[np.argmax(off)], max(off))
    assert np.mean(off) <= 0.7


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_special_values(name, dtype):
    expected = {
        "erf": [0.0, -0.0, 1.0, -1.0, np.nan, 1.0],
        "erfc": [1.0, 1.0, 0.0, 2.0, np.nan, 0.0],
        "normal_cdf": [0.5, 0.5, 1.0, 0.0, np.nan, 1.0],
    }[name]
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, np.finfo(dtype).max], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = FUNCTIONS[name][0](x)
    np.testing.assert_array_equal(got, np.array(expected, dtype))
    np.testing.assert_array_equal(np.signbit(got[:2]), np.signbit(expected[:2]))


def test_erf_is_odd_and_keeps_subnormals():
    x = points(np.float64)
    np.testing.assert_array_equal(erf(-x), -erf(x))
    # Below 1e-300 the slope at zero is all there is, and 2/sqrt(pi) rounds 5e-324 to itself.
    assert erf(np.array([5e-324]))[0] == 5e-324


def test_tails_underflow_gradually():
    x = np.array([-37.6, -38.0, -38.4])
    got = normal_cdf(x)
    assert (got > 0.0).all()
    assert (got < np.finfo(np.float64).tiny).all()
    assert max(units_off(got, exact(mp.ncdf, x))) <= UNITS
    assert normal_cdf(np.array([-39.0]))[0] == 0.0
    assert 0.0 < erfc(np.array([26.6]))[0] < np.finfo(np.float64).tiny
    assert normal_cdf(np.array([-13.5], np.float32))[0] > 0.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_blocks_and_strides_change_nothing(name, dtype):
    function = FUNCTIONS[name][0]
    x = np.random.default_rng(0).normal(0, 3, (3, module._BLOCK)).astype(dtype)
    got = function(x)
    assert got.shape == x.shape
    for row, values in zip(got, x, strict=True):
        np.testing.assert_array_equal(row, function(values))
    np.testing.assert_array_equal(function(x[:, ::-3]), got[:, ::-3])
    assert function(np.empty((0, 4), dtype)).shape == (0, 4)
    assert function(np.array(0.25, dtype)).shape == ()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivative_that_bounds_rely_on(name):
    function, reference = FUNCTIONS[name]
    kernel = module._normal_cdf if function is normal_cdf else function
    x = np.linspace(-5, 5, 41)
    expected = exact(lambda t: mp.diff(reference, t), x)
    got = kernel.derivative(x)
    # exp(-x^2) loses x^2 units to the rounding of its argument.
    for g, e, t in zip(got, expected, x, strict=True):
        assert abs(g - float(e)) <= (4 + 2 * t * t) * 2.0**-53 * abs(float(e))
    assert np.isfinite(kernel.derivative(np.array([np.inf, -np.inf, 1e200]))).all()


def test_density():
    x = np.array([-3.0, 0.0, 0.5, 40.0, np.inf])
    expected = [float(e) for e in exact(mp.npdf, x)]
    np.testing.assert_allclose(normal_density(x), expected, rtol=8 * 2.0**-53)


def test_coefficients_are_the_derived_ones(derive):
    """A digit changed by hand is found here even where rounding would hide it."""
    assert derive.series(module._SERIES_END, len(module._SERIES) - 1) == module._SERIES
    assert derive.tail(module._SLOPE_SINGLE, 14.5, 3, 4) == module._SINGLE
    assert derive.tail(module._SLOPE_DOUBLE, 39.0, 9, 10) == module._DOUBLE
