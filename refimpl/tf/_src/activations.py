"""`keras.activations`, with Keras' names, defaults and its derivatives where slopes jump.

Each takes an array `x` of floats, and returns one of its shape and dtype. `tf.nn` has some of them
too, with other arguments, in `_src.nn.activation`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from refimpl._arguments import read_axis, read_entries, read_flag, read_number
from refimpl._show import show
from refimpl.differentiable import differentiable
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.tf._src.arguments import read_floats

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
    x = read_floats(x, "x")
    slope = read_number(negative_slope, "negative_slope")
    ceiling = None if max_value is None else read_number(max_value, "max_value")
    floor = read_number(threshold, "threshold")
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
    """Return `min(max(x, 0), 6)`; the derivative at 0 and 6 is 0."""
    return ops.relu6(read_floats(x, "x"))


@differentiable
def leaky_relu(x: Any, negative_slope: Any = 0.2) -> tuple[Array, Vjp]:
    """Return x where positive and `negative_slope * x` elsewhere.

    Parameters
    ----------
    negative_slope : float
        The slope at and below 0.
    """
    slope = read_number(negative_slope, "negative_slope")
    return ops.leaky_relu(read_floats(x, "x"), negative_slope=slope)


@differentiable
def elu(x: Any, alpha: Any = 1.0) -> tuple[Array, Vjp]:
    """Return x where positive and `alpha * (exp(x) - 1)` elsewhere.

    The derivative below 0 is found from the rounded output, and is exactly 0 far out.

    Parameters
    ----------
    alpha : float
        The limit at minus infinity is -alpha.
    """
    depth = read_number(alpha, "alpha")
    return ops.elu(read_floats(x, "x"), alpha=depth, slope_from="output", nan_slope="left")


@differentiable
def selu(x: Any) -> tuple[Array, Vjp]:
    """Return the scaled exponential linear unit; the derivative at 0 is the scale.

    The derivative below 0 is found from the rounded output, and is exactly 0 far out.
    """
    x = read_floats(x, "x")
    return ops.selu(x, kink="right", slope_from="output", nan_slope="right")


@differentiable
def celu(x: Any, alpha: Any = 1.0) -> tuple[Array, Vjp]:
    """Return `max(0, x) + min(0, alpha * (exp(x / alpha) - 1))`; the derivative at 0 is 2.

    Parameters
    ----------
    alpha : float
        The limit at minus infinity is -alpha; positive.
    """
    decay = read_number(alpha, "alpha", above=0)
    return ops.celu(read_floats(x, "x"), alpha=decay, kink="sum", nan_slope="zero")


@differentiable
def gelu(x: Any, approximate: bool = False) -> tuple[Array, Vjp]:
    """Return x times the normal distribution function of x.

    Parameters
    ----------
    approximate : bool
        Use the approximation by tanh instead of erf.
    """
    word = "tanh" if read_flag(approximate, "approximate") else "none"
    return ops.gelu(read_floats(x, "x"), approximate=word)


@differentiable
def silu(x: Any) -> tuple[Array, Vjp]:
    """Return `x * sigmoid(x)`; also called swish."""
    return ops.silu(read_floats(x, "x"))


@differentiable
def mish(x: Any) -> tuple[Array, Vjp]:
    """Return `x * tanh(softplus(x))`."""
    return ops.mish(read_floats(x, "x"))


@differentiable
def sigmoid(x: Any) -> tuple[Array, Vjp]:
    """Return `1 / (1 + exp(-x))`."""
    return ops.sigmoid(read_floats(x, "x"))


@differentiable
def log_sigmoid(x: Any) -> tuple[Array, Vjp]:
    """Return the logarithm of `sigmoid(x)`."""
    return ops.log_sigmoid(read_floats(x, "x"))


@differentiable
def tanh(x: Any) -> tuple[Array, Vjp]:
    """Return the hyperbolic tangent of x."""
    return ops.tanh(read_floats(x, "x"))


@differentiable
def softplus(x: Any) -> tuple[Array, Vjp]:
    """Return `log(1 + exp(x))`."""
    return ops.softplus(read_floats(x, "x"), beta=1.0, threshold=None)


@differentiable
def softsign(x: Any) -> tuple[Array, Vjp]:
    """Return `x / (1 + |x|)`."""
    return ops.softsign(read_floats(x, "x"), slope_from="square")


@differentiable
def hard_tanh(x: Any) -> tuple[Array, Vjp]:
    """Return x cut off at -1 and 1; the derivative at the two ends is 1."""
    return ops.hardtanh(read_floats(x, "x"), min_value=-1.0, max_value=1.0, kink="linear")


@differentiable
def hard_sigmoid(x: Any) -> tuple[Array, Vjp]:
    """Return `x / 6 + 1/2` cut off at 0 and 1; the derivative at the two ends is 0."""
    return ops.hardsigmoid(read_floats(x, "x"))


@differentiable
def hard_silu(x: Any) -> tuple[Array, Vjp]:
    """Return `x * hard_sigmoid(x)`; the derivative is 0 at -3 and 1 at 3."""
    return ops.hardswish(read_floats(x, "x"), slope_from="product")


@differentiable
def softmax(x: Any, axis: Any = -1) -> tuple[Array, Vjp]:
    """Return `exp(x)`, divided by its sum over an axis or over several.

    Parameters
    ----------
    axis : int or tuple of int
        The axis or axes of the classes.
    """
    return _apply_over_axes(ops.softmax, x, axis)


@differentiable
def log_softmax(x: Any, axis: Any = -1) -> tuple[Array, Vjp]:
    """Return the logarithm of `softmax(x)`; see `softmax` for the parameters."""
    return _apply_over_axes(ops.log_softmax, x, axis)


@differentiable
def linear(x: Any) -> tuple[Array, Vjp]:
    """Return x."""
    return read_floats(x, "x"), lambda cotangent: (cotangent,)


@differentiable
def exponential(x: Any) -> tuple[Array, Vjp]:
    """Return `exp(x)`."""
    return _exponential(read_floats(x, "x"))


@half_in_float32
def _exponential(x: Array) -> tuple[Array, Vjp]:
    output = np.exp(x)
    return output, lambda cotangent: (cotangent * output,)


swish = silu
hard_swish = hard_silu


def get(identifier: Any) -> Activation:
    """Return the activation that is meant.

    Parameters
    ----------
    identifier : str, callable or None
        A name, one of these functions, or a layer; None is `linear`.
    """
    return resolve(identifier, "identifier")


def resolve(identifier: Any, name: str = "activation") -> Activation:
    """Return the activation that an argument means; see `get`."""
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        if identifier not in _NAMED:
            raise ValueError(
                f"{name} must be None, a function of keras.activations or one of "
                f"{', '.join(_NAMED)}; got {show(identifier)}"
            )
        return _NAMED[identifier]
    if not callable(identifier) or not callable(getattr(identifier, "with_vjp", None)):
        raise TypeError(
            f"{name} must be None, a name, or a function of keras.activations (others have "
            f"no derivative here); got {show(identifier)}"
        )
    activation: Activation = identifier
    return activation


_NAMED: dict[str, Activation] = {name: globals()[name] for name in __all__ if name != "get"}


def _apply_over_axes(op: Callable[..., tuple[Array, Vjp]], x: Any, axis: Any) -> tuple[Array, Vjp]:
    x = read_floats(x, "x")
    if x.ndim == 0:
        raise ValueError(f"x must be of rank 1 or more; got {x.shape}")
    if not isinstance(axis, list | tuple):
        return op(x, axis=read_axis(axis, "axis", x.ndim, "x"))
    allowed = "one or several different axes"
    entries = read_entries(axis, "axis", allowed)
    axes = tuple(read_axis(one, "axis", x.ndim, "x") for one in entries)
    if not 0 < len(set(axes)) == len(axes):
        raise ValueError(f"axis must be {allowed}; got {show(axis)}")
    last = tuple(range(x.ndim - len(axes), x.ndim))
    moved = np.moveaxis(x, axes, last)
    flat = (*moved.shape[: last[0]], int(np.prod(moved.shape[last[0] :])))
    output, inner = op(moved.reshape(flat), axis=-1)

    def vjp(cotangent: Array) -> tuple[Array]:
        (bar,) = inner(np.moveaxis(cotangent, axes, last).reshape(flat))
        return (np.moveaxis(bar.reshape(moved.shape), last, axes),)

    return np.moveaxis(output.reshape(moved.shape), last, axes), vjp
