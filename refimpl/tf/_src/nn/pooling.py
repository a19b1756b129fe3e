"""`tf.nn`'s pooling. SAME never counts its padding in an average, and never wins a maximum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl._arguments import read_choice, read_flag, read_integers
from refimpl._show import show
from refimpl.differentiable import differentiable
from refimpl.dtypes import parse_dtype
from refimpl.ops import conv, pooling
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.tf._src.arguments import read_floats
from refimpl.tf._src.layout import (
    Layout,
    check_window_fits,
    read_data_format,
    read_padding,
    read_window,
)

__all__ = [
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_pool_with_argmax",
    "pool",
]


@differentiable
def avg_pool(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Average the windows of one to three dimensions, as `tf.nn.avg_pool`.

    Parameters
    ----------
    input : array of shape (N, *S, C), or (N, C, *S) for NC…
        Float.
    ksize, strides : int or list of int
        Extent and step of the window: one number, or a list of 1, n or n + 2, whose batch and
        channel entries are 1.
    padding : {'SAME', 'VALID'}
        SAME makes ceil(size / stride) windows fit; its padding is not counted.
    data_format : str, optional
        NWC, NCW, NHWC, NCHW, NDHWC or NCDHW; None is channels last.

    Returns
    -------
    array of shape (N, *S', C), or (N, C, *S') for NC…
    """
    input, layout = _read_any_rank(input, data_format)
    return _pool_checked(input, ksize, strides, padding, layout, "AVG")


@differentiable
def avg_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Average the windows of one dimension; see `avg_pool` for the parameters."""
    return _pool_checked(input, ksize, strides, padding, read_data_format(data_format, 1), "AVG")


@differentiable
def avg_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Average the windows of two dimensions; see `avg_pool` for the parameters."""
    return _pool_checked(input, ksize, strides, padding, read_data_format(data_format, 2), "AVG")


@differentiable
def avg_pool3d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Average the windows of three dimensions; see `avg_pool` for the parameters."""
    return _pool_checked(input, ksize, strides, padding, read_data_format(data_format, 3), "AVG")


@differentiable
def max_pool(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Take the maximum of windows of one to three dimensions; see `avg_pool` for the parameters.

    Padding is -inf. In one and two dimensions it may also be a list of n + 2 pairs (before, after),
    of which those of batch and channels are [0, 0].
    """
    input, layout = _read_any_rank(input, data_format)
    return _pool_checked(input, ksize, strides, padding, layout, "MAX", explicit=layout.n < 3)


@differentiable
def max_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Take the maximum of the windows of one dimension; see `max_pool` for the parameters."""
    layout = read_data_format(data_format, 1)
    return _pool_checked(input, ksize, strides, padding, layout, "MAX", explicit=True)


@differentiable
def max_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Take the maximum of the windows of two dimensions; see `max_pool` for the parameters."""
    layout = read_data_format(data_format, 2)
    return _pool_checked(input, ksize, strides, padding, layout, "MAX", explicit=True)


@differentiable
def max_pool3d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Take the maximum of the windows of three dimensions; see `max_pool` for the parameters."""
    return _pool_checked(input, ksize, strides, padding, read_data_format(data_format, 3), "MAX")


@differentiable
def max_pool_with_argmax(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    output_dtype: npt.DTypeLike = np.int64,
    include_batch_in_index: bool = False,
    name: str | None = None,
) -> tuple[tuple[Array, Array], Vjp]:
    """Take maxima and say where they were; see `avg_pool` for the first four parameters.

    Parameters
    ----------
    data_format : {'NHWC'}
        The only layout.
    output_dtype : {int64, int32}
        Of the indices.
    include_batch_in_index : bool
        Whether an index counts from the start of the batch or of its own example.

    Returns
    -------
    output : array of shape (N, H', W', C)
    argmax : array of shape (N, H', W', C)
        `(h * W + w) * C + c`, plus `n * H * W * C` if the batch is included. The first maximum
        of a tie is meant.
    """
    read_choice(data_format, "data_format", ("NHWC",))
    layout = Layout(2, True)
    index_dtype = parse_dtype(output_dtype, "int32, int64", "output_dtype")
    read_choice(index_dtype.name, "output_dtype", ("int64", "int32"))
    input, taps, steps, pairs = _read(input, ksize, strides, padding, layout, (1, 1))
    (output, flat), vjp = pooling.max_pool_with_indices(
        layout.to_channels_first(input), kernel=taps, stride=steps, padding=pairs, dilation=(1, 1)
    )
    size, channels = input.shape[0], input.shape[-1]
    argmax = layout.from_channels_first(flat) * channels + np.arange(channels)
    if read_flag(include_batch_in_index, "include_batch_in_index"):
        argmax = argmax + (np.arange(size) * (input.size // max(size, 1))).reshape(-1, 1, 1, 1)
    indices = argmax.astype(index_dtype)
    return (layout.from_channels_first(output), indices), _in_layout(vjp, layout)


@differentiable
def pool(
    input: Any,
    window_shape: Sequence[int],
    pooling_type: str,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Pool in as many dimensions as the window has; see `avg_pool` for the other parameters.

    Parameters
    ----------
    window_shape : list of n int
        Extent of the window.
    pooling_type : {'AVG', 'MAX'}
        What is done with a window.
    strides : list of n int, optional
        Step of the window.
    padding : {'VALID', 'SAME'}
        SAME makes ceil(size / stride) windows fit; not with dilations.
    dilations : list of n int, optional
        Step between the taps of the window; where it is above 1, strides must be 1.

    Returns
    -------
    array of shape (N, *S', C), or (N, C, *S') for NC…
    """
    read_choice(pooling_type, "pooling_type", ("AVG", "MAX"))
    n = len(_read_list(window_shape, "window_shape"))
    if not 1 <= n <= 3:
        raise ValueError(
            f"window_shape must be a list of 1, 2 or 3 integers; got {show(window_shape)}"
        )
    layout = read_data_format(data_format, n)
    for value, label in ((strides, "strides"), (dilations, "dilations")):
        if value is not None and len(_read_list(value, label)) != n:
            raise ValueError(f"{label} must be a list of {n}; got {show(value)}")
    gaps = read_window(dilations, "dilations", layout)
    if max(gaps) > 1:
        if max(read_window(strides, "strides", layout)) > 1:
            raise ValueError(
                f"strides must be 1 where dilations are above 1, here {gaps}; got {show(strides)}"
            )
        if not (isinstance(padding, str) and padding == "VALID"):
            raise ValueError(
                f"padding must be 'VALID' where dilations are above 1; got {show(padding)}"
            )
    return _pool_checked(
        input, window_shape, strides, padding, layout, pooling_type, gaps, "window_shape"
    )


