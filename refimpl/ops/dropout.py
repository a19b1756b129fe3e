"""Dropout's and alpha dropout's arithmetic for a mask that is given."""

from __future__ import annotations

import math

import numpy as np

from refimpl._arguments import check_broadcasts_to, check_float, check_shape, read_number
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.ops.select import keep_where

# scale * alpha of SELU: what it goes down to, and what a dropped element becomes, before scaling.
_DEPTH = 1.0507009873554805 * 1.6732632423543772


@half_in_float32
def dropout(input: Array, keep: Array, *, rate: float, select: bool = False) -> tuple[Array, Vjp]:
    """Keep some elements, scaled so that the expectation stays, and make the others zero.

    Parameters
    ----------
    input : array
        Floats.
    keep : bool array
        True where an element is kept; broadcast against the input, so that one flag may stand
        for a whole channel.
    rate : float
        The probability of dropping, in [0, 1]. At 1 everything is dropped, whatever `keep` says.
    select : bool, default False
        False multiplies by the mask, as PyTorch does: a dropped NaN or infinity becomes NaN and
        a dropped negative number -0.0. True selects, as TensorFlow does: what is dropped is 0.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        `vjp(cotangent)` returns the cotangent of the input: dropout of the cotangent, by the
        same mask.

    Raises
    ------
    TypeError
        If the input does not hold floats or `keep` does not hold bools.
    ValueError
        If `rate` is outside [0, 1] or `keep` does not broadcast to the input.

    Notes
    -----
    N. Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*,
    2014, in the inverted form of PyTorch's page `torch.nn.Dropout` and TensorFlow's page
    `tf.nn.dropout`.
    """
    rate = _check_arguments(input, keep, rate)
    scale = _scale(rate, input.dtype, select)
    shape = input.shape

    def masked(array: Array) -> Array:
        check_shape(array, "cotangent", shape)
        if not select:
            return array * keep * scale
        if rate == 1.0:
            return np.zeros_like(array)
        return keep_where(array * scale, keep)

    def vjp(cotangent: Array) -> tuple[Array]:
        return (masked(cotangent),)

    return masked(input), vjp


@half_in_float32
def alpha_dropout(input: Array, keep: Array, *, rate: float) -> tuple[Array, Vjp]:
    """Replace some elements by SELU's least value, and rescale so that 0 mean, variance 1 stay.

    Parameters
    ----------
    input : array
        Floats.
    keep : bool array
        True where an element is kept; broadcast against the input, so that one flag may stand
        for a whole channel.
    rate : float
        The probability of dropping, in [0, 1]. At 1 the output is zero, whatever `keep` says.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        `vjp(cotangent)` returns the cotangent of the input.

    Raises
    ------
    TypeError
        If the input does not hold floats or `keep` does not hold bools.
    ValueError
        If `rate` is outside [0, 1] or `keep` does not broadcast to the input.

    Notes
    -----
    With d = 1.758…, `a = ((d**2 rate + 1) (1 - rate))**-1/2` and `b = a d rate`, a kept x becomes
    `a x + b` and a dropped one `b - a d`. A dropped NaN stays NaN, as it is multiplied by 0.
    Source: G. Klambauer et al., *Self-normalizing neural networks*, 2017; PyTorch's page
    `torch.nn.AlphaDropout`.
    """
    rate = _check_arguments(input, keep, rate)
    shape = input.shape
    flags = keep.astype(input.dtype)
    a = 0.0 if rate == 1.0 else 1.0 / math.sqrt((_DEPTH * _DEPTH * rate + 1.0) * (1.0 - rate))
    scale = flags * a

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", shape)
        return (cotangent * scale,)

    output = input * scale
    if rate < 1.0:
        # Nothing is added at rate 1, so that the sign of a zero stays, as in torch.
        output = output + ((flags - 1.0) * (_DEPTH * a) + _DEPTH * a * rate)
    return output, vjp


def _check_arguments(input: Array, keep: Array, rate: float) -> float:
    """Check what both ops take; return the rate.

    As a Python float, since a NumPy float64 would promote float32 arrays.
    """
    check_float(input, "input")
    dtype = getattr(keep, "dtype", None)
    if dtype != np.bool_:
        raise TypeError(f"keep must be an array of bools; got {type(keep).__name__} of {dtype}")
    check_broadcasts_to(keep, "keep", input.shape)
    return read_number(rate, "rate", least=0, most=1)


def _scale(rate: float, dtype: np.dtype[np.floating], select: bool) -> float:
    """Return the factor of what is kept, rounded where each framework rounds it.

    PyTorch rounds `1 - rate` to the dtype and divides its mask of ones by that, TensorFlow
    rounds the quotient once. Nothing is kept at rate 1.
    """
    if rate == 1.0:
        return 0.0
    if select:
        return 1.0 / (1.0 - rate)
    return float(dtype.type(1.0) / dtype.type(1.0 - rate))
