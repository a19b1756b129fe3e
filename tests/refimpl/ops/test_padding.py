"""pad against np.pad, and its vjp against the adjoint identity in exact integers."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.ops.padding import pad

NUMPY = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
LIMIT = {"zeros": 5, "replicate": 5}  # reflect and circular are limited by the size


@st.composite
def paddings(draw):
    mode = draw(st.sampled_from(sorted(NUMPY)))
    spatial = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)))
    padding = []
    for size in spatial:
        width = st.integers(0, LIMIT.get(mode, size - 1 if mode == "reflect" else size))
        padding.append((draw(width), draw(width)))
    return mode, spatial, tuple(padding)


def integers(rng, shape, dtype=np.float64):
    return rng.integers(-9, 10, shape).astype(dtype)


@given(case=paddings(), dtype=st.sampled_from([np.float32, np.float64]))
def test_output_is_numpys(case, dtype):
    mode, spatial, padding = case
    input = integers(np.random.default_rng(0), (2, 3, *spatial), dtype)
    kept = input.copy()
    output, _ = pad(input, padding, mode)
    expected = np.pad(input, ((0, 0), (0, 0), *padding), mode=NUMPY[mode])
    np.testing.assert_array_equal(output, expected)
    np.testing.assert_array_equal(input, kept)
    assert output.dtype == dtype
    assert not np.shares_memory(output, input)


@given(case=paddings())
def test_vjp_is_the_adjoint(case):
    """For every x: <vjp(g), x> = <g, pad(x)>; with x running over the unit arrays."""
    mode, spatial, padding = case
    rng = np.random.default_rng(0)
    output, vjp = pad(integers(rng, (1, 1, *spatial)), padding, mode)
    cotangent = integers(rng, output.shape)
    kept = cotangent.copy()
    (bar,) = vjp(cotangent)
    assert bar.shape == (1, 1, *spatial)
    assert not np.shares_memory(bar, cotangent)
    np.testing.assert_array_equal(cotangent, kept)
    for place in np.ndindex(spatial):
        unit = np.zeros((1, 1, *spatial))
        unit[(0, 0, *place)] = 1.0
        moved = np.pad(unit, ((0, 0), (0, 0), *padding), mode=NUMPY[mode])
        assert bar[(0, 0, *place)] == (cotangent * moved).sum()


@pytest.mark.parametrize("mode", sorted(NUMPY))
@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_half_types_stay_and_round_sums_once(mode, dtype):
    input = np.arange(8, dtype=np.float32).astype(dtype).reshape(1, 2, 4)
    output, vjp = pad(input, ((2, 1),), mode)
    cotangent = (np.arange(14).reshape(1, 2, 7) / 3).astype(dtype)
    (bar,) = vjp(cotangent)
    assert output.dtype == bar.dtype == dtype
    wide = np.float32
    expected, wide_vjp = pad(input.astype(wide), ((2, 1),), mode)
    np.testing.assert_array_equal(output.astype(wide), expected)
    np.testing.assert_array_equal(bar, wide_vjp(cotangent.astype(wide))[0].astype(dtype))


@pytest.mark.parametrize("mode", sorted(NUMPY))
def test_an_empty_batch_stays_empty(mode):
    output, vjp = pad(np.empty((0, 2, 4, 3), np.float32), ((1, 2), (0, 1)), mode)
    assert output.shape == (0, 2, 7, 4)
    assert vjp(output)[0].shape == (0, 2, 4, 3)


def test_any_memory_layout_will_do():
    base = np.arange(120.0).reshape(4, 5, 3, 2).T  # (2, 3, 5, 4), Fortran order
    for view in (base, base[:, ::-1, ::2], np.broadcast_to(base[:1, :1], base.shape)):
        for mode, name in NUMPY.items():
            output, vjp = pad(view, ((1, 1), (2, 0)), mode)
            np.testing.assert_array_equal(
                output, np.pad(view, ((0, 0), (0, 0), (1, 1), (2, 0)), mode=name)
            )
            cotangent = np.asfortranarray(output)
            np.testing.assert_array_equal(vjp(cotangent)[0], vjp(output.copy())[0])


@pytest.mark.parametrize(
    ("shape", "padding", "mode", "error", "message"),
    [
        ((1, 1, 3), ((3, 0),), "reflect", ValueError, r"padding must be below the size 3"),
        ((1, 1, 3), ((0, 3),), "reflect", ValueError, r"padding must be below the size 3"),
        ((1, 1, 3), ((0, 4),), "circular", ValueError, r"padding must be at most the size 3"),
        ((1, 1, 3), ((-4, 0),), "zeros", ValueError, r"padding must not cut off all"),
        ((1, 1, 3), ((1, 0), (1, 0)), "zeros", ValueError, r"padding must be a tuple of 1 "),
        ((1, 1, 3), ((1.0, 0),), "zeros", TypeError, r"padding must be .* integers"),
        ((1, 1, 3), ((1, 0),), "edge", ValueError, r"mode must be one of 'zeros', .*got 'edge'"),
        ((1, 1, 0), ((1, 0),), "replicate", ValueError, r"input must not be empty"),
        ((1, 3), ((1, 0),), "zeros", ValueError, r"input must be of shape \(N, C, \*S\)"),
        ((1, 0, 3), ((1, 0),), "zeros", ValueError, r"input must be .* one channel or more"),
    ],
)
def test_wrong_arguments_are_refused_by_name(shape, padding, mode, error, message):
    with pytest.raises(error, match=message):
        pad(np.zeros(shape), padding, mode)


# From runs of torch.nn.functional.pad on 1 … 5.
CROPPED = [
    ((-1, 2), "zeros", [2, 3, 4, 5, 0, 0]),
    ((4, -3), "zeros", [0, 0, 0, 0, 1, 2]),
    ((-5, 5), "zeros", [0, 0, 0, 0, 0]),
    ((-3, -2), "zeros", []),
    ((-1, 2), "reflect", [2, 3, 4, 5, 4, 3]),
    ((-3, 2), "reflect", [4, 5, 4, 3]),
    ((4, -3), "reflect", [5, 4, 3, 2, 1, 2]),
    ((-4, 4), "reflect", [5, 4, 3, 2, 1]),
    ((2, -1), "replicate", [1, 1, 1, 2, 3, 4]),
    ((-5, 5), "replicate", [5, 5, 5, 5, 5]),
    ((6, -2), "replicate", [1, 1, 1, 1, 1, 1, 1, 2, 3]),
    ((-1, 2), "circular", [2, 3, 4, 5, 2, 3]),
    ((2, -1), "circular", [3, 4, 1, 2, 3, 4]),
    ((-3, 2), "circular", [4, 5, 4, 5]),
    ((-2, -2), "circular", [3]),
    ((4, -6), "reflect", [5, 4, 3]),
    ((7, -7), "replicate", [1, 1, 1, 1, 1]),
]


@pytest.mark.parametrize(("padding", "mode", "expected"), CROPPED)
def test_a_negative_width_cuts_off(padding, mode, expected):
    input = np.arange(1.0, 6.0).reshape(1, 1, 5)
    output, vjp = pad(input, (padding,), mode)
    np.testing.assert_array_equal(output, np.reshape(expected, (1, 1, -1)))
    # The adjoint: <pad(e_i), g> for every unit vector.
    cotangent = np.arange(2.0, 2.0 + output.size).reshape(output.shape)
    units = np.eye(5).reshape(5, 1, 5)
    dots = (pad(units, (padding,), mode)[0] * cotangent).sum(axis=(1, 2))
    np.testing.assert_array_equal(vjp(cotangent)[0].ravel(), dots)


@pytest.mark.parametrize(
    ("padding", "mode"),
    [
        ((-3, -2), "reflect"),
        ((-3, -2), "replicate"),
        ((-4, 5), "reflect"),
        ((4, -3), "circular"),
        ((-5, 5), "circular"),
        ((-6, 8), "zeros"),
    ],
)
def test_what_torch_leaves_undefined_is_refused(padding, mode):
    with pytest.raises(ValueError, match="padding must"):
        pad(np.ones((1, 1, 5)), (padding,), mode)


@pytest.mark.parametrize("input", [np.zeros((1, 1, 3), np.int64), [[[1.0]]], None])
def test_only_float_arrays_are_taken(input):
    with pytest.raises(TypeError, match=r"input must be an array of floats"):
        pad(input, ((1, 1),))
