"""Activations made of exponentials, in forms that neither overflow nor cancel far out.

Exponentials are taken of negative arguments only. Where a product of an infinite and a vanishing
factor would give NaN, the first is clipped where the second has long been zero, so that infinities
give the mathematical limit, and no warning.
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

import numpy as np

from refimpl.errors import must, must_be_one_of
from refimpl.ops.arguments import check_float
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.ops.erf import normal_cdf, normal_density
from refimpl.ops.select import choose, keep_where
from refimpl.ops.shapes import check_shape

INFINITY = float("inf")
FAR = 1000.0  # exp(-FAR) is zero in every dtype, and FAR * exp(-FAR) too
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def _scaled(shape: tuple[int, ...], slope: Callable[[], Array]) -> Vjp:
    """Multiply the cotangent by a slope that is computed when it is asked for."""

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", shape)
        return (cotangent * slope(),)

    return vjp


def _sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return (keep_where(e, x < 0.0) + (x >= 0.0)) / (1.0 + e)


def _softplus(x: Array) -> Array:
    return np.clip(x, 0.0, INFINITY) + np.log1p(np.exp(-np.abs(x)))


@half_in_float32
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
    return output, _scaled(input.shape, lambda: output * (1.0 - output))


@half_in_float32
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
    return output, _scaled(input.shape, lambda: _sigmoid(-input))


@half_in_float32
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
    return output, _scaled(input.shape, lambda: 1.0 - output * output)


@half_in_float32
def silu(input: Array) -> tuple[Array, Vjp]:
    """Multiply the input by its logistic function.

    Parameters
    ----------
    input : array
        Floats of any shape. Minus infinity gives the limit, -0.0.

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
        return gate * (1.0 + np.clip(input, -FAR, FAR) * (1.0 - gate))

    return np.clip(input, -FAR, INFINITY) * gate, _scaled(input.shape, slope)


@half_in_float32
def mish(input: Array) -> tuple[Array, Vjp]:
    """Multiply the input by the hyperbolic tangent of its softplus.

    Parameters
    ----------
    input : array
        Floats of any shape. Minus infinity gives the limit, -0.0.

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
        near = np.clip(input, -FAR, FAR)
        return gate + near * (1.0 - gate * gate) * _sigmoid(input)

    return np.clip(input, -FAR, INFINITY) * gate, _scaled(input.shape, slope)


@half_in_float32
def softplus(
    input: Array, *, beta: float = 1.0, threshold: float | None = 20.0
) -> tuple[Array, Vjp]:
    """Smooth rectifier, `log(1 + exp(beta * input)) / beta`.

    Parameters
    ----------
    input : array
        Floats of any shape.
    beta : float
        How sharp the bend is; positive.
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
        If `beta` is not positive.

    Notes
    -----
    PyTorch's page `torch.nn.Softplus`, TensorFlow's page `tf.math.softplus`.
    """
    check_float(input, "input")
    must(beta > 0.0, "beta", "positive", beta)
    # Far out the product with beta might overflow, and tells nothing that FAR does not.
    scaled = np.clip(input, -FAR / beta, FAR / beta) * beta
    output = np.clip(input, 0.0, INFINITY) + np.log1p(np.exp(-np.abs(scaled))) / beta
    if threshold is None:
        return output, _scaled(input.shape, lambda: _sigmoid(scaled))
    linear = scaled > threshold

    def slope() -> Array:
        return np.where(linear, 1.0, _sigmoid(scaled))

    return np.where(linear, input, output), _scaled(input.shape, slope)


@half_in_float32
def softsign(input: Array, *, slope_from: str = "quotient") -> tuple[Array, Vjp]:
    """Divide the input by one plus its magnitude.

    Parameters
    ----------
    input : array
        Floats of any shape. Infinities give the limits, 1 and -1.
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
    must_be_one_of(slope_from, "slope_from", ("quotient", "square"))
    near = np.clip(input, -1e30, 1e30)
    size = 1.0 + np.abs(near)

    def slope() -> Any:
        inverse = 1.0 / size
        if slope_from == "square":
            return inverse * inverse
        return inverse - np.abs(near) * inverse * inverse

    return near / size, _scaled(input.shape, slope)


