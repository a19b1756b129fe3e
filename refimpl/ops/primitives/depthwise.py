"""Depthwise convolution: with one input channel to a filter there is no matrix to multiply.

Each plane is multiplied by a number and shifted, tap by tap, while a block of planes stays in
the cache. A shift along the last dimension cuts memory into short rows; it is done once for all
taps of a column, after which the shifts along the other dimensions are long runs.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from refimpl.ops.array import Array, Sizes
from refimpl.ops.primitives.views import NARROW, blocks, framed, taps, taps_along, unframe
from refimpl.ops.windows import Grid


def convolve(input: Array, weight: Array, grid: Grid) -> Array:
    """Convolve (N, C, *S) with (C * M, 1, *K) into (N, C * M, *S')."""
    batch, channels = input.shape[:2]
    planes = input.reshape(batch * channels, *grid.spatial)
    factors = _factors(weight, batch, channels)
    output = np.empty((len(planes), factors.shape[1], *grid.counts), input.dtype)
    rows = _without_last(grid)
    for block in blocks(len(planes), _bytes(output), NARROW):
        room, total = framed(planes[block], grid, 0.0), output[block]
        product = np.empty_like(total)
        total[...] = 0
        for column, view in enumerate(taps_along(room, grid, len(grid.kernel) - 1)):
            for row, seen in enumerate(taps(np.ascontiguousarray(view), rows)):
                np.multiply(seen[:, None], factors[block, ..., row, column], out=product)
                total += product
    return output.reshape(batch, len(weight), *grid.counts)


def convolve_input_bar(cotangent: Array, weight: Array, grid: Grid, channels: int) -> Array:
    """Carry a cotangent (N, C * M, *S') of `convolve` back to (N, C, *S)."""
    batch = len(cotangent)
    factors = _factors(weight, batch, channels)
    bars = cotangent.reshape(*factors.shape[:2], *grid.counts)
    output = np.zeros((len(bars), *grid.spatial), cotangent.dtype)  # a stride may leave a rest
    rows = _without_last(grid)
    for block in blocks(len(bars), _bytes(bars), NARROW):
        bar = bars[block]
        room = np.zeros((len(bar), *grid.span), bar.dtype)
        for column, view in enumerate(taps_along(room, grid, len(grid.kernel) - 1)):
            shifted = np.zeros(view.shape, bar.dtype)
            for row, seen in enumerate(taps(shifted, rows)):
                seen += (bar * factors[block, ..., row, column]).sum(1)
            view += shifted
        unframe(room, grid, output[block])
    return output.reshape(batch, channels, *grid.spatial)


def convolve_weight_bar(cotangent: Array, input: Array, grid: Grid) -> Array:
    """Carry a cotangent (N, C * M, *S') of `convolve` back to (C * M, 1, *K)."""
    batch, channels = input.shape[:2]
    planes = input.reshape(batch * channels, *grid.spatial)
    multiple = cotangent.shape[1] // channels
    bars = cotangent.reshape(len(planes), multiple, math.prod(grid.counts))
    shape = (batch, channels * multiple, 1, *grid.kernel)
    output = np.empty((len(planes), multiple, *_split(grid.kernel)), cotangent.dtype)
    rows = _without_last(grid)
    for block in blocks(len(planes), _bytes(bars), NARROW):
        room = framed(planes[block], grid, 0.0)
        for column, view in enumerate(taps_along(room, grid, len(grid.kernel) - 1)):
            for row, seen in enumerate(taps(np.ascontiguousarray(view), rows)):
                flat = seen.reshape(len(seen), 1, bars.shape[-1])
                output[block, :, row, column] = np.vecdot(flat, bars[block])
    total: Array = output.reshape(shape).sum(0)
    return total


def _without_last(grid: Grid) -> Grid:
    """Describe what is left to shift once the last dimension is done."""
    return dataclasses.replace(
        grid,
        kernel=(*grid.kernel[:-1], 1),
        stride=(*grid.stride[:-1], 1),
        span=(*grid.span[:-1], grid.counts[-1]),
    )


def _factors(weight: Array, batch: int, channels: int) -> Array:
    """Repeat the filters for every example: (N * C, M, *ones, rows, columns), one per plane."""
    ones = (1,) * (weight.ndim - 2)
    filters = weight.reshape(channels, -1, *ones, *_split(weight.shape[2:]))
    return np.broadcast_to(filters, (batch, *filters.shape)).reshape(-1, *filters.shape[1:])


def _split(kernel: Sizes) -> Sizes:
    """Count the taps of a column and the columns."""
    return math.prod(kernel[:-1]), kernel[-1]


def _bytes(planes: Array) -> int:
    return planes.itemsize * math.prod(planes.shape[1:])
