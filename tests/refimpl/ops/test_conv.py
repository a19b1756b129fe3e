"""conv and its vjp against the definition, in exact integers and fractions."""

from __future__ import annotations

import itertools
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.ops.conv import conv
from refimpl.ops.primitives import convolution

UNIT = {np.float32: 2.0**-24, np.float64: 2.0**-53}


def edges(spatial, kernel, stride, padding, dilation):
    """List (window, tap, element) for every tap of every window that sees an element."""
    axes = []
    for size, taps, step, (before, after), gap in zip(
        spatial, kernel, stride, padding, dilation, strict=True
    ):
        axis = []
        window, start = 0, -before
        while start + gap * (taps - 1) < size + after:
            axis.extend(
                (window, tap, start + gap * tap)
                for tap in range(taps)
                if 0 <= start + gap * tap < size
            )
            window, start = window + 1, start + step
        axes.append((window, axis))
    counts = tuple(window for window, _ in axes)
    found = [tuple(zip(*parts, strict=True)) for parts in itertools.product(*(a for _, a in axes))]
    return counts, found


def zeros(shape):
    return np.full(shape, Fraction(0), dtype=object)


def exact(array):
    return np.array([Fraction(float(x)) for x in array.ravel()], object).reshape(array.shape)


def defined(input, weight, bias, cotangent, groups, **geometry):
    """Return output and the three cotangents, written out from the definition."""
    counts, found = edges(input.shape[2:], weight.shape[2:], **geometry)
    outputs, channels = weight.shape[:2]
    output = zeros((len(input), outputs, *counts))
    if bias is not None:
        output = output + bias.reshape(-1, *(1,) * len(counts))
    input_bar, weight_bar = zeros(input.shape), zeros(weight.shape)
    for n, o, c in np.ndindex(len(input), outputs, channels):
        channel = o // (outputs // groups) * channels + c
        for window, tap, element in found:
            x, w = input[(n, channel, *element)], weight[(o, c, *tap)]
            g = cotangent[(n, o, *window)]
            output[(n, o, *window)] += w * x
            input_bar[(n, channel, *element)] += w * g
            weight_bar[(o, c, *tap)] += x * g
    bias_bar = cotangent.sum(axis=(0, *range(2, cotangent.ndim)))
    return output, input_bar, weight_bar, None if bias is None else bias_bar


@st.composite
def cases(draw, dimensions=(1, 2, 3)):
    n = draw(st.sampled_from(dimensions))
    small = 3 if n < 3 else 2
    sizes = {
        name: tuple(draw(st.integers(1, most)) for _ in range(n))
        for name, most in (("kernel", small), ("stride", 3), ("dilation", 2))
    }
    padding = tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(n))
    spatial = []
    for kernel, dilation, pair in zip(sizes["kernel"], sizes["dilation"], padding, strict=True):
        least = max(dilation * (kernel - 1) + 1 - sum(pair), 1)
        spatial.append(least + draw(st.integers(0, 3 if n < 3 else 1)))
    groups = draw(st.integers(1, 3))
    channels, multiple = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    return {
        "input": (draw(st.integers(1, 2)), groups * channels, *spatial),
        "weight": (groups * multiple, channels, *sizes["kernel"]),
        "bias": draw(st.booleans()),
        "groups": groups,
        "geometry": {
            "stride": sizes["stride"],
            "padding": padding,
            "dilation": sizes["dilation"],
        },
        "seed": draw(st.integers(0, 99)),
    }


def integers(rng, shape):
    return rng.integers(-4, 5, shape)


def arrays(case, make=integers):
    rng = np.random.default_rng(case["seed"])
    input, weight = make(rng, case["input"]), make(rng, case["weight"])
    bias = make(rng, case["weight"][:1]) if case["bias"] else None
    counts, _ = edges(case["input"][2:], case["weight"][2:], **case["geometry"])
    return input, weight, bias, make(rng, (len(input), len(weight), *counts))


def as_type(dtype, *given):
    return tuple(None if array is None else array.astype(dtype) for array in given)


@given(case=cases(), dtype=st.sampled_from([np.float32, np.float64]))
def test_small_integers_are_exact(case, dtype):
    whole = arrays(case)
    input, weight, bias, cotangent = as_type(dtype, *whole)
    kept = [array.copy() for array in (input, weight, cotangent)]
    output, vjp = conv(input, weight, bias, groups=case["groups"], **case["geometry"])
    bars = vjp(cotangent)
    expected = defined(*whole, case["groups"], **case["geometry"])
    for got, want in zip((output, *bars), expected, strict=True):
        if want is None:
            assert got is None
            continue
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, want.astype(dtype))
    for array, before in zip((input, weight, cotangent), kept, strict=True):
        np.testing.assert_array_equal(array, before)
        assert not any(np.shares_memory(array, got) for got in (output, *bars[:2]))


