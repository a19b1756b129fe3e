"""Average and maximum pooling in one, two or three spatial dimensions."""

from __future__ import annotations

import functools
import math

import numpy as np

from refimpl._arguments import check_channels_first, read_integer
from refimpl.ops.array import Array, Pairs, Sizes, Vjp, half_in_float32, overwrite
from refimpl.ops.primitives import (
    scatter,
    window_max_and_argmax,
    window_sum,
    window_sum_bar,
)
from refimpl.ops.windows import Grid, Window


def avg_pool(
    input: Array,
    *,
    kernel: Sizes,
    stride: Sizes,
    padding: Pairs,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> tuple[Array, Vjp]:
    """Average every window.

    Parameters
    ----------
    input : array of shape (N, C, *S)
        Float, one to three spatial dimensions.
    kernel, stride : tuple of int
        Size and step of the window in each spatial dimension.
    padding : tuple of (int, int)
        Zeros before and after each spatial dimension.
    ceil_mode : bool
        Let a last window hang over the end; it is divided by what of it lies inside the padded
        input. A window that would start beyond the input is dropped.
    count_include_pad : bool
        Count padding in the divisor.
    divisor_override : int, optional
        Divide every sum by this instead.

    Returns
    -------
    output : array of shape (N, C, *S')
        Of the input's dtype.
    vjp : callable
        Cotangent of output to (cotangent of input,).

    Raises
    ------
    TypeError
        If input is no float array, or a size is no integer.
    ValueError
        If a size is out of range, or a window holds nothing but padding that is not counted.
    """
    n = check_channels_first(input)
    window = Window(kernel, stride, (1,) * n, padding, ceil_mode)
    grid = window.over(input.shape[2:])
    divisor: Array | float
    if divisor_override is not None:
        divisor = float(read_integer(divisor_override, "divisor_override"))
        if divisor == 0.0:
            raise ValueError("divisor_override must be different from 0; got 0")
    else:
        divisor = _divisor(window, grid, count_include_pad)
    return _avg_pool(input, grid, divisor)


@half_in_float32
def _avg_pool(input: Array, grid: Grid, divisor: Array | float) -> tuple[Array, Vjp]:
    if not isinstance(divisor, float):
        divisor = divisor.astype(input.dtype)

    def vjp(cotangent: Array) -> tuple[Array]:
        return (window_sum_bar(cotangent / divisor, grid),)

    return overwrite(np.divide, window_sum(input, grid), divisor), vjp


def _divisor(window: Window, grid: Grid, count_include_pad: bool) -> Array | float:
    """Count what each window averages: an array of the output's spatial shape, or one number."""
    counts = _occupancy(window, grid, padding=count_include_pad)
    if all(min(count) == max(count) for count in counts):
        return float(math.prod(count[0] for count in counts))
    return functools.reduce(np.multiply.outer, [np.array(count) for count in counts])


def _occupancy(window: Window, grid: Grid, *, padding: bool) -> tuple[Sizes, ...]:
    """Count the taps of each window that lie inside, in every dimension; refuse a count of 0."""
    if not grid.framed:
        return tuple((kernel,) for kernel in grid.kernel)
    counts = window.occupancy(grid.spatial, padding=padding)
    if not all(min(count) > 0 for count in counts):
        raise ValueError(
            "padding must be so narrow that every window holds part of the input; "
            f"got {window.padding}"
        )
    return counts


def max_pool(
    input: Array,
    *,
    kernel: Sizes,
    stride: Sizes,
    padding: Pairs,
    dilation: Sizes,
    ceil_mode: bool = False,
) -> tuple[Array, Vjp]:
    """Take the maximum of every window.

    Parameters
    ----------
    input : array of shape (N, C, *S)
        Float, one to three spatial dimensions.
    kernel, stride, dilation : tuple of int
        Taps of the window, its step, and the step between its taps in each spatial dimension.
    padding : tuple of (int, int)
        Padding with -inf before and after each spatial dimension.
    ceil_mode : bool
        Let a last window hang over the end. A window that would start beyond the input is
        dropped.

    Returns
    -------
    output : array of shape (N, C, *S')
        Of the input's dtype.
    vjp : callable
        Cotangent of output to (cotangent of input,).

    Raises
    ------
    TypeError
        If input is no float array, or a size is no integer.
    ValueError
        If a size is out of range, or a window holds nothing but padding.

    Notes
    -----
    Of equal maxima the first in row-major order is selected, and gets the whole cotangent. A NaN
    is larger than anything; of several the last is selected, as PyTorch does. A window of -inf
    alone gives -inf and selects its first element inside the input.
    """
    grid = _max_grid(input, kernel, stride, padding, dilation, ceil_mode)
    (output, _), vjp = _max_pool_with_places(input, grid)
    return output, vjp


def max_pool_with_indices(
    input: Array,
    *,
    kernel: Sizes,
    stride: Sizes,
    padding: Pairs,
    dilation: Sizes,
    ceil_mode: bool = False,
) -> tuple[tuple[Array, Array], Vjp]:
    """Take the maximum of every window and tell where it was.

    Parameters
    ----------
    input, kernel, stride, padding, dilation, ceil_mode
        As in `max_pool`.

    Returns
    -------
    output : tuple of arrays of shape (N, C, *S')
        The maxima, and as int64 their flat indices into the unpadded spatial input.
    vjp : callable
        Cotangent of the maxima to (cotangent of input,).

    Raises
    ------
    TypeError, ValueError
        As in `max_pool`.
    """
    grid = _max_grid(input, kernel, stride, padding, dilation, ceil_mode)
    (output, places), vjp = _max_pool_with_places(input, grid)
    planes = np.arange(math.prod(input.shape[:2])).reshape(*input.shape[:2], *(1,) * len(kernel))
    return (output, places - planes * math.prod(grid.spatial)), vjp


@half_in_float32
def _max_pool_with_places(input: Array, grid: Grid) -> tuple[tuple[Array, Array], Vjp]:
    output, places = window_max_and_argmax(input, grid)

    def vjp(cotangent: Array) -> tuple[Array]:
        return (scatter(cotangent, places, grid),)

    return (output, places), vjp


def _max_grid(
    input: Array, kernel: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, ceil_mode: bool
) -> Grid:
    check_channels_first(input)
    window = Window(kernel, stride, dilation, padding, ceil_mode)
    grid = window.over(input.shape[2:])
    _occupancy(window, grid, padding=False)
    return grid
