"""Window sum, window maximum and their adjoints, one dimension after another."""

from __future__ import annotations

import math

import numpy as np

from refimpl.ops.array import Array, Sizes, primitive
from refimpl.ops.primitives.views import NARROW, add_frame, blocks, remove_frame, taps_along
from refimpl.ops.windows import Grid


@primitive("linear")
def window_sum(input: Array, grid: Grid) -> Array:
    """Sum every window; padding counts as zero.

    Parameters
    ----------
    input : array of shape (*L, *S)
    grid : Grid

    Returns
    -------
    array of shape (*L, *S')
    """
    return _fold(np.add, input, grid, 0.0)


@primitive("linear")
def window_sum_bar(cotangent: Array, grid: Grid) -> Array:
    """Add each cotangent to every element that its window saw; the adjoint of `window_sum`.

    Parameters
    ----------
    cotangent : array of shape (*L, *S')
    grid : Grid

    Returns
    -------
    array of shape (*L, *S)
    """
    planes = _planes(cotangent, grid.counts)
    output = np.zeros((len(planes), *grid.spatial), cotangent.dtype)
    for block in blocks(len(planes), planes.itemsize * math.prod(grid.span), NARROW):
        spread = planes[block]
        for dimension, span in enumerate(grid.span):
            room = np.zeros(
                (*spread.shape[: dimension + 1], span, *spread.shape[dimension + 2 :]),
                spread.dtype,
            )
            for seen in taps_along(room, grid, dimension):
                seen += spread
            spread = room
        remove_frame(spread, grid, output[block])
    return output.reshape(_outer(cotangent, grid) + grid.spatial)


@primitive("maximum")
def window_max(input: Array, grid: Grid) -> Array:
    """Take the maximum of every window; padding counts as -inf, and a NaN wins.

    Parameters
    ----------
    input : array of shape (*L, *S)
    grid : Grid

    Returns
    -------
    array of shape (*L, *S')
    """
    return _fold(np.maximum, input, grid, -np.inf)


@primitive("index")
def window_argmax(input: Array, grid: Grid) -> Array:
    """Find every window's maximum: the first one in row-major order, or the last NaN.

    Parameters
    ----------
    input : array of shape (*L, *S)
    grid : Grid
        No window may lie in the padding alone.

    Returns
    -------
    int64 array of shape (*L, *S')
        Indices into the whole input, flattened.
    """
    return _select(input, grid)[1]


def window_max_and_argmax(input: Array, grid: Grid) -> tuple[Array, Array]:
    """Return `window_max` and `window_argmax`, for floats in one pass.

    Parameters
    ----------
    input : array of shape (*L, *S)
    grid : Grid

    Returns
    -------
    tuple of arrays of shape (*L, *S')
    """
    if isinstance(input, np.ndarray):
        return _select(input, grid)
    return window_max(input, grid), window_argmax(input, grid)


@primitive("linear")
def scatter(cotangent: Array, index: Array, grid: Grid) -> Array:
    """Add each cotangent to the element that its window selected.

    Parameters
    ----------
    cotangent : array of shape (*L, *S')
    index : int64 array of shape (*L, *S')
        From `window_argmax`.
    grid : Grid

    Returns
    -------
    array of shape (*L, *S)
    """
    shape = _outer(cotangent, grid) + grid.spatial
    flat = np.zeros(math.prod(shape), cotangent.dtype)
    if grid.disjoint:  # then no element is selected twice
        flat[index.ravel()] = cotangent.ravel()
    else:
        np.add.at(flat, index.ravel(), cotangent.ravel())
    return flat.reshape(shape)


def _fold(ufunc: np.ufunc, input: Array, grid: Grid, fill: float) -> Array:
    """Combine the taps of every window by a ufunc, one dimension after another."""
    planes = _planes(input, grid.spatial)
    output = np.empty((len(planes), *grid.counts), input.dtype)
    for block in blocks(len(planes), planes.itemsize * math.prod(grid.span), NARROW):
        folded = add_frame(planes[block], grid, fill)
        for dimension in range(len(grid.kernel)):
            into = output[block] if dimension == len(grid.kernel) - 1 else None
            first, *others = taps_along(folded, grid, dimension)
            if others:
                folded = ufunc(first, others.pop(0), out=into)
            elif into is not None:
                into[...] = first
            else:
                folded = first
            for seen in others:
                ufunc(folded, seen, out=folded)
    return output.reshape(_outer(input, grid) + grid.counts)


