"""Layer, group and root-mean-square normalisation: each example by its own values.

All three are one computation on groups of values, (N, G, K, P): statistics belong to a group, and
weight and bias to its K members of P values each. In layer normalisation there is one group and
each member is one value; in group normalisation the members are channels. The variance is biased
and computed in two passes, and `epsilon` stands inside the square root, as in `refimpl.ops.norm`.
"""

from __future__ import annotations

import math

import numpy as np

from refimpl._arguments import (
    check_companion,
    check_float,
    check_shape,
    read_integer,
    read_number,
)
from refimpl.ops.array import Array, Vjp, half_in_float32, overwrite
from refimpl.ops.norm import read_axes


@half_in_float32
def layer_norm(
    input: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    axes: tuple[int, ...],
    epsilon: float,
) -> tuple[Array, Vjp]:
    """Normalise by the mean and the variance over some axes, and scale each place along them.

    Parameters
    ----------
    input : array
        Floats.
    weight, bias : array or None
        What the normalised values are multiplied by, and what is added then. Their shape is that
        of the input along `axes`, in the input's order of axes.
    axes : tuple of int
        The axes to average over, each once; negative ones count from the end.
    epsilon : float
        Added to the variance; not negative.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        `vjp(cotangent)` returns the cotangents of input, weight and bias. With
        `r = 1 / sqrt(variance + epsilon)`, `c = input - mean`, a cotangent `g` and
        `h = g * weight`, that of the input is `r * (h - mean(h) - c * r**2 * mean(h * c))`, with
        means over `axes`; that of the weight is `sum(g * c * r)` and that of the bias `sum(g)`,
        with sums over all other axes.

    Raises
    ------
    TypeError
        If the arrays are not floats of one dtype.
    ValueError
        If an axis is out of range or named twice, a shape does not fit or `epsilon` is negative.

    Notes
    -----
    J. L. Ba, J. R. Kiros and G. E. Hinton, *Layer normalization*, 2016.
    """
    return _normalize_axes(input, weight, bias, axes, epsilon, centered=True)


@half_in_float32
def rms_norm(
    input: Array, weight: Array | None, *, axes: tuple[int, ...], epsilon: float
) -> tuple[Array, Vjp]:
    """Divide by the root of the mean square over some axes, and scale each place along them.

    Parameters
    ----------
    input : array
        Floats.
    weight : array or None
        What the result is multiplied by. Its shape is that of the input along `axes`, in the
        input's order of axes.
    axes : tuple of int
        The axes to average over, each once; negative ones count from the end.
    epsilon : float
        Added to the mean square; not negative.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        `vjp(cotangent)` returns the cotangents of input and weight. With
        `r = 1 / sqrt(mean(input**2) + epsilon)`, a cotangent `g` and `h = g * weight`, that of
        the input is `r * (h - input * r**2 * mean(h * input))`, with means over `axes`; that of
        the weight is `sum(g * input * r)`, with the sum over all other axes.

    Raises
    ------
    TypeError
        If the arrays are not floats of one dtype.
    ValueError
        If an axis is out of range or named twice, a shape does not fit or `epsilon` is negative.

    Notes
    -----
    B. Zhang and R. Sennrich, *Root mean square layer normalization*, 2019.
    """
    output, vjp = _normalize_axes(input, weight, None, axes, epsilon, centered=False)
    return output, lambda cotangent: vjp(cotangent)[:2]


