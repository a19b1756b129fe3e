"""`tf.nn`'s activations, softmax and bias_add: Keras' functions, with TensorFlow's arguments.

An activation takes an array of floats, `features`, and returns one of its shape and dtype.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import read_axis, read_flag, read_number
from refimpl._show import show
from refimpl.differentiable import differentiable
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.tf._src import activations
from refimpl.tf._src.arguments import read_floats, read_like

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
    """Return `max(features, 0)`; the derivative at 0 is 0."""
    return ops.relu(read_floats(features, "features"), nan_slope="zero")


@differentiable
def relu6(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """See `keras.activations.relu6`."""
    return activations.relu6.with_vjp(read_floats(features, "features"))


@differentiable
def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> tuple[Array, Vjp]:
    """Return features where positive and `alpha * features` elsewhere.

    Parameters
    ----------
    alpha : float
        The slope at and below 0.
    """
    features = read_floats(features, "features")
    return activations.leaky_relu.with_vjp(features, read_number(alpha, "alpha"))


@differentiable
def elu(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """See `keras.activations.elu`, with an alpha of 1."""
    return activations.elu.with_vjp(read_floats(features, "features"))


@differentiable
def selu(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """See `keras.activations.selu`."""
    return activations.selu.with_vjp(read_floats(features, "features"))


@differentiable
def gelu(features: Any, approximate: bool = False, name: str | None = None) -> tuple[Array, Vjp]:
    """See `keras.activations.gelu`."""
    return activations.gelu.with_vjp(
        read_floats(features, "features"), read_flag(approximate, "approximate")
    )


@differentiable
def silu(features: Any, beta: Any = 1.0) -> tuple[Array, Vjp]:
    """Return `features * sigmoid(beta * features)`; also called swish.

    Parameters
    ----------
    beta : float
        The steepness of the gate.
    """
    features = read_floats(features, "features")
    steepness = read_number(beta, "beta")
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
    """See `keras.activations.sigmoid`."""
    return activations.sigmoid.with_vjp(x)


@differentiable
def tanh(x: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """See `keras.activations.tanh`."""
    return activations.tanh.with_vjp(x)


@differentiable
def softplus(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """See `keras.activations.softplus`."""
    return activations.softplus.with_vjp(read_floats(features, "features"))


@differentiable
def softsign(features: Any, name: str | None = None) -> tuple[Array, Vjp]:
    """See `keras.activations.softsign`."""
    return activations.softsign.with_vjp(read_floats(features, "features"))


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
    logits, along = _read_logits(logits, axis)
    return ops.softmax(logits, axis=along)


@differentiable
def log_softmax(logits: Any, axis: int | None = None, name: str | None = None) -> tuple[Array, Vjp]:
    """Return the logarithm of `softmax(logits)`; see `softmax` for the parameters."""
    logits, along = _read_logits(logits, axis)
    return ops.log_softmax(logits, axis=along)


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
    value = read_floats(value, "value")
    bias = read_like(bias, "bias", value, "value")
    if value.ndim < 2:
        raise ValueError(f"value must be of rank 2 or more; got {value.shape}")
    is_known = data_format is None or (
        isinstance(data_format, str)
        and (data_format[:2] == "NC" or (data_format[:1] == "N" and data_format[-1:] == "C"))
    )
    if not is_known:
        raise ValueError(
            f"data_format must be of the form 'N...C' or 'NC...'; got {show(data_format)}"
        )
    first = data_format is not None and data_format.startswith("NC") and data_format != "NC"
    axis = 1 if first else value.ndim - 1
    channels = value.shape[axis]
    if bias.shape != (channels,):
        raise ValueError(
            f"bias must be of shape ({channels},), one for each channel of value; got {bias.shape}"
        )
    return _bias_add(value, bias, axis)


@half_in_float32
def _bias_add(value: Array, bias: Array, axis: int) -> tuple[Array, Vjp]:
    others = tuple(other for other in range(value.ndim) if other != axis)

    def vjp(cotangent: Array) -> tuple[Array, Array]:
        return cotangent, np.sum(cotangent, axis=others)

    return value + bias.reshape(-1, *(1,) * (value.ndim - 1 - axis)), vjp


def _read_logits(logits: Any, axis: int | None) -> tuple[Array, int]:
    logits = read_floats(logits, "logits")
    if logits.ndim == 0:
        raise ValueError(f"logits must be of rank 1 or more; got {logits.shape}")
    return logits, read_axis(-1 if axis is None else axis, "axis", logits.ndim, "logits")
