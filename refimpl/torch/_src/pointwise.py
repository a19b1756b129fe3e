"""Functions of torch itself: clamp, and activations and dropouts that write over their input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refimpl._arguments import read_number, sum_to
from refimpl.differentiable import differentiable
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Vjp
from refimpl.torch._src.arguments import read_companion, read_floats
from refimpl.torch._src.functional import dropout
from refimpl.torch._src.functional.activation import celu_, relu_, selu_
from refimpl.torch._src.functional.in_place import apply_elementwise
from refimpl.torch._src.parameter import Parameter, Tensor

__all__ = [
    "alpha_dropout_",
    "celu_",
    "clamp",
    "dropout_",
    "feature_alpha_dropout_",
    "relu_",
    "selu_",
    "sigmoid_",
    "tanh_",
]

alpha_dropout_ = dropout.define_in_place(dropout.alpha_dropout)
dropout_ = dropout.define_in_place(dropout.dropout)
feature_alpha_dropout_ = dropout.define_in_place(dropout.feature_alpha_dropout)


@differentiable
def sigmoid_(input: Tensor) -> tuple[Array, Vjp]:
    """Return the input, over which its sigmoid has been written.

    Parameters
    ----------
    input : array
        Floats; overwritten.
    """
    return apply_elementwise(ops.sigmoid, input, True)


@differentiable
def tanh_(input: Tensor) -> tuple[Array, Vjp]:
    """Return the input, over which its hyperbolic tangent has been written.

    Parameters
    ----------
    input : array
        Floats; overwritten.
    """
    return apply_elementwise(ops.tanh, input, True)


@differentiable
def clamp(
    input: Tensor, min: float | Tensor | None = None, max: float | Tensor | None = None
) -> tuple[Array, Vjp]:
    """Return the input with every element limited; the derivative at a limit is 1.

    Parameters
    ----------
    input : array
        Floats of any shape.
    min, max : float, array or None
        The limits; at least one. Arrays, in the input's dtype, broadcast against the input and
        have cotangents. Where the first is above the second, the second is the output.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If neither limit is given.

    Notes
    -----
    Source: PyTorch's documentation of `torch.clamp`.
    """
    if min is None and max is None:
        raise ValueError("min or max must be given; got None for both")
    x = read_floats(input)
    low, high = _read_limit(min, "min", -math.inf, x), _read_limit(max, "max", math.inf, x)
    if isinstance(low, float) and isinstance(high, float) and low <= high:
        return ops.hardtanh(x, min_value=low, max_value=high, kink="linear")
    output = np.asarray(np.minimum(np.maximum(x, low), high), x.dtype)

    def vjp(cotangent: Array) -> tuple[Array | None, ...]:
        masks = ((x >= low) & (x <= high), (x < low) & (low < high), (x > high) | (high < low))
        bars: list[Array | None] = []
        for argument, mask in zip((x, low, high), masks, strict=True):
            own = isinstance(argument, np.ndarray)
            bars.append(sum_to(np.where(mask, cotangent, 0.0), argument.shape) if own else None)
        return tuple(bars)

    return output, vjp


def _read_limit(limit: float | Tensor | None, name: str, default: float, x: Array) -> Any:
    if limit is None:
        return default
    if isinstance(limit, np.ndarray | Parameter):
        array = read_companion(limit, name, x)
        try:
            np.broadcast_shapes(array.shape, x.shape)
        except ValueError:
            raise ValueError(
                f"{name} must be of a shape that broadcasts with {x.shape}, that of input; got "
                f"{array.shape}"
            ) from None
        return array
    return read_number(limit, name)
