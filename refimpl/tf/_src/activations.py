"""`keras.activations`, with Keras' names, defaults and its derivatives where slopes jump."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from refimpl.differentiable import differentiable
from refimpl.errors import must
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.tf._src.arguments import as_floats, axis_in, number

__all__ = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "get",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
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


class Activation(Protocol):
    """What a layer's `activation` can be: a function of one array, and its derivative."""

    @property
    def with_vjp(self) -> Callable[..., tuple[Any, Vjp]]:
        """The form that also returns the vector-Jacobian product."""
        ...

    def __call__(self, x: Any, /) -> Any:
        """Return the activated array."""
        ...


@differentiable
def relu(
    x: Any, negative_slope: Any = 0.0, max_value: Any = None, threshold: Any = 0.0
) -> tuple[Array, Vjp]:
    """Return x above the threshold, `negative_slope * (x - threshold)` below, at most max_value.

    Parameters
    ----------
    x : array
        Float.
    negative_slope : float
        The slope below the threshold.
    max_value : float, optional
        The ceiling.
    threshold : float
        Where x begins to count.

    Returns
    -------
    array of the same shape and dtype
        The derivative is 0 at the threshold (but `negative_slope` where there is only a slope),
        and 1 at the ceiling (but 0 where max_value is 6 and the threshold 0).
    """
    x = as_floats(x, "x")
    slope = number(negative_slope, "negative_slope")
    ceiling = None if max_value is None else number(max_value, "max_value")
    floor = number(threshold, "threshold")
    if floor == 0.0 and ceiling is None:
        if slope == 0.0:
            return ops.relu(x, nan_slope="zero")
        return ops.leaky_relu(x, negative_slope=slope)
    if floor == 0.0 and ceiling == 6.0 and slope == 0.0:
        return ops.relu6(x)
    return _general_relu(x, slope, ceiling, floor)


@half_in_float32
def _general_relu(x: Array, slope: float, ceiling: float | None, floor: float) -> tuple[Array, Vjp]:
    # Above the threshold x itself counts, not its distance from it.
    output = np.where(x > floor, x, np.where(x == x, 0.0, x))
    passes = x > floor
    if ceiling is not None:
        output = np.minimum(output, ceiling)
        flat_end = ceiling == 6.0 and floor == 0.0
        passes = passes & ((x < ceiling) if flat_end else (x <= ceiling))
    below = x < floor
    if slope != 0.0:
        output = np.where(below, (x - floor) * slope, output)

    def vjp(cotangent: Array) -> tuple[Array]:
        bar = np.where(passes, cotangent, 0.0)
        return (np.where(below, cotangent * slope, bar) if slope != 0.0 else bar,)

    return output, vjp


@differentiable
def relu6(x: Any) -> tuple[Array, Vjp]:
    """Return `min(max(x, 0), 6)`; the derivative at 0 and 6 is 0.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.relu6(as_floats(x, "x"))


@differentiable
def leaky_relu(x: Any, negative_slope: Any = 0.2) -> tuple[Array, Vjp]:
    """Return x where positive and `negative_slope * x` elsewhere.

    Parameters
    ----------
    x : array
        Float.
    negative_slope : float
        The slope at and below 0.
    """
    slope = number(negative_slope, "negative_slope")
    return ops.leaky_relu(as_floats(x, "x"), negative_slope=slope)


@differentiable
def elu(x: Any, alpha: Any = 1.0) -> tuple[Array, Vjp]:
    """Return x where positive and `alpha * (exp(x) - 1)` elsewhere.

    The derivative below 0 is found from the rounded output, and is exactly 0 far out.

    Parameters
    ----------
    x : array
        Float.
    alpha : float
        The limit at minus infinity is -alpha.
    """
    depth = number(alpha, "alpha")
    return ops.elu(as_floats(x, "x"), alpha=depth, slope_from="output", nan_slope="left")


@differentiable
def selu(x: Any) -> tuple[Array, Vjp]:
    """Return the scaled exponential linear unit; the derivative at 0 is the scale.

    The derivative below 0 is found from the rounded output, and is exactly 0 far out.

    Parameters
    ----------
    x : array
        Float.
    """
    x = as_floats(x, "x")
    return ops.selu(x, kink="right", slope_from="output", nan_slope="right")


@differentiable
def celu(x: Any, alpha: Any = 1.0) -> tuple[Array, Vjp]:
    """Return `max(0, x) + min(0, alpha * (exp(x / alpha) - 1))`; the derivative at 0 is 2.

    Parameters
    ----------
    x : array
        Float.
    alpha : float
        The limit at minus infinity is -alpha; not 0.
    """
    decay = number(alpha, "alpha")
    must(decay > 0, "alpha", "positive", alpha)
    return ops.celu(as_floats(x, "x"), alpha=decay, kink="sum", nan_slope="zero")


@differentiable
def gelu(x: Any, approximate: bool = False) -> tuple[Array, Vjp]:
    """Return x times the normal distribution function of x.

    Parameters
    ----------
    x : array
        Float.
    approximate : bool
        Use the approximation by tanh instead of erf.
    """
    return ops.gelu(as_floats(x, "x"), approximate="tanh" if approximate else "none")


@differentiable
def silu(x: Any) -> tuple[Array, Vjp]:
    """Return `x * sigmoid(x)`; also called swish.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.silu(as_floats(x, "x"))


@differentiable
def mish(x: Any) -> tuple[Array, Vjp]:
    """Return `x * tanh(softplus(x))`.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.mish(as_floats(x, "x"))


@differentiable
def sigmoid(x: Any) -> tuple[Array, Vjp]:
    """Return `1 / (1 + exp(-x))`.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.sigmoid(as_floats(x, "x"))


