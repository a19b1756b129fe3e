"""Convolution (cross-correlation) as a matrix product over windows, and its two adjoints.

The windows are laid out as the columns of a matrix (im2col), a block of examples at a time.
"""

from __future__ import annotations

import math

import numpy as np

from refimpl.ops.array import Array, primitive
from refimpl.ops.primitives.views import WIDE, add_frame, blocks, remove_frame, taps
from refimpl.ops.windows import Grid

# Elements between the rows of columns: at a distance of a power of two they would compete for the
# same lines of the cache.
GAP = 16


@primitive("linear", arguments=2)
def convolve(input: Array, weight: Array, grid: Grid, groups: int) -> Array:
    """Slide `weight` over `input`.

    Parameters
    ----------
    input : array of shape (N, C, *S)
    weight : array of shape (O, C/groups, *K)
    grid : Grid
    groups : int

    Returns
    -------
    array of shape (N, O, *S')
    """
    rows = _rows(weight, groups)
    output = np.empty((len(input), *rows.shape[:2], math.prod(grid.counts)), input.dtype)
    for block in blocks(len(input), _column_bytes(rows, output), WIDE):
        np.matmul(rows, _columns(input[block], grid, groups), out=output[block])
    return output.reshape(len(input), len(weight), *grid.counts)


@primitive("linear", arguments=2)
def convolve_input_bar(cotangent: Array, weight: Array, grid: Grid, groups: int) -> Array:
    """Carry a cotangent of `convolve` back to its input.

    Parameters
    ----------
    cotangent : array of shape (N, O, *S')
    weight : array of shape (O, C/groups, *K)
    grid : Grid
    groups : int

    Returns
    -------
    array of shape (N, C, *S)
    """
    if _is_better_gathered(weight, grid, groups):
        return convolve(cotangent, _turn(weight, groups), _mirror(grid), groups)
    rows = _rows(weight, groups)
    bars = cotangent.reshape(len(cotangent), *rows.shape[:2], math.prod(grid.counts))
    channels = groups * weight.shape[1]
    output = np.zeros((len(cotangent), channels, *grid.spatial), cotangent.dtype)
    for block in blocks(len(bars), _column_bytes(rows, bars), WIDE):
        if rows.shape[1] == 1:  # depthwise: BLAS is slow at a product that adds nothing up
            columns = rows.swapaxes(1, 2) * bars[block]
        else:
            columns = rows.swapaxes(1, 2) @ bars[block]
        columns = columns.reshape(-1, channels, math.prod(grid.kernel), *grid.counts)
        room = output[block]
        if grid.framed:
            room = np.zeros((*room.shape[:2], *grid.span), cotangent.dtype)
        for tap, seen in enumerate(taps(room, grid)):
            seen += columns[:, :, tap]
        if grid.framed:
            remove_frame(room, grid, output[block])
    return output


@primitive("linear", arguments=2)
def convolve_weight_bar(cotangent: Array, input: Array, grid: Grid, groups: int) -> Array:
    """Carry a cotangent of `convolve` back to its weight.

    Parameters
    ----------
    cotangent : array of shape (N, O, *S')
    input : array of shape (N, C, *S)
    grid : Grid
    groups : int

    Returns
    -------
    array of shape (O, C/groups, *K)
    """
    outputs, channels = cotangent.shape[1], input.shape[1] // groups
    taps_count = channels * math.prod(grid.kernel)
    bars = cotangent.reshape(len(input), groups, outputs // groups, math.prod(grid.counts))
    rows = np.zeros((groups, taps_count, outputs // groups), cotangent.dtype)
    for block in blocks(len(bars), _column_bytes(rows.swapaxes(1, 2), bars), WIDE):
        # Columns to the left: BLAS is faster at the tall product than at its transpose.
        columns = _columns(input[block], grid, groups)
        rows += (columns @ bars[block].swapaxes(2, 3)).sum(0)
    return rows.swapaxes(1, 2).reshape(outputs, channels, *grid.kernel)


def _is_better_gathered(weight: Array, grid: Grid, groups: int) -> bool:
    """Whether the input's cotangent is a convolution itself, and one that is worth its columns.

    At a step of 1 the adjoint of a shift is the opposite shift: to gather writes every element
    once, where a scatter adds up. The cotangent's frame of zeros must meet finite weights only,
    because 0 * inf is NaN; and many more output channels make many more columns.
    """
    return (
        max(grid.stride) == 1
        and min(_mirror(grid).before) >= 0
        and len(weight) <= 2 * groups * weight.shape[1]
        and bool(np.isfinite(weight).all())
    )


def _mirror(grid: Grid) -> Grid:
    """Describe the convolution of step 1 that undoes the shifts of this one."""
    reach = [d * (k - 1) for d, k in zip(grid.dilation, grid.kernel, strict=True)]
    return Grid(
        grid.kernel,
        grid.stride,
        grid.dilation,
        before=tuple(r - b for r, b in zip(reach, grid.before, strict=True)),
        spatial=grid.counts,
        counts=grid.spatial,
        span=tuple(size + r for size, r in zip(grid.spatial, reach, strict=True)),
    )


def _turn(weight: Array, groups: int) -> Array:
    """Exchange input and output channels and reverse the taps."""
    outputs, channels, *kernel = weight.shape
    turned = weight.reshape(groups, outputs // groups, channels, *kernel).swapaxes(1, 2)
    turned = turned.reshape(groups * channels, outputs // groups, *kernel)
    return np.flip(turned, tuple(range(2, turned.ndim)))


def _rows(weight: Array, groups: int) -> Array:
    """Lay every filter out as a row: (groups, O/groups, C/groups * taps)."""
    rows = weight.reshape(groups, len(weight) // groups, math.prod(weight.shape[1:]))
    return np.ascontiguousarray(rows)  # BLAS takes no reversed taps


def _columns(input: Array, grid: Grid, groups: int) -> Array:
    """Lay every window out as a column: (N, groups, C/groups * taps, windows)."""
    room = add_frame(input, grid, 0.0)
    examples, channels, *steps = room.strides
    windows: Array = np.ndarray(
        (*room.shape[:2], *grid.kernel, *grid.counts),
        room.dtype,
        room,
        strides=(
            examples,
            channels,
            *(step * dilation for step, dilation in zip(steps, grid.dilation, strict=True)),
            *(step * stride for step, stride in zip(steps, grid.stride, strict=True)),
        ),
    )
    rows, length = windows.shape[: 2 + len(grid.kernel)], math.prod(grid.counts)
    columns = np.empty((*rows, length + GAP), room.dtype)[..., :length]
    columns.reshape(windows.shape)[...] = windows
    return columns.reshape(len(input), groups, -1, length)


def _column_bytes(rows: Array, outputs: Array) -> int:
    """Measure the columns of one example."""
    groups, _, taps_count = rows.shape
    size: int = groups * taps_count * outputs.shape[-1] * outputs.itemsize
    return size
