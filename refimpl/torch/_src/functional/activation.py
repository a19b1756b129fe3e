"""Activations (torch.nn.functional.relu to hardswish, softmax, log_softmax).

`input` is an array of floats of any shape, and the output has its shape and dtype. With `inplace`
the output is written over the input, which must be writeable; the derivatives of elu, selu and
celu below 0 are then found from the rounded output, and are exactly 0 far out.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy.typing as npt

from refimpl._arguments import read_axis, read_choice, read_flag, read_integer, read_number
from refimpl._show import show
from refimpl.differentiable import differentiable
from refimpl.dtypes import float_dtype
from refimpl.ops import activation as ops
from refimpl.ops.array import Array, Vjp
from refimpl.torch._src.arguments import read_companion, read_floats, read_scalar
from refimpl.torch._src.functional.in_place import apply_elementwise, define_in_place
from refimpl.torch._src.parameter import Tensor

__all__ = [
    "celu",
    "celu_",
    "elu",
    "elu_",
    "gelu",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "leaky_relu",
    "leaky_relu_",
    "log_softmax",
    "logsigmoid",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
]


@differentiable
def relu(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Return max(0, x); its derivative at 0 is 0.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.ReLU`.
    """
    return apply_elementwise(ops.relu, input, inplace, from_output=True)


