"""Elementwise activations (torch.nn.functional.relu to hardswish)."""

from __future__ import annotations

from typing import Any

from refimpl.differentiable import differentiable
from refimpl.errors import must_be_one_of
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Vjp
from refimpl.torch.nn.functional._arguments import flag, floats, matching, number
from refimpl.torch.nn.functional._inplace import applied_in_place
from refimpl.torch.nn.parameter import Tensor


@differentiable
def relu(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Compute max(0, x); its derivative at 0 is 0.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    inplace : bool, default False
        Write the output over the input.

    Returns
    -------
    array
        Of the input's shape and dtype.

    Raises
    ------
    TypeError
        If `input` is no array of floats.
    ValueError
        If `inplace` is true and `input` is read-only.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.ReLU`.
    """
    return applied(ops.relu, input, inplace, from_output=True)


@differentiable
def relu6(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Compute min(max(0, x), 6); its derivative at 0 and 6 is 0.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    inplace : bool, default False
        Write the output over the input.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    return applied(ops.relu6, input, inplace)


@differentiable
def leaky_relu(
    input: Tensor, negative_slope: float = 0.01, inplace: bool = False
) -> tuple[Array, Vjp]:
    """Compute x where x > 0, elsewhere `negative_slope` * x.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    negative_slope : float, default 0.01
        The slope below 0, also taken at 0.
    inplace : bool, default False
        Write the output over the input.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    slope = number(negative_slope, "negative_slope")
    # With a negative slope the sign of the output no longer tells the branch.
    return applied(ops.leaky_relu, input, inplace, from_output=slope >= 0.0, negative_slope=slope)


@differentiable
def prelu(input: Tensor, weight: Tensor) -> tuple[Array, Vjp]:
    """Compute x where x > 0, elsewhere `weight` * x, with one weight or one per channel.

    Parameters
    ----------
    input : (N, C, *) array
        Floats; an input of one axis or none has one channel.
    weight : (C,), (1,) or () array
        In the input's dtype.

    Returns
    -------
    array
        Of the input's shape and dtype.

    Raises
    ------
    TypeError
        If dtypes differ.
    ValueError
        If the number of weights is neither 1 nor C.

    Notes
    -----
    Source: He et al., Delving Deep into Rectifiers, 2015; PyTorch's documentation of
    `torch.nn.PReLU`.
    """
    x = floats(input, "input")
    w = matching(weight, "weight", x)
    channels = x.shape[1] if x.ndim > 1 else 1
    if w.ndim > 1 or w.size not in (1, channels):
        raise ValueError(
            f"weight must have shape (1,) or ({channels},), one element per channel of input of "
            f"shape {x.shape}; got {w.shape}"
        )
    shape = (1,) * x.ndim if w.size == 1 else (1, channels) + (1,) * (x.ndim - 2)
    output, vjp = ops.prelu(x, w.reshape(shape))

    def reshaped(cotangent: Array) -> tuple[Array, Array]:
        input_bar, weight_bar = vjp(cotangent)
        return input_bar, weight_bar.reshape(w.shape)

    return output, reshaped


@differentiable
def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> tuple[Array, Vjp]:
    """Compute x where x > 0, elsewhere `alpha` * (exp(x) - 1).

    Parameters
    ----------
    input : array
        Floats, of any shape.
    alpha : float, default 1.0
        Minus the limit at minus infinity.
    inplace : bool, default False
        Write the output over the input; the derivative below 0 is then found from the
        rounded output, and is exactly 0 far out.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    how = _slope_from(inplace)
    return applied(ops.elu, input, inplace, alpha=number(alpha, "alpha"), slope_from=how)


@differentiable
def selu(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Compute elu with the scale and alpha that keep mean 0 and variance 1.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    inplace : bool, default False
        Write the output over the input; the derivative below 0 is then found from the
        rounded output, and is exactly 0 far out.

    Returns
    -------
    array
        Of the input's shape and dtype.

    Notes
    -----
    Source: Klambauer et al., Self-Normalizing Neural Networks, 2017.
    """
    return applied(ops.selu, input, inplace, slope_from=_slope_from(inplace))


@differentiable
def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> tuple[Array, Vjp]:
    """Compute x where x > 0, elsewhere `alpha` * (exp(x / `alpha`) - 1).

    Parameters
    ----------
    input : array
        Floats, of any shape.
    alpha : float, default 1.0
        Minus the limit at minus infinity; not 0.
    inplace : bool, default False
        Write the output over the input; the derivative below 0 is then found from the
        rounded output, and is exactly 0 far out.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    scale = number(alpha, "alpha")
    if scale == 0.0:
        raise ValueError(f"alpha must not be 0; got {alpha!r}")
    return applied(ops.celu, input, inplace, alpha=scale, slope_from=_slope_from(inplace))


@differentiable
def gelu(input: Tensor, approximate: str = "none") -> tuple[Array, Vjp]:
    """Compute x times the normal distribution function at x.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    approximate : {'none', 'tanh'}, default 'none'
        With 'tanh' the distribution function is approximated by a tanh.

    Returns
    -------
    array
        Of the input's shape and dtype.

    Notes
    -----
    Source: Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
    """
    must_be_one_of(approximate, "approximate", ("none", "tanh"))
    return ops.gelu(floats(input, "input"), approximate=approximate)


@differentiable
def silu(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Compute x * sigmoid(x).

    Parameters
    ----------
    input : array
        Floats, of any shape.
    inplace : bool, default False
        Write the output over the input.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    return applied(ops.silu, input, inplace)


@differentiable
def mish(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Compute x * tanh(softplus(x)).

    Parameters
    ----------
    input : array
        Floats, of any shape.
    inplace : bool, default False
        Write the output over the input.

    Returns
    -------
    array
        Of the input's shape and dtype.

    Notes
    -----
    Source: Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2019.
    """
    return applied(ops.mish, input, inplace)


@differentiable
def sigmoid(input: Tensor) -> tuple[Array, Vjp]:
    """Compute 1 / (1 + exp(-x)).

    Parameters
    ----------
    input : array
        Floats, of any shape.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    return ops.sigmoid(floats(input, "input"))


@differentiable
def logsigmoid(input: Tensor) -> tuple[Array, Vjp]:
    """Compute log(sigmoid(x)) without forming the sigmoid.

    Parameters
    ----------
    input : array
        Floats, of any shape.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    return ops.log_sigmoid(floats(input, "input"))


@differentiable
def tanh(input: Tensor) -> tuple[Array, Vjp]:
    """Compute the hyperbolic tangent.

    Parameters
    ----------
    input : array
        Floats, of any shape.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    return ops.tanh(floats(input, "input"))


@differentiable
def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> tuple[Array, Vjp]:
    """Compute log(1 + exp(`beta` * x)) / `beta`; x itself where `beta` * x > `threshold`.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    beta : float, default 1.0
        The sharpness.
    threshold : float, default 20.0
        From where on the function is taken as linear.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    x = floats(input, "input")
    return ops.softplus(x, beta=number(beta, "beta"), threshold=number(threshold, "threshold"))


@differentiable
def softsign(input: Tensor) -> tuple[Array, Vjp]:
    """Compute x / (1 + |x|).

    Parameters
    ----------
    input : array
        Floats, of any shape.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    return ops.softsign(floats(input, "input"))


@differentiable
def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> tuple[Array, Vjp]:
    """Compute min(max(x, `min_val`), `max_val`); the derivative at both ends is 0.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    min_val, max_val : float, default -1.0 and 1.0
        The ends, in this order.
    inplace : bool, default False
        Write the output over the input.

    Returns
    -------
    array
        Of the input's shape and dtype.

    Raises
    ------
    ValueError
        If `min_val` is above `max_val`.
    """
    low, high = number(min_val, "min_val"), number(max_val, "max_val")
    if low > high:
        raise ValueError(f"min_val must be at most max_val, {max_val!r}; got {min_val!r}")
    return applied(ops.hardtanh, input, inplace, min_value=low, max_value=high)


@differentiable
def hardsigmoid(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Compute min(max(x + 3, 0), 6) / 6.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    inplace : bool, default False
        Write the output over the input.

    Returns
    -------
    array
        Of the input's shape and dtype.
    """
    return applied(ops.hardsigmoid, input, inplace)


@differentiable
def hardswish(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Compute x * min(max(x + 3, 0), 6) / 6.

    Parameters
    ----------
    input : array
        Floats, of any shape.
    inplace : bool, default False
        Write the output over the input.

    Returns
    -------
    array
        Of the input's shape and dtype.

    Notes
    -----
    Source: Howard et al., Searching for MobileNetV3, 2019.
    """
    return applied(ops.hardswish, input, inplace)


def _slope_from(inplace: bool) -> str:
    """Where the derivative of an exponential unit is taken from: in place the input is gone."""
    return "output" if flag(inplace, "inplace") else "input"


def applied(
    op: Any, input: Tensor, inplace: bool, *, from_output: bool = False, **options: Any
) -> tuple[Array, Vjp]:
    """Apply an elementwise op, in place if asked; `from_output` as in `applied_in_place`."""
    x = floats(input, "input")
    if flag(inplace, "inplace"):
        return applied_in_place(op, x, from_output, options)
    output, vjp = op(x, **options)
    return output, vjp