@differentiable
def log_sigmoid(x: Any) -> tuple[Array, Vjp]:
    """Return the logarithm of `sigmoid(x)`.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.log_sigmoid(as_floats(x, "x"))


@differentiable
def tanh(x: Any) -> tuple[Array, Vjp]:
    """Return the hyperbolic tangent.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.tanh(as_floats(x, "x"))


@differentiable
def softplus(x: Any) -> tuple[Array, Vjp]:
    """Return `log(1 + exp(x))`.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.softplus(as_floats(x, "x"), beta=1.0, threshold=None)


@differentiable
def softsign(x: Any) -> tuple[Array, Vjp]:
    """Return `x / (1 + |x|)`.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.softsign(as_floats(x, "x"), slope_from="square")


@differentiable
def hard_tanh(x: Any) -> tuple[Array, Vjp]:
    """Return x cut off at -1 and 1; the derivative at the two ends is 1.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.hardtanh(as_floats(x, "x"), min_value=-1.0, max_value=1.0, kink="linear")


@differentiable
def hard_sigmoid(x: Any) -> tuple[Array, Vjp]:
    """Return `x / 6 + 1/2` cut off at 0 and 1; the derivative at the two ends is 0.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.hardsigmoid(as_floats(x, "x"))


@differentiable
def hard_silu(x: Any) -> tuple[Array, Vjp]:
    """Return `x * hard_sigmoid(x)`; the derivative is 0 at -3 and 1 at 3.

    Parameters
    ----------
    x : array
        Float.
    """
    return ops.hardswish(as_floats(x, "x"), slope_from="product")


@differentiable
def softmax(x: Any, axis: Any = -1) -> tuple[Array, Vjp]:
    """Return `exp(x)`, divided by its sum over an axis or over several.

    Parameters
    ----------
    x : array of one dimension or more
        Float.
    axis : int or tuple of int
        The axis or axes of the classes.
    """
    return _over_axes(ops.softmax, x, axis)


@differentiable
def log_softmax(x: Any, axis: Any = -1) -> tuple[Array, Vjp]:
    """Return the logarithm of `softmax(x)`.

    Parameters
    ----------
    x : array of one dimension or more
        Float.
    axis : int or tuple of int
        The axis or axes of the classes.
    """
    return _over_axes(ops.log_softmax, x, axis)


@differentiable
def linear(x: Any) -> tuple[Array, Vjp]:
    """Return x.

    Parameters
    ----------
    x : array
        Float.
    """
    return x, lambda cotangent: (cotangent,)


@differentiable
def exponential(x: Any) -> tuple[Array, Vjp]:
    """Return `exp(x)`.

    Parameters
    ----------
    x : array
        Float.
    """
    return _exponential(as_floats(x, "x"))


@half_in_float32
def _exponential(x: Array) -> tuple[Array, Vjp]:
    output = np.exp(x)
    return output, lambda cotangent: (cotangent * output,)


swish = silu
hard_swish = hard_silu

_NAMED: dict[str, Activation] = {
    "celu": celu,
    "elu": elu,
    "exponential": exponential,
    "gelu": gelu,
    "hard_sigmoid": hard_sigmoid,
    "hard_silu": hard_silu,
    "hard_swish": hard_swish,
    "hard_tanh": hard_tanh,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "log_sigmoid": log_sigmoid,
    "log_softmax": log_softmax,
    "mish": mish,
    "relu": relu,
    "relu6": relu6,
    "selu": selu,
    "sigmoid": sigmoid,
    "silu": silu,
    "softmax": softmax,
    "softplus": softplus,
    "softsign": softsign,
    "swish": swish,
    "tanh": tanh,
}


def get(identifier: Any) -> Activation:
    """Return the activation that is meant.

    Parameters
    ----------
    identifier : str, callable or None
        A name, one of these functions, or a layer; None is `linear`.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        known = f"None, a function of keras.activations or one of {', '.join(sorted(_NAMED))}"
        must(identifier in _NAMED, "activation", known, identifier)
        return _NAMED[identifier]
    if not callable(identifier) or not hasattr(identifier, "with_vjp"):
        raise TypeError(
            "activation must be None, a name, or a function of keras.activations (others have "
            f"no derivative here); got {identifier!r}"
        )
    found: Activation = identifier
    return found


def _over_axes(op: Callable[..., tuple[Array, Vjp]], x: Any, axis: Any) -> tuple[Array, Vjp]:
    x = as_floats(x, "x")
    must(x.ndim > 0, "x", "of rank 1 or more", x.shape)
    if not isinstance(axis, list | tuple):
        return op(x, axis=axis_in(axis, "axis", x.ndim))
    axes = tuple(axis_in(one, "axis", x.ndim) for one in axis)
    must(0 < len(set(axes)) == len(axes), "axis", "one or several different axes", axis)
    last = tuple(range(x.ndim - len(axes), x.ndim))
    moved = np.moveaxis(x, axes, last)
    flat = (*moved.shape[: last[0]], int(np.prod(moved.shape[last[0] :])))
    output, inner = op(moved.reshape(flat), axis=-1)

    def vjp(cotangent: Array) -> tuple[Array]:
        (bar,) = inner(np.moveaxis(cotangent, axes, last).reshape(flat))
        return (np.moveaxis(bar.reshape(moved.shape), last, axes),)

    return np.moveaxis(output.reshape(moved.shape), last, axes), vjp
