"""`tf.nn`'s activations, softmax and bias_add, with TensorFlow's names and defaults."""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.differentiable import differentiable
from refimpl.errors import must
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.ops.softmax import log_softmax as log_softmax_op
from refimpl.ops.softmax import softmax as softmax_op
from refimpl.tf._src.arguments import as_floats, axis_in, like, number

__all__ = [
    "bias_add",
    "elu",
    "gelu",
    "leaky_relu",
    "log_softmax",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
]


@differentiable
def relu(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """Return `max(features, 0)`; the derivative at 0 is 0.

    Parameters
    ----------
    features : array
        Float.
    """
    return ops.relu(as_floats(features, "features"), nan_slope="zero")


@differentiable
def relu6(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """Return `min(max(features, 0), 6)`; the derivative at 0 and 6 is 0.

    Parameters
    ----------
    features : array
        Float.
    """
    return ops.relu6(as_floats(features, "features"))


@differentiable
def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> tuple[Array, Vjp]:
    """Return features where positive and `alpha * features` elsewhere.

    Parameters
    ----------
    features : array
        Float.
    alpha : float
        The slope at and below 0.
    """
    features = as_floats(features, "features")
    return ops.leaky_relu(features, negative_slope=number(alpha, "alpha"))


@differentiable
def elu(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """Return features where positive and `exp(features) - 1` elsewhere.

    The derivative below 0 is found from the rounded output, and is exactly 0 far out.

    Parameters
    ----------
    features : array
        Float.
    """
    features = as_floats(features, "features")
    return ops.elu(features, alpha=1.0, slope_from="output", nan_slope="left")


@differentiable
def selu(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """Return the scaled exponential linear unit; the derivative at 0 is the scale.

    The derivative below 0 is found from the rounded output, and is exactly 0 far out.

    Parameters
    ----------
    features : array
        Float.
    """
    features = as_floats(features, "features")
    return ops.selu(features, kink="right", slope_from="output", nan_slope="right")


@differentiable
def gelu(features: Any, approximate: bool = False, name: str | None = None) -> tuple[Array, Vjp]:
    """Return features times the normal distribution function of features.

    Parameters
    ----------
    features : array
        Float.
    approximate : bool
        Use the approximation by tanh instead of erf.
    """
    features = as_floats(features, "features")
    return ops.gelu(features, approximate="tanh" if approximate else "none")


@differentiable
def silu(features: Any, beta: Any = 1.0) -> tuple[Array, Vjp]:
    """Return `features * sigmoid(beta * features)`; also called swish.

    Parameters
    ----------
    features : array
        Float.
    beta : float
        The steepness of the gate.
    """
    features = as_floats(features, "features")
    steepness = number(beta, "beta")
    return ops.silu(features) if steepness == 1.0 else _steep_silu(features, steepness)


@half_in_float32
def _steep_silu(features: Array, beta: float) -> tuple[Array, Vjp]:
    gate, gate_vjp = ops.sigmoid(features * beta)

    def vjp(cotangent: Array) -> tuple[Array]:
        return (cotangent * gate + gate_vjp(cotangent * features)[0] * beta,)

    return features * gate, vjp


swish = silu


@differentiable
def sigmoid(x: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """Return `1 / (1 + exp(-x))`.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.sigmoid(as_floats(x, "x"))


@differentiable
def tanh(x: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """Return the hyperbolic tangent.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.tanh(as_floats(x, "x"))


@differentiable
def softplus(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """Return `log(1 + exp(features))`.

    Parameters
    ----------
    features : array
        Float.
    """
    return ops.softplus(as_floats(features, "features"), beta=1.0, threshold=None)


@differentiable
def softsign(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """Return `features / (1 + |features|)`.

    Parameters
    ----------
    features : array
        Float.
    """
    return ops.softsign(as_floats(features, "features"), slope_from="square")


@differentiable
def softmax(logits: Any, axis: int | None = None, name: str | None = None) -> tuple[Array, Vjp]:
    """Return `exp(logits)`, divided by its sum over an axis.

    Parameters
    ----------
    logits : array of one dimension or more
        Float.
    axis : int, optional
        None is the last.
    """
    logits, found = _logits(logits, axis)
    return softmax_op(logits, axis=found)


@differentiable
def log_softmax(logits: Any, axis: int | None = None, name: str | None = None) -> tuple[Array, Vjp]:
    """Return the logarithm of `softmax(logits)`.

    Parameters
    ----------
    logits : array of one dimension or more
        Float.
    axis : int, optional
        None is the last.
    """
    logits, found = _logits(logits, axis)
    return log_softmax_op(logits, axis=found)


@differentiable
def bias_add(
    value: Any, bias: Any, data_format: str | None = None, name: str | None = None
) -> tuple[Array, Vjp]:
    """Add a bias to every channel, as `tf.nn.bias_add`.

    Parameters
    ----------
    value : array of two dimensions or more
        Float.
    bias : array of shape (C,)
        Of value's dtype.
    data_format : str, optional
        `N...C` or `NC...`, also spelled out, as NHWC; None is channels last.

    Returns
    -------
    array of value's shape
    """
    value = as_floats(value, "value")
    bias = like(bias, "bias", value, "value")
    must(value.ndim >= 2, "value", "of rank 2 or more", value.shape)
    known = data_format is None or (
        isinstance(data_format, str)
        and (data_format[:2] == "NC" or (data_format[:1] == "N" and data_format[-1:] == "C"))
    )
    must(known, "data_format", "of the form 'N...C' or 'NC...'", data_format)
    first = data_format is not None and data_format.startswith("NC") and data_format != "NC"
    axis = 1 if first else value.ndim - 1
    channels = value.shape[axis]
    must(bias.shape == (channels,), "bias", f"of shape ({channels},)", bias.shape)
    return _bias_add(value, bias, axis)


@half_in_float32
def _bias_add(value: Array, bias: Array, axis: int) -> tuple[Array, Vjp]:
    others = tuple(other for other in range(value.ndim) if other != axis)

    def vjp(cotangent: Array) -> tuple[Array, Array]:
        return cotangent, np.sum(cotangent, axis=others)

    return value + bias.reshape(-1, *(1,) * (value.ndim - 1 - axis)), vjp


def _logits(logits: Any, axis: int | None) -> tuple[Array, int]:
    logits = as_floats(logits, "logits")
    must(logits.ndim > 0, "logits", "of rank 1 or more", logits.shape)
    return logits, axis_in(-1 if axis is None else axis, "axis", logits.ndim)