def pool_windows(
    input: Array, layout: Layout, kind: str, taps: Sizes, steps: Sizes, pairs: Pairs, gaps: Sizes
) -> tuple[Array, Vjp]:
    """Pool by 'AVG' or 'MAX' with arguments that have been checked, in TensorFlow's layout."""
    inner = layout.to_channels_first(input)
    if kind == "MAX":
        output, vjp = pooling.max_pool(
            inner, kernel=taps, stride=steps, padding=pairs, dilation=gaps
        )
    elif max(gaps) > 1:
        output, vjp = _average_dilated(inner, taps, gaps)
    else:
        output, vjp = pooling.avg_pool(
            inner, kernel=taps, stride=steps, padding=pairs, count_include_pad=False
        )
    return layout.from_channels_first(output), _in_layout(vjp, layout)


def _average_dilated(input: Array, taps: Sizes, gaps: Sizes) -> tuple[Array, Vjp]:
    """Average dilated windows without padding: a convolution of every channel with ones."""
    channels, n, count = input.shape[1], len(taps), float(np.prod(taps))
    ones = np.ones((channels, 1, *taps), input.dtype)
    output, vjp = conv.conv(
        input, ones, stride=(1,) * n, padding=((0, 0),) * n, dilation=gaps, groups=channels
    )
    divisor = input.dtype.type(count)
    return output / divisor, lambda cotangent: (vjp(cotangent / divisor)[0],)


def _in_layout(vjp: Vjp, layout: Layout) -> Vjp:
    return lambda cotangent: (
        layout.from_channels_first(vjp(layout.to_channels_first(cotangent))[0]),
    )


def _pool_checked(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    layout: Layout,
    kind: str,
    gaps: Sizes = (),
    ksize_name: str = "ksize",
    *,
    explicit: bool = False,
) -> tuple[Array, Vjp]:
    gaps = gaps or (1,) * layout.n
    array, taps, steps, pairs = _read(
        input, ksize, strides, padding, layout, gaps, ksize_name, explicit
    )
    return pool_windows(array, layout, kind, taps, steps, pairs, gaps)


def _read(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    layout: Layout,
    gaps: Sizes,
    ksize_name: str = "ksize",
    explicit: bool = False,
) -> tuple[Array, Sizes, Sizes, Pairs]:
    """Check the arguments; a window without place makes TensorFlow's max pooling abort."""
    input = read_floats(input, "input")
    rank = layout.n + 2
    if input.ndim != rank:
        raise ValueError(
            f"input must be of rank {rank} for {ksize_name} {show(ksize)}; got {input.shape}"
        )
    if layout.channels(input.shape) < 1:
        raise ValueError(f"input must be of at least one channel; got {input.shape}")
    if ksize is None:
        raise ValueError(f"{ksize_name} must be an integer or a list of integers; got None")
    taps = read_window(ksize, ksize_name, layout)
    steps = read_window(strides, "strides", layout)
    pairs = read_padding(padding, layout, input.shape, taps, steps, gaps, explicit=explicit)
    for size, pair in zip(taps, pairs, strict=True):
        if max(pair) >= size:
            raise ValueError(f"padding must be smaller than the window {taps}; got {show(padding)}")
    check_window_fits("input", layout.spatial(input.shape), ksize_name, taps, steps, gaps, pairs)
    return input, taps, steps, pairs


def _read_any_rank(input: Any, data_format: str | None) -> tuple[Array, Layout]:
    input = read_floats(input, "input")
    if not 3 <= input.ndim <= 5:
        raise ValueError(f"input must be of rank 3, 4 or 5; got {input.shape}")
    return input, read_data_format(data_format, input.ndim - 2)


def _read_list(value: Any, name: str) -> Sizes:
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, str):
        raise TypeError(f"{name} must be a list of integers; got {show(value)}")
    return read_integers(value, name, least=1)
