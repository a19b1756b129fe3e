"""Convolution (cross-correlation) in one, two or three spatial dimensions."""

from __future__ import annotations

import math

import numpy as np

from refimpl._arguments import check_channels_first, check_companion, read_integer
from refimpl.ops.array import Array, Pairs, Sizes, Vjp, half_in_float32, overwrite
from refimpl.ops.primitives import convolve, convolve_input_bar, convolve_weight_bar
from refimpl.ops.windows import Grid, Window


def conv(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Sizes,
    padding: Pairs,
    dilation: Sizes,
    groups: int = 1,
) -> tuple[Array, Vjp]:
    """Convolve with zero padding.

    Parameters
    ----------
    input : array of shape (N, C, *S)
        Float, one to three spatial dimensions.
    weight : array of shape (O, C/groups, *K)
        Of the input's dtype.
    bias : array of shape (O,), optional
        Of the input's dtype.
    stride, dilation : tuple of int
        Step of the window and step between its taps, for each spatial dimension.
    padding : tuple of (int, int)
        Zeros before and after each spatial dimension.
    groups : int
        Blocks of channels that are convolved apart; it divides C and O.

    Returns
    -------
    output : array of shape (N, O, *S')
        Of the input's dtype.
    vjp : callable
        Cotangent of output to the cotangents of (input, weight, bias); None for no bias.

    Raises
    ------
    TypeError
        If an array holds no floats or the dtypes differ, or a size is no integer.
    ValueError
        If shapes do not fit together, or a size is out of range.
    """
    n = check_channels_first(input)
    groups = read_integer(groups, "groups", least=1)
    _check_parameters(input, weight, bias, groups, n)
    window = Window(weight.shape[2:], stride, dilation, padding)
    grid = window.over(input.shape[2:], "weight's kernel")
    return _conv(input, weight, bias, grid, groups)


@half_in_float32
def _conv(
    input: Array, weight: Array, bias: Array | None, grid: Grid, groups: int
) -> tuple[Array, Vjp]:
    output = convolve(input, weight, grid, groups)
    if bias is not None:
        output = overwrite(np.add, output, bias.reshape(-1, *(1,) * len(grid.kernel)))

    def vjp(cotangent: Array) -> tuple[Array, Array, Array | None]:
        bias_bar = None
        if bias is not None:
            planes = cotangent.reshape(*cotangent.shape[:2], math.prod(grid.counts))
            bias_bar = planes.sum(-1).sum(0)  # pairwise along the windows, which are many
        return (
            convolve_input_bar(cotangent, weight, grid, groups),
            convolve_weight_bar(cotangent, input, grid, groups),
            bias_bar,
        )

    return output, vjp


def _check_parameters(input: Array, weight: Array, bias: Array | None, groups: int, n: int) -> None:
    check_companion(weight, "weight", input, "input")
    if weight.ndim != n + 2 or weight.shape[0] < 1:
        raise ValueError(
            f"weight must be of shape (O, C/groups, *K) with at least one output and {n} kernel "
            f"size{'s' * (n > 1)}; got {weight.shape}"
        )
    outputs = weight.shape[0]
    if outputs % groups:
        raise ValueError(f"groups must divide weight's {outputs} output channels; got {groups}")
    if weight.shape[1] * groups != input.shape[1]:
        raise ValueError(
            f"input must have {weight.shape[1] * groups} channels, as weight of shape "
            f"{weight.shape} in {groups} groups needs; got shape {input.shape}"
        )
    if bias is not None:
        check_companion(bias, "bias", input, "input")
        if bias.shape != (outputs,):
            raise ValueError(
                f"bias must have shape {(outputs,)}; got {bias.shape} beside weight of shape "
                f"{weight.shape}"
            )
