"""Pooling and its vjps against the definition, in exact numbers."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.ops.pooling import avg_pool, max_pool, max_pool_with_indices
from refimpl.ops.primitives import pooling

# Divides by every number of taps that occurs below, so that averaged cotangents stay integers.
WHOLE = math.lcm(*range(1, 28))


def starts(size, kernel, stride, padding, dilation, ceil_mode):
    """List where the windows of one dimension start, counted from the input's first element."""
    before, after = padding
    found = []
    start = -before
    while start + dilation * (kernel - 1) < size + after:
        found.append(start)
        start += stride
    if ceil_mode:
        if found[-1] + dilation * (kernel - 1) < size + after - 1:
            found.append(start)
        if found[-1] >= size:
            found.pop()
    return found


def windows(spatial, settings):
    """Yield every window's place in the output and, in row-major order, the places it sees."""
    n = len(spatial)
    dilation = settings.get("dilation", (1,) * n)
    axes = [
        starts(*dimension, settings["ceil_mode"])
        for dimension in zip(
            spatial,
            settings["kernel"],
            settings["stride"],
            settings["padding"],
            dilation,
            strict=True,
        )
    ]
    for place in itertools.product(*(range(len(axis)) for axis in axes)):
        seen = [
            [axis[p] + tap * gap for tap in range(kernel)]
            for axis, p, kernel, gap in zip(axes, place, settings["kernel"], dilation, strict=True)
        ]
        yield place, list(itertools.product(*seen))


def inside(element, spatial, padding=None):
    padding = padding or [(0, 0)] * len(spatial)
    return all(
        -before <= e < size + after
        for e, size, (before, after) in zip(element, spatial, padding, strict=True)
    )


def defined_avg(input, cotangent, settings):
    """Return output and input cotangent of average pooling, from the definition."""
    spatial = input.shape[2:]
    output = np.empty(cotangent.shape, object)
    bar = np.full(input.shape, Fraction(0), object)
    for place, elements in windows(spatial, settings):
        mine = [e for e in elements if inside(e, spatial)]
        counted = [e for e in elements if inside(e, spatial, settings["padding"])]
        divisor = settings["divisor_override"] or len(
            counted if settings["count_include_pad"] else mine
        )
        where = (slice(None), slice(None), *place)
        total = sum((input[(slice(None), slice(None), *e)] for e in mine), np.full((), Fraction(0)))
        output[where] = total / divisor if len(mine) else Fraction(0)
        for e in mine:
            bar[(slice(None), slice(None), *e)] += cotangent[where] / Fraction(divisor)
    return output, bar


def defined_max(input, cotangent, settings):
    """Return output, indices and input cotangent of maximum pooling, from the definition."""
    spatial = input.shape[2:]
    output, bar = np.empty(cotangent.shape), np.zeros(input.shape)
    indices = np.empty(cotangent.shape, np.int64)
    for place, elements in windows(spatial, settings):
        mine = [e for e in elements if inside(e, spatial)]
        for lead in np.ndindex(input.shape[:2]):
            best = mine[0]
            for e in mine[1:]:
                value = input[lead + e]
                if value > input[lead + best] or np.isnan(value):
                    best = e
            output[lead + place] = input[lead + best]
            indices[lead + place] = np.ravel_multi_index(best, spatial)
            bar[lead + best] += cotangent[lead + place]
    return output, indices, bar


@st.composite
def cases(draw, dilated):
    n = draw(st.integers(1, 3))
    kernel, stride, padding, dilation, spatial = [], [], [], [], []
    for _ in range(n):
        kernel.append(draw(st.integers(1, 3 if n > 1 else 4)))
        stride.append(draw(st.integers(1, 3)))
        dilation.append(draw(st.integers(1, 2)) if dilated else 1)
        # No window may lie in the padding alone.
        most = (kernel[-1] - 1) * (1 if dilated else dilation[-1])
        padding.append((draw(st.integers(0, most)), draw(st.integers(0, most))))
        least = dilation[-1] * (kernel[-1] - 1) + 1 - (0 if dilated else sum(padding[-1]))
        spatial.append(max(least, 2) + draw(st.integers(0, 3 if n < 3 else 1)))
    settings = {
        "kernel": tuple(kernel),
        "stride": tuple(stride),
        "padding": tuple(padding),
        "ceil_mode": draw(st.booleans()),
    }
    if dilated:
        settings["dilation"] = tuple(dilation)
    else:
        settings["count_include_pad"] = draw(st.booleans())
        settings["divisor_override"] = draw(st.sampled_from([None, None, 3, -2]))
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *spatial)
    return shape, settings, draw(st.integers(0, 99))


def counts(shape, settings):
    places = [place for place, _ in windows(shape[2:], settings)]
    return (*shape[:2], *(p + 1 for p in places[-1]))