@half_in_float32
def group_norm(
    input: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    groups: int,
    epsilon: float,
) -> tuple[Array, Vjp]:
    """Normalise neighbouring channels of an example together, over all positions.

    Parameters
    ----------
    input : (N, C, *S) array
        Floats; S may be empty.
    weight, bias : (C,) array or None
        What each channel is multiplied by, and what is added then.
    groups : int
        Into how many groups of equal size the channels are split; C of them are instance
        normalisation.
    epsilon : float
        Added to the variance; not negative.

    Returns
    -------
    output : (N, C, *S) array
    vjp : callable
        As for `layer_norm`, with means over the channels of a group and the positions, and sums
        over examples and positions.

    Raises
    ------
    TypeError
        If the arrays are not floats of one dtype.
    ValueError
        If a shape does not fit, `groups` does not divide C or `epsilon` is negative.

    Notes
    -----
    Y. Wu and K. He, *Group normalization*, 2018.
    """
    check_float(input, "input")
    shape = input.shape
    if len(shape) < 2:
        raise ValueError(f"input must be of shape (N, C, ...); got {shape}")
    groups = read_integer(groups, "groups", least=1)
    if shape[1] % groups:
        raise ValueError(f"groups must be a divisor of the {shape[1]} channels; got {groups}")
    _check_parameters(input, weight, bias, shape[1:2])
    epsilon = read_number(epsilon, "epsilon", least=0)

    members = (groups, shape[1] // groups)
    grouped = (shape[0], *members, math.prod(shape[2:]))
    output, vjp = _normalize_groups(
        input.reshape(grouped),
        None if weight is None else weight.reshape(members),
        None if bias is None else bias.reshape(members),
        epsilon,
        centered=True,
    )

    def shaped_vjp(cotangent: Array) -> tuple[Array, Array | None, Array | None]:
        check_shape(cotangent, "cotangent", shape)
        input_bar, weight_bar, bias_bar = vjp(cotangent.reshape(grouped))
        return (
            input_bar.reshape(shape),
            None if weight_bar is None else weight_bar.reshape(shape[1:2]),
            None if bias_bar is None else bias_bar.reshape(shape[1:2]),
        )

    return output.reshape(shape), shaped_vjp


def _normalize_axes(
    input: Array,
    weight: Array | None,
    bias: Array | None,
    axes: tuple[int, ...],
    epsilon: float,
    *,
    centered: bool,
) -> tuple[Array, Vjp]:
    """Normalise over some axes: one group, whose members are single values."""
    check_float(input, "input")
    ndim, shape = input.ndim, input.shape
    inner = sorted(read_axes(axes, ndim))
    places = tuple(shape[axis] for axis in inner)
    _check_parameters(input, weight, bias, places)
    epsilon = read_number(epsilon, "epsilon", least=0)

    # The averaged axes come last, so that each group lies in one row.
    outer = [axis for axis in range(ndim) if axis not in inner]
    order = (*outer, *inner)
    inverse = tuple(order.index(axis) for axis in range(ndim))
    moves = order != tuple(range(ndim))
    moved_shape = tuple(shape[axis] for axis in order)
    count = math.prod(places)
    grouped = (math.prod(shape[axis] for axis in outer), 1, count, 1)

    def to_groups(array: Array) -> Array:
        return (np.transpose(array, order) if moves else array).reshape(grouped)

    def from_groups(array: Array) -> Array:
        moved = array.reshape(moved_shape)
        return np.transpose(moved, inverse) if moves else moved

    output, vjp = _normalize_groups(
        to_groups(input),
        None if weight is None else weight.reshape(1, count),
        None if bias is None else bias.reshape(1, count),
        epsilon,
        centered=centered,
    )

    def shaped_vjp(cotangent: Array) -> tuple[Array, Array | None, Array | None]:
        check_shape(cotangent, "cotangent", shape)
        input_bar, weight_bar, bias_bar = vjp(to_groups(cotangent))
        return (
            from_groups(input_bar),
            None if weight_bar is None else weight_bar.reshape(places),
            None if bias_bar is None else bias_bar.reshape(places),
        )

    return from_groups(output), shaped_vjp


def _normalize_groups(
    x: Array, weight: Array | None, bias: Array | None, epsilon: float, *, centered: bool
) -> tuple[Array, Vjp]:
    """Normalise (N, G, K, P) by statistics of (N, G); weight and bias are (G, K).

    Without `centered` the mean is left where it is, and the mean square stands for the variance.
    """
    shape = x.shape
    rows = x.reshape(shape[0], shape[1], shape[2] * shape[3])
    # Nothing has no mean: 0 / NaN is NaN without a warning.
    count = rows.shape[2] or math.nan
    if centered:
        mean = np.matmul(rows, np.ones(rows.shape[2], rows.dtype)) / count
        rows = rows - mean[:, :, None]
    deviations = rows.reshape(shape)
    reciprocal = 1.0 / np.sqrt(np.vecdot(rows, rows) / count + epsilon)
    output = _scale(deviations, reciprocal, weight)
    if bias is not None:
        output = overwrite(np.add, output, bias[:, :, None])

    def vjp(cotangent: Array) -> tuple[Array, Array | None, Array | None]:
        sums = _sum_positions(cotangent)
        dots = _sum_positions(cotangent * deviations)
        slope = _sum_members(dots, weight) / count * reciprocal * reciprocal * reciprocal
        input_bar = deviations * slope[:, :, None, None]
        input_bar = overwrite(np.subtract, _scale(cotangent, reciprocal, weight), input_bar)
        if centered:
            shift = _sum_members(sums, weight) / count * reciprocal
            input_bar = overwrite(np.subtract, input_bar, shift[:, :, None, None])
        weight_bar = bias_bar = None
        if weight is not None:
            # Without values the reciprocal is NaN, and the sums are 0, which is the gradient.
            has_values = rows.shape[2] > 0
            weight_bar = np.sum(dots * reciprocal[:, :, None] if has_values else dots, axis=0)
        if bias is not None:
            bias_bar = np.sum(sums, axis=0)
        return input_bar, weight_bar, bias_bar

    return output, vjp


def _scale(x: Array, reciprocal: Array, weight: Array | None) -> Array:
    """Multiply (N, G, K, P) by the reciprocals of (N, G) and the weights of (G, K)."""
    factor = reciprocal[:, :, None, None]
    if weight is None:
        return x * factor
    weight = weight[:, :, None]
    if x.shape[3] == 1:  # the product of the factors would be as large as x
        return overwrite(np.multiply, x * factor, weight)
    scaled: Array = x * (factor * weight)
    return scaled


def _sum_positions(x: Array) -> Array:
    """Sum (N, G, K, P) over P."""
    alone = x.shape[3] == 1
    sums: Array = x[:, :, :, 0] if alone else np.matmul(x, np.ones(x.shape[3], x.dtype))
    return sums


def _sum_members(x: Array, weight: Array | None) -> Array:
    """Sum (N, G, K) over K, each member times its weight of (G, K)."""
    sums: Array = np.vecdot(x, np.ones(x.shape[2], x.dtype) if weight is None else weight)
    return sums


def _check_parameters(
    input: Array, weight: Array | None, bias: Array | None, shape: tuple[int, ...]
) -> None:
    for name, parameter in (("weight", weight), ("bias", bias)):
        if parameter is not None:
            check_companion(parameter, name, input, "input")
            check_shape(parameter, name, shape)
