"""Padding (torch.nn.functional.pad)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from refimpl.differentiable import differentiable
from refimpl.errors import must_be_one_of
from refimpl.ops import padding as ops
from refimpl.ops.array import Array, Pairs, Vjp
from refimpl.torch.nn.functional._arguments import floats, number
from refimpl.torch.nn.parameter import Tensor

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
        Widths in pairs (before, after), the last axis first. With 'constant' a negative width
        cuts off.
    mode : {'constant', 'reflect', 'replicate', 'circular'}
        What the frame holds: `value`; the mirror image without the edge; the edge; the opposite
        side.
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
        If `pad` does not suit the input or the mode.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.functional.pad`.
    """
    x = floats(input, "input")
    must_be_one_of(mode, "mode", MODES)
    pairs = _pairs(pad, x)
    if mode == "constant":
        return _constant(x, pairs, 0.0 if value is None else number(value, "value"))
    if value is not None and value != 0:
        raise ValueError(f"value must be None in mode {mode!r}; got {value!r}")
    n = len(pairs)
    if not 1 <= n <= 3 or x.ndim - n not in (1, 2):
        raise ValueError(
            f"pad in mode {mode!r} must hold a pair for each of the last one, two or three axes of "
            f"an input with one or two axes more; got {pad!r} for shape {x.shape}"
        )
    for size, pair in zip(x.shape[-n:], pairs, strict=True):
        limit = {"reflect": size - 1, "circular": size}.get(mode, max(pair))
        if min(pair) < 0 or max(pair) > limit:
            raise ValueError(
                f"pad must be at least 0 and, in mode {mode!r}, fit the axis of size {size}; "
                f"got {pad!r} for shape {x.shape}"
            )
    batch = x.reshape(math.prod(x.shape[:-n]), 1, *x.shape[-n:])
    output, vjp = ops.pad(batch, pairs, mode)

    def reshaped(cotangent: Array) -> tuple[Array]:
        return (vjp(cotangent.reshape(output.shape))[0].reshape(x.shape),)

    return output.reshape((*x.shape[:-n], *output.shape[2:])), reshaped


def _pairs(pad: Sequence[int], x: Array) -> Pairs:
    """Return the pairs of `pad`, the first axis first."""
    if not isinstance(pad, tuple | list) or not all(
        isinstance(width, int | np.integer) and not isinstance(width, bool) for width in pad
    ):
        raise TypeError(f"pad must be a sequence of ints; got {pad!r}")
    if len(pad) % 2 or len(pad) > 2 * x.ndim:
        raise ValueError(
            f"pad must hold an even number of widths, at most two for each of the {x.ndim} axes; "
            f"got {pad!r}"
        )
    return tuple((int(pad[i]), int(pad[i + 1])) for i in range(len(pad) - 2, -1, -2))


def _constant(x: Array, pairs: Pairs, value: float) -> tuple[Array, Vjp]:
    widths = ((0, 0),) * (x.ndim - len(pairs)) + pairs
    shape = tuple(size + sum(pair) for size, pair in zip(x.shape, widths, strict=True))
    if any(size < 0 for size in shape):
        raise ValueError(f"pad must not cut off more than there is; got {pairs} for {x.shape}")
    inner = tuple(
        slice(max(before, 0), size - max(after, 0))
        for size, (before, after) in zip(shape, widths, strict=True)
    )
    kept = tuple(
        slice(max(-before, 0), size - max(-after, 0))
        for size, (before, after) in zip(x.shape, widths, strict=True)
    )
    output = np.full(shape, value, x.dtype)
    output[inner] = x[kept]

    def vjp(cotangent: Array) -> tuple[Array]:
        input_bar = np.zeros(x.shape, cotangent.dtype)
        input_bar[kept] = cotangent[inner]
        return (input_bar,)

    return output, vjp