@given(case=cases(dilated=False), dtype=st.sampled_from([np.float32, np.float64]))
def test_averages_are_correctly_rounded(case, dtype):
    shape, settings, seed = case
    rng = np.random.default_rng(seed)
    input = rng.integers(-9, 10, shape)
    cotangent = rng.integers(-9, 10, counts(shape, settings))
    given_input = input.astype(dtype)
    output, vjp = avg_pool(given_input, **settings)
    expected, _ = defined_avg(input, cotangent, settings)
    # Sums of small integers are exact; what is left is the rounding of one division, and float64
    # has more than twice the digits of float32, so that rounding to it first does not matter.
    np.testing.assert_array_equal(output, expected.astype(np.float64).astype(dtype))
    assert output.dtype == vjp(output)[0].dtype == dtype
    np.testing.assert_array_equal(given_input, input)
    assert not np.shares_memory(output, given_input)


@given(case=cases(dilated=False))
def test_cotangents_of_averages_are_exact(case):
    shape, settings, seed = case
    rng = np.random.default_rng(seed)
    input = rng.integers(-9, 10, shape)
    cotangent = rng.integers(-9, 10, counts(shape, settings)) * WHOLE
    _, expected = defined_avg(input, cotangent, settings)
    given_cotangent = cotangent.astype(np.float64)
    _, vjp = avg_pool(input.astype(np.float64), **settings)
    (bar,) = vjp(given_cotangent)
    np.testing.assert_array_equal(bar, expected.astype(np.float64))
    np.testing.assert_array_equal(given_cotangent, cotangent)
    assert not np.shares_memory(bar, given_cotangent)


VALUES = {
    "distinct": lambda rng, shape: rng.permutation(int(np.prod(shape))).reshape(shape) - 7.0,
    "ties": lambda rng, shape: rng.integers(0, 3, shape) * 1.0,
    "low": lambda rng, shape: rng.choice([-np.inf, -np.inf, 1.0], shape),
    "nan": lambda rng, shape: rng.choice([np.nan, -np.inf, np.inf, 0.0, 1.0], shape),
}


