"""`tf.nn.moments`, `tf.nn.batch_normalization` and `tf.compat.v1.nn.fused_batch_norm`."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.differentiable import differentiable
from refimpl.dtypes import is_half
from refimpl.errors import must, must_be_one_of
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.ops.norm import batch_norm, blend, normalize, unbiased
from refimpl.ops.norm import moments as moments_op
from refimpl.tf._src.arguments import as_floats, axis_in, broadcasts, integers, like, number
from refimpl.tf._src.layout import Layout

__all__ = ["batch_normalization", "moments"]


@differentiable
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
    x = as_floats(x, "x")
    if axes is None:
        return moments_op(x, tuple(range(x.ndim)), keepdims=keepdims)
    found = tuple(axis_in(axis, "axes", x.ndim) for axis in integers(axes, "axes"))
    must(len(set(found)) == len(found), "axes", "different from each other", axes)
    return moments_op(x, found, keepdims=keepdims)


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
    x = as_floats(x, "x")
    epsilon = number(variance_epsilon, "variance_epsilon")
    must(epsilon >= 0, "variance_epsilon", "at least 0", variance_epsilon)
    given = {"mean": mean, "variance": variance, "offset": offset, "scale": scale}
    arrays: dict[str, Array | None] = {}
    for key, value in given.items():
        if value is None and key in ("offset", "scale"):
            arrays[key] = None
            continue
        array = _beside(value, key, x)
        allowed = f"of a shape that broadcasts to x's {x.shape}"
        must(broadcasts(array.shape, x.shape), key, allowed, array.shape)
        arrays[key] = array
    output, inner = normalize(
        _wide(x),
        _wide(arrays["mean"]),
        _wide(arrays["variance"]),
        _wide(arrays["scale"]),
        _wide(arrays["offset"]),
        epsilon=epsilon,
    )

    def vjp(cotangent: Array) -> tuple[Array | None, ...]:
        x_bar, mean_bar, variance_bar, scale_bar, offset_bar = inner(_wide(cotangent))
        bars = (x_bar, mean_bar, variance_bar, offset_bar, scale_bar)
        return tuple(map(_as, bars, (x, *arrays.values())))

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
    must_be_one_of(data_format, "data_format", ("NHWC", "NCHW", "NDHWC", "NCDHW"))
    layout = Layout(len(data_format) - 2, data_format.endswith("C"))
    x = as_floats(x, "x")
    must(x.ndim == layout.n + 2, "x", f"of rank {layout.n + 2} for {data_format}", x.shape)
    eps = number(epsilon, "epsilon")
    must(eps >= 0, "epsilon", "at least 0", epsilon)
    factor = number(exponential_avg_factor, "exponential_avg_factor")
    must(0 <= factor <= 1, "exponential_avg_factor", "in [0, 1]", exponential_avg_factor)
    channels = (layout.channels(x.shape),)
    scale = _parameter(scale, "scale", x, channels)
    offset = _parameter(offset, "offset", x, channels)
    if not is_training or factor != 1.0:
        why = "given where is_training is False or exponential_avg_factor is not 1"
        must(mean is not None, "mean", why, mean)
        must(variance is not None, "variance", why, variance)
        mean = _parameter(mean, "mean", x, channels)
        variance = _parameter(variance, "variance", x, channels)
    wide = layout.inward(_wide(x))
    if is_training:
        (y, batch_mean, biased), inner = batch_norm(wide, scale, offset, epsilon=eps)
        batch_variance = unbiased(biased, max(x.size // max(channels[0], 1), 2))
        if factor != 1.0:
            batch_mean = blend(mean, batch_mean, factor)
            batch_variance = blend(variance, batch_variance, factor)
    else:
        y, inner = _by_given(wide, scale, offset, mean, variance, eps)
        batch_mean, batch_variance = mean, variance

    def vjp(cotangent: Array) -> tuple[Array | None, ...]:
        x_bar, scale_bar, offset_bar = inner(layout.inward(_wide(cotangent)))
        return layout.outward(x_bar).astype(x.dtype, copy=False), scale_bar, offset_bar, None, None

    return (layout.outward(y).astype(x.dtype, copy=False), batch_mean, batch_variance), vjp


def _by_given(
    x: Array, scale: Array, offset: Array, mean: Array, variance: Array, epsilon: float
) -> tuple[Array, Vjp]:
    shape = (-1, *(1,) * (x.ndim - 2))
    y, inner = normalize(
        x,
        mean.reshape(shape),
        variance.reshape(shape),
        scale.reshape(shape),
        offset.reshape(shape),
        epsilon=epsilon,
    )

    def vjp(cotangent: Array) -> tuple[Array, Array, Array]:
        x_bar, _, _, scale_bar, offset_bar = inner(cotangent)
        return x_bar, scale_bar.reshape(-1), offset_bar.reshape(-1)

    return y, vjp


def _parameter(value: Any, name: str, x: Array, shape: Sizes) -> Array:
    """Read a per-channel array: of x's dtype, float32 beside a half type."""
    array = like(value, name, _wide(x), "x" if not is_half(x.dtype) else "float32 statistics")
    must(array.shape == shape, name, f"of shape {shape}, one for each channel of x", array.shape)
    return array


def _beside(value: Any, name: str, x: Array) -> Array:
    array = as_floats(value, name)
    if not (is_half(x.dtype) and array.dtype == np.float32):
        array = like(value, name, x, "x")
    return array


def _wide(array: Any) -> Any:
    if array is None or not is_half(array.dtype):
        return array
    return array.astype(np.float32)


def _as(bar: Array | None, argument: Array | None) -> Array | None:
    if bar is None or argument is None:
        return None
    return bar.astype(argument.dtype, copy=False)
