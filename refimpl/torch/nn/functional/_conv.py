"""Convolutions (torch.nn.functional.conv1d, conv2d, conv3d)."""

from __future__ import annotations

from typing import Literal, TypeAlias

from refimpl.differentiable import differentiable
from refimpl.errors import must_be_one_of
from refimpl.ops import conv as ops
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.torch.nn.functional._arguments import (
    both_sides,
    integer,
    matching,
    one_example,
    sizes,
    spatial_input,
    vector,
)
from refimpl.torch.nn.parameter import Tensor

Ints: TypeAlias = int | tuple[int, ...] | list[int]
Padding: TypeAlias = Ints | Literal["same", "valid"] | str


@differentiable
def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> tuple[Array, Vjp]:
    """Correlate with a bank of kernels along one spatial axis; see `conv2d`.

    Parameters
    ----------
    input : (N, C, L) or (C, L) array
        Floats.
    weight : (O, C / groups, K) array
        The kernels, in the input's dtype.
    bias : (O,) array, optional
        Added to each output channel.
    stride, padding, dilation, groups
        See `conv2d`.

    Returns
    -------
    (N, O, L') or (O, L') array
    """
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


@differentiable
def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> tuple[Array, Vjp]:
    """Correlate with a bank of kernels over two spatial axes.

    Parameters
    ----------
    input : (N, C, H, W) or (C, H, W) array
        Floats.
    weight : (O, C / groups, KH, KW) array
        The kernels, in the input's dtype.
    bias : (O,) array, optional
        Added to each output channel.
    stride : int or tuple of int, default 1
        The step of the window.
    padding : int, tuple of int, 'same' or 'valid', default 0
        Zeros on both sides of each axis. 'same' keeps the extents, with an odd zero at the end,
        and needs stride 1; 'valid' is none.
    dilation : int or tuple of int, default 1
        The step between the taps of a kernel.
    groups : int, default 1
        Into how many groups, convolved separately, the channels are divided.

    Returns
    -------
    (N, O, H', W') or (O, H', W') array

    Raises
    ------
    TypeError
        If a dtype or an argument's type is wrong.
    ValueError
        If shapes do not fit, or an option is out of its range.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.functional.conv2d` and `torch.nn.Conv2d`.
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


@differentiable
def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> tuple[Array, Vjp]:
    """Correlate with a bank of kernels over three spatial axes; see `conv2d`.

    Parameters
    ----------
    input : (N, C, D, H, W) or (C, D, H, W) array
        Floats.
    weight : (O, C / groups, KD, KH, KW) array
        The kernels, in the input's dtype.
    bias : (O,) array, optional
        Added to each output channel.
    stride, padding, dilation, groups
        See `conv2d`.

    Returns
    -------
    (N, O, D', H', W') or (O, D', H', W') array
    """
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


def same_padding(kernel: Sizes, dilation: Sizes) -> Pairs:
    """Return the zeros before and after each axis that keep the extents at stride 1."""
    totals = (d * (k - 1) for k, d in zip(kernel, dilation, strict=True))
    return tuple((total // 2, total - total // 2) for total in totals)


def _conv(
    n: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Ints,
    padding: Padding,
    dilation: Ints,
    groups: int,
) -> tuple[Array, Vjp]:
    x, unbatched = spatial_input(input, n)
    w = matching(weight, "weight", x)
    channels = x.shape[0 if unbatched else 1]
    if w.ndim != n + 2:
        raise ValueError(
            f"weight must have {n + 2} axes (out channels, in channels / groups, and {n} of the "
            f"kernel); got shape {w.shape}"
        )
    if type(groups) is not int:
        groups = integer(groups, "groups", 1)
    if groups < 1 or w.shape[0] % groups:
        raise ValueError(
            f"groups must be positive and divide weight's {w.shape[0]} out channels; got {groups}"
        )
    if w.shape[1] * groups != channels:
        raise ValueError(
            f"input must have {w.shape[1] * groups} channels, as weight of shape {w.shape} with "
            f"groups={groups} needs; got shape {x.shape}"
        )
    b = vector(bias, "bias", w.shape[0], x)
    strides = sizes(stride, "stride", n, 1)
    dilations = sizes(dilation, "dilation", n, 1)
    kernel = w.shape[2:]
    pairs = _pairs(n, padding, kernel, strides, dilations)
    for size, k, d, (before, after) in zip(x.shape[-n:], kernel, dilations, pairs, strict=True):
        if k < 1 or size + before + after <= d * (k - 1):
            raise ValueError(
                f"weight of kernel size {kernel} (dilation {dilations}) must fit into the padded "
                f"input; got input of shape {x.shape} with padding {pairs}"
            )
    if unbatched:
        output, vjp = ops.conv(
            x[None], w, b, stride=strides, padding=pairs, dilation=dilations, groups=groups
        )
        return output[0], one_example(vjp)
    return ops.conv(x, w, b, stride=strides, padding=pairs, dilation=dilations, groups=groups)


def _pairs(n: int, padding: Padding, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Pairs:
    if not isinstance(padding, str):
        return both_sides(sizes(padding, "padding", n, 0))
    must_be_one_of(padding, "padding", ("same", "valid"))
    if padding == "valid":
        return ((0, 0),) * n
    if stride != (1,) * n:
        raise ValueError(f"padding 'same' needs stride 1; got stride {stride}")
    return same_padding(kernel, dilation)
