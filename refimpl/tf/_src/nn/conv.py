"""`tf.nn`'s convolutions; the number of groups follows from the channels of input and filters."""

from __future__ import annotations

from typing import Any

from refimpl._arguments import read_sizes
from refimpl._show import show
from refimpl.differentiable import differentiable
from refimpl.ops import conv
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.tf._src.arguments import read_floats, read_like
from refimpl.tf._src.layout import (
    Layout,
    check_window_fits,
    depthwise_from_channels_first,
    depthwise_to_channels_first,
    kernel_from_channels_first,
    kernel_to_channels_first,
    read_data_format,
    read_full_window,
    read_padding,
    read_window,
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
    """Convolve in one dimension; see `conv2d` for the parameters.

    Padding is SAME or VALID, data_format NWC or NCW.
    """
    layout = read_data_format(data_format, 1)
    strides = read_window(stride, "stride", layout)
    steps = read_window(dilations, "dilations", layout)
    return _convolve_checked(input, filters, strides, padding, layout, steps, explicit=False)


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
        Step of the window: one number, or a list of 1, n or n + 2, here 2 or 4, whose batch and
        channel entries are 1.
    padding : {'SAME', 'VALID'} or list of four pairs
        SAME makes ceil(size / stride) windows fit, with an odd unit of padding at the end. A
        list has a pair (before, after) for every dimension of the input.
    data_format : {'NHWC', 'NCHW'}
        Layout of input and output; None is channels last.
    dilations : int or list of int, optional
        Step between the taps of the window.

    Returns
    -------
    array of shape (*batch, H', W', O), or (*batch, O, H', W') for NCHW
    """
    layout = read_data_format(data_format, 2)
    steps = read_window(strides, "strides", layout)
    gaps = read_window(dilations, "dilations", layout)
    return _convolve_checked(input, filters, steps, padding, layout, gaps, explicit=True)


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
    """Convolve in three dimensions; see `conv2d` for the parameters.

    The input has one batch axis, strides and dilations are lists of five, padding is SAME or VALID,
    data_format NDHWC or NCDHW.
    """
    layout = read_data_format(data_format, 3)
    steps = read_full_window(strides, "strides", layout)
    gaps = (1, 1, 1) if dilations is None else read_full_window(dilations, "dilations", layout)
    return _convolve_checked(input, filters, steps, padding, layout, gaps, explicit=False)


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
    """Convolve in as many dimensions as the filters have; see `conv2d` for the parameters.

    Padding is SAME or VALID, data_format NWC, NCW, NHWC, NCHW, NDHWC or NCDHW. Where dilations are
    above 1, strides must be 1.
    """
    filters = read_floats(filters, "filters")
    if not 3 <= filters.ndim <= 5:
        raise ValueError(f"filters must be of rank 3, 4 or 5; got {filters.shape}")
    layout = read_data_format(data_format, filters.ndim - 2, "filters")
    steps = read_window(strides, "strides", layout)
    gaps = read_window(dilations, "dilations", layout)
    _check_not_both(steps, gaps, strides)
    return _convolve_checked(input, filters, steps, padding, layout, gaps, explicit=False)


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
    """Convolve every channel with filters of its own; see `conv2d` for the other parameters.

    Parameters
    ----------
    input : array of shape (N, H, W, C), or (N, C, H, W) for NCHW
        Float.
    filter : array of shape (kH, kW, C, M)
        Of the input's dtype.
    strides : list of four int
        Step of the window; 1 in the batch and channel dimensions.
    dilations : list of two int, optional
        Step between the taps of the window; where it is above 1, strides must be 1.

    Returns
    -------
    array of shape (N, H', W', C*M), or (N, C*M, H', W') for NCHW
        Channel c of the input makes the channels c*M to c*M + M - 1.
    """
    layout = read_data_format(data_format, 2)
    input = _read_input(input, layout, exactly=True)
    filter = read_like(filter, "filter", input, "input")
    if filter.ndim != 4:
        raise ValueError(f"filter must be of shape (kH, kW, C, M); got {filter.shape}")
    channels = layout.channels(input.shape)
    if filter.shape[2] != channels:
        raise ValueError(
            f"filter must be of shape (kH, kW, C, M) with input's C = {channels} channels; "
            f"got {filter.shape}"
        )
    if min(filter.shape) < 1:
        raise ValueError(f"filter must be not empty; got {filter.shape}")
    steps = read_full_window(strides, "strides", layout)
    gaps = read_sizes(1 if dilations is None else dilations, "dilations", 2, repeat=True)
    _check_not_both(steps, gaps, strides)
    taps = filter.shape[:2]
    pairs = read_padding(padding, layout, input.shape, taps, steps, gaps, explicit=True)
    check_window_fits("input", layout.spatial(input.shape), "filter", taps, steps, gaps, pairs)
    output, vjp = convolve(
        input, filter, None, steps, pairs, gaps, channels, layout, depthwise=True
    )
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
    *,
    depthwise: bool = False,
) -> tuple[Array, Vjp]:
    """Convolve arguments that have been checked, in TensorFlow's layouts.

    The input may have any number of leading axes. A depthwise kernel is (*K, C, M), and the groups
    are its C. The vjp gives the cotangents of input, kernel and bias.
    """
    leading = input.shape[: -1 - layout.n]
    to_op = depthwise_to_channels_first if depthwise else kernel_to_channels_first
    output, inner = conv.conv(
        layout.to_channels_first(input),
        to_op(kernel),
        bias,
        stride=strides,
        padding=padding,
        dilation=dilations,
        groups=groups,
    )

    def vjp(cotangent: Array) -> tuple[Array, Array, Array | None]:
        input_bar, kernel_bar, bias_bar = inner(layout.to_channels_first(cotangent))
        if depthwise:
            kernel_bar = depthwise_from_channels_first(kernel_bar, groups)
        else:
            kernel_bar = kernel_from_channels_first(kernel_bar)
        return layout.from_channels_first(input_bar, leading), kernel_bar, bias_bar

    return layout.from_channels_first(output, leading), vjp


def _convolve_checked(
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
    input = _read_input(input, layout, exactly=n == 3)
    filters = read_like(filters, "filters", input, "input")
    shape = filters.shape
    if filters.ndim != n + 2:
        raise ValueError(
            f"filters must be of rank {n + 2}: (*K, in_channels, out_channels); got {shape}"
        )
    if 0 in shape:
        raise ValueError(f"filters must be not empty; got {shape}")
    channels = layout.channels(input.shape)
    depth, outputs = shape[-2:]
    if channels % depth:
        raise ValueError(
            f"filters must be of a depth that divides input's {channels} channels; got {shape}"
        )
    groups = channels // depth
    if outputs % groups:
        raise ValueError(
            f"filters must be of an output depth that the {groups} groups divide into which"
            f" input's {channels} channels fall; got {shape}"
        )
    taps = shape[:n]
    pairs = read_padding(padding, layout, input.shape, taps, strides, dilations, explicit=explicit)
    spatial = layout.spatial(input.shape)
    check_window_fits("input", spatial, "filters", taps, strides, dilations, pairs)
    output, vjp = convolve(input, filters, None, strides, pairs, dilations, groups, layout)
    return output, lambda cotangent: vjp(cotangent)[:2]


def _read_input(input: Any, layout: Layout, *, exactly: bool) -> Array:
    """Check the rank before anything else: TensorFlow's kernels abort the process on a low one."""
    array = read_floats(input, "input")
    rank = layout.n + 2
    if array.ndim < rank or (exactly and array.ndim != rank):
        raise ValueError(
            f"input must be of rank {rank}{'' if exactly else ' or more'}; got {array.shape}"
        )
    if layout.channels(array.shape) < 1:
        raise ValueError(f"input must be of at least one channel; got {array.shape}")
    return array


def _check_not_both(strides: Sizes, dilations: Sizes, got: Any) -> None:
    """Refuse what TensorFlow documents as impossible (and computes wrongly in depthwise SAME)."""
    if max(strides) > 1 and max(dilations) > 1:
        raise ValueError(
            f"strides must be 1 where dilations are above 1, here {dilations}; got {show(got)}"
        )
