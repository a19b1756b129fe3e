"""`tf.nn.moments`, `tf.nn.batch_normalization` and `tf.compat.v1.nn.fused_batch_norm`."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from refimpl._arguments import (
    broadcasts_to,
    read_axis,
    read_choice,
    read_flag,
    read_integers,
    read_number,
)
from refimpl._show import show
from refimpl.differentiable import Differentiable, differentiable
from refimpl.dtypes import is_half
from refimpl.ops import norm
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src.arguments import read_floats, read_like
from refimpl.tf._src.layout import Layout

__all__ = ["batch_normalization", "moments"]


@functools.partial(Differentiable, paired=True)
def moments(
    x: Any,
    axes: Any,
    shift: Any = None,
    keepdims: bool = False,
    name: str | None = None,
) -> tuple[tuple[Array, Array], Vjp]:
    """Compute the mean and the biased variance over some axes, as `tf.nn.moments`.

    Parameters
    ----------
    x : array
        Float.
    axes : int, list of int or None
        The axes to average over; None is all of them.
    shift : object, optional
        Ignored, as TensorFlow ignores it.
    keepdims : bool
        Keep the averaged axes with length one.

    Returns
    -------
    mean, variance : array
        Of x's dtype; a vjp takes the pair of their cotangents.
    """
    x = read_floats(x, "x")
    keepdims = read_flag(keepdims, "keepdims")
    if axes is None:
        return norm.moments(x, tuple(range(x.ndim)), keepdims=keepdims)
    averaged = tuple(read_axis(axis, "axes", x.ndim, "x") for axis in read_integers(axes, "axes"))
    if len(set(averaged)) != len(averaged):
        raise ValueError(f"axes must be different from each other; got {show(axes)}")
    return norm.moments(x, averaged, keepdims=keepdims)


@differentiable
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    offset: Any,
    scale: Any,
    variance_epsilon: Any,
    name: str | None = None,
) -> tuple[Array, Vjp]:
    """Normalise by given statistics, as `tf.nn.batch_normalization`.

    Parameters
    ----------
    x : array
        Float.
    mean, variance : array
        Their shapes broadcast to x's; float32 is allowed beside a half type.
    offset, scale : array or None
        Added after, and multiplied into, the normalised x; shapes as above.
    variance_epsilon : float
        Added to the variance under the root.

    Returns
    -------
    array of x's shape and dtype
    """
    x = read_floats(x, "x")
    epsilon = read_number(variance_epsilon, "variance_epsilon", least=0)
    mean, variance = _read_beside(mean, "mean", x), _read_beside(variance, "variance", x)
    offset = None if offset is None else _read_beside(offset, "offset", x)
    scale = None if scale is None else _read_beside(scale, "scale", x)
    arrays = (x, mean, variance, scale, offset)
    output, inner = norm.normalize(*map(_widen, arrays), epsilon=epsilon)

    def vjp(cotangent: Array) -> tuple[Array | None, ...]:
        x_bar, mean_bar, variance_bar, scale_bar, offset_bar = map(
            _narrow, inner(_widen(cotangent)), arrays
        )
        return x_bar, mean_bar, variance_bar, offset_bar, scale_bar

    return output.astype(x.dtype, copy=False), vjp


@differentiable
def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: Any = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
    exponential_avg_factor: Any = 1.0,
) -> tuple[tuple[Array, Array, Array], Vjp]:
    """Normalise by the batch or by given statistics, as `tf.compat.v1.nn.fused_batch_norm`.

    Parameters
    ----------
    x : array of shape (N, H, W, C), (N, C, H, W), (N, D, H, W, C) or (N, C, D, H, W)
        Float, as `data_format` says. TensorFlow has no float64 here, this has.
    scale, offset : array of shape (C,)
        Multiplied into, and added to, the normalised x. Beside a half-typed x they and all
        statistics are float32.
    mean, variance : array of shape (C,), optional
        The statistics to normalise by if not training; the running ones to update if training
        with a factor other than 1.
    epsilon : float
        Added to the variance under the root.
    data_format : {'NHWC', 'NCHW', 'NDHWC', 'NCDHW'}
        Layout of x.
    is_training : bool
        Normalise by the batch's own mean and biased variance.
    exponential_avg_factor : float
        The weight of the batch in the statistics returned.

    Returns
    -------
    y : array of x's shape and dtype
    running_mean : array of shape (C,)
    running_var : array of shape (C,)
        Made from the batch's *unbiased* variance. The vjp takes the cotangent of y alone, and
        gives none for mean and variance.
    """
    read_choice(data_format, "data_format", ("NHWC", "NCHW", "NDHWC", "NCDHW"))
    layout = Layout(len(data_format) - 2, data_format.endswith("C"))
    x = read_floats(x, "x")
    if x.ndim != layout.n + 2:
        raise ValueError(f"x must be of rank {layout.n + 2} for {data_format}; got {x.shape}")
    eps = read_number(epsilon, "epsilon", least=0)
    is_training = read_flag(is_training, "is_training")
    factor = read_number(exponential_avg_factor, "exponential_avg_factor", least=0, most=1)
    channels = (layout.channels(x.shape),)
    scale = _read_parameter(scale, "scale", x, channels)
    offset = _read_parameter(offset, "offset", x, channels)
    if not is_training or factor != 1.0:
        for value, key in ((mean, "mean"), (variance, "variance")):
            if value is None:
                raise ValueError(
                    f"{key} must be given where is_training is False or exponential_avg_factor "
                    "is not 1; got None"
                )
        mean = _read_parameter(mean, "mean", x, channels)
        variance = _read_parameter(variance, "variance", x, channels)
    wide = layout.to_channels_first(_widen(x))
    if is_training:
        (y, batch_mean, biased), inner = norm.batch_norm(wide, scale, offset, epsilon=eps)
        batch_variance = norm.unbias_variance(biased, max(x.size // max(channels[0], 1), 2))
        if factor != 1.0:
            batch_mean = norm.blend(mean, batch_mean, factor)
            batch_variance = norm.blend(variance, batch_variance, factor)
    else:
        y, inner = normalize_channels(wide, mean, variance, scale, offset, epsilon=eps)
        batch_mean, batch_variance = mean, variance

    def vjp(cotangent: Array) -> tuple[Array | None, ...]:
        x_bar, scale_bar, offset_bar = inner(layout.to_channels_first(_widen(cotangent)))
        bar = layout.from_channels_first(x_bar).astype(x.dtype, copy=False)
        return bar, scale_bar, offset_bar, None, None

    y = layout.from_channels_first(y).astype(x.dtype, copy=False)
    return (y, batch_mean, batch_variance), vjp


def normalize_channels(
    x: Array,
    mean: Array,
    variance: Array,
    scale: Array | None,
    offset: Array | None,
    *,
    epsilon: float,
) -> tuple[Array, Vjp]:
    """Normalise (N, C, *S) by statistics (C,); the vjp gives those of x, scale and offset."""
    shape = (-1, *(1,) * (x.ndim - 2))
    factor, shift = (None if a is None else a.reshape(shape) for a in (scale, offset))
    output, inner = norm.normalize(
        x, mean.reshape(shape), variance.reshape(shape), factor, shift, epsilon=epsilon
    )

    def vjp(cotangent: Array) -> tuple[Array | None, ...]:
        x_bar, _, _, scale_bar, offset_bar = inner(cotangent)
        flat = (None if bar is None else bar.reshape(-1) for bar in (scale_bar, offset_bar))
        return (x_bar, *flat)

    return output, vjp


def _read_parameter(value: Any, name: str, x: Array, shape: Sizes) -> Array:
    """Read a per-channel array: of x's dtype, float32 beside a half type."""
    other = "x" if not is_half(x.dtype) else "float32 statistics"
    array = read_like(value, name, _widen(x), other)
    if array.shape != shape:
        raise ValueError(
            f"{name} must be of shape {shape}, one for each channel of x; got {array.shape}"
        )
    return array


def _read_beside(value: Any, name: str, x: Array) -> Array:
    array = read_floats(value, name)
    if not (is_half(x.dtype) and array.dtype == np.float32):
        array = read_like(value, name, x, "x")
    if not broadcasts_to(array.shape, x.shape):
        raise ValueError(
            f"{name} must be of a shape that broadcasts to x's {x.shape}; got {array.shape}"
        )
    return array


def _widen(array: Any) -> Any:
    if array is None or not is_half(array.dtype):
        return array
    return array.astype(np.float32)


def _narrow(bar: Array | None, argument: Array | None) -> Array | None:
    if bar is None or argument is None:
        return None
    return bar.astype(argument.dtype, copy=False)
