"""The geometry of windows against counting them one by one."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.ops.windows import Window, output_size, same_padding

SIZES = {
    "size": st.integers(1, 12),
    "kernel": st.integers(1, 5),
    "stride": st.integers(1, 4),
    "dilation": st.integers(1, 3),
    "before": st.integers(0, 4),
    "after": st.integers(0, 4),
}


def starts(size, kernel, stride, dilation, before, after, ceil_mode):
    """List where windows start, counted from the first element of the input."""
    found = []
    start = -before
    while True:
        last = start + dilation * (kernel - 1)
        if last >= size + after:
            if ceil_mode and last - stride < size + after - 1:  # something is left over
                found.append(start)
            if ceil_mode and found[-1] >= size:  # PyTorch drops a last one beyond the input
                found.pop()
            return found
        found.append(start)
        start += stride


@given(**SIZES)
def test_output_size_counts_the_windows_that_fit(size, kernel, stride, dilation, before, after):
    found = starts(size, kernel, stride, dilation, before, after, False)
    assert max(output_size(size, kernel, stride, dilation, before, after), 0) == len(found)


@given(**SIZES)
def test_ceil_mode_adds_a_window_that_hangs_over(size, kernel, stride, dilation, before, after):
    if before + size + after < dilation * (kernel - 1) + 1:
        return  # then there is no whole window for another one to follow
    found = starts(size, kernel, stride, dilation, before, after, True)
    counted = output_size(size, kernel, stride, dilation, before, after, True)
    assert counted == len(found)


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ((5, 2, 2, 1, 0, 0), 3),  # 0-1, 2-3, 4-(5)
        ((4, 2, 2, 1, 0, 0), 2),
        ((5, 3, 2, 1, 1, 1), 3),
        ((6, 3, 3, 1, 1, 1), 3),  # starts at -1, 2, 5: the last hangs over the padding
        ((4, 2, 3, 1, 1, 1), 2),  # starts at -1, 2; one at 5 would start beyond the input
        ((2, 3, 2, 1, 0, 0), 1),  # no whole window fits, one hangs over
        ((4, 1, 3, 1, 1, 1), 2),  # -1, 2; 5 would start beyond the padding
    ],
)
def test_ceil_mode_examples(arguments, count):
    assert output_size(*arguments, True) == count


@given(
    size=st.integers(1, 20),
    kernel=st.integers(1, 6),
    stride=st.integers(1, 5),
    dilation=st.integers(1, 3),
)
def test_same_padding_is_the_least_that_covers_every_step(size, kernel, stride, dilation):
    before, after = same_padding(size, kernel, stride, dilation)
    assert after - before in (0, 1)
    assert before >= 0
    windows = -(-size // stride)
    assert output_size(size, kernel, stride, dilation, before, after) == windows
    if after:
        # One less would lose a window.
        less = output_size(size, kernel, stride, dilation, before, after - 1)
        assert less == windows - 1


@given(**SIZES, ceil_mode=st.booleans(), padding=st.booleans())
def test_occupancy_counts_taps(size, kernel, stride, dilation, before, after, ceil_mode, padding):
    window = Window((kernel,), (stride,), (dilation,), ((before, after),), ceil_mode)
    (count,) = window.output_shape((size,))
    (occupancy,) = window.occupancy((size,), padding=padding)
    low, high = (-before, size + after) if padding else (0, size)
    expected = []
    for step in range(count):
        taps = [step * stride - before + tap * dilation for tap in range(kernel)]
        expected.append(len([tap for tap in taps if low <= tap < high]))
    assert occupancy == tuple(expected)


def test_a_grid_says_where_windows_reach():
    grid = Window((3, 2), (2, 1), (1, 2), ((1, 1), (0, 0))).over((6, 5))
    assert grid.counts == (3, 3)
    assert grid.span == (7, 5)
    assert grid.before == (1, 0)
    assert grid.framed
    assert not grid.disjoint
    plain = Window((2,), (2,), (1,), ((0, 0),)).over((5,))
    assert plain.span == (4,)
    assert not plain.framed
    assert plain.disjoint
    assert not Window((2,), (2,), (1,), ((0, 0),)).over((4,)).framed  # it reaches the end, no more
    assert Window((2,), (2,), (1,), ((0, 0),), ceil_mode=True).over((5,)).framed
    assert not Window((2,), (2,), (2,), ((0, 0),)).over((5,)).disjoint


def test_windows_and_grids_are_values():
    window = Window((2,), (2,), (1,), ((0, 0),))
    for value, same in ((window, replace(window)), (window.over((5,)), window.over((5,)))):
        assert value == same
        assert hash(value) == hash(same)
        with pytest.raises(FrozenInstanceError):
            value.kernel = (3,)


def test_an_input_of_another_rank_has_no_output_shape():
    window = Window((2, 2), (1, 1), (1, 1), ((0, 0), (0, 0)))
    for spatial in ((5,), (5, 5, 5)):
        with pytest.raises(ValueError, match="zip"):
            window.output_shape(spatial)


GOOD = {"kernel": (2, 2), "stride": (1, 1), "dilation": (1, 1), "padding": ((0, 0), (0, 0))}


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"kernel": (2,)}, ValueError, r"kernel must be .*a tuple of 2.*got \(2,\)"),
        ({"kernel": (0, 2)}, ValueError, r"kernel must be at least 1.*got \(0, 2\)"),
        ({"kernel": "2"}, TypeError, r"kernel must be an integer or a tuple .*; got '2'"),
        ({"stride": (2**63, 1)}, ValueError, r"stride must be at most 2147483647; got"),
        ({"padding": ((2**62, 0), (0, 0))}, ValueError, r"padding must be at most 21"),
        (
            {"kernel": (2.0, 2)},
            TypeError,
            r"kernel must be .* integers; got \(2.0, 2\)",
        ),
        ({"kernel": (5, 2)}, ValueError, r"kernel must be no larger than the padded input"),
        (
            {"kernel": (9, 2), "padding": ((1, 2), (0, 0))},
            ValueError,
            r"padded input \(7, 4\) at dilation \(1, 1\): the output .* \(-1, 3\); got \(9, 2\)",
        ),
        ({"stride": (0, 1)}, ValueError, r"stride must be at least 1.*got \(0, 1\)"),
        ({"stride": (1, -1)}, ValueError, r"stride must be at least 1.*got \(1, -1\)"),
        ({"stride": (1, True)}, TypeError, r"stride must be an integer or .* integers"),
        ({"dilation": (1, 0)}, ValueError, r"dilation must be at least 1.*got \(1, 0\)"),
        ({"dilation": (4, 1)}, ValueError, r"kernel must be no larger than the padded input"),
        ({"dilation": (1, 1, 1)}, ValueError, r"dilation must be .*a tuple of 2"),
        ({"padding": ((0, 0),)}, ValueError, r"padding must be a tuple of 2"),
        ({"padding": (0, 0)}, ValueError, r"padding must be a tuple of 2 \(before, after\) pairs"),
        ({"padding": ((0, 0), (0, -1))}, ValueError, r"padding must be at least 0; got .*-1"),
        ({"padding": ((0, 0), (0, 1.5))}, TypeError, r"padding must be .* integers"),
        ({"padding": 0}, TypeError, r"padding must be a tuple"),
    ],
)
def test_wrong_geometry_is_refused_by_name(wrong, error, message):
    with pytest.raises(error, match=message):
        Window(**(GOOD | wrong)).over((4, 4))


def test_an_empty_input_is_refused():
    with pytest.raises(ValueError, match=r"input must be at least 1 long"):
        Window(**GOOD).over((4, 0))