@differentiable
def relu6(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Return min(max(0, x), 6); its derivative at 0 and 6 is 0."""
    return apply_elementwise(ops.relu6, input, inplace)


@differentiable
def leaky_relu(
    input: Tensor, negative_slope: float = 0.01, inplace: bool = False
) -> tuple[Array, Vjp]:
    """Return x where x > 0, elsewhere `negative_slope` * x.

    Parameters
    ----------
    negative_slope : float, default 0.01
        The slope below 0, also taken at 0.
    """
    slope = read_scalar(negative_slope, "negative_slope", read_floats(input))
    # With a negative slope the sign of the output no longer tells the branch.
    known = slope >= 0.0
    return apply_elementwise(
        ops.leaky_relu, input, inplace, from_output=known, negative_slope=slope
    )


@differentiable
def prelu(input: Tensor, weight: Tensor) -> tuple[Array, Vjp]:
    """Return x where x > 0, elsewhere `weight` * x, with one weight or one per channel.

    Parameters
    ----------
    input : (N, C, *) array
        Floats; an input of one axis or none has one channel.
    weight : (C,), (1,) or () array
        In the input's dtype.

    Notes
    -----
    Source: He et al., Delving Deep into Rectifiers, 2015; PyTorch's documentation of
    `torch.nn.PReLU`.
    """
    x = read_floats(input)
    w = read_companion(weight, "weight", x)
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
    """Return x where x > 0, elsewhere `alpha` * (exp(x) - 1).

    Parameters
    ----------
    alpha : float, default 1.0
        Minus the limit at minus infinity.
    """
    alpha = read_scalar(alpha, "alpha", read_floats(input))
    return apply_elementwise(ops.elu, input, inplace, alpha=alpha, slope_from=_slope_from(inplace))


@differentiable
def selu(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Return elu with the scale and alpha that keep mean 0 and variance 1.

    Notes
    -----
    Source: Klambauer et al., Self-Normalizing Neural Networks, 2017.
    """
    return apply_elementwise(ops.selu, input, inplace, slope_from=_slope_from(inplace))


@differentiable
def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> tuple[Array, Vjp]:
    """Return x where x > 0, elsewhere `alpha` * (exp(x / `alpha`) - 1).

    Parameters
    ----------
    alpha : float, default 1.0
        Minus the limit at minus infinity; not 0.
    """
    alpha = read_scalar(read_alpha(alpha), "alpha", read_floats(input))
    return apply_elementwise(ops.celu, input, inplace, alpha=alpha, slope_from=_slope_from(inplace))


@differentiable
def gelu(input: Tensor, approximate: str = "none") -> tuple[Array, Vjp]:
    """Return x times the normal distribution function at x.

    Parameters
    ----------
    approximate : {'none', 'tanh'}, default 'none'
        With 'tanh' the distribution function is approximated by a tanh.

    Notes
    -----
    Source: Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
    """
    read_choice(approximate, "approximate", ("none", "tanh"))
    return ops.gelu(read_floats(input), approximate=approximate)


@differentiable
def silu(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Return x * sigmoid(x)."""
    return apply_elementwise(ops.silu, input, inplace)


@differentiable
def mish(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Return x * tanh(softplus(x)).

    Notes
    -----
    Source: Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2019.
    """
    return apply_elementwise(ops.mish, input, inplace)


@differentiable
def sigmoid(input: Tensor) -> tuple[Array, Vjp]:
    """Return 1 / (1 + exp(-x))."""
    return ops.sigmoid(read_floats(input))


@differentiable
def logsigmoid(input: Tensor) -> tuple[Array, Vjp]:
    """Return log(sigmoid(x)) without forming the sigmoid."""
    return ops.log_sigmoid(read_floats(input))


@differentiable
def tanh(input: Tensor) -> tuple[Array, Vjp]:
    """Return the hyperbolic tangent."""
    return ops.tanh(read_floats(input))


@differentiable
def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> tuple[Array, Vjp]:
    """Return log(1 + exp(`beta` * x)) / `beta`; x itself where `beta` * x > `threshold`.

    Parameters
    ----------
    beta : float, default 1.0
        The sharpness; not 0.
    threshold : float, default 20.0
        From where on the function is taken as linear.
    """
    x = read_floats(input)
    limit = read_scalar(threshold, "threshold", x)
    return ops.softplus(x, beta=read_scalar(beta, "beta", x), threshold=limit)


@differentiable
def softsign(input: Tensor) -> tuple[Array, Vjp]:
    """Return x / (1 + |x|)."""
    return ops.softsign(read_floats(input))


@differentiable
def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> tuple[Array, Vjp]:
    """Return min(max(x, `min_val`), `max_val`); the derivative at both ends is 0.

    Parameters
    ----------
    min_val, max_val : float, default -1.0 and 1.0
        The ends, in this order.
    """
    x = read_floats(input)
    low, high = read_scalar(min_val, "min_val", x), read_scalar(max_val, "max_val", x)
    if not low <= high:
        raise ValueError(f"min_val must be at most max_val, {show(max_val)}; got {show(min_val)}")
    return apply_elementwise(ops.hardtanh, input, inplace, min_value=low, max_value=high)


@differentiable
def hardsigmoid(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Return min(max(x + 3, 0), 6) / 6."""
    return apply_elementwise(ops.hardsigmoid, input, inplace)


@differentiable
def hardswish(input: Tensor, inplace: bool = False) -> tuple[Array, Vjp]:
    """Return x * min(max(x + 3, 0), 6) / 6.

    Notes
    -----
    Source: Howard et al., Searching for MobileNetV3, 2019.
    """
    return apply_elementwise(ops.hardswish, input, inplace)


@differentiable
def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: npt.DTypeLike | None = None
) -> tuple[Array, Vjp]:
    """Return exp(x) divided by its sum along one axis.

    Parameters
    ----------
    dim : int, optional
        The axis. Without it, as in torch, a warning is given and it is 0 for an input of 0, 1 or
        3 axes and 1 for any other.
    _stacklevel : int
        Of the warning.
    dtype : dtype, optional
        The dtype to compute in and to return; by default the input's.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.functional.softmax`.
    """
    return _apply_along(ops.softmax, "softmax", input, dim, _stacklevel, dtype)


@differentiable
def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: npt.DTypeLike | None = None
) -> tuple[Array, Vjp]:
    """Return the logarithm of the `softmax` along one axis, without forming it; see `softmax`."""
    return _apply_along(ops.log_softmax, "log_softmax", input, dim, _stacklevel, dtype)


def read_alpha(alpha: float) -> float:
    """Return the alpha of celu, which divides."""
    found = read_number(alpha, "alpha")
    if found == 0.0:
        raise ValueError(f"alpha must not be 0; got {show(alpha)}")
    return found


def _slope_from(inplace: bool) -> str:
    """Where the derivative of an exponential unit is taken from: in place the input is gone."""
    return "output" if read_flag(inplace, "inplace") else "input"


def _apply_along(
    op: Any,
    name: str,
    input: Tensor,
    dim: int | None,
    stacklevel: int,
    dtype: npt.DTypeLike | None,
) -> tuple[Array, Vjp]:
    x = read_floats(input)
    stacklevel = read_integer(stacklevel, "_stacklevel", least=1, most=2**30)
    if dim is None:
        warnings.warn(
            f"{name} without dim is deprecated in torch: name the axis",
            UserWarning,
            stacklevel=stacklevel + 2,  # Differentiable adds two frames
        )
        dim = 0 if x.ndim in (0, 1, 3) else 1
    # An array without axes has the axis 0, as in torch.
    axis = read_axis(dim, "dim", max(x.ndim, 1), "input")
    wanted = x.dtype if dtype is None else float_dtype(dtype)
    if wanted == x.dtype and x.ndim:
        output, vjp = op(x, axis=axis)
        return output, vjp
    y = x.astype(wanted)
    output, vjp = op(y if y.ndim else y[None], axis=axis)

    def restored(cotangent: Array) -> tuple[Array]:
        return (vjp(cotangent.reshape(output.shape))[0].reshape(x.shape).astype(x.dtype),)

    return output.reshape(x.shape), restored


celu_ = define_in_place(celu)
elu_ = define_in_place(elu)
hardtanh_ = define_in_place(hardtanh)
leaky_relu_ = define_in_place(leaky_relu)
relu_ = define_in_place(relu)
selu_ = define_in_place(selu)
