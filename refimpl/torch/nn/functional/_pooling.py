"""Average and maximum pooling (torch.nn.functional.avg_pool1d to max_pool3d)."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.differentiable import Differentiable, differentiable
from refimpl.ops import pooling as ops
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.ops.windows import output_size
from refimpl.torch.nn.functional._arguments import (
    both_sides,
    flag,
    one_example,
    sizes,
    spatial_input,
)
from refimpl.torch.nn.functional._conv import Ints
from refimpl.torch.nn.parameter import Tensor


@differentiable
def avg_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> tuple[Array, Vjp]:
    """Average over a window that slides along one axis; see `avg_pool2d`.

    Parameters
    ----------
    input : (N, C, L) or (C, L) array
        Floats.
    kernel_size, stride, padding, ceil_mode, count_include_pad
        See `avg_pool2d`.

    Returns
    -------
    (N, C, L') or (C, L') array
    """
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


@differentiable
def avg_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> tuple[Array, Vjp]:
    """Average over a window that slides over two axes.

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W) array
        Floats.
    kernel_size : int or tuple of int
        The window.
    stride : int or tuple of int, optional
        Its step; by default the kernel size.
    padding : int or tuple of int, default 0
        Zeros on both sides of each axis, at most half the kernel size.
    ceil_mode : bool, default False
        Let a last window hang over the end, if it starts in the input or the padding before it.
    count_include_pad : bool, default True
        Count the zeros of the padding in the average.
    divisor_override : int, optional
        What the sum is divided by instead of the number of elements; not 0.

    Returns
    -------
    (N, C, H', W') or (C, H', W') array

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If an option is out of its range or no window fits.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.AvgPool2d`.
    """
    return _avg_pool(
        2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


@differentiable
def avg_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> tuple[Array, Vjp]:
    """Average over a window that slides over three axes; see `avg_pool2d`.

    Parameters
    ----------
    input : (N, C, D, H, W) or (C, D, H, W) array
        Floats.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        See `avg_pool2d`.

    Returns
    -------
    (N, C, D', H', W') or (C, D', H', W') array
    """
    return _avg_pool(
        3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


@differentiable
def max_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Any, Vjp]:
    """Take the maximum over a window that slides along one axis; see `max_pool2d`.

    Parameters
    ----------
    input : (N, C, L) or (C, L) array
        Floats.
    kernel_size, stride, padding, dilation, ceil_mode, return_indices
        See `max_pool2d`.

    Returns
    -------
    (N, C, L') or (C, L') array, or pair of arrays
    """
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@differentiable
def max_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Any, Vjp]:
    """Take the maximum over a window that slides over two axes.

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W) array
        Floats.
    kernel_size : int or tuple of int
        The window.
    stride : int or tuple of int, optional
        Its step; by default the kernel size.
    padding : int or tuple of int, default 0
        Minus infinity on both sides of each axis, at most half the kernel size.
    dilation : int or tuple of int, default 1
        The step between the elements of a window.
    ceil_mode : bool, default False
        Let a last window hang over the end, if it starts in the input or the padding before it.
    return_indices : bool, default False
        Return (output, indices) instead; an index counts over the input's flattened spatial
        axes and is int64. The vjp takes the cotangent of the output alone.

    Returns
    -------
    (N, C, H', W') or (C, H', W') array, or pair of arrays

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If an option is out of its range or no window fits.

    Notes
    -----
    Among equal elements the first is the maximum and takes the gradient; NaN is above all.
    Source: PyTorch's documentation of `torch.nn.MaxPool2d`.
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@differentiable
def max_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Any, Vjp]:
    """Take the maximum over a window that slides over three axes; see `max_pool2d`.

    Parameters
    ----------
    input : (N, C, D, H, W) or (C, D, H, W) array
        Floats.
    kernel_size, stride, padding, dilation, ceil_mode, return_indices
        See `max_pool2d`.

    Returns
    -------
    (N, C, D', H', W') or (C, D', H', W') array, or pair of arrays
    """
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@differentiable
def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[tuple[Array, Array], Vjp]:
    """Return what `max_pool1d` returns with `return_indices=True`, whatever that says.

    Parameters
    ----------
    input, kernel_size, stride, padding, dilation, ceil_mode, return_indices
        See `max_pool1d`.

    Returns
    -------
    pair of arrays
    """
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, True)


@differentiable
def max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[tuple[Array, Array], Vjp]:
    """Return what `max_pool2d` returns with `return_indices=True`, whatever that says.

    Parameters
    ----------
    input, kernel_size, stride, padding, dilation, ceil_mode, return_indices
        See `max_pool2d`.

    Returns
    -------
    pair of arrays
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, True)


@differentiable
def max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[tuple[Array, Array], Vjp]:
    """Return what `max_pool3d` returns with `return_indices=True`, whatever that says.

    Parameters
    ----------
    input, kernel_size, stride, padding, dilation, ceil_mode, return_indices
        See `max_pool3d`.

    Returns
    -------
    pair of arrays
    """
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, True)


AVG_POOLS: dict[int, Differentiable[..., Array]] = {1: avg_pool1d, 2: avg_pool2d, 3: avg_pool3d}
MAX_POOLS: dict[int, Differentiable[..., Any]] = {1: max_pool1d, 2: max_pool2d, 3: max_pool3d}


def _avg_pool(
    n: int,
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None,
    padding: Ints,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> tuple[Array, Vjp]:
    x, unbatched = spatial_input(input, n)
    kernel, strides, pads, _ = geometry(n, kernel_size, stride, padding, 1)
    flag(ceil_mode, "ceil_mode")
    flag(count_include_pad, "count_include_pad")
    check_divisor(divisor_override)
    _must_fit(x, kernel, strides, pads, (1,) * n, ceil_mode)
    output, vjp = ops.avg_pool(
        x[None] if unbatched else x,
        kernel=kernel,
        stride=strides,
        padding=both_sides(pads),
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        divisor_override=divisor_override,
    )
    return (output[0], one_example(vjp)) if unbatched else (output, vjp)


def _max_pool(
    n: int,
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None,
    padding: Ints,
    dilation: Ints,
    ceil_mode: bool,
    return_indices: bool,
) -> tuple[Any, Vjp]:
    x, unbatched = spatial_input(input, n)
    kernel, strides, pads, dilations = geometry(n, kernel_size, stride, padding, dilation)
    flag(ceil_mode, "ceil_mode")
    flag(return_indices, "return_indices")
    _must_fit(x, kernel, strides, pads, dilations, ceil_mode)
    op: Any = ops.max_pool_with_indices if return_indices else ops.max_pool
    output, vjp = op(
        x[None] if unbatched else x,
        kernel=kernel,
        stride=strides,
        padding=both_sides(pads),
        dilation=dilations,
        ceil_mode=ceil_mode,
    )
    if not unbatched:
        return output, vjp
    one = (output[0][0], output[1][0]) if return_indices else output[0]
    return one, one_example(vjp)


def geometry(
    n: int, kernel_size: Ints, stride: Ints | None, padding: Ints, dilation: Ints
) -> tuple[Sizes, Sizes, Sizes, Sizes]:
    """Return kernel, stride, padding and dilation, one entry per axis, each in its range."""
    kernel = sizes(kernel_size, "kernel_size", n, 1)
    strides = kernel if stride is None or stride == [] else sizes(stride, "stride", n, 1)
    pads = sizes(padding, "padding", n, 0)
    dilations = sizes(dilation, "dilation", n, 1)
    for k, pad in zip(kernel, pads, strict=True):
        if pad > k // 2:
            raise ValueError(
                f"padding must be at most half of kernel_size {kernel_size}; got {padding!r}"
            )
    return kernel, strides, pads, dilations


def check_divisor(divisor_override: int | None) -> None:
    """Refuse a divisor that is no integer, or zero."""
    if divisor_override is None:
        return
    if isinstance(divisor_override, bool) or not isinstance(divisor_override, int | np.integer):
        raise TypeError(f"divisor_override must be an int or None; got {divisor_override!r}")
    if divisor_override == 0:
        raise ValueError("divisor_override must not be 0; got 0")


def _must_fit(
    x: Array, kernel: Sizes, stride: Sizes, pads: Sizes, dilation: Sizes, ceil_mode: bool
) -> None:
    extents = zip(x.shape[-len(kernel) :], kernel, stride, pads, dilation, strict=True)
    for size, k, s, pad, d in extents:
        if output_size(size, k, s, d, pad, pad, ceil_mode) < 1:
            raise ValueError(
                f"kernel_size {kernel} (dilation {dilation}) must fit into the padded input; "
                f"got input of shape {x.shape} with padding {pads}"
            )
