"""Batch and instance normalisation, and the statistics they are made of.

Variances are biased and computed in two passes, the mean of the squared deviations from the mean,
because the difference of two means of squares cancels. `epsilon` stands inside the square root.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from refimpl._arguments import (
    check_broadcasts_to,
    check_companion,
    check_float,
    check_shape,
    read_axis,
    read_integer,
    read_number,
    sum_to,
)
from refimpl.dtypes import is_half
from refimpl.ops.array import Array, Vjp, half_in_float32, overwrite


@half_in_float32
def moments(
    input: Array, axes: tuple[int, ...], *, keepdims: bool = False
) -> tuple[tuple[Array, Array], Vjp]:
    """Compute the mean and the biased variance over some axes.

    Parameters
    ----------
    input : array
        Floats.
    axes : tuple of int
        The axes to average over, each once; negative ones count from the end.
    keepdims : bool, default False
        Keep the averaged axes with length one.

    Returns
    -------
    (mean, variance) : pair of array
        NaN where there is nothing to average.
    vjp : callable
        `vjp((mean_bar, variance_bar))` returns the cotangent of the input,
        `(mean_bar + 2 * (input - mean) * variance_bar) / count`. How the variance depends on
        the mean adds nothing: the deviations sum to zero.

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If an axis is out of range or named twice.
    """
    check_float(input, "input")
    axes = read_axes(axes, input.ndim)
    shape = input.shape
    count = _count(math.prod(shape[axis] for axis in axes))
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    mean = np.sum(input, axis=axes, keepdims=True) / count
    centered = input - mean
    variance = np.sum(np.square(centered), axis=axes, keepdims=True) / count
    shown = kept if keepdims else tuple(n for axis, n in enumerate(shape) if axis not in axes)

    def vjp(cotangents: tuple[Array, Array]) -> tuple[Array]:
        mean_bar, variance_bar = cotangents
        check_shape(mean_bar, "the cotangent of mean", shown)
        check_shape(variance_bar, "the cotangent of variance", shown)
        slope = variance_bar.reshape(kept) * 2.0
        return ((mean_bar.reshape(kept) + centered * slope) / count,)

    return (mean.reshape(shown), variance.reshape(shown)), vjp


@half_in_float32
def normalize(
    input: Array,
    mean: Array,
    variance: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    epsilon: float,
) -> tuple[Array, Vjp]:
    """Normalise by statistics that are given: `(input - mean) / sqrt(variance + epsilon)`.

    Given statistics fold into one scale and one shift for each channel, as both frameworks fold
    them: `input * scale + (bias - mean * scale)`. That loses digits where an input is close to a
    large mean, and saves a pass.

    Parameters
    ----------
    input : array
        Floats.
    mean, variance : array
        The statistics, of the input's dtype, in shapes that broadcast to the input's.
    weight, bias : array or None
        The result is multiplied by `weight`, then `bias` is added; they broadcast alike.
    epsilon : float
        Added to the variance; not negative.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        `vjp(cotangent)` returns the cotangents of input, mean, variance, weight and bias, each
        of its argument's shape. With `r = 1 / sqrt(variance + epsilon)` and a cotangent `g`:
        `g * weight * r`, minus that, `g * weight * (input - mean) * -r**3 / 2`,
        `g * (input - mean) * r` and `g`, summed over the axes along which the argument was
        broadcast.

    Raises
    ------
    TypeError
        If the arrays are not floats of one dtype.
    ValueError
        If a shape does not broadcast to the input's or `epsilon` is negative.
    """
    check_float(input, "input")
    arguments = {"mean": mean, "variance": variance, "weight": weight, "bias": bias}
    for name, array in arguments.items():
        if array is not None:
            check_companion(array, name, input, "input")
            check_broadcasts_to(array, name, input.shape)
    epsilon = read_number(epsilon, "epsilon", least=0)
    reciprocal = 1.0 / np.sqrt(variance + epsilon)
    scale = reciprocal if weight is None else reciprocal * weight
    shift = mean * -scale if bias is None else bias - mean * scale
    output = overwrite(np.add, input * scale, shift)
    shape = input.shape

    def vjp(cotangent: Array) -> tuple[Array, Array, Array, Array | None, Array | None]:
        check_shape(cotangent, "cotangent", shape)
        input_bar = cotangent * scale
        # Summed first as far as both arguments allow, so that the rest is work on small arrays.
        dots = sum_to(cotangent * (input - mean), scale.shape)
        weighted = dots if weight is None else dots * weight
        slope = weighted * (reciprocal * reciprocal * reciprocal * -0.5)
        return (
            input_bar,
            -sum_to(input_bar, mean.shape),
            sum_to(slope, variance.shape),
            None if weight is None else sum_to(dots * reciprocal, weight.shape),
            None if bias is None else sum_to(cotangent, bias.shape).copy(),
        )

    return output, vjp


@half_in_float32
def batch_norm(
    input: Array, weight: Array | None, bias: Array | None, *, epsilon: float
) -> tuple[tuple[Array, Array, Array], Vjp]:
    """Normalise every channel by its own mean and variance over the batch and all positions.

    Parameters
    ----------
    input : (N, C, *S) array
        Floats; S may be empty.
    weight, bias : (C,) array or None
        What each channel is multiplied by, and what is added then.
    epsilon : float
        Added to the variance; not negative.

    Returns
    -------
    (output, mean, variance) : tuple of array
        The output (N, C, *S), and the statistics (C,) that were used. The variance is biased.
        With nothing to average (N or a position count of 0) both statistics are NaN.
    vjp : callable
        `vjp(cotangent of output)` returns the cotangents of input, weight and bias. With
        `r = 1 / sqrt(variance + epsilon)`, `c = input - mean` and a cotangent `g`, that of the
        input is `weight * r * (g - mean(g) - c * r**2 * mean(g * c))`, that of the weight
        `r * sum(g * c)`, that of the bias `sum(g)`.

    Raises
    ------
    TypeError
        If the arrays are not floats of one dtype.
    ValueError
        If a shape does not fit or `epsilon` is negative.

    Notes
    -----
    S. Ioffe and C. Szegedy, *Batch normalization: accelerating deep network training by reducing
    internal covariate shift*, 2015.
    """
    (output, mean, variance), vjp = _standardize(input, weight, bias, epsilon, across_batch=True)
    return (output, mean[0], variance[0]), vjp


@half_in_float32
def instance_norm(
    input: Array, weight: Array | None, bias: Array | None, *, epsilon: float
) -> tuple[tuple[Array, Array, Array], Vjp]:
    """Normalise every channel of every example by its own mean and variance over all positions.

    Parameters
    ----------
    input : (N, C, *S) array
        Floats.
    weight, bias : (C,) array or None
        What each channel is multiplied by, and what is added then.
    epsilon : float
        Added to the variance; not negative.

    Returns
    -------
    (output, mean, variance) : tuple of array
        The output (N, C, *S), and the statistics (N, C) that were used. The variance is biased.
        Without positions both statistics are NaN.
    vjp : callable
        As for `batch_norm`, with means and sums over the positions of one example; those of
        weight and bias are also summed over the examples.

    Raises
    ------
    TypeError
        If the arrays are not floats of one dtype.
    ValueError
        If a shape does not fit or `epsilon` is negative.

    Notes
    -----
    D. Ulyanov, A. Vedaldi and V. Lempitsky, *Instance normalization: the missing ingredient for
    fast stylization*, 2016.
    """
    return _standardize(input, weight, bias, epsilon, across_batch=False)


def read_axes(axes: Sequence[int], ndim: int) -> tuple[int, ...]:
    """Return axes of an array of `ndim` dimensions, counted from the front.

    Parameters
    ----------
    axes : sequence of int
        Each axis once; negative ones count from the end.
    ndim : int
        How many axes there are.

    Returns
    -------
    tuple of int
        In the order given.

    Raises
    ------
    TypeError
        If an axis is no integer.
    ValueError
        If an axis is out of range or named twice.
    """
    found = tuple(read_axis(axis, "axes", ndim) for axis in axes)
    if len(set(found)) < len(found):
        raise ValueError(f"axes must be different from each other; got {axes}")
    return found


def unbias_variance(variance: Array, count: int) -> Array:
    """Turn the biased variance of `count` values into the unbiased one.

    Parameters
    ----------
    variance : array
        Means of squared deviations.
    count : int
        How many deviations each of them is the mean of; at least 2.

    Returns
    -------
    array
        `variance * (count / (count - 1))`, in the dtype of `variance`.

    Raises
    ------
    ValueError
        If `count` is less than 2: one value has no unbiased variance.
    """
    count = read_integer(count, "count", least=2)
    return _narrow(_wide(variance) * (count / (count - 1)), variance)


def blend(old: Array, new: Array, momentum: float) -> Array:
    """Move a running statistic towards a new one.

    Parameters
    ----------
    old, new : array
        The running statistic, and that of the batch.
    momentum : float
        The weight of the new one, in PyTorch's convention; Keras names the weight of the old.

    Returns
    -------
    array
        `(1 - momentum) * old + momentum * new`, in the dtype of `old`.
    """
    momentum = float(momentum)
    return _narrow(_wide(old) * (1.0 - momentum) + _wide(new) * momentum, old)


def _standardize(
    input: Array, weight: Array | None, bias: Array | None, epsilon: float, *, across_batch: bool
) -> tuple[tuple[Array, Array, Array], Vjp]:
    """Normalise over the positions, and over the batch too if asked; statistics are (N or 1, C)."""
    check_float(input, "input")
    shape = input.shape
    if len(shape) < 2:
        raise ValueError(f"input must be of shape (N, C, ...); got {shape}")
    for name, parameter in (("weight", weight), ("bias", bias)):
        if parameter is not None:
            check_companion(parameter, name, input, "input")
            check_shape(parameter, name, shape[1:2])
    epsilon = read_number(epsilon, "epsilon", least=0)

    positions = math.prod(shape[2:])
    x = input.reshape(shape[0], shape[1], positions)
    count = _count(positions * shape[0] if across_batch else positions)
    mean = _sums(x, across_batch) / count
    centered = x - mean[:, :, None]
    variance = _dots(centered, centered, across_batch) / count
    reciprocal = 1.0 / np.sqrt(variance + epsilon)
    scale = reciprocal if weight is None else reciprocal * weight
    output = centered * scale[:, :, None]
    if bias is not None:
        output = overwrite(np.add, output, bias[:, None])

    def vjp(cotangent: Array) -> tuple[Array, Array | None, Array | None]:
        check_shape(cotangent, "cotangent", shape)
        g = cotangent.reshape(x.shape)
        sums = _sums(g, across_batch)
        dots = _dots(g, centered, across_batch)
        slope = dots * reciprocal * reciprocal / count
        input_bar = centered * slope[:, :, None]
        input_bar = overwrite(np.subtract, g, input_bar, keep=1)
        input_bar = overwrite(np.subtract, input_bar, (sums / count)[:, :, None])
        input_bar = overwrite(np.multiply, input_bar, scale[:, :, None])
        # Without elements the reciprocal is NaN, and the sums are 0, which is the gradient.
        weight_dots = dots * reciprocal if positions and shape[0] else dots
        return (
            input_bar.reshape(shape),
            None if weight is None else np.sum(weight_dots, axis=0),
            None if bias is None else np.sum(sums, axis=0),
        )

    return (output.reshape(shape), mean, variance), vjp


def _sums(x: Array, across_batch: bool) -> Array:
    """Sum (N, C, P) over P, and over N too if asked, to (N or 1, C).

    A product with ones is the fastest sum NumPy has: it runs in the BLAS.
    """
    sums = x[:, :, 0] if x.shape[2] == 1 else np.matmul(x, np.ones(x.shape[2], x.dtype))
    return np.sum(sums, axis=0, keepdims=True) if across_batch else sums


def _dots(x: Array, y: Array, across_batch: bool) -> Array:
    """Sum the products of two (N, C, P) arrays over P, and over N too if asked, to (N or 1, C)."""
    dots = x[:, :, 0] * y[:, :, 0] if x.shape[2] == 1 else np.vecdot(x, y)
    return np.sum(dots, axis=0, keepdims=True) if across_batch else dots


def _count(count: int) -> float:
    """Return how many values a mean is over, or NaN for none: 0 / NaN is NaN without a warning."""
    return count or math.nan


def _wide(array: Array) -> Array:
    return array.astype(np.float32) if is_half(array.dtype) else array


def _narrow(array: Array, like: Array) -> Array:
    return array.astype(like.dtype) if is_half(like.dtype) else array
