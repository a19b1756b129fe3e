"""What the windowed kernels share, by itself."""

from __future__ import annotations

import numpy as np
import pytest

from refimpl.ops.primitives.views import add_frame, blocks, remove_frame, taps, taps_along
from refimpl.ops.windows import Window


@pytest.mark.parametrize(
    ("count", "item_bytes", "budget", "sizes"),
    [
        (10, 4, 12, [3, 3, 3, 1]),
        (10, 4, 15, [3, 3, 3, 1]),  # at most the budget
        (6, 4, 12, [3, 3]),
        (3, 4, 1000, [3]),
        (3, 100, 1, [1, 1, 1]),  # at least one item
        (0, 4, 12, []),
    ],
)
def test_blocks_are_as_large_as_the_budget_lets_them(count, item_bytes, budget, sizes):
    found = list(blocks(count, item_bytes, budget))
    assert [each.stop - each.start for each in found] == sizes
    assert [n for each in found for n in range(each.start, each.stop)] == list(range(count))


def test_a_frame_is_put_on_as_far_as_windows_reach_and_taken_off():
    grid = Window((3, 2), (2, 3), (1, 1), ((1, 1), (0, 0))).over((4, 6))
    input = np.arange(1.0, 49.0).reshape(1, 2, 4, 6)
    room = add_frame(input, grid, -7.0)
    expected = np.full((1, 2, 5, 5), -7.0)
    expected[:, :, 1:, :] = input[:, :, :, :5]
    np.testing.assert_array_equal(room, expected)
    back = np.zeros_like(input)
    remove_frame(room, grid, back)
    np.testing.assert_array_equal(back[..., :5], input[..., :5])
    assert not back[..., 5].any()


def test_without_a_frame_the_input_itself_is_taken():
    grid = Window((2,), (1,), (1,), ((0, 0),)).over((5,))
    input = np.arange(5.0).reshape(1, 1, 5)
    assert np.shares_memory(add_frame(input, grid, 0.0), input)


def test_taps_see_one_element_of_every_window():
    grid = Window((2, 3), (2, 1), (1, 2), ((0, 0), (0, 0))).over((5, 6))
    room = np.arange(30.0).reshape(5, 6)
    seen = list(taps(room, grid))
    places = [(tap, column) for tap in range(2) for column in range(3)]
    assert len(seen) == len(places)
    for view, (tap, column) in zip(seen, places, strict=True):
        for i, j in np.ndindex(*grid.counts):
            assert view[i, j] == room[2 * i + tap, j + 2 * column]
    rows, columns = taps_along(room, grid, 0), taps_along(room, grid, 1)
    assert [view.shape for view in rows] == [(2, 6)] * 2
    assert [view.shape for view in columns] == [(5, 2)] * 3
    for tap, view in enumerate(rows):
        np.testing.assert_array_equal(view, room[[tap, tap + 2]])
    for tap, view in enumerate(columns):
        np.testing.assert_array_equal(view, room[:, [2 * tap, 2 * tap + 1]])