@given(
    case=cases(dilated=True),
    values=st.sampled_from(sorted(VALUES)),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_maxima_indices_and_cotangents_are_exact(case, values, dtype):
    shape, settings, seed = case
    rng = np.random.default_rng(seed)
    input = VALUES[values](rng, shape).astype(dtype)
    cotangent = rng.integers(-9, 10, counts(shape, settings)).astype(dtype)
    kept = input.copy(), cotangent.copy()
    expected = defined_max(input, cotangent, settings)
    (output, indices), vjp = max_pool_with_indices(input, **settings)
    (bar,) = vjp(cotangent)
    alone, vjp_alone = max_pool(input, **settings)
    for got, want in zip((output, indices, bar), expected, strict=True):
        np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(alone, output)
    np.testing.assert_array_equal(vjp_alone(cotangent)[0], bar)
    assert output.dtype == bar.dtype == dtype
    assert indices.dtype == np.int64
    for array, before in zip((input, cotangent), kept, strict=True):
        np.testing.assert_array_equal(array, before)
        assert not any(np.shares_memory(array, got) for got in (output, bar, alone))


def test_ties_go_to_the_first_row_and_then_the_first_column():
    """Column by column the first of these maxima would be at (1, 0)."""
    input = np.array([[[[0.0, 5.0], [5.0, 5.0]]]])
    (_, indices), vjp = max_pool_with_indices(
        input,
        kernel=(2, 2),
        stride=(2, 2),
        padding=((0, 0), (0, 0)),
        dilation=(1, 1),
    )
    assert indices.item() == 1
    np.testing.assert_array_equal(vjp(np.ones((1, 1, 1, 1)))[0], [[[[0, 1], [0, 0]]]])


def test_zeros_of_either_sign_tie():
    input = np.array([[[-0.0, 0.0]]])
    settings = {"kernel": (2,), "stride": (2,), "padding": ((0, 0),), "dilation": (1,)}
    (_, indices), _ = max_pool_with_indices(input, **settings)
    assert indices.item() == 0


def test_a_window_of_minus_infinity_selects_an_element_of_the_input():
    input = np.full((1, 1, 3, 3), -np.inf)
    (output, indices), _ = max_pool_with_indices(
        input,
        kernel=(2, 2),
        stride=(2, 2),
        padding=((1, 1), (1, 1)),
        dilation=(1, 1),
    )
    np.testing.assert_array_equal(output, np.full((1, 1, 2, 2), -np.inf))
    np.testing.assert_array_equal(indices, [[[[0, 1], [3, 4]]]])


@pytest.mark.parametrize(
    ("shape", "kernel", "dilation"),
    [
        ((2, 250), (2, 2), (1, 5)),  # 255 elements from the first tap to the last
        ((2, 250), (2, 2), (1, 6)),
        ((3, 130), (3, 1), (1, 1)),
        ((2, 40_000), (2, 2), (1, 30_000)),
        ((3, 40_000), (3, 2), (1, 1)),
    ],
)
def test_distances_may_need_wider_integers(shape, kernel, dilation):
    input = np.arange(np.prod(shape), dtype=np.float64).reshape(1, 1, *shape)
    settings = {"kernel": kernel, "stride": (1, 1), "padding": ((0, 0), (0, 0))}
    (output, indices), _ = max_pool_with_indices(input, dilation=dilation, **settings)
    # Everything grows along the rows and columns, so that the last tap wins everywhere.
    last = input[..., shape[0] - output.shape[2] :, shape[1] - output.shape[3] :]
    np.testing.assert_array_equal(output, last)
    np.testing.assert_array_equal(indices, last)


def test_blocks_of_any_size_give_the_same(monkeypatch):
    rng = np.random.default_rng(0)
    input = rng.integers(-3, 4, (5, 3, 6, 7)) * 1.0
    settings = {"kernel": (3, 2), "stride": (2, 1), "padding": ((1, 1), (1, 0))}

    def everything():
        output, vjp = avg_pool(input, **settings)
        (maxima, indices), max_vjp = max_pool_with_indices(input, **settings, dilation=(1, 1))
        cotangent = np.arange(output.size).reshape(output.shape) * 6.0
        return output, *vjp(cotangent), maxima, indices, *max_vjp(cotangent)

    expected = everything()
    for budget in (1, 1000):
        monkeypatch.setattr(pooling, "NARROW", budget)
        for got, want in zip(everything(), expected, strict=True):
            np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_half_types_are_computed_in_float32_and_rounded_once(dtype):
    rng = np.random.default_rng(0)
    input = rng.normal(size=(2, 3, 7)).astype(dtype)
    settings = {"kernel": (3,), "stride": (1,), "padding": ((1, 1),), "ceil_mode": True}
    for op in (avg_pool, lambda x, **s: max_pool(x, dilation=(2,), **s)):
        output, vjp = op(input, **settings)
        expected, wide_vjp = op(input.astype(np.float32), **settings)
        cotangent = rng.normal(size=output.shape).astype(dtype)
        (bar,) = vjp(cotangent)
        assert output.dtype == bar.dtype == dtype
        np.testing.assert_array_equal(output, expected.astype(dtype))
        (wide_bar,) = wide_vjp(cotangent.astype(np.float32))
        np.testing.assert_array_equal(bar, wide_bar.astype(dtype))
    (output, indices), _ = max_pool_with_indices(input, dilation=(1,), **settings)
    assert output.dtype == dtype
    assert indices.dtype == np.int64


def test_an_empty_batch_stays_empty():
    input = np.empty((0, 3, 5, 4), np.float32)
    settings = {"kernel": (2, 3), "stride": (2, 1), "padding": ((0, 1), (1, 1))}
    output, vjp = avg_pool(input, **settings)
    assert output.shape == (0, 3, 3, 4)
    assert vjp(output)[0].shape == input.shape
    (output, indices), vjp = max_pool_with_indices(input, dilation=(1, 1), **settings)
    assert output.shape == indices.shape == (0, 3, 3, 4)
    assert vjp(output)[0].shape == input.shape


def test_any_memory_layout_gives_the_same():
    rng = np.random.default_rng(0)
    input = rng.integers(-9, 10, (2, 3, 6, 8)) * 1.0
    settings = {"kernel": (2, 3), "stride": (2, 1), "padding": ((0, 0), (0, 0))}
    cotangent = rng.integers(-9, 10, (2, 3, 3, 6)) * 6.0
    views = (
        lambda a: np.moveaxis(np.moveaxis(a, 1, -1).copy(), -1, 1),
        lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
        lambda a: a[:, ::-1, :, ::-1].copy()[:, ::-1, :, ::-1],
        np.asfortranarray,
    )
    for op in (avg_pool, lambda x, **s: max_pool(x, dilation=(1, 1), **s)):
        expected, vjp = op(input, **settings)
        (bar,) = vjp(cotangent)
        for view in views:
            output, view_vjp = op(view(input), **settings)
            np.testing.assert_array_equal(output, expected)
            np.testing.assert_array_equal(view_vjp(view(cotangent))[0], bar)
    frozen = input.copy()
    frozen.setflags(write=False)
    np.testing.assert_array_equal(avg_pool(frozen, **settings)[0], avg_pool(input, **settings)[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_averages_err_like_random_walks(dtype):
    """Within 4·sqrt(n)·u of the mean magnitude, for windows of n = 900 elements."""
    unit = {np.float32: 2.0**-24, np.float64: 2.0**-53}[dtype]
    input = np.random.default_rng(0).normal(size=(2, 2, 40, 40)).astype(dtype)
    settings = {"kernel": (30, 30), "stride": (1, 1), "padding": ((0, 0), (0, 0))}
    output, _ = avg_pool(input, **settings)
    for n, c, h, w in itertools.product(range(2), range(2), (0, 5, 10), (0, 5, 10)):
        window = input[n, c, h : h + 30, w : w + 30].ravel()
        exact = math.fsum(window.tolist()) / 900
        magnitude = math.fsum(abs(window).tolist()) / 900
        assert abs(output[n, c, h, w] - exact) <= 4 * 30 * unit * magnitude


GOOD = {"kernel": (2, 2), "stride": (1, 1), "padding": ((0, 0), (0, 0))}
WRONG = [
    ({"input": np.zeros((4, 5))}, ValueError, r"input must be of shape \(N, C, \*S\)"),
    ({"input": np.zeros((1, 2, 4, 0))}, ValueError, r"input must be at least 1 long"),
    ({"input": np.zeros((1, 2, 4, 4), int)}, TypeError, r"input must be an array of floats"),
    ({"input": np.zeros((1, 2, 4))}, ValueError, r"kernel must be .*a tuple of 1"),
    ({"kernel": (5, 2)}, ValueError, r"kernel must be no larger than the padded input"),
    ({"kernel": (0, 2)}, ValueError, r"kernel must be at least 1"),
    ({"kernel": 2.0}, TypeError, r"kernel must be an integer or a tuple .*; got 2.0"),
    ({"kernel": (2**63, 2)}, ValueError, r"kernel must be at most 2147483647"),
    ({"stride": (0, 1)}, ValueError, r"stride must be at least 1"),
    ({"padding": ((-1, 0), (0, 0))}, ValueError, r"padding must be at least 0"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), WRONG)
def test_wrong_arguments_are_refused_by_name(wrong, error, message):
    arguments = {"input": np.zeros((1, 2, 4, 4))} | GOOD | wrong
    with pytest.raises(error, match=message):
        avg_pool(**arguments)
    for op in (max_pool, max_pool_with_indices):
        with pytest.raises(error, match=message):
            op(dilation=(1,) * (arguments["input"].ndim - 2), **arguments)


@pytest.mark.parametrize(
    ("override", "error", "message"),
    [
        (0, ValueError, r"divisor_override must be different from 0"),
        (2.0, TypeError, r"divisor_override must be an integer; got 2.0"),
    ],
)
def test_a_wrong_divisor_is_refused(override, error, message):
    with pytest.raises(error, match=message):
        avg_pool(np.zeros((1, 2, 4, 4)), **GOOD, divisor_override=override)


def test_a_window_of_padding_alone_is_refused_where_it_has_no_value():
    input = np.ones((1, 1, 4))
    settings = {"kernel": (2,), "stride": (1,), "padding": ((2, 0),)}
    with pytest.raises(ValueError, match=r"padding must be so narrow"):
        max_pool(input, dilation=(1,), **settings)
    with pytest.raises(ValueError, match=r"padding must be so narrow"):
        avg_pool(input, count_include_pad=False, **settings)
    # One dimension is enough.
    square = {"kernel": (2, 2), "stride": (1, 1), "padding": ((1, 1), (0, 2))}
    with pytest.raises(ValueError, match=r"padding must be so narrow"):
        max_pool(np.ones((1, 1, 4, 4)), dilation=(1, 1), **square)
    with pytest.raises(ValueError, match=r"padding must be so narrow"):
        avg_pool(np.ones((1, 1, 4, 4)), count_include_pad=False, **square)
    # A dilated window can step over the input.
    with pytest.raises(ValueError, match=r"padding must be so narrow"):
        max_pool(np.ones((1, 1, 1)), kernel=(2,), stride=(1,), padding=((1, 1),), dilation=(2,))
    # Counted as zeros, or with a divisor of its own, padding has an average.
    np.testing.assert_array_equal(avg_pool(input, **settings)[0], [[[0, 0.5, 1, 1, 1]]])
    output, _ = avg_pool(input, count_include_pad=False, divisor_override=1, **settings)
    np.testing.assert_array_equal(output, [[[0, 1, 2, 2, 2]]])


def test_ceil_mode_lets_a_kernel_hang_over_a_smaller_input():
    input = np.array([[[1.0, 3.0]]])
    settings = {"kernel": (3,), "stride": (2,), "padding": ((0, 0),), "ceil_mode": True}
    np.testing.assert_array_equal(avg_pool(input, **settings)[0], [[[2.0]]])
    np.testing.assert_array_equal(max_pool(input, dilation=(1,), **settings)[0], [[[3.0]]])