@half_in_float32
def elu(input: Array, *, alpha: float = 1.0, slope_from: str = "input") -> tuple[Array, Vjp]:
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
        If `slope_from` has another value.

    Notes
    -----
    D.-A. Clevert et al., *Fast and accurate deep network learning by exponential linear units*,
    2015; PyTorch's page `torch.nn.ELU`, Keras' page `keras.activations.elu`.
    """
    check_float(input, "input")
    must_be_one_of(slope_from, "slope_from", ("input", "output"))
    below = np.clip(input, -INFINITY, 0.0)
    output = np.clip(input, 0.0, INFINITY) + np.expm1(below) * alpha

    def slope() -> Any:
        positive = input > 0.0
        left = np.exp(below) * alpha if slope_from == "input" else output + alpha
        return keep_where(left, ~positive) + positive

    return output, _scaled(input.shape, slope)


@half_in_float32
def selu(input: Array, *, kink: str = "left", slope_from: str = "input") -> tuple[Array, Vjp]:
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

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `kink` or `slope_from` has another value.

    Notes
    -----
    G. Klambauer et al., *Self-normalizing neural networks*, 2017; PyTorch's page `torch.nn.SELU`,
    TensorFlow's page `tf.nn.selu`.
    """
    check_float(input, "input")
    must_be_one_of(kink, "kink", ("left", "right"))
    must_be_one_of(slope_from, "slope_from", ("input", "output"))
    depth = SELU_SCALE * SELU_ALPHA
    below = np.clip(input, -INFINITY, 0.0)
    output = np.clip(input, 0.0, INFINITY) * SELU_SCALE + np.expm1(below) * depth

    def slope() -> Any:
        left = np.exp(below) * depth if slope_from == "input" else output + depth
        right = input > 0.0 if kink == "left" else input >= 0.0
        return choose(right, np.full_like(left, SELU_SCALE), left)

    return output, _scaled(input.shape, slope)


@half_in_float32
def celu(input: Array, *, alpha: float = 1.0, kink: str = "left") -> tuple[Array, Vjp]:
    """Identity above zero, `alpha * (exp(input / alpha) - 1)` below, smooth at zero.

    Parameters
    ----------
    input : array
        Floats of any shape.
    alpha : float
        The depth below zero; positive.
    kink : {'left', 'sum'}
        The slope at exactly 0: 1 in PyTorch ('left'); 2 in Keras ('sum'), which adds two clipped
        terms that are both active there.

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `alpha` is not positive or `kink` has another value.

    Notes
    -----
    J. Barron, *Continuously differentiable exponential linear units*, 2017; PyTorch's page
    `torch.nn.CELU`, Keras' page `keras.activations.celu`.
    """
    check_float(input, "input")
    must(alpha > 0.0, "alpha", "positive", alpha)
    must_be_one_of(kink, "kink", ("left", "sum"))
    below = np.clip(input, -INFINITY, 0.0) / alpha

    def slope() -> Any:
        right = input > 0.0 if kink == "left" else input >= 0.0
        return keep_where(np.exp(below), ~(input > 0.0)) + right

    output = np.clip(input, 0.0, INFINITY) + np.expm1(below) * alpha
    return output, _scaled(input.shape, slope)


@half_in_float32
def gelu(input: Array, *, approximate: str = "none") -> tuple[Array, Vjp]:
    """Multiply the input by its normal distribution function.

    Parameters
    ----------
    input : array
        Floats of any shape. Minus infinity gives the limit, -0.0.
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
    must_be_one_of(approximate, "approximate", ("none", "tanh"))
    if approximate == "tanh":
        return _tanh_gelu(input)
    gate = normal_cdf(input)

    def slope() -> Any:
        return gate + np.clip(input, -FAR, FAR) * normal_density(input)

    return np.clip(input, -FAR, INFINITY) * gate, _scaled(input.shape, slope)


def _tanh_gelu(input: Array) -> tuple[Array, Vjp]:
    scale, cubic = sqrt(2 / pi), 0.044715
    near = np.clip(input, -20.0, 20.0)  # the tangent is exactly 1 or -1 beyond
    square = near * near
    gate = np.tanh((near + near * square * cubic) * scale)

    def slope() -> Any:
        inner = (1.0 + square * (3 * cubic)) * scale
        return 0.5 * (1.0 + gate) + 0.5 * near * (1.0 - gate * gate) * inner

    output = 0.5 * np.clip(input, -20.0, INFINITY) * (1.0 + gate)
    return output, _scaled(input.shape, slope)
