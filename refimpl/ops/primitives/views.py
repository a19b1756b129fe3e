"""What the windowed kernels share: the frame of padding, the taps of a window, blocks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from refimpl.ops.array import Array
from refimpl.ops.windows import Grid

# Buffers are made for so many bytes at a time: small enough to stay in a cache and not to cost
# fresh pages, large enough that Python's share does not count.
WIDE = 1 << 21  # for matrix products, which pass over a buffer once
NARROW = 1 << 20  # for elementwise steps, which pass over several buffers many times


def blocks(count: int, item_bytes: int, budget: int) -> Iterator[slice]:
    """Cut `count` items into runs of at most `budget` bytes, and of at least one item."""
    step = max(1, budget // item_bytes)
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def add_frame(input: Array, grid: Grid, fill: float) -> Array:
    """Put `fill` around the trailing dimensions, as far as the windows reach.

    Returns a contiguous array; it is the input itself where nothing has to be added.
    """
    if not grid.framed:
        return np.ascontiguousarray(input)
    room = np.full(input.shape[: -len(grid.span)] + grid.span, fill, input.dtype)
    there, here = _overlap(grid)
    room[there] = input[here]
    return room


def remove_frame(room: Array, grid: Grid, into: Array) -> None:
    """Copy what lies inside the frame of `add_frame` into an array of the input's shape."""
    there, here = _overlap(grid)
    into[here] = room[there]


def taps(room: Array, grid: Grid) -> Iterator[Array]:
    """Yield, for each tap in row-major order, the view of what it sees in every window."""
    for tap in itertools.product(*map(range, grid.kernel)):
        where: list[Any] = [...]
        for t, dilation, count, stride in zip(
            tap, grid.dilation, grid.counts, grid.stride, strict=True
        ):
            where.append(slice(t * dilation, t * dilation + (count - 1) * stride + 1, stride))
        yield room[tuple(where)]


def taps_along(room: Array, grid: Grid, dimension: int) -> list[Array]:
    """Return the views that the taps of one dimension see, the other dimensions left whole."""
    count, stride = grid.counts[dimension], grid.stride[dimension]
    after: tuple[Any, ...] = (slice(None),) * (len(grid.kernel) - dimension - 1)
    starts = range(0, grid.kernel[dimension] * grid.dilation[dimension], grid.dilation[dimension])
    return [
        room[(..., slice(start, start + (count - 1) * stride + 1, stride), *after)]
        for start in starts
    ]


def _overlap(grid: Grid) -> tuple[Any, Any]:
    """Index the part of the input that the windows reach: in the frame, and in the input."""
    there: list[Any] = [...]
    here: list[Any] = [...]
    for before, size, span in zip(grid.before, grid.spatial, grid.span, strict=True):
        seen = max(min(size, span - before), 0)
        there.append(slice(before, before + seen))
        here.append(slice(0, seen))
    return tuple(there), tuple(here)
