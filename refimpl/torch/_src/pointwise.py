"""Functions of torch itself: clamp, and activations and dropouts that write over their input."""

from __future__ import annotations

import math

from refimpl._arguments import read_number
from refimpl.differentiable import differentiable
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Vjp
from refimpl.torch._src.arguments import read_floats
from refimpl.torch._src.functional import dropout
from refimpl.torch._src.functional.activation import celu_, relu_, selu_
from refimpl.torch._src.functional.in_place import apply_elementwise
from refimpl.torch._src.parameter import Tensor

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
def clamp(input: Tensor, min: float | None = None, max: float | None = None) -> tuple[Array, Vjp]:
    """Return the input with every element limited; the derivative at a limit is 1.

    Parameters
    ----------
    input : array
        Floats of any shape.
    min, max : float or None
        The limits; at least one.

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
    low = -math.inf if min is None else read_number(min, "min")
    high = math.inf if max is None else read_number(max, "max")
    return ops.hardtanh(read_floats(input), min_value=low, max_value=high, kink="linear")
