"""`tf.nn`'s convolutions; the number of groups follows from the channels of input and filters."""

from __future__ import annotations

from typing import Any

from refimpl.differentiable import differentiable
from refimpl.errors import must
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.ops.conv import conv
from refimpl.tf._src.arguments import as_floats, integers, like
from refimpl.tf._src.layout import (
    Layout,
    check_output,
    data_format_layout,
    depthwise_inward,
    depthwise_outward,
    full_sizes,
    kernel_inward,
    kernel_outward,
    window_padding,
    window_sizes,
)

__all__ = ["conv1d", "conv2d", "conv3d", "convolution", "depthwise_conv2d"]


@differentiable
def conv1d(
    input: Any,
    filters: Any,
    stride: Any,
    padding: Any,
    data_format: str | None = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Convolve in one dimension, as `tf.nn.conv1d`.

    Parameters
    ----------
    input : array of shape (*batch, W, C), or (*batch, C, W) for NCW
        Float.
    filters : array of shape (kW, C/groups, O)
        Of the input's dtype.
    stride : int or list of int
        Step of the window: one number, or a list of 1 or 3.
    padding : {'SAME', 'VALID'}
        SAME makes ceil(W / stride) windows fit, with an odd unit of padding at the end.
    data_format : {'NWC', 'NCW'}
        Layout of input and output.
    dilations : int or list of int, optional
        Step between the taps of the window.

    Returns
    -------
    array of shape (*batch, W', O), or (*batch, O, W') for NCW
    """
    layout = data_format_layout(data_format, 1)
    strides = window_sizes(stride, "stride", layout)
    spread = window_sizes(dilations, "dilations", layout)
    return _conv(input, filters, strides, padding, layout, spread, explicit=False)


@differentiable
def conv2d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Convolve in two dimensions, as `tf.nn.conv2d`.

    Parameters
    ----------
    input : array of shape (*batch, H, W, C), or (*batch, C, H, W) for NCHW
        Float.
    filters : array of shape (kH, kW, C/groups, O)
        Of the input's dtype.
    strides : int or list of int
        Step of the window: one number, or a list of 1, 2 or 4.
    padding : {'SAME', 'VALID'} or list of four pairs
        SAME makes ceil(size / stride) windows fit, with an odd unit of padding at the end. A
        list has a pair (before, after) for every dimension of the input.
    data_format : {'NHWC', 'NCHW'}
        Layout of input and output.
    dilations : int or list of int, optional
        Step between the taps of the window.

    Returns
    -------
    array of shape (*batch, H', W', O), or (*batch, O, H', W') for NCHW
    """
    layout = data_format_layout(data_format, 2)
    steps = window_sizes(strides, "strides", layout)
    spread = window_sizes(dilations, "dilations", layout)
    return _conv(input, filters, steps, padding, layout, spread, explicit=True)


@differentiable
def conv3d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Convolve in three dimensions, as `tf.nn.conv3d`.

    Parameters
    ----------
    input : array of shape (N, D, H, W, C), or (N, C, D, H, W) for NCDHW
        Float.
    filters : array of shape (kD, kH, kW, C/groups, O)
        Of the input's dtype.
    strides : list of five int
        Step of the window; 1 in the batch and channel dimensions.
    padding : {'SAME', 'VALID'}
        SAME makes ceil(size / stride) windows fit, with an odd unit of padding at the end.
    data_format : {'NDHWC', 'NCDHW'}
        Layout of input and output.
    dilations : list of five int, optional
        Step between the taps of the window.

    Returns
    -------
    array of shape (N, D', H', W', O), or (N, O, D', H', W') for NCDHW
    """
    layout = data_format_layout(data_format, 3)
    steps = full_sizes(strides, "strides", layout)
    spread = (1, 1, 1) if dilations is None else full_sizes(dilations, "dilations", layout)
    return _conv(input, filters, steps, padding, layout, spread, explicit=False)


@differentiable
def convolution(
    input: Any,
    filters: Any,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Convolve in as many dimensions as the filters have, as `tf.nn.convolution`.

    Parameters
    ----------
    input : array of shape (*batch, *S, C), or (*batch, C, *S) for NC…
        Float; one to three spatial dimensions.
    filters : array of shape (*K, C/groups, O)
        Of the input's dtype.
    strides : int or list of int, optional
        Step of the window: one number, or a list of 1, n or n + 2.
    padding : {'VALID', 'SAME'}
        SAME makes ceil(size / stride) windows fit, with an odd unit of padding at the end.
    data_format : str, optional
        NWC, NCW, NHWC, NCHW, NDHWC or NCDHW; None is channels last.
    dilations : int or list of int, optional
        Step between the taps of the window; where it is above 1, strides must be 1.

    Returns
    -------
    array of shape (*batch, *S', O), or (*batch, O, *S') for NC…
    """
    filters = as_floats(filters, "filters")
    must(3 <= filters.ndim <= 5, "filters", "of rank 3, 4 or 5", filters.shape)
    layout = data_format_layout(data_format, filters.ndim - 2)
    steps = window_sizes(strides, "strides", layout)
    spread = window_sizes(dilations, "dilations", layout)
    _not_both(steps, spread, strides)
    return _conv(input, filters, steps, padding, layout, spread, explicit=False)


@differentiable
def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Convolve every channel with filters of its own, as `tf.nn.depthwise_conv2d`.

    Parameters
    ----------
    input : array of shape (N, H, W, C), or (N, C, H, W) for NCHW
        Float.
    filter : array of shape (kH, kW, C, M)
        Of the input's dtype.
    strides : list of four int
        Step of the window; 1 in the batch and channel dimensions.
    padding : {'SAME', 'VALID'} or list of four pairs
        See `conv2d`.
    data_format : {'NHWC', 'NCHW'}, optional
        Layout of input and output; None is NHWC.
    dilations : list of two int, optional
        Step between the taps of the window; where it is above 1, strides must be 1.

    Returns
    -------
    array of shape (N, H', W', C*M), or (N, C*M, H', W') for NCHW
        Channel c of the input makes the channels c*M to c*M + M - 1.
    """
    layout = data_format_layout(data_format, 2)
    input = _input(input, layout, exactly=True)
    filter = like(filter, "filter", input, "input")
    must(filter.ndim == 4, "filter", "of shape (kH, kW, C, M)", filter.shape)
    channels = layout.channels(input.shape)
    must(
        filter.shape[2] == channels,
        "filter",
        f"of shape (kH, kW, C, M) with input's C = {channels} channels",
        filter.shape,
    )
    must(min(filter.shape) > 0, "filter", "not empty", filter.shape)
    steps = full_sizes(strides, "strides", layout)
    spread = (1, 1) if dilations is None else integers(dilations, "dilations", least=1)
    spread = spread * 2 if len(spread) == 1 else spread
    must(len(spread) == 2, "dilations", "a list of 2 integers", dilations)
    _not_both(steps, spread, strides)
    taps = filter.shape[:2]
    pairs = window_padding(padding, layout, input.shape, taps, steps, spread, explicit=True)
    check_output("input", layout.spatial(input.shape), "filter", taps, steps, spread, pairs)
    output, vjp = depthwise(input, filter, None, steps, pairs, spread, layout)
    return output, lambda cotangent: vjp(cotangent)[:2]


def convolve(
    input: Array,
    kernel: Array,
    bias: Array | None,
    strides: Sizes,
    padding: Pairs,
    dilations: Sizes,
    groups: int,
    layout: Layout,
) -> tuple[Array, Vjp]:
    """Convolve arguments that have been checked, in TensorFlow's layouts."""
    leading = input.shape[: -1 - layout.n]
    output, inner = conv(
        layout.inward(input),
        kernel_inward(kernel),
        bias,
        stride=strides,
        padding=padding,
        dilation=dilations,
        groups=groups,
    )

    def vjp(cotangent: Array) -> tuple[Array, Array, Array | None]:
        input_bar, kernel_bar, bias_bar = inner(layout.inward(cotangent))
        return layout.outward(input_bar, leading), kernel_outward(kernel_bar), bias_bar

    return layout.outward(output, leading), vjp


def depthwise(
    input: Array,
    kernel: Array,
    bias: Array | None,
    strides: Sizes,
    padding: Pairs,
    dilations: Sizes,
    layout: Layout,
) -> tuple[Array, Vjp]:
    """Convolve channel by channel with arguments that have been checked."""
    channels = kernel.shape[-2]
    output, inner = conv(
        layout.inward(input),
        depthwise_inward(kernel),
        bias,
        stride=strides,
        padding=padding,
        dilation=dilations,
        groups=channels,
    )

    def vjp(cotangent: Array) -> tuple[Array, Array, Array | None]:
        input_bar, kernel_bar, bias_bar = inner(layout.inward(cotangent))
        return layout.outward(input_bar), depthwise_outward(kernel_bar, channels), bias_bar

    return layout.outward(output), vjp


def _conv(
    input: Any,
    filters: Any,
    strides: Sizes,
    padding: Any,
    layout: Layout,
    dilations: Sizes,
    *,
    explicit: bool,
) -> tuple[Array, Vjp]:
    n = layout.n
    input = _input(input, layout, exactly=n == 3)
    filters = like(filters, "filters", input, "input")
    if filters.ndim != n + 2:
        must(False, "filters", f"of rank {n + 2}: (*K, in_channels, out_channels)", filters.shape)
    if 0 in filters.shape:
        must(False, "filters", "not empty", filters.shape)
    channels = layout.channels(input.shape)
    depth, outputs = filters.shape[-2:]
    if channels % depth:
        must(
            False, "filters", f"of a depth that divides input's {channels} channels", filters.shape
        )
    groups = channels // depth
    if outputs % groups:
        allowed = f"of an output depth that the {groups} groups divide"
        must(False, "filters", allowed, filters.shape)
    taps = filters.shape[:n]
    pairs = window_padding(
        padding, layout, input.shape, taps, strides, dilations, explicit=explicit
    )
    check_output("input", layout.spatial(input.shape), "filters", taps, strides, dilations, pairs)
    output, vjp = convolve(input, filters, None, strides, pairs, dilations, groups, layout)
    return output, lambda cotangent: vjp(cotangent)[:2]


def _input(input: Any, layout: Layout, *, exactly: bool) -> Array:
    """Check the rank before anything else: TensorFlow's kernels abort the process on a low one."""
    array = as_floats(input, "input")
    rank = layout.n + 2
    if array.ndim < rank or (exactly and array.ndim != rank):
        must(False, "input", f"of rank {rank}{'' if exactly else ' or more'}", array.shape)
    if layout.channels(array.shape) < 1:
        must(False, "input", "of at least one channel", array.shape)
    return array


def _not_both(strides: Sizes, dilations: Sizes, got: Any) -> None:
    """Refuse what TensorFlow documents as impossible (and computes wrongly in depthwise SAME)."""
    if max(strides) > 1 and max(dilations) > 1:
        must(False, "strides", f"1 where dilations are above 1, here {dilations}", got)
