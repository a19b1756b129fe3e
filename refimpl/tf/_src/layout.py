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

from refimpl.errors import must, must_be_one_of
from refimpl.ops.array import Array, Pairs, Sizes
from refimpl.ops.windows import output_size, same_padding
from refimpl.tf._src.arguments import integer, integers

_SPATIAL = {1: "W", 2: "HW", 3: "DHW"}
# Channels last to first, and back, by rank: `transpose` costs a tenth of `moveaxis`.
_FIRST = {rank: (0, rank - 1, *range(1, rank - 1)) for rank in range(3, 6)}
_LAST = {rank: (0, *range(2, rank), 1) for rank in range(3, 6)}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where an array keeps its channels."""

    n: int
    channels_last: bool

    def spatial(self, shape: Sizes) -> Sizes:
        """Return the spatial sizes of a shape in this layout."""
        return shape[-1 - self.n : -1] if self.channels_last else shape[-self.n :]

    def channels(self, shape: Sizes) -> int:
        """Return the number of channels of a shape in this layout."""
        return shape[-1] if self.channels_last else shape[-1 - self.n]

    def inward(self, array: Array) -> Array:
        """Return a view of the array with its leading axes as one and its channels first."""
        if array.ndim != self.n + 2:
            leading = array.shape[: -1 - self.n]
            array = array.reshape(math.prod(leading), *array.shape[-1 - self.n :])
        return array.transpose(_FIRST[array.ndim]) if self.channels_last else array

    def outward(self, array: Array, leading: Sizes | None = None) -> Array:
        """Return a view of a channels-first array in this layout, with the leading axes given."""
        if self.channels_last:
            array = array.transpose(_LAST[array.ndim])
        if leading is not None and len(leading) != 1:
            array = array.reshape(*leading, *array.shape[1:])
        return array


def data_format_layout(data_format: Any, n: int, name: str = "data_format") -> Layout:
    """Read a data format as `tf.nn` spells it: NWC, NCHW, NDHWC, …; None is channels last."""
    last, first = f"N{_SPATIAL[n]}C", f"NC{_SPATIAL[n]}"
    if data_format is None:
        return Layout(n, True)
    must_be_one_of(data_format, name, (last, first))
    return Layout(n, data_format == last)


def channels_last_from(data_format: Any) -> bool:
    """Read a data format as Keras spells it; None is channels last."""
    if data_format is None:
        return True
    must_be_one_of(data_format, "data_format", ("channels_last", "channels_first"))
    return bool(data_format == "channels_last")


def kernel_inward(kernel: Array) -> Array:
    """View a kernel (*K, I, O) as the ops' (O, I, *K)."""
    n = kernel.ndim - 2
    return kernel.transpose(n + 1, n, *range(n))


def kernel_outward(kernel: Array) -> Array:
    """View a kernel (O, I, *K) as TensorFlow's (*K, I, O)."""
    return kernel.transpose(*range(2, kernel.ndim), 1, 0)


def depthwise_inward(kernel: Array) -> Array:
    """Turn a depthwise kernel (*K, C, M) into the ops' (C*M, 1, *K), for C groups."""
    *taps, channels, multiplier = kernel.shape
    return np.moveaxis(kernel, (-2, -1), (0, 1)).reshape(channels * multiplier, 1, *taps)


def depthwise_outward(kernel: Array, channels: int) -> Array:
    """Turn a grouped kernel (C*M, 1, *K) into a depthwise kernel (*K, C, M)."""
    taps = kernel.shape[2:]
    return np.moveaxis(kernel.reshape(channels, -1, *taps), (0, 1), (-2, -1))


def window_sizes(value: Any, name: str, layout: Layout) -> Sizes:
    """Read strides, dilations or a ksize as `tf.nn` takes them."""
    n = layout.n
    if type(value) is int and value > 0:
        return (value,) * n
    if value is None:
        return (1,) * n
    found = integers(value, name, least=1)
    if len(found) == n + 2:
        return without_batch_and_channels(found, value, name, layout)
    if len(found) == 1:
        return found * n
    must(len(found) == n, name, f"an integer or a list of 1, {n} or {n + 2} integers", value)
    return found


def full_sizes(value: Any, name: str, layout: Layout) -> Sizes:
    """Read strides where TensorFlow takes only the list of n + 2 entries."""
    n = layout.n
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, str):
        raise TypeError(f"{name} must be a list of {n + 2} integers; got {value!r}")
    found = integers(value, name, least=1)
    must(len(found) == n + 2, name, f"a list of {n + 2} integers", value)
    return without_batch_and_channels(found, value, name, layout)


def without_batch_and_channels(found: Sizes, value: Any, name: str, layout: Layout) -> Sizes:
    """Take the spatial entries of n + 2, the other two being 1."""
    channel = found[-1] if layout.channels_last else found[1]
    must(found[0] == 1 and channel == 1, name, "1 in the batch and channel dimensions", value)
    return found[1:-1] if layout.channels_last else found[2:]


def window_padding(
    padding: Any,
    layout: Layout,
    shape: Sizes,
    kernel: Sizes,
    stride: Sizes,
    dilation: Sizes,
    *,
    explicit: bool,
) -> Pairs:
    """Turn a padding as `tf.nn` takes it into pairs."""
    n = layout.n
    if isinstance(padding, str) or not explicit:
        if isinstance(padding, str) and padding == "VALID":
            return ((0, 0),) * n
        if isinstance(padding, str) and padding == "SAME":
            return same_pairs(layout.spatial(shape), kernel, stride, dilation)
        allowed = "'SAME' or 'VALID'" + (f" or a list of {n + 2} pairs" if explicit else "")
        must(False, "padding", allowed, padding)
    pairs = read_pairs(padding, n + 2)
    channel = pairs[-1] if layout.channels_last else pairs[1]
    must(
        pairs[0] == (0, 0) and channel == (0, 0),
        "padding",
        "[0, 0] in the batch and channel dimensions",
        padding,
    )
    return pairs[1:-1] if layout.channels_last else pairs[2:]


def same_pairs(spatial: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Pairs:
    """Return the padding of SAME, which depends on the input's size."""
    return tuple(map(same_padding, spatial, kernel, stride, dilation))


def read_pairs(padding: Any, count: int) -> Pairs:
    """Read a list of pairs of non-negative integers."""
    allowed = f"'SAME' or 'VALID' or a list of {count} pairs of non-negative integers"
    if isinstance(padding, np.ndarray):
        padding = padding.tolist()
    must(isinstance(padding, Sequence) and len(padding) == count, "padding", allowed, padding)
    pairs = []
    for pair in padding:
        must(isinstance(pair, Sequence) and len(pair) == 2, "padding", allowed, padding)
        try:
            before, after = (integer(entry, "padding") for entry in pair)
        except TypeError:
            must(False, "padding", allowed, padding)
        must(before >= 0 and after >= 0, "padding", allowed, padding)
        pairs.append((before, after))
    return tuple(pairs)


def check_output(
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
            must(False, input_name, "at least 1 long in every spatial dimension", spatial)
        if output_size(size, taps, step, gap, before, after) < 1:
            span = gap * (taps - 1) + 1
            room = f"{before} + {size} + {after}"
            raise ValueError(
                f"{kernel_name} must be no larger than the padded {input_name} ({room}); got "
                f"{kernel}, which spans {span} and leaves an output of size 0"
            )
