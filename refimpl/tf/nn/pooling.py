"""`tf.nn`'s pooling. SAME never counts its padding in an average, and never wins a maximum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl.differentiable import differentiable
from refimpl.errors import must, must_be_one_of
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.ops.conv import conv
from refimpl.ops.pooling import avg_pool as avg_pool_op
from refimpl.ops.pooling import max_pool as max_pool_op
from refimpl.ops.pooling import max_pool_with_indices
from refimpl.tf.arguments import as_floats, integers
from refimpl.tf.layout import (
    Layout,
    check_output,
    data_format_layout,
    window_padding,
    window_sizes,
)


@differentiable
def avg_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Average the windows of one dimension, as `tf.nn.avg_pool1d`.

    Parameters
    ----------
    input : array of shape (N, W, C), or (N, C, W) for NCW
        Float.
    ksize, strides : int or list of int
        Extent and step of the window: one number, or a list of 1 or 3.
    padding : {'SAME', 'VALID'}
        SAME makes ceil(size / stride) windows fit; its padding is not counted.
    data_format : {'NWC', 'NCW'}
        Layout of input and output.
    name : str, optional
        Ignored.

    Returns
    -------
    array of shape (N, W', C), or (N, C, W') for NCW

    Raises
    ------
    TypeError
        If the input holds no floats.
    ValueError
        If shapes or sizes do not fit, or the output would be empty.
    """
    return _pool(input, ksize, strides, padding, data_format_layout(data_format, 1), "AVG")


@differentiable
def avg_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Average the windows of two dimensions, as `tf.nn.avg_pool2d`.

    Parameters
    ----------
    input : array of shape (N, H, W, C), or (N, C, H, W) for NCHW
        Float.
    ksize, strides : int or list of int
        Extent and step of the window: one number, or a list of 1, 2 or 4.
    padding : {'SAME', 'VALID'}
        SAME makes ceil(size / stride) windows fit; its padding is not counted.
    data_format : {'NHWC', 'NCHW'}
        Layout of input and output.
    name : str, optional
        Ignored.

    Returns
    -------
    array of shape (N, H', W', C), or (N, C, H', W') for NCHW

    Raises
    ------
    TypeError
        If the input holds no floats.
    ValueError
        If shapes or sizes do not fit, or the output would be empty.
    """
    return _pool(input, ksize, strides, padding, data_format_layout(data_format, 2), "AVG")


@differentiable
def avg_pool3d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Average the windows of three dimensions, as `tf.nn.avg_pool3d`.

    Parameters
    ----------
    input : array of shape (N, D, H, W, C), or (N, C, D, H, W) for NCDHW
        Float.
    ksize, strides : int or list of int
        Extent and step of the window: one number, or a list of 1, 3 or 5.
    padding : {'SAME', 'VALID'}
        SAME makes ceil(size / stride) windows fit; its padding is not counted.
    data_format : {'NDHWC', 'NCDHW'}
        Layout of input and output.
    name : str, optional
        Ignored.

    Returns
    -------
    array of shape (N, D', H', W', C), or (N, C, D', H', W') for NCDHW

    Raises
    ------
    TypeError
        If the input holds no floats.
    ValueError
        If shapes or sizes do not fit, or the output would be empty.
    """
    return _pool(input, ksize, strides, padding, data_format_layout(data_format, 3), "AVG")


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
        Extent and step of the window: one number, or a list of 1, n or n + 2.
    padding : {'SAME', 'VALID'}
        SAME makes ceil(size / stride) windows fit; its padding is not counted.
    data_format : str, optional
        NWC, NCW, NHWC, NCHW, NDHWC or NCDHW; None is channels last.
    name : str, optional
        Ignored.

    Returns
    -------
    array of shape (N, *S', C), or (N, C, *S') for NC…

    Raises
    ------
    TypeError
        If the input holds no floats.
    ValueError
        If shapes or sizes do not fit, or the output would be empty.
    """
    input, layout = _any_rank(input, data_format)
    return _pool(input, ksize, strides, padding, layout, "AVG")


@differentiable
def max_pool1d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Take the maximum of the windows of one dimension, as `tf.nn.max_pool1d`.

    Parameters
    ----------
    input : array of shape (N, W, C), or (N, C, W) for NCW
        Float.
    ksize, strides : int or list of int
        Extent and step of the window: one number, or a list of 1 or 3.
    padding : {'SAME', 'VALID'} or list of three pairs
        SAME makes ceil(size / stride) windows fit; padding is -inf.
    data_format : {'NWC', 'NCW'}
        Layout of input and output.
    name : str, optional
        Ignored.

    Returns
    -------
    array of shape (N, W', C), or (N, C, W') for NCW

    Raises
    ------
    TypeError
        If the input holds no floats.
    ValueError
        If shapes or sizes do not fit, or the output would be empty.
    """
    layout = data_format_layout(data_format, 1)
    return _pool(input, ksize, strides, padding, layout, "MAX", explicit=True)


