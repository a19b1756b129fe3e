"""The one home of TensorFlow's layouts: data formats, kernels, strides and paddings.

The ops know channels first and a pair of paddings for each spatial dimension; everything that
TensorFlow writes differently is translated here, and back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl._arguments import LARGEST_SIZE, read_choice, read_integers, read_pairs
from refimpl._show import show
from refimpl.ops import windows
from refimpl.ops.array import Array, Pairs, Sizes

_SPATIAL = {1: "W", 2: "HW", 3: "DHW"}
# Channels last to first, and back, by rank: `transpose` costs a tenth of `moveaxis`.
_FIRST = {rank: (0, rank - 1, *range(1, rank - 1)) for rank in range(3, 6)}
_LAST = {rank: (0, *range(2, rank), 1) for rank in range(3, 6)}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where an array of n spatial dimensions keeps its channels: (N, *S, C) or (N, C, *S)."""

    n: int
    channels_last: bool

    @property
    def data_format(self) -> str:
        """The layout as Keras spells it."""
        return "channels_last" if self.channels_last else "channels_first"

    def spatial(self, shape: Sizes) -> Sizes:
        """Return the spatial sizes of a whole shape."""
        return shape[-1 - self.n : -1] if self.channels_last else shape[-self.n :]

    def channels(self, shape: Sizes) -> int:
        """Return the number of channels of a whole shape."""
        return shape[-1] if self.channels_last else shape[-1 - self.n]

    def to_channels_first(self, array: Array) -> Array:
        """View an array with any number of leading axes as (N, C, *S)."""
        if array.ndim != self.n + 2:
            leading = array.shape[: -1 - self.n]
            array = array.reshape(math.prod(leading), *array.shape[-1 - self.n :])
        return array.transpose(_FIRST[array.ndim]) if self.channels_last else array

    def from_channels_first(self, array: Array, leading: Sizes | None = None) -> Array:
        """View (N, C, *S) in this layout, with N parted into the leading axes if they are given."""
        if self.channels_last:
            array = array.transpose(_LAST[array.ndim])
        if leading is not None and len(leading) != 1:
            array = array.reshape(*leading, *array.shape[1:])
        return array


def read_data_format(data_format: Any, n: int, of: str = "input") -> Layout:
    """Read a data format as `tf.nn` spells it: NWC, NCHW, NDHWC, …; None is channels last."""
    last, first = f"N{_SPATIAL[n]}C", f"NC{_SPATIAL[n]}"
    if data_format is None:
        return Layout(n, True)
    if data_format not in (last, first) if isinstance(data_format, str) else True:
        raise ValueError(
            f"data_format must be {last!r} or {first!r} for {of} of {n} spatial dimensions; "
            f"got {show(data_format)}"
        )
    return Layout(n, data_format == last)


def read_channels_last(data_format: Any) -> bool:
    """Read a data format as Keras spells it; None is channels last."""
    if data_format is None:
        return True
    read_choice(data_format, "data_format", ("channels_last", "channels_first"))
    return bool(data_format == "channels_last")


def kernel_to_channels_first(kernel: Array) -> Array:
    """View a kernel (*K, I, O) as the ops' (O, I, *K)."""
    n = kernel.ndim - 2
    return kernel.transpose(n + 1, n, *range(n))


def kernel_from_channels_first(kernel: Array) -> Array:
    """View a kernel (O, I, *K) as TensorFlow's (*K, I, O)."""
    return kernel.transpose(*range(2, kernel.ndim), 1, 0)


def depthwise_to_channels_first(kernel: Array) -> Array:
    """Turn a depthwise kernel (*K, C, M) into the ops' (C*M, 1, *K), for C groups.

    Channel c of the input makes the channels c*M to c*M + M - 1 of the output.
    """
    *taps, channels, multiplier = kernel.shape
    return np.moveaxis(kernel, (-2, -1), (0, 1)).reshape(channels * multiplier, 1, *taps)


def depthwise_from_channels_first(kernel: Array, channels: int) -> Array:
    """Turn a grouped kernel (C*M, 1, *K) into a depthwise kernel (*K, C, M)."""
    taps = kernel.shape[2:]
    return np.moveaxis(kernel.reshape(channels, -1, *taps), (0, 1), (-2, -1))