@pytest.mark.parametrize("padding", [((2, 0), (0, 0)), ((0, 2), (0, 0)), ((0, 1), (3, 0))])
@pytest.mark.parametrize("groups", [1, 2])
def test_padding_wider_than_the_kernel(padding, groups):
    """At a step of 1 the input's cotangent is gathered, but not from outside the output."""
    geometry = {"stride": (1, 1), "padding": padding, "dilation": (1, 1)}
    case = {
        "input": (1, 2, 3, 4),
        "weight": (2, 2 // groups, 1, 3),
        "bias": False,
        "geometry": geometry,
        "seed": 0,
    }
    whole = arrays(case)
    input, weight, _, cotangent = as_type(np.float64, *whole)
    output, vjp = conv(input, weight, groups=groups, **geometry)
    expected = defined(*whole, groups, **geometry)
    for got, want in zip((output, *vjp(cotangent)[:2]), expected[:3], strict=True):
        np.testing.assert_array_equal(got, want.astype(np.float64))


def wide(rng, shape):
    return rng.normal(size=shape) * 2.0 ** rng.integers(-20, 20, shape)


@given(case=cases(dimensions=(1, 2)), dtype=st.sampled_from([np.float32, np.float64]))
def test_any_data_is_as_exact_as_a_dot_product(case, dtype):
    """An error of n roundings for a sum of n products and a bias, of the sum of magnitudes."""
    given_arrays = as_type(dtype, *arrays(case, wide))
    *operands, cotangent = given_arrays
    output, vjp = conv(*operands, groups=case["groups"], **case["geometry"])
    exacts = [None if a is None else exact(a) for a in given_arrays]
    magnitudes = [None if a is None else exact(abs(a)) for a in given_arrays]
    expected = defined(*exacts, case["groups"], **case["geometry"])
    scale = defined(*magnitudes, case["groups"], **case["geometry"])
    terms = 1 + max(np.prod(case["weight"][1:]), cotangent.size)
    for got, want, size in zip((output, *vjp(cotangent)), expected, scale, strict=True):
        if want is not None:
            error = abs(exact(got) - want)
            assert (error <= size * Fraction(int(terms)) * Fraction(UNIT[dtype])).all()


@pytest.mark.parametrize("groups", [1, 32])
def test_long_sums_err_like_random_walks(groups):
    """Within 4·sqrt(n)·u of the sum of magnitudes, forward and backward (Higham and Mary 2019)."""
    rng = np.random.default_rng(0)
    input, weight = rng.normal(size=(3, 32, 20, 20)), rng.normal(size=(32, 32 // groups, 3, 3))
    settings = {
        "stride": (1, 1),
        "padding": ((1, 1), (1, 1)),
        "dilation": (1, 1),
        "groups": groups,
    }
    cotangent = rng.normal(size=(3, 32, 20, 20))
    single = as_type(np.float32, input, weight, cotangent)
    double = as_type(np.float64, *single)
    output, vjp = conv(*single[:2], **settings)
    expected, double_vjp = conv(*double[:2], **settings)
    scale, scale_vjp = conv(abs(double[0]), abs(double[1]), **settings)
    got = (output, *vjp(single[2])[:2])
    want = (expected, *double_vjp(double[2])[:2])
    size = (scale, *scale_vjp(abs(double[2]))[:2])
    for terms, g, w, s in zip(
        (9 * 32 // groups, 9 * 32 // groups, 1200), got, want, size, strict=True
    ):
        assert (abs(g - w) <= 4 * np.sqrt(terms) * 2.0**-24 * s).all()


@given(case=cases(dimensions=(1, 2)), dtype=st.sampled_from([np.float16, ml_dtypes.bfloat16]))
def test_half_types_are_computed_in_float32_and_rounded_once(case, dtype):
    operands = as_type(dtype, *arrays(case, lambda rng, shape: rng.normal(size=shape)))
    *half, cotangent = operands
    *single, single_cotangent = as_type(np.float32, *operands)
    output, vjp = conv(*half, groups=case["groups"], **case["geometry"])
    expected, single_vjp = conv(*single, groups=case["groups"], **case["geometry"])
    pairs = zip((output, *vjp(cotangent)), (expected, *single_vjp(single_cotangent)), strict=True)
    for got, want in pairs:
        if want is not None:
            assert got.dtype == dtype
            np.testing.assert_array_equal(got, want.astype(dtype))


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("stride", [1, 2])
def test_blocks_of_any_size_give_the_same(monkeypatch, groups, stride):
    rng = np.random.default_rng(0)
    input, weight = integers(rng, (5, 4, 7, 6)) * 1.0, integers(rng, (4, 4 // groups, 3, 2)) * 1.0
    settings = {
        "stride": (stride, stride),
        "padding": ((1, 0), (2, 1)),
        "dilation": (1, 2),
        "groups": groups,
    }
    output, vjp = conv(input, weight, **settings)
    cotangent = integers(rng, output.shape) * 1.0
    expected = (output, *vjp(cotangent)[:2])
    whole = defined(input, weight, None, cotangent, **settings)
    for budget in (1, 2000):
        monkeypatch.setattr(convolution, "WIDE", budget)
        output, vjp = conv(input, weight, **settings)
        for got, want, definition in zip(
            (output, *vjp(cotangent)[:2]), expected, whole[:3], strict=True
        ):
            np.testing.assert_array_equal(got, want)
            np.testing.assert_array_equal(got, definition.astype(np.float64))


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("stride", [1, 2])
def test_what_is_not_finite_reaches_only_what_saw_it(groups, stride):
    """A NaN or infinity spreads to the windows that see it, and an infinite weight's cotangent
    to the elements it multiplied, not to their neighbours."""
    rng = np.random.default_rng(0)
    input = rng.integers(1, 5, (1, 2, 5, 6)) * 1.0
    weight = rng.integers(1, 5, (2, 2 // groups, 2, 3)) * 1.0
    geometry = {"stride": (stride, stride), "padding": ((0, 0), (0, 0)), "dilation": (1, 1)}
    output, _ = conv(input, weight, groups=groups, **geometry)
    cotangent = rng.integers(1, 5, output.shape) * 1.0
    for place, value in (((0, 0, 0, 2), np.inf), ((0, 1, 4, 5), np.nan), ((0, 0, 2, 2), -np.inf)):
        special = input.copy()
        special[place] = value
        check_floats(special, weight, cotangent, groups, geometry)
    for place, value in (((0, 0, 0, 0), np.inf), ((1, 0, 1, 2), np.nan)):
        special = weight.copy()
        special[place] = value
        check_floats(input, special, cotangent, groups, geometry)
        special = cotangent.copy()
        special[(0, 0, 1, 0)] = value
        check_floats(input, weight, special, groups, geometry)


@np.errstate(invalid="ignore")
def check_floats(input, weight, cotangent, groups, geometry):
    output, vjp = conv(input, weight, groups=groups, **geometry)
    expected = defined(
        *(a.astype(object) for a in (input, weight)),
        None,
        cotangent.astype(object),
        groups,
        **geometry,
    )
    for got, want in zip((output, *vjp(cotangent)), expected, strict=True):
        if want is not None:
            np.testing.assert_array_equal(got, want.astype(np.float64))


@pytest.mark.parametrize("groups", [1, 2])
def test_an_empty_batch_gives_an_empty_output_and_a_zero_weight_cotangent(groups):
    weight = np.ones((4, 4 // groups, 3, 2), np.float32)
    output, vjp = conv(
        np.empty((0, 4, 6, 5), np.float32),
        weight,
        np.ones(4, np.float32),
        stride=(2, 1),
        padding=((1, 0), (0, 0)),
        dilation=(1, 1),
        groups=groups,
    )
    assert output.shape == (0, 4, 3, 4)
    input_bar, weight_bar, bias_bar = vjp(output)
    assert input_bar.shape == (0, 4, 6, 5)
    np.testing.assert_array_equal(weight_bar, np.zeros_like(weight))
    np.testing.assert_array_equal(bias_bar, np.zeros(4, np.float32))
    assert {bar.dtype for bar in (output, input_bar, weight_bar, bias_bar)} == {np.dtype("f4")}


@pytest.mark.parametrize("kernel", [(1, 1), (3, 2)])
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_any_memory_layout_gives_the_same(kernel, groups):
    rng = np.random.default_rng(0)
    settings = {
        "stride": (1, 1),
        "padding": ((0, 0), (0, 0)),
        "dilation": (1, 1),
        "groups": groups,
    }
    input = integers(rng, (3, 4, 6, 5)) * 1.0
    weight = integers(rng, (4, 4 // groups, *kernel)) * 1.0
    output, vjp = conv(input, weight, **settings)
    cotangent = integers(rng, output.shape) * 1.0
    expected = (output, *vjp(cotangent)[:2])
    for layout in (channels_last, every_second, backwards, np.asfortranarray, read_only):
        output, vjp = conv(layout(input), layout(weight), **settings)
        got = (output, *vjp(layout(cotangent))[:2])
        for g, e in zip(got, expected, strict=True):
            np.testing.assert_array_equal(g, e)


def test_all_channels_are_one_group_unless_it_is_said():
    rng = np.random.default_rng(0)
    input, weight = integers(rng, (2, 2, 5)) * 1.0, integers(rng, (2, 2, 3)) * 1.0
    geometry = {"stride": (1,), "padding": ((0, 0),), "dilation": (1,)}
    output, _ = conv(input, weight, **geometry)
    np.testing.assert_array_equal(output, conv(input, weight, groups=1, **geometry)[0])


def channels_last(array):
    return np.moveaxis(np.moveaxis(array, 1, -1).copy(), -1, 1)


def every_second(array):
    return np.repeat(np.repeat(array, 2, axis=-1), 2, axis=0)[::2, ..., ::2]


def backwards(array):
    return array[::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1]


def read_only(array):
    array = array.copy()
    array.setflags(write=False)
    return array


GOOD = {
    "input": np.zeros((1, 4, 5, 5)),
    "weight": np.zeros((6, 2, 3, 3)),
    "bias": np.zeros(6),
    "stride": (1, 1),
    "padding": ((0, 0), (0, 0)),
    "dilation": (1, 1),
    "groups": 2,
}


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (
            {"input": np.zeros((4, 5))},
            ValueError,
            r"input must be of shape \(N, C, \*S\)",
        ),
        ({"input": np.zeros((1, 4, 2, 2, 2, 2))}, ValueError, r"input must be of shape"),
        ({"input": np.zeros((1, 0, 5, 5))}, ValueError, r"input must be .*one channel or more"),
        ({"input": np.zeros((1, 4, 0, 5))}, ValueError, r"input must be at least 1 long"),
        ({"input": np.zeros((1, 4, 5, 5), int)}, TypeError, r"input must be an array of floats"),
        ({"input": [[1.0]]}, TypeError, r"input must be an array of floats; got list"),
        ({"input": np.zeros((1, 4, 5))}, ValueError, r"weight must be of shape .* 1 kernel size;"),
        (
            {"input": np.zeros((1, 3, 5, 5))},
            ValueError,
            r"input must have 4 channels.*\(1, 3",
        ),
        ({"input": np.zeros((1, 6, 5, 5))}, ValueError, r"input must have 4 channels.*\(1, 6"),
        ({"weight": np.zeros((5, 2, 3, 3))}, ValueError, r"groups must divide weight's 5 output"),
        ({"weight": np.zeros((0, 2, 3, 3))}, ValueError, r"weight must be .*at least one"),
        ({"weight": np.zeros((6, 2, 0, 3))}, ValueError, r"weight's kernel must be at least 1"),
        ({"weight": np.zeros((6, 2, 6, 3))}, ValueError, r"weight's kernel must be no larger"),
        ({"weight": np.zeros((6, 2, 3, 3), "f4")}, TypeError, r"weight must have the dtype of in"),
        ({"weight": np.zeros((6, 2, 3, 3), int)}, TypeError, r"weight must be an array of floats"),
        ({"bias": np.zeros((6, 1))}, ValueError, r"bias must have shape \(6,\); got \(6, 1\)"),
        ({"bias": np.zeros(5)}, ValueError, r"bias must have shape \(6,\); got \(5,\)"),
        ({"bias": np.zeros(6, "f4")}, TypeError, r"bias must have the dtype of input, float64"),
        ({"groups": 0}, ValueError, r"groups must be at least 1; got 0"),
        ({"groups": 4}, ValueError, r"groups must .*got 4"),
        ({"groups": 2.0}, TypeError, r"groups must be an integer; got 2.0"),
        ({"stride": (0, 1)}, ValueError, r"stride must be at least 1.*got \(0, 1\)"),
        ({"stride": (1,)}, ValueError, r"stride must be .*a tuple of 2"),
        ({"padding": ((0, 0), (-1, 0))}, ValueError, r"padding must be at least 0"),
        ({"dilation": (3, 1)}, ValueError, r"kernel must be no larger than the padded input"),
    ],
)
def test_wrong_arguments_are_refused_by_name(wrong, error, message):
    conv(**GOOD)
    with pytest.raises(error, match=message):
        conv(**(GOOD | wrong))


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_a_half_and_a_wider_type_do_not_mix(dtype):
    mixed = GOOD | {"input": np.zeros((1, 4, 5, 5), dtype), "bias": None}
    with pytest.raises(TypeError, match="weight must have the dtype of input"):
        conv(**mixed)
    with pytest.raises(TypeError, match="bias must have the dtype of input"):
        conv(**(GOOD | {"bias": np.zeros(6, dtype)}))
