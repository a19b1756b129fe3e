"""The affine map of the last axis: `output = input @ weight.T + bias`."""

from __future__ import annotations

import math

import numpy as np

from refimpl._arguments import check_companion, check_float, check_shape
from refimpl.ops.array import Array, Vjp, half_in_float32


def linear(input: Array, weight: Array, bias: Array | None = None) -> tuple[Array, Vjp]:
    """Map the last axis of the input affinely.

    Parameters
    ----------
    input : (*, I) array
        Floats; any number of leading axes, none included.
    weight : (O, I) array
        One row per output feature, of the input's dtype.
    bias : (O,) array, optional
        Added to every output.

    Returns
    -------
    output : (*, O) array
    vjp : callable
        `vjp(cotangent)` returns the cotangents of input, weight and bias (None without a bias):
        `g @ weight`, `g.T @ input` and the sum of `g`, with the leading axes taken as one.

    Raises
    ------
    TypeError
        If the arrays are not floats of one dtype.
    ValueError
        If the shapes do not fit.

    Notes
    -----
    PyTorch's documentation page `torch.nn.Linear`; Keras' page `Dense` stores the transpose.
    """
    check_float(input, "input")
    check_companion(weight, "weight", input, "input")
    if weight.ndim != 2:
        raise ValueError(f"weight must be of shape (out_features, in_features); got {weight.shape}")
    if input.ndim < 1 or input.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"input must have {weight.shape[1]} features in its last axis, as weight of shape "
            f"{weight.shape} needs; got shape {input.shape}"
        )
    if bias is not None:
        check_companion(bias, "bias", input, "input")
        check_shape(bias, "bias", weight.shape[:1])
    return _linear(input, weight, bias)


@half_in_float32
def _linear(input: Array, weight: Array, bias: Array | None) -> tuple[Array, Vjp]:
    leading = input.shape[:-1]
    features = weight.shape[0]
    # The number of rows is written out, because -1 cannot be inferred for zero features.
    rows = input.reshape(math.prod(leading), input.shape[-1])
    product = np.matmul(rows, weight.T)
    output = product if bias is None else product + bias

    def vjp(cotangent: Array) -> tuple[Array, Array, Array | None]:
        check_shape(cotangent, "cotangent", (*leading, features))
        g = cotangent.reshape(rows.shape[0], features)
        input_bar = np.matmul(g, weight).reshape(input.shape)
        weight_bar = np.matmul(g.T, rows)
        return input_bar, weight_bar, None if bias is None else np.sum(g, axis=0)

    return output.reshape(*leading, features), vjp
