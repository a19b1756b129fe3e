"""Softmax and its logarithm, shifted by the maximum so that no exponential overflows."""

from __future__ import annotations

import numpy as np

from refimpl.errors import must
from refimpl.ops.arguments import check_float
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.ops.shapes import check_shape


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
    shift = shift_of(input, axis)
    return shift, np.log(np.sum(np.exp(input - shift), axis=axis, keepdims=True))


def must_be_axis(axis: int, name: str, ndim: int) -> None:
    """Raise ValueError unless an array of `ndim` dimensions has the axis.

    Parameters
    ----------
    axis : int
        The axis; negative ones count from the end.
    name : str
        The argument's name as the caller wrote it.
    ndim : int
        The number of dimensions.

    Raises
    ------
    ValueError
        If it has not.
    """
    must(-ndim <= axis < ndim, name, f"an axis of the input's {ndim} dimensions", axis)


@half_in_float32
def softmax(input: Array, *, axis: int = -1) -> tuple[Array, Vjp]:
    """Exponentials along an axis, divided by their sum.

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
    must_be_axis(axis, "axis", input.ndim)
    if input.size == 0:
        output = input
    else:
        powers = np.exp(input - shift_of(input, axis))
        output = powers / np.sum(powers, axis=axis, keepdims=True)

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", input.shape)
        mean = np.sum(cotangent * output, axis=axis, keepdims=True)
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
    must_be_axis(axis, "axis", input.ndim)
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
