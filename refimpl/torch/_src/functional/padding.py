"""Padding (torch.nn.functional.pad)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from refimpl._arguments import LARGEST_SIZE, read_choice, read_integers, read_number
from refimpl._show import show
from refimpl.differentiable import differentiable
from refimpl.ops import padding as ops
from refimpl.ops.array import Array, Pairs, Vjp
from refimpl.torch._src.arguments import read_floats
from refimpl.torch._src.parameter import Tensor

__all__ = ["pad"]

MODES = ("constant", "reflect", "replicate", "circular")


@differentiable
def pad(
    input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> tuple[Array, Vjp]:
    """Put a frame around the last axes.

    Parameters
    ----------
    input : array
        Floats; of any shape for 'constant'. The other modes pad the last one, two or three axes
        of an input that has one or two axes before those.
    pad : sequence of int
        Widths in pairs (before, after), the last axis first. A negative width cuts off.
    mode : {'constant', 'reflect', 'replicate', 'circular'}
        What the frame holds: `value`; the mirror image without the edge; the edge; the opposite
        side of what is left after cutting off.
    value : float, optional
        What 'constant' fills in, by default 0; the other modes take none.

    Returns
    -------
    array

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If `pad` does not suit the input or the mode. That includes widths for which torch returns
        memory that nothing was written to.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.functional.pad`.
    """
    x = read_floats(input)
    read_choice(mode, "mode", MODES)
    pairs = _read_pairs(pad, x)
    if mode == "constant":
        return _pad_with(x, pairs, 0.0 if value is None else read_number(value, "value"))
    if value is not None and value != 0:
        raise ValueError(f"value must be None in mode {show(mode)}; got {show(value)}")
    n = len(pairs)
    if not 1 <= n <= 3 or x.ndim - n not in (1, 2):
        raise ValueError(
            f"pad in mode {mode!r} must hold a pair for each of the last one, two or three axes of "
            f"an input with one or two axes more; got {show(pad)} for shape {x.shape}"
        )
    batch = x.reshape(math.prod(x.shape[:-n]), 1, *x.shape[-n:])
    try:
        output, vjp = ops.pad(batch, pairs, mode)
    except ValueError as error:
        raise ValueError(
            f"pad must suit mode {show(mode)} and the shape {x.shape}; got {show(pad)}: {error}"
        ) from None

    def reshaped(cotangent: Array) -> tuple[Array]:
        return (vjp(cotangent.reshape(output.shape))[0].reshape(x.shape),)

    return output.reshape((*x.shape[:-n], *output.shape[2:])), reshaped


def _read_pairs(pad: Sequence[int], x: Array) -> Pairs:
    """Return the pairs of `pad`, the first axis first."""
    if not isinstance(pad, tuple | list):
        raise TypeError(f"pad must be a sequence of ints; got {show(pad)}")
    widths = read_integers(pad, "pad", least=-LARGEST_SIZE, most=LARGEST_SIZE)
    if len(widths) % 2 or len(widths) > 2 * x.ndim:
        raise ValueError(
            f"pad must hold an even number of widths, at most two for each of the {x.ndim} axes of "
            f"input; got {show(pad)}"
        )
    return tuple((widths[i], widths[i + 1]) for i in range(len(widths) - 2, -1, -2))


def _pad_with(x: Array, pairs: Pairs, value: float) -> tuple[Array, Vjp]:
    widths = ((0, 0),) * (x.ndim - len(pairs)) + pairs
    for size, pair in zip(x.shape, widths, strict=True):
        if size + min(pair[0], 0) + min(pair[1], 0) < 0:
            raise ValueError(f"pad must not cut off more than there is; got {pairs} for {x.shape}")
    shape = tuple(size + sum(pair) for size, pair in zip(x.shape, widths, strict=True))
    inner = tuple(
        slice(max(before, 0), size - max(after, 0))
        for size, (before, after) in zip(shape, widths, strict=True)
    )
    left = tuple(
        slice(max(-before, 0), size - max(-after, 0))
        for size, (before, after) in zip(x.shape, widths, strict=True)
    )
    output = np.full(shape, value, x.dtype)
    output[inner] = x[left]

    def vjp(cotangent: Array) -> tuple[Array]:
        input_bar = np.zeros(x.shape, cotangent.dtype)
        input_bar[left] = cotangent[inner]
        return (input_bar,)

    return output, vjp
