"""Softmax and its logarithm, shifted by the maximum so that no exponential overflows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refimpl._arguments import check_float, check_shape, read_axis
from refimpl.ops.array import Array, Vjp, half_in_float32

BLOCK = 98304  # elements that are worked on together


def shift_of(input: Array, axis: int) -> Array:
    """Largest element along an axis, kept as an axis of length one.

    Where it is infinite the difference to it is undefined, and NaN is returned, which makes the
    whole row NaN without a warning, as the frameworks' rows are.

    Parameters
    ----------
    input : array
        Floats; not empty along `axis`.
    axis : int
        The axis.

    Returns
    -------
    array
        The shape of the input with `axis` of length one.
    """
    largest = np.max(input, axis=axis, keepdims=True)
    return np.where(np.isfinite(largest), largest, np.nan)


def log_normalizer(input: Array, axis: int) -> tuple[Array, Array]:
    """Split `log(sum(exp(input)))` in the maximum and the rest.

    The two are not added, because the sum would round away what is small against the maximum.

    Parameters
    ----------
    input : array
        Floats; not empty along `axis`.
    axis : int
        The axis to sum over.

    Returns
    -------
    shift, log_sum : array
        The shape of the input with `axis` of length one; `log(softmax(input))` is
        `(input - shift) - log_sum`.
    """
    parts = [_log_normalizer(input[block], axis) for block in row_blocks(input.shape, axis)]
    if len(parts) == 1:
        return parts[0]
    shift, log_sum = zip(*parts, strict=True)
    return np.concatenate(shift, axis=0), np.concatenate(log_sum, axis=0)


def _log_normalizer(input: Array, axis: int) -> tuple[Array, Array]:
    shift = shift_of(input, axis)
    return shift, np.log(_sum_along(np.exp(input - shift), axis))


def _sum_along(array: Array, axis: int) -> Any:
    """Sum over an axis and keep it; over the last one as a product with ones, which is faster."""
    if axis % array.ndim != array.ndim - 1:
        return np.sum(array, axis=axis, keepdims=True)
    return np.expand_dims(array @ np.ones(array.shape[-1], array.dtype), -1)


def row_blocks(shape: tuple[int, ...], axis: int) -> list[slice]:
    """Cut the first axis in blocks that stay in the cache, if it is not the axis given.

    Parameters
    ----------
    shape : tuple of int
        The shape of an array.
    axis : int
        The axis that must stay whole.

    Returns
    -------
    list of slice
        Slices of the first axis that cover it in order; at least one.
    """
    count, size = shape[0], math.prod(shape)
    if size <= 2 * BLOCK or axis % len(shape) == 0:
        return [slice(None)]
    rows = max(1, BLOCK * count // size)
    return [slice(start, start + rows) for start in range(0, count, rows)]


@half_in_float32
def softmax(input: Array, *, axis: int = -1) -> tuple[Array, Vjp]:
    """Divide the exponentials along an axis by their sum.

    Parameters
    ----------
    input : array
        Floats with at least one dimension. A row whose maximum is infinite becomes NaN.
    axis : int
        The axis that sums to one.

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If the input has no such axis.

    Notes
    -----
    PyTorch's page `torch.nn.Softmax`, TensorFlow's page `tf.nn.softmax`.
    """
    check_float(input, "input")
    axis = read_axis(axis, "axis", input.ndim)
    if input.size == 0:
        output = input
    else:
        powers = np.exp(input - shift_of(input, axis))
        output = powers / _sum_along(powers, axis)

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", input.shape)
        mean = _sum_along(cotangent * output, axis)
        return (output * (cotangent - mean),)

    return output, vjp


@half_in_float32
def log_softmax(input: Array, *, axis: int = -1) -> tuple[Array, Vjp]:
    """Logarithm of the softmax along an axis, computed without taking it.

    Parameters
    ----------
    input : array
        Floats with at least one dimension. A row whose maximum is infinite becomes NaN.
    axis : int
        The axis along which the exponentials of the output sum to one.

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If the input has no such axis.

    Notes
    -----
    PyTorch's page `torch.nn.LogSoftmax`, TensorFlow's page `tf.nn.log_softmax`.
    """
    check_float(input, "input")
    axis = read_axis(axis, "axis", input.ndim)
    if input.size == 0:
        output = input
    else:
        shift, log_sum = log_normalizer(input, axis)
        output = (input - shift) - log_sum

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", input.shape)
        total = np.sum(cotangent, axis=axis, keepdims=True)
        return (cotangent - np.exp(output) * total,)

    return output, vjp
