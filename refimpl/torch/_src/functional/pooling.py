"""Average and maximum pooling (torch.nn.functional.avg_pool1d to max_pool3d).

The functions of one, two and three spatial axes are one function of `n`, their number. `input` is
an array of floats of shape (N, C, *S) or (C, *S). A window of `kernel_size` moves by `stride`, by
default the kernel size, which an empty tuple means too. Each of them is an int, or a tuple with one
for each axis. `ceil_mode` lets a last window hang over the end, if it starts in the input or the
padding before it.
"""

from __future__ import annotations

from typing import Any

from refimpl._arguments import read_flag, read_integer, read_sizes
from refimpl._show import show
from refimpl.differentiable import differentiable, for_rank
from refimpl.ops import pooling, windows
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.torch._src.arguments import Ints, one_example, read_spatial
from refimpl.torch._src.parameter import Tensor

__all__ = [
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "max_pool1d",
    "max_pool1d_with_indices",
    "max_pool2d",
    "max_pool2d_with_indices",
    "max_pool3d",
    "max_pool3d_with_indices",
]


def average(
    n: int,
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> tuple[Array, Vjp]:
    """Average over a window that slides along each spatial axis.

    Parameters
    ----------
    padding : int or tuple of int, default 0
        Zeros on both sides of each axis, at most half the kernel size.
    count_include_pad : bool, default True
        Count the zeros of the padding in the average.
    divisor_override : int, optional
        What the sum is divided by instead of the number of elements; not 0.

    Returns
    -------
    (N, C, *S') or (C, *S') array

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.AvgPool2d`.
    """
    x, unbatched = read_spatial(input, n)
    kernel, strides, pads, dilation = read_geometry(n, kernel_size, stride, padding)
    ceil_mode = read_flag(ceil_mode, "ceil_mode")
    count_include_pad = read_flag(count_include_pad, "count_include_pad")
    check_divisor(divisor_override)
    _check_fit(x, kernel, strides, pads, dilation, ceil_mode)
    output, vjp = pooling.avg_pool(
        x[None] if unbatched else x,
        kernel=kernel,
        stride=strides,
        padding=_both_sides(pads),
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        divisor_override=divisor_override,
    )
    return (output[0], one_example(vjp)) if unbatched else (output, vjp)


@differentiable
def avg_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> tuple[Array, Vjp]:
    """Average over a window that slides along one axis; see `avg_pool2d`."""
    return average(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def maximum(
    n: int,
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Any, Vjp]:
    """Take the maximum over a window that slides along each spatial axis.

    Parameters
    ----------
    padding : int or tuple of int, default 0
        Minus infinity on both sides of each axis, at most half the kernel size.
    dilation : int or tuple of int, default 1
        The step between the elements of a window.
    return_indices : bool, default False
        Return (output, indices) instead; an index counts over the input's flattened spatial
        axes and is int64. The vjp takes the cotangent of the output alone.

    Returns
    -------
    (N, C, *S') or (C, *S') array, or pair of arrays

    Notes
    -----
    Among equal elements the first is the maximum and takes the gradient; NaN is above all.
    Source: PyTorch's documentation of `torch.nn.MaxPool2d`.
    """
    x, unbatched = read_spatial(input, n)
    kernel, strides, pads, dilations = read_geometry(n, kernel_size, stride, padding, dilation)
    ceil_mode = read_flag(ceil_mode, "ceil_mode")
    _check_fit(x, kernel, strides, pads, dilations, ceil_mode)
    indexed = read_flag(return_indices, "return_indices")
    op: Any = pooling.max_pool_with_indices if indexed else pooling.max_pool
    output, vjp = op(
        x[None] if unbatched else x,
        kernel=kernel,
        stride=strides,
        padding=_both_sides(pads),
        dilation=dilations,
        ceil_mode=ceil_mode,
    )
    if not unbatched:
        return output, vjp
    return (output[0][0], output[1][0]) if indexed else output[0], one_example(vjp)


def maximum_with_indices(
    n: int,
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[tuple[Array, Array], Vjp]:
    """Return what maximum pooling returns with `return_indices=True`; see `max_pool2d`."""
    return maximum(n, input, kernel_size, stride, padding, dilation, ceil_mode, True)


def read_geometry(
    n: int, kernel_size: Ints, stride: Ints | None, padding: Ints, dilation: Ints = 1
) -> tuple[Sizes, Sizes, Sizes, Sizes]:
    """Return kernel, stride, padding and dilation, one entry for each axis, each in its range."""
    kernel = read_sizes(kernel_size, "kernel_size", n, repeat=True)
    if stride is None or is_empty(stride):
        strides = kernel
    else:
        strides = read_sizes(stride, "stride", n, repeat=True)
    pads = read_sizes(padding, "padding", n, least=0, repeat=True)
    for k, pad in zip(kernel, pads, strict=True):
        if pad > k // 2:
            raise ValueError(
                f"padding must be at most half of kernel_size {kernel_size}; got {show(padding)}"
            )
    return kernel, strides, pads, read_sizes(dilation, "dilation", n, repeat=True)


def is_empty(stride: object) -> bool:
    """Return whether a stride is the empty tuple or list, which means the kernel size."""
    return isinstance(stride, tuple | list) and not stride


def check_divisor(divisor_override: int | None) -> None:
    """Refuse a divisor that is no integer, or zero."""
    if divisor_override is None:
        return
    if read_integer(divisor_override, "divisor_override") == 0:
        raise ValueError("divisor_override must not be 0; got 0")


def _both_sides(pads: Sizes) -> Pairs:
    return tuple((width, width) for width in pads)


def _check_fit(
    x: Array, kernel: Sizes, stride: Sizes, pads: Sizes, dilation: Sizes, ceil_mode: bool
) -> None:
    """Refuse a window larger than the input, in torch's words for it."""
    extents = zip(x.shape[-len(kernel) :], kernel, stride, pads, dilation, strict=True)
    for size, k, s, pad, d in extents:
        if windows.output_size(size, k, s, d, pad, pad, ceil_mode) < 1:
            raise ValueError(
                f"kernel_size {kernel} (dilation {dilation}) must fit into the padded input; "
                f"got input of shape {x.shape} with padding {pads}"
            )


avg_pool2d = for_rank(average, 2, "avg_pool2d")
avg_pool3d = for_rank(average, 3, "avg_pool3d")
max_pool1d = for_rank(maximum, 1, "max_pool1d")
max_pool2d = for_rank(maximum, 2, "max_pool2d")
max_pool3d = for_rank(maximum, 3, "max_pool3d")
max_pool1d_with_indices = for_rank(maximum_with_indices, 1, "max_pool1d_with_indices")
max_pool2d_with_indices = for_rank(maximum_with_indices, 2, "max_pool2d_with_indices")
max_pool3d_with_indices = for_rank(maximum_with_indices, 3, "max_pool3d_with_indices")
