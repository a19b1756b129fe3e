"""Dropout's arithmetic for a mask that is given: what is kept is scaled by `1 / (1 - rate)`."""

from __future__ import annotations

import numpy as np

from refimpl.errors import must
from refimpl.ops.arguments import check_float
from refimpl.ops.array import Array, Vjp, half_in_float32, primitive
from refimpl.ops.shapes import check_broadcasts_to, check_shape


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
    check_float(input, "input")
    dtype = getattr(keep, "dtype", None)
    if dtype != np.bool_:
        raise TypeError(f"keep must be an array of bools; got {type(keep).__name__} of {dtype}")
    check_broadcasts_to(keep, "keep", input.shape)
    must(0.0 <= rate <= 1.0, "rate", "in [0, 1]", rate)
    # A NumPy float64 would promote float32 arrays; a Python float leaves every dtype as it is.
    rate = float(rate)
    scale = _scale(rate, input.dtype, select)
    shape = input.shape

    def masked(array: Array) -> Array:
        check_shape(array, "cotangent", shape)
        if not select:
            return array * keep * scale
        if rate == 1.0:
            return np.zeros_like(array)
        return _kept_or_zero(array * scale, keep)

    def vjp(cotangent: Array) -> tuple[Array]:
        return (masked(cotangent),)

    return masked(input), vjp


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


@primitive(rule="maximum")
def _kept_or_zero(array: Array, keep: Array) -> Array:
    """Return the array with 0 wherever `keep` is False, even in place of NaN or infinity.

    Its bits are multiplied by 1 or 0 as integers: `np.where` takes fifteen times as long, because
    the processor cannot foresee a random mask.
    """
    bits = array.view(f"i{array.dtype.itemsize}")
    kept: Array = (bits * keep).view(array.dtype)
    return kept
