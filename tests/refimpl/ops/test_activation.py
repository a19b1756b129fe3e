"""Every activation against mpmath at 50 digits, its kinks as the frameworks have them, its ends."""

from __future__ import annotations

import inspect
import warnings

import ml_dtypes
import mpmath as mp
import numpy as np
import pytest

from refimpl.ops import activation

SELU = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
INF, NAN = float("inf"), float("nan")


def clip(x, low, high):
    return min(max(x, low), high)


def tanh_form(x):
    return x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3)))


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def elu(x, alpha=1):
    return x if x > 0 else alpha * mp.expm1(x)


def cut_softplus(x):
    return x if 2 * x > 3 else mp.log1p(mp.exp(2 * x)) / 2


# name, parameters, reference, where it bends (differentiated elsewhere only)
ROWS = [
    ("relu", {}, lambda x: max(x, mp.mpf(0)), (0,)),
    ("relu6", {}, lambda x: clip(x, 0, 6), (0, 6)),
    ("leaky_relu", {"negative_slope": 0.375}, lambda x: x if x > 0 else x * 0.375, (0,)),
    ("elu", {}, elu, (0,)),
    ("elu", {"alpha": 2.5}, lambda x: elu(x, 2.5), (0,)),
    ("elu", {"alpha": 2.5, "slope_from": "output"}, lambda x: elu(x, 2.5), (0,)),
    ("selu", {}, lambda x: SELU[0] * elu(x, mp.mpf(SELU[1])), (0,)),
    ("selu", {"slope_from": "output"}, lambda x: SELU[0] * elu(x, mp.mpf(SELU[1])), (0,)),
    ("celu", {}, elu, (0,)),
    ("celu", {"slope_from": "output"}, elu, (0,)),
    ("celu", {"alpha": 2.5}, lambda x: x if x > 0 else 2.5 * mp.expm1(x / 2.5), (0,)),
    ("gelu", {}, lambda x: x * mp.ncdf(x), ()),
    ("gelu", {"approximate": "tanh"}, tanh_form, ()),
    ("silu", {}, lambda x: x * sigmoid(x), ()),
    ("mish", {}, lambda x: x * mp.tanh(mp.log1p(mp.exp(x))), ()),
    ("sigmoid", {}, sigmoid, ()),
    ("log_sigmoid", {}, lambda x: -mp.log1p(mp.exp(-x)), ()),
    ("tanh", {}, mp.tanh, ()),
    ("softplus", {}, lambda x: mp.log1p(mp.exp(x)) if x <= 20 else x, (20,)),
    ("softplus", {"threshold": None}, lambda x: mp.log1p(mp.exp(x)), ()),
    ("softplus", {"beta": 2.0, "threshold": 3.0}, cut_softplus, (1.5,)),
    ("softsign", {}, lambda x: x / (1 + abs(x)), (0,)),
    ("softsign", {"slope_from": "square"}, lambda x: x / (1 + abs(x)), (0,)),
    ("hardtanh", {}, lambda x: clip(x, -1, 1), (-1, 1)),
    ("hardtanh", {"min_value": -0.5, "max_value": 3.0}, lambda x: clip(x, -0.5, 3), (-0.5, 3)),
    ("hardsigmoid", {}, lambda x: clip(x + 3, 0, 6) / 6, (-3, 3)),
    ("hardswish", {}, lambda x: x * clip(x + 3, 0, 6) / 6, (-3, 3)),
    ("hardswish", {"slope_from": "product"}, lambda x: x * clip(x + 3, 0, 6) / 6, (-3, 3)),
]
IDS = ["-".join([row[0], *map(str, row[1].values())]) for row in ROWS]
every_row = pytest.mark.parametrize(("name", "parameters", "reference", "bends"), ROWS, ids=IDS)
both = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def points(dtype, bends=()):
    rng = np.random.default_rng(7)
    far = [20.5, 36.0, 88.0, 103.0, 300.0, 1e4]
    small = [1e-30, 1e-9, 1e-4]
    x = np.concatenate([rng.uniform(-6, 6, 60), rng.uniform(-25, 25, 40), far, small])
    x = np.concatenate([x, -x[-9:]]).astype(dtype)
    away = np.ones(x.shape, bool)
    for bend in bends:
        away &= np.abs(x - bend) > 1e-3
    return x[away]


