"""Activations made of exponentials, in forms that neither overflow nor cancel far out.

Exponentials are taken of negative arguments only, so that nothing overflows on the way. At
infinities every activation gives what its formula gives in IEEE arithmetic, as both frameworks do:
where a vanishing gate meets an infinite factor that is NaN, not the mathematical limit.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, pi, sqrt
from typing import Any

import numpy as np

from refimpl._arguments import check_float, check_shape, read_choice
from refimpl._show import show
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.ops.erf import normal_cdf, normal_density
from refimpl.ops.quiet import quiet
from refimpl.ops.select import choose, keep_where

INFINITY = float("inf")
FAR = 1000.0  # exp(-FAR) is zero in every dtype, and FAR * exp(-FAR) too
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def _scale(shape: tuple[int, ...], slope: Callable[[], Array]) -> Vjp:
    """Multiply the cotangent by a slope that is computed when it is asked for."""

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", shape)
        return (cotangent * slope(),)

    return vjp


def _near(x: Array) -> Array:
    """Move what lies far out to where it makes no difference any more; infinities become NaN.

    The factor beside it has long been exactly zero there, and infinity times zero is NaN.
    """
    return np.clip(x, -FAR, FAR) + x * 0.0


def _at_nan(slope: Any, input: Array, value: float | None) -> Any:
    """Give the slope another value where the input is NaN, unless None is asked for."""
    return slope if value is None else np.where(input == input, slope, value)


def _sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return (keep_where(e, x < 0.0) + (x >= 0.0)) / (1.0 + e)


def _softplus(x: Array) -> Array:
    return np.clip(x, 0.0, INFINITY) + np.log1p(np.exp(-np.abs(x)))


@half_in_float32
@quiet
def sigmoid(input: Array) -> tuple[Array, Vjp]:
    """Logistic function, `1 / (1 + exp(-input))`.

    Parameters
    ----------
    input : array
        Floats of any shape.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        The slope is `output * (1 - output)`.

    Raises
    ------
    TypeError
        If the input does not hold floats.

    Notes
    -----
    PyTorch's page `torch.nn.Sigmoid`, TensorFlow's page `tf.math.sigmoid`.
    """
    check_float(input, "input")
    output = _sigmoid(input)
    return output, _scale(input.shape, lambda: output * (1.0 - output))


@half_in_float32
@quiet
def log_sigmoid(input: Array) -> tuple[Array, Vjp]:
    """Logarithm of the logistic function.

    Parameters
    ----------
    input : array
        Floats of any shape.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        The slope is `sigmoid(-input)`.

    Raises
    ------
    TypeError
        If the input does not hold floats.

    Notes
    -----
    PyTorch's page `torch.nn.LogSigmoid`, TensorFlow's page `tf.math.log_sigmoid`.
    """
    check_float(input, "input")
    output = np.clip(input, -INFINITY, 0.0) - np.log1p(np.exp(-np.abs(input)))
    return output, _scale(input.shape, lambda: _sigmoid(-input))


@half_in_float32
@quiet
def tanh(input: Array) -> tuple[Array, Vjp]:
    """Hyperbolic tangent.

    Parameters
    ----------
    input : array
        Floats of any shape.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        The slope is `1 - output^2`, absolutely accurate as in both frameworks.

    Raises
    ------
    TypeError
        If the input does not hold floats.

    Notes
    -----
    PyTorch's page `torch.nn.Tanh`, TensorFlow's page `tf.math.tanh`.
    """
    check_float(input, "input")
    output = np.tanh(input)
    return output, _scale(input.shape, lambda: 1.0 - output * output)


@half_in_float32
@quiet
def silu(input: Array) -> tuple[Array, Vjp]:
    """Multiply the input by its logistic function.

    Parameters
    ----------
    input : array
        Floats of any shape. Minus infinity gives NaN, and so do the slopes at both.

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.

    Notes
    -----
    S. Elfwing et al., *Sigmoid-weighted linear units*, 2017; PyTorch's page `torch.nn.SiLU`,
    TensorFlow's page `tf.nn.silu`.
    """
    check_float(input, "input")
    gate = _sigmoid(input)

    def slope() -> Array:
        return gate * (1.0 + _near(input) * (1.0 - gate))

    return input * gate, _scale(input.shape, slope)


@half_in_float32
@quiet
def mish(input: Array) -> tuple[Array, Vjp]:
    """Multiply the input by the hyperbolic tangent of its softplus.

    Parameters
    ----------
    input : array
        Floats of any shape. Minus infinity gives NaN, and so do the slopes at both.

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.

    Notes
    -----
    D. Misra, *Mish: a self regularized non-monotonic activation function*, 2019; PyTorch's page
    `torch.nn.Mish`, Keras' page `keras.activations.mish`.
    """
    check_float(input, "input")
    gate = np.tanh(_softplus(input))

    def slope() -> Array:
        return gate + _near(input) * (1.0 - gate * gate) * _sigmoid(input)

    return input * gate, _scale(input.shape, slope)


@half_in_float32
@quiet
def softplus(
    input: Array, *, beta: float = 1.0, threshold: float | None = 20.0
) -> tuple[Array, Vjp]:
    """Smooth rectifier, `log(1 + exp(beta * input)) / beta`.

    Parameters
    ----------
    input : array
        Floats of any shape.
    beta : float
        How sharp the bend is; not 0. A negative one turns the function around.
    threshold : float or None
        Where `beta * input` exceeds it, the output is the input itself and the slope 1, as in
        PyTorch. None has no such place, as in TensorFlow.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        The slope is `sigmoid(beta * input)`, also at the threshold itself.

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `beta` is 0.

    Notes
    -----
    PyTorch's page `torch.nn.Softplus`, TensorFlow's page `tf.math.softplus`.
    """
    check_float(input, "input")
    if beta == 0.0:
        raise ValueError(f"beta must be another number than 0; got {show(beta)}")
    if beta < 0.0:
        output, vjp = softplus(-input, beta=-beta, threshold=threshold)
        return -output, vjp
    # Far out the product with beta might overflow, and tells nothing that FAR does not.
    near = np.clip(input, -FAR / beta, FAR / beta) if isfinite(beta) else input
    scaled = near * beta
    output = np.clip(input, 0.0, INFINITY) + np.log1p(np.exp(-np.abs(scaled))) / beta
    if threshold is None:
        return output, _scale(input.shape, lambda: _sigmoid(scaled))
    linear = scaled > threshold

    def slope() -> Array:
        return np.where(linear, 1.0, _sigmoid(scaled))

    return np.where(linear, input, output), _scale(input.shape, slope)


@half_in_float32
@quiet
def softsign(input: Array, *, slope_from: str = "quotient") -> tuple[Array, Vjp]:
    """Divide the input by one plus its magnitude.

    Parameters
    ----------
    input : array
        Floats of any shape. Infinities give NaN, and with 'quotient' so do the slopes there.
    slope_from : {'quotient', 'square'}
        How the slope is found: `1 / size - |input| / size^2` with `size = 1 + |input|`, as PyTorch
        does, which cancels far out; or `1 / size^2`, as TensorFlow does.

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `slope_from` has another value.

    Notes
    -----
    PyTorch's page `torch.nn.Softsign`, TensorFlow's page `tf.nn.softsign`.
    """
    check_float(input, "input")
    read_choice(slope_from, "slope_from", ("quotient", "square"))
    size = 1.0 + np.abs(input)

    def slope() -> Any:
        inverse = 1.0 / size
        if slope_from == "square":
            return inverse * inverse
        return inverse - np.abs(input) * inverse * inverse

    return input / size, _scale(input.shape, slope)


@half_in_float32
@quiet
def elu(
    input: Array, *, alpha: float = 1.0, slope_from: str = "input", nan_slope: str = "nan"
) -> tuple[Array, Vjp]:
    """Identity above zero, `alpha * (exp(input) - 1)` below.

    Parameters
    ----------
    input : array
        Floats of any shape.
    alpha : float
        The depth below zero.
    slope_from : {'input', 'output'}
        How the slope below zero is found: `alpha * exp(input)`, as PyTorch does, or from the
        rounded output as `output + alpha`, as TensorFlow and Keras do and PyTorch in place,
        which is exactly 0 far out.
    nan_slope : {'nan', 'left'}
        The slope at NaN: NaN in PyTorch, `alpha` in TensorFlow and Keras ('left').

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        The slope at 0 is `alpha`, as in PyTorch and Keras (`tf.nn.elu` has no other than 1).

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `slope_from` or `nan_slope` has another value.

    Notes
    -----
    D.-A. Clevert et al., *Fast and accurate deep network learning by exponential linear units*,
    2015; PyTorch's page `torch.nn.ELU`, Keras' page `keras.activations.elu`.
    """
    check_float(input, "input")
    read_choice(slope_from, "slope_from", ("input", "output"))
    read_choice(nan_slope, "nan_slope", ("nan", "left"))
    below = np.clip(input, -INFINITY, 0.0)
    depth = np.expm1(below) * alpha
    if not isfinite(alpha):  # times zero it is NaN, but the identity goes through zero
        depth = keep_where(depth, below != 0.0)
    output = np.clip(input, 0.0, INFINITY) + depth

    def slope() -> Any:
        positive = input > 0.0
        left = np.exp(below) * alpha if slope_from == "input" else output + alpha
        slopes = keep_where(left, ~positive) + positive
        return _at_nan(slopes, input, None if nan_slope == "nan" else alpha)

    return output, _scale(input.shape, slope)


@half_in_float32
@quiet
def selu(
    input: Array, *, kink: str = "left", slope_from: str = "input", nan_slope: str = "nan"
) -> tuple[Array, Vjp]:
    """Exponential linear unit with the two constants that keep mean and variance.

    Parameters
    ----------
    input : array
        Floats of any shape.
    kink : {'left', 'right'}
        The slope at exactly 0: scale * alpha in PyTorch ('left'), scale in TensorFlow ('right').
    slope_from : {'input', 'output'}
        As in `elu`: from the input in PyTorch, from the rounded output in TensorFlow and in
        PyTorch in place.
    nan_slope : {'nan', 'right'}
        The slope at NaN: NaN in PyTorch, scale in TensorFlow ('right').

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `kink`, `slope_from` or `nan_slope` has another value.

    Notes
    -----
    G. Klambauer et al., *Self-normalizing neural networks*, 2017; PyTorch's page `torch.nn.SELU`,
    TensorFlow's page `tf.nn.selu`.
    """
    check_float(input, "input")
    read_choice(kink, "kink", ("left", "right"))
    read_choice(slope_from, "slope_from", ("input", "output"))
    read_choice(nan_slope, "nan_slope", ("nan", "right"))
    depth = SELU_SCALE * SELU_ALPHA
    below = np.clip(input, -INFINITY, 0.0)
    output = np.clip(input, 0.0, INFINITY) * SELU_SCALE + np.expm1(below) * depth

    def slope() -> Any:
        left = np.exp(below) * depth if slope_from == "input" else output + depth
        right = input > 0.0 if kink == "left" else input >= 0.0
        slopes = choose(right, np.full_like(left, SELU_SCALE), left)
        return _at_nan(slopes, input, None if nan_slope == "nan" else SELU_SCALE)

    return output, _scale(input.shape, slope)


@half_in_float32
@quiet
def celu(
    input: Array,
    *,
    alpha: float = 1.0,
    kink: str = "left",
    slope_from: str = "input",
    nan_slope: str = "nan",
) -> tuple[Array, Vjp]:
    """Identity above zero, `alpha * (exp(input / alpha) - 1)` below, smooth at zero.

    Parameters
    ----------
    input : array
        Floats of any shape.
    alpha : float
        The depth below zero; not 0.
    kink : {'left', 'sum'}
        The slope at exactly 0: 1 in PyTorch ('left'); 2 in Keras ('sum'), which adds two clipped
        terms that are both active there.
    slope_from : {'input', 'output'}
        How the slope below zero is found: `exp(input / alpha)`, or from the rounded output as
        `(output + alpha) / alpha`, as PyTorch does in place, which is exactly 0 far out.
    nan_slope : {'nan', 'zero'}
        The slope at NaN: NaN in PyTorch, 0 in Keras, whose terms are both clipped there.

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `alpha` is 0, or `kink`, `slope_from` or `nan_slope` has another value.

    Notes
    -----
    J. Barron, *Continuously differentiable exponential linear units*, 2017; PyTorch's page
    `torch.nn.CELU`, Keras' page `keras.activations.celu`.
    """
    check_float(input, "input")
    if alpha == 0.0:
        raise ValueError(f"alpha must be another number than 0; got {show(alpha)}")
    read_choice(kink, "kink", ("left", "sum"))
    read_choice(slope_from, "slope_from", ("input", "output"))
    read_choice(nan_slope, "nan_slope", ("nan", "zero"))
    below = np.clip(input, -INFINITY, 0.0) / alpha
    depth = np.expm1(below) * alpha
    if not isfinite(alpha):  # as for elu
        depth = keep_where(depth, ~(input >= 0.0))
    output = np.clip(input, 0.0, INFINITY) + depth

    def slope() -> Any:
        left = np.exp(below) if slope_from == "input" else (output + alpha) / alpha
        if not isfinite(alpha):
            left = left * (alpha / alpha)  # both frameworks multiply by alpha and by its inverse
        right = input > 0.0 if kink == "left" else input >= 0.0
        slopes = keep_where(left, ~(input > 0.0)) + right
        return _at_nan(slopes, input, None if nan_slope == "nan" else 0.0)

    return output, _scale(input.shape, slope)


@half_in_float32
@quiet
def gelu(input: Array, *, approximate: str = "none") -> tuple[Array, Vjp]:
    """Multiply the input by its normal distribution function.

    Parameters
    ----------
    input : array
        Floats of any shape. Minus infinity gives NaN, and so do the slopes at both.
    approximate : {'none', 'tanh'}
        'none' uses the distribution function itself, relatively accurate in its lower tail;
        'tanh' the approximation by a hyperbolic tangent, as it is defined.

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `approximate` has another value.

    Notes
    -----
    D. Hendrycks and K. Gimpel, *Gaussian error linear units*, 2016; PyTorch's page
    `torch.nn.GELU`, TensorFlow's page `tf.nn.gelu`.
    """
    check_float(input, "input")
    read_choice(approximate, "approximate", ("none", "tanh"))
    if approximate == "tanh":
        return _tanh_gelu(input)
    gate = normal_cdf(input)

    def slope() -> Any:
        return gate + _near(input) * normal_density(input)

    return input * gate, _scale(input.shape, slope)


def _tanh_gelu(input: Array) -> tuple[Array, Vjp]:
    scale, cubic = sqrt(2 / pi), 0.044715
    near = np.clip(input, -20.0, 20.0)  # the tangent is exactly 1 or -1 beyond
    square = near * near
    gate = np.tanh((near + near * square * cubic) * scale)

    def slope() -> Any:
        inner = (1.0 + square * (3 * cubic)) * scale
        # NaN where the square of the input itself overflows, as in both frameworks.
        beyond = input * input * 0.0
        return 0.5 * (1.0 + gate) + 0.5 * near * (1.0 - gate * gate) * inner + beyond

    # The second term is zero, but NaN at minus infinity.
    tail = np.clip(input, -20.0, INFINITY) + np.clip(input, -INFINITY, 0.0) * 0.0
    return 0.5 * tail * (1.0 + gate), _scale(input.shape, slope)