def _select(input: Array, grid: Grid) -> tuple[Array, Array]:
    """Find the maximum and its place.

    The last dimension goes first: the winner is then the first column of the first row that
    holds the maximum, which is the first maximum in row-major order. On the way each survivor
    carries its distance from the window's first tap, in the smallest integers that hold it.

    A block of planes is taken as one run of memory, in which a tap is a shift. That computes
    windows that wrap around an edge, and those that a stride leaves out; both are dropped at the
    end, which costs less than the short rows and the strides that would avoid them.
    """
    planes = _planes(input, grid.spatial)
    output = np.empty((len(planes), *grid.counts), input.dtype)
    index = np.empty(output.shape, np.int64)
    origin: Array = np.empty(0, np.int64)
    for block in blocks(len(planes), planes.itemsize * math.prod(grid.span), NARROW):
        room = add_frame(planes[block], grid, -np.inf)
        leader, distance = _lead(room, grid)
        best, place = output[block], index[block]
        if not len(origin):
            origin = _first_taps(grid, len(best))
        best[...] = _at_windows(leader, room, grid)
        place[...] = _at_windows(distance, room, grid)
        place += origin[: len(best)]
        if grid.framed and (lowest := best == -np.inf).any():
            np.copyto(place, _first_taps(grid, len(best), inside=True), where=lowest)
        place += block.start * math.prod(grid.spatial)
    shape = _outer(input, grid) + grid.counts
    return output.reshape(shape), index.reshape(shape)


def _lead(room: Array, grid: Grid) -> tuple[Array, Array]:
    """Let the taps of every window compete; return the leaders and their distances, flat."""
    leader = room.ravel()
    nan = bool(np.isnan(leader.max()))
    steps = [d * math.prod(grid.spatial[i + 1 :]) for i, d in enumerate(grid.dilation)]
    reach = sum((kernel - 1) * step for kernel, step in zip(grid.kernel, steps, strict=True))
    kind = np.min_scalar_type(reach).type
    distance = np.zeros((), kind)  # one for all, as long as all lead at home
    for i in reversed(range(len(steps))):
        shift = grid.dilation[i] * math.prod(room.shape[i + 2 :])
        length = len(leader) - (grid.kernel[i] - 1) * shift
        taps = [slice(t * shift, t * shift + length) for t in range(grid.kernel[i])]
        distances = [distance[tap] if distance.ndim else distance for tap in taps]
        best, leading = leader[taps[0]], distances[0]
        for t, tap in enumerate(taps[1:], 1):
            wins = leader[tap] > best
            if nan:
                wins |= np.isnan(leader[tap])
            best = np.maximum(best, leader[tap])
            # Arithmetic replaces the leader's distance faster than a mask would.
            gain = distances[t] + kind(t * steps[i]) - leading
            leading = leading + wins.view(np.uint8) * gain
        leader, distance = best, leading
    return leader, distance if distance.ndim else np.full(leader.shape, distance)


def _at_windows(flat: Array, room: Array, grid: Grid) -> Array:
    """View what a flat array over `room` holds at the first tap of every window."""
    strides = [
        flat.itemsize * (step // room.itemsize) * stride
        for step, stride in zip(room.strides, (1, *grid.stride), strict=True)
    ]
    return np.ndarray((len(room), *grid.counts), flat.dtype, flat, strides=strides)


def _first_taps(grid: Grid, planes: int, *, inside: bool = False) -> Array:
    """Place the first tap of every window, or its first tap inside the input.

    Before the input, rows and columns are counted on backwards.
    """
    place = np.arange(planes)
    for size, count, stride, before, dilation in zip(
        grid.spatial, grid.counts, grid.stride, grid.before, grid.dilation, strict=True
    ):
        tap = np.arange(count) * stride - before
        if inside:
            tap = np.where(tap < 0, tap % dilation, tap)
        place = place[..., None] * size + tap
    return place


def _planes(array: Array, sizes: Sizes) -> Array:
    return array.reshape(math.prod(array.shape[: -len(sizes)]), *sizes)


def _outer(array: Array, grid: Grid) -> Sizes:
    return array.shape[: -len(grid.kernel)]