@differentiable
def max_pool2d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Take the maximum of the windows of two dimensions, as `tf.nn.max_pool2d`.

    Parameters
    ----------
    input : array of shape (N, H, W, C), or (N, C, H, W) for NCHW
        Float.
    ksize, strides : int or list of int
        Extent and step of the window: one number, or a list of 1, 2 or 4.
    padding : {'SAME', 'VALID'} or list of four pairs
        SAME makes ceil(size / stride) windows fit; padding is -inf.
    data_format : {'NHWC', 'NCHW'}
        Layout of input and output.
    name : str, optional
        Ignored.

    Returns
    -------
    array of shape (N, H', W', C), or (N, C, H', W') for NCHW

    Raises
    ------
    TypeError
        If the input holds no floats.
    ValueError
        If shapes or sizes do not fit, or the output would be empty.
    """
    layout = data_format_layout(data_format, 2)
    return _pool(input, ksize, strides, padding, layout, "MAX", explicit=True)


@differentiable
def max_pool3d(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Take the maximum of the windows of three dimensions, as `tf.nn.max_pool3d`.

    Parameters
    ----------
    input : array of shape (N, D, H, W, C), or (N, C, D, H, W) for NCDHW
        Float.
    ksize, strides : int or list of int
        Extent and step of the window: one number, or a list of 1, 3 or 5.
    padding : {'SAME', 'VALID'}
        SAME makes ceil(size / stride) windows fit; padding is -inf.
    data_format : {'NDHWC', 'NCDHW'}
        Layout of input and output.
    name : str, optional
        Ignored.

    Returns
    -------
    array of shape (N, D', H', W', C), or (N, C, D', H', W') for NCDHW

    Raises
    ------
    TypeError
        If the input holds no floats.
    ValueError
        If shapes or sizes do not fit, or the output would be empty.
    """
    return _pool(input, ksize, strides, padding, data_format_layout(data_format, 3), "MAX")