def read_window(value: Any, name: str, layout: Layout) -> Sizes:
    """Read strides, dilations or a ksize as `tf.nn` takes them.

    That is one number, or a list of one, of n, or of n + 2 whose batch and channel entries are 1.
    None is 1 everywhere.
    """
    n = layout.n
    if type(value) is int and 0 < value <= LARGEST_SIZE:
        return (value,) * n
    if value is None:
        return (1,) * n
    sizes = read_integers(value, name, least=1, most=LARGEST_SIZE)
    if len(sizes) == n + 2:
        return _spatial_entries(sizes, value, name, layout)
    if len(sizes) == 1:
        return sizes * n
    if len(sizes) != n:
        raise ValueError(
            f"{name} must be an integer or a list of 1, {n} or {n + 2} integers; got {show(value)}"
        )
    return sizes


def read_full_window(value: Any, name: str, layout: Layout) -> Sizes:
    """Read strides where TensorFlow takes only the list of n + 2 entries."""
    n = layout.n
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, str):
        raise TypeError(f"{name} must be a list of {n + 2} integers; got {show(value)}")
    sizes = read_integers(value, name, least=1, most=LARGEST_SIZE)
    if len(sizes) != n + 2:
        raise ValueError(f"{name} must be a list of {n + 2} integers; got {show(value)}")
    return _spatial_entries(sizes, value, name, layout)


def _spatial_entries(sizes: Sizes, value: Any, name: str, layout: Layout) -> Sizes:
    channel = sizes[-1] if layout.channels_last else sizes[1]
    if sizes[0] != 1 or channel != 1:
        raise ValueError(f"{name} must be 1 in the batch and channel dimensions; got {show(value)}")
    return sizes[1:-1] if layout.channels_last else sizes[2:]


def read_padding(
    padding: Any,
    layout: Layout,
    shape: Sizes,
    kernel: Sizes,
    stride: Sizes,
    dilation: Sizes,
    *,
    explicit: bool,
) -> Pairs:
    """Turn a padding as `tf.nn` takes it into pairs.

    It is 'SAME', which depends on the input's shape, or 'VALID'; where it may be explicit, also a
    list of n + 2 pairs, of which those of batch and channels are [0, 0].
    """
    n = layout.n
    if isinstance(padding, str) or not explicit:
        if isinstance(padding, str) and padding == "VALID":
            return ((0, 0),) * n
        if isinstance(padding, str) and padding == "SAME":
            return same_padding(layout.spatial(shape), kernel, stride, dilation)
        allowed = "'SAME' or 'VALID'" + (f" or a list of {n + 2} pairs" if explicit else "")
        raise ValueError(f"padding must be {allowed}; got {show(padding)}")
    pairs = _read_explicit(padding, n + 2)
    channel = pairs[-1] if layout.channels_last else pairs[1]
    if pairs[0] != (0, 0) or channel != (0, 0):
        raise ValueError(
            f"padding must be [0, 0] in the batch and channel dimensions; got {show(padding)}"
        )
    return pairs[1:-1] if layout.channels_last else pairs[2:]


def same_padding(spatial: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Pairs:
    """Return the padding of SAME in every spatial dimension."""
    return tuple(map(windows.same_padding, spatial, kernel, stride, dilation))


def _read_explicit(padding: Any, count: int) -> Pairs:
    try:
        is_array = isinstance(padding, np.ndarray) and padding.shape == (count, 2)
        pairs = padding.tolist() if is_array else padding
        return read_pairs(pairs, "padding", count)
    except (TypeError, ValueError):
        raise ValueError(
            f"padding must be 'SAME' or 'VALID' or a list of {count} pairs of non-negative "
            f"integers; got {show(padding)}"
        ) from None


def check_window_fits(
    input_name: str,
    spatial: Sizes,
    kernel_name: str,
    kernel: Sizes,
    stride: Sizes,
    dilation: Sizes,
    padding: Pairs,
) -> None:
    """Refuse a window that fits nowhere: TensorFlow aborts, or returns uninitialised memory."""
    for size, taps, step, gap, (before, after) in zip(
        spatial, kernel, stride, dilation, padding, strict=True
    ):
        if size < 1:
            raise ValueError(
                f"{input_name} must be at least 1 long in every spatial dimension; got {spatial}"
            )
        if windows.output_size(size, taps, step, gap, before, after) < 1:
            span = gap * (taps - 1) + 1
            room = f"{before} + {size} + {after}"
            raise ValueError(
                f"{kernel_name} must be no larger than the padded {input_name} ({room}); got "
                f"{kernel}, which spans {span} with dilations {dilation} and leaves an output of "
                "size 0"
            )
