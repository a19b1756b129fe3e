"""Window sum, window maximum and their adjoints, one dimension after another."""

from __future__ import annotations

import math

import numpy as np

from refimpl.ops.array import Array, Sizes, primitive
from refimpl.ops.primitives.views import NARROW, blocks, framed, taps_along, unframe
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
    planes = _planes(input, grid.spatial)
    output = np.empty((len(planes), *grid.counts), input.dtype)
    for block in blocks(len(planes), planes.itemsize * math.prod(grid.span), NARROW):
        total = framed(planes[block], grid, 0.0)
        for dimension in range(len(grid.kernel)):
            first, *others = taps_along(total, grid, dimension)
            total = first + others.pop(0) if others else first
            for seen in others:
                total += seen
        output[block] = total
    return output.reshape(_lead(input, grid) + grid.counts)


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
        unframe(spread, grid, output[block])
    return output.reshape(_lead(cotangent, grid) + grid.spatial)


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
    return _select(input, grid)[0]


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
        Indices into the flattened input.
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
def scatter(cotangent: Array, index: Array, shape: Sizes, disjoint: bool) -> Array:
    """Add each element to a place of an array of zeros.

    Parameters
    ----------
    cotangent : array
    index : int64 array of the same shape
        Places in the flattened result.
    shape : tuple of int
        Shape of the result.
    disjoint : bool
        Whether no place occurs twice, so that nothing has to be added up.

    Returns
    -------
    array of the given shape
    """
    flat = np.zeros(math.prod(shape), cotangent.dtype)
    if disjoint:
        flat[index.ravel()] = cotangent.ravel()
    else:
        np.add.at(flat, index.ravel(), cotangent.ravel())
    return flat.reshape(shape)


def _select(input: Array, grid: Grid) -> tuple[Array, Array]:
    """Find the maximum and its place.

    The last dimension goes first: the winner is then the first column of the first row that
    holds the maximum, which is the first maximum in row-major order. On the way each survivor
    carries its distance from the window's first tap, in the smallest integers that hold it,
    and a winner takes the place of the leader by arithmetic, which is faster than by masks.
    """
    planes = _planes(input, grid.spatial)
    output = np.empty((len(planes), *grid.counts), input.dtype)
    index = np.empty(output.shape, np.int64)
    origin = _origins(grid)
    size = math.prod(grid.spatial)
    for block in blocks(len(planes), planes.itemsize * math.prod(grid.span), NARROW):
        best = framed(planes[block], grid, -np.inf)
        nan = bool(np.isnan(best.max()))
        distance = np.zeros((1,) * best.ndim, np.uint8)
        reach = 0
        for dimension in reversed(range(len(grid.kernel))):
            step = grid.dilation[dimension] * math.prod(grid.spatial[dimension + 1 :])
            reach += (grid.kernel[dimension] - 1) * step
            distance = distance.astype(np.min_scalar_type(reach), copy=False)
            distances = taps_along(np.broadcast_to(distance, best.shape), grid, dimension)
            views = taps_along(best, grid, dimension)
            best, distance = views[0], distances[0]
            for tap, (seen, candidate) in enumerate(zip(views[1:], distances[1:], strict=True), 1):
                wins = seen > best
                if nan:
                    wins |= np.isnan(seen)
                best = np.maximum(best, seen)
                gain = candidate + distance.dtype.type(tap * step)
                gain -= distance
                gain *= wins.view(np.uint8)
                distance = distance + gain
        output[block] = best
        place = index[block]
        place[...] = distance
        place += origin
        if grid.framed and best.min() == -np.inf:
            np.copyto(place, _first_inside(grid), where=best == -np.inf)
        place += (np.arange(block.start, block.stop) * size).reshape(-1, *(1,) * (best.ndim - 1))
    shape = _lead(input, grid) + grid.counts
    return output.reshape(shape), index.reshape(shape)


def _origins(grid: Grid) -> Array:
    """Place the first tap of every window, as if the rows of the input went on in the padding."""
    place = np.zeros((), np.int64)
    for size, count, stride, before in zip(
        grid.spatial, grid.counts, grid.stride, grid.before, strict=True
    ):
        place = place[..., None] * size + (np.arange(count) * stride - before)
    return place


def _first_inside(grid: Grid) -> Array:
    """Place the first tap of every window that lies in the input."""
    place = np.zeros((), np.int64)
    for size, count, stride, before, dilation in zip(
        grid.spatial, grid.counts, grid.stride, grid.before, grid.dilation, strict=True
    ):
        start = np.arange(count) * stride - before
        place = place[..., None] * size + np.where(start < 0, start % dilation, start)
    return place


def _planes(array: Array, sizes: Sizes) -> Array:
    return array.reshape(math.prod(array.shape[: -len(sizes)]), *sizes)


def _lead(array: Array, grid: Grid) -> Sizes:
    return array.shape[: -len(grid.kernel)]
