"""Activations made of straight pieces, whose slopes jump where the pieces meet.

A slope of zero selects, it does not multiply, so that a masked infinity or NaN in the cotangent
does not come through as NaN. `np.clip` carries NaN, and is several times faster than `np.maximum`
with a scalar.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl._arguments import (
    check_broadcasts_to,
    check_companion,
    check_float,
    check_shape,
    read_choice,
)
from refimpl._show import show
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.ops.quiet import quiet
from refimpl.ops.select import choose, keep_where

INFINITY = float("inf")


def _gate(shape: tuple[int, ...], passes: Callable[[], Array]) -> Vjp:
    """Let the cotangent through where `passes()` holds."""

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", shape)
        return (keep_where(cotangent, passes()),)

    return vjp


@half_in_float32
def relu(input: Array, *, nan_slope: str = "right") -> tuple[Array, Vjp]:
    """Rectified linear unit, `max(input, 0)`.

    Parameters
    ----------
    input : array
        Floats of any shape.
    nan_slope : {'right', 'zero'}
        The slope at NaN: 1 in PyTorch ('right'), 0 in TensorFlow.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        The slope at 0 is 0, as in PyTorch and TensorFlow.

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `nan_slope` has another value.

    Notes
    -----
    PyTorch's page `torch.nn.ReLU`, TensorFlow's page `tf.nn.relu`.
    """
    check_float(input, "input")
    read_choice(nan_slope, "nan_slope", ("right", "zero"))

    def passes() -> Array:
        return ~(input <= 0.0) if nan_slope == "right" else input > 0.0

    return np.clip(input, 0.0, INFINITY), _gate(input.shape, passes)


@half_in_float32
def relu6(input: Array) -> tuple[Array, Vjp]:
    """Rectified linear unit that stops at 6, `min(max(input, 0), 6)`.

    Parameters
    ----------
    input : array
        Floats of any shape.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        The slope at 0 and at 6 is 0, as in PyTorch and TensorFlow.

    Raises
    ------
    TypeError
        If the input does not hold floats.

    Notes
    -----
    PyTorch's page `torch.nn.ReLU6`, TensorFlow's page `tf.nn.relu6`.
    """
    return hardtanh(input, min_value=0.0, max_value=6.0)


@half_in_float32
def hardtanh(
    input: Array, *, min_value: float = -1.0, max_value: float = 1.0, kink: str = "flat"
) -> tuple[Array, Vjp]:
    """Straight line with slope one, cut off at two values.

    Parameters
    ----------
    input : array
        Floats of any shape.
    min_value, max_value : float
        The least and the greatest output; the first may not exceed the second.
    kink : {'flat', 'linear'}
        The slope exactly at the two ends: 0 in PyTorch ('flat'), 1 in Keras and in
        `tf.clip_by_value` ('linear').

    Returns
    -------
    output : array of the input's shape
    vjp : callable

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `min_value` exceeds `max_value` or `kink` has another value.

    Notes
    -----
    PyTorch's page `torch.nn.Hardtanh`, Keras' page `keras.activations.hard_tanh`.
    """
    check_float(input, "input")
    if not min_value <= max_value:
        raise ValueError(
            f"min_value must be at most max_value, {show(max_value)}; got {show(min_value)}"
        )
    read_choice(kink, "kink", ("flat", "linear"))

    def passes() -> Array:
        if kink == "flat":
            return (input > min_value) & (input < max_value)
        return (input >= min_value) & (input <= max_value)

    return np.clip(input, min_value, max_value), _gate(input.shape, passes)


@half_in_float32
@quiet
def leaky_relu(input: Array, *, negative_slope: float = 0.01) -> tuple[Array, Vjp]:
    """Identity above zero, a line of another slope below.

    Parameters
    ----------
    input : array
        Floats of any shape.
    negative_slope : float
        The slope below zero, and at zero.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        The slope at 0 is `negative_slope`, as in PyTorch, TensorFlow and Keras.

    Raises
    ------
    TypeError
        If the input does not hold floats.

    Notes
    -----
    PyTorch's page `torch.nn.LeakyReLU`, TensorFlow's page `tf.nn.leaky_relu`.
    """
    check_float(input, "input")

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", input.shape)
        return (choose(input > 0.0, cotangent, cotangent * negative_slope),)

    if not math.isfinite(negative_slope):  # 0 times it would be NaN
        return choose(input > 0.0, input, input * negative_slope), vjp
    below = np.clip(input, -INFINITY, 0.0) * negative_slope
    return np.clip(input, 0.0, INFINITY) + below, vjp


@half_in_float32
@quiet
def prelu(input: Array, weight: Array, *, kink: str = "left") -> tuple[Array, Vjp]:
    """Identity above zero, a line with a learned slope below.

    Parameters
    ----------
    input : array
        Floats of any shape.
    weight : array
        The slopes below zero, of a shape that broadcasts to the input's.
    kink : {'left', 'flat'}
        The slope at exactly 0: `weight` in PyTorch ('left'), 0 in Keras ('flat'), which writes
        `relu(x) - weight * relu(-x)`.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        `vjp(cotangent)` returns the cotangents of input and weight.

    Raises
    ------
    TypeError
        If an argument does not hold floats, or the two have different dtypes.
    ValueError
        If the weight does not broadcast to the input or `kink` has another value.

    Notes
    -----
    K. He et al., *Delving deep into rectifiers*, 2015; PyTorch's page `torch.nn.PReLU`, Keras'
    page `keras.layers.PReLU`.
    """
    check_float(input, "input")
    check_companion(weight, "weight", input, "input")
    check_broadcasts_to(weight, "weight", input.shape)
    read_choice(kink, "kink", ("left", "flat"))
    below = np.clip(input, -INFINITY, 0.0)

    def vjp(cotangent: Array) -> tuple[Array, Array]:
        check_shape(cotangent, "cotangent", input.shape)
        positive = input > 0.0
        sloped = ~positive if kink == "left" else input < 0.0
        input_bar = keep_where(cotangent, positive) + keep_where(cotangent * weight, sloped)
        return input_bar, _sum_to(cotangent * below, weight.shape)

    return np.clip(input, 0.0, INFINITY) + below * weight, vjp


def _sum_to(array: Any, shape: tuple[int, ...]) -> Any:
    """Sum over the axes along which `shape` was broadcast."""
    extra = array.ndim - len(shape)
    axes = tuple(
        axis
        for axis in range(array.ndim)
        if axis < extra or (shape[axis - extra] == 1 and array.shape[axis] != 1)
    )
    return np.sum(array, axis=axes).reshape(shape) if axes else array


@half_in_float32
@quiet
def hardsigmoid(input: Array) -> tuple[Array, Vjp]:
    """Straight line from 0 at -3 to 1 at 3, flat outside.

    Parameters
    ----------
    input : array
        Floats of any shape.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        The slope at -3 and 3 is 0, as in PyTorch and Keras.

    Raises
    ------
    TypeError
        If the input does not hold floats.

    Notes
    -----
    PyTorch's page `torch.nn.Hardsigmoid`, Keras' page `keras.activations.hard_sigmoid`.
    """
    check_float(input, "input")

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", input.shape)
        return (keep_where(cotangent * (1 / 6), (input > -3.0) & (input < 3.0)),)

    return _hard_sigmoid(input), vjp


def _hard_sigmoid(input: Array) -> Array:
    return np.clip(input + 3.0, 0.0, 6.0) / 6.0


@half_in_float32
@quiet
def hardswish(input: Array, *, slope_from: str = "pieces") -> tuple[Array, Vjp]:
    """Multiply the input by its hard sigmoid.

    Parameters
    ----------
    input : array
        Floats of any shape. Minus infinity gives NaN.
    slope_from : {'pieces', 'product'}
        How the slope is found: one formula for each piece, as PyTorch does; or by the product
        rule, as Keras does, whose terms make NaN at infinities.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        The slope at -3 is 0 and at 3 is 1, as in PyTorch and Keras.

    Raises
    ------
    TypeError
        If the input does not hold floats.
    ValueError
        If `slope_from` has another value.

    Notes
    -----
    A. Howard et al., *Searching for MobileNetV3*, 2019; PyTorch's page `torch.nn.Hardswish`,
    Keras' page `keras.activations.hard_silu`.
    """
    check_float(input, "input")
    read_choice(slope_from, "slope_from", ("pieces", "product"))
    gate = _hard_sigmoid(input)

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", input.shape)
        if slope_from == "product":
            inside = (input > -3.0) & (input < 3.0)
            return (cotangent * (gate + input * (1 / 6) * inside),)
        middle = np.clip(input, -3.0, 3.0) * (1 / 3) + 0.5
        inside = ~(input <= -3.0) & ~(input >= 3.0)
        return (cotangent * (keep_where(middle, inside) + (input >= 3.0)),)

    return input * gate, vjp
