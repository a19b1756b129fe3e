"""Convolution (cross-correlation) as a matrix product over windows, and its two adjoints."""

from __future__ import annotations

import numpy as np

from refimpl.ops.array import Array, Sizes, primitive
from refimpl.ops.primitives.slide import crop, fit, taps
from refimpl.ops.windows import Window


@primitive("linear", arguments=2)
def convolve(input: Array, weight: Array, window: Window, groups: int) -> Array:
    """Slide `weight` over `input`; see `refimpl.ops.conv.conv`."""
    counts = window.output_shape(input.shape[2:])
    columns = _columns(input, window, groups, counts)
    product = weight.reshape(groups, weight.shape[0] // groups, -1) @ columns
    return product.reshape(input.shape[0], weight.shape[0], *counts)


@primitive("linear", arguments=2)
def convolve_input_bar(
    cotangent: Array, weight: Array, spatial: Sizes, window: Window, groups: int
) -> Array:
    """Cotangent of the input of `convolve`."""
    batch, _, *counts = cotangent.shape
    weights = weight.reshape(groups, weight.shape[0] // groups, -1).transpose(0, 2, 1)
    columns = weights @ cotangent.reshape(batch, *weights.shape[::2], int(np.prod(counts)))
    channels = groups * weight.shape[1]
    columns = columns.reshape(batch, channels, *window.kernel, *counts)
    padded = np.zeros((batch, channels, *window.span(spatial)), cotangent.dtype)
    for tap, seen in taps(padded, window, tuple(counts)):
        seen += columns[(slice(None), slice(None), *tap)]
    return crop(padded, spatial, window)


@primitive("linear", arguments=2)
def convolve_weight_bar(cotangent: Array, input: Array, window: Window, groups: int) -> Array:
    """Cotangent of the weight of `convolve`."""
    batch, outputs, *counts = cotangent.shape
    columns = _columns(input, window, groups, tuple(counts))
    rows = cotangent.reshape(batch, groups, outputs // groups, int(np.prod(counts)))
    product = (rows @ columns.swapaxes(-1, -2)).sum(0)
    return product.reshape(outputs, input.shape[1] // groups, *window.kernel)


def _columns(input: Array, window: Window, groups: int, counts: Sizes) -> Array:
    """Lay every window out as a column: (N, groups, C/groups * taps, windows)."""
    batch, channels = input.shape[:2]
    columns = np.empty((batch, channels, *window.kernel, *counts), input.dtype)
    for tap, seen in taps(fit(input, window, 0.0), window, counts):
        columns[(slice(None), slice(None), *tap)] = seen
    windows = int(np.prod(counts))
    return columns.reshape(batch, groups, channels // groups * int(np.prod(window.kernel)), windows)