def silent(function, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return function(*args, **kwargs)


def unit(dtype):
    return float(np.finfo(dtype).eps) / 2


@both
@every_row
def test_output(name, parameters, reference, bends, dtype):
    """Within 16 roundings of the exact value: no chain of operations here is longer.

    The tanh form cancels far below zero by its definition, so there the units are those of x.
    """
    x = points(dtype)
    got = silent(getattr(activation, name), x, **parameters)[0]
    assert got.dtype == dtype
    for g, t in zip(got, x, strict=True):
        with mp.workdps(50):
            exact = reference(mp.mpf(float(t)))
            size = abs(mp.mpf(float(t))) if "approximate" in parameters else abs(exact)
            off = abs(mp.mpf(float(g)) - exact)
        assert off <= 16 * unit(dtype) * size + float(np.finfo(dtype).tiny), (t, g, exact)


@both
@every_row
def test_slope(name, parameters, reference, bends, dtype):
    """Within 16 roundings of the terms the slope is made of, which are at most about 1 + |x|.

    Far out the exponentials have long beaten |x|, so no larger factor than 10 is ever needed.
    """
    x = points(dtype, bends)
    cotangent = np.linspace(0.5, 2.0, x.size).astype(dtype)
    vjp = silent(getattr(activation, name), x, **parameters)[1]
    got = silent(vjp, cotangent)[0]
    assert got.dtype == dtype
    for g, t, c in zip(got, x, cotangent, strict=True):
        with mp.workdps(50):
            exact = float(mp.diff(reference, mp.mpf(float(t)), h=mp.mpf(10) ** -12)) * float(c)
        size = (1 + min(abs(float(t)), 10.0)) * float(c)
        assert abs(float(g) - exact) <= 16 * unit(dtype) * size * SELU[1], (t, g, exact)


@pytest.mark.parametrize(
    ("name", "parameters", "at", "slope"),
    [
        ("relu", {}, 0.0, 0.0),
        ("relu", {}, -0.0, 0.0),
        ("relu", {}, 1e-9, 1.0),
        ("leaky_relu", {"negative_slope": 0.25}, 1e-9, 1.0),
        ("leaky_relu", {"negative_slope": 0.25}, -1e-9, 0.25),
        ("relu6", {}, 0.0, 0.0),
        ("relu6", {}, 6.0, 0.0),
        ("leaky_relu", {"negative_slope": 0.25}, 0.0, 0.25),
        ("elu", {"alpha": 2.0}, 0.0, 2.0),
        ("elu", {"alpha": 2.0, "slope_from": "output"}, 0.0, 2.0),
        ("elu", {"slope_from": "output"}, -40.0, 0.0),
        ("elu", {"alpha": 2.0}, -40.0, 2 * np.exp(-40.0)),
        ("selu", {}, -40.0, SELU[0] * SELU[1] * np.exp(-40.0)),
        ("selu", {"slope_from": "output"}, -40.0, 0.0),
        ("softsign", {}, 1e17, 0.0),
        ("softsign", {"slope_from": "square"}, 1e17, 1e-34),
        ("selu", {}, 0.0, SELU[0] * SELU[1]),
        ("selu", {"kink": "right"}, 0.0, SELU[0]),
        ("celu", {"alpha": 2.0}, 0.0, 1.0),
        ("celu", {}, -40.0, np.exp(-40.0)),
        ("celu", {"slope_from": "output"}, -40.0, 0.0),
        ("celu", {"alpha": 2.0, "kink": "sum"}, 0.0, 2.0),
        ("celu", {"alpha": 2.0, "kink": "sum"}, 1.0, 1.0),
        ("hardtanh", {}, -1.0, 0.0),
        ("hardtanh", {}, 1.0, 0.0),
        ("hardtanh", {"kink": "linear"}, -1.0, 1.0),
        ("hardtanh", {"kink": "linear"}, 1.0, 1.0),
        ("hardtanh", {"kink": "linear"}, 1.5, 0.0),
        ("hardsigmoid", {}, -3.0, 0.0),
        ("hardsigmoid", {}, 3.0, 0.0),
        ("hardswish", {}, -3.0, 0.0),
        ("hardswish", {}, 3.0, 1.0),
        ("softplus", {"threshold": 20.0}, 20.0, 1 / (1 + np.exp(-20.0))),
        ("softplus", {"threshold": 20.0}, np.nextafter(20.0, 21.0), 1.0),
        ("softsign", {}, 0.0, 1.0),
    ],
)
def test_slope_at_kinks(name, parameters, at, slope):
    vjp = getattr(activation, name)(np.array([at]), **parameters)[1]
    assert vjp(np.array([1.0]))[0][0] == pytest.approx(slope, rel=4 * 2.0**-53, abs=0)


# What minus infinity and infinity give, and their slopes: the formula in IEEE arithmetic.
ENDS = {
    "relu": (0.0, INF, 0.0, 1.0),
    "relu6": (0.0, 6.0, 0.0, 0.0),
    "leaky_relu": (-INF, INF, 0.01, 1.0),
    "elu": (-1.0, INF, 0.0, 1.0),
    "selu": (-SELU[0] * SELU[1], INF, 0.0, SELU[0]),
    "celu": (-1.0, INF, 0.0, 1.0),
    "gelu": (NAN, INF, NAN, NAN),
    "silu": (NAN, INF, NAN, NAN),
    "mish": (NAN, INF, NAN, NAN),
    "sigmoid": (0.0, 1.0, 0.0, 0.0),
    "log_sigmoid": (-INF, 0.0, 1.0, 0.0),
    "tanh": (-1.0, 1.0, 0.0, 0.0),
    "softplus": (0.0, INF, 0.0, 1.0),
    "softsign": (NAN, NAN, NAN, NAN),
    "hardtanh": (-1.0, 1.0, 0.0, 0.0),
    "hardsigmoid": (0.0, 1.0, 0.0, 0.0),
    "hardswish": (NAN, INF, 0.0, 1.0),
}


@both
@every_row
def test_ends(name, parameters, reference, bends, dtype):
    """NaN stays, infinities give what the formula gives, huge numbers the limit; no warning."""
    largest = np.finfo(dtype).max / 2  # selu scales by 1.05
    x = np.array([-INF, INF, NAN, -largest, largest], dtype)
    output, vjp = silent(getattr(activation, name), x, **parameters)
    slope = silent(vjp, np.ones_like(x))[0]
    assert np.isnan(output[2])
    assert not np.isnan(output[3:]).any()
    # The square inside the tanh form overflows.
    assert np.isnan(slope[3:]).all() == (parameters.get("approximate") == "tanh")
    if parameters.get("slope_from") == "square":
        np.testing.assert_array_equal(slope[:2], 0.0)
    elif not parameters or "approximate" in parameters or "threshold" in parameters:
        low, high, left, right = ENDS[name]
        expected = np.array([low, high], dtype), np.array([left, right], dtype)
        np.testing.assert_allclose(output[:2], expected[0], rtol=2 * unit(dtype), atol=0)
        np.testing.assert_allclose(slope[:2], expected[1], rtol=2 * unit(dtype), atol=0)


def test_hardswish_by_the_product_rule():
    x = np.array([-INF, INF, -4.0, -3.0, -1.0, 0.0, 3.0, 4.0], np.float32)
    slope = silent(silent(activation.hardswish, x, slope_from="product")[1], np.ones_like(x))[0]
    assert slope.dtype == np.float32
    np.testing.assert_array_equal(slope[:2], NAN)
    pieces = activation.hardswish(x[2:])[1](np.ones(6, np.float32))[0]
    np.testing.assert_allclose(slope[2:], pieces, rtol=4 * unit(np.float32), atol=0)


@both
@every_row
def test_a_zero_keeps_its_sign_where_the_curve_goes_through_it(
    name, parameters, reference, bends, dtype
):
    output, _ = getattr(activation, name)(np.array([-0.0, 0.0], dtype), **parameters)
    through = float(reference(mp.mpf(0))) == 0.0
    assert (output == 0.0).all() == through
    if through:
        np.testing.assert_array_equal(np.signbit(output), [True, False])


@pytest.mark.parametrize("half", [np.float16, ml_dtypes.bfloat16])
@every_row
def test_half_types_of_special_values_warn_of_nothing(name, parameters, reference, bends, half):
    x = np.array([-INF, INF, NAN, -60000.0, 60000.0, -0.0, 6e-8], half)
    output, vjp = silent(getattr(activation, name), x, **parameters)
    silent(vjp, output)


def test_the_kink_of_selu_is_at_zero_alone():
    x = np.array([-1.5, -0.5, 0.0, 0.5])
    left, right = (activation.selu(x, kink=kink)[1](np.ones(4))[0] for kink in ("left", "right"))
    np.testing.assert_array_equal(left != right, x == 0.0)
    assert left[2] == pytest.approx(float(SELU[0] * SELU[1]), rel=1e-15)
    assert right[2] == pytest.approx(float(SELU[0]), rel=1e-15)


@both
@every_row
def test_no_pair_of_special_values_warns(name, parameters, reference, bends, dtype):
    largest = np.finfo(dtype).max
    special = np.array([-INF, INF, NAN, -largest, largest, -3.0, 0.0, 3.0, 1.0, -1.0], dtype)
    x, cotangent = np.repeat(special, special.size), np.tile(special, special.size)
    output, vjp = silent(getattr(activation, name), x, **parameters)
    bar = silent(vjp, cotangent)[0]
    assert output.dtype == bar.dtype == dtype


@pytest.mark.parametrize(
    ("name", "steep"),
    [("leaky_relu", {"negative_slope": 10.0}), ("prelu", {"weight": np.full(1, 10, np.float32)})],
)
def test_a_steep_slope_overflows_without_a_warning(name, steep):
    x = np.array([-3e38, 2.0], np.float32)
    output, vjp = silent(getattr(activation, name), x, **steep)
    np.testing.assert_array_equal(output, np.array([-INF, 2.0], np.float32))
    bar = silent(vjp, np.array([3e38, 1.0], np.float32))[0]
    np.testing.assert_array_equal(bar, np.array([INF, 1.0], np.float32))


def test_a_masked_cotangent_does_not_come_through():
    cotangent = np.array([NAN, INF, 1.0])
    for name in ("relu", "relu6", "hardtanh", "hardsigmoid"):
        bar = silent(getattr(activation, name)(np.array([-9.0, -9.0, 0.5]))[1], cotangent)[0]
        np.testing.assert_array_equal(bar[:2], 0.0)
        assert bar[2] != 0.0


@pytest.mark.parametrize(
    ("name", "parameters", "slope"),
    [
        ("relu", {}, 1.0),
        ("relu", {"nan_slope": "zero"}, 0.0),
        ("elu", {}, NAN),
        ("elu", {"alpha": 2.0, "slope_from": "output"}, NAN),
        ("elu", {"alpha": 2.0, "nan_slope": "left"}, 2.0),
        ("selu", {}, NAN),
        ("selu", {"nan_slope": "right"}, SELU[0]),
        ("celu", {"slope_from": "output"}, NAN),
        ("celu", {"alpha": 2.0, "nan_slope": "zero"}, 0.0),
    ],
)
def test_slope_at_nan(name, parameters, slope):
    bar = silent(getattr(activation, name)(np.array([NAN, 1.0]), **parameters)[1], np.full(2, 3.0))
    np.testing.assert_array_equal(bar[0][0], 3.0 * slope)
    assert bar[0][1] != 0.0


@pytest.mark.parametrize("kink", ["left", "flat"])
def test_prelu(check_vjp, kink):
    rng = np.random.default_rng(2)
    x = rng.uniform(0.2, 2, (2, 3, 4)) * rng.choice([-1, 1], (2, 3, 4))
    for shape in [(3, 1), (1,), (), (3, 4), (2, 3, 4), (1, 3, 1)]:
        weight = rng.uniform(0.1, 1, shape)
        np.testing.assert_array_equal(
            activation.prelu(x, weight, kink=kink)[0], np.where(x > 0, x, weight * x)
        )
        check_vjp(lambda a, w: activation.prelu(a, w, kink=kink), x, weight)


def test_defaults():
    expected = {
        "leaky_relu": {"negative_slope": 0.01},
        "prelu": {"kink": "left"},
        "relu": {"nan_slope": "right"},
        "elu": {"alpha": 1.0, "slope_from": "input", "nan_slope": "nan"},
        "selu": {"kink": "left", "slope_from": "input", "nan_slope": "nan"},
        "celu": {"alpha": 1.0, "kink": "left", "slope_from": "input", "nan_slope": "nan"},
        "hardswish": {"slope_from": "pieces"},
        "gelu": {"approximate": "none"},
        "softplus": {"beta": 1.0, "threshold": 20.0},
        "softsign": {"slope_from": "quotient"},
        "hardtanh": {"min_value": -1.0, "max_value": 1.0, "kink": "flat"},
        "softmax": {"axis": -1},
        "log_softmax": {"axis": -1},
    }
    for name in activation.__all__:
        parameters = inspect.signature(getattr(activation, name)).parameters.values()
        found = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
        assert found == expected.get(name, {}), name


def test_hardtanh_may_be_a_point():
    np.testing.assert_array_equal(
        activation.hardtanh(np.array([0.0, 3.0]), min_value=2.0, max_value=2.0)[0], 2.0
    )


def test_prelu_at_zero():
    x, weight, one = np.array([0.0, -0.0]), np.array([0.25]), np.ones(2)
    np.testing.assert_array_equal(activation.prelu(x, weight)[1](one)[0], 0.25)
    np.testing.assert_array_equal(activation.prelu(x, weight, kink="flat")[1](one)[0], 0.0)
    near = np.array([1e-9, -1e-9])
    np.testing.assert_array_equal(activation.prelu(near, weight)[1](one)[0], [1.0, 0.25])


@pytest.mark.parametrize("half", [np.float16, ml_dtypes.bfloat16])
@every_row
def test_half_types_compute_in_float32_and_round_once(name, parameters, reference, bends, half):
    op = getattr(activation, name)
    x = np.linspace(-8, 8, 97).astype(half)
    cotangent = np.linspace(-2, 2, 97).astype(half)
    output, vjp = op(x, **parameters)
    wide, wide_vjp = op(x.astype(np.float32), **parameters)
    assert output.dtype == half
    np.testing.assert_array_equal(output, wide.astype(half))
    bar = vjp(cotangent)[0]
    assert bar.dtype == half
    np.testing.assert_array_equal(bar, wide_vjp(cotangent.astype(np.float32))[0].astype(half))


@every_row
def test_any_shape(name, parameters, reference, bends):
    op = getattr(activation, name)
    x = np.random.default_rng(0).normal(size=(2, 3, 4)) * 3
    output, vjp = op(x, **parameters)
    for other in (x.T, x[:, ::2], x[0, 0, 0], x[:0], x.reshape(-1)):
        before = np.array(other)
        got, bar = op(np.asarray(other), **parameters)
        assert np.shape(got) == np.shape(other)
        assert np.shape(bar(np.ones_like(got))[0]) == np.shape(other)
        np.testing.assert_array_equal(np.asarray(other), before)
    np.testing.assert_array_equal(op(x.T, **parameters)[0], output.T)
    with pytest.raises(ValueError, match=r"cotangent must .*\(2, 3, 4\).*\(2, 3\)"):
        vjp(np.ones((2, 3)))


@every_row
def test_only_floats(name, parameters, reference, bends):
    with pytest.raises(TypeError, match=r"input must be .*int64"):
        getattr(activation, name)(np.arange(3), **parameters)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("hardtanh", {"min_value": 2.0, "max_value": 1.0}, r"min_value must be at most .*1.0.*2.0"),
        ("hardtanh", {"kink": "left"}, "kink must be one of 'flat', 'linear'; got 'left'"),
        ("selu", {"kink": "sum"}, "kink must be one of 'left', 'right'"),
        ("selu", {"slope_from": "x"}, "slope_from must be one of 'input', 'output'"),
        ("elu", {"slope_from": "x"}, "slope_from must be one of 'input', 'output'"),
        ("softsign", {"slope_from": "x"}, "slope_from must be one of 'quotient', 'square'"),
        ("celu", {"alpha": 0.0}, "alpha must be another number than 0; got 0.0"),
        ("relu", {"nan_slope": "nan"}, "nan_slope must be one of 'right', 'zero'; got 'nan'"),
        ("elu", {"nan_slope": "zero"}, "nan_slope must be one of 'nan', 'left'"),
        ("selu", {"nan_slope": "left"}, "nan_slope must be one of 'nan', 'right'"),
        ("celu", {"nan_slope": "left"}, "nan_slope must be one of 'nan', 'zero'"),
        ("celu", {"slope_from": "x"}, "slope_from must be one of 'input', 'output'"),
        ("hardswish", {"slope_from": "x"}, "slope_from must be one of 'pieces', 'product'"),
        ("celu", {"kink": "right"}, "kink must be one of 'left', 'sum'"),
        ("softplus", {"beta": 0.0}, "beta must be another number than 0; got 0.0"),
        ("gelu", {"approximate": "erf"}, "approximate must be one of 'none', 'tanh'"),
    ],
)
def test_errors_name_the_argument(name, parameters, message):
    with pytest.raises(ValueError, match=message):
        getattr(activation, name)(np.zeros(3), **parameters)


def test_prelu_errors():
    x = np.zeros((2, 3))
    with pytest.raises(ValueError, match=r"weight must .*\(2, 3\).*\(4,\)"):
        activation.prelu(x, np.zeros(4))
    with pytest.raises(TypeError, match=r"weight must .*float64.*float32"):
        activation.prelu(x, np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="kink must be one of 'left', 'flat'"):
        activation.prelu(x, np.zeros(3), kink="sum")