@differentiable
def max_pool(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Take the maximum of the windows of one to three dimensions, as `tf.nn.max_pool`.

    Parameters
    ----------
    input : array of shape (N, *S, C), or (N, C, *S) for NC…
        Float.
    ksize, strides : int or list of int
        Extent and step of the window: one number, or a list of 1, n or n + 2.
    padding : {'SAME', 'VALID'} or list of n + 2 pairs
        SAME makes ceil(size / stride) windows fit; padding is -inf. Pairs for n below 3.
    data_format : str, optional
        NWC, NCW, NHWC, NCHW, NDHWC or NCDHW; None is channels last.
    name : str, optional
        Ignored.

    Returns
    -------
    array of shape (N, *S', C), or (N, C, *S') for NC…

    Raises
    ------
    TypeError
        If the input holds no floats.
    ValueError
        If shapes or sizes do not fit, or the output would be empty.
    """
    input, layout = _any_rank(input, data_format)
    return _pool(input, ksize, strides, padding, layout, "MAX", explicit=layout.n < 3)


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
    """Take maxima and say where they were, as `tf.nn.max_pool_with_argmax`.

    Parameters
    ----------
    input : array of shape (N, H, W, C)
        Float.
    ksize, strides : int or list of int
        Extent and step of the window: one number, or a list of 1, 2 or 4.
    padding : {'SAME', 'VALID'}
        SAME makes ceil(size / stride) windows fit; padding is -inf.
    data_format : {'NHWC'}
        The only layout.
    output_dtype : {int64, int32}
        Of the indices.
    include_batch_in_index : bool
        Whether an index counts from the start of the batch or of its own example.
    name : str, optional
        Ignored.

    Returns
    -------
    output : array of shape (N, H', W', C)
    argmax : array of shape (N, H', W', C)
        `(h * W + w) * C + c`, plus `n * H * W * C` if the batch is included. The first maximum
        of a tie is meant.

    Raises
    ------
    TypeError
        If the input holds no floats.
    ValueError
        If shapes or sizes do not fit, or the output would be empty.
    """
    must_be_one_of(data_format, "data_format", ("NHWC",))
    layout = Layout(2, True)
    index_dtype = np.dtype(output_dtype)
    must_be_one_of(index_dtype.name, "output_dtype", ("int64", "int32"))
    input, taps, steps, pairs = _read(input, ksize, strides, padding, layout, explicit=False)
    (output, flat), vjp = max_pool_with_indices(
        layout.inward(input), kernel=taps, stride=steps, padding=pairs, dilation=(1, 1)
    )
    size, channels = input.shape[0], input.shape[-1]
    argmax = layout.outward(flat) * channels + np.arange(channels)
    if include_batch_in_index:
        argmax = argmax + (np.arange(size) * (input.size // max(size, 1))).reshape(-1, 1, 1, 1)
    return (layout.outward(output), argmax.astype(index_dtype)), _outward(vjp, layout)


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
    """Pool in as many dimensions as the window has, as `tf.nn.pool`.

    Parameters
    ----------
    input : array of shape (N, *S, C), or (N, C, *S) for NC…
        Float.
    window_shape : list of n int
        Extent of the window.
    pooling_type : {'AVG', 'MAX'}
        What is done with a window.
    strides : list of n int, optional
        Step of the window.
    padding : {'VALID', 'SAME'}
        SAME makes ceil(size / stride) windows fit; not with dilations.
    data_format : str, optional
        NWC, NCW, NHWC, NCHW, NDHWC or NCDHW; None is channels last.
    dilations : list of n int, optional
        Step between the taps of the window; where it is above 1, strides must be 1.
    name : str, optional
        Ignored.

    Returns
    -------
    array of shape (N, *S', C), or (N, C, *S') for NC…

    Raises
    ------
    TypeError
        If the input holds no floats or a size is no list.
    ValueError
        If shapes or sizes do not fit, or the output would be empty.
    """
    must_be_one_of(pooling_type, "pooling_type", ("AVG", "MAX"))
    n = len(_list(window_shape, "window_shape"))
    must(1 <= n <= 3, "window_shape", "a list of 1, 2 or 3 integers", window_shape)
    layout = data_format_layout(data_format, n)
    for value, name_ in ((strides, "strides"), (dilations, "dilations")):
        must(value is None or len(_list(value, name_)) == n, name_, f"a list of {n}", value)
    spread = window_sizes(dilations, "dilations", layout)
    if max(spread) > 1:
        steps = window_sizes(strides, "strides", layout)
        must(max(steps) == 1, "strides", f"1 where dilations are above 1, here {spread}", strides)
        must(padding == "VALID", "padding", "'VALID' where dilations are above 1", padding)
    return _pool(
        input, window_shape, strides, padding, layout, pooling_type, spread, "window_shape"
    )


def pool_windows(
    input: Array, layout: Layout, kind: str, taps: Sizes, steps: Sizes, pairs: Pairs, spread: Sizes
) -> tuple[Array, Vjp]:
    """Pool with arguments that have been checked, in TensorFlow's layout.

    Parameters
    ----------
    input : array
        In the given layout.
    layout : Layout
        Of input and output.
    kind : {'AVG', 'MAX'}
        What is done with a window.
    taps, steps, spread : tuple of int
        Extent, step and dilation of the window, for each spatial dimension.
    pairs : tuple of (int, int)
        Padding, for each spatial dimension.

    Returns
    -------
    output : array
    vjp : callable
        Cotangent of output to (cotangent of input,).
    """
    inner = layout.inward(input)
    if kind == "MAX":
        output, vjp = max_pool_op(inner, kernel=taps, stride=steps, padding=pairs, dilation=spread)
    elif max(spread) > 1:
        output, vjp = _spread_average(inner, taps, spread)
    else:
        output, vjp = avg_pool_op(
            inner, kernel=taps, stride=steps, padding=pairs, count_include_pad=False
        )
    return layout.outward(output), _outward(vjp, layout)


def _spread_average(input: Array, taps: Sizes, spread: Sizes) -> tuple[Array, Vjp]:
    """Average dilated windows without padding: a convolution of every channel with ones."""
    channels, n, count = input.shape[1], len(taps), float(np.prod(taps))
    ones = np.ones((channels, 1, *taps), input.dtype)
    output, vjp = conv(
        input, ones, stride=(1,) * n, padding=((0, 0),) * n, dilation=spread, groups=channels
    )
    divide = input.dtype.type(count)
    return output / divide, lambda cotangent: (vjp(cotangent / divide)[0],)


def _outward(vjp: Vjp, layout: Layout) -> Vjp:
    return lambda cotangent: (layout.outward(vjp(layout.inward(cotangent))[0]),)


def _pool(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    layout: Layout,
    kind: str,
    spread: Sizes | None = None,
    ksize_name: str = "ksize",
    *,
    explicit: bool = False,
) -> tuple[Array, Vjp]:
    spread = spread or (1,) * layout.n
    input, taps, steps, pairs = _read(
        input, ksize, strides, padding, layout, spread, ksize_name, explicit=explicit
    )
    return pool_windows(input, layout, kind, taps, steps, pairs, spread)


def _read(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    layout: Layout,
    spread: Sizes | None = None,
    ksize_name: str = "ksize",
    *,
    explicit: bool,
) -> tuple[Array, Sizes, Sizes, Pairs]:
    """Check the arguments; a window without place makes TensorFlow's max pooling abort."""
    input = as_floats(input, "input")
    rank = layout.n + 2
    must(input.ndim == rank, "input", f"of rank {rank}", input.shape)
    must(layout.channels(input.shape) > 0, "input", "of at least one channel", input.shape)
    must(ksize is not None, ksize_name, "an integer or a list of integers", ksize)
    taps = window_sizes(ksize, ksize_name, layout)
    steps = window_sizes(strides, "strides", layout)
    spread = spread or (1,) * layout.n
    pairs = window_padding(padding, layout, input.shape, taps, steps, spread, explicit=explicit)
    for size, pair in zip(taps, pairs, strict=True):
        must(max(pair) < size, "padding", f"smaller than the window {taps}", padding)
    check_output("input", layout.spatial(input.shape), ksize_name, taps, steps, spread, pairs)
    return input, taps, steps, pairs


def _any_rank(input: Any, data_format: str | None) -> tuple[Array, Layout]:
    input = as_floats(input, "input")
    must(3 <= input.ndim <= 5, "input", "of rank 3, 4 or 5", input.shape)
    return input, data_format_layout(data_format, input.ndim - 2)


def _list(value: Any, name: str) -> Sizes:
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, str):
        raise TypeError(f"{name} must be a list of integers; got {value!r}")
    return integers(value, name, least=1)
